"""The trash, in SQL: what is put there is hidden from lists and searches, and can be brought back.

What is visible has visible parents only, and a document is in the trash exactly when its original
is. Runs inside its caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from kontext_desktop.errors import LibraryError
from kontext_desktop.library.rows import Writing, text
from kontext_desktop.model import Trashed, Version

KEEP = 30 * 86_400.0
"""Seconds that something stays in the trash before it may be erased by itself."""


@dataclass(frozen=True, slots=True)
class Node:
    """A version's place in its document's tree; `entry`: what it went to the trash with."""

    id: str
    sequence: int
    parents: tuple[str, ...]
    entry: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """What an id stands for: a version, or (`version` None) a whole document; and all versions of
    the document by their ids, parents before children."""

    document_id: str
    document_sequence: int
    version: Node | None
    nodes: dict[str, Node]

    @property
    def sequence(self) -> int:
        return self.document_sequence if self.version is None else self.version.sequence

    @property
    def id(self) -> str:
        return self.document_id if self.version is None else self.version.id


def is_trashed(connection: sqlite3.Connection, version: Version) -> bool:
    return _find_entry(connection, version.sequence) is not None


def check_visible(connection: sqlite3.Connection, version: Version) -> None:
    """Raise LibraryError for a version in the trash."""
    if is_trashed(connection, version):
        raise LibraryError("This version is in the trash.", "Take it out of the trash first.")


def put(writing: Writing, id_or_prefix: str) -> Target:
    """Put a version there with all that was made from it, or a document with everything.

    The document's pointer moves to the nearest ancestor that stays.
    """
    target = find(writing.connection, id_or_prefix)
    if target.version is None:
        branch = [node for node in target.nodes.values() if node.entry is None]
    elif not target.version.parents:
        raise LibraryError(
            "The original goes only with its whole document.", "Put the document in the trash."
        )
    else:
        branch = _visible_branch(target)
    if not branch:
        raise LibraryError("It is in the trash already.", "Look into the trash.")
    _put_entry(writing, target.document_id, target.sequence, target.id, writing.at)
    _hide(writing, branch, target.sequence)
    if target.version is not None:
        move_pointer_off(writing, target.document_id)
    return target


def inherit(writing: Writing, sequence: int, parent: Version) -> None:
    """A version that was just made from one in the trash joins it there."""
    entry = _find_entry(writing.connection, parent.sequence)
    if entry is not None:
        _hide(writing, [Node("", sequence, (), None)], entry)


def restore(writing: Writing, id_or_prefix: str) -> list[str]:
    """Bring back a version in the trash with what went there with it, and whatever of its ancestors
    is there too, or a document with what went there with it. Returns the ids of the versions.

    What else came to the trash with those ancestors stays there, as entries of its own.
    """
    target = find(writing.connection, id_or_prefix)
    back = _brought_back(target)
    if not back:
        raise LibraryError("It is not in the trash.", "`kontext trash` lists what is.")
    writing.connection.execute(
        "DELETE FROM trashed WHERE sequence IN (SELECT value FROM json_each(?))",
        (json.dumps([node.sequence for node in back]),),
    )
    for entry in {node.entry for node in back if node.entry is not None}:
        _regroup(writing, target, entry, {node.id for node in back})
    return [node.id for node in back]


def list_entries(connection: sqlite3.Connection) -> list[Trashed]:
    """What was put there last comes first."""
    rows = connection.execute(
        "SELECT trash.id, trash.document_id, documents.name, versions.title, trash.at,"
        " annotations.name AS said,"
        " (SELECT count(*) FROM trashed WHERE trashed.entry = trash.sequence) AS versions"
        " FROM trash JOIN documents ON documents.id = trash.document_id"
        " LEFT JOIN versions ON versions.sequence = trash.sequence"
        " LEFT JOIN annotations ON annotations.sequence = versions.sequence"
        " ORDER BY trash.at DESC, trash.sequence DESC"
    )
    return [
        Trashed(
            id=row["id"],
            document_id=row["document_id"],
            document_name=row["name"],
            title=row["title"] or "",
            versions=row["versions"],
            at=row["at"],
            erased_at=row["at"] + KEEP,
            name=row["said"] or "",
        )
        for row in rows
    ]


def list_due(connection: sqlite3.Connection, now: float) -> list[str]:
    """Ids of what has been there for thirty days, documents first."""
    rows = connection.execute(
        "SELECT id FROM trash WHERE at <= ? ORDER BY id <> document_id, sequence", (now - KEEP,)
    )
    return [row["id"] for row in rows]


def move_pointer_off(writing: Writing, document_id: str) -> None:
    """Let a document's current version be the nearest ancestor that is not in the trash."""
    [[current]] = writing.connection.execute(
        "SELECT current_version_id FROM document_state WHERE document_id = ?", (document_id,)
    )
    nodes = _nodes(writing.connection, document_id)
    node = nodes[current]
    while node.entry is not None and node.parents:
        node = nodes[node.parents[0]]
    if node.id != current:
        writing.connection.execute(
            "UPDATE document_state SET current_version_id = ? WHERE document_id = ?",
            (node.id, document_id),
        )


def find(connection: sqlite3.Connection, id_or_prefix: str) -> Target:
    """What an id, or the beginning of one, stands for; raises LibraryError for none and several."""
    word = text(id_or_prefix)
    found: list[sqlite3.Row] = []
    for query in (
        "SELECT id, document_id FROM versions",
        "SELECT id, id AS document_id FROM documents",
    ):
        found += connection.execute(
            f"{query} WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (word, word + "\U0010ffff")
        )
    exact = [row for row in found if row["id"] == word]
    if len(exact or found) != 1 or not word:
        _refuse(word, bool(found))
    [row] = exact or found
    [[sequence]] = connection.execute(
        "SELECT sequence FROM documents WHERE id = ?", (row["document_id"],)
    )
    nodes = _nodes(connection, row["document_id"])
    return Target(row["document_id"], sequence, nodes.get(row["id"]), nodes)


def _refuse(word: str, several: bool) -> NoReturn:
    if several:
        raise LibraryError(
            f"“{word}” begins more than one version or document.", "Give more characters."
        )
    raise LibraryError(f"No version or document begins with “{word}”.", "Look up its id in a list.")


def _nodes(connection: sqlite3.Connection, document_id: str) -> dict[str, Node]:
    rows = connection.execute(
        "SELECT id, versions.sequence, parent_ids, entry"
        " FROM versions LEFT JOIN trashed ON trashed.sequence = versions.sequence"
        " WHERE document_id = ? ORDER BY versions.sequence",
        (document_id,),
    )
    return {row[0]: Node(row[0], row[1], tuple(json.loads(row[2])), row[3]) for row in rows}


def branch(target: Target) -> list[Node]:
    """The version with all that was made from it; of a document everything. Parents first."""
    if target.version is None:
        return list(target.nodes.values())
    inside: dict[str, Node] = {target.version.id: target.version}
    for node in target.nodes.values():
        if any(parent in inside for parent in node.parents):
            inside[node.id] = node
    return list(inside.values())


def _visible_branch(target: Target) -> list[Node]:
    return [node for node in branch(target) if node.entry is None]


def _brought_back(target: Target) -> list[Node]:
    if target.version is None:
        return [node for node in target.nodes.values() if node.entry == target.document_sequence]
    if target.version.entry is None:
        return []
    back = {
        node.id: node
        for node in _kept_together(target, target.version)
        if node.entry == target.version.entry
    }
    above = [target.version]
    while above:
        for parent in (target.nodes[name] for name in above.pop().parents):
            if parent.entry is not None and parent.id not in back:
                back[parent.id] = parent
                above.append(parent)
    return list(back.values())


def _kept_together(target: Target, root: Node) -> Iterable[Node]:
    """`root` and what was made from it by way of versions of its entry only."""
    inside = {root.id}
    yield root
    for node in target.nodes.values():
        if node.entry == root.entry and any(parent in inside for parent in node.parents):
            inside.add(node.id)
            yield node


def _regroup(writing: Writing, target: Target, entry: int, back: set[str]) -> None:
    """What is left of an entry becomes one for each branch of it."""
    [[at]] = writing.connection.execute("SELECT at FROM trash WHERE sequence = ?", (entry,))
    roots: dict[str, int] = {}
    for node in target.nodes.values():
        if node.entry != entry or node.id in back:
            continue
        inherited = [roots[parent] for parent in node.parents if parent in roots]
        if not inherited:
            _put_entry(writing, target.document_id, node.sequence, node.id, at)
        roots[node.id] = inherited[0] if inherited else node.sequence
        writing.connection.execute(
            "UPDATE trashed SET entry = ? WHERE sequence = ?", (roots[node.id], node.sequence)
        )
    writing.connection.execute("DELETE FROM trash WHERE sequence = ?", (entry,))


def _put_entry(writing: Writing, document_id: str, sequence: int, entry_id: str, at: float) -> None:
    writing.connection.execute(
        "INSERT INTO trash (sequence, id, document_id, at) VALUES (?, ?, ?, ?)",
        (sequence, entry_id, document_id, at),
    )


def _hide(writing: Writing, nodes: Iterable[Node], entry: int) -> None:
    writing.connection.executemany(
        "INSERT INTO trashed (sequence, entry) VALUES (?, ?)",
        [(node.sequence, entry) for node in nodes],
    )


def _find_entry(connection: sqlite3.Connection, sequence: int) -> int | None:
    row = connection.execute("SELECT entry FROM trashed WHERE sequence = ?", (sequence,)).fetchone()
    return None if row is None else int(row[0])
