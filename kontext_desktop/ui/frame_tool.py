"""The frame under the hand: which part of the picture is sent, drawn over it, dragged, nudged.

It sees the canvas and a plan, and says what the hand makes of the region; it knows no workbench.
"""

from __future__ import annotations

from PySide6.QtCore import QLine, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from kontext_desktop.first_words import Frame, Size
from kontext_desktop.framing import Plan
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.frame_drag import Handle, drawn, moved, resized
from kontext_desktop.ui.frame_words import share
from kontext_desktop.ui.overlays import draw_frame, draw_guides, draw_word, fill_around
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import Point

_REACH = 9.0
"""Device-independent pixels to each side of an edge within which the hand holds it."""
_SLACK = 4.0
"""As far as a click may slip without being a drag."""
_VEIL, _THIN_VEIL = 150, 70
"""Opacity, of 255, of the shade over what is not sent, and over what is sent along."""
_ARM = 14
"""Length of the marks at the corners, in device-independent pixels; those on the edges are half."""
_HATCH = 8
"""Device-independent pixels between the lines over a mirrored border."""
_NUDGE, _LARGE_NUDGE = 1, 10
"""Document pixels."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_INSIDE = Handle(0, 0)
_CURSORS = {
    -1: Qt.CursorShape.SizeBDiagCursor,
    1: Qt.CursorShape.SizeFDiagCursor,
}


class FrameTool(QObject):
    region_drawn = Signal(object)
    """Frame that the person wants to send, while the hand moves; None: the whole picture."""
    left = Signal()

    def __init__(self, canvas: Canvas, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._theme = theme
        self._picture = Size(0, 0)
        self._plan: Plan | None = None
        self._region: Frame | None = None
        self._ratio: float | None = None
        self.active = False
        """Whether it has the hand; else it only draws."""
        self._begun: Frame | None = None
        """The region when the tool was taken up."""
        self._grip: Handle | None = None
        """What the hand holds; None with a hand that is down: it draws a new region out."""
        self._down: QPointF | None = None
        self._slips = True
        self._base: Frame | None = None
        """The rectangle as it was when the hand went down, and the region then."""
        self._before: Frame | None = None

    def begin(self, region: Frame | None) -> None:
        """Take the hand; `region` is what there is to go back to."""
        self.active, self._begun, self._down = True, region, None

    def end(self) -> None:
        self.active, self._down = False, None

    def show_plan(self, picture: Size, plan: Plan, region: Frame | None, ratio: str | None) -> None:
        """What would be sent now. With a ratio its shape is kept while dragging."""
        self._picture, self._plan, self._region = picture, plan, region
        self._ratio = plan.shape.ratio if ratio else None
        self._canvas.update()

    @property
    def frame(self) -> Frame:
        """The rectangle that the hand works on: the region, or what is sent without one."""
        if self._region is not None or self._plan is None:
            return self._region or Frame.whole(self._picture)
        return self._plan.frame

    # The hand

    def press(self, event: QMouseEvent) -> bool:
        """False when the press is not the tool's. With Shift a new region is drawn anywhere."""
        if not self.active:
            return False
        self._down, self._slips = event.position(), True
        anew = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._grip = None if anew else self._grip_at(event.position())
        self._base, self._before = self.frame, self._region
        return True

    def move(self, at: QPointF) -> bool:
        """True while the hand is down."""
        if self._down is None or self._base is None:
            return False
        way = at - self._down
        if self._slips and max(abs(way.x()), abs(way.y())) < _SLACK:
            return True
        self._slips = False
        self._say(self._dragged(at, self._base))
        return True

    def release(self) -> None:
        self._down = None

    def double_click(self) -> bool:
        if not self.active:
            return False
        self._down = None
        self._say(None)
        return True

    def press_key(self, event: QKeyEvent) -> bool:
        """True for a key that is the tool's."""
        direction = _ARROWS.get(Qt.Key(event.key()))
        if not self.active:
            return False
        if direction is not None and not self._is_whole:
            large = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = _LARGE_NUDGE if large else _NUDGE
            self._say(moved(self.frame, direction[0] * step, direction[1] * step, self._picture))
        else:
            return False
        return True

    def go_back(self) -> None:
        """Undo the drag under way; else all since the tool was taken up, and leave it."""
        if self._down is not None and not self._slips:
            self._down = None
            self._say(self._before)
        else:
            self._say(self._begun)
            self.left.emit()

    def choose_cursor(self, at: QPointF) -> Qt.CursorShape | None:
        if not self.active:
            return None
        grip = self._grip if self._down is not None else self._grip_at(at)
        if grip is None:
            return Qt.CursorShape.CrossCursor
        if grip == _INSIDE:
            return Qt.CursorShape.SizeAllCursor
        if 0 in grip:
            return Qt.CursorShape.SizeHorCursor if grip.x else Qt.CursorShape.SizeVerCursor
        return _CURSORS[grip.x * grip.y]

    @property
    def _is_whole(self) -> bool:
        return self.frame == Frame.whole(self._picture)

    def _dragged(self, at: QPointF, base: Frame) -> Frame:
        assert self._down is not None
        start, end = self._position(self._down), self._position(at)
        if self._grip is None:
            return drawn(start, end, self._ratio, self._picture)
        across, down = end.x - start.x, end.y - start.y
        if self._grip == _INSIDE:
            return moved(base, across, down, self._picture)
        # The edge keeps its distance from the hand that took hold beside it.
        x = base.x + (base.width if self._grip.x > 0 else 0) + across
        y = base.y + (base.height if self._grip.y > 0 else 0) + down
        return resized(base, self._grip, Point(x, y), self._ratio, self._picture)

    def _say(self, region: Frame | None) -> None:
        if region != self._region:
            self.region_drawn.emit(region)

    def _position(self, at: QPointF) -> Point:
        return Point(*self._canvas.document_position(at).toTuple())

    def _grip_at(self, at: QPointF) -> Handle | None:
        """What the hand would take hold of; None: nothing, it would draw."""
        zoom = self._canvas.zoom / self._canvas.devicePixelRatioF()
        x, y, width, height = (side * zoom for side in self.frame)
        position = self._position(at)
        across = _grip(position.x * zoom - x, width)
        down = _grip(position.y * zoom - y, height)
        if across is None or down is None or (across == down == 0 and self._is_whole):
            return None
        return Handle(across, down)

    # Drawing

    def draw(self, painter: QPainter, ratio: float) -> None:
        """Over a pane, in device pixels: `ratio` of them in a device-independent one."""
        plan = self._plan
        if plan is None:
            return
        canvas, theme = self._canvas, self._theme
        picture = canvas.place(Frame.whole(self._picture))
        sent, held = canvas.place(plan.frame), canvas.place(self.frame)
        if not self.active:
            draw_border(painter, plan, canvas, theme, ratio)
            draw_frame(painter, sent, theme)
            return
        veil = theme.colour("hairline")
        veil.setAlpha(_VEIL)
        fill_around(painter, picture, sent, veil)
        veil.setAlpha(_THIN_VEIL)
        fill_around(painter, sent, held, veil)
        draw_border(painter, plan, canvas, theme, ratio)
        if sent != held:
            draw_dashes(painter, sent, theme, ratio)
        draw_guides(painter, held, theme, (3,))
        self._draw_outline(painter, held, round(ratio))
        if held.width() > 150 * ratio and held.height() > 60 * ratio:
            word = f"{self.frame.size} · comes back at {share(plan)}"
            room = QRect(0, 0, round(canvas.width() * ratio), round(canvas.height() * ratio))
            draw_word(painter, held.intersected(room), word, theme, ratio)

    def _draw_outline(self, painter: QPainter, held: QRect, unit: int) -> None:
        theme = self._theme
        for name, aside in (("hairline", unit), ("text", 0)):
            pen = QPen(theme.colour(name), unit)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(held.adjusted(-unit - aside, -unit - aside, aside, aside))
        for mark in _list_marks(held, unit):
            painter.fillRect(mark.adjusted(-unit, -unit, unit, unit), theme.colour("hairline"))
        for mark in _list_marks(held, unit):
            painter.fillRect(mark, theme.colour("text"))


def draw_border(painter: QPainter, plan: Plan, canvas: Canvas, theme: Theme, ratio: float) -> None:
    """Hatch what is sent beyond the picture: its mirror image."""
    if not plan.is_padded:
        return
    inside, area = canvas.place(plan.frame), canvas.place(plan.area)
    painter.setPen(QPen(theme.colour("outline_hover"), round(ratio)))
    for part in (
        QRect(area.left(), area.top(), inside.left() - area.left(), area.height()),
        QRect(inside.right() + 1, area.top(), area.right() - inside.right(), area.height()),
        QRect(inside.left(), area.top(), inside.width(), inside.top() - area.top()),
        QRect(inside.left(), inside.bottom() + 1, inside.width(), area.bottom() - inside.bottom()),
    ):
        if not part.isEmpty():
            painter.fillRect(part, theme.colour("panel"))
            painter.drawLines(_list_hatches(part, round(_HATCH * ratio)))
    draw_dashes(painter, area, theme, ratio)


def _list_hatches(part: QRect, step: int) -> list[QLine]:
    """Slanting lines that end at the edges of `part`, alike in all parts."""
    left, top, right, bottom = part.left(), part.top(), part.right(), part.bottom()
    lines = []
    first = (left + top) // step * step
    for place in range(first, right + bottom + 1, step):  # on each, x + y is the same
        start, end = max(left, place - bottom), min(right, place - top)
        if start <= end:
            lines.append(QLine(start, place - start, end, place - end))
    return lines


def draw_dashes(painter: QPainter, box: QRect, theme: Theme, ratio: float) -> None:
    unit = round(ratio)
    outline = QRectF(box.adjusted(-unit, -unit, 0, 0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("hairline"), unit))
    painter.drawRect(outline)
    pen = QPen(theme.colour("text"), unit)
    pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.drawRect(outline)


def _grip(at: float, length: float) -> int | None:
    """Which end of a line the hand holds, 0 between them, None beside it. A short line leaves a
    third of itself for its middle."""
    inward = min(_REACH, length / 3)
    if not -_REACH <= at <= length + _REACH:
        return None
    if at < inward:
        return -1
    return 1 if at > length - inward else 0


def _list_marks(held: QRect, unit: int) -> list[QRect]:
    """The bars at corners and edges that say where to take hold; outside of the rectangle."""
    thick, arm = 3 * unit, min(_ARM * unit, held.width() // 3, held.height() // 3)
    left, top = held.left() - thick, held.top() - thick
    right, bottom = held.right() + 1, held.bottom() + 1
    middle_x = held.center().x() - arm // 2
    middle_y = held.center().y() - arm // 2
    marks = []
    for x in (left, right):
        marks.append(QRect(x, middle_y, thick, arm))
        marks += [QRect(x, top, thick, arm + thick), QRect(x, bottom - arm, thick, arm + thick)]
    for y in (top, bottom):
        marks.append(QRect(middle_x, y, arm, thick))
        marks += [QRect(left, y, arm + thick, thick), QRect(right - arm, y, arm + thick, thick)]
    return marks
