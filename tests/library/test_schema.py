"""The database file: its settings, its migrations, and what goes wrong with it, in words."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, backup, failures, schema
from kontext_desktop.model import Size

NEWEST = len(schema.MIGRATIONS)
ADD_COLOUR = "ALTER TABLE documents ADD COLUMN colour TEXT"


@pytest.fixture
def database(folder: Path) -> Path:
    """A library with one document, closed."""
    with Library.open(folder, program="tests") as library:
        library.put_document(
            name="kept.jpg",
            source_path="",
            master_sha256=library.blobs.put(b"master"),
            size=Size(1, 1),
            format="JPEG",
            depth=8,
            title="Original",
        )
    return folder / schema.DATABASE


def test_connection_is_durable_and_trusts_nothing(database: Path) -> None:
    with closing(schema.connect(database, reading_only=False)) as connection:
        answers = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    assert answers == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
    }


def test_migration_keeps_rows_readable_and_a_backup(database: Path) -> None:
    migrations = [*schema.MIGRATIONS, ADD_COLOUR]
    with closing(schema.connect(database, reading_only=False)) as connection:
        schema.migrate(connection, database.parent, migrations)
        assert schema.get_version(connection) == NEWEST + 1
    with pytest.raises(LibraryError, match="newer"):
        Library.open(database.parent, program="tests")
    # An older program may not open it, but the rows' seals must still hold.
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST}")
    with Library.open_reading(database.parent) as library:
        assert library.list_documents()[0].name == "kept.jpg"
    [made] = backup.list_made(database.parent)
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT name FROM documents").fetchall() == [("kept.jpg",)]
        assert copy.execute("PRAGMA user_version").fetchone() == (NEWEST,)


def test_failed_migration_changes_nothing(database: Path) -> None:
    migrations = [*schema.MIGRATIONS, f"{ADD_COLOUR}; INSERT INTO nowhere VALUES (1)"]
    with closing(schema.connect(database, reading_only=False)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(connection, database.parent, migrations)
        assert schema.get_version(connection) == NEWEST
        columns = [row["name"] for row in connection.execute("PRAGMA table_info(documents)")]
    assert "colour" not in columns


def test_older_library_is_not_read_before_it_is_migrated(database: Path) -> None:
    with pytest.raises(LibraryError, match="older version"):
        schema.connect(database, reading_only=True, newest=NEWEST + 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET name = 'swapped.jpg'",
        "UPDATE documents SET name = CAST(x'FF41' AS TEXT)",
        "UPDATE documents SET width = width + 1",
    ],
)
def test_row_that_changed_by_itself_is_named(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()
    with Library.open_reading(database.parent) as library:
        assert library.list_documents() == []
        assert library.list_documents() == []
        assert library.list_damaged() == ["A record of the library is damaged (documents 1)."]
        [row_id] = library._connection.execute("SELECT id FROM documents").fetchone()  # type: ignore[union-attr]
        with pytest.raises(LibraryError, match=r"damaged \(documents 1\)"):
            library.get_document(row_id)


def test_sqlite_failures_become_sentences(database: Path, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as first,
        closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as second,
        closing(sqlite3.connect(tmp_path / "small.db")) as small,
    ):
        small.execute("PRAGMA max_page_count = 1")
        first.execute("BEGIN IMMEDIATE")
        for connection, statement, words in [
            (small, "CREATE TABLE t (x)", "disk that holds the library is full"),
            (second, "BEGIN IMMEDIATE", "busy"),
            (reading, "UPDATE library SET sequence = 0", "may not be written"),
            (second, "INSERT INTO nowhere VALUES (1)", "refused"),
        ]:
            with (
                pytest.raises(LibraryError, match=words) as failure,
                failures.translated(database.parent),
            ):
                connection.execute(statement)
            assert failure.value.hint
            assert isinstance(failure.value.__cause__, sqlite3.Error)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "cannot be read or written"),
    ],
)
def test_disk_failures_become_sentences(folder: Path, code: int, words: str) -> None:
    with pytest.raises(LibraryError, match=words) as failure, failures.translated(folder):
        raise OSError(code, "as the system says it")
    assert failure.value.hint
    assert "as the system says it" in failure.value.detail
