"""Predictions that may be lost answers, in SQL. Runs inside its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from kontext_desktop.library import records
from kontext_desktop.library.rows import Writing, sound
from kontext_desktop.model import Candidate, Received


def put(writing: Writing, candidate: Candidate) -> Candidate:
    """Remember a candidate; one that is known already stays as it is."""
    known = _find(writing.connection, candidate.job_id, candidate.prediction_id)
    if known is not None:
        return records.read_candidate(known)
    values = records.candidate_values(candidate, writing.next_sequence())
    writing.insert("candidates", values)
    return candidate


def change(
    writing: Writing,
    candidate: Candidate,
    received: Sequence[Received] | None,
    refused: bool | None,
) -> Candidate:
    row = _find(writing.connection, candidate.job_id, candidate.prediction_id)
    if row is None:
        raise ValueError(f"no such candidate: {candidate.prediction_id}")
    changed = records.read_candidate(row)
    if received is not None:
        changed = replace(changed, received=tuple(received))
    if refused is not None:
        changed = replace(changed, refused=refused)
    writing.replace("candidates", records.candidate_values(changed, row["sequence"]))
    return changed


def list_of(connection: sqlite3.Connection, job_id: str) -> list[Candidate]:
    rows = connection.execute(
        "SELECT * FROM candidates WHERE job_id = ? ORDER BY sequence", (job_id,)
    )
    return sound(records.read_candidate, rows)


def _find(connection: sqlite3.Connection, job_id: str, prediction_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM candidates WHERE job_id = ? AND prediction_id = ?", (job_id, prediction_id)
    ).fetchone()
    return row
