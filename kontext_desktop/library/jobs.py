"""The life of a Job in SQL: moves, events, charges, results. Runs inside its caller's transaction.

Every move is a compare-and-set on the state the caller has seen, so that of two threads which want
to move one Job exactly one does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from kontext_desktop.errors import Charged, LibraryError
from kontext_desktop.framing import find_area
from kontext_desktop.library import documents, records, search, trash
from kontext_desktop.library.rows import Writing, get_row, sound, text
from kontext_desktop.model import (
    Job,
    JobEvent,
    JobState,
    Layer,
    Origin,
    Received,
    Recipe,
    Result,
    Version,
)

MOVES: Mapping[JobState, frozenset[JobState]] = {
    # `failed`: the service refused the upload, which comes before sending and is free.
    # `unsure`: cancelled after the service had said "too many for now", and may have made it.
    JobState.QUEUED: frozenset(
        {JobState.SENDING, JobState.FAILED, JobState.CANCELLED, JobState.UNSURE}
    ),
    # Back to `queued`: provably not one byte left this machine.
    JobState.SENDING: frozenset(
        {JobState.RUNNING, JobState.UNSURE, JobState.FAILED, JobState.QUEUED}
    ),
    JobState.UNSURE: frozenset({JobState.RUNNING, JobState.FAILED}),
    # Back to `unsure`: the service has named the prediction of another library.
    JobState.RUNNING: frozenset(
        {JobState.DOWNLOADING, JobState.FAILED, JobState.EXPIRED, JobState.UNSURE}
    ),
    # `done` is not here: only `finish` goes there, with the Results.
    JobState.DOWNLOADING: frozenset({JobState.FAILED, JobState.EXPIRED}),
    # By a click and free of charge: search once more for a lost answer, collect once more what the
    # service has made.
    JobState.FAILED: frozenset({JobState.UNSURE, JobState.RUNNING}),
    JobState.EXPIRED: frozenset({JobState.RUNNING}),
}
"""Where a Job may go from each state by `move`; staying where it is is always allowed."""

_IN_FLIGHT = (JobState.SENDING, JobState.RUNNING, JobState.DOWNLOADING)
_EVER = """(
    SELECT id, endpoint, practice, prediction_id FROM jobs
    UNION ALL SELECT id, endpoint, practice, prediction_id FROM erased_jobs
)"""
"""Whose predictions are taken: also those of Jobs that were erased."""
_AWAY = f"""(
    EXISTS (
        SELECT 1 FROM versions
        WHERE versions.id = jobs.parent_version_id AND NOT {records.VISIBLE}
    ) OR EXISTS (SELECT 1 FROM versions WHERE versions.job_id = jobs.id)
    AND NOT EXISTS (
        SELECT 1 FROM versions WHERE versions.job_id = jobs.id AND {records.VISIBLE}
    )
)"""
"""Whether what a Job was made from, or all that came of it, is in the trash."""
_CHANGEABLE = frozenset(field.name for field in fields(Job)) - {
    *("id", "sequence", "batch_id", "document_id", "recipe", "origin", "created_at"),
    *("state", "updated_at"),
}


class Conflict(LibraryError):
    """Somebody else moved this Job in the meantime; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """What `put_jobs` makes a queued Job of. `price` in millionths of a dollar; `input_sha256`
    names the blob with the bytes to send, `input_length` counts them."""

    document_id: str
    recipe: Recipe
    origin: Origin
    price: int
    input_sha256: str
    input_length: int
    batch_id: str


def put(writing: Writing, new: NewJob) -> Job:
    parent = documents.get_version(writing.connection, new.recipe.parent_version_id)
    trash.check_visible(writing.connection, parent)
    job = Job(
        id=writing.new_id(),
        sequence=writing.next_sequence(),
        batch_id=new.batch_id,
        document_id=new.document_id,
        recipe=new.recipe,
        origin=new.origin,
        state=JobState.QUEUED,
        price=new.price,
        charged="no",
        input_sha256=new.input_sha256,
        input_length=new.input_length,
        created_at=writing.at,
        updated_at=writing.at,
        permitted_at=writing.at,
    )
    writing.insert("jobs", records.job_values(job))
    writing.connection.execute(
        "INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (job.id, job.origin.endpoint, job.origin.practice, job.price, job.charged, job.created_at),
    )
    _record(writing, job, "asked for")
    search.index_job(writing, job.sequence, job.recipe.prompt)
    documents.touch(writing, job.document_id)
    return get(writing.connection, job.id)


def get(connection: sqlite3.Connection, id_or_prefix: str) -> Job:
    return records.read_job(get_row(connection, records.JOBS, "jobs", id_or_prefix))


def find(connection: sqlite3.Connection, job_id: str) -> Job | None:
    row = connection.execute(f"{records.JOBS} WHERE jobs.id = ?", (job_id,)).fetchone()
    return None if row is None else records.read_job(row)


def put_ended(writing: Writing, job: Job) -> bool:
    """Write a Job that ended in another library, with its charge. False where the books know it
    already, since it was erased here: then they stay as they are."""
    erased = writing.connection.execute("DELETE FROM erased_jobs WHERE id = ?", (job.id,))
    if job.prediction_id is not None:
        _check_free(writing.connection, job)
    writing.insert("jobs", records.job_values(job))
    if job.state is not JobState.DONE:
        search.index_job(writing, job.sequence, job.recipe.prompt)
    if erased.rowcount:
        return False
    at = job.sent_at or job.created_at
    writing.connection.execute(
        "INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (job.id, job.origin.endpoint, job.origin.practice, job.price, job.charged, at),
    )
    return True


def replace_ended(writing: Writing, job: Job) -> None:
    """Write over a Job, which ended badly here, how it ended in another library: well."""
    now = get(writing.connection, job.id)
    if job.prediction_id != now.prediction_id:
        _check_free(writing.connection, job)
    writing.replace("jobs", records.job_values(job))
    _update_charge(writing, job)
    search.forget(writing, job.sequence)
    _record(writing, job, "collected in another library")


def put_event(writing: Writing, job_id: str, event: JobEvent) -> None:
    writing.insert(
        "job_events",
        {
            "sequence": writing.next_sequence(),
            "job_id": job_id,
            "at": event.at,
            "state": event.state,
            "note": event.note,
        },
    )


def list_kept(
    connection: sqlite3.Connection,
    origin: Origin | None,
    document_id: str | None,
    ended: bool | None,
    shown: bool,
    limit: int | None,
) -> list[Job]:
    conditions, values = ["TRUE"], list[str | int]()
    if origin is not None:
        conditions.append("jobs.endpoint = ? AND jobs.practice = ?")
        values += [origin.endpoint, origin.practice]
    if document_id is not None:
        conditions.append("jobs.document_id = ?")
        values.append(document_id)
    if ended is not None:
        states = [state for state in JobState if state.ended == ended]
        conditions.append(f"jobs.state IN ({_marks(states)})")
        values += states
    if shown:
        states = [state for state in JobState if state.ended]
        conditions.append(f"NOT (jobs.state IN ({_marks(states)}) AND {_AWAY})")
        values += states
    rows = connection.execute(
        f"{records.JOBS} WHERE {' AND '.join(conditions)} ORDER BY jobs.sequence LIMIT ?",
        (*values, -1 if limit is None else limit),
    )
    return sound(records.read_job, rows)


def move(writing: Writing, job: Job, to: JobState, note: str, changes: Mapping[str, Any]) -> Job:
    if to is not job.state and to not in MOVES.get(job.state, ()):
        raise ValueError(f"a Job never goes from {job.state} to {to}")
    return _move(writing, job, to, note, changes)


def count_ahead(connection: sqlite3.Connection, job: Job, permitted_after: float) -> int:
    [[ahead]] = connection.execute(
        """
        WITH waiting AS MATERIALIZED (
            SELECT batch_id, count(*) AS jobs, sum(sequence < ?) AS older FROM jobs
            WHERE state = ? AND endpoint = ? AND practice = ? AND problem IS NULL
            AND permitted_at >= ? GROUP BY batch_id
        ),
        orders AS (
            SELECT jobs, older,
            (SELECT count(*) FROM jobs WHERE jobs.batch_id = waiting.batch_id) AS size FROM waiting
        ),
        ours AS (SELECT count(*) AS size FROM jobs WHERE batch_id = ?)
        SELECT coalesce(sum(iif(orders.size < ours.size, orders.jobs, orders.older)), 0)
        FROM orders, ours WHERE orders.size <= ours.size
        """,
        (
            *(job.sequence, JobState.QUEUED, job.origin.endpoint, job.origin.practice),
            *(permitted_after, job.batch_id),
        ),
    )
    return int(ahead)


def find_upload(
    connection: sqlite3.Connection, job: Job, after: float, until: float
) -> tuple[str, float] | None:
    row = connection.execute(
        "SELECT upload_url, uploaded_at FROM jobs WHERE endpoint = ? AND practice = ?"
        " AND document_id = ? AND input_sha256 = ? AND uploaded_at BETWEEN ? AND ?"
        " AND upload_url IS NOT NULL AND upload_url NOT IN ("
        "  SELECT upload_url FROM jobs WHERE document_id = ? AND upload_url IS NOT NULL"
        "  AND state = ? AND sent_at IS NOT NULL"
        " ) ORDER BY sequence LIMIT 1",
        (
            *(job.origin.endpoint, job.origin.practice, job.document_id, job.input_sha256),
            *(after, until, job.document_id, JobState.FAILED),
        ),
    ).fetchone()
    return None if row is None else (row["upload_url"], row["uploaded_at"])


def claim(
    writing: Writing, job: Job, places: int, per_minute: int, changes: Mapping[str, Any]
) -> Job | None:
    ours = (job.origin.endpoint, job.origin.practice)
    account = changes.get("account") or None
    [[busy]] = writing.connection.execute(
        # What another key has sent takes up places of that account, and may wait for it for days.
        "SELECT count(*) FROM jobs WHERE endpoint = ? AND practice = ?"
        f" AND coalesce(account, ?, '') = coalesce(?, '') AND state IN ({_marks(_IN_FLIGHT)})",
        (*ours, account, account, *_IN_FLIGHT),
    )
    sent_at = changes["sent_at"]
    [[lately]] = writing.connection.execute(
        # Not what a clock that was set back has dated in the future.
        "SELECT count(*) FROM jobs WHERE endpoint = ? AND practice = ?"
        " AND sent_at > ? AND sent_at <= ?",
        (*ours, sent_at - 60, sent_at),
    )
    [[before]] = writing.connection.execute(
        # An edit somebody sits in front of goes before a long batch: the smaller order first.
        "SELECT coalesce(sum(waiting), 0) FROM ("
        "  SELECT batch_id, count(*) AS waiting FROM jobs"
        "  WHERE endpoint = ? AND practice = ? AND state = ? AND batch_id <> ?"
        "  AND upload_url IS NOT NULL AND problem IS NULL AND permitted_at BETWEEN ? AND ?"
        "  GROUP BY batch_id"
        " ) AS other WHERE (SELECT count(*) FROM jobs WHERE batch_id = other.batch_id)"
        " < (SELECT count(*) FROM jobs WHERE batch_id = ?)",
        (*ours, JobState.QUEUED, job.batch_id, sent_at - 60, sent_at + 60, job.batch_id),
    )
    if busy + before >= places or lately + before >= per_minute:
        return None
    return move(writing, job, JobState.SENDING, "sending", changes)


def finish(
    writing: Writing, job: Job, received: Sequence[Received], title: str
) -> tuple[Job, list[Version]]:
    if not received:
        raise ValueError("a Job is not done without a Result")
    if job.state is not JobState.DOWNLOADING:
        raise _conflict(job)
    done = _move(writing, job, JobState.DONE, "received", {"problem": None})
    parent = documents.get_version(writing.connection, done.recipe.parent_version_id)
    versions = [_keep(writing, done, parent, one, title) for one in received]
    documents.touch(writing, done.document_id)
    # From here on its Versions are found by the prompt.
    search.hand_over(writing, done.sequence, [version.sequence for version in versions])
    return done, versions


def list_predictions(connection: sqlite3.Connection, origin: Origin) -> set[str]:
    rows = connection.execute(
        f"SELECT prediction_id FROM {_EVER} WHERE endpoint = ? AND practice = ?"
        " AND prediction_id IS NOT NULL",
        (origin.endpoint, origin.practice),
    )
    return {row["prediction_id"] for row in rows}


def count_batch(connection: sqlite3.Connection, batch_id: str) -> int:
    [[count]] = connection.execute("SELECT count(*) FROM jobs WHERE batch_id = ?", (batch_id,))
    return int(count)


def list_events(connection: sqlite3.Connection, job_id: str) -> list[JobEvent]:
    rows = connection.execute(
        "SELECT * FROM job_events WHERE job_id = ? ORDER BY sequence", (job_id,)
    )
    return sound(records.read_event, rows)


def get_result(connection: sqlite3.Connection, id_or_prefix: str) -> Result:
    return records.read_result(get_row(connection, records.RESULTS, "results", id_or_prefix))


def find_result(connection: sqlite3.Connection, result_id: str) -> Result | None:
    row = connection.execute(f"{records.RESULTS} WHERE id = ?", (result_id,)).fetchone()
    return None if row is None else records.read_result(row)


def list_results(connection: sqlite3.Connection, job_id: str) -> list[Result]:
    rows = connection.execute(
        f"{records.RESULTS} WHERE job_id = ? ORDER BY output_index", (job_id,)
    )
    return sound(records.read_result, rows)


def _move(writing: Writing, job: Job, to: JobState, note: str, changes: Mapping[str, Any]) -> Job:
    """Write `changes` over the Job as it is now, provided its state is still the one in `job`."""
    if not changes.keys() <= _CHANGEABLE:
        raise ValueError(f"these do not change so: {sorted(changes.keys() - _CHANGEABLE)}")
    now = get(writing.connection, job.id)
    if now.state is not job.state:
        raise _conflict(job)
    # Of two readings of a Job the later is the newer one, also when the clock was set back.
    at = max(writing.at, now.updated_at)
    moved = replace(
        now,
        **{"charged": _charged_by(now, to), **changes, "state": to, "updated_at": at},
    )
    if to is JobState.RUNNING and moved.prediction_id is None:
        raise ValueError("a Job runs under the id of its prediction")
    if moved.prediction_id != now.prediction_id:
        _check_free(writing.connection, moved)
    writing.replace("jobs", records.job_values(moved), records.job_values(now))
    if _charge(moved) != _charge(now):
        _update_charge(writing, moved)
    _record(writing, moved, note)
    return moved


def _update_charge(writing: Writing, job: Job) -> None:
    writing.connection.execute(
        "UPDATE charges SET amount = ?, charged = ?, at = ? WHERE job_id = ?",
        (*_charge(job), job.id),
    )


def _charge(job: Job) -> tuple[int, Charged, float]:
    """What the books say of it: how much, whether, when."""
    return job.price, job.charged, job.sent_at or job.created_at


def _charged_by(job: Job, to: JobState) -> Charged:
    """What a move says about money when its caller says nothing."""
    match to:
        case _ if to is job.state:
            return job.charged
        case JobState.QUEUED | JobState.CANCELLED:
            return "no"
        case JobState.SENDING | JobState.UNSURE:
            return "maybe"
        case JobState.RUNNING | JobState.DOWNLOADING | JobState.DONE:
            return "yes"
        case JobState.FAILED if job.state is JobState.SENDING:
            return "no"  # a definite refusal: anything less sure goes to `unsure`
        case _:
            return job.charged


def _keep(writing: Writing, job: Job, parent: Version, one: Received, title: str) -> Version:
    """Write a Result and the Version it makes: the parent's layers and this one on top."""
    assert job.prediction_id is not None  # it came through `running`
    result = Result(
        id=writing.new_id(),
        job_id=job.id,
        output_index=one.output_index,
        sha256=one.sha256,
        length=one.length,
        size=one.size,
        format=one.format,
        frame=job.recipe.frame,
        origin=job.origin,
        model_id=job.recipe.model_id,
        prediction_id=job.prediction_id,
        seed=job.recipe.seed,
        price=job.price,
        server_seconds=job.server_seconds,
        wall_seconds=writing.at - job.permitted_at,
        nsfw=one.nsfw,
        created_at=writing.at,
    )
    writing.insert("results", records.result_values(result, writing.next_sequence()))
    recipe = job.recipe
    area = find_area(recipe.model_id, recipe.frame, recipe.aspect_ratio)
    version = Version(
        id=writing.new_id(),
        sequence=writing.next_sequence(),
        document_id=job.document_id,
        parent_ids=(parent.id,),
        layers=(*parent.layers, Layer.filling(result.id, one.size, area)),
        job_id=job.id,
        title=text(title),
        practice=job.origin.practice or parent.practice,
        created_at=writing.at,
    )
    documents.put_version(writing, version)
    trash.inherit(writing, version.sequence, parent)
    return version


def _record(writing: Writing, job: Job, note: str) -> None:
    put_event(writing, job.id, JobEvent(writing.at, job.state, note))


def _check_free(connection: sqlite3.Connection, job: Job) -> None:
    """One prediction is one Job's: two that claimed it would count one charge twice."""
    taken = connection.execute(
        f"SELECT id FROM {_EVER} WHERE endpoint = ? AND practice = ? AND prediction_id = ?",
        (job.origin.endpoint, job.origin.practice, job.prediction_id),
    ).fetchone()
    if taken:
        raise Conflict(
            "That prediction belongs to another edit already.",
            "Look at both in the list of jobs.",
            f"{job.prediction_id}: {taken['id']}",
        )


def _conflict(job: Job) -> Conflict:
    return Conflict(
        "This edit has moved on in the meantime.",
        "Look at it again; nothing was changed.",
        f"{job.id} is no longer {job.state}",
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
