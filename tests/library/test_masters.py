"""Originals: shared, copied or referred to, never changed; found again where they have moved."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kontext_desktop.errors import ImageError, LibraryError, OriginalError
from kontext_desktop.library import Library, blobs
from kontext_desktop.library.rebuild import rebuild
from kontext_desktop.model import Document, Reference, Size

BYTES = b"the original " * 1000


def state(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest, found.st_ino, found.st_mtime_ns, found.st_mode


@pytest.fixture
def original(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    path = folder / os.fsdecode(b"caf\xe9 large.tif")
    path.write_bytes(BYTES)
    return path


@pytest.fixture
def document(library: Library, original: Path) -> Document:
    """One whose original is kept by reference."""
    return refer(library, original)


def refer(library: Library, path: Path) -> Document:
    digest, length, changed_at = library.blobs.hash_file(path)
    proxy = library.blobs.put(b"proxy")
    return library.put_document(
        name=path.name,
        source_path=str(path),
        master_sha256=digest,
        size=Size(40, 30),
        format="TIFF",
        depth=8,
        title="Original",
        reference=Reference(digest, str(path), length, changed_at, proxy),
    )


def test_a_referred_original_is_read_where_it_lies(
    library: Library, document: Document, original: Path
) -> None:
    before = state(original)
    with library.masters.reading(document) as path:
        assert path.read_bytes() == BYTES
    assert library.masters.find_trouble(document) is None
    assert not library.blobs.has(document.master_sha256)
    assert state(original) == before
    with Library.open_reading(library.folder) as reader:
        assert reader.masters.get_path(document) == original


def test_an_original_that_is_gone_says_what_to_do(
    library: Library, document: Document, original: Path
) -> None:
    original.unlink()
    for look in (library.masters.get_path, lambda one: library.masters.reading(one).__enter__()):
        with pytest.raises(OriginalError, match=r"not at .* any more") as raised:
            look(document)
        assert "relocate" in raised.value.hint
    assert library.masters.find_trouble(document) is not None
    original.mkdir()
    with pytest.raises(OriginalError, match="not at"):
        library.masters.get_path(document)


def test_an_original_that_was_saved_anew_is_refused(
    library: Library, document: Document, original: Path
) -> None:
    original.write_bytes(BYTES[::-1])
    for _ in range(2):  # known the second time, without reading it
        with pytest.raises(OriginalError, match="not the picture any more"):
            library.masters.get_path(document)
    original.write_bytes(BYTES + b"more")
    with pytest.raises(OriginalError, match="not the picture any more"):
        library.masters.get_path(document)
    assert library.masters.find_trouble(document) is not None


def test_an_original_that_was_only_touched_is_the_same(
    library: Library, document: Document, original: Path
) -> None:
    os.utime(original, ns=(1, 1))
    assert library.masters.get_path(document) == original
    reference = library.masters.find_reference(document.master_sha256)
    assert reference is not None
    assert reference.changed_at == 1


def test_what_was_read_while_it_changed_does_not_count(
    library: Library, document: Document, original: Path
) -> None:
    def read(act: Callable[[], None]) -> None:
        with library.masters.reading(document):
            act()

    with pytest.raises(OriginalError):
        read(lambda: original.write_bytes(BYTES[::-1]))

    def fail() -> None:
        raise ImageError("damaged")

    original.write_bytes(BYTES)
    with pytest.raises(ImageError):
        read(fail)
    with pytest.raises(OriginalError):
        read(lambda: (original.unlink(), fail()))


@pytest.mark.parametrize("name", ["new.tif", None])
def test_a_moved_original_is_found_by_its_bytes(
    library: Library, document: Document, original: Path, tmp_path: Path, name: str | None
) -> None:
    deep = tmp_path / "archive" / "2031" / "client"
    deep.mkdir(parents=True)
    (deep / original.name).write_bytes(BYTES[::-1])
    (deep / "a.tif").write_bytes(b"other")
    os.mkfifo(deep / "pipe")
    (deep / "loop").symlink_to(tmp_path / "archive")
    moved = deep / (name or f"x {original.name}")
    original.rename(moved)
    before = state(moved)
    assert library.masters.relocate(document, tmp_path / "archive").path == str(moved)
    assert library.masters.get_path(document) == moved
    assert state(moved) == before


def test_what_is_not_the_original_is_not_taken_for_it(
    library: Library, document: Document, original: Path, tmp_path: Path
) -> None:
    original.unlink()
    other = tmp_path / "other.tif"
    other.write_bytes(BYTES[::-1])
    with pytest.raises(OriginalError, match="is not the original"):
        library.masters.relocate(document, other)
    with pytest.raises(OriginalError, match="nowhere in"):
        library.masters.relocate(document, tmp_path)
    with pytest.raises(ImageError):
        library.masters.relocate(document, tmp_path / "nothing")
    reference = library.masters.find_reference(document.master_sha256)
    assert reference is not None
    assert reference.path == str(original)


def test_a_copied_original_needs_no_finding(
    library: Library, put_document: Callable[..., Document], tmp_path: Path
) -> None:
    with pytest.raises(OriginalError, match="in the library itself"):
        library.masters.relocate(put_document(), tmp_path)


def test_bytes_that_came_into_the_library_later_win(
    library: Library, document: Document, original: Path
) -> None:
    library.blobs.put(BYTES)
    original.unlink()
    assert library.masters.get_path(document) == library.blobs.path(document.master_sha256)


def test_a_reference_without_its_proxy_is_not_written(library: Library, original: Path) -> None:
    digest, length, changed_at = library.blobs.hash_file(original)
    with pytest.raises(LibraryError, match="missing"):
        library.put_document(
            name="a",
            source_path="",
            master_sha256=digest,
            size=Size(1, 1),
            format="TIFF",
            depth=8,
            title="Original",
            reference=Reference(digest, str(original), length, changed_at, "0" * 64),
        )
    assert library.list_documents() == []


def test_without_a_file_system_that_shares_nothing_is_left_behind(
    library: Library, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "clone", lambda source, target: False)
    assert library.blobs.clone_file(original) is None
    assert list((library.folder / "tmp").iterdir()) == []
    assert [path for path in (library.folder / "blobs").rglob("*") if path.is_file()] == []


def test_a_clone_is_hashed_and_placed_as_a_copy_is(
    library: Library, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clone(source: int, target: Path) -> bool:
        target.write_bytes(os.pread(source, len(BYTES), 0))
        return True

    monkeypatch.setattr(blobs, "clone", clone)
    assert library.blobs.clone_file(original) == (hashlib.sha256(BYTES).hexdigest(), len(BYTES))
    assert library.blobs.read(hashlib.sha256(BYTES).hexdigest()) == BYTES
    with pytest.raises(ImageError):
        library.blobs.clone_file(original.parent)


@pytest.fixture
def sharing(tmp_path: Path) -> Iterator[Path]:
    """A folder on XFS, which can share a file's blocks."""
    if os.name != "posix" or os.geteuid() or not shutil.which("mkfs.xfs"):
        pytest.skip("needs mkfs.xfs and the right to mount")
    image, folder = tmp_path / "disk", tmp_path / "mounted"
    with image.open("wb") as file:
        file.truncate(400 << 20)
    folder.mkdir()
    subprocess.run(["mkfs.xfs", "-q", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("cannot mount here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_file_system_that_can_shares_the_blocks(sharing: Path) -> None:
    source = sharing / "large.tif"
    source.write_bytes(os.urandom(40 << 20))
    before = state(source)
    with Library.open(sharing / "library", program="tests") as library:
        os.sync()
        free = shutil.disk_usage(sharing).free
        kept = library.blobs.clone_file(source)
        os.sync()
        assert kept == (before[0], 40 << 20)
        assert free - shutil.disk_usage(sharing).free < 4 << 20
        with source.open("r+b") as file:
            file.write(b"changed")
        library.blobs.read(before[0])


# Looked after


def test_an_original_elsewhere_is_no_damage_and_its_proxy_is_needed(
    library: Library, document: Document, original: Path
) -> None:
    original.unlink()
    assert library.check().damage == ()
    reference = library.masters.find_reference(document.master_sha256)
    assert reference is not None
    library.blobs.path(reference.proxy_sha256).unlink()
    (finding,) = library.check().damage
    assert "picture for review" in finding.says


def test_an_erased_document_takes_its_proxy_along_and_not_the_original(
    library: Library, document: Document, original: Path
) -> None:
    before = state(original)
    reference = library.masters.find_reference(document.master_sha256)
    assert reference is not None
    library.put_in_trash(document.id)
    library.erase(document.id)
    assert library.masters.find_reference(document.master_sha256) is None
    assert not library.blobs.has(reference.proxy_sha256)
    assert state(original) == before


def test_where_an_original_went_survives_the_loss_of_the_database(
    library: Library, folder: Path, document: Document, original: Path, tmp_path: Path
) -> None:
    moved = original.rename(tmp_path / "moved.tif")
    library.masters.relocate(document, moved)
    library.close()
    for path in folder.glob("library.db*"):
        path.unlink()
    rebuild(folder, program="tests", wait=0)
    with Library.open(folder, program="tests") as anew:
        assert anew.masters.get_path(anew.get_document(document.id)) == moved
        assert anew.check().damage == ()
