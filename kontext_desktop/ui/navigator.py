"""A small overview, with the part that is seen, of a picture larger than the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.overlays import fill_around
from kontext_desktop.ui.theme import Theme

_LARGEST = QSize(176, 132)
_VEIL = 110
"""Opacity, of 255, of the shade over what is not seen."""


class Navigator(QWidget):
    """A press or drag in it brings that place into the middle of the canvas."""

    def __init__(self, canvas: Canvas, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("navigator")
        self.setAccessibleName("Overview")
        self.setToolTip("Drag to look elsewhere. N puts it away")
        self._canvas = canvas
        self._theme = theme
        self._small = QPixmap()
        self._small_of = 0
        edge = 4 * theme.size("grid")
        self.setContentsMargins(0, 0, edge, 0)
        self._edge = QSize(edge, 0)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def follow(self) -> None:
        """Show what the canvas shows now."""
        picture = self._canvas.overview()
        if picture is None:
            return
        size = self._canvas.document_size().scaled(_LARGEST, Qt.AspectRatioMode.KeepAspectRatio)
        ratio = self.devicePixelRatioF()
        if picture.cacheKey() != self._small_of or self._small.devicePixelRatio() != ratio:
            scaled = picture.scaled(
                size * ratio,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._small = QPixmap.fromImage(scaled.copy())
            self._small.setDevicePixelRatio(ratio)
            self._small_of = picture.cacheKey()
            self.setFixedSize(size + QSize(2, 2) + self._edge)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area
        painter.fillRect(area.adjusted(-1, -1, 1, 1), self._theme.colour("hairline"))
        painter.drawPixmap(area, self._small)
        seen = self._seen(area)
        veil = self._theme.colour("hairline")
        veil.setAlpha(_VEIL)
        fill_around(painter, area, seen, veil)
        painter.setPen(QPen(self._theme.colour("text"), 1))
        painter.drawRect(seen.adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    @property
    def _area(self) -> QRect:
        """Where the picture is drawn."""
        return self.contentsRect().adjusted(1, 1, -1, -1)

    def _seen(self, area: QRect) -> QRect:
        whole, part = self._canvas.document_size(), self._canvas.seen_part()
        x, y = area.width() / max(whole.width(), 1), area.height() / max(whole.height(), 1)
        seen = QRectF(
            area.left() + part.left() * x,
            area.top() + part.top() * y,
            part.width() * x,
            part.height() * y,
        ).toAlignedRect()
        return seen.intersected(area)

    def _look_at(self, at: QPointF) -> None:
        area, whole = self._area, self._canvas.document_size()
        x = (at.x() - area.left()) / area.width() * whole.width()
        y = (at.y() - area.top()) / area.height() * whole.height()
        self._canvas.show_in_middle(QPointF(x, y))
