"""Documents, their Versions and Drafts in SQL. Runs inside its caller's transaction."""

from __future__ import annotations

import sqlite3

from kontext_desktop.library import acts, records, search, trash
from kontext_desktop.library.rows import Writing, get_row, sound, text
from kontext_desktop.model import Document, Draft, Size, Version


def put(
    writing: Writing,
    *,
    name: str,
    source_path: str,
    master_sha256: str,
    size: Size,
    format: str,
    depth: int,
    title: str,
) -> Document:
    known = find_by_master(writing.connection, master_sha256)
    if known is not None:
        return known
    document_id = writing.new_id()
    writing.insert(
        "documents",
        {
            "sequence": writing.next_sequence(),
            "id": document_id,
            "name": name,
            "source_path": source_path,
            "master_sha256": master_sha256,
            "width": size.width,
            "height": size.height,
            "format": format,
            "depth": depth,
            "created_at": writing.at,
        },
    )
    original = Version(
        id=writing.new_id(),
        sequence=writing.next_sequence(),
        document_id=document_id,
        parent_ids=(),
        layers=(),
        job_id=None,
        title=title,
        practice=False,
        created_at=writing.at,
    )
    put_version(writing, original)
    writing.connection.execute(
        "INSERT INTO document_state (document_id, current_version_id, activity) VALUES (?, ?, ?)",
        (document_id, original.id, original.sequence),
    )
    search.index_version(writing, original.sequence)
    return get(writing.connection, document_id)


def put_version(writing: Writing, version: Version) -> None:
    writing.insert("versions", records.version_values(version))
    writing.touched.add(version.id)


def touch(writing: Writing, document_id: str) -> None:
    """Make this the document that was worked on last."""
    writing.connection.execute(
        "UPDATE document_state SET activity = ? WHERE document_id = ?",
        (writing.next_sequence(), document_id),
    )


def get(connection: sqlite3.Connection, id_or_prefix: str) -> Document:
    row = get_row(connection, records.DOCUMENTS, "documents", id_or_prefix)
    return records.read_document(row)


def find(connection: sqlite3.Connection, document_id: str) -> Document | None:
    row = connection.execute(f"{records.DOCUMENTS} WHERE id = ?", (document_id,)).fetchone()
    return records.read_document(row) if row else None


def find_by_master(connection: sqlite3.Connection, sha256: str) -> Document | None:
    row = connection.execute(
        f"{records.DOCUMENTS} WHERE master_sha256 = ?"
        " AND documents.sequence NOT IN (SELECT sequence FROM trash)"
        " ORDER BY documents.sequence DESC LIMIT 1",
        (sha256,),
    ).fetchone()
    return records.read_document(row) if row else None


def put_current_version(writing: Writing, document_id: str, version_id: str) -> None:
    document = get(writing.connection, document_id)
    version = get_version(writing.connection, version_id)
    if version.document_id != document.id:
        raise ValueError(f"version {version_id} is not of document {document_id}")
    trash.check_visible(writing.connection, version)
    if move_pointer(writing, document.id, version.id):
        acts.record_current(writing, document.id, document.current_version_id, version.id)
    touch(writing, document.id)


def move_pointer(writing: Writing, document_id: str, version_id: str) -> bool:
    """Whether that changed anything."""
    done = writing.connection.execute(
        "UPDATE document_state SET current_version_id = ?"
        " WHERE document_id = ? AND current_version_id <> ?",
        (version_id, document_id, version_id),
    )
    return done.rowcount > 0


def put_never_send(writing: Writing, document_id: str, value: bool) -> None:
    document = get(writing.connection, document_id)
    writing.connection.execute(
        "UPDATE document_state SET never_send = ? WHERE document_id = ?", (value, document.id)
    )
    _touch_original(writing, document.id)
    touch(writing, document.id)


def put_client(writing: Writing, document_id: str, client: str) -> None:
    document = get(writing.connection, document_id)
    writing.connection.execute(
        "UPDATE document_state SET client = ? WHERE document_id = ?",
        (text(" ".join(client.split())), document.id),
    )
    _touch_original(writing, document.id)
    touch(writing, document.id)


def find_draft(connection: sqlite3.Connection, document_id: str) -> Draft | None:
    document = get(connection, document_id)
    [[draft]] = connection.execute(
        "SELECT draft FROM document_state WHERE document_id = ?", (document.id,)
    )
    return None if draft is None else records.read_draft(document.id, draft)


def put_draft(writing: Writing, document_id: str, draft: Draft) -> None:
    document = get(writing.connection, document_id)
    writing.connection.execute(
        "UPDATE document_state SET draft = ? WHERE document_id = ?",
        (records.write_draft(draft), document.id),
    )
    touch(writing, document.id)


def get_version(connection: sqlite3.Connection, id_or_prefix: str) -> Version:
    row = get_row(connection, records.VERSIONS, "versions", id_or_prefix)
    return records.read_version(row)


def find_version(connection: sqlite3.Connection, version_id: str) -> Version | None:
    row = connection.execute(f"{records.VERSIONS} WHERE versions.id = ?", (version_id,)).fetchone()
    return records.read_version(row) if row else None


def list_versions(connection: sqlite3.Connection, document_id: str) -> list[Version]:
    rows = connection.execute(
        f"{records.VERSIONS} WHERE document_id = ? AND {records.VISIBLE}"
        " ORDER BY versions.sequence",
        (document_id,),
    )
    return sound(records.read_version, rows)


def count_versions(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        f"SELECT document_id, count(*) FROM versions WHERE {records.VISIBLE} GROUP BY document_id"
    )
    return {row[0]: row[1] for row in rows}


def _touch_original(writing: Writing, document_id: str) -> None:
    """The sidecar of a document's original also says what may change of the document."""
    rows = writing.connection.execute(
        "SELECT id FROM versions WHERE document_id = ? AND job_id IS NULL", (document_id,)
    )
    writing.touched.update(row["id"] for row in rows)
