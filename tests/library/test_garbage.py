"""What may go, what takes space, and when there is too little of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, restore, schema
from kontext_desktop.model import Candidate, Document, Job, JobState, Received

YESTERDAY = time.time() - 90_000


def age(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (YESTERDAY, YESTERDAY))


def test_only_what_nothing_names_goes_and_only_after_a_day(
    library: Library,
    put_job: Callable[..., Job],
    received: Callable[..., Received],
) -> None:
    put_job(JobState.DONE)
    unsure = put_job(JobState.UNSURE)
    library.put_candidate(Candidate(unsure.id, "candidate", 1.0, (received(b"perhaps ours"),)))
    puzzling = put_job(JobState.DOWNLOADING)
    kept = library.blobs.put(b"no picture")
    library.move_job(puzzling, JobState.DOWNLOADING, "odd", quarantine=(kept,))
    version = library.list_versions(unsure.document_id)[0]
    library.put_cached(f"{version.id}-320.jpg", b"wanted")
    library.put_cached("00000000-0000-0000-0000-000000000000-320.jpg", b"of nobody")
    library.put_cached("somebody else's", b"whose?")
    nobodys = library.blobs.put(b"nobody's")
    before = {path for path in library.folder.rglob("*") if path.is_file()}
    assert library.find_garbage().bytes == 0, "all of it is new"
    age(library.folder)
    (library.folder / "tmp" / "mine.txt").write_text("not ours")
    left = library.folder / "tmp" / "incoming-left"
    left.write_bytes(b"by a killed process")
    os.utime(left, (YESTERDAY, YESTERDAY))
    found = library.find_garbage()
    assert found.blobs == (nobodys,)
    assert found.cached == ("00000000-0000-0000-0000-000000000000-320.jpg",)
    assert found.temporary == ("incoming-left",)
    assert found.bytes == len(b"nobody's") + len(b"of nobody") + len(b"by a killed process")
    assert library.blobs.has(nobodys), "looking removes nothing"
    assert library.remove_garbage() == found
    after = {path for path in library.folder.rglob("*") if path.is_file()}
    assert {path.name for path in before - after} == {nobodys, *found.cached}
    assert library.remove_garbage().bytes == 0
    assert library.check().findings[0].name == "tmp/mine.txt"
    assert len(library.check().findings) == 1


def test_what_only_a_backup_or_a_kept_database_names_stays(
    library: Library, put_document: Callable[..., Document], folder: Path
) -> None:
    empty = library.back_up()
    document = put_document("kept by the old database.jpg")
    library.close()
    restore.restore(folder, empty, program="tests", wait=0)
    age(folder)
    with Library.open(folder, program="tests") as library:
        assert library.list_documents() == []
        for path in (folder / "sidecars").glob("*/*.json"):
            path.unlink()
        assert library.find_garbage().blobs == ()
        for path in (folder / "quarantine").iterdir():
            path.unlink()
        assert library.find_garbage().blobs == (document.master_sha256,)


def test_no_blob_goes_while_anything_that_may_name_it_is_damaged(
    library: Library, put_document: Callable[..., Document], folder: Path
) -> None:
    put_document()
    nobodys = library.blobs.put(b"nobody's")
    age(folder)
    (folder / "quarantine").mkdir(exist_ok=True)
    broken = folder / "quarantine" / "library-1.db"
    broken.write_bytes(b"no database")
    assert library.remove_garbage().blobs == ()
    assert "library-1.db" in library.find_garbage().kept_because
    broken.unlink()
    assert library.find_garbage().blobs == (nobodys,)
    with library._writing() as writing:
        writing.connection.execute("UPDATE documents SET master_sha256 = 'flipped'")
    found = library.find_garbage()
    assert found.blobs == ()
    assert "damaged" in found.kept_because


def test_what_is_brought_in_again_is_new_again(library: Library) -> None:
    library.blobs.put(b"nobody's")
    age(library.folder)
    assert library.find_garbage().blobs
    library.blobs.put(b"nobody's")
    assert library.find_garbage().blobs == ()


def test_use_counts_every_byte_once(
    library: Library, put_job: Callable[..., Job], clock: SimpleNamespace
) -> None:
    put_job(JobState.DONE)
    library.put_cached("any", b"12345")
    library.blobs.put(b"nobody's")
    library.back_up()
    use = library.measure_use()
    assert (use.masters, use.results, use.sent, use.unnamed, use.cache) == (8, 8, 12, 8, 5)
    assert use.unassigned == use.quarantine == 0
    assert use.sidecars > 1000
    assert use.backups > 50_000
    files = [path for path in library.folder.rglob("*") if path.is_file()]
    beside = ("lock", "owner.json")
    assert use.total == sum(path.stat().st_size for path in files if path.name not in beside)


def test_space_is_looked_at_before_money_is_spent(library: Library) -> None:
    library._free = lambda _: 1_000_000_000 + 3 * 4_000_000
    library.check_space(4_000_000)
    library._free = lambda _: 1_000_000_000 + 3 * 4_000_000 - 1
    with pytest.raises(LibraryError, match=r"1\.0 GB left") as refusal:
        library.check_space(4_000_000)
    assert "Nothing was sent" in refusal.value.hint
    library.reserve = 0
    library.check_space(4_000_000)


def test_ballast_is_taken_while_there_is_some_space_left(library: Library) -> None:
    ballast = library.folder / "ballast"
    for free in (900_000_000, 90_000_000_000):
        library._free = lambda _, free=free: free  # type: ignore[misc]
        library.keep_up()
        assert not ballast.exists()
    library._free = lambda _: 9_000_000_000
    library.keep_up()
    assert ballast.stat().st_blocks * 512 >= 32 * 1024 * 1024
    assert library.check().findings == ()


def test_library_opens_where_a_sidecar_and_a_backup_are_owed(
    library: Library, put_document: Callable[..., Document], folder: Path
) -> None:
    put_document()
    for path in (folder / "sidecars").glob("*/*.json"):
        path.unlink()
    library.keep_up()
    assert library.check().findings == ()
    assert len(list((folder / "backups").iterdir())) == 1
    assert (folder / schema.DATABASE).exists()
