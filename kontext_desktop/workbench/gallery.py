"""Pictures of versions for the canvas and the lists: made away from here, a few kept at hand."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Gamut, Heat, Picture

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Document, Raster, Version

T = TypeVar("T")
AT_HAND_BYTES = 800_000_000
"""Pictures kept so that going back to one is instant; the newest is kept whatever its size."""


class Gallery(QObject):
    picture_made = Signal(object)
    """Picture for review (a preview), or the whole"""
    thumbnail_made = Signal(str, object)
    """version_id, Raster"""
    drift_measured = Signal()
    """One more of `drifts` is known."""
    heat_measured = Signal(object)
    """Heat"""
    gamut_found = Signal(object)
    """Gamut"""
    small_made = Signal(str, object)
    """SHA-256 of a blob, Raster"""
    screen_changed = Signal()
    """What was made ready for the screen before is of no use any more."""
    failed = Signal(str, object)
    """version_id, KontextError"""

    def __init__(self, link: StudioLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._at_hand: OrderedDict[str, Picture] = OrderedDict()
        self._screen = b""
        self._thumbnails: dict[str, tuple[Version, Raster]] = {}
        self.drifts: dict[str, float] = {}
        """version_id to how far its result moved from what was sent."""
        self._under_way: set[tuple[str, ...]] = set()

    @property
    def screen(self) -> bytes:
        """The ICC profile that pictures are made ready for; b"" for sRGB."""
        return self._screen

    def set_screen(self, screen: bytes) -> None:
        """Pictures for another screen are of no use on this one."""
        self._screen = screen
        self._at_hand.clear()
        self._under_way.clear()
        thumbnails, self._thumbnails = self._thumbnails, {}
        for version, _ in thumbnails.values():
            self.want_thumbnail(version)
        self.screen_changed.emit()

    def find(self, version_id: str) -> Picture | None:
        """A version's picture if one is at hand: the whole, or the one for review."""
        if version_id in self._at_hand:
            self._at_hand.move_to_end(version_id)
        return self._at_hand.get(version_id)

    def take(self, picture: Picture) -> None:
        """Keep a picture; the ones not looked at for longest make room."""
        known = self._at_hand.get(picture.version_id)
        if known is None or known.preview:
            self._at_hand[picture.version_id] = picture
        self._at_hand.move_to_end(picture.version_id)
        while len(self._at_hand) > 1 and sum(map(_bytes, self._at_hand.values())) > AT_HAND_BYTES:
            self._at_hand.popitem(last=False)

    def forget_all(self) -> None:
        """Another library is open."""
        for known in (self._at_hand, self._thumbnails, self.drifts, self._under_way):
            known.clear()

    def want_picture(self, version: Version, document: Document) -> None:
        """Make a version's picture for review unless that is under way; `picture_made` brings it.
        It is a preview: the original is not looked at for it."""
        screen = self._screen
        self._make(
            "picture",
            version,
            lambda studio: errands.show_review(studio, version, document, screen),
        )

    def want_whole(self, version: Version, document: Document) -> None:
        """Make a version's whole picture unless it is at hand or under way."""
        screen = self._screen
        at_hand = self.find(version.id)
        if at_hand is None or at_hand.preview:
            self._make(
                "whole",
                version,
                lambda studio: errands.show_whole(studio, version, document, screen),
            )

    def _make(self, kind: str, version: Version, work: Callable[[Studio], Picture]) -> None:
        def done(picture: Picture) -> None:
            self.take(picture)
            self.picture_made.emit(self._at_hand.get(version.id, picture))

        self._once((kind, version.id), work, self._if_same_screen(done), version.id)

    def want_thumbnail(self, version: Version) -> None:
        """Bring a small picture: at once when it is at hand."""
        if version.id in self._thumbnails:
            self.thumbnail_made.emit(version.id, self._thumbnails[version.id][1])
            return
        screen = self._screen

        def work(studio: Studio) -> Raster:
            from kontext_desktop.engine import preview

            return preview.thumbnail(studio.library, version, screen=screen)

        def done(raster: Raster) -> None:
            self._thumbnails[version.id] = version, raster
            self.thumbnail_made.emit(version.id, raster)
            self._want_drift(version)

        self._once(("thumbnail", version.id), work, self._if_same_screen(done), version.id)

    def want_heat(self, version: Version, before: Version) -> None:
        """Measure how far two versions lie apart; `heat_measured` brings it."""

        def work(studio: Studio) -> Heat:
            from kontext_desktop.engine import preview

            colours, mean = preview.heat(studio.library, version, before)
            return Heat(version.id, before.id, colours, mean)

        self._once(("heat", version.id, before.id), work, self.heat_measured.emit, version.id)

    def want_gamut(self, version: Version) -> None:
        """Find what the screen cannot show of a version; `gamut_found` brings it."""
        screen = self._screen

        def work(studio: Studio) -> Gamut:
            from kontext_desktop.engine import preview

            return Gamut(version.id, *preview.mark_outside(studio.library, version, screen))

        made = self._if_same_screen(self.gamut_found.emit)
        self._once(("gamut", version.id), work, made, version.id)

    def _want_drift(self, version: Version) -> None:
        """Measured once its thumbnail is there; a version that cannot be measured has none."""
        if version.job_id is None:
            return

        def done(drift: float | None) -> None:
            if drift is not None:
                self.drifts[version.id] = drift
                self.drift_measured.emit()

        def failed(error: KontextError) -> None:
            logging.getLogger(__name__).warning("%s %s", error.message, error.detail)

        self._link.run(lambda studio: errands.measure_drift(studio, version), done, failed)

    def want_small(self, sha256: str) -> None:
        """Bring a picture that was sent or received, made small; each time anew."""
        screen = self._screen

        def work(studio: Studio) -> Raster:
            from kontext_desktop.engine import preview

            return preview.small(studio.library, sha256, screen=screen)

        made = partial(self.small_made.emit, sha256)
        self._once(("small", sha256), work, made, sha256)

    def _once(
        self,
        what: tuple[str, ...],
        work: Callable[[Studio], T],
        made: Callable[[T], None],
        of: str,
    ) -> None:
        """Make something unless that is under way; `of` names it where that fails."""
        if what in self._under_way:
            return
        self._under_way.add(what)
        screen = self._screen

        def done(result: T) -> None:
            if screen == self._screen:  # else it is under way again, for another one
                self._under_way.discard(what)
            made(result)

        def failed(error: KontextError) -> None:
            self._under_way.discard(what)
            self.failed.emit(of, error)

        self._link.run(work, done, failed)

    def _if_same_screen(self, made: Callable[[T], None]) -> Callable[[T], None]:
        """What was made ready for a screen that the window has left is of no use."""
        screen = self._screen
        return lambda result: made(result) if screen == self._screen else None


def _bytes(picture: Picture) -> int:
    numbers = len(picture.numbers.data) if picture.numbers is not None else 0
    return numbers + sum(len(level.data) for level in picture.levels)
