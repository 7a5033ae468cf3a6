"""What is drawn over the picture: its outline, the frame that would be sent, a word in its corner.

All rectangles are device pixels of a painter whose unit is one device pixel.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from kontext_desktop.ui.theme import Theme

_VEIL = 120
"""Opacity, of 255, of the shade over what is not sent."""
_GROUND = 225
"""Opacity of the ground under a word."""


def fill_around(painter: QPainter, outer: QRect, inner: QRect, colour: QColor) -> None:
    """Fill what of `outer` is not `inner`, in four bands: a second clip on a widget is ignored."""
    inner = inner.intersected(outer)
    left, top, right, bottom = outer.left(), outer.top(), outer.right() + 1, outer.bottom() + 1
    for x, y, end_x, end_y in (
        (left, top, right, inner.top()),
        (left, inner.bottom() + 1, right, bottom),
        (left, inner.top(), inner.left(), inner.bottom() + 1),
        (inner.right() + 1, inner.top(), right, inner.bottom() + 1),
    ):
        painter.fillRect(x, y, end_x - x, end_y - y, colour)


def draw_outline(painter: QPainter, picture: QRect, theme: Theme) -> None:
    painter.setPen(theme.colour("hairline"))
    painter.drawRect(picture.adjusted(-1, -1, 0, 0))


def draw_frame(painter: QPainter, picture: QRect, sent: QRect, theme: Theme) -> None:
    """Outline the part that is sent and shade the rest of the picture."""
    veil = theme.colour("hairline")
    veil.setAlpha(_VEIL)
    fill_around(painter, picture, sent, veil)
    painter.setPen(theme.colour("text"))
    painter.drawRect(sent.adjusted(-1, -1, 0, 0))


def draw_word(painter: QPainter, corner: QPointF, word: str, theme: Theme, ratio: float) -> None:
    """A word on a dark ground, its top left a little inside `corner`; `ratio`: device pixels in a
    device-independent one."""
    grid, radius = theme.size("grid"), theme.size("radius")
    painter.save()
    painter.translate(corner)
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font("font_small"))
    width = painter.fontMetrics().horizontalAdvance(word) + 4 * grid
    pill = QRectF(3 * grid, 3 * grid, width, 6 * grid)
    ground = theme.colour("field")
    ground.setAlpha(_GROUND)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(pill, radius, radius)
    painter.setPen(theme.colour("text"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, word)
    painter.restore()
