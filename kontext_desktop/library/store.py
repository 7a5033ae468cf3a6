"""The Library: one folder, one connection, one lock; every act is one call and one transaction.

Its acts stand in `document_store`, `job_store` and `upkeep`, over what they share in `base`; what
they mean in SQL in `documents`, `jobs` and their neighbours.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import failures, places, restore, schema, sidecars, space
from kontext_desktop.library.base import random_id
from kontext_desktop.library.blobs import Blobs
from kontext_desktop.library.document_store import DocumentStore
from kontext_desktop.library.job_store import JobStore
from kontext_desktop.library.jobs import Conflict, NewJob
from kontext_desktop.library.ownership import owned
from kontext_desktop.library.places import Place
from kontext_desktop.library.upkeep import Upkeep

__all__ = ["Blobs", "Conflict", "Library", "NewJob"]


class Library(DocumentStore, JobStore, Upkeep):
    """The record of everything, open for as long as the program runs.

    Any thread may call; calls follow one another and block for a few milliseconds each. What a
    `put_` or a move has returned survives a crash and a power cut. Each `get_` also takes a unique
    beginning of an id, of four characters or more. Every call raises LibraryError for what the
    disk refuses, for a record that is damaged, and for an id that does not exist.
    """

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        program: str,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = random_id,
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

    def _note_place(self, place: Place) -> None:
        """Have the person told of a place that is not good for a library, once for each place."""
        told = "" if place.kind == "local" else f"{place.kind} {place.name}"
        if told and self.find_learned("place told") != told:
            self.place_notice = failures.describe_place(self.folder, place.kind, place.name)
            self.put_learned("place told", told)
