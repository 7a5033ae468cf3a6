"""The Library: one folder, one connection, one lock; every act is one call and one transaction.

What the acts mean in SQL stands in `documents` and `jobs`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import candidates, charges, documents, failures, jobs, schema
from kontext_desktop.library.blobs import BLOBS, CACHE, TEMPORARY, Blobs, Cache, sweep
from kontext_desktop.library.jobs import Conflict, NewJob
from kontext_desktop.library.ownership import owned
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import (
    Candidate,
    Charge,
    Document,
    Draft,
    Job,
    JobEvent,
    JobState,
    Origin,
    Received,
    Result,
    Size,
    Spend,
    Version,
)

__all__ = ["Blobs", "Conflict", "Library", "NewJob"]


def _random_id() -> str:
    return str(uuid.uuid4())


class Library:
    """The record of everything, open for as long as the program runs.

    Any thread may call; calls follow one another and block for a few milliseconds each. What a
    `put_` or a move has returned survives a crash and a power cut. Each `get_` also takes a unique
    beginning of an id, of four characters or more. Every call raises LibraryError for what the
    disk refuses, for a record that is damaged, and for an id that does not exist.
    """

    def __init__(
        self,
        folder: Path,
        library_id: str,
        connection: sqlite3.Connection,
        closing: ExitStack,
        *,
        reading_only: bool,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _random_id,
    ) -> None:
        """Use `open` or `open_reading`."""
        self.folder = folder
        self.id = library_id
        self.reading_only = reading_only
        self.blobs = Blobs(folder, reading_only=reading_only)
        self._cache = Cache(folder)
        self._connection: sqlite3.Connection | None = connection
        self._closing = closing
        self._now = now
        self._new_id = new_id
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        program: str,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _random_id,
        wait: float = 5.0,
        waiting: Callable[[float], None] = time.sleep,
    ) -> Library:
        """Open for reading and writing; make an empty library where there is none.

        `program` is what others are told while this one holds it; `waiting` sleeps, `wait` seconds
        in all, while another does. Raises LibraryError: held by another process, made by a newer
        release, no library, damaged, not writable. Nothing in it is changed then.
        """
        folder = Path(os.path.realpath(folder))
        database = folder / schema.DATABASE
        with failures.translated(folder), ExitStack() as closing:
            schema.check_file(database)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            closing.enter_context(owned(folder, program, now(), wait, waiting))
            for name in (BLOBS, TEMPORARY, CACHE):
                (folder / name).mkdir(mode=0o700, exist_ok=True)
            sweep(folder)
            if not schema.check_file(database):
                schema.create(database, new_id(), now())
            connection = schema.connect(database, reading_only=False)
            closing.callback(connection.close)
            schema.migrate(connection, folder)
            return cls(
                folder,
                schema.get_uuid(connection),
                connection,
                closing.pop_all(),
                reading_only=False,
                now=now,
                new_id=new_id,
            )

    @classmethod
    def open_reading(cls, folder: Path) -> Library:
        """Open for reading only, also while another process writes. Raises LibraryError."""
        folder = Path(os.path.realpath(folder))
        database = folder / schema.DATABASE
        with failures.translated(folder), ExitStack() as closing:
            if not schema.check_file(database):
                raise LibraryError(
                    "There is no library yet.",
                    "The first picture you bring in makes one.",
                    str(folder),
                )
            connection = schema.connect(database, reading_only=True)
            closing.callback(connection.close)
            library_id = schema.get_uuid(connection)
            return cls(folder, library_id, connection, closing.pop_all(), reading_only=True)

    def close(self) -> None:
        """Let go of the library, once the call that is under way has ended. Again does nothing."""
        with self._lock, failures.translated(self.folder):
            self._connection = None
            self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Documents

    def put_document(
        self,
        *,
        name: str,
        source_path: str,
        master_sha256: str,
        size: Size,
        format: str,
        depth: int,
        title: str,
    ) -> Document:
        """The Document of this master: the one there is, or a new one with its first Version,
        called `title`, in one act. The master must be a blob already; `size` is that of document
        space."""
        self.blobs.require(master_sha256)
        with self._writing() as writing:
            return documents.put(
                writing,
                name=name,
                source_path=source_path,
                master_sha256=master_sha256,
                size=size,
                format=format,
                depth=depth,
                title=title,
            )

    def find_document_by_master(self, sha256: str) -> Document | None:
        """The newest document whose original bytes are these."""
        with self._reading() as connection:
            return documents.find_by_master(connection, sha256)

    def find_document(self, document_id: str) -> Document | None:
        """The document with exactly this id, if it is there."""
        with self._reading() as connection:
            return documents.find(connection, document_id)

    def get_document(self, id_or_prefix: str) -> Document:
        with self._reading() as connection:
            return documents.get(connection, id_or_prefix)

    def list_documents(self, search: str = "", limit: int | None = None) -> list[Document]:
        """What was worked on last comes first. `search`: every word of it begins a word of the
        document's name, of a prompt or of a version's title; any text may be given."""
        with self._reading() as connection:
            return documents.list_found(connection, search, limit)

    def put_current_version(self, document_id: str, version_id: str) -> None:
        """Move the document's pointer; nothing else changes."""
        with self._writing() as writing:
            documents.put_current_version(writing, document_id, version_id)

    def put_never_send(self, document_id: str, value: bool) -> None:
        with self._writing() as writing:
            documents.put_never_send(writing, document_id, value)

    def put_client(self, document_id: str, client: str) -> None:
        """Tag a document, and so its charges, with whom the work is for; "" takes the tag off."""
        with self._writing() as writing:
            documents.put_client(writing, document_id, client)

    def find_draft(self, document_id: str) -> Draft | None:
        with self._reading() as connection:
            return documents.find_draft(connection, document_id)

    def put_draft(self, document_id: str, draft: Draft) -> None:
        with self._writing() as writing:
            documents.put_draft(writing, document_id, draft)

    # Versions and Results

    def get_version(self, id_or_prefix: str) -> Version:
        with self._reading() as connection:
            return documents.get_version(connection, id_or_prefix)

    def list_versions(self, document_id: str) -> list[Version]:
        """Oldest first."""
        with self._reading() as connection:
            return documents.list_versions(connection, document_id)

    def get_result(self, id_or_prefix: str) -> Result:
        with self._reading() as connection:
            return jobs.get_result(connection, id_or_prefix)

    def list_results(self, job_id: str) -> list[Result]:
        """In the order of the service's outputs."""
        with self._reading() as connection:
            return jobs.list_results(connection, job_id)

    # Jobs

    def put_jobs(self, new: Sequence[NewJob]) -> list[Job]:
        """Queue all of these or none. Their input blobs must be kept already."""
        self.blobs.require(*{job.input_sha256 for job in new})
        with self._writing() as writing:
            return [jobs.put(writing, job) for job in new]

    def get_job(self, id_or_prefix: str) -> Job:
        with self._reading() as connection:
            return jobs.get(connection, id_or_prefix)

    def list_jobs(
        self,
        *,
        origin: Origin | None = None,
        document_id: str | None = None,
        ended: bool | None = None,
        limit: int | None = None,
    ) -> list[Job]:
        """Oldest first, the first `limit` of them; None means whichever."""
        with self._reading() as connection:
            return jobs.list_kept(connection, origin, document_id, ended, limit)

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
        self.blobs.require(*(one.sha256 for one in received))
        with self._writing() as writing:
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
        self.blobs.require(*(one.sha256 for one in received or ()))
        with self._writing() as writing:
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

    def put_refund(self, job: Job, amount: int, note: str) -> bool:
        """The service gave `amount` millionths of a dollar back for this Job; False when that is
        known already, for two may find it at once."""
        with self._writing() as writing:
            return charges.put_refund(writing, job, amount, note)

    # The whole library

    def may_send(self) -> bool:
        """False when everything in it is marked never to be sent."""
        with self._reading() as connection:
            [[never]] = connection.execute("SELECT never_send FROM library")
            return not never

    def put_may_send(self, value: bool) -> None:
        with self._writing() as writing:
            writing.connection.execute("UPDATE library SET never_send = ?", (not value,))

    def find_learned(self, name: str) -> str | None:
        """What was learned under `name`, as it was put."""
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM learned WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row["value"])

    def put_learned(self, name: str, value: str) -> None:
        with self._writing() as writing:
            writing.connection.execute(
                "INSERT INTO learned (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    # Small pictures that can be drawn again at any time

    def find_cached(self, name: str) -> bytes | None:
        """What was kept under this plain file name; it may be anybody's bytes."""
        return self._cache.find(name)

    def put_cached(self, name: str, data: bytes) -> None:
        if self.reading_only:
            raise failures.reading_only()
        self._cache.put(name, data)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, failures.translated(self.folder):
            if self._connection is None:
                raise LibraryError("The library is closed.", "Open it again.")
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[Writing]:
        """One transaction: committed, and on the disk, when the block has ended without error."""
        if self.reading_only:
            raise failures.reading_only()
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Writing(connection, self._now(), self._new_id)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
