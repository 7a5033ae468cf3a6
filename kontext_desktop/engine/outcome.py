"""How a Job's step ends short of its goal: shared by sending, looking up and collecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.errors import AccessError, Charged, KontextError
from kontext_desktop.model import Job, JobState, Problem, Step

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

TRIES_PAUSES = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
"""Seconds before the first, second, ... try of something free that went wrong; the last repeats."""


def problem_of(error: KontextError) -> Problem:
    return Problem(error.kind, error.message, error.hint)


def fail(studio: Studio, job: Job, error: KontextError, charged: Charged | None = None) -> Step:
    """End the Job badly. `charged` where more is known than the error says."""
    failed = studio.library.move_job(
        job,
        JobState.FAILED,
        error.detail or error.message,
        problem=problem_of(error),
        charged=charged or error.charged,
    )
    return Step(failed, None)


def note_trouble(studio: Studio, job: Job, retry_after: float | None = None) -> float:
    """Count a failed try of something free; returns the seconds to the next one."""
    tries = studio.tries.get(job.id, 0)
    studio.tries[job.id] = tries + 1
    return max(TRIES_PAUSES[min(tries, len(TRIES_PAUSES) - 1)], retry_after or 0.0)


def age(studio: Studio, job: Job) -> float:
    """Seconds since it was sent; never negative, though clocks can be set back."""
    return max(0.0, studio.now() - (job.sent_at or job.created_at))


def is_of_other_key(studio: Studio, job: Job) -> bool:
    """Whether this Job was sent with another key than the one in use. That may be a key of the same
    account all the same, so only what the service does not say is no answer then."""
    return bool(job.account) and job.account != studio.get_account(job.origin)


def hold_for_key(studio: Studio, job: Job) -> Step:
    """A Step that waits for a key that may see this Job's prediction."""
    error = AccessError(
        "This edit was sent with another key.",
        "It is collected as soon as a key of that account is set; the service keeps it for 7 days.",
    )
    if job.problem != problem_of(error):
        job = studio.library.move_job(job, job.state, error.message, problem=problem_of(error))
    return Step(job, None)


def note_key_is_back(studio: Studio, job: Job) -> Job:
    """The service speaks of this Job's prediction: there is no trouble with the key any more."""
    if job.problem is None or job.problem.kind != AccessError.kind:
        return job
    return studio.library.move_job(job, job.state, "its key is back", problem=None)


def is_forbidden(error: AccessError) -> bool:
    """Whether the key is good and its role too small, rather than the key refused altogether. The
    service says so by HTTP or inside its envelope."""
    return "HTTP 403" in error.detail or "code 403" in error.detail


def is_forgotten(studio: Studio, job: Job) -> bool:
    """Whether the service keeps nothing of what was sent so long ago."""
    return age(studio, job) > MODELS[job.recipe.model_id].retention_days * 86_400.0
