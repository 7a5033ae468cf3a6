"""What to do with each unfinished Job at start-up. Quit, crash and power cut are one path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontext_desktop.errors import UnansweredError
from kontext_desktop.model import Job, JobState, Origin, Problem

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


def recover(studio: Studio) -> list[Job]:
    """Settle what the last run left behind, once for each origin, before anything is sent.

    A Job found `sending` may have reached the service: it becomes `unsure` and is never repeated.
    Returns the current origin's unfinished Jobs that reading alone carries on. Queued ones cost
    money: they stay as they are and wait for a click. Free of charge.
    """
    origin = studio.get_origin()
    with studio.claiming:
        settle(studio, origin)
    jobs = studio.library.list_jobs(origin=origin, ended=False)
    return [job for job in jobs if job.state is not JobState.QUEUED]


def settle(studio: Studio, origin: Origin) -> None:
    """Take what is `sending` for lost, unless this run may have sent it. Hold `claiming`: nothing
    is sent before this has been done once."""
    if origin not in studio.recovered:
        for job in studio.library.list_jobs(origin=origin, ended=False):
            if job.state is JobState.SENDING:
                take_for_lost(studio, job, "The program ended")
        studio.recovered.add(origin)


def take_for_lost(studio: Studio, job: Job, why: str) -> Job:
    """sending, and nobody knows any more what came of it: it is looked up."""
    problem = Problem(
        UnansweredError.kind,
        f"{why} while this edit was being sent, so it may have been billed.",
        "It is looked up at the service, and never sent again by itself.",
    )
    return studio.library.move_job(
        job,
        JobState.UNSURE,
        f"{why.lower()} while this was being sent",
        problem=problem,
        unsure_since=studio.now(),
        looks=0,
    )
