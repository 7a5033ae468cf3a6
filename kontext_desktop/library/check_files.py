"""What can be wrong with the files beside the database: blobs, sidecars, backups, strangers."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import backup, references, sidecars
from kontext_desktop.library.blobs import BLOBS, is_incoming
from kontext_desktop.library.check_rows import Rows, columns
from kontext_desktop.library.report import Finding

UNDER_WAY = 60.0
"""Seconds a file may wait for the row that names it, while another process writes."""
_SIDECAR_LAGS = 0.2
"""Seconds within which a sidecar follows its rows."""
_THREADS = 2
_CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(
    r"library\.db(-wal|-shm|-journal)?|lock|owner\.json|ballast|blobs|tmp|cache|sidecars|backups"
    r"|quarantine|trash"
)
_USES = {
    "master": "the original of a document",
    "proxy": "the picture for review of an original",
    "result": "a result",
    "sent": "what was sent for an edit",
    "unassigned": "what was received for an edit",
}


@dataclass(slots=True)
class Blobs:
    """Which blobs there should be, and why; and how many bytes were hashed."""

    expected: dict[str, references.Reference] = field(default_factory=dict)
    tolerated: set[str] = field(default_factory=set)
    """Named by a damaged row, or of erased rows: neither wanted nor strange."""
    count: int = 0
    bytes: int = 0


def expect(connection: sqlite3.Connection, kept: Rows) -> Blobs:
    blobs = Blobs()
    for reference in references.list_all(connection):
        damaged = reference.sequence in kept.corrupt.get(reference.table, ())
        if damaged or reference.use == "away":
            blobs.tolerated.add(reference.sha256)
        elif reference.length is not None or reference.sha256 not in blobs.expected:
            blobs.expected[reference.sha256] = reference
    if columns(connection, "tombstones"):
        rows = connection.execute("SELECT name FROM tombstones WHERE kind = 'blob'")
        blobs.tolerated.update(row[0] for row in rows)
    return blobs


def check_blobs(
    folder: Path, blobs: Blobs, deep: bool, advance: Callable[[int], None]
) -> Iterator[Finding]:
    """Each blob that is named: there, as long as it should be, and for `deep` with the hash it is
    named by. Files that nobody names. `advance` takes the bytes that were looked at."""
    with ThreadPoolExecutor(_THREADS) as threads:  # hashing lets other threads run
        wanted = blobs.expected.values()
        for finding, size in threads.map(lambda one: _check_blob(folder, one, deep), wanted):
            blobs.count += 1
            blobs.bytes += size
            advance(size)
            if finding is not None:
                yield finding


def _check_blob(
    folder: Path, wanted: references.Reference, deep: bool
) -> tuple[Finding | None, int]:
    sha256, use = wanted.sha256, _USES[wanted.use]
    path = folder / BLOBS / sha256[:2] / sha256
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            damaged = wanted.length not in (None, size) or (deep and _hash(file) != sha256)
    except FileNotFoundError:
        missing = f"A file is missing: {use} ({sha256[:12]}…, {wanted.table} {wanted.sequence})."
        return Finding("missing", "blob", sha256, missing), 0
    except OSError as error:
        unread = f"A file cannot be read: {use} ({sha256[:12]}…): {error.strerror}."
        return Finding("corrupt", "blob", sha256, unread), 0
    if not damaged:
        return None, size
    says = f"A file is damaged: {use} ({sha256[:12]}…, {wanted.table} {wanted.sequence})."
    return Finding("corrupt", "blob", sha256, says), size


def _hash(file: object) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def check_strangers(
    folder: Path, blobs: Blobs, is_named: Callable[[str], bool]
) -> Iterator[Finding]:
    """Files that nothing needs. `is_named` asks the database of now: a row may have come since."""
    now = time.time()
    for path in _walk(folder / BLOBS):
        name = path.name
        if not _SHA256.fullmatch(name) or path.parent != folder / BLOBS / name[:2]:
            yield _stranger(folder, path)
        elif name not in blobs.expected and name not in blobs.tolerated:
            with contextlib.suppress(FileNotFoundError):
                if now - path.stat().st_mtime >= UNDER_WAY and not is_named(name):
                    yield Finding("orphan", "blob", name, f"No record needs a file ({name[:12]}…).")
    for path in _children(folder):
        if not _OURS.fullmatch(path.name):
            yield _stranger(folder, path)
    for path in _children(folder / "tmp"):
        if not is_incoming(path):
            yield _stranger(folder, path)
    made = {one.path for one in backup.list_made(folder)}
    for path in _children(folder / backup.BACKUPS):
        if path not in made and path.name != BLOBS:
            yield _stranger(folder, path)


def check_sidecars(folder: Path, connection: sqlite3.Connection, kept: Rows) -> Iterator[Finding]:
    """Each Version's sidecar against its rows; and sidecars whose rows are gone. Not inside of one
    moment: a sidecar is written right after its rows, so what differs is looked at once more."""
    suspects: list[str | None] = []
    for version_id in (None, *kept.of("versions")):
        if any(_compare(folder, connection, version_id)):
            suspects.append(version_id)
    known = {row[0] for row in connection.execute("SELECT id FROM versions")}
    strays = [path for path in sidecars.list_files(folder) if path.stem not in known]
    if suspects or strays:
        time.sleep(_SIDECAR_LAGS)
    for version_id in suspects:
        yield from _compare(folder, connection, version_id)
    known = {row[0] for row in connection.execute("SELECT id FROM versions")}
    if columns(connection, "tombstones"):
        rows = connection.execute("SELECT name FROM tombstones WHERE kind = 'version'")
        known |= {row[0] for row in rows}
    for path in strays:
        if path.stem not in known:
            yield from _without_row(folder, path, kept)
    for path in _children(folder / sidecars.SIDECARS):
        if not path.is_dir() and path.name != sidecars.LIBRARY:
            yield _stranger(folder, path)


def _compare(
    folder: Path, connection: sqlite3.Connection, version_id: str | None
) -> Iterator[Finding]:
    try:
        wanted = sidecars.gather(connection, version_id)
    except LibraryError:
        return  # its rows are damaged, or gone, and named by themselves
    path = sidecars.place(folder, version_id)
    name = str(path.relative_to(folder))
    whose = "the library" if version_id is None else f"version {version_id[:8]}"
    try:
        told = sidecars.read(path)
    except FileNotFoundError:
        yield Finding("missing", "sidecar", name, f"The sidecar of {whose} is missing.")
        return
    if told == wanted:
        return
    if told is None:
        yield Finding("corrupt", "sidecar", name, f"The sidecar of {whose} is damaged.")
    elif version_id is None and told.get("library", {}).get("uuid") not in (
        *(row[0] for row in connection.execute("SELECT uuid FROM library")),
    ):
        yield Finding(
            "corrupt", "library", "uuid", "The library's id is not the one in its sidecar."
        )
    else:
        says = f"The sidecar of {whose} does not say what the database says."
        yield Finding("behind", "sidecar", name, says)


def _without_row(folder: Path, path: Path, kept: Rows) -> Iterator[Finding]:
    try:
        facts = sidecars.read(path)
    except FileNotFoundError:
        return  # erased meanwhile
    version = None if facts is None else facts.get("version")
    if version is None:
        name = str(path.relative_to(folder))
        yield Finding("corrupt", "sidecar", name, "A sidecar of no known version is damaged.")
    elif version["sequence"] not in kept.corrupt.get("versions", ()):
        says = f"Version {path.stem[:8]} has a sidecar and no record."
        yield Finding("missing", "versions", path.stem, says, ("versions", path.stem))


def check_backups(folder: Path, deep: bool) -> Iterator[Finding]:
    """Whether each backup can still be put back, as far as SQLite sees."""
    for made in backup.list_made(folder) if deep else ():
        try:
            backup.prove(made.path)
        except (LibraryError, sqlite3.Error, OSError):
            name = str(made.path.relative_to(folder))
            yield Finding("corrupt", "backup", name, f"A backup is damaged ({made.path.name}).")


def _stranger(folder: Path, path: Path) -> Finding:
    name = str(path.relative_to(folder))
    return Finding("orphan", "file", name, f"This file is not the program's: {name}.")


def _walk(folder: Path) -> Iterator[Path]:
    for path in _children(folder):
        if path.is_dir():
            yield from _children(path)
        else:
            yield path


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
