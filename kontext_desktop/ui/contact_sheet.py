"""Up to nine variations in one view, each in a pane of its own at the same zoom and place.

Rectangles and positions are device pixels of a painter whose unit is one device pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPen

from kontext_desktop.first_words import Size
from kontext_desktop.ui.overlays import draw_word
from kontext_desktop.ui.pyramid import Pyramid
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import Point, Viewport
from kontext_desktop.workbench import Picture

MOST = 9
_LOUPE = 84
"""Radius of the loupe, device-independent pixels."""
_LOUPE_ZOOM = 3.0
"""How many times larger than around it things are in the loupe, and at least 1:1."""


class Entry(NamedTuple):
    version_id: str
    number: int
    """As on its tile."""
    drift: float | None
    """How far it moved from what was sent; None while that is not known."""


class ContactSheet:
    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._entries: list[Entry] = []
        self._pictures: dict[str, Pyramid] = {}
        self.chosen = ""
        """The version that is outlined."""
        self.by_drift = False
        """Least drift first, else by number."""
        self.loupe: Point | None = None
        """The document position that every loupe shows; None for no loupe."""

    def __len__(self) -> int:
        return max(1, len(self._entries))

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """The first nine are shown; pictures of others are let go."""
        first = sorted(entries, key=lambda entry: entry.number)[:MOST]
        self._entries = sorted(first, key=_drift) if self.by_drift else first
        kept = {entry.version_id for entry in self._entries}
        self._pictures = {key: one for key, one in self._pictures.items() if key in kept}

    def forget_pictures(self) -> None:
        self._pictures.clear()

    def list_missing(self) -> list[str]:
        """The versions whose picture is not there yet."""
        wanted = [entry.version_id for entry in self._entries]
        return [version_id for version_id in wanted if version_id not in self._pictures]

    def take_picture(self, picture: Picture) -> bool:
        """Keep it if it is one of these."""
        wanted = picture.version_id in {entry.version_id for entry in self._entries}
        if wanted:
            self._pictures[picture.version_id] = Pyramid(picture)
        return wanted

    def find(self, number: int) -> Pyramid | None:
        """The picture in a pane, counted from 0."""
        entry = self.find_entry(number)
        return None if entry is None else self._pictures.get(entry.version_id)

    def find_entry(self, number: int) -> Entry | None:
        return self._entries[number] if number < len(self._entries) else None

    # ---- drawing

    def draw(
        self,
        painter: QPainter,
        number: int,
        view: Viewport,
        room: QRect,
        *,
        filtered: bool,
        ratio: float,
    ) -> None:
        """Draw one picture into its pane `room`, what it is called, and the loupe."""
        entry, picture = self.find_entry(number), self.find(number)
        if entry is None:
            return
        if picture is not None:
            picture.draw(painter, view, filtered=filtered)
            if self.loupe is not None:
                self._draw_loupe(painter, picture, view, self.loupe, ratio)
        moved = "" if entry.drift is None else f" · drift {entry.drift:.1f}"
        waiting = "" if picture is not None else " · drawing it"
        draw_word(painter, room, f"{entry.number}{moved}{waiting}", self._theme, ratio)
        if entry.version_id == self.chosen:
            thick = 2 * ratio
            painter.setPen(QPen(self._theme.colour("accent"), thick))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inner = QRectF(room).adjusted(thick / 2, thick / 2, -thick / 2 - 1, -thick / 2 - 1)
            painter.drawRect(inner)

    def _draw_loupe(
        self, painter: QPainter, picture: Pyramid, view: Viewport, at: Point, ratio: float
    ) -> None:
        radius = round(_LOUPE * ratio)
        through = Viewport()
        through.set_document(view.document)
        through.set_view(Size(2 * radius, 2 * radius), 0)
        through.zoom_to(max(1.0, view.zoom * _LOUPE_ZOOM), Point(radius, radius))
        now = through.to_view(at)
        through.pan(radius - now.x, radius - now.y)
        seen = QImage(2 * radius, 2 * radius, QImage.Format.Format_RGB32)
        seen.fill(self._theme.colour("canvas"))
        lens = QPainter(seen)
        picture.draw(lens, through, filtered=True)
        lens.end()
        centre = view.to_view(at)
        brush = QBrush(seen)
        brush.setTransform(brush.transform().translate(centre.x - radius, centre.y - radius))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(brush)
        painter.setPen(QPen(self._theme.colour("text"), ratio))
        painter.drawEllipse(QPointF(centre.x, centre.y), radius, radius)
        painter.restore()


def _drift(entry: Entry) -> float:
    """What is not known yet comes last."""
    return math.inf if entry.drift is None else entry.drift
