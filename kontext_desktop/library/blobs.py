"""Files of the library, named by the SHA-256 of their bytes and never changed; and the cache.

It knows nothing of the database: what the rows say of a blob is not its affair.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.library import failures

BLOBS, TEMPORARY, CACHE = "blobs", "tmp", "cache"
FOLDERS = (BLOBS, TEMPORARY, CACHE)
"""What lies in every library beside its database."""
_INCOMING = "incoming-"
"""How our temporary files begin; nothing else in `tmp` is ever touched."""
_CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The blobs of one library. Safe to use from several threads at once: it holds no state.

    A `put` returns when the bytes are on the disk for good, whatever happens to the power next;
    only then may a row name them. Everything here raises LibraryError when the library's disk is
    full, read-only or failing.
    """

    def __init__(self, folder: Path, *, reading_only: bool = False) -> None:
        self._library = folder
        self._reading_only = reading_only

    def put(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256. Bytes that are there already cost no space."""
        sha256, _ = self._keep([data])
        return sha256

    def put_file(self, path: Path, *, cap: int | None = None) -> tuple[str, int]:
        """Copy a file in; returns its SHA-256 and its length in bytes. The file is only read.

        Raises ImageError when it is no regular file, cannot be read, has more than `cap` bytes,
        or is being written to meanwhile.
        """
        return self._keep(_read_source(path, cap))

    def path(self, sha256: str) -> Path:
        """Where the blob lies, or would lie. Raises ValueError for what is no SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self._library / BLOBS / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the file is there; its bytes are not looked at."""
        return self.path(sha256).is_file()

    def read(self, sha256: str, *, verify: bool = True) -> bytes:
        """The bytes. Raises LibraryError when they are missing, or are not the ones once kept.

        `verify` False skips the hash, a second for every gigabyte.
        """
        with failures.translated(self._library):
            try:
                data = self.path(sha256).read_bytes()
            except FileNotFoundError:
                raise self._missing(sha256) from None
        if verify and hashlib.sha256(data).hexdigest() != sha256:
            raise LibraryError(
                f"A file of the library is damaged ({sha256[:12]}…).",
                "Put it back from a backup of the library's folder.",
                str(self.path(sha256)),
            )
        return data

    def remove(self, sha256: str) -> None:
        """Take the file away; nothing happens when it is not there. No row may name it."""
        if self._reading_only:
            raise failures.reading_only(self._library)
        with failures.translated(self._library):
            self.path(sha256).unlink(missing_ok=True)

    def require(self, *hashes: str) -> None:
        """Raise LibraryError unless all these blobs are there."""
        for sha256 in hashes:
            if not self.has(sha256):
                raise self._missing(sha256)

    def take_copy(self, sha256: str, copy: Path) -> bool:
        """Keep the file `copy` as this blob; False when it is not there or has other bytes."""
        try:
            if not _holds(copy, sha256):
                return False
            kept, _ = self.put_file(copy)
        except (ImageError, OSError):
            return False
        return kept == sha256

    def _keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        if self._reading_only:
            raise failures.reading_only(self._library)
        digest, length = hashlib.sha256(), 0
        with failures.translated(self._library), incoming(self._library) as temporary:
            with temporary.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    length += len(chunk)
                    file.write(chunk)
                file.flush()
                sync(file.fileno())
            self._place(temporary, digest.hexdigest())
        return digest.hexdigest(), length

    def _place(self, temporary: Path, sha256: str) -> None:
        """Give a whole, synced file its name, and make the name durable."""
        target = self.path(sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if _holds(target, sha256):
            os.utime(target)  # it is wanted again: nothing that tidies up may take it for old
        else:
            os.replace(temporary, target)
        # Also for a file that was there: whoever put it may not have come to this line yet.
        sync_folder(target.parent)
        sync_folder(target.parent.parent)

    def _missing(self, sha256: str) -> LibraryError:
        return LibraryError(
            f"A file of the library is missing ({sha256[:12]}…).",
            "Put it back from a backup of the library's folder.",
            str(self.path(sha256)),
        )


class Cache:
    """Small files that can be made again at any time: not synced, not verified, not backed up."""

    def __init__(self, folder: Path) -> None:
        self._library = folder

    def find(self, name: str) -> bytes | None:
        with failures.translated(self._library):
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                return None

    def put(self, name: str, data: bytes) -> None:
        with failures.translated(self._library), incoming(self._library) as temporary:
            temporary.write_bytes(data)
            os.replace(temporary, self._path(name))

    def remove(self, beginnings: set[str]) -> None:
        """Remove what is kept under a name that is one of these up to its last hyphen."""
        with failures.translated(self._library):
            for path in (self._library / CACHE).iterdir():
                if path.name.rpartition("-")[0] in beginnings:
                    path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if Path(name).name != name:
            raise ValueError(f"not a plain file name: {name!r}")
        return self._library / CACHE / name


@contextlib.contextmanager
def incoming(library: Path) -> Iterator[Path]:
    """An empty file of a random name in the library's `tmp`, mode 0600; gone afterwards unless it
    was renamed."""
    handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=library / TEMPORARY)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def sweep(library: Path) -> None:
    """Remove what a killed process left in `tmp`. Only for the library's owner."""
    for path in (library / TEMPORARY).iterdir():
        if is_incoming(path):
            path.unlink(missing_ok=True)


def is_incoming(path: Path) -> bool:
    """Whether a file in `tmp` is ours: being written, or left by a killed process."""
    return path.name.startswith(_INCOMING)


def sync(handle: int) -> None:
    """Return when the file's bytes are on the disk. After an error they must be taken as lost."""
    if sys.platform == "darwin":
        import fcntl

        # fsync on macOS stops at the drive's own cache.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make names in `folder` durable. Windows has no such call and keeps them in its journal."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _holds(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _read_source(path: Path, cap: int | None) -> Iterator[bytes]:
    """The bytes of somebody's file, piece by piece. Raises ImageError."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise ImageError(f"{path} is not a file.", "Choose a picture file.")
            length = 0
            while chunk := file.read(_CHUNK):
                length += len(chunk)
                if cap is not None and length > cap:
                    raise ImageError(
                        f"{path} is larger than {cap / 1e6:g} MB.", "Bring in a smaller file."
                    )
                yield chunk
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ImageError(
            f"{path} cannot be read: {error.strerror}.",
            "Check that it is still there and that you may read it.",
            str(error),
        ) from error
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ImageError(
            f"{path} changed while it was being read.",
            "Wait until the other program has finished writing it, then try again.",
            retry=True,
        )


def _open_at_once(path: str, flags: int) -> int:
    # Opening a named pipe would otherwise wait for somebody to write into it.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
