"""What made a version, once more: run again, changed first, or taken to another picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.first_words import Draft, Size
from kontext_desktop.framing import carried
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.orders import Orders
from kontext_desktop.workbench.state import Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.model import Version


class Recipes(QObject):
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(
        self,
        link: StudioLink,
        orders: Orders,
        documents: Documents,
        take_draft: Callable[[Draft], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link, self._orders, self._documents = link, orders, documents
        self._take_draft = take_draft
        self._copied: Draft | None = None
        self._copied_of = Size(1, 1)
        """The size of the picture that it was copied from."""

    @property
    def has_copy(self) -> bool:
        return self._copied is not None

    def rerun(self, version_id: str) -> None:
        """Order it once more, as it was: costs what Generate costs for one image."""
        version = self._documents.find_version(version_id)
        if version is not None:
            self._orders.rerun(version)

    def change(self, version_id: str) -> None:
        """Put what made a version into the panels, and what it was made from on the canvas."""

        def take(parent: Version, draft: Draft) -> None:
            if self._documents.find_version(parent.id) is not None:
                self._documents.show_version(parent.id)
                self._take_draft(draft)
                self.told.emit(
                    Notice(
                        Tone.PLAIN,
                        "Its recipe is in the panels, and what it was made from is shown.",
                        "Change what you like, then Generate.",
                    )
                )

        self._find(version_id, take)

    def copy(self, version_id: str) -> None:
        """Keep what made a version, for another picture."""
        document = self._documents.document
        if document is None:
            return

        def take(_: Version, draft: Draft) -> None:
            self._copied, self._copied_of = draft, document.size
            self.told.emit(
                Notice(
                    Tone.PLAIN,
                    "Recipe copied.",
                    "Open another picture, then Version, Paste recipe.",
                )
            )

        self._find(version_id, take)

    def paste(self) -> None:
        """Put the copied recipe into the panels; it counts for the picture that is open, and a
        region for the same part of it."""
        document = self._documents.document
        if self._copied is None:
            self.told.emit(
                Notice(
                    Tone.PLAIN, "No recipe was copied yet.", "Version, Copy recipe: of any version."
                )
            )
        elif document is not None:
            draft = self._copied
            if draft.frame is not None:
                region = carried(draft.frame, self._copied_of, document.size)
                draft = draft._replace(frame=region)
            self._take_draft(draft)

    def _find(self, version_id: str, take: Callable[[Version, Draft], None]) -> None:
        version = self._documents.find_version(version_id)
        if version is not None:
            self._link.run(
                lambda studio: errands.get_recipe(studio, version),
                lambda found: take(*found),
                self.failed.emit,
            )
