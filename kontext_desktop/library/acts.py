"""The log of what was done to a Document, in SQL. Runs inside its caller's transaction.

Rows are appended and marked, never cut off: what was undone and then done otherwise stays there,
marked "dropped".
"""

from __future__ import annotations

import sqlite3

from kontext_desktop.library import records
from kontext_desktop.library.rows import Writing, sound
from kontext_desktop.model import Act, Annotation


def record_current(writing: Writing, document_id: str, before: str, after: str) -> None:
    """The document's pointer was moved from one version to another."""
    _record(writing, Act(0, document_id, "current", after, before, after, writing.at, "done"))


def record_annotation(
    writing: Writing, document_id: str, version_id: str, before: Annotation, after: Annotation
) -> None:
    _record(
        writing, Act(0, document_id, "annotation", version_id, before, after, writing.at, "done")
    )


def find_next(connection: sqlite3.Connection, document_id: str, *, undo: bool) -> Act | None:
    """The act to be undone next, or the one to be done again next."""
    state, order = ("done", "DESC") if undo else ("undone", "ASC")
    row = connection.execute(
        f"SELECT * FROM acts WHERE document_id = ? AND state = ? ORDER BY sequence {order} LIMIT 1",
        (document_id, state),
    ).fetchone()
    return records.read_act(row) if row else None


def mark(writing: Writing, act: Act, *, undone: bool) -> None:
    writing.connection.execute(
        "UPDATE acts SET state = ? WHERE sequence = ?",
        ("undone" if undone else "done", act.sequence),
    )


def list_newest(connection: sqlite3.Connection, document_id: str, limit: int) -> list[Act]:
    rows = connection.execute(
        "SELECT * FROM acts WHERE document_id = ? ORDER BY sequence DESC LIMIT ?",
        (document_id, limit),
    )
    return sound(records.read_act, rows)


def _record(writing: Writing, act: Act) -> None:
    writing.connection.execute(
        "UPDATE acts SET state = 'dropped' WHERE document_id = ? AND state = 'undone'",
        (act.document_id,),
    )
    writing.insert("acts", {**records.act_values(act), "sequence": writing.next_sequence()})
