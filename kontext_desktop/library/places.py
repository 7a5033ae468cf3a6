"""On what kind of disk a folder lies: of this machine, of another, or copied about by a program.

A database needs locks and a write order that a network share does not keep, and a program that
synchronises folders copies its files one by one while they belong together.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

_NETWORKS = {
    0x6969: "NFS",
    0xFF534D42: "SMB",
    0xFE534D42: "SMB",
    0x517B: "SMB",
    0x65735546: "FUSE",
    0x5346414F: "AFS",
    0x00C36400: "Ceph",
    0x01021997: "9P",
}
"""`f_type` of Linux's statfs."""
FUSE = 0x65735546
_MARKS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".stfolder": "Syncthing",
    ".849c9593-d756-4e56-8d6e-42412f2a707b": "OneDrive",
}
"""Files and folders by which a synchronising program knows its own folder."""
_NAMES = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "icloud drive": "iCloud Drive",
    "iclouddrive": "iCloud Drive",
    "com~apple~clouddocs": "iCloud Drive",
    "mobile documents": "iCloud Drive",
}
_MNT_LOCAL, _FLAGS_AT = 0x1000, 64
"""macOS: a flag of statfs, and where in its answer the flags stand."""
_DRIVE_REMOTE = 4


class Place(NamedTuple):
    kind: Literal["local", "network", "synced"]
    name: str = ""
    """Of the share's protocol, or of the program that synchronises."""


class Level(NamedTuple):
    """A folder on the way to the root: its name, and the names of what is in it."""

    name: str
    entries: Collection[str]


def judge(network: str, levels: Sequence[Level]) -> Place:
    """`network`: the share's protocol, "" for a disk of this machine; `levels`: the folder and
    those above it."""
    if network:
        return Place("network", network)
    for level in levels:
        name = level.name.casefold()
        # "OneDrive - Name of a firm" is what the program itself calls a second one.
        if name in _NAMES or name.startswith("onedrive - "):
            return Place("synced", _NAMES.get(name, "OneDrive"))
        for mark, program in _MARKS.items():
            if mark in level.entries:
                return Place("synced", program)
    return Place("local")


def name_network(file_system: int, *, on_block_device: bool = False) -> str:
    """The protocol of a share by Linux's `f_type`; "" for a disk of this machine.

    `on_block_device`: a FUSE file system that reads a disk, as NTFS is often mounted.
    """
    kind = file_system & 0xFFFFFFFF  # the field is signed
    if kind == FUSE and on_block_device:
        return ""
    return _NETWORKS.get(kind, "")


def look(folder: Path) -> Place:
    """Where this folder is, or would be made. What cannot be found out counts as local."""
    existing = folder
    while not existing.is_dir() and existing != existing.parent:
        existing = existing.parent
    levels = [Level(path.name, _list(path)) for path in (folder, *folder.parents)]
    return judge(_find_network(existing), levels)


def _list(folder: Path) -> set[str]:
    """Which marks are there; nothing else of the folder is read."""
    return {mark for mark in _MARKS if os.path.lexists(folder / mark)}


def _find_network(folder: Path) -> str:
    """The protocol of the share that `folder` is on; "" where it is on none, or nobody says."""
    try:
        if sys.platform == "linux":
            kind = _first_word(_statfs(folder))
            fuse_block = kind == FUSE and _is_fuse_block(folder)
            found = name_network(kind, on_block_device=fuse_block)
        elif sys.platform == "darwin":
            flags = int.from_bytes(_statfs(folder)[_FLAGS_AT : _FLAGS_AT + 4], sys.byteorder)
            found = "" if flags & _MNT_LOCAL else "network"
        elif sys.platform == "win32":
            import ctypes

            root = os.path.splitdrive(folder)[0] + "\\"
            is_remote = ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
            found = "network" if is_remote else ""
    except (OSError, AttributeError):
        found = ""
    return found


def _statfs(folder: Path) -> bytes:
    import ctypes

    answer = ctypes.create_string_buffer(4096)
    library = ctypes.CDLL(None, use_errno=True)
    # On Intel the plain name answers with an older, shorter record.
    name = "statfs$INODE64" if sys.platform == "darwin" and _is_intel() else "statfs"
    if getattr(library, name)(os.fsencode(folder), answer) != 0:
        raise OSError(ctypes.get_errno(), "statfs")
    return answer.raw


def _first_word(answer: bytes) -> int:
    """Linux's `f_type`, a long."""
    import struct

    return int(struct.unpack_from("l", answer)[0])


def _is_intel() -> bool:
    import platform

    return platform.machine() == "x86_64"


def _is_fuse_block(folder: Path) -> bool:
    """Whether Linux calls the mount `fuseblk`."""
    device = os.stat(folder).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields, _, rest = line.partition(" - ")
            if fields.split()[2] == wanted:
                return rest.startswith("fuseblk")
    return False
