"""Find all damage of a library and name it. Changes nothing, and works while others write."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import backup, check_files, check_rows, failures, references, schema
from kontext_desktop.library.report import Finding, Report
from kontext_desktop.library.rows import Connection
from kontext_desktop.model import Progress

_TROUBLE = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
)


def check(
    folder: Path, *, deep: bool = True, report: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Look at the whole library in `folder`. Without `deep` blobs are measured, not hashed.

    Raises LibraryError where there is no library, it is a newer or older release's, or its disk
    fails; damage is no error here.
    """
    folder, begun = Path(os.path.realpath(folder)), time.monotonic()
    with failures.translated(folder):
        lost = _find_lost(folder)
        if lost is not None:
            return Report((lost,), seconds=time.monotonic() - begun)
        with ExitStack() as held:
            try:
                connection = schema.connect_reading(folder / schema.DATABASE, held)
            except sqlite3.DatabaseError as error:
                return Report((_unreadable(error),), seconds=time.monotonic() - begun)
            findings, kept, blobs = _check(folder, connection, deep, report)
    seconds = time.monotonic() - begun
    return Report(tuple(findings), kept.count, blobs.count, blobs.bytes, seconds)


def _find_lost(folder: Path) -> Finding | None:
    """Whether the database is not there at all, or its file is no database any more."""
    database = folder / schema.DATABASE
    try:
        if schema.check_file(database):
            return None
    except LibraryError as error:
        if not schema.seems_lost(folder):
            raise
        return Finding("corrupt", "database", schema.DATABASE, error.message)
    if not schema.seems_lost(folder):
        raise LibraryError(
            "There is no library yet.", "The first picture you bring in makes one.", str(folder)
        )
    return Finding("missing", "database", schema.DATABASE, "The library's database is missing.")


def _check(
    folder: Path, connection: Connection, deep: bool, report: Callable[[Progress], None]
) -> tuple[list[Finding], check_rows.Rows, check_files.Blobs]:
    kept, blobs = check_rows.Rows(), check_files.Blobs()
    findings: list[Finding] = []

    def collect(found: Iterator[Finding]) -> None:
        try:
            findings.extend(found)
        except sqlite3.DatabaseError as error:
            findings.append(_unreadable(error))

    report(Progress("Looking at the database"))
    connection.execute("BEGIN")  # all rows are of one moment
    collect(_check_structure(connection, deep))
    collect(check_rows.check_seals(connection, kept))
    collect(check_rows.check_keys(connection, kept))
    collect(check_rows.check_versions(kept))
    collect(check_rows.check_documents(connection, kept))
    collect(check_rows.check_trash(connection, kept))
    collect(check_rows.check_jobs(kept))
    collect(check_rows.check_histories(connection, kept))
    collect(check_rows.check_charges(connection, kept))
    collect(check_rows.check_series(connection, kept))
    collect(check_rows.check_search(connection, kept))
    collect(check_rows.check_tags(connection))
    if deep:
        collect(check_rows.check_against_backups(folder, connection, kept))
    try:
        blobs = check_files.expect(connection, kept)
    except sqlite3.DatabaseError as error:
        findings.append(_unreadable(error))
        return _distinct(findings), kept, blobs
    finally:
        connection.execute("ROLLBACK")  # a log that somebody reads from cannot be folded in
    report(Progress("Looking at the sidecars"))
    collect(check_files.check_sidecars(folder, connection, kept))
    total = sum(one.length or 0 for one in blobs.expected.values())
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        report(Progress("Looking at the pictures", done, max(total, done)))

    collect(check_files.check_blobs(folder, blobs, deep, advance))
    named: set[str] | None = None

    def is_named(sha256: str) -> bool:
        nonlocal named
        if named is None:
            named = {one.sha256 for one in references.list_all(connection)}
        return sha256 in named

    collect(check_files.check_strangers(folder, blobs, is_named))
    collect(check_files.check_backups(folder, deep))
    return _distinct(findings), kept, blobs


def _check_structure(connection: sqlite3.Connection, deep: bool) -> Iterator[Finding]:
    """What SQLite itself can see: pages, indexes, order. It is no checksum."""
    for complaint in backup.list_complaints(connection, deep):
        # An index can be made anew from its table; anything else is the file itself.
        place = "index" if " index " in complaint else "database"
        says = f"The database is damaged: {complaint}."
        yield Finding("corrupt", place, schema.DATABASE, says)


def _unreadable(error: sqlite3.Error) -> Finding:
    """Damage; whatever else can go wrong with a database file is the disk's trouble, and raised."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _TROUBLE:
        raise error
    return Finding("corrupt", "database", schema.DATABASE, f"The database is damaged: {error}.")


def _distinct(findings: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))
