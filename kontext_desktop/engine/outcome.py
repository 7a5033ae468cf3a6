"""How a Job's step ends short of its goal: shared by sending, looking up and collecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def held_by_other_key(studio: Studio, job: Job) -> Step | None:
    """A Step that waits for the key this Job was sent with, if that is not the one in use.

    To another account the service says of our prediction that it does not exist.
    """
    if not job.account or job.account == studio.get_account(job.origin):
        if job.problem is not None and job.problem.kind == AccessError.kind:
            studio.library.move_job(job, job.state, "its key is back", problem=None)
        return None
    error = AccessError(
        "This edit was sent with another key.",
        "It is collected as soon as that key is set again; the service keeps it for 7 days.",
    )
    if job.problem != problem_of(error):
        job = studio.library.move_job(job, job.state, error.message, problem=problem_of(error))
    return Step(job, None)
