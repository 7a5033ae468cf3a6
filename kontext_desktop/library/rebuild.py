"""Build a lost database anew: from the newest backup, the sidecars, and what the damaged file still
gives. Beside the old one, which is kept in `quarantine`; never over it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import backup, check_rows, failures, mending, restore, schema, sidecars
from kontext_desktop.library.blobs import incoming
from kontext_desktop.library.ownership import owned

_MUTABLE = ("jobs", "candidates")
"""Tables whose rows change: what the damaged database says is later than what a backup does."""


def rebuild(
    folder: Path,
    *,
    program: str,
    now: Callable[[], float] = time.time,
    wait: float = 5.0,
    waiting: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Put a new database in the place of one that is missing or cannot be read.

    Returns a sentence for each thing it was built from. Raises LibraryError, also while another
    process holds the library; the old one is as it was then.
    """
    folder = Path(os.path.realpath(folder))
    with failures.translated(folder), owned(folder, program, now(), wait, waiting):
        restore.make_folders(folder)
        with incoming(folder) as temporary:
            acts = _build(folder, temporary, now())
            aside = restore.put_in_place(folder, temporary, now(), fold=False)
    if aside is not None:
        acts.append(f"Moved the damaged database to {aside.relative_to(folder)}.")
    return acts


def _build(folder: Path, temporary: Path, now: float) -> list[str]:
    acts = _begin(folder, temporary, now)
    with closing(schema.connect(temporary, reading_only=False)) as connection:
        schema.migrate(connection, folder)
        restore.hold_queued(connection, now)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        acts += _absorb_sidecars(folder, connection)
        acts += _salvage(folder, connection)
        # What was erased after the backup does not come back; what belonged to it is dropped below.
        connection.execute("DELETE FROM jobs WHERE id IN (SELECT id FROM erased_jobs)")
        _drop_dangling(connection)
        mending.complete(connection, now)
        _drop_dangling(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    return acts


def _begin(folder: Path, temporary: Path, now: float) -> list[str]:
    """Fill the empty file with the newest backup that is whole, or with an empty library."""
    for made in backup.list_made(folder):
        try:
            backup.prove(made.path)
        except (LibraryError, sqlite3.Error):
            continue
        shutil.copyfile(made.path, temporary)
        return [f"Began with the backup {made.path.name}."]
    told = sidecars.read_library(folder) or {}
    with closing(schema.connect(temporary, reading_only=False)) as connection:
        schema.migrate(connection, folder)
        connection.execute(
            "INSERT INTO library (uuid, created_at, sequence, never_send) VALUES (?, ?, 0, ?)",
            (
                told.get("uuid", str(uuid.uuid4())),
                told.get("created_at", now),
                told.get("never_send", 0),
            ),
        )
    return ["Began with an empty database."]


def _absorb_sidecars(folder: Path, connection: sqlite3.Connection) -> list[str]:
    count = 0
    for path in sidecars.list_files(folder):
        facts = sidecars.read(path) or {}
        if facts.get("schema", 0) > len(schema.MIGRATIONS):
            raise LibraryError(
                "This library was made by a newer version of the program.",
                "Update the program, or choose another library. Nothing was changed.",
                str(path),
            )
        count += mending.absorb(connection, facts)
    return [f"Put {count} versions back from their sidecars."] if count else []


def _salvage(folder: Path, connection: sqlite3.Connection) -> list[str]:
    """Take over each row of the damaged database that can be read and whose seal holds."""
    count = 0
    with _open_damaged(folder) as damaged:
        for table in check_rows.list_sealed(connection) if damaged else ():
            assert damaged is not None
            for row in _read_both_ways(damaged, table):
                facts = dict(row)
                if not check_rows.holds(table, facts):
                    continue
                known = connection.execute(
                    f"SELECT row_hash FROM {table} WHERE sequence = ?", (row["sequence"],)
                ).fetchone()
                if known is not None and table in _MUTABLE and known[0] != row["row_hash"]:
                    mending.put_back(connection, table, row["sequence"], facts)
                    count += 1
                elif known is None:
                    count += mending.insert(connection, table, facts)
        count += _salvage_opinions(damaged, connection) if damaged else 0
    return [f"Took {count} records over from the damaged database."] if count else []


def _salvage_opinions(damaged: sqlite3.Connection, connection: sqlite3.Connection) -> int:
    """Rows without a seal, where the new database has none: better than nothing."""
    count = 0
    unsealed = ("document_state", "annotations", "charges", "learned", "trash", "trashed")
    for table in unsealed:
        for row in _read_both_ways(damaged, table, "rowid"):
            facts = dict(row)
            if table == "document_state":
                # Where the person was; that a picture must not be sent, any witness will do for.
                facts["never_send"] = max(
                    facts.get("never_send", 0),
                    *(
                        row["never_send"]
                        for row in connection.execute(
                            "DELETE FROM document_state WHERE document_id = ? RETURNING never_send",
                            (facts["document_id"],),
                        ).fetchall()
                    ),
                    0,
                )
            count += mending.insert(connection, table, facts)
    return count


@contextmanager
def _open_damaged(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The damaged database, in a copy with its log; None where not even that opens."""
    database = folder / schema.DATABASE
    with incoming(folder) as copy, ExitStack() as afterwards:
        for suffix in ("-wal", "-shm"):
            beside = copy.with_name(copy.name + suffix)
            afterwards.callback(beside.unlink, missing_ok=True)
        try:
            shutil.copyfile(database, copy)
            log = database.with_name(database.name + "-wal")
            if log.exists():
                shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
            connection = afterwards.enter_context(closing(sqlite3.connect(copy)))
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except (OSError, sqlite3.Error):
            yield None
        else:
            yield connection


def _read_both_ways(
    damaged: sqlite3.Connection, table: str, order: str = "sequence"
) -> Iterator[sqlite3.Row]:
    """The rows up to the damaged place from the front, and those up to it from the back."""
    for direction in ("ASC", "DESC"):
        try:
            yield from damaged.execute(f"SELECT * FROM {table} ORDER BY {order} {direction}")
            return
        except sqlite3.Error:
            continue


def _drop_dangling(connection: sqlite3.Connection) -> None:
    """Rows whose owners are lost have no place in a new database; the old one is kept."""
    while dangling := connection.execute("PRAGMA foreign_key_check").fetchall():
        for table, rowid, *_ in dangling:
            if rowid is None:
                connection.execute(f"DELETE FROM {table}")
            else:
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
