"""Carry one Job one step forward. Each call does one bounded thing and says when to come again.

The order that keeps money safe: the state is on disk before the act it names. `sending` is written
before the POST leaves, so a Job found in it at start-up may have been billed; `running` is written
with the prediction's id. A POST whose first byte may have left is never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.engine import collecting, ledger, reconcile, sending
from kontext_desktop.engine.outcome import age
from kontext_desktop.errors import ParameterError
from kontext_desktop.library import Conflict
from kontext_desktop.model import Job, JobState, Progress, Step

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

Report = Callable[[Progress], None]


def advance(studio: Studio, job_id: str, report: Report = lambda _: None) -> Step:
    """Do the next thing for one Job of the current origin.

    Trouble on the way that waiting may cure comes back as a Step with a later time; a Job that
    ended badly carries its Problem. Raises LibraryError, AccessError where a key is missing or
    refused before anything was sent or while looking, and what `Studio.get_service` raises: the Job
    stays as it is. Only the step out of `queued` can cost money.
    """
    job = studio.library.get_job(job_id)
    service = studio.get_service()
    if job.origin != service.origin:
        return Step(job, None)
    step = _STEPS.get(job.state)
    if step is None:
        return Step(job, None)
    try:
        return step(studio, service, job, report)
    except Conflict:
        now = studio.library.get_job(job_id)
        if now.state is job.state:
            raise
        # The person, or another step, was faster: that is no trouble.
        return Step(now, None if now.state.ended else 0.0)


def permit(studio: Studio, job_id: str, expected_price: int | None = None) -> Job:
    """The person's fresh click that lets a waiting queued Job be sent, at today's price.

    Raises ParameterError for a Job in any other state: what may have left is never sent again.
    BudgetError when the price is not the `expected_price` that was on the button.
    """
    job = studio.library.get_job(job_id)
    if job.state is not JobState.QUEUED:
        raise ParameterError(
            f"This job is not waiting to be sent: it is {job.state.value}.",
            "Nothing was sent. Open the document again to see how it stands.",
        )
    service = studio.get_service()
    price = job.price
    if job.origin == service.origin:
        price = ledger.quote(studio, service, MODELS[job.recipe.model_id])
        if expected_price is not None and price != expected_price:
            raise ledger.changed_price(price, expected_price)
    return studio.library.move_job(
        job,
        JobState.QUEUED,
        "permitted by a click",
        permitted_at=studio.now(),
        price=price,
        problem=None,
    )


def cancel(studio: Studio, job_id: str) -> Job:
    """Stop caring. Before sending it ends the Job, free of charge; after, it only hides it: the
    picture is still collected, for it is paid for. A refusal for now is no proof that nothing was
    made: what was refused so is looked up before it counts as free."""
    job = studio.library.get_job(job_id)
    if job.state is JobState.QUEUED and job.sent_at is None:
        return studio.library.move_job(job, JobState.CANCELLED, "cancelled before sending")
    if job.state is JobState.QUEUED:
        return studio.library.move_job(
            job,
            JobState.UNSURE,
            "cancelled after a refusal",
            hidden=True,
            unsure_since=studio.now(),
            looks=0,
        )
    return studio.library.move_job(job, job.state, "hidden", hidden=True)


def collect_again(studio: Studio, job_id: str) -> Job:
    """Fetch once more what was paid for and could not be collected. Free; by the person's click.

    Raises ParameterError when there is nothing at the service to collect.
    """
    job = studio.library.get_job(job_id)
    if not can_collect(job, studio.now()):
        raise ParameterError(
            "There is nothing left to collect for this edit.",
            "The service keeps what it made for 7 days.",
        )
    studio.tries.pop(job.id, None)
    return studio.library.move_job(
        job, JobState.RUNNING, "to be collected again by a click", problem=None, looks=0
    )


def can_collect(job: Job, now: float) -> bool:
    """Whether the service may still hold a picture for a Job that ended badly."""
    week = MODELS[job.recipe.model_id].retention_days * 86_400.0
    ended_badly = job.state in (JobState.FAILED, JobState.EXPIRED)
    sent_at = job.sent_at or job.created_at
    return ended_badly and job.prediction_id is not None and now - sent_at < week


def seconds_left(studio: Studio, job: Job) -> float:
    """How long the service still keeps what it made for this Job; 0 when that is over."""
    week = MODELS[job.recipe.model_id].retention_days * 86_400.0
    return max(0.0, week - age(studio, job))


_STEPS: dict[JobState, Callable[[Studio, Service, Job, Report], Step]] = {
    JobState.QUEUED: sending.prepare,
    JobState.SENDING: sending.pick_up,
    JobState.UNSURE: reconcile.look_up,
    JobState.RUNNING: collecting.look,
    JobState.DOWNLOADING: collecting.download,
}
