"""What Jobs have cost, and what came back, in SQL. Runs inside its caller's transaction.

One row of `charges` for each Job follows its state; refunds are events on it. Both outlive the Job:
of one that was erased `erased_jobs` says what the books need.
"""

from __future__ import annotations

import sqlite3

from kontext_desktop.library import records
from kontext_desktop.library.rows import Writing, check, sound
from kontext_desktop.model import Charge, Job, JobState, Origin, Spend

_REFUNDED = """
    coalesce((SELECT sum(amount) FROM charge_events WHERE charge_events.job_id = charges.job_id), 0)
"""
_BESIDE = ("charged", "charge_amount", "charge_at", "charge_refunded")
_BOOKED = f"""
    charges.charged, charges.amount AS charge_amount, charges.at AS charge_at,
    {_REFUNDED} AS charge_refunded
"""


def spend(
    connection: sqlite3.Connection, origin: Origin, since: float, document_id: str | None
) -> Spend:
    rows = connection.execute(
        # A refund can be larger than what it answers only by a mistake, and earns nothing here.
        f"SELECT charges.charged, sum(max(0, charges.amount - {_REFUNDED}))"
        " FROM charges LEFT JOIN jobs ON jobs.id = charges.job_id"
        " LEFT JOIN erased_jobs ON erased_jobs.id = charges.job_id"
        " WHERE charges.endpoint = ? AND charges.practice = ? AND charges.at >= ?"
        " AND (? IS NULL OR coalesce(jobs.document_id, erased_jobs.document_id) = ?)"
        " GROUP BY charges.charged",
        (origin.endpoint, origin.practice, since, document_id, document_id),
    )
    amounts = {row[0]: row[1] for row in rows}
    return Spend(certain=amounts.get("yes", 0), possible=amounts.get("maybe", 0))


def list_all(connection: sqlite3.Connection, since: float, until: float) -> list[Charge]:
    kept = connection.execute(
        f"SELECT jobs.*, {_BOOKED}, documents.name AS document_name, document_state.client"
        " FROM charges JOIN jobs ON jobs.id = charges.job_id"
        " JOIN documents ON documents.id = jobs.document_id"
        " JOIN document_state ON document_state.document_id = jobs.document_id"
        " WHERE charges.at >= ? AND charges.at < ?",
        (since, until),
    )
    erased = connection.execute(
        f"SELECT erased_jobs.*, {_BOOKED}"
        " FROM charges JOIN erased_jobs ON erased_jobs.id = charges.job_id"
        " WHERE charges.at >= ? AND charges.at < ?",
        (since, until),
    )
    found = [*sound(_read_kept, kept), *sound(_read_erased, erased)]
    return [charge for _, charge in sorted(found, key=lambda one: one[0])]


def refunded(connection: sqlite3.Connection, job_id: str) -> int:
    [[amount]] = connection.execute(
        "SELECT coalesce(sum(amount), 0) FROM charge_events WHERE job_id = ?", (job_id,)
    )
    return int(amount)


def put_refund(writing: Writing, job: Job, amount: int, note: str) -> bool:
    if refunded(writing.connection, job.id):
        return False
    writing.insert(
        "charge_events",
        {
            "sequence": writing.next_sequence(),
            "job_id": job.id,
            "at": writing.at,
            "amount": amount,
            "note": note,
        },
    )
    return True


def outlive(writing: Writing, job: Job) -> None:
    """Keep what the books need of a Job that is about to be erased; nothing of what was asked."""
    [[name, client]] = writing.connection.execute(
        "SELECT documents.name, document_state.client FROM documents"
        " JOIN document_state ON document_state.document_id = documents.id WHERE documents.id = ?",
        (job.document_id,),
    )
    writing.insert(
        "erased_jobs",
        {
            "sequence": job.sequence,
            "id": job.id,
            "document_id": job.document_id,
            "document_name": name,
            "client": client,
            "model_id": job.recipe.model_id,
            "seed": job.recipe.seed,
            "endpoint": job.origin.endpoint,
            "practice": job.origin.practice,
            "state": job.state,
            "prediction_id": job.prediction_id,
            "updated_at": job.updated_at,
        },
    )


def _read_kept(row: sqlite3.Row) -> tuple[int, Charge]:
    job = records.read_job(row, *_BESIDE[1:], "document_name", "client")
    return job.sequence, _charge(row, job.origin, erased=False)


def _read_erased(row: sqlite3.Row) -> tuple[int, Charge]:
    check("erased_jobs", row, *_BESIDE)
    origin = Origin(row["endpoint"], bool(row["practice"]))
    return row["sequence"], _charge(row, origin, erased=True)


def _charge(row: sqlite3.Row, origin: Origin, *, erased: bool) -> Charge:
    return Charge(
        job_id=row["id"],
        document_id=row["document_id"],
        document_name=row["document_name"],
        client=row["client"],
        origin=origin,
        model_id=row["model_id"],
        seed=row["seed"],
        state=JobState(row["state"]),
        prediction_id=row["prediction_id"],
        updated_at=row["updated_at"],
        at=row["charge_at"],
        amount=row["charge_amount"],
        charged=row["charged"],
        refunded=row["charge_refunded"],
        erased=erased,
    )
