"""The Library's acts on Jobs, on their lost answers, and on money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kontext_desktop.library import candidates, charges, jobs
from kontext_desktop.library.base import Base
from kontext_desktop.library.jobs import NewJob
from kontext_desktop.model import (
    Candidate,
    Charge,
    Job,
    JobEvent,
    JobState,
    Origin,
    Received,
    Spend,
    Version,
)


class JobStore(Base):
    """See `Library`."""

    # Jobs

    def put_jobs(self, new: Sequence[NewJob]) -> list[Job]:
        """Queue all of these or none. Their input blobs must be kept already."""
        with self._writing() as writing:
            self.blobs.require(*{job.input_sha256 for job in new})
            return [jobs.put(writing, job) for job in new]

    def get_job(self, id_or_prefix: str) -> Job:
        with self._reading() as connection:
            return jobs.get(connection, id_or_prefix)

    def find_job(self, job_id: str) -> Job | None:
        with self._reading() as connection:
            return jobs.find(connection, job_id)

    def list_jobs(
        self,
        *,
        origin: Origin | None = None,
        document_id: str | None = None,
        ended: bool | None = None,
        shown: bool = False,
        limit: int | None = None,
    ) -> list[Job]:
        """Oldest first, the first `limit` of them; None means whichever. `shown`: for a person,
        without ended ones that belong to what is in the trash."""
        with self._reading() as connection:
            return jobs.list_kept(connection, origin, document_id, ended, shown, limit)

    def move_job(self, job: Job, to: JobState, note: str, **changes: Any) -> Job:
        """Write the Job's next state, durably, before the act it names; `note` says why.

        `changes` are fields of Job, written over what they are now. `to` may be the state it has.
        The charge follows the state (maybe from `sending`, yes from `running`, no after a refusal)
        unless `charged` is among the changes.

        Raises Conflict when the Job is no longer in `job.state`, or its new prediction is another
        Job's; ValueError for a move that is not in a Job's life (`done` among them: see
        `finish_job`), or to `running` without a prediction.
        """
        with self._writing() as writing:
            return jobs.move(writing, job, to, note, changes)

    def count_ahead(self, job: Job, permitted_after: float) -> int:
        """How many queued Jobs of its origin, permitted since then, come before this one: those of
        smaller orders, for somebody sits in front of them, and older ones of orders as large."""
        with self._reading() as connection:
            return jobs.count_ahead(connection, job, permitted_after)

    def find_upload(self, job: Job, after: float, until: float) -> tuple[str, float] | None:
        """Where the same bytes of the same document were put at the same service between these
        times, and when. Not where an edit has failed with: the service may not have been able to
        fetch it from there."""
        with self._reading() as connection:
            return jobs.find_upload(connection, job, after, until)

    def claim_sending(
        self, job: Job, places: int, per_minute: int, *, sent_at: float, **changes: Any
    ) -> Job | None:
        """Move from `queued` to `sending`; None while its turn has not come.

        Its turn comes when fewer than `places` Jobs of its origin (and of the `account` among the
        changes) are sending, running or downloading, fewer than `per_minute` were sent in the
        minute before `sent_at`, and no smaller order waits for the place. Raises Conflict when it
        is no longer queued.
        """
        with self._writing() as writing:
            changes["sent_at"] = sent_at
            return jobs.claim(writing, job, places, per_minute, changes)

    def finish_job(
        self, job: Job, received: Sequence[Received], title: str
    ) -> tuple[Job, list[Version]]:
        """From `downloading` to `done` with a Result and a Version for each picture, in one act.

        Each Version is the parent's layers with the picture on top, filling the Job's frame. The
        document's current version stays: the person's eye is not moved. A Version with anything of
        practice in it is marked so. Raises Conflict when the Job is not downloading (any more),
        LibraryError when a blob is missing.
        """
        with self._writing() as writing:
            self.blobs.require(*(one.sha256 for one in received))
            return jobs.finish(writing, job, received, title)

    def list_events(self, job_id: str) -> list[JobEvent]:
        """Oldest first."""
        with self._reading() as connection:
            return jobs.list_events(connection, job_id)

    def list_predictions(self, origin: Origin) -> set[str]:
        """The ids at the service that belong to Jobs of this library."""
        with self._reading() as connection:
            return jobs.list_predictions(connection, origin)

    def count_batch(self, batch_id: str) -> int:
        """How many Jobs were ordered together."""
        with self._reading() as connection:
            return jobs.count_batch(connection, batch_id)

    # Lost answers

    def put_candidate(self, candidate: Candidate) -> Candidate:
        """Remember a prediction that may be a Job's lost answer; one known already stays."""
        with self._writing() as writing:
            return candidates.put(writing, candidate)

    def change_candidate(
        self,
        candidate: Candidate,
        *,
        received: Sequence[Received] | None = None,
        refused: bool | None = None,
    ) -> Candidate:
        """Write down what was fetched of it, or what the person said of it."""
        with self._writing() as writing:
            self.blobs.require(*(one.sha256 for one in received or ()))
            return candidates.change(writing, candidate, received, refused)

    def list_candidates(self, job_id: str) -> list[Candidate]:
        with self._reading() as connection:
            return candidates.list_of(connection, job_id)

    # Money

    def spend(self, origin: Origin, since: float, document_id: str | None = None) -> Spend:
        """What `origin` has charged, and may have charged, for what was sent from `since` on; of
        one document, or of all."""
        with self._reading() as connection:
            return charges.spend(connection, origin, since, document_id)

    def list_charges(self, since: float = 0.0, until: float = 1e12) -> list[Charge]:
        """Of all origins, in the order the Jobs were asked for; what was never sent costs 0 there
        and is in the list too."""
        with self._reading() as connection:
            return charges.list_all(connection, since, until)

    def get_refunded(self, job_id: str) -> int:
        with self._reading() as connection:
            return charges.refunded(connection, job_id)

    def put_refund(self, job: Job, amount: int, note: str, **changes: Any) -> Job | None:
        """The service gave `amount` millionths of a dollar back for this Job, which says so from
        now on, with `changes` as in `move_job`. None when that is known already, for two may find
        it at once. Raises Conflict."""
        with self._writing() as writing:
            if not charges.put_refund(writing, job, amount, note):
                return None
            return jobs.move(writing, job, job.state, note, changes)
