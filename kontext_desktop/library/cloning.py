"""Share a file's blocks with a new file, where the file system can: at once, and for no space.

What is shared is copied by the file system as soon as either file is written to, so neither can
change the other.
"""

from __future__ import annotations

import sys
from pathlib import Path

_FICLONE = 0x40049409
"""Linux: `FICLONE` of linux/fs.h, for Btrfs, XFS, bcachefs, OCFS2 and what is mounted on them."""


def clone(source: int, target: Path) -> bool:
    """Make `target`, an empty file, a clone of the open file `source`; False where that cannot be:
    `target` is then empty still. Whatever stands in the way, a plain copy is the answer."""
    cloned = False
    if sys.platform == "linux":
        cloned = _share(source, target)
    elif sys.platform == "darwin":
        cloned = _clone_on_macos(source, target)
    return cloned


def _share(source: int, target: Path) -> bool:
    import fcntl

    try:
        with target.open("r+b") as file:
            fcntl.ioctl(file.fileno(), _FICLONE, source)
    except OSError:
        return False
    return True


def _clone_on_macos(source: int, target: Path) -> bool:
    import ctypes
    import os

    try:
        fclonefileat = ctypes.CDLL(None, use_errno=True).fclonefileat
    except (OSError, AttributeError):
        return False
    at_working_folder = -2
    target.unlink()  # it makes the file itself
    failed = fclonefileat(source, at_working_folder, os.fsencode(target), 0)
    if failed:
        target.touch(mode=0o600)
    else:
        target.chmod(0o600)  # the source's permissions came along
    return not failed
