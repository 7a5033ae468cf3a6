"""Fetch results anew whose files were lost, as long as the service still has them. Free of charge.

The library mends what it can by itself; this is for what only the service can give back.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.errors import ServiceError
from kontext_desktop.model import Job, JobState, Result

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


def list_lost(studio: Studio) -> list[tuple[Job, Result]]:
    """Results of the current origin whose files are missing and that the service should have."""
    origin, library = studio.get_origin(), studio.library
    return [
        (job, result)
        for job in library.list_jobs(origin=origin, ended=True)
        if job.state is JobState.DONE and _is_kept_there(studio, job)
        for result in library.list_results(job.id)
        if not library.blobs.has(result.sha256)
    ]


def collect_lost(studio: Studio) -> list[Result]:
    """Fetch them; returns those that are back, byte for byte. What the service does not have any
    more is left out. Raises AccessError, LibraryError."""
    return [result for job, result in list_lost(studio) if _collect(studio, job, result)]


def _collect(studio: Studio, job: Job, result: Result) -> bool:
    client = studio.get_service().client
    assert job.prediction_id is not None  # it is done
    try:
        outputs = client.get_result(job.prediction_id).outputs
        if result.output_index >= len(outputs):
            return False
        data = client.download(outputs[result.output_index], lambda _: None)
    except ServiceError:
        return False
    if hashlib.sha256(data).hexdigest() != result.sha256:
        return False  # another picture is not what was paid for
    studio.library.blobs.put(data)
    return True


def _is_kept_there(studio: Studio, job: Job) -> bool:
    week = MODELS[job.recipe.model_id].retention_days * 86_400.0
    return job.prediction_id is not None and studio.now() - (job.sent_at or 0.0) < week
