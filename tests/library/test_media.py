"""Disks that are full, read-only, or gone. Real ones need root; without it, that is said."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from disks import mount, small_disk

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, restore, schema
from kontext_desktop.library.check import check
from kontext_desktop.library.rebuild import rebuild
from kontext_desktop.model import Document, Job, JobState, Size

ROOT = sys.platform.startswith("linux") and os.geteuid() == 0
real_disk = pytest.mark.skipif(not ROOT, reason="SKIPPED: mounting a small disk needs root")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    with small_disk(tmp_path / "disk", "3m", must_be_there=True) as place:
        yield place


def put_document(library: Library, data: bytes) -> Document:
    return library.put_document(
        name="a.png",
        source_path="",
        master_sha256=library.blobs.put(data),
        size=Size(8, 8),
        format="PNG",
        depth=8,
        title="Original",
    )


def fill(place: Path, leave: int) -> Path:
    stuffing = place / "stuffing"
    free = shutil.disk_usage(place).free
    stuffing.write_bytes(b"x" * max(0, free - leave))
    return stuffing


def _is_refused(act: Callable[[], object]) -> bool:
    """Whether the disk had no room for it, and the library said so."""
    try:
        act()
    except LibraryError as error:
        if "full" not in error.message:
            raise
        return True
    return False


WRITING: dict[str, Callable[[Library], object]] = {
    "blob": lambda library: library.blobs.put(b"new"),
    "document": lambda library: put_document(library, b"kept"),
    "pointer": lambda library: library.put_client(library.list_documents()[0].id, "Client"),
    "mark": lambda library: library.put_may_send(False),
    "cache": lambda library: library.put_cached("any", b"x"),
    "backup": lambda library: library.back_up(),
    "repair": lambda library: library.repair(library.check()),
    "garbage": lambda library: library.remove_garbage(),
}


@real_disk
@pytest.mark.parametrize("with_log", [False, True])
def test_read_only_medium_opens_for_review(disk: Path, tmp_path: Path, with_log: bool) -> None:
    folder = disk / "library"
    library = Library.open(folder, program="tests")
    put_document(library, b"kept")
    if with_log:  # as a machine that was switched off left it
        shutil.copytree(folder, disk / "left")
        library.close()
        folder = disk / "left"
        assert (folder / "library.db-wal").stat().st_size > 0
        (folder / "library.db-shm").unlink()
    else:
        library.close()
    mount("-o", "remount,ro", str(disk))
    before = sorted((path, path.stat().st_mtime_ns) for path in disk.rglob("*"))
    for opened in (Library.open(folder, program="tests"), Library.open_reading(folder)):
        with opened as library:
            assert library.reading_only
            [document] = library.list_documents()
            assert library.blobs.read(document.master_sha256) == b"kept"
            assert library.measure_use().masters == 4
            assert library.check().damage == ()
            library.write_backup(tmp_path / f"{id(library)}.db")
            library.keep_up()
            for name, act in WRITING.items():
                with pytest.raises(LibraryError, match="only be read") as refusal:
                    act(library)
                assert refusal.value.hint, name
    for act in (
        lambda: restore.restore(folder, tmp_path / "b.db", program="tests", wait=0),
        lambda: rebuild(folder, program="tests", wait=0),
    ):
        with pytest.raises(LibraryError):
            act()
    assert sorted((path, path.stat().st_mtime_ns) for path in disk.rglob("*")) == before


@real_disk
def test_full_disk_loses_nothing_and_says_so(disk: Path) -> None:
    """Every act, with more and more room left: refused or done, and the library stays sound."""
    folder = disk / "library"
    with Library.open(folder, program="tests") as library:
        put_document(library, b"before")
        stuffing = None
        refused = set[str]()
        for leave in range(0, 500_000, 12_000):
            if stuffing:
                stuffing.unlink()
            stuffing = fill(disk, leave)
            for name, act in WRITING.items():
                if _is_refused(lambda act=act: act(library)):  # type: ignore[misc]
                    refused.add(name)
        assert {"blob", "document", "backup", "cache"} <= refused
        assert stuffing is not None
        stuffing.unlink()
        for path in (folder / "backups").iterdir():
            path.unlink()
        library.keep_up()
        report = library.check()
        assert [one for one in report.damage if one.kind != "behind"] == []
        library.repair(report)
        assert library.check().damage == ()
        put_document(library, b"after")
    assert check(folder).damage == ()


@real_disk
def test_ballast_lets_a_paid_id_be_written(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kontext_desktop.library import space

    monkeypatch.setattr(space, "BALLAST", 300_000)
    with Library.open(disk / "library", program="tests") as library:
        library._free = lambda _: 9_000_000_000
        library.keep_up()
        assert (disk / "library" / "ballast").exists()
        fill(disk, 0)
        numbers = iter(range(2000))
        while not _is_refused(lambda: library.put_learned("any", f"{next(numbers)} " * 200)):
            pass
        for number in range(3):
            library.put_learned("id", f"prediction {number}")
        assert library.find_learned("id") == "prediction 2"


@real_disk
def test_restoring_onto_a_full_disk_changes_nothing(disk: Path, tmp_path: Path) -> None:
    folder = disk / "library"
    with Library.open(folder, program="tests") as library:
        put_document(library, b"now")
        library.write_backup(tmp_path / "b.db")
        put_document(library, b"later")
    for leave in range(0, 700_000, 50_000):
        stuffing = fill(disk, leave)
        refused = _is_refused(
            lambda: restore.restore(folder, tmp_path / "b.db", program="tests", wait=0)
        )
        stuffing.unlink()
        if not refused:
            break
        with Library.open(folder, program="tests") as library:
            assert len(library.list_documents()) == 2
    with Library.open(folder, program="tests") as library:
        assert len(library.list_documents()) == 1


@pytest.mark.parametrize("way", ["moved", "removed", "replaced"])
def test_library_that_vanished_takes_nothing(
    library: Library, put_job: Callable[..., Job], folder: Path, tmp_path: Path, way: str
) -> None:
    job = put_job(JobState.QUEUED)
    blob = library.list_documents()[0].master_sha256
    if way == "removed":
        shutil.rmtree(folder)
    else:
        folder.rename(tmp_path / "elsewhere")
    if way == "replaced":
        Library.open(folder, program="another").close()
    there = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    for act in (
        *WRITING.values(),
        lambda _: library.list_documents(),
        lambda _: library.move_job(job, JobState.SENDING, ""),
        lambda _: library.measure_use(),
        lambda _: library.keep_up(),
    ):
        if way == "replaced" and act in (WRITING["blob"], WRITING["cache"]):
            continue  # a file by itself does no harm there
        with pytest.raises(LibraryError) as refusal:
            act(library)
        assert refusal.value.hint
    with pytest.raises(LibraryError):
        library.blobs.read(blob)
    if way != "replaced":
        assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == there
    library.close()
    if way == "moved":
        with Library.open(tmp_path / "elsewhere", program="tests") as moved:
            assert moved.get_job(job.id).state is JobState.QUEUED


def test_library_goes_on_after_its_disk_came_back(
    library: Library, put_job: Callable[..., Job], folder: Path, tmp_path: Path
) -> None:
    folder.rename(tmp_path / "away")
    with pytest.raises(LibraryError, match="not there any more"):
        library.list_documents()
    (tmp_path / "away").rename(folder)
    put_job(JobState.QUEUED)
    assert (folder / schema.DATABASE).exists()
