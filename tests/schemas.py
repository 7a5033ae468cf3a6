"""Libraries as earlier releases left them.

`data/schemas` holds what was released, frozen: the statements of each schema, and rows of every
table as a release of it wrote them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kontext_desktop.library import schema

SCHEMAS = Path(__file__).parent / "data" / "schemas"


def build(folder: Path, version: int) -> Path:
    """A library as a release of that schema left it."""
    for name in ("", "blobs", "tmp", "cache"):
        (folder / name).mkdir(exist_ok=True)
    database = folder / schema.DATABASE
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for number in range(1, version + 1):
            connection.executescript((SCHEMAS / f"{number}.sql").read_text("utf-8"))
        connection.executescript((SCHEMAS / f"rows-{version}.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {version}")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return database
