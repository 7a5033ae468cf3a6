"""The Library: one folder, one connection, one lock; every act is one call and one transaction.

What the acts mean in SQL stands in `documents` and `jobs`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import (
    acts,
    backup,
    candidates,
    charges,
    documents,
    erasing,
    failures,
    garbage,
    history,
    jobs,
    masters,
    opinions,
    places,
    restore,
    schema,
    search,
    sidecars,
    space,
    trash,
    undo,
    use,
)
from kontext_desktop.library import check as checking
from kontext_desktop.library import repair as repairing
from kontext_desktop.library.blobs import Blobs, Cache
from kontext_desktop.library.jobs import Conflict, NewJob
from kontext_desktop.library.masters import Masters
from kontext_desktop.library.ownership import owned
from kontext_desktop.library.places import Place
from kontext_desktop.library.portable import Portable
from kontext_desktop.library.report import Finding, Garbage, Repair, Report, Use
from kontext_desktop.library.rows import Connection, Writing
from kontext_desktop.model import (
    Act,
    Annotation,
    Candidate,
    Charge,
    Document,
    Draft,
    Flag,
    Job,
    JobEvent,
    JobState,
    Line,
    Origin,
    Progress,
    Received,
    Reference,
    Result,
    Search,
    Size,
    Spend,
    Trashed,
    Version,
)

__all__ = ["Blobs", "Conflict", "Library", "NewJob"]


def _random_id() -> str:
    return str(uuid.uuid4())


def _inode(folder: Path) -> tuple[int, int] | None:
    """Tells the database's file from any other; None where there is none."""
    try:
        told = os.stat(folder / schema.DATABASE)
    except OSError:
        return None
    return told.st_dev, told.st_ino


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
        connection: Connection,
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
        self.place_notice: tuple[str, str] | None = None
        """What to tell the person of the disk it lies on, and what to do: said once."""
        self.blobs = Blobs(folder, reading_only=reading_only)
        writing = None if reading_only else self._writing
        self.masters = Masters(folder, self.blobs, self._reading, writing)
        self.portable = Portable(folder, self.blobs, self.masters, self._reading, writing)
        self.reserve = space.RESERVE
        """Bytes that are to stay free on the disk when an edit is ordered."""
        self._free = space.free_bytes
        self._cache = Cache(folder)
        self._connection: Connection | None = connection
        self._closing = closing
        self._now = now
        self._new_id = new_id
        self._inode = _inode(folder)
        self._lock = threading.Lock()
        self._sidecars = threading.Lock()

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
        allow_network: bool = False,
        look: Callable[[Path], Place] = places.look,
    ) -> Library:
        """Open for reading and writing; make an empty library where there is none.

        On a medium that can only be read it opens for review: `reading_only` is set, and every act
        that writes says why not. `program` is what others are told while this one holds it;
        `waiting` sleeps, `wait` seconds in all, while another does. `look` finds out on what kind
        of disk a folder is; one on a network share is opened only with `allow_network`. Raises
        LibraryError: that, held by another process, made by a newer release, no library, damaged,
        not writable. Nothing in it is changed then.
        """
        folder = Path(os.path.realpath(folder))
        database = folder / schema.DATABASE
        with failures.translated(folder), ExitStack() as closing:
            place = look(folder)
            on_network = place.kind == "network"
            if on_network and not allow_network:
                raise failures.on_network(folder, place.name)
            if schema.check_file(database) and failures.is_unwritable(folder):
                return cls.open_reading(folder)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            closing.enter_context(owned(folder, program, now(), wait, waiting))
            restore.make_folders(folder)
            if not schema.check_file(database):
                schema.create(database, new_id(), now(), on_network=on_network)
            connection = schema.connect(database, reading_only=False, on_network=on_network)
            closing.callback(connection.close)
            schema.migrate(connection, folder)
            library_id = schema.get_uuid(connection)
            library = cls(
                folder,
                library_id,
                connection,
                closing.pop_all(),
                reading_only=False,
                now=now,
                new_id=new_id,
            )
        with ExitStack() as closing:
            closing.callback(library.close)
            library._note_place(place)
            library._remove_erased()  # what a crash interrupted
            if not (folder / sidecars.SIDECARS / sidecars.LIBRARY).exists():
                library._put_sidecar(None)
            closing.pop_all()
        return library

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
            connection = schema.connect_reading(database, closing)
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
        reference: Reference | None = None,
    ) -> Document:
        """The Document of this master: the one there is, or a new one with its first Version,
        called `title`, in one act. The master must be a blob already, or is kept by `reference`,
        whose proxy then is a blob; `size` is that of document space."""
        with self._writing() as writing:
            self.blobs.require(reference.proxy_sha256 if reference else master_sha256)
            if reference is not None:
                masters.put(writing, reference)
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

    def list_documents(self, text: str = "", limit: int | None = None) -> list[Document]:
        """What was worked on last comes first. `text`: every word of it begins a word of the
        document's name, of a prompt or of a version's title; any text may be given."""
        with self._reading() as connection:
            return search.list_documents(connection, text, limit)

    def put_current_version(self, document_id: str, version_id: str) -> None:
        """Move the document's pointer; nothing else changes. Can be undone. Raises LibraryError for
        a version in the trash."""
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
        """Oldest first, without what is in the trash; each record is checked."""
        with self._reading() as connection:
            return documents.list_versions(connection, document_id)

    def count_versions(self) -> dict[str, int]:
        """How many versions each document has, by its id, without what is in the trash."""
        with self._reading() as connection:
            return documents.count_versions(connection)

    def search_versions(
        self, query: Search, after: int | None = None, limit: int = 200
    ) -> list[Line]:
        """A page of the history, newest first: what of it `query` lets through.

        `after`: the `sequence` of the last line of the page before. Any text may be searched for.
        Lines are not checked against their seals; what one stands for is, when it is opened.
        """
        with self._reading() as connection:
            return history.list_page(connection, query, after, limit)

    # What is said of Versions; undo

    def get_annotation(self, version_id: str) -> Annotation:
        """Also of a version in the trash. Versions bring theirs along."""
        return self.get_version(version_id).annotation

    def put_annotation(
        self,
        version_id: str,
        *,
        name: str | None = None,
        rating: int | None = None,
        flag: Flag | None = None,
        note: str | None = None,
        tags: Collection[str] | None = None,
    ) -> Annotation:
        """Change what is not None; returns all that is said of the version now. Can be undone.

        Blanks in names and tags are made even; tags that differ in case only are one. Raises
        ParameterError for a rating outside 0 to 5, an unknown flag and what is too long;
        LibraryError for a version in the trash.
        """
        with self._writing() as writing:
            return opinions.put(writing, version_id, name, rating, flag, note, tags)

    def list_tags(self) -> list[str]:
        """Every tag in use, in order."""
        with self._reading() as connection:
            return opinions.list_tags(connection)

    def undo(self, document_id: str) -> Act | None:
        """Take back the last thing done to the document: its pointer moved, or an annotation
        changed. Returns what was taken back; None when there is nothing.

        Survives a restart. What cannot be put back, since it is in the trash, is passed over.
        """
        with self._writing() as writing:
            return undo.undo(writing, document_id)

    def redo(self, document_id: str) -> Act | None:
        """Do again what was undone last; None when there is nothing, or something else was done
        since."""
        with self._writing() as writing:
            return undo.redo(writing, document_id)

    def list_acts(self, document_id: str, limit: int = 100) -> list[Act]:
        """The last `limit` things done to a document, newest first, also what was undone."""
        with self._reading() as connection:
            return acts.list_newest(connection, document_id, limit)

    # Trash

    def put_in_trash(self, id_or_prefix: str) -> Trashed:
        """Hide a version with all that was made from it, or a document, from every list and search.

        The document's pointer moves to the nearest ancestor that stays. What is under way is
        collected all the same, and joins what it was made from. Raises LibraryError for an
        original, which goes only with its document, and for what is there already.
        """
        with self._writing() as writing:
            entry = trash.put(writing, id_or_prefix)
            return next(one for one in trash.list_entries(writing.connection) if one.id == entry.id)

    def list_trash(self) -> list[Trashed]:
        """What was put there last comes first."""
        with self._reading() as connection:
            return trash.list_entries(connection)

    def restore(self, id_or_prefix: str) -> list[Version]:
        """Bring back from the trash: a document, or a version, with what went there with it.

        Ancestors of a version that are there too come back with it, without their other branches;
        those stay, as entries of their own. Returns the Versions that are visible again.
        """
        with self._writing() as writing:
            back = trash.restore(writing, id_or_prefix)
            return [documents.get_version(writing.connection, one) for one in back]

    def erase(self, id_or_prefix: str) -> None:
        """Erase an entry of the trash for good, with whatever was made from it: its records, words
        in the search, annotations, small pictures, and the files that nothing else needs.

        What it cost stays in the books, without what was asked for; backups made before keep all.
        When this has returned, or at the next start after a crash, nothing of it is left in the
        library. Raises LibraryError for what is not in the trash, and while a Job that belongs to
        it is unfinished; nothing is erased then.
        """
        with self._writing() as writing:
            erasing.erase(writing, id_or_prefix)
            erasing.finish(writing.connection)
        self._remove_erased()

    def empty_trash(self, now: float) -> int:
        """Erase what has been in the trash for thirty days at `now`; returns how many entries are
        gone. What belongs to an unfinished Job waits."""
        with self._writing() as writing:
            before = len(trash.list_entries(writing.connection))
            for entry in trash.list_due(writing.connection, now):
                if erasing.may_erase(writing.connection, entry):
                    erasing.erase(writing, entry)
            gone = before - len(trash.list_entries(writing.connection))
            if gone:
                erasing.finish(writing.connection)
        self._remove_erased()
        return gone

    def _remove_erased(self) -> None:
        # No sidecar may be on its way back meanwhile.
        with self._sidecars, self._reading() as connection:
            erasing.remove_files(connection, self.folder, self.blobs, self._cache)

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

    # The whole library

    def may_send(self) -> bool:
        """False when everything in it is marked never to be sent."""
        with self._reading() as connection:
            [[never]] = connection.execute("SELECT never_send FROM library")
            return not never

    def put_may_send(self, value: bool) -> None:
        with self._writing() as writing:
            writing.connection.execute("UPDATE library SET never_send = ?", (not value,))
        self._put_sidecar(None)

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
            raise failures.reading_only(self.folder)
        self._cache.put(name, data)

    def _note_place(self, place: Place) -> None:
        """Have the person told of a place that is not good for a library, once for each place."""
        told = "" if place.kind == "local" else f"{place.kind} {place.name}"
        if told and self.find_learned("place told") != told:
            self.place_notice = failures.describe_place(self.folder, place.kind, place.name)
            self.put_learned("place told", told)

    # Upkeep

    def keep_up(self) -> None:
        """What an open library owes, all of it quick or once a day: the trash emptied of what has
        been there for thirty days, sidecars that a crash left out, a backup when one is due."""
        if self.reading_only:
            return
        self.empty_trash(self._now())
        with self._reading() as connection:
            missing = sidecars.list_missing(self.folder, connection)
        for version_id in missing:
            self._put_sidecar(version_id)
        with failures.translated(self.folder):
            space.take_ballast(self.folder, self._free)
        self.back_up_if_due()

    def check(
        self, *, deep: bool = True, report: Callable[[Progress], None] = lambda _: None
    ) -> Report:
        """Find and name all damage, while other calls go on. Without `deep` blobs are measured, not
        hashed."""
        return checking.check(self.folder, deep=deep, report=report)

    def repair(self, report: Report) -> Repair:
        """Mend what `check` has named, as far as it can be, after a backup. Again does nothing."""
        if self.reading_only:
            raise failures.reading_only(self.folder)

        def look() -> Sequence[Finding]:
            return self.check(deep=False).damage

        with self._reading() as connection:
            acts = repairing.repair(
                self.folder,
                connection,
                self.blobs,
                report.damage,
                look,
                lambda: backup.make(connection, self.folder, self._now()),
                self._now(),
            )
            connection.damaged.clear()
        return Repair(tuple(acts), tuple(look()) if acts else report.damage)

    def check_space(self, expected: int) -> None:
        """Raise LibraryError unless the disk has room for `expected` more bytes, three times over,
        and a gigabyte beside (`reserve`). Asked before money is spent."""
        with failures.translated(self.folder):
            space.check(self.folder, expected, self.reserve, self._free)

    def free_bytes(self) -> int:
        """What is left on the library's disk."""
        with failures.translated(self.folder):
            return self._free(self.folder)

    def count(self) -> dict[str, int]:
        """How many documents, versions and jobs there are."""
        with self._reading() as connection:
            counts = backup.count_rows(connection)
        return {table: counts[table] for table in ("documents", "versions", "jobs")}

    def measure_use(self) -> Use:
        """How many bytes are taken by what."""
        with self._beside() as connection:
            return use.measure(self.folder, connection)

    def find_garbage(self) -> Garbage:
        """Files that nobody needs, and that are a day old at least."""
        with self._beside() as connection:
            return garbage.find(self.folder, connection, time.time())

    def remove_garbage(self) -> Garbage:
        """Remove them; returns what went."""
        if self.reading_only:
            raise failures.reading_only(self.folder)
        found = self.find_garbage()
        with self._reading() as connection:  # nothing is written meanwhile
            return garbage.remove(self.folder, connection, found, time.time())

    def list_damaged(self) -> list[str]:
        """A sentence for each damaged record that lists have left out since the library was opened.
        The rest is there; `check` finds all damage, `repair` mends it."""
        with self._reading() as connection:
            return list(connection.damaged)

    def back_up(self) -> Path:
        """Make a proved backup of the database in the library's `backups`; the pictures stay where
        they are. Other calls go on meanwhile."""
        if self.reading_only:
            raise failures.reading_only(self.folder)
        with self._beside() as connection:
            return backup.make(connection, self.folder, self._now())

    def back_up_if_due(self) -> Path | None:
        """Make a backup when the newest is older than a day, and thin them out. About a second for
        a hundred megabytes of database."""
        if self.reading_only or not backup.is_due(self.folder, self._now()):
            return None
        made = self.back_up()
        with failures.translated(self.folder):
            backup.thin(self.folder, self._now())
        return made

    def write_backup(self, target: Path) -> None:
        """Write a proved backup of the database, and of nothing else, to a new file anywhere.
        Raises ParameterError when there is one of that name."""
        with failures.translated(target.parent), self._beside() as connection:
            backup.write(connection, target)

    @contextmanager
    def _beside(self) -> Iterator[Connection]:
        """A second connection, reading only: long reads through it do not hold up the rest."""
        with self._reading():
            pass  # raises where it is closed, or gone
        with failures.translated(self.folder), ExitStack() as held:
            yield schema.connect_reading(self.folder / schema.DATABASE, held)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._lock, failures.translated(self.folder):
            if self._connection is None:
                raise LibraryError("The library is closed.", "Open it again.")
            if _inode(self.folder) != self._inode:
                # SQLite would go on in a file that has no name any more, or is another's now.
                raise failures.gone(self.folder)
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[Writing]:
        """One transaction: committed, and on the disk, when the block has ended without error."""
        if self.reading_only:
            raise failures.reading_only(self.folder)
        with self._reading() as connection:
            writing = Writing(connection, self._now(), self._new_id)
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield writing
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                    space.give_up_ballast(self.folder)  # whoever tries once more finds room
                raise
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        for version_id in sorted(writing.touched):
            self._put_sidecar(version_id)

    def _put_sidecar(self, version_id: str | None) -> None:
        """Copy what is committed of a Version, or of the library itself, into its file. That this
        fails is no reason for the act to fail: `keep_up` and `repair` make up for it."""
        try:
            with self._sidecars, failures.translated(self.folder):
                with self._reading() as connection:
                    target, data = sidecars.compose(self.folder, connection, version_id)
                sidecars.put(self.folder, target, data)
        except LibraryError as error:
            logging.getLogger(__name__).warning("%s %s", error.message, error.detail)
