"""The file that documents travel in: a ZIP of which every entry has the only name it can have.

An archive from elsewhere is believed in nothing: names, sizes and methods are looked at before
anything is read, and what is read is counted. Nothing is ever extracted by its name.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from kontext_desktop.errors import LibraryError

MANIFEST = "manifest.json"
MOST_ENTRIES = 300_000
MOST_TEXT = 32 << 20
"""Bytes of the manifest, and of what is said of one document."""
_MOST_DIRECTORY = 64 << 20
_MOST_RATIO = 100
"""Text shrinks to a tenth or so; pictures are not compressed at all."""
_CHUNK = 1 << 20
_NAME = re.compile(
    r"manifest\.json|documents/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json|blobs/[0-9a-f]{64}"
)
_ENCRYPTED, _PATCHED, _STRONG = 0x1, 0x20, 0x40
_DAMAGE = (
    # What zipfile raises on damaged archives. The library's own OSErrors are told by then.
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


def document_name(document_id: str) -> str:
    return f"documents/{document_id}.json"


def blob_name(sha256: str) -> str:
    return f"blobs/{sha256}"


class Writer:
    """An archive in the making. Entries carry no time: the same documents give the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def put_text(self, name: str, data: bytes) -> None:
        if len(data) > MOST_TEXT:
            raise LibraryError("This is too large to be packed in one.", "Pack fewer documents.")
        info = _info(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(info, data)

    def put_blob(self, sha256: str, length: int, chunks: Iterable[bytes]) -> Iterator[int]:
        """Write a file's bytes, yielding how many with each piece. Raises LibraryError when they
        are not the ones of this hash."""
        digest = hashlib.sha256()
        info = _info(blob_name(sha256))
        info.file_size = length  # says early whether its size takes 64 bits
        with self._zip.open(info, "w") as entry:
            for chunk in chunks:
                digest.update(chunk)
                entry.write(chunk)
                yield len(chunk)
        if digest.hexdigest() != sha256:
            raise LibraryError(
                f"A file of the library is damaged ({sha256[:12]}…).",
                "Put it back from a backup of the library's folder, then pack again.",
            )

    def close(self) -> None:
        self._zip.close()


class Reader:
    """An archive whose directory has been looked at, and found to hold nothing odd."""

    def __init__(self, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> None:
        """Use `opened`."""
        self._zip = archive
        self._entries = entries

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._entries)

    def read_text(self, name: str) -> bytes:
        """Raises ValueError where there is no such entry, or it is longer than can be."""
        if name not in self._entries:
            raise ValueError(f"{name} is missing")
        return b"".join(self.read(name, MOST_TEXT))

    def read(self, name: str, most: int) -> Iterator[bytes]:
        """The bytes of an entry, piece by piece. Raises ValueError once there are more than
        `most`, whatever the directory says."""
        length = 0
        with self._zip.open(self._entries[name]) as entry:
            while chunk := _read(entry, min(_CHUNK, most + 1 - length)):
                length += len(chunk)
                if length > most:
                    raise ValueError(f"{name} is longer than it should be")
                yield chunk


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """The archive at `path`. Raises LibraryError for what cannot be one of ours; whatever is found
    out inside the block, as a ValueError or by the ZIP reader, is told so too."""
    if os.path.lexists(path) and not os.path.isfile(path):
        # A pipe or a device would be read for ever.
        raise LibraryError(f"{path} is not a file.", "Give one that `kontext pack` wrote.")
    try:
        file = path.open("rb")
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be read: {error.strerror}.", "Check the path.", str(error)
        ) from error
    with file:
        try:
            number = _check_end(file)
            with zipfile.ZipFile(file) as archive:
                yield Reader(archive, _list(archive, number))
        except MemoryError as error:
            raise refused(path, repr(error)) from error
        except _DAMAGE as error:
            raise refused(path, f"{type(error).__name__}: {error}") from error


def _read(entry: IO[bytes], most: int) -> bytes:
    try:
        return entry.read(most)
    except OSError as error:  # the archive's disk, not the library's
        raise ValueError(f"cannot be read: {error}") from error


def refused(path: Path, detail: str) -> LibraryError:
    return LibraryError(
        f"{path} is damaged, or was not packed by this program.",
        "Copy or pack it again. Nothing was taken from it.",
        detail,
    )


def _check_end(file: BinaryIO) -> int:
    """Look at the directory's size before a reader takes all of it into memory; returns how many
    entries it says it has."""
    length = file.seek(0, 2)
    start = max(0, length - 22 - 65_535)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + 22 > len(tail):
        raise ValueError("no end of a directory")
    entries, size = struct.unpack("<HL", tail[place + 10 : place + 16])
    locator = tail[place - 20 : place] if place >= 20 else b""
    if locator.startswith(b"PK\6\7"):
        file.seek(struct.unpack("<Q", locator[8:16])[0])
        record = file.read(56)
        if not record.startswith(b"PK\6\6") or len(record) < 56:
            raise ValueError("no end of a large directory")
        entries, size = struct.unpack("<QQ", record[32:48])
    if entries > MOST_ENTRIES or size > _MOST_DIRECTORY:
        raise ValueError(f"{entries} entries in a directory of {size} bytes")
    file.seek(0)
    return int(entries)


def _list(archive: zipfile.ZipFile, number: int) -> dict[str, zipfile.ZipInfo]:
    """The entries by name. Raises ValueError for one that no archive of ours has."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.orig_filename
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not _NAME.fullmatch(name) or info.filename != name:
            raise ValueError(f"an entry called {name!r:.120}")
        if name in entries:
            raise ValueError(f"{name} twice")
        if info.flag_bits & (_ENCRYPTED | _PATCHED | _STRONG):
            raise ValueError(f"{name} is encrypted")
        if kind not in (0, stat.S_IFREG):
            raise ValueError(f"{name} is no plain file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} is packed by method {info.compress_type}")
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            raise ValueError(f"{name} is of two sizes")
        if info.file_size > _MOST_RATIO * max(info.compress_size, 1_000):
            raise ValueError(f"{name} grows more than {_MOST_RATIO} times")
        entries[name] = info
    if len(entries) != number or number > MOST_ENTRIES:
        raise ValueError(f"{len(entries)} entries instead of {number}")
    return entries


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3  # the same on every system: what follows is POSIX
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    return info
