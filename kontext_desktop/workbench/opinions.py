"""What the person says of versions, and going back and forth: annotations, undo, redo."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from kontext_desktop.model import Annotation, Flag
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Act


class Opinions(QObject):
    """Of the document on the desk. What is asked for is done in that order."""

    annotated = Signal(str, object)
    """version_id, Annotation"""
    tags_listed = Signal(object)
    """list[str] of all tags in use"""
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(self, link: StudioLink, documents: Documents, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._documents = documents

    def put(
        self,
        version_id: str,
        *,
        name: str | None = None,
        rating: int | None = None,
        flag: Flag | None = None,
        note: str | None = None,
        tags: Collection[str] | None = None,
    ) -> None:
        """Say something of a version; what is None stays as it is. Can be undone."""

        def work(studio: Studio) -> Annotation:
            return studio.library.put_annotation(
                version_id, name=name, rating=rating, flag=flag, note=note, tags=tags
            )

        def done(said: Annotation) -> None:
            self._documents.annotate(version_id, said)
            self.annotated.emit(version_id, said)

        self._link.run(work, done, self.failed.emit, pool="writes")

    def want_tags(self) -> None:
        self._link.run(
            lambda studio: studio.library.list_tags(), self.tags_listed.emit, self.failed.emit
        )

    def undo(self) -> None:
        """Take back the last thing done to the document: another version shown, or something said
        of one."""
        self._step(lambda studio, document_id: studio.library.undo(document_id), "Undone")

    def redo(self) -> None:
        self._step(lambda studio, document_id: studio.library.redo(document_id), "Done again")

    def _step(
        self, act: Callable[[Studio, str], Act | None], words: Literal["Undone", "Done again"]
    ) -> None:
        document = self._documents.document
        if document is None:
            return

        def work(studio: Studio) -> tuple[Act | None, str, Annotation | None]:
            done = act(studio, document.id)
            if done is None or done.kind == "current":
                current = studio.library.get_document(document.id).current_version_id
                return done, current, None
            return done, done.version_id, studio.library.get_annotation(done.version_id)

        def done(answer: tuple[Act | None, str, Annotation | None]) -> None:
            moved, version_id, said = answer
            if self._documents.document is None or self._documents.document.id != document.id:
                return
            if moved is None:
                verb = {"Undone": "undo", "Done again": "do again"}[words]
                self.told.emit(Notice(Tone.PLAIN, f"There is nothing to {verb}."))
            elif said is None:
                self._documents.follow(version_id)
            else:
                self._documents.annotate(version_id, said)
                self.annotated.emit(version_id, said)
                version = self._documents.find_version(version_id)
                if version is not None and version_id != self._documents.shown:
                    # It happened out of sight, perhaps.
                    text = f"{words}: what is said of “{version.name}”."
                    self.told.emit(Notice(Tone.PLAIN, text))

        self._link.run(work, done, self.failed.emit, pool="writes")
