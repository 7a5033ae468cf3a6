"""Where the original bytes of documents lie: in the library, or, too large to be copied, where the
person has them. Originals outside the library are only ever read.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from kontext_desktop.errors import ImageError, OriginalError
from kontext_desktop.library import documents, failures, records
from kontext_desktop.library.blobs import Blobs
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import Document, Reference

FIND = "Choose “Find the original…” in the Picture menu, or use `kontext relocate`."


class Masters:
    """Any thread may call. Finding out about a file takes as long as its disk, or its share, does:
    the library is not held up by it."""

    def __init__(
        self,
        folder: Path,
        blobs: Blobs,
        reading: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writing: Callable[[], AbstractContextManager[Writing]] | None,
    ) -> None:
        """`writing` None: this library is open for reading only."""
        self._folder = folder
        self._blobs = blobs
        self._reading = reading
        self._writing = writing
        self._others: set[tuple[str, int, int]] = set()
        """Files that were hashed and are not what they were: path, length, time of change."""

    def find_reference(self, sha256: str) -> Reference | None:
        """How this master is referred to; None for one that the library has a copy of."""
        if self._blobs.has(sha256):
            return None
        with self._reading() as connection:
            return find(connection, sha256)

    def get_path(self, document: Document) -> Path:
        """Where the original's bytes are, for reading only.

        Raises OriginalError when it is kept by reference, and is gone or has changed.
        """
        reference = self.find_reference(document.master_sha256)
        if reference is None:
            self._blobs.require(document.master_sha256)
            return self._blobs.path(document.master_sha256)
        self._check(document, reference)
        return Path(reference.path)

    @contextmanager
    def reading(self, document: Document) -> Iterator[Path]:
        """The same for a block that reads the file: what it read from a file that was changed or
        taken away meanwhile is refused at its end."""
        path = self.get_path(document)
        try:
            yield path
        except ImageError:
            self.get_path(document)  # the better reason, if that is why
            raise
        self.get_path(document)

    def find_trouble(self, document: Document) -> OriginalError | None:
        """Why the original cannot be read, as far as that is seen without reading it."""
        reference = self.find_reference(document.master_sha256)
        if reference is None:
            return None
        try:
            self._look(document, reference)
        except OriginalError as error:
            return error
        return None

    def relocate(self, document: Document, place: Path) -> Reference:
        """Find a moved original again: `place` is the file, or a folder it is somewhere below.

        Looks at lengths first, then at the bytes; files are only read. The new place counts for
        every document of the same original. Raises OriginalError where nothing fits, ImageError for
        a file that cannot be read, LibraryError.
        """
        if self._writing is None:
            raise failures.reading_only(self._folder)
        reference = self.find_reference(document.master_sha256)
        if reference is None:
            self._blobs.require(document.master_sha256)
            raise OriginalError(
                f"The original of “{document.name}” is in the library itself.",
                "There is nothing to find.",
            )
        is_folder = place.is_dir()
        found = self._search(place, reference) if is_folder else self._same(place, reference)
        if found is None:
            raise OriginalError(
                f"The original of “{document.name}” is nowhere in {_shown(place)}."
                if is_folder
                else f"{_shown(place)} is not the original of “{document.name}”.",
                "Its bytes would have to be the same; a file that was saved anew is another "
                "picture, and can be opened as one.",
            )
        self._write(found)
        return found

    def _check(self, document: Document, reference: Reference) -> None:
        """Raise OriginalError unless the file's bytes are the ones that were brought in: known by
        its length and time, and where only the time differs, by its hash."""
        path = Path(reference.path)
        found = self._look(document, reference)
        if found.st_mtime_ns == reference.changed_at:
            return
        try:
            same = self._same(path, reference)
        except ImageError as error:
            raise _gone(document, path, error.detail) from error
        if same is None:
            self._others.add(_state(reference, found))
            raise _changed(document, path)
        if self._writing is not None:
            self._write(same)

    def _write(self, reference: Reference) -> None:
        assert self._writing is not None
        with self._writing() as writing:
            put(writing, reference)

    def _look(self, document: Document, reference: Reference) -> os.stat_result:
        """What the file system says of the original. Raises OriginalError for what is plain."""
        path = Path(reference.path)
        if not path.is_absolute():  # it comes from another system
            raise _gone(document, path, "no path of this system")
        try:
            found = path.stat()
        except (OSError, ValueError) as error:
            raise _gone(document, path, str(error)) from error
        if not stat.S_ISREG(found.st_mode):
            raise _gone(document, path, "not a file")
        if found.st_size != reference.length or _state(reference, found) in self._others:
            raise _changed(document, path)
        return found

    def _search(self, folder: Path, reference: Reference) -> Reference | None:
        """The first file below `folder` that is the original; the ones of its old name first."""
        fitting = []
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent, name)
                try:
                    found = path.lstat()
                except OSError:
                    continue
                if stat.S_ISREG(found.st_mode) and found.st_size == reference.length:
                    fitting.append(path)
        old_name = Path(reference.path).name
        for path in sorted(fitting, key=lambda path: (path.name != old_name, path)):
            try:
                same = self._same(path, reference)
            except ImageError:
                continue  # it may not be read, or is being written
            if same is not None:
                return same
        return None

    def _same(self, path: Path, reference: Reference) -> Reference | None:
        """`reference` with this file in it, if the file's bytes are the original's."""
        try:
            if path.stat().st_size != reference.length:
                return None
        except (OSError, ValueError):
            pass  # hashing it says what is the matter
        sha256, length, changed_at = self._blobs.hash_file(path)
        if sha256 != reference.sha256:
            return None
        place = os.path.abspath(path)
        return replace(reference, path=place, length=length, changed_at=changed_at)


def _state(reference: Reference, found: os.stat_result) -> tuple[str, int, int]:
    return reference.path, found.st_size, found.st_mtime_ns


def put(writing: Writing, reference: Reference) -> None:
    """Write a reference, over the one there is to the same bytes."""
    row = _find_row(writing.connection, reference.sha256)
    if row is None:
        writing.insert(
            "master_references", records.reference_values(reference, writing.next_sequence())
        )
    else:
        writing.replace("master_references", records.reference_values(reference, row["sequence"]))
    documents.touch_originals(writing, reference.sha256)


def put_if_new(writing: Writing, reference: Reference) -> None:
    """Write a reference unless there is one to the same bytes."""
    if _find_row(writing.connection, reference.sha256) is None:
        put(writing, reference)


def find(connection: sqlite3.Connection, sha256: str) -> Reference | None:
    row = _find_row(connection, sha256)
    return None if row is None else records.read_reference(row)


def _find_row(connection: sqlite3.Connection, sha256: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM master_references WHERE sha256 = ?", (sha256,)
    ).fetchone()
    return row


def _gone(document: Document, path: Path, detail: str) -> OriginalError:
    return OriginalError(
        f"The original of “{document.name}” is not at {_shown(path)} any more.",
        FIND,
        detail,
    )


def _changed(document: Document, path: Path) -> OriginalError:
    return OriginalError(
        f"{_shown(path)} is not the picture any more that “{document.name}” was made from.",
        f"Put the original back, or find a copy of it: {FIND[0].lower()}{FIND[1:]}",
    )


def _shown(path: Path) -> str:
    """A path fit for a sentence."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
