"""What is said of Versions, in SQL. Runs inside its caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import replace

from kontext_desktop.errors import ParameterError
from kontext_desktop.library import acts, documents, search
from kontext_desktop.library.rows import Writing, text
from kontext_desktop.library.trash import check_visible
from kontext_desktop.model import Annotation, Flag, Version

_LONGEST_NAME, _LONGEST_TAG, _MOST_TAGS = 200, 60, 100
"""Characters of a name and of a tag; tags of one version."""


def put(
    writing: Writing,
    version_id: str,
    name: str | None,
    rating: int | None,
    flag: Flag | None,
    note: str | None,
    tags: Collection[str] | None,
) -> Annotation:
    """Change what is not None."""
    version = documents.get_version(writing.connection, version_id)
    check_visible(writing.connection, version)
    changed = before = version.annotation
    if name is not None:
        changed = replace(changed, name=_short(name, _LONGEST_NAME))
    if rating is not None:
        if rating not in range(6):
            raise ParameterError(f"A rating is 0 to 5, not {rating}.", "0 takes it off.")
        changed = replace(changed, rating=rating)
    if flag is not None:
        if flag not in ("", "pick", "reject"):
            raise ParameterError(f"There is no flag “{flag}”.", "Give pick or reject, or none.")
        changed = replace(changed, flag=flag)
    if note is not None:
        changed = replace(changed, note=text(note))
    if tags is not None:
        changed = replace(changed, tags=_tags(tags))
    if changed != before:
        acts.record_annotation(writing, version.document_id, version.id, before, changed)
        write(writing, version, changed)
        documents.touch(writing, version.document_id)
    return changed


def write(writing: Writing, version: Version, annotation: Annotation) -> None:
    """Replace what is said of a version, and how it is found by that."""
    sequence = version.sequence
    writing.connection.execute("DELETE FROM tags WHERE sequence = ?", (sequence,))
    writing.connection.execute(
        "INSERT INTO annotations (sequence, name, rating, flag, note, tags)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sequence) DO UPDATE SET name = excluded.name,"
        " rating = excluded.rating, flag = excluded.flag, note = excluded.note,"
        " tags = excluded.tags",
        (
            sequence,
            annotation.name,
            annotation.rating,
            annotation.flag,
            annotation.note,
            json.dumps(sorted(annotation.tags)),
        ),
    )
    writing.connection.executemany(
        "INSERT INTO tags (tag, sequence) VALUES (?, ?)",
        [(tag.casefold(), sequence) for tag in annotation.tags],
    )
    search.index_version(writing, sequence)
    writing.touched.add(version.id)


def list_tags(connection: sqlite3.Connection) -> list[str]:
    """Every tag of what is not in the trash, as it was written first, in order."""
    rows = connection.execute(
        "SELECT min(json_each.value) FROM annotations, json_each(annotations.tags)"
        " WHERE NOT EXISTS (SELECT 1 FROM trashed WHERE trashed.sequence = annotations.sequence)"
        " GROUP BY lower(json_each.value) ORDER BY lower(json_each.value)"
    )
    return [row[0] for row in rows]


def _tags(given: Collection[str]) -> frozenset[str]:
    """Blanks made even; of two that differ in case only, one."""
    tags = [_short(tag, _LONGEST_TAG) for tag in sorted(given)]
    kept = {tag.casefold(): tag for tag in tags if tag}
    if len(kept) > _MOST_TAGS:
        raise ParameterError(f"A version has at most {_MOST_TAGS} tags.", "Take some off.")
    return frozenset(kept.values())


def _short(given: str, longest: int) -> str:
    short = " ".join(text(given).split())
    if len(short) > longest:
        raise ParameterError(
            f"“{short[:20]}…” is longer than {longest} characters.",
            "Make it shorter; a note may be as long as you like.",
        )
    return short
