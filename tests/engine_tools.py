"""What tests of the engine, the terminal and the window do over and over."""

from __future__ import annotations

from collections.abc import Sequence

from kontext_desktop.engine import runner
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.model import Draft, Job, JobState, Version


def draft(prompt: str = "Make the light warmer.", **changes: object) -> Draft:
    values = {"guidance_scale": 3.5, "seed": 7, "prompt": prompt, **changes}
    return Draft(**values)  # type: ignore[arg-type]


class Clock:
    """A clock that moves only when somebody waits by it."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.time = start

    def __call__(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


def carry(studio: Studio, jobs: Sequence[Job], limit: float = 3_600.0) -> list[Job]:
    """Advance Jobs until none has a next step, waiting by the studio's own clock between steps; at
    most `limit` seconds of it."""
    clock = studio.now
    assert isinstance(clock, Clock)
    latest = {job.id: job for job in jobs}
    due = dict.fromkeys(latest, clock())
    end = clock() + limit
    while due:
        assert clock() < end, f"not settled: {latest}"
        job_id = min(due, key=lambda item: due[item])
        clock.wait(max(0.0, due.pop(job_id) - clock()))
        step = runner.advance(studio, job_id)
        latest[job_id] = step.job
        if step.again_in is not None:
            due[job_id] = clock() + step.again_in
    return list(latest.values())


def edit(studio: Studio, parent: Version, **changes: object) -> Version:
    """One edit from `parent`, carried to its Version."""
    (job,) = carry(studio, place_order(studio, parent, draft(**changes)))
    assert job.state is JobState.DONE, job.problem
    return studio.library.list_versions(parent.document_id)[-1]
