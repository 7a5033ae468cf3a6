"""Which blobs the rows name, and what for: one query over all tables, never a counter."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Use = Literal["master", "result", "sent", "unassigned"]
"""`unassigned`: received and paid for, and of no Result yet: candidates, and what is no picture."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`length` in bytes, None where the row does not say it."""

    sha256: str
    length: int | None
    use: Use
    table: str
    sequence: int


def list_all(connection: sqlite3.Connection) -> Iterator[Reference]:
    """Every mention of a blob, also in rows that are damaged. Also for a copy that an older release
    made: a table or column it does not have names nothing."""
    for table, column, length, use in (
        ("documents", "master_sha256", "NULL", "master"),
        ("results", "sha256", "length", "result"),
        ("jobs", "input_sha256", "input_length", "sent"),
    ):
        for sequence, sha256, bytes_long in connection.execute(
            f"SELECT sequence, {column}, {length} FROM {table}"
        ):
            yield Reference(str(sha256), bytes_long, use, table, sequence)  # type: ignore[arg-type]
    for table, column, hashes in (
        ("jobs", "quarantine", _quarantine),
        ("candidates", "received", _received),
        ("versions", "layers", _masks),
    ):
        if not _has(connection, table, column):
            continue
        for sequence, text in connection.execute(
            f"SELECT sequence, {column} FROM {table} WHERE {column} NOT IN ('', '[]')"
        ):
            for sha256, bytes_long in hashes(text):
                yield Reference(sha256, bytes_long, "unassigned", table, sequence)


def _quarantine(text: str) -> Iterator[tuple[str, int | None]]:
    yield from ((str(sha256), None) for sha256 in _list(text))


def _received(text: str) -> Iterator[tuple[str, int | None]]:
    for one in _list(text):
        if isinstance(one, dict):
            yield str(one.get("sha256")), one.get("length")


def _masks(text: str) -> Iterator[tuple[str, int | None]]:
    for layer in _list(text):
        if isinstance(layer, dict) and layer.get("mask_sha256"):
            yield str(layer["mask_sha256"]), None


def _list(text: object) -> list[object]:
    """Nothing, where a damaged row does not hold a list: its seal tells of that."""
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def _has(connection: sqlite3.Connection, table: str, column: str) -> bool:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return any(row[1] == column for row in columns)
