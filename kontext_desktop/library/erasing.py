"""Erase what is in the trash for good: rows in one transaction, then the files only they needed.

The transaction leaves tombstones, which name those files; they are taken away once the files are
gone. So a crash in the middle is finished at the next start, and never leaves a row without its
file. What the books need of a Job stays; see `charges`. Backups made before still hold it all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import charges, documents, records, references, sidecars, trash
from kontext_desktop.library.blobs import Blobs, Cache
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import Job

_IN = "IN (SELECT value FROM json_each(?))"


def erase(writing: Writing, id_or_prefix: str) -> None:
    """Erase an entry of the trash with whatever was made from it. Raises LibraryError for what is
    not an entry there, and while a Job that belongs to it is unfinished."""
    connection = writing.connection
    target = trash.find(connection, id_or_prefix)
    entry = connection.execute("SELECT 1 FROM trash WHERE sequence = ?", (target.sequence,))
    if entry.fetchone() is None:
        raise LibraryError(
            "Only what is in the trash can be erased.", "Put it there first; `kontext trash` lists."
        )
    versions, jobs = trash.branch(target), _list_jobs(connection, target)
    if not all(job.state.ended for job in jobs):
        raise LibraryError(
            "An edit of it is still under way.", "Erase it when that has ended: `kontext jobs`."
        )
    # Rows refer to each other in circles; all of them are gone before the act is.
    connection.execute("PRAGMA defer_foreign_keys = ON")
    sequences = json.dumps([node.sequence for node in versions])
    results = _list_results(connection, target.document_id, jobs, sequences)
    _bury(connection, "version", (node.id for node in versions))
    _bury(connection, "blob", _list_blobs(connection, target, jobs, results, sequences))
    for job in jobs:
        charges.outlive(writing, job)
    _delete_jobs(connection, jobs)
    _delete_versions(connection, sequences, [node.id for node in versions])
    _delete_results(writing, results)
    if target.version is None:
        _delete_document(connection, target.document_id)


def may_erase(connection: sqlite3.Connection, entry_id: str) -> bool:
    """Whether the entry is (still) there, and every Job that belongs to it has ended."""
    there = connection.execute("SELECT 1 FROM trash WHERE id = ?", (entry_id,)).fetchone()
    if there is None:
        return False
    jobs = _list_jobs(connection, trash.find(connection, entry_id))
    return all(job.state.ended for job in jobs)


def finish(connection: sqlite3.Connection) -> None:
    """The rest of an act of erasing, inside its transaction."""
    # Deleted rows' words stay in the index until its parts are merged.
    connection.execute("INSERT INTO search (search) VALUES ('optimize')")


def remove_files(connection: sqlite3.Connection, folder: Path, blobs: Blobs, cache: Cache) -> None:
    """Take away the files that tombstones name, unless a row needs them (again), then the
    tombstones, then what the write-ahead log still holds. Again does nothing."""
    buried = connection.execute("SELECT kind, name FROM tombstones").fetchall()
    if not buried:
        return
    hashes = [row["name"] for row in buried if row["kind"] == "blob"]
    needed = {reference.sha256 for reference in references.list_all(connection)}
    for sha256 in hashes:
        if sha256 not in needed:
            blobs.remove(sha256)
    ids = {row["name"] for row in buried if row["kind"] == "version"}
    cache.remove(ids)
    for version_id in ids:
        sidecars.path_of(folder, version_id).unlink(missing_ok=True)
    # The log may still hold pages from before; only when it does not is the act over.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("DELETE FROM tombstones")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _list_jobs(connection: sqlite3.Connection, target: trash.Target) -> list[Job]:
    """The Jobs that go with an entry: those that started from one of its versions, and those of
    which no other Version came; of a document all."""
    if target.version is None:
        rows = connection.execute(
            f"{records.JOBS} WHERE jobs.document_id = ?", (target.document_id,)
        )
        return [records.read_job(row) for row in rows]
    versions = trash.branch(target)
    ids = json.dumps([node.id for node in versions])
    sequences = json.dumps([node.sequence for node in versions])
    rows = connection.execute(
        f"{records.JOBS} WHERE jobs.document_id = ? AND (parent_version_id {_IN}"
        f" OR jobs.id IN (SELECT job_id FROM versions WHERE sequence {_IN})"
        " AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.job_id = jobs.id"
        f" AND NOT versions.sequence {_IN}))",
        (target.document_id, ids, sequences, sequences),
    )
    return [records.read_job(row) for row in rows]


def _list_results(
    connection: sqlite3.Connection, document_id: str, jobs: list[Job], sequences: str
) -> list[str]:
    """Ids of the Results that nothing shows any more: those of the Jobs, and those that only the
    versions to be erased are made of."""
    staying, going = (
        {
            layer["result_id"]
            for [layers] in connection.execute(
                f"SELECT layers FROM versions WHERE document_id = ? AND sequence {negation} {_IN}",
                (document_id, sequences),
            )
            for layer in json.loads(layers)
        }
        for negation in ("NOT", "")
    )
    of_jobs = {
        row["id"]
        for row in connection.execute(
            f"SELECT id FROM results WHERE job_id {_IN}", (json.dumps([job.id for job in jobs]),)
        )
    }
    if staying & of_jobs:
        raise LibraryError(
            "A version that stays shows a picture of this branch.", "Put that in the trash, too."
        )
    return sorted((going | of_jobs) - staying)


def _list_blobs(
    connection: sqlite3.Connection,
    target: trash.Target,
    jobs: list[Job],
    results: list[str],
    sequences: str,
) -> Iterator[str]:
    """Every blob that a row to be erased names; others may need it as well."""
    if target.version is None:
        yield documents.get(connection, target.document_id).master_sha256
    for job in jobs:
        yield job.input_sha256
        yield from job.quarantine
    ids = json.dumps([job.id for job in jobs])
    for query, values in (
        (f"SELECT sha256 FROM results WHERE id {_IN}", json.dumps(results)),
        (
            "SELECT json_extract(one.value, '$.sha256') FROM candidates,"
            f" json_each(candidates.received) AS one WHERE job_id {_IN}",
            ids,
        ),
        (
            "SELECT json_extract(layer.value, '$.mask_sha256') FROM versions,"
            f" json_each(versions.layers) AS layer WHERE versions.sequence {_IN}",
            sequences,
        ),
    ):
        for [sha256] in connection.execute(query, (values,)):
            if sha256:
                yield sha256


def _delete_jobs(connection: sqlite3.Connection, jobs: list[Job]) -> None:
    ids = json.dumps([job.id for job in jobs])
    for table in ("job_events", "candidates", "results"):
        connection.execute(f"DELETE FROM {table} WHERE job_id {_IN}", (ids,))
    connection.execute(
        f"DELETE FROM search WHERE rowid {_IN}", (json.dumps([job.sequence for job in jobs]),)
    )
    connection.execute(f"DELETE FROM jobs WHERE id {_IN}", (ids,))


def _delete_results(writing: Writing, results: list[str]) -> None:
    """Those of Jobs that stay, since another picture of theirs does."""
    ids = json.dumps(results)
    rows = writing.connection.execute(
        "SELECT versions.id FROM versions JOIN results ON results.job_id = versions.job_id"
        f" WHERE results.id {_IN}",
        (ids,),
    )
    writing.touched.update(row["id"] for row in rows)
    writing.connection.execute(f"DELETE FROM results WHERE id {_IN}", (ids,))


def _delete_versions(connection: sqlite3.Connection, sequences: str, ids: list[str]) -> None:
    connection.execute(f"DELETE FROM search WHERE rowid {_IN}", (sequences,))
    for table in ("tags", "annotations", "trashed"):
        connection.execute(f"DELETE FROM {table} WHERE sequence {_IN}", (sequences,))
    connection.execute(f"DELETE FROM trash WHERE sequence {_IN}", (sequences,))
    connection.execute(
        f"DELETE FROM acts WHERE kind = 'annotation' AND version_id {_IN}", (json.dumps(ids),)
    )
    connection.execute(f"DELETE FROM versions WHERE sequence {_IN}", (sequences,))


def _delete_document(connection: sqlite3.Connection, document_id: str) -> None:
    for table in ("acts", "trash", "document_state"):
        connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _bury(connection: sqlite3.Connection, kind: str, names: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO tombstones (kind, name) VALUES (?, ?)",
        [(kind, name) for name in names],
    )
