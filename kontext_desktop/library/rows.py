"""Rows in general: a writing transaction, the seal each row carries, looking up by a prefix.

SQLite's own integrity check is no checksum and finds few flipped bits, so every row that records a
fact carries the SHA-256 of its content, checked whenever it is read.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kontext_desktop.errors import LibraryError
from kontext_desktop.library.failures import damaged_row

_T = TypeVar("_T")
_AT_ONCE = 8
"""Numbers of the series: what most acts want at the most."""
_SEALED = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

Values = Mapping[str, str | int | float | None]
"""A row by the names of its columns."""


class Connection(sqlite3.Connection):
    """A connection that remembers what its lists had to leave out."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.damaged: list[str] = []
        """A sentence for each damaged record that was met, in the order they were met."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One open transaction that writes: its connection, the time it is dated with, fresh ids."""

    connection: sqlite3.Connection
    at: float
    new_id: Callable[[], str]
    touched: set[str] = field(default_factory=set)
    """The Versions whose sidecars say something else afterwards."""
    reserved: deque[int] = field(default_factory=deque)

    def next_sequence(self) -> int:
        """The next number of the one series that orders everything; clocks are not asked. Several
        are taken at once; those that nobody wants are left out of the series."""
        if not self.reserved:
            [[last]] = self.connection.execute(
                "UPDATE library SET sequence = sequence + ? RETURNING sequence", (_AT_ONCE,)
            )
            self.reserved.extend(range(last - _AT_ONCE + 1, last + 1))
        return self.reserved.popleft()

    def insert(self, table: str, values: Values) -> None:
        """Add a sealed row. Column and table names come from this package only."""
        row = _sealed(values)
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values())
        )

    def replace(self, table: str, values: Values, before: Values | None = None) -> None:
        """Write the row with this `sequence` anew, and seal it again. `before`: what stands there
        now; columns that stay are then not written, and nor are their indexes."""
        row, stays = _sealed(values), before or {"sequence": values["sequence"]}
        changed = [name for name in row if name not in stays or stays[name] != row[name]]
        self.connection.execute(
            f"UPDATE {table} SET {' = ?, '.join(changed)} = ? WHERE sequence = ?",
            (*(row[name] for name in changed), row["sequence"]),
        )


def get_row(
    connection: sqlite3.Connection, query: str, table: str, id_or_prefix: str
) -> sqlite3.Row:
    """The row whose id is, or alone begins with, `id_or_prefix` (of four characters at least).

    Raises LibraryError when there is none, or more than one.
    """
    noun, word = table.removesuffix("s"), text(id_or_prefix)
    found: list[sqlite3.Row] = connection.execute(
        f"{query} WHERE {table}.id >= ? AND {table}.id < ? ORDER BY {table}.id LIMIT 2",
        (word, word + "\U0010ffff"),
    ).fetchall()
    if found and found[0]["id"] == word:
        return found[0]
    if not found or not word:
        raise LibraryError(f"No {noun} begins with “{word}”.", "Look up its id in a list.")
    if len(found) > 1:
        raise LibraryError(f"“{word}” begins more than one {noun}.", "Give more characters.")
    return found[0]


def seal(values: Values) -> str:
    """The hash a row carries.

    NULLs are left out, so that a migration may add a column without sealing every row anew, and
    whole floats count as integers, since SQLite stores an integer put into a REAL column as such.
    """
    facts = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in values.items()
        if value is not None
    }
    return hashlib.sha256(_SEALED.encode(facts).encode()).hexdigest()


def check(table: str, row: sqlite3.Row, *beside: str) -> None:
    """Raise LibraryError unless the row is as it was sealed; `beside`: columns of joined tables."""
    facts = dict(row)
    row_hash = facts.pop("row_hash")
    for name in beside:
        del facts[name]
    if not holds(facts, row_hash):
        raise damaged_row(table, row["sequence"])


def holds(facts: Mapping[str, Any], row_hash: object) -> bool:
    """Whether a row's columns, without its seal, are what `row_hash` was made of."""
    try:
        return seal(facts) == row_hash
    except (TypeError, ValueError):  # bytes, or no number: no row was ever written so
        return False


def sound(read: Callable[[sqlite3.Row], _T], rows: sqlite3.Cursor) -> list[_T]:
    """What can be read of a list. One damaged record costs one record: it is left out, told to the
    log, and named in the connection's `damaged`."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except LibraryError as error:
            if not isinstance(rows.connection, Connection):
                raise
            if error.message not in rows.connection.damaged:
                rows.connection.damaged.append(error.message)
                logging.getLogger(__name__).warning("%s", error.message)
    return found


def _sealed(values: Values) -> dict[str, str | int | float | None]:
    row = {name: _stored(value) for name, value in values.items()}
    row["row_hash"] = seal(row)
    return row


def _stored(value: str | int | float | None) -> str | int | float | None:
    if isinstance(value, str):
        return text(value)
    return int(value) if isinstance(value, bool) else value


def text(value: str) -> str:
    """`value` as SQLite can keep it. A file name that is no valid text (Linux allows that) keeps a
    replacement sign in place of the stray bytes: it is for reading, nothing is opened by it."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
