"""Blobs: named by their content, whole or not there, and found out when damaged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.library import Library


def test_same_bytes_are_one_file(library: Library, folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.jpg"
    source.write_bytes(b"picture")
    sha256 = library.blobs.put(b"picture")
    assert library.blobs.put_file(source) == (sha256, 7)
    assert sha256 == hashlib.sha256(b"picture").hexdigest()
    assert library.blobs.read(sha256) == b"picture"
    assert [path for path in (folder / "blobs").rglob("*") if path.is_file()] == [
        folder / "blobs" / sha256[:2] / sha256
    ]
    assert list((folder / "tmp").iterdir()) == []


def test_source_is_only_read(library: Library, tmp_path: Path) -> None:
    source = tmp_path / "source.jpg"
    source.write_bytes(os.urandom(3 << 20))
    source.chmod(0o440)
    before, data = source.stat(), source.read_bytes()
    sha256, length = library.blobs.put_file(source)
    after = source.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_mode) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_mode,
    )
    assert library.blobs.read(sha256) == data == source.read_bytes()
    assert length == len(data)


def test_what_is_no_file_is_refused_at_once(library: Library, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        with pytest.raises(ImageError):
            library.blobs.put_file(path)
    assert list((library.folder / "tmp").iterdir()) == []


def test_file_over_the_cap_is_not_kept(library: Library, tmp_path: Path) -> None:
    source = tmp_path / "large.tif"
    source.write_bytes(b"12345")
    with pytest.raises(ImageError, match="larger"):
        library.blobs.put_file(source, cap=4)
    assert list((library.folder / "blobs").iterdir()) == []
    assert library.blobs.put_file(source, cap=5)[1] == 5


def test_flipped_bit_is_found_and_mended_by_the_same_bytes(library: Library) -> None:
    sha256 = library.blobs.put(b"picture")
    library.blobs.path(sha256).write_bytes(b"pictuse")
    with pytest.raises(LibraryError, match=f"damaged.*{sha256[:12]}"):
        library.blobs.read(sha256)
    assert library.blobs.read(sha256, verify=False) == b"pictuse"
    library.blobs.put(b"picture")
    assert library.blobs.read(sha256) == b"picture"


def test_lost_blob_is_named(library: Library) -> None:
    sha256 = library.blobs.put(b"picture")
    assert library.blobs.has(sha256)
    library.blobs.path(sha256).unlink()
    assert not library.blobs.has(sha256)
    with pytest.raises(LibraryError, match=f"missing.*{sha256[:12]}"):
        library.blobs.read(sha256)


def test_name_of_a_blob_never_leads_elsewhere(library: Library) -> None:
    for name in ("../../library.db", "", "AB" * 32, "a" * 63):
        with pytest.raises(ValueError, match="SHA-256"):
            library.blobs.path(name)
