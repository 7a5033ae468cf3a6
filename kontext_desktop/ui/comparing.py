"""Two pictures of one document in one view: split, side by side, onion skin, difference.

Rectangles and positions are device pixels of a painter whose unit is one device pixel.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from kontext_desktop.ui.heat import Heat, draw_scale
from kontext_desktop.ui.overlays import draw_word
from kontext_desktop.ui.pyramid import Pyramid
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import Point, Viewport

_REACH = 7
"""So near to the divider, in device-independent pixels, a drag takes hold of it."""
_KNOB = 7
MOST_DOUBLINGS = 5
MIX_STEPS = 10
_OPAQUE = QImage.Format.Format_RGB32


class Mode(StrEnum):
    SPLIT = "split"
    ACROSS = "across"
    BESIDE = "beside"
    ONION = "onion"
    DIFFERENCE = "difference"
    HEAT = "heat"


class Comparison:
    """How the shown picture and the one before it are drawn together."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.divider = 0.5
        """Where it stands, as a part of the view's width or height: it stays in sight."""
        self.mix = MIX_STEPS // 2
        """How much of the shown picture the onion skin lets through, in steps."""
        self.doublings = 3
        """How often the difference is doubled: small ones are what is looked for."""
        self.heat: Heat | None = None
        """What was measured of these two; None while that is under way."""
        self._sheets: tuple[QImage, QImage] | None = None
        """To work on; kept, for getting so much memory anew costs as much as the drawing."""

    @property
    def panes(self) -> int:
        return 2 if self.mode is Mode.BESIDE else 1

    @property
    def effort(self) -> int:
        """How many times a plain picture this costs to draw, about."""
        return 1 if self.mode in (Mode.SPLIT, Mode.ACROSS) else 2

    def step(self, steps: int) -> None:
        """Less (negative) or more: of the shown picture, or of the difference."""
        self.set_amount((self.mix if self.mode is Mode.ONION else self.doublings) + steps)

    def set_amount(self, amount: int) -> None:
        """`mix` or `doublings`, whichever this mode has."""
        if self.mode is Mode.ONION:
            self.mix = min(max(amount, 0), MIX_STEPS)
        elif self.mode is Mode.DIFFERENCE:
            self.doublings = min(max(amount, 0), MOST_DOUBLINGS)

    @property
    def shows_noise(self) -> bool:
        """Whether what a preview has lost would be seen as a difference."""
        return self.mode is Mode.DIFFERENCE

    # ---- the divider

    def is_on_divider(self, at: Point, seen: QRect, view: Viewport, ratio: float) -> bool:
        if self.mode not in (Mode.SPLIT, Mode.ACROSS):
            return False
        place = at.x if self.mode is Mode.SPLIT else at.y
        return abs(place - self._line(seen, view)) <= _REACH * ratio

    def is_before(self, at: Point, seen: QRect, view: Viewport) -> bool:
        """Whether what is drawn there is the picture before."""
        if self.mode not in (Mode.SPLIT, Mode.ACROSS):
            return False
        return (at.x if self.mode is Mode.SPLIT else at.y) < self._line(seen, view)

    def drag(self, at: Point, view: Viewport) -> None:
        """Bring the divider to a place of the view."""
        width, height = view.view
        part = at.x / max(width, 1) if self.mode is Mode.SPLIT else at.y / max(height, 1)
        self.divider = min(max(part, 0.0), 1.0)

    def _line(self, seen: QRect, view: Viewport) -> int:
        """The first column, or row, that shows the picture as it is now."""
        if self.mode is Mode.SPLIT:
            return min(max(round(self.divider * view.view.width), seen.left()), seen.right() + 1)
        return min(max(round(self.divider * view.view.height), seen.top()), seen.bottom() + 1)

    # ---- drawing

    def draw(
        self,
        painter: QPainter,
        view: Viewport,
        seen: QRect,
        pictures: tuple[Pyramid, Pyramid],
        *,
        filtered: bool,
    ) -> None:
        """Draw both, the one before first in `pictures`, in one pane. `seen`: the part of the view
        that they cover."""
        before, shown = pictures
        match self.mode:
            case Mode.SPLIT | Mode.ACROSS:
                for part, picture in zip(self._halves(seen, view), pictures, strict=True):
                    painter.setClipRect(part)
                    picture.draw(painter, view, filtered=filtered)
                painter.setClipping(False)
            case Mode.ONION:
                before.draw(painter, view, filtered=filtered)
                painter.setOpacity(self.mix / MIX_STEPS)
                shown.draw(painter, view, filtered=filtered)
                painter.setOpacity(1.0)
            case Mode.DIFFERENCE:
                image = self._subtract(view, seen, pictures, filtered)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                painter.drawImage(QRectF(seen), image, QRectF(image.rect()))
            case Mode.HEAT:
                if self.heat is not None:
                    self.heat.colours.draw_over(painter, view, seen, filtered=filtered)
                else:
                    shown.draw(painter, view, filtered=filtered)

    def draw_over(
        self,
        painter: QPainter,
        view: Viewport,
        seen: QRect,
        names: tuple[str, str],
        theme: Theme,
        ratio: float,
    ) -> None:
        """The divider, and what is to be seen where. `names`: before, shown."""
        before, shown = names
        right, bottom = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignBottom
        match self.mode:
            case Mode.SPLIT:
                one, other = self._halves(seen, view)
                self._draw_divider(painter, view, seen, theme, ratio)
                draw_word(painter, one, before, theme, ratio)
                draw_word(painter, other, shown, theme, ratio, right)
            case Mode.ACROSS:
                one, other = self._halves(seen, view)
                self._draw_divider(painter, view, seen, theme, ratio)
                draw_word(painter, one, before, theme, ratio)
                draw_word(painter, other, shown, theme, ratio, edge=bottom)
            case Mode.ONION:
                percent = round(100 * self.mix / MIX_STEPS)
                draw_word(painter, seen, f"{100 - percent} % {before}", theme, ratio)
                draw_word(painter, seen, f"{percent} % {shown}", theme, ratio, right)
            case Mode.DIFFERENCE:
                times = f"Difference × {2**self.doublings}"
                draw_word(painter, seen, times, theme, ratio)
                draw_word(painter, seen, f"from {before}", theme, ratio, right)
            case Mode.HEAT:
                draw_word(painter, seen, f"from {before}", theme, ratio, right)
                if self.heat is None:
                    draw_word(painter, seen, "Measuring the difference", theme, ratio)
                else:
                    draw_word(painter, seen, f"ΔE {self.heat.mean:.1f} on average", theme, ratio)
                    draw_scale(painter, seen, theme, ratio)

    def _subtract(
        self, view: Viewport, seen: QRect, pictures: tuple[Pyramid, Pyramid], filtered: bool
    ) -> QImage:
        """How far the two are apart, channel by channel, doubled; black where they are alike.
        At the size of the screen, so it costs what the view costs; half of it each way for a view
        that moves and is not filtered."""
        before, shown = pictures
        part = 1.0 if filtered else 0.5
        size = (seen.size().toSizeF() * part).toSize().expandedTo(QSize(1, 1))
        if self._sheets is None or self._sheets[0].size() != size:
            self._sheets = (QImage(size, _OPAQUE), QImage(size, _OPAQUE))
        sheet, copy = self._sheets
        painter = QPainter(sheet)
        painter.scale(size.width() / seen.width(), size.height() / seen.height())
        painter.translate(-seen.topLeft())
        shown.draw(painter, view, filtered=filtered)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
        before.draw(painter, view, filtered=filtered)
        painter.end()
        for _ in range(self.doublings):
            _paint(copy, sheet, QPainter.CompositionMode.CompositionMode_Source)
            _paint(sheet, copy, QPainter.CompositionMode.CompositionMode_Plus)
        return sheet

    def _halves(self, seen: QRect, view: Viewport) -> tuple[QRect, QRect]:
        line = self._line(seen, view)
        one, other = QRect(seen), QRect(seen)
        if self.mode is Mode.SPLIT:
            one.setRight(line - 1)
            other.setLeft(line)
        else:
            one.setBottom(line - 1)
            other.setTop(line)
        return one, other

    def _draw_divider(
        self, painter: QPainter, view: Viewport, seen: QRect, theme: Theme, ratio: float
    ) -> None:
        line, thick = self._line(seen, view), max(1, round(ratio))
        if self.mode is Mode.SPLIT:
            bar = QRect(line, seen.top(), thick, seen.height())
        else:
            bar = QRect(seen.left(), line, seen.width(), thick)
        dark = bar.adjusted(-thick, 0, thick, 0)
        if self.mode is Mode.ACROSS:
            dark = bar.adjusted(0, -thick, 0, thick)
        shade = theme.colour("hairline")
        shade.setAlpha(110)
        painter.fillRect(dark, shade)
        painter.fillRect(bar, theme.colour("text"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("hairline"))
        painter.setBrush(theme.colour("text"))
        middle = QRectF(bar).center()
        painter.drawEllipse(middle, _KNOB * ratio, _KNOB * ratio)
        painter.restore()


def _paint(onto: QImage, image: QImage, mode: QPainter.CompositionMode) -> None:
    painter = QPainter(onto)
    painter.setCompositionMode(mode)
    painter.drawImage(QPoint(0, 0), image)
    painter.end()
