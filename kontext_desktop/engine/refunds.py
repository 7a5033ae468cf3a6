"""Money that comes back: expected of failed edits, seen in the account's billing rows, or overdue.

The service promises refunds of failed edits within three hours, by itself, and says nothing of it
in the edit. Only its billing rows show them, and not every key may read those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kontext_desktop.catalog import MODELS, dollars
from kontext_desktop.engine.outcome import is_forbidden
from kontext_desktop.errors import AccessError, RefusedError
from kontext_desktop.model import Charge, Job, JobState, Problem

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

PROMISED = 3 * 3600.0
"""Seconds within which the service says it refunds."""
_SKEW = 300.0

Refund = Literal["", "expected", "overdue", "seen"]


def describe(charge: Charge, now: float) -> Refund:
    """How the refund of a charge stands; "" where none is promised."""
    if charge.refunded:
        return "seen"
    if not is_expected(charge):
        return ""
    return "overdue" if now - charge.updated_at > PROMISED else "expected"


def is_expected(charge: Charge) -> bool:
    """Whether the service promises to give this money back: it accepted the edit, and failed at it
    by its own fault. Of a Job that was erased nobody waits for it."""
    failed = charge.state is JobState.FAILED and charge.prediction_id is not None
    return failed and charge.charged == "maybe" and not charge.erased


def check(studio: Studio, service: Service) -> list[Job]:
    """Look for refunds that are still expected, and write down those that came. Free.

    Returns the Jobs that changed. Does nothing for a key that may not see the billing rows. Raises
    ServiceError, AccessError without a key, LibraryError.
    """
    now = studio.now()
    week = max(model.retention_days for model in MODELS.values()) * 86_400.0
    waiting = {
        charge.prediction_id: studio.library.get_job(charge.job_id)
        for charge in studio.library.list_charges(now - week)
        if charge.origin == service.origin and not charge.refunded and is_expected(charge)
    }
    if not waiting:
        return []
    offset = service.client.clock_offset or 0.0
    begun = min(job.sent_at or job.created_at for job in waiting.values())
    try:
        rows = service.client.list_charges(
            after=begun + offset - _SKEW, before=now + offset + _SKEW
        )
    except AccessError as error:
        if not is_forbidden(error):
            raise
        return []
    except RefusedError:
        return []
    changed = []
    for row in rows:
        job = waiting.get(row.prediction_id) if row.kind == "refund" else None
        if job is not None:
            del waiting[row.prediction_id]
            refunded = _take_off(studio, job, row.amount)
            if refunded is not None:
                changed.append(refunded)
    return changed


def _take_off(studio: Studio, job: Job, amount: int) -> Job | None:
    said = job.problem or Problem("failed", "The service could not do this edit.", "")
    whole = amount >= job.price
    return studio.library.put_refund(
        job,
        amount,
        f"refunded {dollars(amount)}, seen in the billing rows",
        charged="no" if whole else "yes",
        problem=Problem(said.kind, said.message, f"The service gave {dollars(amount)} back."),
    )
