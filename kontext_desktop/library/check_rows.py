"""What can be wrong with the rows: their seals, what they name, and whether they agree.

Runs on one moment of the database. Everything is named; nothing is changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from kontext_desktop.library import backup, rows
from kontext_desktop.library.backup import list_tables
from kontext_desktop.library.jobs import MOVES
from kontext_desktop.library.report import Finding
from kontext_desktop.model import JobState

REBUILT = "made again from its sidecar"
"""The note of an event that stands for a Job's lost history."""
UNSEALED = {"acts": ("state",)}
"""Columns that a table's seal leaves out, since they change."""
_CHARGES = {
    JobState.QUEUED: {"no"},
    JobState.CANCELLED: {"no"},
    JobState.SENDING: {"maybe"},
    JobState.UNSURE: {"maybe"},
    JobState.RUNNING: {"yes"},
    JobState.DOWNLOADING: {"yes"},
    JobState.DONE: {"yes"},
}
"""What a charge says by its Job's state; the others may say anything, and a refund changes it."""
_LOOKED_AT = {
    "documents": ("sequence", "id"),
    "versions": ("sequence", "id", "document_id", "job_id", "parent_ids", "layers"),
    "results": ("sequence", "id", "job_id"),
    "jobs": (
        *("sequence", "id", "state", "prediction_id", "price", "sent_at", "created_at"),
        *("endpoint", "practice"),
    ),
    "charge_events": ("sequence", "job_id", "amount"),
    "erased_jobs": ("sequence", "id"),
}
"""The columns that are compared with one another: the rest of a large library stays on the disk."""
_HAS_PREDICTION = (JobState.RUNNING, JobState.DOWNLOADING, JobState.DONE)
Row = Mapping[str, Any]


@dataclass(slots=True)
class Rows:
    """The rows of one library whose seals hold, by table and id; where there is no id, by sequence.
    And the sequences of those whose seals do not. `highest` is the last of all sequences."""

    sound: dict[str, dict[str, Row]] = field(default_factory=dict)
    corrupt: dict[str, set[int]] = field(default_factory=dict)
    count: int = 0
    highest: int = 0

    def of(self, table: str) -> dict[str, Row]:
        return self.sound.get(table, {})


def list_sealed(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows carry a seal."""
    return [table for table in list_tables(connection) if "row_hash" in columns(connection, table)]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def holds(table: str, row: Row) -> bool:
    """Whether a row of a sealed table is as it was sealed."""
    left_out = ("row_hash", *UNSEALED.get(table, ()))
    facts = {name: value for name, value in row.items() if name not in left_out}
    return rows.holds(facts, row["row_hash"])


def check_seals(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Fill `kept`, and name each row that is not as it was written."""
    for table in list_sealed(connection):
        sound = kept.sound.setdefault(table, {})
        corrupt = kept.corrupt.setdefault(table, set())
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY sequence"):
            kept.count += 1
            if holds(table, dict(row)):
                kept.highest = max(kept.highest, row["sequence"])
                facts = {name: row[name] for name in _LOOKED_AT.get(table, ())}
                if facts:
                    sound[str(facts.get("id", facts["sequence"]))] = facts
            else:
                corrupt.add(row["sequence"])
                yield Finding(
                    "corrupt",
                    table,
                    str(row["sequence"]),
                    f"A record is not as it was written ({table} {row['sequence']}).",
                )


def check_keys(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Rows that refer to rows which are not there, as SQLite knows their references."""
    for table, rowid, parent, key in connection.execute("PRAGMA foreign_key_check").fetchall():
        if rowid in kept.corrupt.get(table, ()):
            continue  # what it names may be the flipped bit itself
        wanted = None
        if rowid is not None:
            [column] = [
                row[3]
                for row in connection.execute(f"PRAGMA foreign_key_list({table})")
                if row[0] == key
            ]
            [[wanted]] = connection.execute(
                f"SELECT {column} FROM {table} WHERE rowid = ?", (rowid,)
            )
        yield Finding(
            "dangling",
            table,
            str(rowid),
            f"A record names what is not there ({table} {rowid}: {parent} {wanted}).",
            None if wanted is None else (parent, str(wanted)),
        )


def check_versions(kept: Rows) -> Iterator[Finding]:
    """Parents that are there, older, and of the same document; layers that name Results."""
    versions, results = kept.of("versions"), kept.of("results")
    for version in versions.values():
        for parent_id in json.loads(version["parent_ids"]):
            parent = versions.get(parent_id)
            if parent is None:
                yield _dangling("versions", version, "its parent", ("versions", parent_id))
            elif parent["document_id"] != version["document_id"]:
                yield _dangling("versions", version, "a parent of another document")
            elif parent["sequence"] >= version["sequence"]:
                yield _dangling("versions", version, "a parent that came after it: a circle")
        for layer in json.loads(version["layers"]):
            if layer["result_id"] not in results:
                yield _dangling(
                    "versions", version, "a layer's result", ("results", layer["result_id"])
                )
    shown = {
        layer["result_id"]
        for version in versions.values()
        for layer in json.loads(version["layers"])
    }
    if not kept.corrupt.get("versions"):
        for result in results.values():
            if result["id"] not in shown:
                yield _dangling("results", result, "the version that shows it")


def check_documents(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Each document has its original, and a pointer to one of its own versions."""
    versions = kept.of("versions")
    originals = {one["document_id"] for one in versions.values() if one["job_id"] is None}
    current = dict(
        connection.execute("SELECT document_id, current_version_id FROM document_state").fetchall()
    )
    damaged = bool(kept.corrupt.get("versions"))
    for document in kept.of("documents").values():
        if document["id"] not in originals and not damaged:
            yield _dangling("documents", document, "its original version")
        if document["id"] not in current:
            yield _dangling("documents", document, "its state", ("document_state", document["id"]))
            continue
        version = versions.get(current[document["id"]])
        if version is not None and version["document_id"] != document["id"]:
            yield _dangling(
                "documents",
                document,
                "a current version of its own",
                ("document_state", document["id"]),
            )


def check_trash(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """What is visible has visible parents, and every entry of the trash has something in it."""
    hidden = {row[0] for row in connection.execute("SELECT sequence FROM trashed")}
    versions = kept.of("versions")
    for version in versions.values():
        parents = [versions.get(one) for one in json.loads(version["parent_ids"])]
        buried = any(parent and parent["sequence"] in hidden for parent in parents)
        if buried and version["sequence"] not in hidden:
            yield Finding(
                "dangling",
                "trashed",
                str(version["sequence"]),
                f"Version {version['id'][:8]} is not in the trash, and what it was made from is.",
            )
    for [entry_id] in connection.execute(
        "SELECT id FROM trash WHERE sequence NOT IN (SELECT entry FROM trashed)"
    ):
        says = f"An entry of the trash has nothing in it ({entry_id})."
        yield Finding("dangling", "trashed", entry_id, says)


def check_jobs(kept: Rows) -> Iterator[Finding]:
    """Jobs in a state that their own columns or their Results contradict."""
    with_results = {result["job_id"] for result in kept.of("results").values()}
    for job in kept.of("jobs").values():
        if job["state"] not in list(JobState):
            yield _dangling("jobs", job, "a state that there is")
            continue
        state = JobState(job["state"])
        if state in _HAS_PREDICTION and job["prediction_id"] is None:
            yield _dangling("jobs", job, "the prediction it got")
        if state is JobState.DONE and job["id"] not in with_results:
            yield _dangling("jobs", job, "the result it is done by")
        if state is not JobState.DONE and job["id"] in with_results:
            yield _dangling("jobs", job, f"a state that fits its result; it is {state}")


def check_histories(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Each Job's events: every step one that it can take, from the first to where it is now."""
    if kept.corrupt.get("job_events"):
        return  # which Job a damaged one belongs to is not known
    jobs = dict(kept.of("jobs"))
    events = connection.execute(
        "SELECT job_id, sequence, state, note FROM job_events ORDER BY job_id, sequence"
    )
    for job_id, group in groupby(events, lambda event: str(event["job_id"])):
        job = jobs.pop(job_id, None)
        if job is not None:
            yield from check_history(job, group)
    for job in jobs.values():
        yield from check_history(job, ())


def check_history(job: Row, events: Iterable[Row]) -> Iterator[Finding]:
    before: JobState | None = None
    for event in events:
        state = JobState(event["state"])
        begins = before is None and state is JobState.QUEUED
        follows = before is not None and (state is before or state in MOVES.get(before, ()))
        finishes = (before, state) == (JobState.DOWNLOADING, JobState.DONE)
        if not (begins or follows or finishes or event["note"] == REBUILT):
            yield _dangling(
                "jobs", job, f"an event before {event['sequence']}", ("job_events", job["id"])
            )
        before = state
    if before is None or before.value != job["state"]:
        yield _dangling("jobs", job, "the event of its last move", ("job_events", job["id"]))


def check_charges(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """The books against the jobs."""
    charges = {row["job_id"]: dict(row) for row in connection.execute("SELECT * FROM charges")}
    refunded: dict[str, int] = {}
    for event in kept.of("charge_events").values():
        refunded[event["job_id"]] = refunded.get(event["job_id"], 0) + event["amount"]
    for job in kept.of("jobs").values():
        charge = charges.pop(job["id"], None)
        wrong = "is missing" if charge is None else explain_charge(job, charge, refunded)
        if wrong:
            yield Finding(
                "dangling",
                "charges",
                job["id"],
                f"The charge of job {job['id'][:8]} {wrong}.",
                ("charges", job["id"]),
            )
    known = {job["id"] for job in kept.of("erased_jobs").values()}
    if not kept.corrupt.get("jobs") and not kept.corrupt.get("erased_jobs"):
        for job_id in charges.keys() - known:
            yield Finding(
                "dangling",
                "charges",
                job_id,
                f"A charge belongs to a job that is not there ({job_id}).",
                ("jobs", job_id),
            )


def explain_charge(job: Row, charge: Row, refunded: Mapping[str, int]) -> str:
    """What is wrong with a Job's charge, as the end of a sentence; "" for nothing."""
    said = charge["charged"]
    allowed = _CHARGES.get(job["state"], {"no", "maybe", "yes"})
    if said not in allowed and not (said == "no" and refunded.get(job["id"], 0) >= job["price"]):
        return f"says “{said}”, and the job is {job['state']}"
    if charge["amount"] != job["price"]:
        return f"is {charge['amount']}, and its price was {job['price']}"
    if (charge["endpoint"], charge["practice"]) != (job["endpoint"], job["practice"]):
        return "is of another service"
    if charge["at"] != (job["sent_at"] or job["created_at"]):
        return "is of another time"
    return ""


def check_series(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """The one row about the library, and the number that the next row gets."""
    found = connection.execute("SELECT * FROM library").fetchall()
    if len(found) != 1:
        says = "The record of the library itself is missing."
        yield Finding("corrupt", "database", "library", says)
        return
    if found[0]["sequence"] < kept.highest:
        yield Finding(
            "dangling",
            "library",
            "sequence",
            f"The next number would be {found[0]['sequence'] + 1}, and {kept.highest} is taken.",
        )


def check_against_backups(
    folder: Path, connection: sqlite3.Connection, kept: Rows
) -> Iterator[Finding]:
    """Rows that nothing else refers to, and that the newest backup has: events, refunds, answers
    that may be a job's. They are only ever added, so they should be there as long as their job."""
    for made in backup.list_made(folder):
        try:
            with closing(backup.open_copy(made.path)) as copy:
                if _is_ancestor(copy, connection):
                    yield from _compare(copy, connection, kept)
                    return
        except sqlite3.Error:
            continue  # a damaged one is named by itself


def _is_ancestor(copy: sqlite3.Connection, connection: sqlite3.Connection) -> bool:
    """Whether the database went on from this copy, rather than from an older one put back since."""
    newest = copy.execute(
        "SELECT sequence, row_hash FROM job_events ORDER BY sequence DESC LIMIT 8"
    ).fetchall()
    return any(
        connection.execute(
            "SELECT 1 FROM job_events WHERE sequence = ? AND row_hash = ?", tuple(event)
        ).fetchone()
        for event in newest
    )


def _compare(
    copy: sqlite3.Connection, connection: sqlite3.Connection, kept: Rows
) -> Iterator[Finding]:
    for table in ("job_events", "charge_events", "candidates"):
        there = {row[0] for row in connection.execute(f"SELECT sequence FROM {table}")}
        for row in copy.execute(f"SELECT * FROM {table}"):
            sequence = row["sequence"]
            if sequence not in there and row["job_id"] in kept.of("jobs"):
                key = row["job_id"] if table == "job_events" else str(sequence)
                says = f"A record of the newest backup is missing ({table} {sequence})."
                yield Finding("missing", table, str(sequence), says, (table, key))


def check_search(connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Whether everything that should be found by a search is in its index, and nothing else."""
    indexed = {row[0] for row in connection.execute("SELECT rowid FROM search")}
    versions = kept.of("versions").values()
    made = {version["job_id"] for version in versions}
    wanted = {version["sequence"] for version in versions}
    wanted |= {job["sequence"] for job in kept.of("jobs").values() if job["id"] not in made}
    unclear = kept.corrupt.get("versions", set()) | kept.corrupt.get("jobs", set())
    if not unclear and indexed != wanted:
        yield Finding(
            "behind", "search", "index", "The search index does not have what can be searched."
        )


def check_tags(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Whether the tags that are searched are those that the annotations have."""
    try:
        wanted = {
            (str(tag).casefold(), sequence)
            for sequence, text in connection.execute("SELECT sequence, tags FROM annotations")
            for tag in json.loads(text)
        }
    except (ValueError, TypeError):
        return  # the sidecar of that version tells
    if wanted != {tuple(row) for row in connection.execute("SELECT tag, sequence FROM tags")}:
        says = "The list of tags does not have what the annotations have."
        yield Finding("behind", "tags", "index", says)


def _dangling(table: str, row: Row, what: str, wants: tuple[str, str] | None = None) -> Finding:
    name = str(row["sequence"])
    noun = table.removesuffix("s").capitalize()
    return Finding("dangling", table, name, f"{noun} {row['id'][:8]} lacks {what}.", wants)
