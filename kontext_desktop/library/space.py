"""Room on the disk, looked at before money is spent; and a little that is given up in need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from kontext_desktop.library import failures
from kontext_desktop.library.blobs import incoming, sync_folder

RESERVE = 1_000_000_000
"""Bytes that stay free on the library's disk when an edit is ordered."""
BALLAST = 32 * 1024 * 1024
_SCARCE = 20 * RESERVE
"""Below so many free bytes the ballast is taken; with more there is no need of it yet."""
_NAME = "ballast"


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def check(folder: Path, expected: int, reserve: int, free: Callable[[Path], int]) -> None:
    """Raise LibraryError unless three times the `expected` bytes fit in beside the reserve: what
    comes, what is made of it, and one more."""
    wanted, left = 3 * expected + reserve, free(folder)
    if left < wanted:
        raise failures.full(left, wanted)


def take_ballast(folder: Path, free: Callable[[Path], int]) -> None:
    """Hold some space while there is some, for the day when there is none. Raises OSError."""
    target = folder / _NAME
    if target.exists() or not hasattr(os, "posix_fallocate"):
        return
    if not RESERVE <= free(folder) < _SCARCE:
        return
    with incoming(folder) as temporary:
        with temporary.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST)
        os.replace(temporary, target)
    sync_folder(folder)


def give_up_ballast(folder: Path) -> None:
    """The disk is full: what is written next, the id of a paid edit perhaps, finds this room."""
    (folder / _NAME).unlink(missing_ok=True)
