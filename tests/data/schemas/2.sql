
ALTER TABLE library ADD COLUMN never_send INTEGER NOT NULL DEFAULT 0 CHECK (never_send IN (0, 1));
ALTER TABLE document_state ADD COLUMN client TEXT NOT NULL DEFAULT '';

ALTER TABLE jobs ADD COLUMN account TEXT;
ALTER TABLE jobs ADD COLUMN clock_offset REAL;
ALTER TABLE jobs ADD COLUMN unsure_since REAL;
ALTER TABLE jobs ADD COLUMN quarantine TEXT;  -- JSON
CREATE INDEX jobs_by_batch ON jobs (batch_id);
CREATE INDEX jobs_by_sending ON jobs (endpoint, practice, sent_at);

-- Predictions that may be the lost answers to requests.
CREATE TABLE candidates (
    sequence INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    prediction_id TEXT NOT NULL,
    created_at REAL,
    received TEXT NOT NULL,    -- JSON
    refused INTEGER NOT NULL CHECK (refused IN (0, 1)),
    row_hash TEXT NOT NULL,
    UNIQUE (job_id, prediction_id)
) STRICT;

-- What experience has taught about a service: expendable, JSON by a name.
CREATE TABLE learned (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
