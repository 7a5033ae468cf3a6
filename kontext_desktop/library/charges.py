"""What Jobs have cost, and what came back, in SQL. Runs inside its caller's transaction.

One row of `charges` for each Job follows its state; refunds are events on it.
"""

from __future__ import annotations

import sqlite3

from kontext_desktop.library import records
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import Charge, Job, Origin, Spend

_REFUNDED = """
    coalesce((SELECT sum(amount) FROM charge_events WHERE charge_events.job_id = charges.job_id), 0)
"""


def spend(
    connection: sqlite3.Connection, origin: Origin, since: float, document_id: str | None
) -> Spend:
    rows = connection.execute(
        # A refund can be larger than what it answers only by a mistake, and earns nothing here.
        f"SELECT charges.charged, sum(max(0, charges.amount - {_REFUNDED}))"
        " FROM charges JOIN jobs ON jobs.id = charges.job_id"
        " WHERE charges.endpoint = ? AND charges.practice = ? AND charges.at >= ?"
        " AND (? IS NULL OR jobs.document_id = ?) GROUP BY charges.charged",
        (origin.endpoint, origin.practice, since, document_id, document_id),
    )
    amounts = {row[0]: row[1] for row in rows}
    return Spend(certain=amounts.get("yes", 0), possible=amounts.get("maybe", 0))


def list_all(connection: sqlite3.Connection, since: float, until: float) -> list[Charge]:
    rows = connection.execute(
        "SELECT jobs.*, charges.charged, charges.amount AS charge_amount,"
        f" charges.at AS charge_at, {_REFUNDED} AS charge_refunded,"
        " documents.name AS document_name, document_state.client AS client"
        " FROM charges JOIN jobs ON jobs.id = charges.job_id"
        " JOIN documents ON documents.id = jobs.document_id"
        " JOIN document_state ON document_state.document_id = jobs.document_id"
        " WHERE charges.at >= ? AND charges.at < ? ORDER BY jobs.sequence",
        (since, until),
    )
    beside = ("charge_amount", "charge_at", "charge_refunded", "document_name", "client")
    return [
        Charge(
            job=records.read_job(row, *beside),
            document_name=row["document_name"],
            client=row["client"],
            at=row["charge_at"],
            amount=row["charge_amount"],
            charged=row["charged"],
            refunded=row["charge_refunded"],
        )
        for row in rows
    ]


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
