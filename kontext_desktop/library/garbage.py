"""Files that nobody needs: named by no row, no backup, no sidecar, and a day old at least.

What is needed is asked of everything that can name a file, each time; nothing is counted along.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kontext_desktop.library import backup, check_rows, references, sidecars
from kontext_desktop.library.blobs import BLOBS, CACHE, TEMPORARY, is_incoming
from kontext_desktop.library.report import Garbage
from kontext_desktop.library.restore import QUARANTINE
from kontext_desktop.library.use import list_files

AGE = 86_400.0
"""Seconds a file stays untouched: what it is for may be under way."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OF_VERSION = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-.+")


def find(folder: Path, connection: sqlite3.Connection, now: float) -> Garbage:
    """What can go. Where a record is damaged, or a kept database cannot be read, no blob can: the
    name of one may be in there. Raises sqlite3.Error, OSError."""
    named, why_not = _list_named(folder, connection)
    blobs = (
        []
        if why_not
        else [
            entry
            for entry in _list_old(folder / BLOBS, now)
            if _SHA256.fullmatch(entry.name) and entry.name not in named
        ]
    )
    versions = {row[0] for row in connection.execute("SELECT id FROM versions")}
    cached = []
    for entry in _list_old(folder / CACHE, now):
        match = _OF_VERSION.fullmatch(entry.name)
        if match and match[1] not in versions:
            cached.append(entry)
    temporary = [
        entry for entry in _list_old(folder / TEMPORARY, now) if is_incoming(Path(entry.path))
    ]
    return Garbage(
        tuple(entry.name for entry in blobs),
        tuple(entry.name for entry in cached),
        tuple(entry.name for entry in temporary),
        sum(entry.stat().st_size for entry in (*blobs, *cached, *temporary)),
        why_not,
    )


def remove(folder: Path, connection: sqlite3.Connection, garbage: Garbage, now: float) -> Garbage:
    """Remove what was found, provided that it still is garbage; returns what went. Nothing may be
    written to the database meanwhile."""
    named = {reference.sha256 for reference in references.list_all(connection)}
    blobs = [name for name in garbage.blobs if name not in named]
    paths = {
        "blobs": [folder / BLOBS / name[:2] / name for name in blobs],
        "cached": [folder / CACHE / name for name in garbage.cached],
        "temporary": [folder / TEMPORARY / name for name in garbage.temporary],
    }
    gone: dict[str, list[str]] = {kind: [] for kind in paths}
    size = 0
    for kind, those in paths.items():
        for path in those:
            try:
                told = path.stat()
                if now - told.st_mtime >= AGE:
                    path.unlink()
                    gone[kind].append(path.name)
                    size += told.st_size
            except FileNotFoundError:
                continue
    return Garbage(
        tuple(gone["blobs"]),
        tuple(gone["cached"]),
        tuple(gone["temporary"]),
        size,
        garbage.kept_because,
    )


def _list_named(folder: Path, connection: sqlite3.Connection) -> tuple[set[str], str]:
    """Every blob that anything names; and why that may not be all, as a sentence."""
    kept = check_rows.Rows()
    if any(check_rows.check_seals(connection, kept)):
        return set(), (
            "Records of the library are damaged, and may name any file: "
            "`kontext library check --repair` comes first."
        )
    named = {reference.sha256 for reference in references.list_all(connection)}
    for path in sidecars.list_files(folder):
        facts = sidecars.read(path) or {}
        named.add((facts.get("document") or {}).get("master_sha256", ""))
        named.add((facts.get("job") or {}).get("input_sha256", ""))
        named.update(result["sha256"] for result in facts.get("results", ()))
    databases = [made.path for made in backup.list_made(folder)]
    databases += sorted((folder / QUARANTINE).glob("*.db"))
    for database in databases:
        try:
            with closing(backup.open_copy(database)) as copy:
                named.update(reference.sha256 for reference in references.list_all(copy))
        except sqlite3.Error:
            return set(), (
                f"{database.relative_to(folder)} cannot be read, and may name any file: move it "
                "away once it is of no more use."
            )
    return named, ""


def _list_old(folder: Path, now: float) -> Iterator[os.DirEntry[str]]:
    for entry in list_files(folder):
        if now - entry.stat().st_mtime >= AGE:
            yield entry
