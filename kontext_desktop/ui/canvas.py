"""The picture under the hand: zoomed, panned, compared with what was before; takes dropped files.

It is given pictures, and what the hand does comes out as signals; it knows no workbench.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, QRectF, Qt, QTimer, Signal
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
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from kontext_desktop.first_words import Frame, Size
from kontext_desktop.ui.overlays import draw_frame, draw_outline, draw_word, fill_around
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import Point, Viewport
from kontext_desktop.workbench import Picture

_SMOOTH_LIMIT = 3_000_000
"""Device pixels that are filtered even while moving: some 8 ms on one slow core, half a frame."""

_REST_MS = 120
"""Without movement for so long, a larger view is drawn filtered again."""

_WHEEL_NOTCH = 120
_ARROW_PAN = 64
_ARROWS = {
    Qt.Key.Key_Left: (_ARROW_PAN, 0),
    Qt.Key.Key_Right: (-_ARROW_PAN, 0),
    Qt.Key.Key_Up: (0, _ARROW_PAN),
    Qt.Key.Key_Down: (0, -_ARROW_PAN),
}


if TYPE_CHECKING:
    from kontext_desktop.ui.pyramid import Pyramid


class Canvas(QWidget):
    zoom_changed = Signal(float)
    """Device pixels per picture pixel; also emitted when only `fitted` changed."""
    pixel_hovered = Signal(object)
    """(x, y, (r, g, b)) in document space, sRGB 8 bit; the colour is None while only a preview is
    there. None when the pointer is not on the picture."""
    detail_wanted = Signal()
    """More is looked for than a preview can show: its pixels are seen, or a colour is asked for."""
    files_dropped = Signal(list)
    """list[Path]"""
    image_dropped = Signal(object)
    """QImage"""
    drop_refused = Signal()
    """What was dropped is neither a file of this computer nor a picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Picture")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self._theme = theme
        self._viewport = Viewport()
        self._shown: Pyramid | None = None
        self._before: Pyramid | None = None
        self._frame: Frame | None = None
        self._awaited_view = ""
        self._detailed = ""
        """The version whose detail was asked for."""
        self._holds_before = False
        self._has_hand = False
        self._drop_hovers = False
        self._dragged_from: QPointF | None = None
        self._pointer: QPointF | None = None
        self._wheel = 0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.update)

    # What is shown

    def set_picture(self, picture: Picture | None) -> None:
        """Show a picture, or nothing. One of the same size takes the place of the last: zoom and
        position stay. A preview is drawn at the size of the document it stands for."""
        last = self._shown.picture.version_id if self._shown else None
        if picture is None or picture.version_id != last:
            self._before = None
            self._detailed = ""
        self._shown = None if picture is None else _pyramid(picture)
        if picture is not None:
            self._viewport.set_document(picture.size)
            if self._awaited_view:
                self._viewport.restore(self._awaited_view)
                self._awaited_view = ""
        self._refresh()

    def set_before(self, picture: Picture | None) -> None:
        """What `hold_before` shows in the place of the picture."""
        self._before = None if picture is None else _pyramid(picture)
        self._refresh()

    def hold_before(self, held: bool) -> None:
        self._holds_before = held
        self._refresh()

    def set_frame(self, frame: Frame | None) -> None:
        """Outline the part that would be sent; nothing is drawn when that is the whole picture."""
        if frame != self._frame:
            self._frame = frame
            self.update()

    # Zoom and position

    @property
    def zoom(self) -> float:
        return self._viewport.zoom

    @property
    def fitted(self) -> bool:
        return self._viewport.fitted

    def fit(self) -> None:
        self._viewport.fit()
        self._move()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom with the picture pixel under `at` (in the widget; its middle) kept in place."""
        self._viewport.zoom_to(zoom, self._in_view(at))
        self._move()

    def zoom_by_steps(self, steps: int, at: QPointF | None = None) -> None:
        """`steps` rungs of the zoom ladder in (positive) or out."""
        self._viewport.step(steps, self._in_view(at))
        self._move()

    def toggle_full_size(self, at: QPointF | None = None) -> None:
        """Between 1:1 at a place and the whole picture."""
        if self.zoom == 1.0:
            self.fit()
        else:
            self.zoom_to(1.0, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by device-independent pixels."""
        ratio = self.devicePixelRatioF()
        self._viewport.pan(dx * ratio, dy * ratio)
        self._move()

    def show_at(self, position: QPointF, at: QPointF) -> None:
        """Move the picture so that a document position is drawn at a place of the widget."""
        now = self._viewport.to_view(Point(position.x(), position.y()))
        wanted = self._in_view(at)
        self._viewport.pan(wanted.x - now.x, wanted.y - now.y)
        self._move()

    def set_hand(self, held: bool) -> None:
        """While held, a drag pans whatever else a drag may come to mean."""
        self._has_hand = held
        self._choose_cursor()

    def view_state(self) -> str:
        """Zoom and position as text for `restore_view`."""
        return self._awaited_view or self._viewport.state()

    def restore_view(self, state: str) -> None:
        """Take up a kept view, now or with the next picture; one of another size is fitted."""
        if self._shown is None:
            self._awaited_view = state
        else:
            self._viewport.restore(state)
            self._move()

    def document_position(self, at: QPointF) -> QPointF:
        """The document position drawn at a place of the widget; may lie outside the picture."""
        return QPointF(*self._viewport.to_document(self._in_view(at)))

    def _in_view(self, at: QPointF | None) -> Point:
        at = QRectF(self.rect()).center() if at is None else at
        ratio = self.devicePixelRatioF()
        return Point(at.x() * ratio, at.y() * ratio)

    def _fill_view(self) -> None:
        ratio = self.devicePixelRatioF()
        size = Size(math.floor(self.width() * ratio), math.floor(self.height() * ratio))
        self._viewport.set_view(size, round(6 * self._theme.size("grid") * ratio))
        self._move()

    def _move(self) -> None:
        """The view has moved: draw quickly now, and filtered once it rests."""
        self._rest.start()
        self._refresh()

    def _refresh(self) -> None:
        self.update()
        self._choose_cursor()
        self._report_pixel()
        if self._shown is not None:
            self.zoom_changed.emit(self.zoom)
            if self._shown.is_enlarged(self.zoom):
                self._want_detail()

    def _want_detail(self) -> None:
        """Once for each version: what cannot be had is not asked for with every move."""
        shown = self._shown
        if shown and shown.picture.preview and shown.picture.version_id != self._detailed:
            self._detailed = shown.picture.version_id
            self.detail_wanted.emit()

    def _report_pixel(self) -> None:
        visible = self._visible
        if visible is not None and self._pointer is not None:
            at = self._viewport.to_document(self._in_view(self._pointer))
            x, y = math.floor(at.x), math.floor(at.y)
            width, height = self._viewport.document
            if 0 <= x < width and 0 <= y < height:
                self.pixel_hovered.emit((x, y, visible.find_colour(x, y)))
                return
        self.pixel_hovered.emit(None)

    def _choose_cursor(self) -> None:
        if self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._shown and (self._has_hand or self._viewport.pannable):
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    @property
    def shows_before(self) -> bool:
        """Held, and there is something to show."""
        return self._holds_before and self._before is not None

    @property
    def _visible(self) -> Pyramid | None:
        return self._before if self.shows_before else self._shown

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        if not ratio.is_integer():
            # On a screen scaled by 1.25 or 1.5 the widget may begin between two device pixels.
            corner = painter.deviceTransform().map(QPointF(0, 0))
            painter.translate(round(corner.x()) - corner.x(), round(corner.y()) - corner.y())

        view = self._viewport
        room = QRect(0, 0, view.view.width + 1, view.view.height + 1)
        visible = self._visible
        if visible is None:
            painter.setBackground(self._theme.colour("canvas"))
            painter.eraseRect(room)
        else:
            picture = self._place(Frame.whole(view.document))
            # Its edge may lie within a pixel, which then is not wholly covered.
            inside = picture.adjusted(1, 1, -1, -1)
            fill_around(painter, room, inside, self._theme.colour("canvas"))
            seen = picture.intersected(room)
            small = seen.width() * seen.height() <= _SMOOTH_LIMIT
            visible.draw(painter, view, filtered=small or not self._rest.isActive())
            draw_outline(painter, picture, self._theme)
            if self.shows_before:
                draw_word(painter, QPointF(seen.topLeft()), "Before", self._theme, ratio)
            elif self._frame and self._frame.size != view.document:
                draw_frame(painter, picture, self._place(self._frame), self._theme)
        if self._drop_hovers:
            painter.setPen(QPen(self._theme.colour("accent"), 2 * ratio))
            painter.drawRect(QRectF(room).adjusted(ratio, ratio, -1 - ratio, -1 - ratio))

    def _place(self, part: Frame) -> QRect:
        """Where a part of the document lies in the view, in device pixels."""
        zoom = self._viewport.zoom
        x, y = self._viewport.origin
        left, top = round(part.x * zoom), round(part.y * zoom)
        right, bottom = round((part.x + part.width) * zoom), round((part.y + part.height) * zoom)
        return QRect(x + left, y + top, max(right - left, 1), max(bottom - top, 1))

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fill_view()

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
        pans = left and (self._has_hand or self._viewport.pannable)
        if self._shown and (pans or event.button() == Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            self._choose_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._dragged_from is None:
            self._report_pixel()
            self._want_detail()
            return
        moved = event.position() - self._dragged_from
        self._dragged_from = event.position()
        self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._choose_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._shown and event.button() == Qt.MouseButton.LeftButton:
            self.toggle_full_size(event.position())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._pointer = event.position()
        self._report_pixel()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._report_pixel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _ARROWS.get(Qt.Key(event.key()))
        if move and self._shown:
            self.pan(*move)
        else:
            super().keyPressEvent(event)

    # Dropping

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


def _pyramid(picture: Picture) -> Pyramid:
    from kontext_desktop.ui.pyramid import Pyramid  # the first paint has no picture

    return Pyramid(picture)
