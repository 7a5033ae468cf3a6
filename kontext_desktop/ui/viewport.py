"""Which part of a document is seen and how large: the arithmetic of the canvas, without Qt.

Positions and lengths in the view are device pixels, so zoom 1 is one picture pixel on one pixel of
the screen; positions in the document are document pixels.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from kontext_desktop.first_words import Size

_SMALL = (1 / 20, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3)
STEPS = (*_SMALL, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)


class Point(NamedTuple):
    x: float
    y: float


BETWEEN = 2
"""Device pixels between two panes."""


class Panes(NamedTuple):
    """A view cut into equal panes, in rows, the first on the upper left."""

    columns: int
    rows: int
    pane: Size

    @classmethod
    def cut(cls, view: Size, columns: int, rows: int) -> Panes:
        width = (view.width - (columns - 1) * BETWEEN) // columns
        height = (view.height - (rows - 1) * BETWEEN) // rows
        return cls(columns, rows, Size(max(width, 1), max(height, 1)))

    @classmethod
    def cut_for(cls, view: Size, count: int, document: Size) -> Panes:
        """So many panes at least, in which a picture of that shape is as large as can be."""

        def scale(panes: Panes) -> float:
            return min(
                side / max(length, 1) for side, length in zip(panes.pane, document, strict=True)
            )

        cuts = [cls.cut(view, columns, -(-count // columns)) for columns in range(1, count + 1)]
        return max(cuts, key=scale)

    def corner(self, number: int) -> tuple[int, int]:
        """Where a pane begins in the view."""
        row, column = divmod(number, self.columns)
        return column * (self.pane.width + BETWEEN), row * (self.pane.height + BETWEEN)

    def find(self, at: Point) -> int:
        """The pane that a place of the view lies in, or is nearest to."""
        column = min(max(int(at.x // (self.pane.width + BETWEEN)), 0), self.columns - 1)
        row = min(max(int(at.y // (self.pane.height + BETWEEN)), 0), self.rows - 1)
        return row * self.columns + column


class Viewport:
    """Keeps the document point in the middle of the view, so resizing the view moves nothing.

    While `fitted`, the whole document is shown inside `margin` and follows every resize.
    """

    def __init__(self) -> None:
        self.document = Size(0, 0)
        self.view = Size(0, 0)
        self.margin = 0
        self.zoom = 1.0
        self.fitted = True
        self._centre = Point(0.0, 0.0)
        self._kept: tuple[Point, Point] | None = None
        """A view position and the document point that a run of zooms keeps there: taken once, so
        that roundings do not add up."""

    def set_document(self, size: Size) -> None:
        """The same size keeps zoom and position: versions are swapped without a jump."""
        if size != self.document:
            self.document = size
            self.fit()

    def set_view(self, size: Size, margin: int) -> None:
        self.view, self.margin = size, margin
        self._kept = None
        if self.fitted:
            self.fit()

    def fit(self) -> None:
        self.fitted = True
        self.zoom = self._fitting_zoom()
        self._move_to(self.document.width / 2, self.document.height / 2, centre=True)

    def fill(self) -> None:
        """As large as the view, the longer side cut; does not follow a resize."""
        if 0 not in self.document and 0 not in self.view:
            self.fitted = False
            pairs = zip(self.view, self.document, strict=True)
            self.zoom = min(max(side / length for side, length in pairs), STEPS[-1])
            self._move_to(self.document.width / 2, self.document.height / 2, centre=True)

    def zoom_to(self, zoom: float, at: Point) -> None:
        """Zoom so that the document point under `at` stays there. Zooming out ends centred."""
        lowest = min(STEPS[0], self._fitting_zoom())
        zoom = min(max(zoom, lowest), STEPS[-1])
        out = zoom < self.zoom
        kept = self._kept[1] if self._kept and self._kept[0] == at else self.to_document(at)
        self.fitted = False
        self.zoom = zoom
        self._move_to(
            kept.x + (self.view.width / 2 - at.x) / zoom,
            kept.y + (self.view.height / 2 - at.y) / zoom,
            centre=out,
        )
        self._kept = (at, kept)

    def step(self, steps: int, at: Point) -> None:
        """Zoom `steps` rungs in (positive) or out, from wherever between two rungs it is."""
        zoom = self.zoom
        for _ in range(abs(steps)):
            if steps > 0:
                zoom = next((rung for rung in STEPS if rung > zoom * 1.001), zoom)
            else:
                zoom = next((rung for rung in reversed(STEPS) if rung < zoom * 0.999), 0.0)
        self.zoom_to(zoom, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by device pixels. A side that is seen whole stays in the middle."""
        self.fitted = False
        self._move_to(self._centre.x - dx / self.zoom, self._centre.y - dy / self.zoom, centre=True)

    @property
    def pannable(self) -> bool:
        return self._exceeds(0) or self._exceeds(1)

    @property
    def origin(self) -> tuple[int, int]:
        """Where the document's corner lies in the view: whole pixels, so that 1:1 stays exact."""
        x = self.view.width / 2 - self._centre.x * self.zoom
        y = self.view.height / 2 - self._centre.y * self.zoom
        return math.floor(x + 0.5), math.floor(y + 0.5)

    def to_document(self, at: Point) -> Point:
        """The document position that is drawn at `at`."""
        x, y = self.origin
        return Point((at.x - x) / self.zoom, (at.y - y) / self.zoom)

    def to_view(self, position: Point) -> Point:
        """Where a document position is drawn."""
        x, y = self.origin
        return Point(position.x * self.zoom + x, position.y * self.zoom + y)

    def state(self) -> str:
        """The view as text for `restore`."""
        if self.fitted:
            return "fit"
        centre = self._centre
        return f"{self.document.width} {self.document.height} {self.zoom} {centre.x} {centre.y}"

    def restore(self, state: str) -> None:
        """Take up what `state` said, if it was said of a document of this size; else fit."""
        self.fit()
        try:
            width, height, zoom, x, y = values = [float(part) for part in state.split()]
        except ValueError:  # "fit", or a settings file edited by hand
            return
        same = width == self.document.width and height == self.document.height
        if same and all(map(math.isfinite, values)):
            self.zoom_to(zoom, Point(0, 0))
            self._move_to(x, y, centre=True)

    def _fitting_zoom(self) -> float:
        if 0 in self.document or 0 in self.view:
            return 1.0
        return min(
            max(side - 2 * self.margin, 1) / length
            for side, length in zip(self.view, self.document, strict=True)
        )

    def _exceeds(self, axis: int) -> bool:
        return self.document[axis] * self.zoom > self.view[axis] + 0.5

    def _move_to(self, x: float, y: float, *, centre: bool) -> None:
        """Put a document point in the middle; never lose the picture out of sight."""
        middle = []
        for axis, wanted in enumerate((x, y)):
            length = self.document[axis]
            whole = centre and not self._exceeds(axis)
            middle.append(length / 2 if whole else min(max(wanted, 0.0), float(length)))
        self._centre = Point(*middle)
        self._kept = None
