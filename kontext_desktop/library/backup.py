"""Copies of the database, each proved before it gets its name: made, listed, thinned.

A backup holds the records, not the pictures: those are files that never change, stay where they
are, and are kept for as long as a backup names them.
"""

from __future__ import annotations

import calendar
import contextlib
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kontext_desktop.errors import LibraryError, ParameterError
from kontext_desktop.library.blobs import incoming, sync, sync_folder

BACKUPS = "backups"
DAY = 86_400.0
DAILY, WEEKLY, MONTHLY = 7, 4, 6
"""How many days, weeks and months the thinned backups reach back."""
_NAME = re.compile(r"library-(\d{8}-\d{6})(?:-\d+)?\.db")
_OF_ONE_ROW = re.compile(r"CHECK constraint failed in |NULL value in |(non-)?[A-Z]+ value in ")
_TIME = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """`at`: when it was made, by the clock of then; `size` in bytes."""

    path: Path
    at: float
    size: int


def make(connection: sqlite3.Connection, folder: Path, now: float) -> Path:
    """Copy the library's database into its own backups. Raises LibraryError when the copy is not
    what it was made from; OSError, sqlite3.Error. There is no backup then."""
    backups = folder / BACKUPS
    backups.mkdir(mode=0o700, exist_ok=True)
    with incoming(folder) as temporary:
        _copy(connection, temporary)
        target = _free_name(backups, now)
        os.replace(temporary, target)
    sync_folder(backups)
    sync_folder(folder)
    return target


def write(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database to a new file anywhere. The same errors, and ParameterError for a name that
    is taken."""
    if target.exists():
        raise ParameterError(f"{target} is there already.", "Choose another name.")
    handle, name = tempfile.mkstemp(prefix=".kontext-", suffix=".part", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        _copy(connection, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


def list_made(folder: Path) -> list[Backup]:
    """The library's own backups, newest first. Files of other names are none of ours."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for path in (folder / BACKUPS).iterdir():
            at = _time_of(path)
            if at is not None:
                found.append(Backup(path, at, path.stat().st_size))
    return sorted(found, key=lambda backup: (backup.at, backup.path.name), reverse=True)


def is_due(folder: Path, now: float) -> bool:
    """Whether the newest is more than a day old. What a wrong clock dated in the future is no
    backup of today."""
    return not any(0 <= now - backup.at < DAY for backup in list_made(folder))


def thin(folder: Path, now: float) -> None:
    """Remove the backups that `kept` has no use for."""
    made = list_made(folder)
    wanted = kept([backup.at for backup in made], now)
    for backup in made:
        if backup.at not in wanted:
            backup.path.unlink(missing_ok=True)


def kept(times: Sequence[float], now: float) -> set[float]:
    """Which backups stay: all of the last day; the newest of each of seven days, four weeks and six
    months that have any.

    Days are counted by what is there, not back from today, so that a month away removes nothing.
    Those dated in the future are thinned by themselves: they push out none of the others.
    """
    chosen = {at for at in times if abs(now - at) < DAY}
    for group in ([at for at in times if at <= now], [at for at in times if at > now]):
        newest_first = sorted(group, reverse=True)
        for number, period in ((DAILY, "%Y %j"), (WEEKLY, "%G %V"), (MONTHLY, "%Y %m")):
            newest: dict[str, float] = {}
            for at in newest_first:
                newest.setdefault(time.strftime(period, time.gmtime(at)), at)
            chosen.update(list(newest.values())[:number])
    return chosen


def prove(path: Path, counts: Mapping[str, int] | None = None) -> None:
    """Raise LibraryError unless this copy can be opened, is whole as far as SQLite sees, and has as
    many rows in each table as `counts` says; sqlite3.Error."""
    with closing(open_copy(path)) as copy:
        complaints = list_complaints(copy, deep=False)
        found = {} if complaints else count_rows(copy)
    if complaints or (counts is not None and found != counts):
        raise LibraryError(
            "A backup of the library's database is not whole.",
            "`kontext library check` says what is damaged.",
            f"{path}: {'; '.join(complaints) or 'rows are missing'}",
        )


def list_complaints(connection: sqlite3.Connection, deep: bool) -> list[str]:
    """What SQLite finds wrong with the file itself: pages, order, and if `deep` indexes. What
    single rows hold is for their seals and for `check` to find."""
    verdicts = connection.execute("PRAGMA integrity_check" if deep else "PRAGMA quick_check")
    return [row[0] for row in verdicts if row[0] != "ok" and not _OF_ONE_ROW.match(row[0])]


def open_copy(path: Path) -> sqlite3.Connection:
    """A database file that nobody writes, for reading."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def list_tables(connection: sqlite3.Connection) -> list[str]:
    """The ordinary tables, without those that belong to the search index."""
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return [row[0] for row in rows]


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    return {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for table in list_tables(connection)
    }


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Fill the empty file `target` with the database as it is now, on the disk for good."""
    with _one_moment(connection):
        counts = count_rows(connection)
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            connection.backup(copy)
            # One file, without a log beside it: it can be opened where nothing may be written.
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    prove(target, counts)
    with target.open("rb+") as file:
        sync(file.fileno())


@contextlib.contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read inside is of one moment, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _free_name(backups: Path, now: float) -> Path:
    stem = f"library-{time.strftime(_TIME, time.gmtime(now))}"
    target, number = backups / f"{stem}.db", 1
    while target.exists():
        number += 1
        target = backups / f"{stem}-{number}.db"
    return target


def _time_of(path: Path) -> float | None:
    match = _NAME.fullmatch(path.name)
    try:
        return float(calendar.timegm(time.strptime(match[1], _TIME))) if match else None
    except ValueError:
        return None
