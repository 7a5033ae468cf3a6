"""The database's tables, and how it is made, opened, migrated and refused.

A library made by a newer release, and a file that is none of ours, are not changed by one byte.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import backup
from kontext_desktop.library.blobs import BLOBS, incoming, sync_folder
from kontext_desktop.library.failures import damaged_row
from kontext_desktop.library.rows import Connection

DATABASE = "library.db"
APPLICATION_ID = 0x4B4F4E54
""""KONT" in the file's header: tells a library from any other SQLite database."""

_FIRST = (
    f"PRAGMA application_id = {APPLICATION_ID};"
    + """
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
"""
)

_SECOND = """
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
"""

_THIRD = """
-- Opinions on a version, under its own sequence, so that lists walk both in step. Change freely.
CREATE TABLE new_annotations (
    sequence INTEGER PRIMARY KEY REFERENCES versions (sequence),
    name TEXT NOT NULL DEFAULT '',
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    flag TEXT NOT NULL DEFAULT '' CHECK (flag IN ('', 'pick', 'reject')),
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]'  -- JSON, sorted
) STRICT;
INSERT INTO new_annotations (sequence, name, rating, flag, note, tags)
    SELECT versions.sequence, annotations.name, rating, flag, note, tags
    FROM annotations JOIN versions ON versions.id = annotations.version_id;
DROP TABLE annotations;
ALTER TABLE new_annotations RENAME TO annotations;

-- Each tag of annotations once more, case folded, so that what carries it is found at once.
CREATE TABLE tags (
    tag TEXT NOT NULL,
    sequence INTEGER NOT NULL REFERENCES annotations (sequence),
    PRIMARY KEY (tag, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_version ON tags (sequence);
INSERT OR IGNORE INTO tags (tag, sequence)
    SELECT lower(value), sequence FROM annotations, json_each(annotations.tags);

-- What was done to a document, for undo and redo: appended, and marked, never cut off.
CREATE TABLE acts (
    sequence INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id),
    kind TEXT NOT NULL CHECK (kind IN ('current', 'annotation')),
    version_id TEXT NOT NULL,  -- the log may speak of versions that were erased since
    before TEXT NOT NULL,      -- an id, or JSON
    after TEXT NOT NULL,
    at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped')),
    row_hash TEXT NOT NULL     -- of all but the state
) STRICT;
CREATE INDEX acts_by_document ON acts (document_id, state, sequence);

-- What was put in the trash, under its own sequence: a document, or a version with its branch.
CREATE TABLE trash (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id),
    at REAL NOT NULL
) STRICT;
CREATE INDEX trash_by_document ON trash (document_id);

-- The versions that are in the trash, each with the entry it came there by.
CREATE TABLE trashed (
    sequence INTEGER PRIMARY KEY REFERENCES versions (sequence),
    entry INTEGER NOT NULL REFERENCES trash (sequence)
) STRICT;
CREATE INDEX trashed_by_entry ON trashed (entry);

-- Files of rows that were erased, until they are gone too.
CREATE TABLE tombstones (
    kind TEXT NOT NULL CHECK (kind IN ('blob', 'document', 'version')),
    name TEXT NOT NULL,        -- a SHA-256, or an id
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- All that is left of a job that was erased: what the books need.
CREATE TABLE erased_jobs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL,
    document_name TEXT NOT NULL,
    client TEXT NOT NULL,
    model_id TEXT NOT NULL,
    seed INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    state TEXT NOT NULL,
    prediction_id TEXT,
    updated_at REAL NOT NULL,
    row_hash TEXT NOT NULL
) STRICT;

-- The books outlive the jobs they speak of: no reference to them any more.
CREATE TABLE new_charges (
    job_id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    charged TEXT NOT NULL CHECK (charged IN ('no', 'maybe', 'yes')),
    at REAL NOT NULL
) STRICT;
INSERT INTO new_charges (job_id, endpoint, practice, amount, charged, at)
    SELECT job_id, endpoint, practice, amount, charged, at FROM charges;
DROP TABLE charges;
ALTER TABLE new_charges RENAME TO charges;
CREATE INDEX charges_by_time ON charges (endpoint, practice, at);
CREATE INDEX charge_events_by_job ON charge_events (job_id);

CREATE INDEX documents_by_current ON document_state (current_version_id);
CREATE INDEX versions_by_job ON versions (job_id);
CREATE INDEX versions_by_practice ON versions (practice);
CREATE INDEX versions_by_time ON versions (created_at);
CREATE INDEX jobs_by_parent ON jobs (parent_version_id);
CREATE INDEX jobs_by_seed ON jobs (seed);

-- What can be searched: one row for each version, with all the texts it can be found by, and one
-- for each job that has made none; its rowid is the version's or the job's sequence.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    text, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search (rowid, text)
    SELECT versions.sequence,
        documents.name || char(10) || versions.title || char(10) || coalesce(jobs.prompt, '')
        || char(10) || coalesce(annotations.name || char(10) || annotations.note, '') || char(10)
        || coalesce((SELECT group_concat(value, char(10)) FROM json_each(annotations.tags)), '')
    FROM versions JOIN documents ON documents.id = versions.document_id
        LEFT JOIN jobs ON jobs.id = versions.job_id
        LEFT JOIN annotations ON annotations.sequence = versions.sequence
    ORDER BY versions.sequence;
INSERT INTO search (rowid, text)
    SELECT sequence, prompt FROM jobs
    WHERE NOT EXISTS (SELECT 1 FROM versions WHERE versions.job_id = jobs.id)
    ORDER BY sequence;
"""

MIGRATIONS: Sequence[str] = (_FIRST, _SECOND, _THIRD)
"""Entry n takes a database from version n to n + 1. What was released is never edited."""

_PRAGMAS = (
    ("busy_timeout", "5000", 5000),
    ("foreign_keys", "ON", 1),
    # A library that came from elsewhere is data only: its schema may call nothing.
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
)
_WRITING_PRAGMAS = (
    ("locking_mode", "NORMAL", "normal"),
    ("journal_mode", "WAL", "wal"),
    # With WAL, anything less than FULL loses the newest rows in a power cut.
    ("synchronous", "FULL", 2),
    # What was erased leaves nothing behind in the file.
    ("secure_delete", "ON", 1),
    # On macOS a plain fsync stops at the drive's cache; elsewhere these two do nothing.
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
)


def check_file(path: Path, newest: int = len(MIGRATIONS)) -> bool:
    """Whether there is a database; read from the file's header, so nothing is written.

    Raises LibraryError for a file that is no library of ours, or is a newer release's.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _foreign(path)
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return False
    # The file format fixes the places: user_version at 60, application_id at 68.
    application_id = int.from_bytes(header[68:72], "big")
    if not header.startswith(b"SQLite format 3\0") or application_id != APPLICATION_ID:
        raise _foreign(path)
    _check_version(int.from_bytes(header[60:64], "big"), newest, path)
    return True


def create(path: Path, uuid: str, created_at: float) -> None:
    """Make an empty library's database: whole under its name, or not at all.

    Raises LibraryError where one seems to have been lost, rather than begin anew over its files.
    """
    folder = path.parent
    if seems_lost(folder):
        raise LibraryError(
            f"The library's database {path} is missing.",
            "`kontext library check --repair` builds it anew from what lies beside it, or put a "
            "backup back; the pictures are still there.",
        )
    with incoming(folder) as temporary:
        with closing(connect(temporary, reading_only=False)) as connection:
            migrate(connection, folder)
            connection.execute(
                "INSERT INTO library (uuid, created_at, sequence) VALUES (?, ?, 0)",
                (uuid, created_at),
            )
        os.replace(temporary, path)
    sync_folder(folder)
    sync_folder(folder.parent)


def seems_lost(folder: Path) -> bool:
    """Whether this folder, without a database of ours, once had one."""
    log = folder / f"{DATABASE}-wal"
    beside = (folder / BLOBS, folder / "sidecars")
    return log.exists() or any(path.is_dir() and any(path.iterdir()) for path in beside)


def connect_reading(path: Path, held: ExitStack) -> Connection:
    """Open an existing database for reading only, also where nothing may be written: `held` closes
    it. The same errors as `connect`."""
    try:
        connection = connect(path, reading_only=True)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        connection = _connect_unwritable(path, held)
    held.callback(connection.close)
    return connection


def _connect_unwritable(path: Path, held: ExitStack) -> Connection:
    """SQLite wants to write a little even to read, unless told that nobody ever writes. Then it
    does not look into the log, so a database with one is read from a copy."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return connect(path, reading_only=True, immutable=True)
    folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="kontext-")))
    for file in (path, log):
        shutil.copyfile(file, folder / file.name)
    return connect(folder / path.name, reading_only=True)


def connect(
    path: Path, *, reading_only: bool, newest: int = len(MIGRATIONS), immutable: bool = False
) -> Connection:
    """Open an existing database and make it safe; any thread may use the connection, one at a time.

    Raises LibraryError when the file is a newer release's, or does not take a setting.
    """
    mode = "ro" if reading_only else "rw"
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    connection.row_factory = sqlite3.Row
    # Text that a flipped bit made undecodable is for the row's seal to find, which names the row.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    with ExitStack() as undo:
        undo.callback(connection.close)
        # Once more, through SQLite: a crash may have left the newest header in the log beside it.
        version = get_version(connection)
        _check_version(version, newest, path)
        if reading_only and version < newest:
            raise LibraryError(
                "This library was made by an older version of the program.",
                "Open it once in the window, which brings it up to date.",
            )
        _set(connection, _PRAGMAS if reading_only else _PRAGMAS + _WRITING_PRAGMAS)
        undo.pop_all()
    return connection


def get_version(connection: sqlite3.Connection) -> int:
    [[version]] = connection.execute("PRAGMA user_version")
    return int(version)


def get_uuid(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT uuid FROM library").fetchone()
    if row is None:
        raise damaged_row("library", "uuid")
    return str(row[0])


def migrate(
    connection: sqlite3.Connection, folder: Path, migrations: Sequence[str] = MIGRATIONS
) -> None:
    """Bring the database up to date, one transaction for each step; a backup of one with content in
    it is made first."""
    version = get_version(connection)
    if version == len(migrations):
        return
    if version > 0:
        backup.make(connection, folder, time.time())
    # A step may build a table anew that others refer to.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        for number, script in enumerate(migrations[version:], version + 1):
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;"
            )
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")
    if version > 0:
        # Older releases left what they had replaced in the file's free pages.
        connection.execute("VACUUM")
    # Out of the log and into the file's header, where an older release looks first.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _set(connection: sqlite3.Connection, pragmas: Sequence[tuple[str, str, str | int]]) -> None:
    for name, value, wanted in pragmas:
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        [[answer]] = connection.execute(f"PRAGMA {name}")
        if answer != wanted:
            raise LibraryError(
                "The library's folder does not allow what keeps it safe.",
                "Keep it on a disk of this machine, not on a network share.",
                f"PRAGMA {name} = {value} answered {answer}",
            )


def _check_version(version: int, newest: int, path: Path) -> None:
    if version > newest:
        raise LibraryError(
            "This library was made by a newer version of the program.",
            "Update the program, or choose another library. Nothing was changed.",
            f"{path}: schema {version}, known up to {newest}",
        )


def _foreign(path: Path) -> LibraryError:
    return LibraryError(
        f"{path} is not a library of this program.",
        "Choose another folder, or move the file away. Nothing was changed.",
    )
