"""Rows put back into a database: from sidecars and backups, and what follows from other rows.

Everything here adds what is absent, or replaces what is damaged; nothing that is sound is changed.
Foreign keys are off meanwhile: what is left dangling is for `check` to name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from kontext_desktop.library import backup, rows, sidecars
from kontext_desktop.library.check_rows import REBUILT, columns, holds
from kontext_desktop.model import JobState

Facts = dict[str, Any]
_CHARGED = {
    **dict.fromkeys((JobState.QUEUED, JobState.CANCELLED), "no"),
    **dict.fromkeys((JobState.RUNNING, JobState.DOWNLOADING, JobState.DONE), "yes"),
}
"""What a lost charge is taken to have been; for all other states it may have been billed."""


class Sources:
    """Where sound rows can still be had: in sidecars, then in backups from the newest on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sidecars: dict[tuple[str, str], Facts] | None = None

    def find(self, table: str, key: str) -> Facts | None:
        """The row with this id, or with this sequence."""
        if self._sidecars is None:
            self._sidecars = dict(self._read_sidecars())
        return self._sidecars.get((table, key)) or next(
            (row for row in self.list_backed_up(table, _key_column(table, key), key)), None
        )

    def list_backed_up(self, table: str, column: str, key: str) -> Iterator[Facts]:
        """The sound rows of backups with this value in a column, from the newest backup on."""
        for made in backup.list_made(self._folder):
            try:
                with closing(backup.open_copy(made.path)) as copy:
                    found = copy.execute(
                        f"SELECT * FROM {table} WHERE {column} = ?", (key,)
                    ).fetchall()
                    sound = [
                        row for row in map(dict, found) if "row_hash" in row and holds(table, row)
                    ]
            except sqlite3.Error:
                continue  # a damaged one, or from before there was such a table
            yield from sound

    def _read_sidecars(self) -> Iterator[tuple[tuple[str, str], Facts]]:
        for path in sidecars.list_files(self._folder):
            for table, row in list_rows(sidecars.read(path) or {}):
                yield (table, str(row["sequence"])), row
                yield (table, str(row["id"])), row


def list_rows(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """The sealed rows that a sidecar is made of."""
    if facts.get("kind") != "version":
        return
    yield "documents", facts["document"]
    if facts.get("job"):
        received_at = max(result["created_at"] for result in facts["results"])
        job = sidecars.job_values(facts["job"], received_at)
        yield "jobs", {**job, "row_hash": rows.seal(job)}
    for result in facts.get("results", ()):
        yield "results", result
    yield "versions", facts["version"]


def absorb(connection: sqlite3.Connection, facts: Facts) -> bool:
    """Add what a sidecar knows and the database does not; a Job that is not done there is done.
    Whether anything was added."""
    added = False
    for table, row in list_rows(facts):
        if table == "jobs" and _find_state(connection, row["id"]) not in (None, JobState.DONE):
            put_back(connection, table, row["sequence"], row)
            added = True
        added |= insert(connection, table, row)
    version = facts.get("version")
    if version and facts.get("reference"):
        added |= insert(connection, "master_references", facts["reference"])
    if version and facts.get("annotation"):
        added |= insert(connection, "annotations", facts["annotation"])
    if version and facts.get("marks"):
        added |= insert(
            connection,
            "document_state",
            {
                "document_id": version["document_id"],
                "current_version_id": version["id"],
                "activity": version["sequence"],
                **facts["marks"],
            },
        )
    return added


def insert(connection: sqlite3.Connection, table: str, row: Facts) -> bool:
    """Add a row as it is, where none has its place; columns that are no more are left out."""
    there = {name: row[name] for name in columns(connection, table) if name in row}
    names, marks = ", ".join(there), ", ".join(f":{name}" for name in there)
    done = connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", there)
    return done.rowcount > 0


def put_back(connection: sqlite3.Connection, table: str, sequence: int, row: Facts) -> None:
    """Replace the row that stands under `sequence` now."""
    connection.execute(f"DELETE FROM {table} WHERE sequence = ?", (sequence,))
    insert(connection, table, row)


def complete(connection: sqlite3.Connection, at: float) -> None:
    """Add what follows from the rows that are there: state, charges, the end of each history, the
    next number, the search index."""
    _complete_trash(connection)
    _complete_state(connection)
    for [job_id] in connection.execute(
        "SELECT id FROM jobs WHERE id NOT IN (SELECT job_id FROM charges)"
    ).fetchall():
        put_charge(connection, job_id)
    _complete_series(connection)
    for [job_id] in connection.execute(
        "SELECT id FROM jobs WHERE state IS NOT (SELECT state FROM job_events"
        " WHERE job_id = jobs.id ORDER BY sequence DESC LIMIT 1)"
    ).fetchall():
        put_event(connection, job_id, at)
    reindex(connection)


def _complete_trash(connection: sqlite3.Connection) -> None:
    """What is only half in the trash comes back: better seen than never found again."""
    connection.execute("DELETE FROM trashed WHERE entry NOT IN (SELECT sequence FROM trash)")
    while connection.execute(
        "DELETE FROM trashed WHERE sequence IN (SELECT parent.sequence FROM versions AS child,"
        " json_each(child.parent_ids) JOIN versions AS parent ON parent.id = json_each.value"
        " WHERE child.sequence NOT IN (SELECT sequence FROM trashed))"
    ).rowcount:
        pass
    connection.execute("DELETE FROM trash WHERE sequence NOT IN (SELECT entry FROM trashed)")


def _complete_state(connection: sqlite3.Connection) -> None:
    newest = (
        "(SELECT id FROM versions WHERE document_id = {} ORDER BY"
        " EXISTS (SELECT 1 FROM trashed WHERE trashed.sequence = versions.sequence),"
        " sequence DESC LIMIT 1)"
    )
    connection.execute(
        "INSERT OR IGNORE INTO document_state (document_id, current_version_id, activity)"
        f" SELECT id, {newest.format('documents.id')}, sequence FROM documents"
        " WHERE id NOT IN (SELECT document_id FROM document_state)"
    )
    connection.execute(
        "UPDATE OR IGNORE document_state"
        f" SET current_version_id = {newest.format('document_state.document_id')}"
        " WHERE NOT EXISTS (SELECT 1 FROM versions WHERE versions.id = current_version_id"
        " AND versions.document_id = document_state.document_id)"
    )


def put_charge(connection: sqlite3.Connection, job_id: str) -> None:
    """Write a Job's charge anew from the Job: what is not known may have been billed."""
    job = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    charged = _CHARGED.get(job["state"], "maybe")
    was = connection.execute("SELECT charged FROM charges WHERE job_id = ?", (job_id,)).fetchone()
    if job["state"] in (JobState.FAILED, JobState.EXPIRED) and was is not None:
        charged = was[0] if was[0] in ("no", "maybe", "yes") else "maybe"
    connection.execute(
        "INSERT OR REPLACE INTO charges (job_id, endpoint, practice, amount, charged, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(job_id, job["endpoint"], job["practice"], job["price"], charged),
            job["sent_at"] or job["created_at"],
        ),
    )


def put_event(connection: sqlite3.Connection, job_id: str, at: float) -> None:
    """Say where a Job stands, in place of a history that is lost."""
    state = _find_state(connection, job_id)
    writing = rows.Writing(connection, at, lambda: "")
    writing.insert(
        "job_events",
        {
            "sequence": writing.next_sequence(),
            "job_id": job_id,
            "at": at,
            "state": state,
            "note": REBUILT,
        },
    )


def _complete_series(connection: sqlite3.Connection) -> None:
    """Let the next number be higher than all that are taken."""
    highest = 0
    for table in backup.list_tables(connection):
        if table != "library" and "sequence" in columns(connection, table):
            [[last]] = connection.execute(f"SELECT coalesce(max(sequence), 0) FROM {table}")
            highest = max(highest, last)
    [[last]] = connection.execute("SELECT coalesce(max(activity), 0) FROM document_state")
    connection.execute(
        "UPDATE library SET sequence = ? WHERE sequence < ?", (max(highest, last),) * 2
    )


def reindex(connection: sqlite3.Connection) -> None:
    """Make the search index, and the list of tags, anew from the rows."""
    from kontext_desktop.library import search

    writing = rows.Writing(connection, 0.0, lambda: "")
    connection.execute("DELETE FROM search")
    for [sequence] in connection.execute("SELECT sequence FROM versions").fetchall():
        search.index_version(writing, sequence)
    for sequence, prompt in connection.execute(
        "SELECT sequence, prompt FROM jobs"
        " WHERE NOT EXISTS (SELECT 1 FROM versions WHERE versions.job_id = jobs.id)"
    ).fetchall():
        search.index_job(writing, sequence, prompt)
    connection.execute("DELETE FROM tags")
    for sequence, text in connection.execute("SELECT sequence, tags FROM annotations").fetchall():
        try:
            tags = {str(tag).casefold() for tag in json.loads(text)}
        except (ValueError, TypeError):
            continue
        connection.executemany("INSERT INTO tags VALUES (?, ?)", [(tag, sequence) for tag in tags])


def _find_state(connection: sqlite3.Connection, job_id: str) -> str | None:
    row = connection.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else str(row[0])


def _key_column(table: str, key: str) -> str:
    return "sequence" if key.isdecimal() else "id"
