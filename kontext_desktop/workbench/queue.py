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


AGAIN_MS = 30_000
"""How long after a failed step a paid Job is looked at again."""


class JobQueue(QObject):
    """Advances Jobs through the dispatcher. Thousands may wait: each is a timer, not a thread."""

    changed = Signal()
    stepped = Signal(object)
    """Step"""
    charged = Signal()
    """What a Job has cost, or may have cost, is another than before."""
    failed = Signal(object)
    """KontextError that stopped a Job's progress for now"""

    def __init__(self, link: StudioLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._away: set[str] = set()
        self._stalled: set[str] = set()
        self.jobs: dict[str, Job] = {}
        """Every Job the window knows of, as last seen."""

    def know(self, jobs: Iterable[Job]) -> None:
        """Remember Jobs without advancing them."""
        for job in jobs:
            self._remember(job)
        self.changed.emit()

    def carry_on(self, jobs: Iterable[Job]) -> None:
        """Advance these Jobs from now on."""
        for job in jobs:
            self._remember(job)
            self._advance(job.id)
        self.changed.emit()

    def act(self, work: Callable[[Studio], Job], go_on: bool) -> None:
        """Change one Job by the person's wish (cancel, permit), then go on with it if asked."""
        done = self.carry_on if go_on else self.know
        self._link.run(work, lambda job: done([job]), self.failed.emit)

    def retry_stalled(self) -> None:
        """Go on with what a missing key or a failing disk stopped, but for what would cost."""
        stalled, self._stalled = self._stalled, set()
        for job_id in stalled:
            if self.jobs[job_id].state in (JobState.RUNNING, JobState.DOWNLOADING):
                self._advance(job_id)

    @property
    def running(self) -> int:
        """Jobs that were sent and are being carried on."""
        return sum(self.jobs[job_id].state is not JobState.QUEUED for job_id in self._away)

    @property
    def waiting(self) -> int:
        """Jobs that will be sent as soon as they can be."""
        return sum(self.jobs[job_id].state is JobState.QUEUED for job_id in self._away)

    def is_waiting_for_click(self, job: Job) -> bool:
        """Whether a queued Job goes nowhere until the person sends it."""
        return job.state is JobState.QUEUED and job.id not in self._away

    def _advance(self, job_id: str) -> None:
        if job_id not in self._away:
            self._away.add(job_id)
            self._send_away(job_id)

    def _send_away(self, job_id: str) -> None:
        def work(studio: Studio) -> Step:
            from kontext_desktop.engine import runner

            return runner.advance(studio, job_id)

        def failed(error: KontextError) -> None:
            self._away.discard(job_id)
            self._stalled.add(job_id)
            self.failed.emit(error)
            # What is on disk counts, not what was known before the step that failed.
            self._link.run(
                lambda studio: studio.library.get_job(job_id), self._look_again, self.failed.emit
            )

        self._link.run(work, self._stepped, failed, pool="jobs")

    def _look_again(self, job: Job) -> None:
        """After a failed step: what reading alone carries on is tried again after a while."""
        self.know([job])
        if job.state in (JobState.RUNNING, JobState.DOWNLOADING):
            QTimer.singleShot(AGAIN_MS, self, self.retry_stalled)

    def _remember(self, job: Job) -> None:
        """Take what is known of a Job, unless something newer is."""
        known = self.jobs.get(job.id)
        if known is None or job.updated_at >= known.updated_at:
            self.jobs[job.id] = job

    def _stepped(self, step: Step) -> None:
        job, before = step.job, self.jobs.get(step.job.id)
        self.jobs[job.id] = job
        if step.again_in is None:
            self._away.discard(job.id)
        else:
            QTimer.singleShot(round(step.again_in * 1000), self, lambda: self._send_away(job.id))
        if before is None or before.charged != job.charged:
            self.charged.emit()
        self.stepped.emit(step)
        self.changed.emit()
