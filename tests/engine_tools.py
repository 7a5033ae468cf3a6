"""What tests of the engine, the terminal and the window do over and over."""

from __future__ import annotations

import time
from collections.abc import Sequence

from kontext_desktop.engine import runner
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.model import Draft, Job, JobState, Version

KEY = "canary-4f1d9c7e2b"


def draft(prompt: str = "Make the light warmer.", **changes: object) -> Draft:
    values = {"guidance_scale": 3.5, "seed": 7, "prompt": prompt, **changes}
    return Draft(**values)  # type: ignore[arg-type]


def carry(studio: Studio, jobs: Sequence[Job], seconds: float = 20.0) -> list[Job]:
    """Advance Jobs until none has a next step."""
    latest = {job.id: job for job in jobs}
    going = set(latest)
    end = time.monotonic() + seconds
    while going:
        assert time.monotonic() < end, f"not settled: {latest}"
        for job_id in list(going):
            step = runner.advance(studio, job_id)
            latest[job_id] = step.job
            if step.again_in is None:
                going.discard(job_id)
        time.sleep(0.01)
    return list(latest.values())


def edit(studio: Studio, parent: Version, **changes: object) -> Version:
    """One edit from `parent`, carried to its Version."""
    (job,) = carry(studio, place_order(studio, parent, draft(**changes)))
    assert job.state is JobState.DONE, job.problem
    return studio.library.list_versions(parent.document_id)[-1]
