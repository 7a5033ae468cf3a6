"""Libraries of every released schema come to the newest whole, or stay as they are.

`tests/data/schemas` holds what was released, frozen: the statements of each schema, and rows of
every table as a release of it wrote them.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from schemas import SCHEMAS, build

from kontext_desktop.library import Library, schema
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Annotation,
    Draft,
    JobState,
    Origin,
    Search,
    Spend,
)

RELEASED = (1, 2)
NEWEST = len(schema.MIGRATIONS)
REAL = Origin("https://api.wavespeed.ai", False)


def tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [name for [name] in rows if not name.startswith(("sqlite_", "search_"))]


def counts(database: Path) -> tuple[int, dict[str, int]]:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        [[version]] = connection.execute("PRAGMA user_version")
        return version, {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in tables(connection)
        }


@pytest.mark.parametrize("version", RELEASED)
def test_released_statements_are_never_edited(version: int) -> None:
    frozen = (SCHEMAS / f"{version}.sql").read_text("utf-8")
    assert schema.MIGRATIONS[version - 1] == frozen


@pytest.mark.parametrize("version", RELEASED)
def test_fixture_has_rows_of_every_table(folder: Path, version: int) -> None:
    folder.mkdir()
    _, found = counts(build(folder, version))
    assert all(found.values()), found


def check_content(library: Library, version: int) -> None:
    """All that the fixture of this schema holds, read through today's library."""
    harbour, portrait = library.list_documents("harb"), library.list_documents("muller")
    [document] = harbour
    assert [one.name for one in portrait] == ["Müller portrait.jpg"]
    assert document.client == ("A. Client" if version > 1 else "")
    assert portrait[0].never_send == (version > 1)
    assert library.find_draft(document.id) == Draft(
        4.5, 7, "Make the sky “deeper”.", "16:9", True, 2
    )
    original, done = library.list_versions(document.id)
    assert document.current_version_id == done.id
    assert original.annotation == Annotation()
    said = Annotation("Hero", 4, "pick", "for the cover", frozenset({"Boat", "cover shot"}))
    assert done.annotation == said
    jobs = library.list_jobs()
    assert [job.state for job in jobs] == list(JobState)[:9]
    assert all(library.list_events(job.id)[-1].state is job.state for job in jobs)
    [result] = library.list_results(done.job_id or "")
    assert done.layers[0].result_id == result.id
    assert library.spend(REAL, 0.0) == Spend(160_000, 0)
    assert library.spend(EMBEDDED_PRACTICE, 0.0).certain > 0
    assert len(library.list_charges()) == len(jobs)
    assert sum(charge.refunded for charge in library.list_charges()) == 80_000
    unsure = next(job for job in jobs if job.state is JobState.UNSURE)
    assert len(library.list_candidates(unsure.id)) == (version > 1)
    assert library.find_learned("pace") == ("[1,2]" if version > 1 else None)
    for words in ("harb paint", "hero", "cover sh", "boat"):
        assert [line.version_id for line in library.search_versions(Search(words))] == [done.id]
    assert [line.version_id for line in library.search_versions(Search(tag="BOAT"))] == [done.id]
    [failed] = library.search_versions(Search("failed", state=JobState.FAILED))
    assert failed.prompt == "Keep the boat. Paint it failed."
    assert library.list_damaged() == []


@pytest.mark.parametrize("version", RELEASED)
def test_every_released_schema_comes_to_the_newest_with_all_its_rows(
    folder: Path, version: int
) -> None:
    folder.mkdir()
    database = build(folder, version)
    _, before = counts(database)
    with Library.open(folder, program="tests", wait=0) as library:
        check_content(library, version)
    reached, after = counts(database)
    assert reached == NEWEST
    searched = {"search"}  # one row a version, where there was one for each text
    assert {name: after[name] for name in before.keys() - searched} == {
        name: before[name] for name in before.keys() - searched
    }
    with Library.open(folder, program="tests", wait=0) as library:
        check_content(library, version)


@pytest.mark.parametrize("version", RELEASED)
def test_migrated_database_is_built_like_a_new_one(
    folder: Path, tmp_path: Path, version: int
) -> None:
    folder.mkdir()
    Library.open(tmp_path / "new", program="tests").close()
    migrated, new = build(folder, version), tmp_path / "new" / schema.DATABASE
    Library.open(folder, program="tests", wait=0).close()
    found = []
    for database in (migrated, new):
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
            found.append(sorted(rows.fetchall(), key=str))
    assert found[0] == found[1]


@pytest.mark.parametrize("version", RELEASED)
def test_migration_cut_off_at_any_statement_leaves_the_old_library_or_the_new_one(
    folder: Path, tmp_path: Path, version: int
) -> None:
    """The files are taken as they lie at the beginning of each statement, as a kill leaves them."""
    folder.mkdir()
    database = build(folder, version)
    _, before = counts(database)
    moments: list[Path] = []

    def take(statement: str) -> None:
        moment = tmp_path / "moments" / f"{len(moments):03}"
        moment.mkdir(parents=True)
        for path in folder.glob("library.db*"):
            if path.suffix != ".db-shm":  # made anew from the log after a crash
                shutil.copy(path, moment)
        moments.append(moment)

    with closing(schema.connect(database, reading_only=False)) as connection:
        connection.set_trace_callback(take)
        schema.migrate(connection, folder)
    assert len(moments) > 40
    reached: list[int] = []
    for moment in moments:
        found, rows = counts(moment / schema.DATABASE)
        reached.append(found)
        assert version <= found <= NEWEST
        if found == version:
            assert rows == before
        for name in ("blobs", "tmp", "cache"):
            (moment / name).mkdir()
        if found != version or len(reached) % 8 == 0:
            with Library.open(moment, program="tests", wait=0) as library:
                check_content(library, version)
    assert reached == sorted(reached)
    assert {version, NEWEST} <= set(reached)


def test_free_pages_of_an_older_release_are_not_kept(folder: Path) -> None:
    folder.mkdir()
    database = build(folder, 2)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA secure_delete = OFF").fetchall()
        connection.execute("CREATE TABLE scratch (x TEXT)")
        connection.execute("INSERT INTO scratch VALUES (?)", ("xylophone " * 2000,))
        connection.commit()
        connection.execute("DROP TABLE scratch")
        connection.commit()
    assert b"xylophone" in b"".join(path.read_bytes() for path in folder.glob("library.db*"))
    Library.open(folder, program="tests", wait=0).close()
    assert b"xylophone" not in b"".join(path.read_bytes() for path in folder.glob("library.db*"))
