"""The history of the library: versions of all documents, looked through a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.model import Line, Search
from kontext_desktop.workbench.gallery import Gallery
from kontext_desktop.workbench.link import StudioLink

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Raster

PAGE = 200
_AT_ONCE = 2
"""Thumbnails that are drawn at the same time; what is scrolled past is not drawn at all."""


class History(QObject):
    page_found = Signal(object, bool, bool)
    """list[Line]; whether it is the first of a search; whether there may be more"""
    thumbnail_made = Signal(str, object)
    """version_id, Raster of at most 320 x 240"""
    outdated = Signal()
    """The thumbnails that were brought are for another screen."""
    failed = Signal(object)
    """KontextError"""

    def __init__(self, link: StudioLink, gallery: Gallery, parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._gallery = link, gallery
        gallery.screen_changed.connect(self.outdated)
        self._query = Search()
        self._asked = 0
        """Counts searches: only what the latest one finds is told."""
        self._last: int | None = None
        """Sequence of the last line that was found; None: nothing follows."""
        self._loading = False
        self._wanted: list[str] = []
        self._drawing: set[str] = set()

    def search(self, query: Search) -> None:
        """Find the first lines that `query` lets through; `page_found` brings them."""
        self._query, self._last = query, None
        self._asked += 1
        self._wanted.clear()
        self._find(None)

    def find_more(self) -> None:
        """Bring the next page, unless it is on its way or there is none."""
        if self._last is not None and not self._loading:
            self._find(self._last)

    def forget_all(self) -> None:
        """Another library is open: what is out brings nothing home."""
        self._asked += 1
        self._last, self._loading = None, False
        self._wanted.clear()
        self._drawing.clear()

    def want_thumbnails(self, version_ids: Sequence[str]) -> None:
        """Draw these, in this order; what was wanted before and is not among them is let go."""
        self._wanted = [one for one in version_ids if one not in self._drawing]
        self._draw_next()

    def _find(self, after: int | None) -> None:
        query, ticket = self._query, self._asked
        self._loading = True

        def done(lines: list[Line]) -> None:
            if ticket == self._asked:
                self._loading = False
                self._last = lines[-1].sequence if len(lines) == PAGE else None
                self.page_found.emit(lines, after is None, self._last is not None)

        def failed(error: KontextError) -> None:
            if ticket == self._asked:
                self._loading = False
                self.failed.emit(error)

        self._link.run(
            lambda studio: studio.library.search_versions(query, after, PAGE), done, failed
        )

    def _draw_next(self) -> None:
        while self._wanted and len(self._drawing) < _AT_ONCE:
            self._draw(self._wanted.pop(0))

    def _draw(self, version_id: str) -> None:
        screen = self._gallery.screen

        def work(studio: Studio) -> Raster:
            from kontext_desktop.engine import preview

            version = studio.library.get_version(version_id)
            return preview.thumbnail(studio.library, version, screen=screen)

        def over() -> None:
            self._drawing.discard(version_id)
            self._draw_next()

        def done(raster: Raster) -> None:
            if screen == self._gallery.screen:
                self.thumbnail_made.emit(version_id, raster)
            else:  # it was wanted once more meanwhile, and taken to be under way
                self._wanted.append(version_id)
            over()

        self._drawing.add(version_id)
        # One that cannot be drawn stays without a picture; opening it says why.
        self._link.run(work, done, lambda _: over())
