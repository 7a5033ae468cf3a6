"""The picture under the hand: zoomed, panned, compared by its divider; takes dropped files.

It is given pictures, and what the hand does comes out as signals; it knows no workbench.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from kontext_desktop.ui.picture_view import PictureView
from kontext_desktop.ui.theme import Theme

_WHEEL_NOTCH = 120
_CLICK = 4
"""A press that moves less, in device-independent pixels, is a click."""
_ARROW_PAN = 64
_ARROWS = {
    Qt.Key.Key_Left: (_ARROW_PAN, 0),
    Qt.Key.Key_Right: (-_ARROW_PAN, 0),
    Qt.Key.Key_Up: (0, _ARROW_PAN),
    Qt.Key.Key_Down: (0, -_ARROW_PAN),
}

if TYPE_CHECKING:
    from kontext_desktop.ui.pyramid import Pyramid


class Canvas(PictureView):
    pixel_hovered = Signal(object)
    """(x, y, pixels.Reading) in document space; the reading is None while only a preview is there.
    None when the pointer is not on the picture."""
    files_dropped = Signal(list)
    """list[Path]"""
    image_dropped = Signal(object)
    """QImage"""
    pane_pressed = Signal(int)
    """One of several pictures side by side was clicked, and not dragged."""
    pane_opened = Signal(int)
    """One of them was double-clicked."""
    drop_refused = Signal()
    """What was dropped is neither a file of this computer nor a picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("canvas")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self._has_hand = False
        self._has_loupe = False
        self._drop_hovers = False
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._drags_divider = False
        self._pointer: QPointF | None = None
        self._wheel = 0

    # What is held, and where the pointer is

    def hold_loupe(self, held: bool) -> None:
        """Show the place under the pointer larger, in each of several pictures side by side."""
        self._has_loupe = held
        self._move_loupe()

    def _move_loupe(self) -> None:
        if self._sheet is None:
            return
        held = self._has_loupe and self._pointer is not None
        at = self._viewport.to_document(self._in_view(self._pointer)) if held else None
        if at != self._sheet.loupe:
            self._sheet.loupe = at
            self.update()

    def set_hand(self, held: bool) -> None:
        """While held, a drag pans whatever else a drag may come to mean."""
        self._has_hand = held
        self._choose_cursor()

    def _report_pixel(self) -> None:
        if self._visible is not None and self._pointer is not None:
            visible = self._picture_at(self._pointer)
            at = self._viewport.to_document(self._in_view(self._pointer))
            x, y = math.floor(at.x), math.floor(at.y)
            width, height = self._viewport.document
            if visible is not None and 0 <= x < width and 0 <= y < height:
                self.pixel_hovered.emit((x, y, visible.find_colour(x, y)))
                return
        self.pixel_hovered.emit(None)

    def _picture_at(self, at: QPointF) -> Pyramid | None:
        """The one whose pixels are drawn there; that of now where both are."""
        comparison, view = self._comparison, self._viewport
        if self._sheet is not None:
            return self._sheet.find(self.pane_at(at))
        if comparison is not None and self._before is not None and not self.shows_before:
            first_pane = comparison.panes == 2 and self.pane_at(at) == 0
            if first_pane or comparison.is_before(self._in_view(at), self._seen(), view):
                return self._before
        return self._visible

    def _is_on_divider(self, at: QPointF) -> bool:
        if self._comparison is None or self._before is None or self.shows_before or self._has_hand:
            return False
        ratio = self.devicePixelRatioF()
        place = self._in_view(at)
        return self._comparison.is_on_divider(place, self._seen(), self._viewport, ratio)

    def _choose_cursor(self) -> None:
        on_divider = self._pointer is not None and self._is_on_divider(self._pointer)
        if self._drags_divider or (on_divider and self._dragged_from is None):
            across = self._comparison is not None and self._comparison.mode == "across"
            split = Qt.CursorShape.SplitVCursor if across else Qt.CursorShape.SplitHCursor
            self.setCursor(split)
        elif self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif (shape := self._tool_cursor()) is not None:
            self.setCursor(shape)
        elif self._shown and (self._has_hand or self._viewport.pannable):
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def _tool_cursor(self) -> Qt.CursorShape | None:
        if self._tool is None or self._pointer is None or self._has_hand:
            return None
        return self._tool.choose_cursor(self._pointer)

    def _view_changed(self) -> None:
        super()._view_changed()
        self._choose_cursor()
        self._report_pixel()

    # The hand

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fill_view()
        elif (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom_to(self.zoom * (1 + event.value()), event.position())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms in steps; two fingers on a trackpad pan, and zoom smoothly with Ctrl."""
        event.accept()
        if self._shown is None:
            return
        fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        if fingers and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self.zoom * 2 ** (event.pixelDelta().y() / 100), event.position())
        elif fingers:
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        else:
            self._wheel += event.angleDelta().y()
            steps = int(self._wheel / _WHEEL_NOTCH)
            self._wheel -= steps * _WHEEL_NOTCH
            if steps:
                self.zoom_by_steps(steps, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position() if left and not self._has_hand else None
        pans = left and (self._has_hand or self._viewport.pannable)
        if left and self._is_on_divider(event.position()):
            self._drags_divider = True
        elif left and self._tool and not self._has_hand and self._tool.press(event):
            self._choose_cursor()
        elif self._shown and (pans or event.button() == Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            self._choose_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self._move_loupe()
        if self._drags_divider and self._comparison is not None:
            self._comparison.drag(self._in_view(event.position()), self._viewport)
            self._move()
            return
        if self._dragged_from is None:
            self._report_pixel()
            if self._tool is not None and self._tool.move(event.position()):
                return
            self._want_detail()
            if self._comparison is not None or self._tool is not None:
                self._choose_cursor()
            return
        moved = event.position() - self._dragged_from
        self._dragged_from = event.position()
        self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._drags_divider = False
        if self._tool is not None:
            self._tool.release()
        self._choose_cursor()
        pressed, self._pressed_at = self._pressed_at, None
        if self._sheet is not None and pressed is not None:
            moved = event.position() - pressed
            if moved.manhattanLength() < _CLICK:
                self.pane_pressed.emit(self.pane_at(pressed))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._sheet is not None:
            self.pane_opened.emit(self.pane_at(event.position()))
            return
        if left and self._tool is not None and self._tool.double_click():
            return
        if self._shown and left and not self._is_on_divider(event.position()):
            self.toggle_full_size(event.position())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._pointer = event.position()
        self._report_pixel()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._move_loupe()
        self._report_pixel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _ARROWS.get(Qt.Key(event.key()))
        if self._tool is not None and self._tool.press_key(event):
            return
        if move and self._shown:
            self.pan(*move)
        else:
            super().keyPressEvent(event)

    # Dropping

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_hovers:
            painter = QPainter(self)
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._mark_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_drop(False)
        event.acceptProposedAction()
        if not self.take(event.mimeData()):
            self.drop_refused.emit()

    def take(self, mime: QMimeData) -> bool:
        """Emit what was dropped or pasted: files of this computer first, then a picture itself.
        False when it is neither."""
        files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if files:
            self.files_dropped.emit(files)
        elif mime.hasImage():
            self.image_dropped.emit(mime.imageData())
        else:
            return False
        return True

    def _mark_drop(self, hovers: bool) -> None:
        self._drop_hovers = hovers
        self.update()
