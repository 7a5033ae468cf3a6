"""A picture as images of ever half the size, drawn from the one that fits the zoom.

Only the part in view is drawn, so a hundred megapixels cost what the view costs.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from kontext_desktop.ui.pixels import Reading, Shown, read_pixel
from kontext_desktop.ui.viewport import Viewport
from kontext_desktop.workbench import Picture

_HARD_FROM = 2.0
"""From this zoom on a picture pixel is a sharp square: it is there to be judged."""


class Pyramid:
    """GUI thread. Keeps the picture's buffers alive as long as it lives."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._levels = [Shown.over(level) for level in picture.levels]

    @property
    def smallest(self) -> QImage:
        return self._levels[-1].image

    def draw(self, painter: QPainter, viewport: Viewport, *, filtered: bool) -> None:
        """Draw the part in view onto a painter whose unit is one device pixel.

        Without `filtered` the nearest pixels are taken: quick, for a view that moves.
        """
        level = self._choose(viewport.zoom)
        size = level.image.size()
        whole = _span(viewport)
        if _alike(whole, size):
            whole = QRectF(whole.topLeft(), size.toSizeF())  # a plain copy, no pixel is touched
        scale_x, scale_y = whole.width() / size.width(), whole.height() / size.height()
        seen = whole.intersected(QRectF(0, 0, *viewport.view))
        if seen.isEmpty():
            return
        part = QRectF(
            (seen.x() - whole.x()) / scale_x,
            (seen.y() - whole.y()) / scale_y,
            seen.width() / scale_x,
            seen.height() / scale_y,
        ).toAlignedRect()
        # One pixel more on each side, so that filtering at the view's edge sees its neighbour.
        part = part.adjusted(-1, -1, 1, 1).intersected(QRect(QPoint(), size))
        target = QRectF(
            whole.x() + part.x() * scale_x,
            whole.y() + part.y() * scale_y,
            part.width() * scale_x,
            part.height() * scale_y,
        )
        hard = viewport.zoom >= _HARD_FROM and not self.picture.preview
        smooth = filtered and not hard and size != target.size().toSize()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, level.image, QRectF(part))

    def is_enlarged(self, zoom: float) -> bool:
        """Whether this is a preview of which single pixels would be seen."""
        wanted = self.picture.size.width * zoom
        return self.picture.preview and (wanted > self._levels[0].image.width() or zoom >= 1)

    def find_colour(self, x: int, y: int) -> Reading | None:
        """The exact numbers of a document pixel; None while only a preview is there."""
        if self.picture.preview:
            return None
        return read_pixel(self.picture.numbers or self.picture.levels[0], x, y)

    def _choose(self, zoom: float) -> Shown:
        """The smallest level that is not drawn enlarged, or the largest there is."""
        wanted = math.floor(self.picture.size.width * zoom)
        large_enough = [level for level in self._levels if level.image.width() >= wanted]
        return large_enough[-1] if large_enough else self._levels[0]


def _span(viewport: Viewport) -> QRectF:
    x, y = viewport.origin
    width, height = viewport.document
    return QRectF(x, y, width * viewport.zoom, height * viewport.zoom)


def _alike(rect: QRectF, size: QSize) -> bool:
    """Within a pixel of being drawn 1:1: odd sides are halved with rounding."""
    return abs(rect.width() - size.width()) < 1 and abs(rect.height() - size.height()) < 1
