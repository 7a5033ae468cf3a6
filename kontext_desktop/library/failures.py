"""What can go wrong on disk, put into words once: OSError and sqlite3.Error become LibraryError."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kontext_desktop.errors import LibraryError

_FULL = (
    "The disk that holds the library is full.",
    "Free some space, then try again; nothing stored so far is lost.",
)
_LOCKED_AWAY = (
    "The library at {folder} may not be written.",
    "Check that the folder and its files belong to you, or choose another folder.",
)
_READ_ONLY = (
    "The library at {folder} is on a disk that can only be read.",
    "Make the disk writable, or choose another folder.",
)
_UNREACHABLE = (
    "The library at {folder} cannot be read or written.",
    "Check that its disk is still connected and healthy, then try again.",
)
_DAMAGED = (
    "The library's database at {folder} is damaged.",
    "`kontext library check --repair` builds it anew and keeps the damaged one; the pictures are "
    "files of their own and are not touched by this.",
)
_OTHER = (
    "The library's database refused that.",
    "Nothing was changed. Please report it with the details.",
)
_BUSY = (
    "The library is busy in another process.",
    "Wait a moment, then try again.",
)

_DISK = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: (
        "Your quota on the disk that holds the library is used up.",
        "Free some of your own space, then try again; nothing stored so far is lost.",
    ),
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _LOCKED_AWAY,
    errno.EPERM: _LOCKED_AWAY,
}
_DATABASE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: _LOCKED_AWAY,
    sqlite3.SQLITE_PERM: _LOCKED_AWAY,
    sqlite3.SQLITE_IOERR: _UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
}
_PASSES = (_FULL, _BUSY, _UNREACHABLE)


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Raise what goes wrong inside as LibraryError, `folder` being the library's.

    Misuse of the sqlite3 module is a bug and passes through as it is.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        # The low byte is the plain result code; the rest says more to a log than to a person.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        raise _in_words(_DATABASE.get(code, _OTHER), folder, error) from error
    except OSError as error:
        raise _in_words(_DISK.get(error.errno or 0, _UNREACHABLE), folder, error) from error


def is_unwritable(folder: Path) -> bool:
    """Whether the folder lies on a medium that can only be read. Raises OSError."""
    return sys.platform != "win32" and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def reading_only(folder: Path) -> LibraryError:
    """Why a library that is open for reading only does not take what was to be written."""
    try:
        if is_unwritable(folder):
            message, hint = _READ_ONLY
            return LibraryError(message.format(folder=folder), hint)
    except OSError:
        return gone(folder)
    return LibraryError(
        "The library is open for reading only.",
        "Try again once no other program is writing to it.",
    )


def gone(folder: Path) -> LibraryError:
    return LibraryError(
        f"The library at {folder} is not there any more.",
        "Connect its disk again or put the folder back, then start the program again. Nothing was "
        "written elsewhere.",
    )


def full(free: int, wanted: int) -> LibraryError:
    """`free` bytes are left on the disk, `wanted` are asked for."""
    return LibraryError(
        f"The disk that holds the library has {free / 1e9:.1f} GB left; an edit wants "
        f"{wanted / 1e9:.1f} GB free.",
        "Free some space, then try again. Nothing was sent.",
        retry=True,
    )


def damaged_row(table: str, row_id: object) -> LibraryError:
    return LibraryError(
        f"A record of the library is damaged ({table} {row_id}).",
        "`kontext library check --repair` mends it; the pictures are files of their own.",
    )


def _in_words(words: tuple[str, str], folder: Path, error: Exception) -> LibraryError:
    message, hint = words
    detail = f"{type(error).__name__}: {error} {getattr(error, 'sqlite_errorname', '')}".rstrip()
    return LibraryError(message.format(folder=folder), hint, detail, retry=words in _PASSES)
