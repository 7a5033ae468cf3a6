"""Pictures of versions for the canvas and the lists: made away from here, a few kept at hand."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Heat, Picture

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Document, Raster, Version

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
    small_made = Signal(str, object)
    """SHA-256 of a blob, Raster"""
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
        self._under_way: set[tuple[str, str]] = set()

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
        screen = self._screen

        def done(picture: Picture) -> None:
            if screen != self._screen:
                return  # the window has moved to another one meanwhile
            self._under_way.discard((kind, version.id))
            self.take(picture)
            self.picture_made.emit(self._at_hand.get(version.id, picture))

        if self._begin(kind, version.id):
            self._link.run(work, done, self._failing(kind, version.id))

    def want_thumbnail(self, version: Version) -> None:
        """Bring a small picture: at once when it is at hand."""
        if version.id in self._thumbnails:
            self.thumbnail_made.emit(version.id, self._thumbnails[version.id][1])
            return
        if not self._begin("thumbnail", version.id):
            return
        screen = self._screen

        def work(studio: Studio) -> Raster:
            from kontext_desktop.engine import preview

            return preview.thumbnail(studio.library, version, screen=screen)

        def done(raster: Raster) -> None:
            if screen != self._screen:
                return
            self._under_way.discard(("thumbnail", version.id))
            self._thumbnails[version.id] = version, raster
            self.thumbnail_made.emit(version.id, raster)
            self._want_drift(version)

        self._link.run(work, done, self._failing("thumbnail", version.id))

    def want_heat(self, version: Version, before: Version) -> None:
        """Measure how far two versions lie apart; `heat_measured` brings it."""
        pair = f"{version.id} {before.id}"

        def work(studio: Studio) -> Heat:
            from kontext_desktop.engine import preview

            colours, mean = preview.heat(studio.library, version, before)
            return Heat(version.id, before.id, colours, mean)

        def done(heat: Heat) -> None:
            self._under_way.discard(("heat", pair))
            self.heat_measured.emit(heat)

        def failed(error: KontextError) -> None:
            self._under_way.discard(("heat", pair))
            self.failed.emit(version.id, error)

        if self._begin("heat", pair):
            self._link.run(work, done, failed)

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
        if not self._begin("small", sha256):
            return
        screen = self._screen

        def work(studio: Studio) -> Raster:
            from kontext_desktop.engine import preview

            return preview.small(studio.library, sha256, screen=screen)

        def done(raster: Raster) -> None:
            self._under_way.discard(("small", sha256))
            self.small_made.emit(sha256, raster)

        self._link.run(work, done, self._failing("small", sha256))

    def _begin(self, kind: str, version_id: str) -> bool:
        if (kind, version_id) in self._under_way:
            return False
        self._under_way.add((kind, version_id))
        return True

    def _failing(self, kind: str, version_id: str) -> Callable[[KontextError], None]:
        def failed(error: KontextError) -> None:
            self._under_way.discard((kind, version_id))
            self.failed.emit(version_id, error)

        return failed


def _bytes(picture: Picture) -> int:
    numbers = len(picture.numbers.data) if picture.numbers is not None else 0
    return numbers + sum(len(level.data) for level in picture.levels)
