"""One process writes a library: an operating-system lock on its folder, held for life.

The lock vanishes with the process that held it. `owner.json` only says whom to name in a message;
nothing is ever decided by it.
"""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kontext_desktop.errors import LibraryError

LOCK = "lock"
OWNER = "owner.json"
_STEP = 0.1
"""Seconds between two tries to get the lock."""


@contextmanager
def owned(
    folder: Path, program: str, started: float, wait: float, waiting: Callable[[float], None]
) -> Iterator[None]:
    """Hold the library in `folder`. `waiting` is called with seconds to sleep, `wait` in all.

    Raises LibraryError, naming the owner, when it is still held then; OSError.
    """
    import filelock  # kept out of the window's first paint

    # The lock is taken on one thread and may be given back on another.
    lock = filelock.FileLock(folder / LOCK, mode=0o600, thread_local=False)
    tries = max(0, math.ceil(wait / _STEP))
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except filelock.Timeout:
            if tries == 0:
                raise _taken(folder) from None
        tries -= 1
        waiting(_STEP)
    try:
        _name_owner(folder / OWNER, program, started)
        yield
    finally:
        try:
            (folder / OWNER).unlink(missing_ok=True)
        finally:
            lock.release()


def _name_owner(path: Path, program: str, started: float) -> None:
    owner = {
        "host": platform.node(),
        "pid": os.getpid(),
        "program": program,
        "started": started,
    }
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(owner, file)


def _taken(folder: Path) -> LibraryError:
    try:
        owner = json.loads((folder / OWNER).read_text("utf-8"))
        who = f"{owner['program']} (process {owner['pid']} on {owner['host']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another program"
    return LibraryError(
        f"The library is being written by {who}.",
        "Close it or wait until it is done, then try again. Reading works meanwhile.",
        str(folder),
        retry=True,
    )
