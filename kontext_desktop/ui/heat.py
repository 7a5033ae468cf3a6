"""The heat map of a comparison: where two versions differ, and how much, as colours."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from kontext_desktop.model import HEAT_SCALE
from kontext_desktop.ui.pixels import Shown
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench.state import Heat as Measured

_BAR = 180, 10
"""Width and height of the scale, device-independent pixels."""


class Heat(NamedTuple):
    colours: Shown
    mean: float

    @classmethod
    def of(cls, measured: Measured) -> Heat:
        return cls(Shown.over(measured.colours), measured.mean)


def draw_scale(painter: QPainter, area: QRect, theme: Theme, ratio: float) -> None:
    """What the colours mean, at the upper left of `area`."""
    grid, radius = theme.size("grid"), theme.size("radius")
    width, height = _BAR
    painter.save()
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font("font_small"))
    line = painter.fontMetrics().height()
    whole = QRectF(0, 0, width + 8 * grid, height + line + 4 * grid)
    whole.moveLeft(area.left() / ratio + 3 * grid)
    whole.moveTop(area.top() / ratio + 11 * grid)  # below the word in that corner
    ground = theme.colour("field")
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(whole, radius, radius)
    bar = QRectF(whole.left() + 4 * grid, whole.top() + 1.5 * grid, width, height)
    # Even steps of the scale's own stops: the small differences are those that matter.
    last = len(HEAT_SCALE) - 1
    ramp = QLinearGradient(bar.topLeft(), bar.topRight())
    for place, (_, colour) in enumerate(HEAT_SCALE):
        ramp.setColorAt(place / last, QColor(*colour))
    painter.setBrush(ramp)
    painter.drawRect(bar)
    painter.setPen(theme.colour("text"))
    for place, (step, _) in enumerate(HEAT_SCALE):
        at = bar.left() + place / last * width
        words = f"{step:g}" + ("+" if place == last else "")
        box = QRectF(at - 20, bar.bottom() + grid / 2, 40, math.ceil(line))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()
