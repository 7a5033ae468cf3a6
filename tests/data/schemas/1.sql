PRAGMA application_id = 1263488596;
CREATE TABLE library (
    uuid TEXT NOT NULL,
    created_at REAL NOT NULL,
    sequence INTEGER NOT NULL  -- the last number given out; one series orders all rows
) STRICT;

-- Facts: written once, never changed. What may change stands in document_state.
CREATE TABLE documents (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    source_path TEXT NOT NULL,
    master_sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    depth INTEGER NOT NULL,
    created_at REAL NOT NULL,
    row_hash TEXT NOT NULL
) STRICT;
CREATE INDEX documents_by_master ON documents (master_sha256);

CREATE TABLE document_state (
    document_id TEXT PRIMARY KEY REFERENCES documents (id),
    current_version_id TEXT NOT NULL REFERENCES versions (id),
    never_send INTEGER NOT NULL DEFAULT 0 CHECK (never_send IN (0, 1)),
    draft TEXT,                -- JSON
    activity INTEGER NOT NULL  -- a number of the series: the highest was worked on last
) STRICT;
CREATE INDEX documents_by_activity ON document_state (activity);

CREATE TABLE versions (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id),
    parent_ids TEXT NOT NULL,  -- JSON
    layers TEXT NOT NULL,      -- JSON, bottom first
    job_id TEXT REFERENCES jobs (id),
    title TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    created_at REAL NOT NULL,
    row_hash TEXT NOT NULL
) STRICT;
CREATE INDEX versions_by_document ON versions (document_id, sequence);

-- A row of jobs is replaced and sealed anew by each move; job_events keeps every one of them.
CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    batch_id TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id),
    model_id TEXT NOT NULL,
    prompt TEXT NOT NULL,
    guidance_scale REAL NOT NULL,
    aspect_ratio TEXT,
    seed INTEGER NOT NULL,
    parent_version_id TEXT NOT NULL REFERENCES versions (id),
    frame TEXT NOT NULL,       -- JSON: x, y, width, height
    endpoint TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    state TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    input_sha256 TEXT NOT NULL,
    input_length INTEGER NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    permitted_at REAL NOT NULL,
    upload_url TEXT,
    uploaded_at REAL,
    sent_at REAL,
    prediction_id TEXT,
    output_urls TEXT NOT NULL, -- JSON
    nsfw TEXT NOT NULL,        -- JSON
    server_seconds REAL,
    looks INTEGER NOT NULL,
    hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    problem TEXT,              -- JSON
    row_hash TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, sequence);
CREATE INDEX jobs_by_document ON jobs (document_id, sequence);
CREATE UNIQUE INDEX one_job_for_a_prediction ON jobs (endpoint, practice, prediction_id);

CREATE TABLE job_events (
    sequence INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    at REAL NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    row_hash TEXT NOT NULL
) STRICT;
CREATE INDEX job_events_by_job ON job_events (job_id, sequence);

CREATE TABLE results (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    output_index INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    length INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    frame TEXT NOT NULL,       -- JSON: x, y, width, height
    endpoint TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    model_id TEXT NOT NULL,
    prediction_id TEXT NOT NULL,
    seed INTEGER NOT NULL,
    price INTEGER NOT NULL,
    server_seconds REAL,
    wall_seconds REAL NOT NULL,
    nsfw INTEGER,
    created_at REAL NOT NULL,
    row_hash TEXT NOT NULL,
    UNIQUE (job_id, output_index)
) STRICT;

-- What each job may have cost, in millionths of a dollar. Refunds are events on it.
CREATE TABLE charges (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
    endpoint TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    charged TEXT NOT NULL CHECK (charged IN ('no', 'maybe', 'yes')),
    at REAL NOT NULL
) STRICT;
CREATE INDEX charges_by_time ON charges (endpoint, practice, at);

CREATE TABLE charge_events (
    sequence INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES charges (job_id),
    at REAL NOT NULL,
    amount INTEGER NOT NULL,
    note TEXT NOT NULL,
    row_hash TEXT NOT NULL
) STRICT;

-- Opinions on a version: change freely.
CREATE TABLE annotations (
    sequence INTEGER PRIMARY KEY,
    version_id TEXT NOT NULL UNIQUE REFERENCES versions (id),
    name TEXT NOT NULL DEFAULT '',
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    flag TEXT NOT NULL DEFAULT '' CHECK (flag IN ('', 'pick', 'reject')),
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]'  -- JSON
) STRICT;

-- What can be searched: one row for each text, its rowid the sequence of the row it comes from.
CREATE VIRTUAL TABLE search USING fts5 (
    text, document_id UNINDEXED,
    prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
