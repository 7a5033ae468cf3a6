"""Opening and closing: who may write, who may read, and what is left alone."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import kontext_desktop
from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library

OTHER_PROGRAM = """
import sys
from pathlib import Path
from kontext_desktop.library import Library
from kontext_desktop.model import Size

with Library.open(Path(sys.argv[1]), program="the other program") as library:
    print("open", flush=True)
    for name in sys.stdin:
        master = library.blobs.put(name.encode())
        library.put_document(name=name.strip(), source_path="", master_sha256=master,
                             size=Size(1, 1), format="PNG", depth=8, title="Original")
        print("put", flush=True)
"""


def snapshot(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Everything below `folder`: mode, time of change, content."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


@contextmanager
def other_program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A second process that holds the library until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(kontext_desktop.__file__).parents[1])},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.communicate()
        assert process.returncode == 0


def test_library_is_the_same_after_reopening(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        first = library.id
    with Library.open(folder, program="tests") as library:
        assert library.id == first


def test_only_the_owner_may_look_into_a_library(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        library.blobs.put(b"private")
        for path in [folder, *folder.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


def test_second_process_is_refused_and_told_who_writes(folder: Path) -> None:
    waits: list[float] = []
    with other_program(folder) as process:
        before = snapshot(folder)
        with pytest.raises(LibraryError) as refusal:
            Library.open(folder, program="tests", wait=0.3, waiting=waits.append)
        assert snapshot(folder) == before
    assert refusal.value.status == 5
    assert "the other program" in refusal.value.message
    assert str(process.pid) in refusal.value.message
    assert sum(waits) == pytest.approx(0.3)


def test_waiting_ends_as_soon_as_the_owner_is_gone(folder: Path) -> None:
    owner = Library.open(folder, program="the owner")
    with Library.open(folder, program="tests", waiting=lambda _: owner.close()) as library:
        assert not library.reading_only


def test_reader_follows_a_process_that_writes(folder: Path) -> None:
    with other_program(folder) as process, Library.open_reading(folder) as reader:
        assert process.stdin is not None
        assert process.stdout is not None
        for count, name in enumerate(["one.png", "two.png"], 1):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "put\n"
            documents = reader.list_documents()
            assert len(documents) == count
            assert documents[0].name == name
            assert reader.blobs.read(documents[0].master_sha256) == f"{name}\n".encode()


def test_reader_never_writes(folder: Path) -> None:
    Library.open(folder, program="tests").close()
    with Library.open_reading(folder) as reader:
        for act in (
            lambda: reader.put_jobs([]),
            lambda: reader.put_never_send("any", True),
            lambda: reader.put_cached("any", b""),
            lambda: reader.blobs.put(b""),
        ):
            with pytest.raises(LibraryError, match="reading only"):
                act()


def test_reading_a_library_that_is_not_there_makes_none(folder: Path) -> None:
    with pytest.raises(LibraryError, match="There is no library yet"):
        Library.open_reading(folder)
    assert not folder.exists()


def test_newer_library_is_not_changed_by_one_byte(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        library.blobs.put(b"something")
    with closing(sqlite3.connect(folder / "library.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = snapshot(folder)
    for open_library in (
        lambda: Library.open(folder, program="tests"),
        lambda: Library.open_reading(folder),
    ):
        with pytest.raises(LibraryError, match="newer version") as refusal:
            open_library()
        assert refusal.value.status == 5
        assert snapshot(folder) == before


def test_newer_version_that_is_only_in_the_log_is_seen(folder: Path) -> None:
    Library.open(folder, program="tests").close()
    with closing(sqlite3.connect(folder / "library.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
        with pytest.raises(LibraryError, match="newer version"):
            Library.open(folder, program="tests")


@pytest.mark.parametrize("kind", ["empty", "text", "other database", "folder"])
def test_file_that_is_no_library_is_left_alone(folder: Path, kind: str) -> None:
    folder.mkdir()
    database = folder / "library.db"
    if kind == "folder":
        database.mkdir()
    elif kind == "other database":
        with closing(sqlite3.connect(database)) as other:
            other.execute("CREATE TABLE recipes (dish TEXT)")
    else:
        database.write_bytes(b"" if kind == "empty" else b"Dear diary, " * 100)
    before = snapshot(folder)
    for open_library in (
        lambda: Library.open(folder, program="tests"),
        lambda: Library.open_reading(folder),
    ):
        with pytest.raises(LibraryError, match="not a library"):
            open_library()
        assert snapshot(folder) == before


def test_damaged_database_is_said_to_be_damaged(folder: Path) -> None:
    Library.open(folder, program="tests").close()
    database = folder / "library.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    with pytest.raises(LibraryError, match="damaged"):
        Library.open(folder, program="tests")
    database.write_bytes(whole)
    Library.open(folder, program="tests", wait=0).close()


def test_lost_database_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        library.blobs.put(b"something")
    (folder / "library.db").unlink()
    with pytest.raises(LibraryError, match="missing"):
        Library.open(folder, program="tests")
    assert not (folder / "library.db").exists()


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError) as refusal:
        Library.open(tmp_path / "file" / "library", program="tests")
    assert refusal.value.hint


def test_opening_sweeps_what_a_killed_process_left_and_nothing_else(folder: Path) -> None:
    Library.open(folder, program="tests").close()
    (folder / "tmp" / "incoming-k1ll3d").write_bytes(b"half a picture")
    (folder / "tmp" / "my notes").write_bytes(b"not ours")
    Library.open(folder, program="tests").close()
    assert [path.name for path in (folder / "tmp").iterdir()] == ["my notes"]


def test_closed_library_says_so(folder: Path) -> None:
    library = Library.open(folder, program="tests")
    library.close()
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.list_documents()


def test_cache_keeps_bytes_under_plain_names_only(library: Library) -> None:
    assert library.find_cached("small.jpg") is None
    library.put_cached("small.jpg", b"old")
    library.put_cached("small.jpg", b"new")
    assert library.find_cached("small.jpg") == b"new"
    with pytest.raises(ValueError, match="plain"):
        library.put_cached("../outside.jpg", b"")
