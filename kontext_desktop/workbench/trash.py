"""The trash: versions and documents put there, brought back, or erased for good."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.workbench import errands
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.state import Deed, Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Trashed

DAYS = 30
"""How long something stays there before it is erased by itself."""


class Trash(QObject):
    """What is asked for is done in that order, after what was said of versions before."""

    listed = Signal(object)
    """list[Trashed], what was put there last comes first; again after each change"""
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(
        self, link: StudioLink, documents: Documents, queue: JobQueue, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._link, self._documents, self._queue = link, documents, queue
        self._last: Trashed | None = None
        """The version that was put there last in this run, unless it is back."""

    def want_list(self) -> None:
        self._link.run(
            lambda studio: studio.library.list_trash(),
            self.listed.emit,
            self.failed.emit,
            pool="writes",
        )

    def put_version(self, version_id: str) -> None:
        """Put a version of the open document there, with all that was made from it."""
        version, document = self._documents.find_version(version_id), self._documents.document
        if version is None or document is None:
            return
        branch = self._documents.list_branch(version_id)
        title = version.name

        def work(studio: Studio) -> tuple[Trashed, errands.Opened | None]:
            entry = studio.library.put_in_trash(version_id)
            return entry, errands.find_document(studio, document.id)

        def done(answer: tuple[Trashed, errands.Opened | None]) -> None:
            entry, found = answer
            self._documents.refresh(found, {one.id for one in branch})
            self._queue.forget([one.job_id for one in branch if one.job_id])
            self._last = entry
            self._tell_put(entry, title, entry.versions - 1)

        self._link.run(work, done, self.failed.emit, pool="writes")

    def undo(self, otherwise: Callable[[], None]) -> None:
        """Bring back what was put there, if that was the last thing done to the open document; else
        do what comes `otherwise`."""
        document, last = self._documents.document, self._last
        if document is None or last is None or last.document_id != document.id:
            otherwise()
            return

        def is_last(studio: Studio) -> bool:
            acts = studio.library.list_acts(document.id)
            return all(act.at <= last.at for act in acts if act.state == "done")

        def done(found: bool) -> None:
            if found and self._last is last:
                self.restore(last.id)
            else:
                otherwise()

        self._link.run(is_last, done, self.failed.emit, pool="writes")

    def put_document(self) -> None:
        """Put the open document there, with all its versions."""
        document = self._documents.document
        if document is None:
            return

        def done(entry: Trashed) -> None:
            if self._documents.document is not None and self._documents.document.id == document.id:
                self._documents.refresh(None)
            self._tell_put(entry, document.name, 0)

        self._link.run(
            lambda studio: studio.library.put_in_trash(document.id),
            done,
            self.failed.emit,
            pool="writes",
        )

    def restore(self, entry_id: str) -> None:
        """Bring back what went there with it; shown at once where its document is open."""
        document = self._documents.document

        def work(studio: Studio) -> tuple[int, str, errands.Opened | None]:
            versions = studio.library.restore(entry_id)
            document_id = versions[0].document_id
            found = None
            if document is not None and document.id == document_id:
                found = errands.find_document(studio, document_id)
            return len(versions), studio.library.get_document(document_id).name, found

        def done(answer: tuple[int, str, errands.Opened | None]) -> None:
            count, name, found = answer
            if self._last is not None and self._last.id == entry_id:
                self._last = None
            if found is not None:
                self._queue.know(found.jobs)
                self._documents.refresh(found)
            versions = "1 version is" if count == 1 else f"{count} versions are"
            self.told.emit(Notice(Tone.GOOD, f"{versions} back in {name}."))
            self.want_list()

        self._link.run(work, done, self.failed.emit, pool="writes")

    def erase(self, entry_id: str) -> None:
        """Erase an entry for good; asked before, since nothing brings it back."""

        def done(_: None) -> None:
            self.told.emit(Notice(Tone.GOOD, "Erased for good."))
            self.want_list()

        self._link.run(
            lambda studio: studio.library.erase(entry_id), done, self.failed.emit, pool="writes"
        )

    def erase_all(self) -> None:
        """Erase everything that is there; what belongs to an edit under way stays."""

        def work(studio: Studio) -> int:
            studio.library.empty_trash(math.inf)  # as if the thirty days of all were over
            return len(studio.library.list_trash())

        def done(left: int) -> None:
            if left:
                rest = "One entry stays" if left == 1 else f"{left} entries stay"
                self.told.emit(
                    Notice(Tone.LOOK, f"{rest}: an edit of it is still under way.", "Try later.")
                )
            else:
                self.told.emit(Notice(Tone.GOOD, "The trash is empty."))
            self.want_list()

        self._link.run(work, done, self.failed.emit, pool="writes")

    def _tell_put(self, entry: Trashed, title: str, others: int) -> None:
        what = f"“{title}”"
        if others:
            what += f" and {others} made from it" if others > 1 else " and one made from it"
        verb = "are" if others else "is"
        self.told.emit(
            Notice(
                Tone.PLAIN,
                f"{what} {verb} in the trash for {DAYS} days.",
                deeds=(Deed("restore", "Bring back", (entry.id,)),),
            )
        )
        self.want_list()
