"""Errands over one Job, run on pool threads: carry it on, and what a person may ask of it. No Qt.

Loaded with the first Job that is carried on, so that the window's first paint need not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_desktop.engine import collecting, export, reconcile, runner, waiting
from kontext_desktop.errors import ParameterError
from kontext_desktop.model import Job, JobState, Step
from kontext_desktop.workbench.inquiry import Found, Inquiry, JobLog

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

_SENT_OR_WAITING = (
    JobState.QUEUED,
    JobState.SENDING,
    JobState.RUNNING,
    JobState.DOWNLOADING,
)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What a step brings home for the strip: how many edits may be its lost answer, how many
    seconds such a Job usually takes, and since when its service is away. `here`: that is the
    service in use."""

    step: Step
    found: int
    expected: float
    away_since: float | None
    here: bool


def advance(studio: Studio, job_id: str) -> Advanced:
    step = runner.advance(studio, job_id)
    job = step.job
    unsure = job.state is JobState.UNSURE
    found = len(reconcile.list_candidates(studio, job)) if unsure else 0
    here = job.origin == studio.get_service().origin
    away_since = studio.get_line(job.origin).away_since
    return Advanced(step, found, waiting.expected(studio, job), away_since, here)


def inquire(studio: Studio, job_id: str) -> Inquiry:
    """What is known of a Job and of its lost answer."""
    library = studio.library
    job = library.get_job(job_id)
    unsure = job.state is JobState.UNSURE
    candidates = reconcile.list_candidates(studio, job) if unsure else []
    return Inquiry(
        job=job,
        document_name=library.get_document(job.document_id).name,
        probable=unsure and reconcile.is_probable(studio, job),
        found=tuple(
            Found(
                candidate.prediction_id,
                None if candidate.created_at is None else candidate.created_at - job.clock_offset,
                tuple(received.sha256 for received in candidate.received),
            )
            for candidate in candidates
        ),
    )


def choose(studio: Studio, job_id: str, prediction_id: str) -> Step:
    return reconcile.choose(studio, job_id, prediction_id)


def refuse(studio: Studio, job_id: str, prediction_ids: Sequence[str]) -> Job:
    return reconcile.refuse(studio, job_id, prediction_ids)


def search_again(studio: Studio, job_id: str) -> Job:
    return reconcile.search_again(studio, job_id)


def collect_again(studio: Studio, job_id: str) -> Job:
    return runner.collect_again(studio, job_id)


def cancel(studio: Studio, job_id: str) -> Job:
    return runner.cancel(studio, job_id)


def permit(studio: Studio, job_id: str, expected_price: int) -> Job:
    return runner.permit(studio, job_id, expected_price)


def read_log(studio: Studio, job_id: str) -> JobLog:
    job = studio.library.get_job(job_id)
    return JobLog(job, tuple(studio.library.list_events(job_id)))


def delete_at_service(studio: Studio, job_id: str) -> tuple[Job, str]:
    """Ask the service to delete its record of a Job that ended; returns what came of it, too."""
    job = studio.library.get_job(job_id)
    service = studio.get_service()
    if job.origin != service.origin:
        raise ParameterError(
            "This edit belongs to another service.", "Choose that one in Settings first."
        )
    if not job.state.ended or job.prediction_id is None:
        raise ParameterError(
            "There is nothing to delete at the service.", "Wait until the edit has ended."
        )
    job = collecting.delete_at_service(studio, service, job)
    return job, studio.library.list_events(job_id)[-1].note


def save_received(studio: Studio, job_id: str, target: Path) -> list[Path]:
    """Write what was received and is no picture; several files get a number behind their name."""
    job = studio.library.get_job(job_id)
    places = [
        target if number == 1 else target.with_stem(f"{target.stem}-{number}")
        for number in range(1, len(job.quarantine) + 1)
    ]
    for digest, place in zip(job.quarantine, places, strict=True):
        export.export_bytes(studio.library, digest, place, force=place == target)
    return places
