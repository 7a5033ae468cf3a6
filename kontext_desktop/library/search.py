"""Finding again, in SQL: what is put into the full-text index, and how typed words are asked for.

One row of the index belongs to a Version, or to a Job that has made none, under its sequence.
Runs inside its caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from kontext_desktop.library import records
from kontext_desktop.library.rows import Writing, sound, text
from kontext_desktop.model import Document

_MOST_WORDS = 16
"""Words of a search that count; what is pasted into the field may be a book."""


def index_job(writing: Writing, sequence: int, prompt: str) -> None:
    """Let a Job be found by its prompt until it has made a Version."""
    writing.connection.execute(
        "INSERT INTO search (rowid, text) VALUES (?, ?)", (sequence, text(prompt))
    )


def index_version(writing: Writing, sequence: int) -> None:
    """Let a Version be found by all that is said of it now: its document's name, title, prompt,
    annotation."""
    forget(writing, sequence)
    writing.connection.execute(f"INSERT INTO search (rowid, text) {_SAID_OF_VERSION}", (sequence,))


def hand_over(writing: Writing, job: int, versions: Sequence[int]) -> None:
    """Let what a Job has made be found in its stead; all are sequences. As one statement for the
    first of them, and with nothing in between, since FTS5 writes out what it holds before each."""
    first, *rest = versions
    moved = writing.connection.execute(
        f"UPDATE search SET (rowid, text) = ({_SAID_OF_VERSION}) WHERE rowid = ?", (first, job)
    )
    for sequence in rest if moved.rowcount else versions:
        index_version(writing, sequence)


def forget(writing: Writing, sequence: int) -> None:
    """Let no search find the Version or Job of this sequence any more."""
    writing.connection.execute("DELETE FROM search WHERE rowid = ?", (sequence,))


_SAID_OF_VERSION = """
    SELECT versions.sequence,
        documents.name || char(10) || versions.title || char(10) || coalesce(jobs.prompt, '')
        || char(10) || coalesce(annotations.name || char(10) || annotations.note, '') || char(10)
        || coalesce((SELECT group_concat(value, char(10)) FROM json_each(annotations.tags)), '')
    FROM versions JOIN documents ON documents.id = versions.document_id
        LEFT JOIN jobs ON jobs.id = versions.job_id
        LEFT JOIN annotations ON annotations.sequence = versions.sequence
    WHERE versions.sequence = ?
"""


def list_documents(
    connection: sqlite3.Connection, search: str, limit: int | None
) -> list[Document]:
    """Documents of which every word of `search` begins a word somewhere; all when it is blank."""
    words = quoted(search)
    if not words and search.replace("\0", " ").split():
        return []
    # Each word by itself, since one may stand in the name and the next in a prompt.
    where = " AND ".join([_VISIBLE, *[_FOUND] * len(words)])
    rows = connection.execute(
        f"{records.DOCUMENTS} WHERE {where} ORDER BY activity DESC LIMIT ?",
        (*(word for word in words for _ in range(2)), -1 if limit is None else limit),
    )
    return sound(records.read_document, rows)


_VISIBLE = "documents.sequence NOT IN (SELECT sequence FROM trash)"
_FOUND = f"""
    documents.id IN (
        SELECT versions.document_id FROM search JOIN versions ON versions.sequence = search.rowid
        WHERE search MATCH ? AND {records.VISIBLE}
        UNION SELECT jobs.document_id FROM search JOIN jobs ON jobs.sequence = search.rowid
            JOIN versions ON versions.id = jobs.parent_version_id
        WHERE search MATCH ? AND {records.VISIBLE}
    )
"""


def quoted(typed: str) -> list[str]:
    """The words of any text, each asking FTS5 for what begins so.

    Signs without a letter or digit are not kept in the index and so cannot be found.
    """
    words = [word for word in text(typed).replace("\0", " ").split() if any(map(str.isalnum, word))]
    # As a quoted string a word means nothing to FTS5 but its letters.
    return ['"{}"*'.format(word.replace('"', '""')) for word in words[:_MOST_WORDS]]
