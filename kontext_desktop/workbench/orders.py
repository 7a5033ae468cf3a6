"""What was ordered: placing orders, sending and dropping what waits, and the strip they stand in.

Only what is asked for by a click, its price on the button, is sent from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.first_words import Draft, JobState
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.care import JobCare
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.service import ServiceChoice
from kontext_desktop.workbench.state import Deed, Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Job, Origin, Step, Version
    from kontext_desktop.workbench.tiles import Tile


class Orders(QObject):
    changed = Signal()
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError that is to be told"""

    def __init__(
        self,
        link: StudioLink,
        queue: JobQueue,
        service: ServiceChoice,
        documents: Documents,
        care: JobCare,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link, self._queue, self._service = link, queue, service
        self._documents, self._care = documents, care
        self.ordering = False
        """Whether an order is being prepared: another click belongs to it."""
        self._batch = ""
        """The order that the strip shows whole, beside whatever is going on."""
        self._troubles: set[str] = set()
        """Troubles of Jobs that were told and have not passed since."""
        self._offered: set[Origin | None] = set()
        """Services whose unsent edits of an earlier run were spoken of."""
        queue.failed.connect(self._tell_once)
        queue.moved.connect(self._troubles.clear)
        queue.refused.connect(self._refuse)
        queue.stepped.connect(self._watch_price)
        service.key_checked.connect(self.listen_anew)

    # ---- placing orders

    def place(self, parent: Version, draft: Draft, placed: Callable[[], None]) -> None:
        """Order what the person saw. One click, one order; `placed` once it is written down."""
        shown = self._service.standing

        def done(jobs: list[Job]) -> None:
            self._take(jobs)
            placed()

        self._prepare(lambda studio: errands.order(studio, parent, draft, shown), done)

    def rerun(self, version: Version) -> None:
        """Order once more what made a version: a fresh click, at the price that was shown."""
        shown = self._service.standing
        if not self.ordering:
            self.listen_anew()
            self._prepare(lambda studio: errands.rerun(studio, version, shown), self._take)

    def act_on_tile(
        self, job_id: str, action: Literal["cancel", "hide", "retry", "collect"]
    ) -> None:
        """As `Workbench.act_on_tile`."""
        job = self._queue.jobs.get(job_id)
        if job is None:
            return
        standing = self._service.standing
        self.listen_anew()
        if action in ("retry", "collect") and job.origin != standing.origin:
            service = "the practice service" if job.origin.practice else job.origin.endpoint
            message = f"This job belongs to {service}."
            self.told.emit(Notice(Tone.PLAIN, message, "Choose it in Settings first."))
        elif action in ("cancel", "hide"):
            self._cancel(job_id)
        elif action == "collect":
            self._care.collect_again(job_id)
        elif job.state is JobState.QUEUED:
            self._permit(job_id, standing.price)
        elif not self.ordering:
            self._prepare(lambda studio: errands.repeat(studio, job, standing.price), self._take)

    def send_all(self, deed: Deed) -> None:
        """Send what a notice offered, at its price; what has moved on is left alone."""
        for job_id in filter(self._waits_for_click, deed.job_ids):
            self._permit(job_id, deed.price)

    def cancel_all(self, deed: Deed) -> None:
        for job_id in filter(self._waits_for_click, deed.job_ids):
            self._cancel(job_id)

    def take_unfinished(self, found: errands.Unfinished) -> None:
        """Go on with what costs nothing, and speak once of what an earlier run left unsent."""
        self._queue.forget_line()
        self._queue.carry_on(found.going_on)
        self._queue.know(found.waiting)
        self._queue.retry_stalled()
        standing = self._service.standing
        unsent = [job.id for job in found.waiting if self._waits_for_click(job.id)]
        if unsent and standing.origin not in self._offered:
            from kontext_desktop.workbench.words import offer_unsent

            self.told.emit(offer_unsent(unsent, standing.price))
        self._offered.add(standing.origin)

    # ---- the strip

    def show_batch_of(self, version: Version | None) -> None:
        """Show the order that this version came of; with None, no ended one."""
        job = self._queue.jobs.get(version.job_id or "") if version is not None else None
        if job is not None or version is None:
            self._batch = job.batch_id if job is not None else ""

    def list_tiles(
        self, now: float, refunds: Mapping[str, str], drifts: Mapping[str, float]
    ) -> list[Tile]:
        """The order that is shown, and every Job of the chosen service that is not settled: it goes
        on, or may have been billed and nobody has put it away."""
        from kontext_desktop.workbench.tiles import Known, list_tiles  # not for the first paint

        queue, standing = self._queue, self._service.standing
        jobs = queue.jobs.values()
        batch = [job for job in jobs if job.batch_id == self._batch]
        others = [
            job
            for job in jobs
            if job.batch_id != self._batch
            and job.origin == standing.origin
            and (not job.state.ended or job.charged == "maybe")
        ]
        shown = [job for job in batch + others if not job.hidden or self._concerns(job)]
        known = Known(
            price=standing.price,
            now=now,
            results={one.job_id: one.id for one in self._documents.versions if one.job_id},
            found=queue.found,
            expected=queue.expected,
            going_on=queue.going_on,
            refunds=refunds,
            drifts=drifts,
        )
        return list_tiles(sorted(shown, key=lambda job: job.sequence), known)

    def _concerns(self, job: Job) -> bool:
        """Whether a hidden Job comes back: its picture is here, or there is something to decide."""
        found = job.state is JobState.UNSURE and self._queue.found.get(job.id, 0) > 0
        return job.state is JobState.DONE or found

    def forget_all(self) -> None:
        """What was ordered was so in another library."""
        self.ordering, self._batch = False, ""
        self._troubles.clear()
        self._offered.clear()

    # ---- trouble

    def listen_anew(self) -> None:
        """The person did something about it: what goes wrong from now on is told again."""
        self._troubles.clear()

    def _tell_once(self, error: KontextError) -> None:
        """What stops one Job stops many: it is told once until something goes on again."""
        if error.message in self._troubles:
            self.changed.emit()
        else:
            self._troubles.add(error.message)
            self.failed.emit(error)

    def _refuse(self, error: KontextError) -> None:
        """What the person wished for one Job cannot be."""
        self.failed.emit(error)
        if error.kind == "budget":
            self._service.ask_price()

    def _watch_price(self, step: Step) -> None:
        job = step.job
        if job.state is JobState.QUEUED and job.problem and job.problem.kind == "budget":
            self._service.ask_price()  # it may be another than is shown

    # ---- inside

    def _prepare(
        self, work: Callable[[Studio], list[Job]], done: Callable[[list[Job]], None]
    ) -> None:
        self.ordering = True
        self._link.run(work, done, self._fail)
        self.changed.emit()

    def _take(self, jobs: list[Job]) -> None:
        self.ordering = False
        document = self._documents.document
        if document is not None and jobs[0].document_id == document.id:
            self._batch = jobs[0].batch_id
        self._queue.carry_on(jobs)
        self.changed.emit()

    def _fail(self, error: KontextError) -> None:
        self.ordering = False
        if error.kind == "unanswered":
            from kontext_desktop.workbench.words import offer_way_out

            self.told.emit(offer_way_out(error))
            self.changed.emit()
        else:
            self.failed.emit(error)
            self._service.ask()

    def _waits_for_click(self, job_id: str) -> bool:
        """Whether a queued Job goes nowhere until the person sends it."""
        job = self._queue.jobs.get(job_id)
        queued = job is not None and job.state is JobState.QUEUED
        return queued and job_id not in self._queue.going_on

    def _permit(self, job_id: str, price: int) -> None:
        def work(studio: Studio) -> Job:
            from kontext_desktop.workbench import job_errands

            return job_errands.permit(studio, job_id, price)

        self._queue.act(work, True)

    def _cancel(self, job_id: str) -> None:
        def work(studio: Studio) -> Job:
            from kontext_desktop.workbench import job_errands

            return job_errands.cancel(studio, job_id)

        self._queue.act(work, False)
