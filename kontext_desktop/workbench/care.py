"""What a person does about one Job: find its lost answer, collect it, look at what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.workbench.gallery import Gallery
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.state import Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Job, Step
    from kontext_desktop.workbench.inquiry import Inquiry


class JobCare(QObject):
    """Everything here is free of charge."""

    inquired = Signal(object)
    """Inquiry that was asked for, or whose Job has moved since"""
    log_read = Signal(object)
    """JobLog"""
    picture_made = Signal(str, object)
    """SHA-256 of a blob, and its Raster of at most 704 x 528"""
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(self, link: StudioLink, queue: JobQueue, gallery: Gallery, parent: QObject):
        super().__init__(parent)
        self._link = link
        self._queue = queue
        self._gallery = gallery
        self._watched: set[str] = set()
        gallery.small_made.connect(self.picture_made)
        queue.stepped.connect(self._look_again)

    # ---- the lost answer

    def watch(self, job_id: str) -> None:
        """Tell how a Job without an answer stands, now and whenever it moves."""
        self._watched.add(job_id)
        self._inquire(job_id)

    def let_go(self, job_id: str) -> None:
        self._watched.discard(job_id)

    def forget_all(self) -> None:
        self._watched.clear()

    def choose(self, job_id: str, prediction_id: str) -> None:
        """The person says which edit at the service is this Job's."""
        self._run(lambda errands, studio: errands.choose(studio, job_id, prediction_id), job_id)

    def refuse(self, job_id: str, prediction_ids: Sequence[str]) -> None:
        """The person says that these edits are not this Job's."""
        self._run(lambda errands, studio: errands.refuse(studio, job_id, prediction_ids), job_id)

    def search_again(self, job_id: str) -> None:
        self._run(lambda errands, studio: errands.search_again(studio, job_id), job_id)

    def want_picture(self, sha256: str) -> None:
        self._gallery.want_small(sha256)

    # ---- what is at the service, and what came

    def collect_again(self, job_id: str) -> None:
        self._run(lambda errands, studio: errands.collect_again(studio, job_id), job_id)

    def delete_at_service(self, job_id: str) -> None:
        def done(answer: tuple[Job, str]) -> None:
            job, note = answer
            self._queue.know([job])
            deleted = note.startswith("deleted")
            tone = Tone.GOOD if deleted else Tone.LOOK
            self.told.emit(Notice(tone, f"{note[:1].upper()}{note[1:]}."))

        def work(studio: Studio) -> tuple[Job, str]:
            from kontext_desktop.workbench import job_errands

            return job_errands.delete_at_service(studio, job_id)

        self._link.run(work, done, self.failed.emit)

    def save_received(self, job_id: str, target: Path) -> None:
        def work(studio: Studio) -> list[Path]:
            from kontext_desktop.workbench import job_errands

            return job_errands.save_received(studio, job_id, target)

        def done(places: list[Path]) -> None:
            more = f" and {len(places) - 1} more beside it" if len(places) > 1 else ""
            self.told.emit(Notice(Tone.GOOD, f"Written to {places[0]}{more}."))

        self._link.run(work, done, self.failed.emit)

    def read_log(self, job_id: str) -> None:
        def work(studio: Studio) -> object:
            from kontext_desktop.workbench import job_errands

            return job_errands.read_log(studio, job_id)

        self._link.run(work, self.log_read.emit, self.failed.emit)

    # ---- inside

    def _run(self, act: Callable[..., Job | Step], job_id: str) -> None:
        """Do something to one Job, and go on with what came of it."""

        def work(studio: Studio) -> Job | Step:
            from kontext_desktop.workbench import job_errands

            return act(job_errands, studio)

        def done(outcome: Job | Step) -> None:
            from kontext_desktop.model import Step

            if isinstance(outcome, Step):
                self._queue.take_step(outcome)
            else:
                self._queue.carry_on([outcome])
            self._look_again(outcome)

        def failed(error: KontextError) -> None:
            self.failed.emit(error)
            if job_id in self._watched:
                self._inquire(job_id)  # it is another than was shown

        self._link.run(work, done, failed)

    def _look_again(self, outcome: Job | Step) -> None:
        from kontext_desktop.model import Job

        job = outcome if isinstance(outcome, Job) else outcome.job
        if job.id in self._watched:
            self._inquire(job.id)

    def _inquire(self, job_id: str) -> None:
        def work(studio: Studio) -> Inquiry:
            from kontext_desktop.workbench import job_errands

            return job_errands.inquire(studio, job_id)

        def done(inquiry: Inquiry) -> None:
            self._queue.count_found(job_id, len(inquiry.found))
            self.inquired.emit(inquiry)

        self._link.run(work, done, self.failed.emit)
