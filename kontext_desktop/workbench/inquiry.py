"""What the windows about one Job show: its lost answer, and what happened to it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kontext_desktop.model import Job, JobEvent, JobState


@dataclass(frozen=True, slots=True)
class Found:
    """An edit at the service that may be a Job's lost answer.

    `made_at` by this machine's clock, None when the service does not say. `pictures`: blobs that
    were fetched of it; none while it is not finished.
    """

    prediction_id: str
    made_at: float | None
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A Job without an answer, and what the service has that could be it. `probable`: there is one,
    and no other request that it could belong to."""

    job: Job
    document_name: str
    probable: bool
    found: tuple[Found, ...]

    @property
    def may_choose(self) -> bool:
        return self.job.state is JobState.UNSURE and bool(self.found)

    @property
    def may_search(self) -> bool:
        """Whether searching once more can bring anything; it is free."""
        job = self.job
        lost = job.state is JobState.FAILED and job.charged == "maybe" and not job.prediction_id
        return lost or job.state is JobState.UNSURE

    @property
    def may_send(self) -> bool:
        return self.job.state in (JobState.UNSURE, JobState.FAILED)

    @property
    def settled(self) -> bool:
        """Whether it was found out about: nothing is left to be decided."""
        return not (self.may_search or self.may_send)


@dataclass(frozen=True, slots=True)
class JobLog:
    job: Job
    events: tuple[JobEvent, ...]

    def as_text(self) -> str:
        """For the clipboard: one line an event."""
        head = [f"Job {self.job.id}"]
        if self.job.prediction_id:
            head.append(f"Prediction {self.job.prediction_id}")
        lines = [
            f"{datetime.fromtimestamp(event.at):%Y-%m-%d %H:%M:%S}  {event.state.value}"
            f"  {event.note}".rstrip()
            for event in self.events
        ]
        return "\n".join([*head, *lines])
