"""The Jobs on the desk: sends each step away, comes back when the step says, never sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.first_words import JobState
from kontext_desktop.workbench.link import StudioLink

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Job, Step
    from kontext_desktop.workbench.job_errands import Advanced


_CARRIED_ON = (JobState.SENDING, JobState.UNSURE, JobState.RUNNING, JobState.DOWNLOADING)
"""What costs nothing more is carried on by itself."""
AGAIN_MS = 30_000
"""How long after a failed step a paid Job is looked at again."""


class JobQueue(QObject):
    """Advances Jobs through the dispatcher. Thousands may wait: each is a timer, not a thread."""

    changed = Signal()
    stepped = Signal(object)
    """Step"""
    moved = Signal()
    """A Job has come into another state: something works."""
    charged = Signal()
    """What a Job has cost, or may have cost, is another than before."""
    failed = Signal(object)
    """KontextError that stopped a Job's progress for now"""
    refused = Signal(object)
    """KontextError in answer to what the person wished for one Job"""

    def __init__(self, link: StudioLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._away: dict[str, int] = {}
        """Jobs that are carried on, each with the number of its latest turn: what an earlier one
        brings home counts no more."""
        self._turns = 0
        self._stalled: set[str] = set()
        self._lost_since: float | None = None
        self.jobs: dict[str, Job] = {}
        """Every Job the window knows of, as last seen."""
        self.found: dict[str, int] = {}
        """How many edits at the service may be a Job's lost answer."""
        self.expected: dict[str, float] = {}
        """How many seconds a Job usually takes."""

    def know(self, jobs: Iterable[Job]) -> None:
        """Remember Jobs without advancing them."""
        for job in jobs:
            self._remember(job)
        self.changed.emit()

    def forget(self, job_ids: Iterable[str]) -> None:
        """Ended Jobs whose versions are in the trash are shown no more."""
        for job_id in job_ids:
            if job_id in self.jobs and job_id not in self._away:
                del self.jobs[job_id]
                self._stalled.discard(job_id)
        self.changed.emit()

    def forget_all(self) -> None:
        """They are of another library. What is out for one comes home to nobody."""
        for known in (self._away, self._stalled, self.jobs, self.found, self.expected):
            known.clear()
        self._lost_since = None
        self.changed.emit()

    def carry_on(self, jobs: Iterable[Job]) -> None:
        """Advance these Jobs from now on."""
        for job in jobs:
            self._remember(job)
            self._advance(job.id)
        self.changed.emit()

    def act(self, work: Callable[[Studio], Job], go_on: bool) -> None:
        """Change one Job by the person's wish (cancel, permit), then go on with it if that was
        asked or costs nothing."""

        def done(job: Job) -> None:
            (self.carry_on if go_on or job.state in _CARRIED_ON else self.know)([job])

        self._link.run(work, done, self.refused.emit)

    def take_step(self, step: Step) -> None:
        """Take a step that was made outside: what is still away for this Job counts no more."""
        self._go_on_from(step)

    def count_found(self, job_id: str, found: int) -> None:
        """So many edits at the service may be this Job's lost answer."""
        if self.found.get(job_id, 0) != found:
            self.found[job_id] = found
            self.changed.emit()

    def retry_stalled(self) -> None:
        """Go on with what a missing key or a failing disk stopped, but for what would cost."""
        stalled, self._stalled = self._stalled, set()
        for job_id in stalled:
            if self.jobs[job_id].state in _CARRIED_ON:
                self._advance(job_id)

    @property
    def running(self) -> int:
        """Jobs that were sent and are being carried on."""
        return len(self._away) - self.waiting - self.looking_up

    @property
    def waiting(self) -> int:
        """Jobs that will be sent as soon as they can be."""
        return self._count(JobState.QUEUED)

    @property
    def looking_up(self) -> int:
        """Jobs whose lost answer is looked for."""
        return self._count(JobState.UNSURE)

    def _count(self, state: JobState) -> int:
        return sum(self.jobs[job_id].state is state for job_id in self._away)

    @property
    def going_on(self) -> frozenset[str]:
        """Jobs that are carried on without a click."""
        return frozenset(self._away)

    @property
    def away_since(self) -> float | None:
        """Since when the service cannot be reached, as long as something waits for it."""
        return self._lost_since if self._away else None

    def forget_line(self) -> None:
        """Another service was chosen: what is known of the way to the one before says nothing."""
        self._lost_since = None

    def _advance(self, job_id: str) -> None:
        if job_id not in self._away:
            self._send_away(job_id, self._take_turn(job_id))

    def _take_turn(self, job_id: str) -> int:
        self._turns += 1
        self._away[job_id] = self._turns
        return self._turns

    def _send_away(self, job_id: str, turn: int) -> None:
        if self._away.get(job_id) != turn:
            return

        def work(studio: Studio) -> Advanced:
            from kontext_desktop.workbench import job_errands

            return job_errands.advance(studio, job_id)

        def done(advanced: Advanced) -> None:
            if self._away.get(job_id) == turn:
                self._take(advanced)

        def failed(error: KontextError) -> None:
            if self._away.get(job_id) != turn:
                return
            del self._away[job_id]
            self._stalled.add(job_id)
            self.failed.emit(error)
            # What is on disk counts, not what was known before the step that failed.
            self._link.run(
                lambda studio: studio.library.get_job(job_id), self._look_again, self.failed.emit
            )

        self._link.run(work, done, failed, pool="jobs")

    def _look_again(self, job: Job) -> None:
        """After a failed step: what reading alone carries on is tried again after a while."""
        self.know([job])
        if job.state in _CARRIED_ON:
            QTimer.singleShot(AGAIN_MS, self, self.retry_stalled)

    def _remember(self, job: Job) -> None:
        """Take what is known of a Job, unless something newer is."""
        known = self.jobs.get(job.id)
        if known is None or job.updated_at >= known.updated_at:
            self.jobs[job.id] = job

    def _take(self, advanced: Advanced) -> None:
        step = advanced.step
        self.found[step.job.id] = advanced.found
        self.expected[step.job.id] = advanced.expected
        if advanced.here:
            self._lost_since = advanced.away_since
        self._go_on_from(step)

    def _go_on_from(self, step: Step) -> None:
        job, before = step.job, self.jobs.get(step.job.id)
        self.jobs[job.id] = job
        if step.again_in is None:
            self._away.pop(job.id, None)
        else:
            turn = self._take_turn(job.id)
            QTimer.singleShot(
                round(step.again_in * 1000), self, lambda: self._send_away(job.id, turn)
            )
        if before is None or before.charged != job.charged:
            self.charged.emit()
        if before is None or before.state is not job.state:
            self.moved.emit()
        self.stepped.emit(step)
        self.changed.emit()
