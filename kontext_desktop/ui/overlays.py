"""What is drawn over the picture: its outline, the frame that would be sent, a word in its corner.

All rectangles are device pixels of a painter whose unit is one device pixel.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from kontext_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from kontext_desktop.ui.viewport import Viewport

_GROUND = 225
"""Opacity of the ground under a word."""
_WORD_WIDTH = 280
GRID_ABOVE = 8.0
"""The zoom above which the borders of the picture's pixels are drawn."""


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


def draw_frame(painter: QPainter, sent: QRect, theme: Theme) -> None:
    """Outline the part that is sent. Nothing is shaded: the picture is there to be judged."""
    for name, aside in (("hairline", 1), ("text", 0)):  # one of the two is seen on any ground
        painter.setPen(theme.colour(name))
        painter.drawRect(sent.adjusted(-1 - aside, -1 - aside, aside, aside))


def draw_guides(painter: QPainter, picture: QRect, theme: Theme, parts: tuple[int, ...]) -> None:
    """Lines that cut the picture into so many equal parts both ways: 3 for thirds, 2 its centre."""
    cuts = sorted({cut / number for number in parts for cut in range(1, number)})
    box = QRectF(picture)
    for name, aside in (("hairline", 1), ("text", 0)):  # one of the two is seen on any ground
        painter.setPen(theme.colour(name))
        for cut in cuts:
            x = math.floor(box.left() + cut * box.width()) + aside
            y = math.floor(box.top() + cut * box.height()) + aside
            painter.drawLine(x, picture.top(), x, picture.bottom())
            painter.drawLine(picture.left(), y, picture.right(), y)


def draw_pixel_grid(painter: QPainter, seen: QRect, view: Viewport, theme: Theme) -> None:
    """The borders between the picture's pixels, within the part `seen` of it."""
    from PySide6.QtCore import QLineF  # rarely wanted, and never at first

    painter.save()
    # Taken away from what is there, or the other way round: seen on dark and light alike.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.setPen(theme.colour("pixel_grid"))
    x, y = view.origin
    lines = []
    for column in range(
        math.ceil((seen.left() - x) / view.zoom), math.floor((seen.right() - x) / view.zoom) + 1
    ):
        place = x + column * view.zoom
        lines.append(QLineF(place, seen.top(), place, seen.bottom()))
    for row in range(
        math.ceil((seen.top() - y) / view.zoom), math.floor((seen.bottom() - y) / view.zoom) + 1
    ):
        place = y + row * view.zoom
        lines.append(QLineF(seen.left(), place, seen.right(), place))
    painter.drawLines(lines)
    painter.restore()


def draw_word(
    painter: QPainter,
    area: QRect,
    word: str,
    theme: Theme,
    ratio: float,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    edge: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignTop,
) -> None:
    """A word on a dark ground, a little inside the corner of `area` that `side` and `edge` name;
    elided where it is too long. `ratio`: device pixels in a device-independent one."""
    grid, radius = theme.size("grid"), theme.size("radius")
    painter.save()
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font("font_small"))
    metrics = painter.fontMetrics()
    left, top = area.left() / ratio + 3 * grid, area.top() / ratio + 3 * grid
    room = QRectF(left, top, area.width() / ratio - 6 * grid, area.height() / ratio - 6 * grid)
    most = min(room.width() - 4 * grid, _WORD_WIDTH)
    word = metrics.elidedText(word, Qt.TextElideMode.ElideRight, math.floor(most))
    pill = QRectF(left, top, metrics.horizontalAdvance(word) + 4 * grid, 6 * grid)
    if side == Qt.AlignmentFlag.AlignRight:
        pill.moveRight(room.right())
    elif side == Qt.AlignmentFlag.AlignHCenter:
        pill.moveLeft(room.center().x() - pill.width() / 2)
    if edge == Qt.AlignmentFlag.AlignBottom:
        pill.moveBottom(room.bottom())
    ground = theme.colour("field")
    ground.setAlpha(_GROUND)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(pill, radius, radius)
    painter.setPen(theme.colour("text"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, word)
    painter.restore()
