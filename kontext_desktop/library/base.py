"""What every part of the Library stands on: one folder, one connection, one lock."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import failures, schema, sidecars, space
from kontext_desktop.library.blobs import Blobs, Cache
from kontext_desktop.library.masters import Masters
from kontext_desktop.library.portable import Portable
from kontext_desktop.library.rows import Connection, Writing


def random_id() -> str:
    return str(uuid.uuid4())


def _inode(folder: Path) -> tuple[int, int] | None:
    """Tells the database's file from any other; None where there is none."""
    try:
        told = os.stat(folder / schema.DATABASE)
    except OSError:
        return None
    return told.st_dev, told.st_ino


class Base:
    """An open library. Every call of its parts is one act and one transaction."""

    def __init__(
        self,
        folder: Path,
        library_id: str,
        connection: Connection,
        closing: ExitStack,
        *,
        reading_only: bool,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] = random_id,
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

    # For the parts

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
