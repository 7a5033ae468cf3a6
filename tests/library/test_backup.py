"""Backups: made when due, proved, thinned; and put back without a moment without a library."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kontext_desktop.errors import LibraryError, ParameterError
from kontext_desktop.library import Library, backup, restore, schema
from kontext_desktop.model import Document, Job, JobState

DAY = backup.DAY


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: what two equal databases share."""
    with closing(backup.open_copy(path)) as connection:
        return {
            table: sorted(tuple(row) for row in connection.execute(f"SELECT * FROM {table}"))
            for table in backup.list_tables(connection)
        }


def put_back(folder: Path, source: Path) -> restore.Restored:
    return restore.restore(folder, source, program="tests", now=lambda: 2000.0, wait=0)


def test_every_backup_is_whole_and_can_be_put_back(
    library: Library,
    put_job: Callable[..., Job],
    put_document: Callable[..., Document],
    clock: SimpleNamespace,
    tmp_path: Path,
) -> None:
    expected = []
    for number in range(3):
        clock.time += 2 * DAY
        put_job(JobState.DONE)
        put_document(f"{number}.jpg")
        made = library.back_up_if_due()
        assert made is not None
        assert library.back_up_if_due() is None, "one a day is enough"
        names = [document.name for document in library.list_documents()]
        expected.append((made, rows_of(made), names))
    assert [kept.path for kept in backup.list_made(library.folder)] == [
        made for made, _, _ in reversed(expected)
    ]
    for number, (made, rows, names) in enumerate(expected):
        place = tmp_path / f"restored-{number}"
        put_back(place, made)
        assert rows_of(place / schema.DATABASE) == rows
        with Library.open(place, program="tests") as restored:
            assert [document.name for document in restored.list_documents()] == names


def test_backup_outside_never_overwrites(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.db"
    library.write_backup(target)
    before = target.read_bytes()
    with pytest.raises(ParameterError, match="already"):
        library.write_backup(target)
    assert target.read_bytes() == before
    assert list(tmp_path.glob(".kontext-*")) == []
    with pytest.raises(LibraryError):
        library.write_backup(tmp_path / "no folder" / "elsewhere.db")


def test_backup_is_made_while_others_write(library: Library, put_job: Callable[..., Job]) -> None:
    put_job(JobState.RUNNING)
    with Library.open_reading(library.folder) as reader:
        reader.write_backup(library.folder.parent / "b.db")
    assert rows_of(library.folder.parent / "b.db")["jobs"]


def test_copy_that_is_not_whole_gets_no_name(
    library: Library, put_document: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_document()

    def short(connection: sqlite3.Connection) -> dict[str, int]:
        counts = backup_count(connection)
        return counts | {"documents": counts["documents"] + (connection.in_transaction or 0)}

    backup_count = backup.count_rows
    monkeypatch.setattr(backup, "count_rows", short)
    with pytest.raises(LibraryError, match="is not whole"):
        library.back_up()
    assert backup.list_made(library.folder) == []
    assert list((library.folder / "tmp").iterdir()) == []


def test_thinning_keeps_days_weeks_and_months() -> None:
    now = 1_800_000_000.0
    year = [now - number * DAY for number in range(400)]
    kept = sorted(backup.kept(year, now), reverse=True)
    assert kept[:7] == year[:7]
    assert 13 <= len(kept) <= 7 + 4 + 6
    weeks = {time.strftime("%G %V", time.gmtime(when)) for when in kept}
    months = {time.strftime("%Y %m", time.gmtime(when)) for when in kept}
    assert len(weeks) >= 4
    assert len(months) == 6


def test_thinning_again_changes_nothing() -> None:
    now = 1_800_000_000.0
    times = [now - number * 0.7 * DAY for number in range(300)]
    once = backup.kept(times, now)
    assert backup.kept(sorted(once), now) == once


def test_thinning_keeps_the_last_day_and_survives_wrong_clocks() -> None:
    now = 1_800_000_000.0
    today = [now - 3600.0 * hour for hour in range(20)]
    future = [now + 3650 * DAY + number * DAY for number in range(30)]
    kept = backup.kept([*today, *future], now)
    assert set(today) <= kept
    assert 0 < len(kept & set(future)) <= 7 + 4 + 6
    assert backup.kept([], now) == set()


def test_time_away_removes_nothing() -> None:
    times = [1_700_000_000.0 - number * DAY for number in range(7)]
    assert backup.kept(times, times[0] + 365 * DAY) == set(times)


def test_backup_dated_in_the_future_is_no_backup_of_today(
    library: Library, clock: SimpleNamespace
) -> None:
    clock.time = 2e9
    assert library.back_up_if_due()
    clock.time = 1.8e9
    assert library.back_up_if_due()
    assert not library.back_up_if_due()
    assert len(backup.list_made(library.folder)) == 2


def test_restoring_keeps_the_present_database(
    library: Library, put_document: Callable[..., Document]
) -> None:
    put_document("old.jpg")
    made = library.back_up()
    put_document("new.jpg")
    library.close()
    present = rows_of(library.folder / schema.DATABASE)
    done = put_back(library.folder, made)
    assert done.set_aside is not None
    assert done.set_aside.parent.name == "quarantine"
    assert rows_of(done.set_aside) == present
    assert made.exists()
    with Library.open(library.folder, program="tests") as restored:
        assert [document.name for document in restored.list_documents()] == ["old.jpg"]


def test_log_of_the_old_database_never_meets_the_new_one(
    library: Library, put_document: Callable[..., Document], tmp_path: Path
) -> None:
    put_document("old.jpg")
    made = library.back_up()
    put_document("new.jpg")
    # As after a kill: the log holds rows that the file does not have.
    killed = tmp_path / "killed"
    subprocess.run(["cp", "-r", str(library.folder), str(killed)], check=True)
    assert (killed / "library.db-wal").stat().st_size > 0
    done = put_back(killed, killed / made.relative_to(library.folder))
    assert done.set_aside is not None
    assert len(rows_of(done.set_aside)["documents"]) == 2, "what only the log had is kept"
    with Library.open(killed, program="tests") as restored:
        assert [document.name for document in restored.list_documents()] == ["old.jpg"]


@pytest.mark.parametrize("content", [b"no database at all", b""])
def test_damaged_database_is_kept_whole_when_a_backup_replaces_it(
    library: Library, put_document: Callable[..., Document], content: bytes
) -> None:
    put_document("old.jpg")
    made = library.back_up()
    library.close()
    database = library.folder / schema.DATABASE
    database.write_bytes(content)
    database.with_name("library.db-wal").write_bytes(b"and its log")
    done = put_back(library.folder, made)
    assert done.set_aside is not None
    assert done.set_aside.read_bytes() == content
    with Library.open(library.folder, program="tests") as restored:
        assert [document.name for document in restored.list_documents()] == ["old.jpg"]


def test_what_waited_in_a_backup_says_that_it_may_have_been_sent(
    library: Library, put_job: Callable[..., Job]
) -> None:
    queued, running = put_job(JobState.QUEUED), put_job(JobState.RUNNING)
    made = library.back_up()
    library.close()
    assert put_back(library.folder, made).waiting == 1
    with Library.open(library.folder, program="tests") as restored:
        held = restored.get_job(queued.id)
        assert held.state is JobState.QUEUED
        assert held.permitted_at == 0.0
        assert held.problem is not None
        assert "may have been sent since" in held.problem.message
        assert restored.get_job(running.id) == running


def test_restoring_is_refused_and_changes_nothing(
    library: Library, put_document: Callable[..., Document], tmp_path: Path
) -> None:
    put_document()
    made = library.back_up()
    with pytest.raises(LibraryError, match="being written"):
        put_back(library.folder, made)
    library.close()
    with Library.open(tmp_path / "other", program="tests") as other:
        foreign = other.back_up()
    cut = tmp_path / "cut.db"
    cut.write_bytes(made.read_bytes()[:-5000])
    text = tmp_path / "text.db"
    text.write_text("no database")
    before = rows_of(library.folder / schema.DATABASE)
    for source, words in [
        (foreign, "another library"),
        (text, "not a library"),
        (tmp_path / "nothing.db", "no backup at"),
        (cut, "damaged|whole"),
    ]:
        with pytest.raises(LibraryError, match=words):
            put_back(library.folder, source)
    assert rows_of(library.folder / schema.DATABASE) == before
    assert not (library.folder / "quarantine").exists()


def test_older_backup_is_brought_up_to_date(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(f"{schema.MIGRATIONS[0]}; PRAGMA user_version = 1;")
        connection.execute("INSERT INTO library VALUES ('a uuid', 0, 0)")
        connection.commit()
    put_back(folder, old)
    with Library.open(folder, program="tests") as restored:
        assert restored.id == "a uuid"
        assert restored.may_send()


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_only_the_owner_may_look_into_backups(library: Library) -> None:
    made = library.back_up()
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700
