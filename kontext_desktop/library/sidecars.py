"""One small file beside the database for each Version, from which its rows can be made again.

With the blobs they are the whole of what was paid for: see `rebuild`. They name no address of an
upload or a result, and hold columns as they are stored, so that each row keeps its own seal.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kontext_desktop.library.blobs import incoming, sync, sync_folder
from kontext_desktop.library.failures import damaged_row

SIDECARS = "sidecars"
LIBRARY = "library.json"
"""Among the sidecars: what the library as a whole is."""
_JOB = (
    *("sequence", "id", "batch_id", "document_id", "model_id", "prompt", "guidance_scale"),
    *("aspect_ratio", "seed", "parent_version_id", "frame", "endpoint", "practice", "price"),
    *("input_sha256", "input_length", "created_at", "permitted_at", "account", "sent_at"),
    *("clock_offset", "prediction_id", "nsfw", "server_seconds"),
)
"""What does not change any more once a Job is done."""
Facts = dict[str, Any]


def path_of(folder: Path, version_id: str) -> Path:
    return folder / SIDECARS / version_id[:2] / f"{version_id}.json"


def compose(
    folder: Path, connection: sqlite3.Connection, version_id: str | None
) -> tuple[Path, bytes]:
    """The sidecar of a Version, or for None of the library, as the database has it now: where it
    belongs, and its bytes. Raises LibraryError when a row it is made of is not there."""
    facts = gather(connection, version_id)
    try:
        text = json.dumps(
            {**facts, "seal": _seal(facts)},
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
            allow_nan=False,
        )
    except (TypeError, ValueError) as error:
        raise damaged_row("versions", version_id) from error
    return place(folder, version_id), text.encode() + b"\n"


def place(folder: Path, version_id: str | None) -> Path:
    return folder / SIDECARS / LIBRARY if version_id is None else path_of(folder, version_id)


def gather(connection: sqlite3.Connection, version_id: str | None) -> Facts:
    """What a sidecar is to say. The same errors as `compose`."""
    facts = _of_library(connection) if version_id is None else _of_version(connection, version_id)
    [[schema]] = connection.execute("PRAGMA user_version")
    return {**facts, "schema": schema}


def _of_library(connection: sqlite3.Connection) -> Facts:
    library = _row(connection, "SELECT uuid, created_at, never_send FROM library")
    return {"kind": "library", "library": library}


def _of_version(connection: sqlite3.Connection, version_id: str) -> Facts:
    version = _row(connection, "SELECT * FROM versions WHERE id = ?", version_id)
    if version is None:
        raise damaged_row("versions", version_id)
    facts: Facts = {"kind": "version", "version": version}
    facts["document"] = _row(
        connection, "SELECT * FROM documents WHERE id = ?", version["document_id"]
    )
    if facts["document"] is None:
        raise damaged_row("documents", version["document_id"])
    if version["job_id"] is None:
        # What may change of a document stands in one sidecar only: its original's.
        facts["marks"] = _row(
            connection,
            "SELECT client, never_send FROM document_state WHERE document_id = ?",
            version["document_id"],
        )
        facts["reference"] = _row(
            connection,
            "SELECT * FROM master_references WHERE sha256 = ?",
            facts["document"]["master_sha256"],
        )
    else:
        facts |= _job(connection, version["job_id"])
    facts["annotation"] = _row(
        connection, "SELECT * FROM annotations WHERE sequence = ?", version["sequence"]
    )
    return facts


def put(folder: Path, target: Path, data: bytes) -> None:
    """Write one durably: whole under its name, or as it was before. Raises OSError."""
    new_group = not target.parent.exists()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with incoming(folder) as temporary:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            sync(file.fileno())
        os.replace(temporary, target)
    sync_folder(target.parent)
    if new_group:
        sync_folder(target.parent.parent)


def read(path: Path) -> Facts | None:
    """What a sidecar says; None when it is not as it was written. Raises OSError."""
    return parse(path.read_bytes())


def read_library(folder: Path) -> Facts | None:
    """What the library's own sidecar says; None where it is missing or damaged."""
    try:
        facts = read(folder / SIDECARS / LIBRARY) or {}
    except OSError:
        return None
    library = facts.get("library")
    return library if isinstance(library, dict) else None


def parse(data: bytes) -> Facts | None:
    try:
        facts = json.loads(data)
        told = facts.pop("seal")
        return facts if told == _seal(facts) else None
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None


def list_files(folder: Path) -> Iterator[Path]:
    """All sidecars of Versions, by their names alone."""
    try:
        groups = sorted((folder / SIDECARS).iterdir())
    except FileNotFoundError:
        return
    for group in groups:
        if group.is_dir():
            yield from sorted(path for path in group.iterdir() if path.suffix == ".json")


def list_missing(folder: Path, connection: sqlite3.Connection) -> list[str]:
    """The Versions without a sidecar: a crash, or an older release, left them out."""
    there = {path.stem for path in list_files(folder)}
    rows = connection.execute("SELECT id FROM versions ORDER BY sequence")
    return [row[0] for row in rows if row[0] not in there]


def job_values(facts: Mapping[str, Any], received_at: float) -> Facts:
    """The row of a done Job, made again from its sidecar. What is not in there is over with it:
    addresses, tries, problems."""
    return {
        **dict.fromkeys(("upload_url", "uploaded_at", "unsure_since", "quarantine", "problem")),
        **facts,
        **{"state": "done", "updated_at": received_at, "output_urls": "[]"},
        **{"looks": 0, "hidden": 0},
    }


def _job(connection: sqlite3.Connection, job_id: str) -> Facts:
    job = _row(connection, f"SELECT {', '.join(_JOB)} FROM jobs WHERE id = ?", job_id)
    if job is None:
        raise damaged_row("jobs", job_id)
    charge = _row(connection, "SELECT charged FROM charges WHERE job_id = ?", job_id)
    rows = connection.execute("SELECT * FROM results WHERE job_id = ? ORDER BY sequence", (job_id,))
    return {
        "job": job,
        "charged": None if charge is None else charge["charged"],
        "results": [dict(row) for row in rows],
    }


def _row(connection: sqlite3.Connection, query: str, *values: str | int) -> Facts | None:
    row = connection.execute(query, values).fetchone()
    return None if row is None else dict(row)


def _seal(facts: Facts) -> str:
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
