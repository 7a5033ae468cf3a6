"""Put another database in the place of a library's: a backup, or one that was built anew.

At no moment is there none, and never one beside another's log: whenever this is killed, the library
opens with the old records or with the new ones. The old database is kept in `quarantine`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import backup, failures, records, schema
from kontext_desktop.library.blobs import FOLDERS, incoming, sweep, sync, sync_folder
from kontext_desktop.library.ownership import owned
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import JobState, Problem

QUARANTINE = "quarantine"
_BESIDE = ("-wal", "-shm", "-journal")
_PERHAPS_SENT = Problem(
    "library",
    "This edit waits in a backup that was put back; it may have been sent since.",
    "Look for it in the history and on the service's website before you send it.",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """`set_aside`: where the database lies that was there before; None where there was none."""

    set_aside: Path | None
    waiting: int
    """Queued Jobs in the backup, which may have been sent since."""


def restore(
    folder: Path,
    source: Path,
    *,
    program: str,
    now: Callable[[], float] = time.time,
    wait: float = 5.0,
    waiting: Callable[[float], None] = time.sleep,
) -> Restored:
    """Make the backup `source` the library's database. The file itself is only read.

    Raises LibraryError: it is no whole backup of this library, or another process writes, for whom
    `waiting` sleeps `wait` seconds in all. Nothing is changed then.
    """
    folder = Path(os.path.realpath(folder))
    with failures.translated(folder), ExitStack() as held:
        _check_source(source)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held.enter_context(owned(folder, program, now(), wait, waiting))
        make_folders(folder)
        _check_uuid(folder, source)
        with incoming(folder) as temporary:
            shutil.copyfile(source, temporary)
            backup.prove(temporary)
            with closing(schema.connect(temporary, reading_only=False)) as connection:
                schema.migrate(connection, folder)
                count = hold_queued(connection, now())
                connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            set_aside = put_in_place(folder, temporary, now())
        return Restored(set_aside, count)


def make_folders(folder: Path) -> None:
    """What every library has; and what a killed process left in `tmp` goes. For its owner only."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    sweep(folder)


def put_in_place(folder: Path, temporary: Path, now: float, *, fold: bool = True) -> Path | None:
    """Give a whole database, in one file, the library's name; returns where the old one is kept,
    byte for byte and with its log beside it unless `fold` says to bring that into it first. The
    library must be held, and its database closed."""
    with temporary.open("rb+") as file:
        sync(file.fileno())
    aside = _set_aside(folder, now, fold)
    os.replace(temporary, folder / schema.DATABASE)
    sync_folder(folder)
    # Proof, not hope: it opens under its own name, with its own log.
    with closing(schema.connect(folder / schema.DATABASE, reading_only=False)) as connection:
        schema.get_uuid(connection)
    return aside


def _set_aside(folder: Path, now: float, fold: bool) -> Path | None:
    """Keep the present database in `quarantine` as well, and leave no log of it beside."""
    quarantine = folder / QUARANTINE
    quarantine.mkdir(mode=0o700, exist_ok=True)
    database = folder / schema.DATABASE
    aside = free_name(quarantine, f"library-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}.db")
    if database.exists():
        if fold:
            _fold_log(database)
        try:
            os.link(database, aside)
        except OSError:
            shutil.copyfile(database, aside)  # a file system without second names
            with aside.open("rb+") as file:
                sync(file.fileno())
    for suffix in _BESIDE:
        beside = database.with_name(database.name + suffix)
        if beside.exists():
            os.replace(beside, aside.with_name(aside.name + suffix))
    sync_folder(quarantine)
    sync_folder(folder)
    return aside if aside.exists() else None


def _fold_log(database: Path) -> None:
    """Bring what the log holds into the file itself; a file that is damaged keeps its log."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise


def free_name(folder: Path, name: str) -> Path:
    """A path in `folder` that is not taken, as near to `name` as can be."""
    path, number = folder / name, 1
    while path.exists() or path.with_name(path.name + "-wal").exists():
        number += 1
        stem, dot, suffix = name.partition(".")
        path = folder / f"{stem}-{number}{dot}{suffix}"
    return path


def _check_source(source: Path) -> None:
    if not schema.check_file(source):
        raise LibraryError(f"There is no backup at {source}.", "Look at the path.")
    log = source.with_name(source.name + "-wal")
    with suppress(FileNotFoundError):
        if log.stat().st_size:
            raise LibraryError(
                f"{source} is in use, or was left in the middle of its work.",
                "Make a backup of it with `kontext library backup`, and give that.",
            )
    backup.prove(source)


def _check_uuid(folder: Path, source: Path) -> None:
    """Records of another library would name pictures that are not here."""
    database = folder / schema.DATABASE
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(database.as_uri() + "?mode=ro", uri=True)) as ours,
    ):
        here = ours.execute("SELECT uuid FROM library").fetchone()
        with closing(backup.open_copy(source)) as other:
            there = other.execute("SELECT uuid FROM library").fetchone()
        if here is not None and tuple(here) != tuple(there or ()):
            raise LibraryError(
                f"{source} is a backup of another library.",
                "Give that library with --library, or an empty folder.",
            )


def hold_queued(connection: sqlite3.Connection, now: float) -> int:
    """What waited to be sent when the backup was made may be paid for by now: say so with it."""
    connection.execute("BEGIN IMMEDIATE")
    writing, count = Writing(connection, now, lambda: ""), 0
    waiting = connection.execute(f"{records.JOBS} WHERE jobs.state = ?", (JobState.QUEUED,))
    for row in waiting.fetchall():
        with suppress(LibraryError):  # a damaged one stays as it is, and is sent by nobody
            job = records.read_job(row)
            held = replace(job, problem=_PERHAPS_SENT, permitted_at=0.0)
            writing.replace("jobs", records.job_values(held))
            count += 1
    connection.execute("COMMIT")
    return count
