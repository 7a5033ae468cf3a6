"""The history as lines: Versions of all documents, newest or oldest first, page by page, in SQL.

A page goes on beyond the sequence of the last line (never by counting rows), and starts from the
condition that leaves the fewest: words, a tag, a rating, a seed, a document, in this order. Lines
read the columns they show; their rows' seals are checked when one is opened (`get_version`,
`list_versions`) and by `check`, since 200 seals cost more than the page itself.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from kontext_desktop.library import records
from kontext_desktop.library.failures import damaged_row
from kontext_desktop.library.rows import sound
from kontext_desktop.library.search import quoted
from kontext_desktop.model import JobState, Line, Search

_COST = "CASE WHEN charges.charged = 'no' THEN 0 ELSE charges.amount END"
_OPINIONS = "annotations.name, annotations.rating, annotations.flag, annotations.tags"
_VERSIONS = f"""
    SELECT versions.sequence, versions.id, versions.job_id, versions.document_id, documents.name,
        versions.title, jobs.prompt, jobs.seed, jobs.aspect_ratio, jobs.state, {_COST},
        versions.practice, versions.created_at, {_OPINIONS}
    FROM {{start}}
        CROSS JOIN documents ON documents.id = versions.document_id
        LEFT JOIN jobs ON jobs.id = versions.job_id
        LEFT JOIN charges ON charges.job_id = versions.job_id
        LEFT JOIN annotations ON annotations.sequence = versions.sequence
    WHERE {{where}} AND {records.VISIBLE}
    ORDER BY {{place}} {{order}} LIMIT :limit
"""
_JOBS = f"""
    SELECT jobs.sequence, NULL, jobs.id, jobs.document_id, documents.name, '', jobs.prompt,
        jobs.seed, jobs.aspect_ratio, jobs.state, {_COST}, jobs.practice, jobs.created_at,
        NULL, NULL, NULL, NULL
    FROM {{start}}
        CROSS JOIN documents ON documents.id = jobs.document_id
        CROSS JOIN versions ON versions.id = jobs.parent_version_id
        LEFT JOIN charges ON charges.job_id = jobs.id
    WHERE {{where}} AND {records.VISIBLE}
    ORDER BY {{place}} {{order}} LIMIT :limit
"""


def list_page(
    connection: sqlite3.Connection, query: Search, after: int | None, limit: int
) -> list[Line]:
    words = quoted(query.text)
    if not words and query.text.replace("\0", " ").split():
        return []
    statement, values = compose(query, words, after, limit)
    rows = connection.cursor()
    rows.row_factory = None  # columns by place: a quarter of the time by name
    return sound(_read, rows.execute(statement, values))


def _read(row: Any) -> Line:
    """Raises LibraryError for what cannot be shown; that it is right, the seal says elsewhere."""
    try:
        return Line(
            row[0],
            row[1] or "",
            row[2] or "",
            row[3],
            row[4],
            row[5],
            row[6] or "",
            row[7],
            row[8],
            row[9] and JobState(row[9]),
            row[10] or 0,
            row[11] == 1,
            row[12],
            row[13] or "",
            row[14] or 0,
            row[15] or "",
            tuple(json.loads(row[16])) if row[16] else (),
        )
    except (ValueError, TypeError) as error:
        raise damaged_row("versions", row[0]) from error


def compose(
    query: Search, words: list[str], after: int | None, limit: int
) -> tuple[str, dict[str, str | int | float | None]]:
    """The statement, and its values by name."""
    of_jobs = query.state not in (None, JobState.DONE)
    table = "jobs" if of_jobs else "versions"
    start, place, where = _start(query, words, table)
    order, beyond = ("ASC", ">") if query.oldest_first else ("DESC", "<")
    where += [
        condition
        for condition, wanted in (
            (f"{place} {beyond} :after", after is not None),
            (f"{table}.document_id = :document_id", query.document_id is not None),
            (f"{table}.created_at >= :since", query.since is not None),
            (f"{table}.created_at < :until", query.until is not None),
            (f"{table}.practice = :practice", query.practice is not None),
            ("jobs.seed = :seed", query.seed is not None),
            ("jobs.aspect_ratio IS :ratio", query.ratio is not None),
            ("jobs.id IS NOT NULL", query.ratio is not None),
            ("jobs.state = :state", query.state is not None),
            (f"{_COST} BETWEEN :cost_from AND :cost_to", query.cost is not None),
            # No Job that has not made a Version was ever rated.
            ("annotations.rating >= :rating" if not of_jobs else "FALSE", query.rating > 0),
            ("annotations.flag = :flag" if not of_jobs else "FALSE", bool(query.flag)),
            ("coalesce(annotations.flag, '') = ''" if not of_jobs else "TRUE", query.flag == ""),
            (
                "EXISTS (SELECT 1 FROM tags WHERE tags.tag = :tag"
                f" AND tags.sequence = {table}.sequence)",
                bool(query.tag),
            ),
        )
        if wanted
    ]
    cost_from, cost_to = query.cost or (None, None)
    values = {
        "text": " AND ".join(words),
        "after": after,
        "limit": limit,
        "document_id": query.document_id,
        "since": query.since,
        "until": query.until,
        "practice": query.practice,
        "seed": query.seed,
        "ratio": query.ratio or None,
        "state": query.state,
        "cost_from": cost_from,
        "cost_to": cost_to,
        "rating": query.rating,
        "flag": query.flag,
        "tag": " ".join(query.tag.split()).casefold(),
    }
    template = _JOBS if of_jobs else _VERSIONS
    condition = " AND ".join(where)
    return template.format(start=start, place=place, order=order, where=condition), values


def _start(query: Search, words: list[str], table: str) -> tuple[str, str, list[str]]:
    """Which table is walked; the column that orders it; and its condition.

    CROSS JOIN keeps SQLite to that order: it does not know how many rows a word or a rating leaves.
    """
    if words:
        start = f"search CROSS JOIN {table} ON {table}.sequence = search.rowid"
        return start, "search.rowid", ["search MATCH :text"]
    if table == "jobs":
        return "jobs", "jobs.sequence", ["TRUE"]
    if query.tag:
        start = "tags CROSS JOIN versions ON versions.sequence = tags.sequence"
        return start, "tags.sequence", ["tags.tag = :tag"]
    if query.rating > 0 or query.flag:
        # Its own walk: the opinions are joined once more for what is shown.
        start = "annotations AS rated CROSS JOIN versions ON versions.sequence = rated.sequence"
        return start, "rated.sequence", ["rated.rating >= :rating"]
    if query.seed is not None:
        return (
            "jobs AS seeded CROSS JOIN versions ON versions.job_id = seeded.id",
            "versions.sequence",
            ["seeded.seed = :seed"],
        )
    return "versions", "versions.sequence", ["TRUE"]
