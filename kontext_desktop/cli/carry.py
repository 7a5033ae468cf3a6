"""Carry Jobs to their end from the terminal: a small loop over the engine's steps."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kontext_desktop.cli.session import Session
from kontext_desktop.errors import (
    AccessError,
    BudgetError,
    KontextError,
    LibraryError,
    ParameterError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.model import Job, JobState

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

UNREACHED = 10.0
"""Seconds the terminal keeps trying to send before it leaves a Job queued."""
LOOKED_UP = 60.0
"""Seconds the terminal looks for a lost answer before it leaves that to a later run."""

Show = Callable[[list[Job]], None]

_WORDS = {
    JobState.QUEUED: "preparing",
    JobState.SENDING: "sending",
    JobState.UNSURE: "looking for a lost answer",
    JobState.RUNNING: "generating",
    JobState.DOWNLOADING: "collecting",
}


def carry(
    session: Session,
    studio: Studio,
    jobs: Sequence[Job],
    *,
    until_sent: bool = False,
    timeout: float | None = None,
) -> list[Job]:
    """Advance every Job until none has a next step; returns them as they are then.

    With `until_sent`, stops once all are sent: the first are looked after while the last wait for
    a free place. Raises AccessError at once, and what the library refused one Job, such as a
    damaged record, when the others have been carried as far as they go; whatever is raised, or
    interrupted, every state is on disk.
    """
    from kontext_desktop.engine import runner

    begun = time.monotonic()
    latest = {job.id: job for job in jobs}
    due = dict.fromkeys(latest, begun)
    troubled: dict[str, float] = {}
    stopped: LibraryError | None = None
    with _progress(session, len(latest)) as show:
        while due and not (until_sent and all(map(_was_sent, latest.values()))):
            now = time.monotonic()
            if timeout is not None and now - begun >= timeout:
                break
            job_id = min(due, key=lambda item: due[item])
            if due[job_id] > now:
                time.sleep(min(due[job_id] - now, 0.2))
                continue
            try:
                step = runner.advance(studio, job_id)
            except LibraryError as error:
                stopped = stopped or error
                del due[job_id]
                continue
            latest[job_id] = job = step.job
            patience = _patience(job)
            if patience is None:
                troubled.pop(job_id, None)
            else:
                troubled.setdefault(job_id, now)
            tired = patience is not None and now - troubled[job_id] >= patience
            if step.again_in is None or tired or _waits_for_person(studio, job):
                del due[job_id]
            else:
                due[job_id] = time.monotonic() + step.again_in
            show(list(latest.values()))
    if stopped is not None:
        raise stopped
    return list(latest.values())


def _patience(job: Job) -> float | None:
    """Seconds this trouble is borne with; None where all is well."""
    if job.state is JobState.UNSURE:
        return LOOKED_UP
    return UNREACHED if job.state is JobState.QUEUED and job.problem is not None else None


def _waits_for_person(studio: Studio, job: Job) -> bool:
    """Whether all that can be found out by itself has been: pictures that may be its answer are
    here, and only a person can tell."""
    from kontext_desktop.engine import reconcile

    if job.state is not JobState.UNSURE:
        return False
    found = reconcile.list_candidates(studio, job)
    return bool(found) and all(candidate.received for candidate in found)


def _was_sent(job: Job) -> bool:
    return job.state not in (JobState.QUEUED, JobState.SENDING)


def status_of(job: Job) -> int:
    """The exit status one Job contributes; the highest of all wins."""
    if job.state is JobState.UNSURE:
        return UnansweredError.status
    if job.problem is None:
        # Still queued: it was meant to be sent, and was not.
        return ServiceError.status if job.state is JobState.QUEUED else 0
    kinds: list[type[KontextError]] = [AccessError, BudgetError, ParameterError, UnansweredError]
    return next(
        (kind.status for kind in kinds if kind.kind == job.problem.kind), ServiceError.status
    )


def say_next(session: Session, job: Job) -> None:
    """Which command goes on with a Job that is left waiting for a person."""
    kontext = "kontext --practice" if session.practice else "kontext"
    if job.state is JobState.UNSURE:
        session.say(f"`{kontext} answer {job.id[:8]}` shows what may be its answer.")
    elif job.state is JobState.QUEUED:
        session.say(f"`{kontext} resume --send-queued` sends it.")


@contextlib.contextmanager
def _progress(session: Session, total: int) -> Iterator[Show]:
    """A bar on a terminal; elsewhere, and with --quiet or --json, silence."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield lambda jobs: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=total)

        def show(jobs: list[Job]) -> None:
            words = [_WORDS[job.state] for job in jobs if job.state in _WORDS]
            ended = sum(job.state.ended for job in jobs)
            bar.update(task, completed=ended, description=words[0] if words else "done")

        yield show
