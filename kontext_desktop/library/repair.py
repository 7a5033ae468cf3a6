"""Mend what a check has named, from the seals, the sidecars, the backups and copies of the blobs.

A backup comes first, nothing is deleted (what is damaged moves to `quarantine`), and what is whole
is left alone: repairing a second time does nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kontext_desktop.library import check_rows, flips, mending, sidecars
from kontext_desktop.library.blobs import BLOBS, Blobs, sync_folder
from kontext_desktop.library.report import Finding
from kontext_desktop.library.restore import QUARANTINE, free_name
from kontext_desktop.model import JobState

_ROUNDS = 4
_FILES = ("blob", "sidecar", "file", "backup", "database")
"""Places that are not in the database."""


def repair(
    folder: Path,
    connection: sqlite3.Connection,
    blobs: Blobs,
    findings: Sequence[Finding],
    look: Callable[[], Sequence[Finding]],
    back_up: Callable[[], Path],
    at: float,
) -> list[str]:
    """Mend until nothing more can be: what was mended may bring other damage to light, so `look`
    checks again. `back_up` is called before the first change."""
    acts: list[str] = []
    if not any(finding.is_damage for finding in findings):
        return acts
    made = back_up()
    for _ in range(_ROUNDS):
        done = _mend_rows(folder, connection, findings, at)
        done += _mend_files(folder, connection, blobs, findings)
        if not done:
            break
        acts += done
        findings = look()
    if not acts:
        made.unlink()  # of what is as it was
    return acts


def _mend_rows(
    folder: Path, connection: sqlite3.Connection, findings: Iterable[Finding], at: float
) -> list[str]:
    """Mend what can be mended in the database, in one transaction; a sentence for each act."""
    rows = [finding for finding in findings if finding.place not in _FILES and finding.is_damage]
    if not rows and not any(finding.place == "sidecar" for finding in findings):
        return []
    sources = mending.Sources(folder)
    acts: list[str] = []
    with _unchecked(connection):
        for finding in rows:
            acts += _mend_row(folder, connection, finding, sources, at)
        for finding in findings:
            if finding.place == "sidecar" and finding.kind == "behind":
                acts += _heed_sidecar(folder, connection, finding)
        if acts:
            mending.complete(connection, at)
    return acts


def _mend_files(
    folder: Path, connection: sqlite3.Connection, blobs: Blobs, findings: Iterable[Finding]
) -> list[str]:
    """Put lost blobs back where a copy is found, move damaged files to quarantine, write sidecars
    anew; a sentence for each act. Raises OSError."""
    acts: list[str] = []
    for finding in findings:
        path = folder / finding.name
        match finding.place, finding.kind:
            case "blob", "missing" | "corrupt":
                acts += _mend_blob(folder, connection, blobs, finding)
            case "sidecar", "missing" | "behind" | "corrupt":
                acts += _write_sidecar(folder, connection, path)
            case "backup", "corrupt":
                acts.append(_quarantine(folder, path))
            case _:
                pass
    return acts


def _mend_row(
    folder: Path,
    connection: sqlite3.Connection,
    finding: Finding,
    sources: mending.Sources,
    at: float,
) -> list[str]:
    place, name = finding.place, finding.name
    if place == "search":
        return ["Made the search index anew."]  # `complete` does
    if place == "index":
        connection.execute("REINDEX")
        return ["Made the database's indexes anew."]
    if place in ("trashed", "tags"):
        return [f"Mended the list of what is {place.replace('tags', 'tagged')}."]  # `complete` does
    if place == "library":
        return _mend_library(folder, connection)
    if finding.kind == "corrupt" and name.isdecimal():
        return _mend_sealed(connection, place, int(name), sources)
    if finding.wants is None:
        return []
    table, key = finding.wants
    match table:
        case "charges":
            mending.put_charge(connection, key)
            return [f"Wrote the charge of job {key[:8]} anew from the job."]
        case "document_state":
            return [f"Wrote the state of document {key[:8]} anew."]  # `complete` does
        case "job_events":
            return _mend_history(connection, key, sources, at)
        case "versions" if finding.kind == "missing":
            facts = sidecars.read(sidecars.path_of(folder, key)) or {}
            added = mending.absorb(connection, facts)
            return [f"Put version {key[:8]} back from its sidecar."] if added else []
        case _:
            row = _find_current(connection, table, sources, key)
            added = row is not None and mending.insert(connection, table, row)
            if not added and place == "document_state":
                return [f"Moved the pointer of document {name} to its newest version."]
            return [f"Put a record back ({table} {key[:8]})."] if added else []


def _mend_sealed(
    connection: sqlite3.Connection, table: str, sequence: int, sources: mending.Sources
) -> list[str]:
    row = flips.undo(connection, table, sequence)
    if row is None and table != "acts":
        row = _find_current(connection, table, sources, str(sequence))
        damaged = connection.execute(
            f"SELECT * FROM {table} WHERE sequence = ?", (sequence,)
        ).fetchone()
        if row is None and damaged is not None and "id" in damaged.keys():  # noqa: SIM118
            row = _find_current(connection, table, sources, str(damaged["id"]))
    if row is None:
        return []
    mending.put_back(connection, table, sequence, row)
    return [f"Mended a record ({table} {sequence})."]


def _find_current(
    connection: sqlite3.Connection, table: str, sources: mending.Sources, key: str
) -> mending.Facts | None:
    """A sound copy of a row that is not older than what else is known: a Job that has moved on
    since is not put back to where it was."""
    row = sources.find(table, key)
    if row is not None and table == "jobs" and row["state"] != JobState.DONE:
        last = connection.execute(
            "SELECT state FROM job_events WHERE job_id = ? ORDER BY sequence DESC LIMIT 1",
            (row["id"],),
        ).fetchone()
        if last is not None and last[0] != row["state"]:
            return None
    return row


def _mend_history(
    connection: sqlite3.Connection, job_id: str, sources: mending.Sources, at: float
) -> list[str]:
    for row in list(sources.list_backed_up("job_events", "job_id", job_id)):
        mending.insert(connection, "job_events", row)
    job = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    events = connection.execute(
        "SELECT * FROM job_events WHERE job_id = ? ORDER BY sequence", (job_id,)
    ).fetchall()
    if job is not None and any(check_rows.check_history(dict(job), map(dict, events))):
        mending.put_event(connection, job_id, at)
    return [f"Mended the history of job {job_id[:8]}."]


def _mend_library(folder: Path, connection: sqlite3.Connection) -> list[str]:
    told = sidecars.read_library(folder)
    if told is not None:
        connection.execute("UPDATE library SET uuid = :uuid", told)
    return ["Mended the record of the library itself."]  # `complete` mends the next number


def _heed_sidecar(folder: Path, connection: sqlite3.Connection, finding: Finding) -> list[str]:
    """What a sidecar says and the database lost: an annotation; and that a picture must not be
    sent, for which any witness will do."""
    facts = sidecars.read(folder / finding.name) or {}
    version, annotation = facts.get("version"), facts.get("annotation")
    acts = []
    if version and annotation and mending.insert(connection, "annotations", annotation):
        acts.append(f"Put the annotation of version {version['id'][:8]} back.")
    if version and (facts.get("marks") or {}).get("never_send"):
        done = connection.execute(
            "UPDATE document_state SET never_send = 1 WHERE document_id = ? AND never_send <> 1",
            (version["document_id"],),
        )
        if done.rowcount:
            acts.append(f"Marked document {version['document_id'][:8]} never to be sent.")
    if (facts.get("library") or {}).get("never_send"):
        done = connection.execute("UPDATE library SET never_send = 1 WHERE never_send <> 1")
        if done.rowcount:
            acts.append("Marked the library never to be sent.")
    return acts


def _mend_blob(
    folder: Path, connection: sqlite3.Connection, blobs: Blobs, finding: Finding
) -> list[str]:
    acts = []
    path = blobs.path(finding.name)
    if path.exists() and finding.kind == "corrupt":
        acts.append(_quarantine(folder, path))
    for copy in _list_copies(folder, connection, finding.name):
        if blobs.take_copy(finding.name, copy):
            acts.append(f"Put a file back from {copy}.")
            break
    return acts


def _list_copies(folder: Path, connection: sqlite3.Connection, sha256: str) -> Iterator[Path]:
    """Where the same bytes may lie: among the backups, and for an original where it came from."""
    yield folder / "backups" / BLOBS / sha256[:2] / sha256
    for [source] in connection.execute(
        "SELECT source_path FROM documents WHERE master_sha256 = ?", (sha256,)
    ).fetchall():
        if source:
            yield Path(source)


def _write_sidecar(folder: Path, connection: sqlite3.Connection, path: Path) -> list[str]:
    version_id = None if path.name == sidecars.LIBRARY else path.stem
    known = (
        version_id is None
        or connection.execute("SELECT 1 FROM versions WHERE id = ?", (version_id,)).fetchone()
    )
    if not known:
        return [_quarantine(folder, path)] if path.exists() else []
    target, data = sidecars.compose(folder, connection, version_id)
    sidecars.put(folder, target, data)
    return [f"Wrote a sidecar ({path.name})."]


def _quarantine(folder: Path, path: Path) -> str:
    quarantine = folder / QUARANTINE
    quarantine.mkdir(mode=0o700, exist_ok=True)
    # Never again taken for what it was, a database among them.
    target = free_name(quarantine, f"{path.name}.damaged")
    try:
        os.replace(path, target)
    except OSError:
        shutil.move(path, target)
    sync_folder(quarantine)
    sync_folder(path.parent)
    return f"Moved a damaged file to {QUARANTINE}/{target.name}."


@contextmanager
def _unchecked(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction in which rows may come in any order."""
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")
