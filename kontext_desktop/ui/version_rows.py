"""The rows of the version list: their data for Qt, and how one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kontext_desktop.ui.pieces import plain_tip
from kontext_desktop.ui.pixels import centred
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench.listing import VersionRow

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 60
THUMBNAIL = QSize(72, 48)
_INDENT, _MOST_INDENTS = 16, 3
_ROW = Qt.ItemDataRole.UserRole


class VersionModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[VersionRow] = []
        self._thumbnails: dict[str, QPixmap] = {}

    def show_rows(self, rows: Sequence[VersionRow]) -> int:
        """Show these; returns how many new ones went on top of those that stay."""
        old, new = [r.version.id for r in self.rows], [r.version.id for r in rows]
        added = len(new) - len(old)
        if old and added >= 0 and new[added:] == old:
            if added:
                self.beginInsertRows(QModelIndex(), 0, added - 1)
            self.rows = list(rows)
            if added:
                self.endInsertRows()
            self.dataChanged.emit(self.index(added), self.index(len(rows) - 1))
            return added
        self.beginResetModel()
        self.rows = list(rows)
        self._thumbnails = {id_: self._thumbnails[id_] for id_ in new if id_ in self._thumbnails}
        self.endResetModel()
        return 0

    def show_thumbnail(self, version_id: str, thumbnail: QPixmap) -> None:
        index = self.find_index(version_id)
        if index.isValid():
            self._thumbnails[version_id] = thumbnail
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def find_index(self, version_id: str) -> QModelIndex:
        """An invalid index when there is no such row."""
        for place, row in enumerate(self.rows):
            if row.version.id == version_id:
                return self.index(place)
        return QModelIndex()

    def find_row(self, index: AnyIndex) -> VersionRow | None:
        return self.rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.find_row(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(row.tooltip)
            case Qt.ItemDataRole.DecorationRole:
                return self._thumbnails.get(row.version.id)
            case Qt.ItemDataRole.AccessibleTextRole:
                words = [row.title, row.note, "practice" if row.version.practice else ""]
                return ", ".join(word for word in words if word)
            case Qt.ItemDataRole.UserRole:
                return row
        return None


class VersionPainter(QStyledItemDelegate):
    """Draws a row. `shown_version_id` names the one on the canvas."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown_version_id = ""
        self._theme = theme
        self._title_font, self._small_font = theme.font(), theme.font("font_small")

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row: VersionRow = index.data(_ROW)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        shown = row.version.id == self.shown_version_id
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = rect.adjusted(8, 2, -8, -2)
        self._paint_card(painter, card, state, shown)
        indent = _INDENT * min(row.depth, _MOST_INDENTS)
        picture = QRect(card.topLeft(), THUMBNAIL).translated(8 + indent, 4)
        self._paint_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole))
        words = card.adjusted(picture.right() + 9 - card.left(), 2, -8, -2)
        self._paint_words(painter, words, row, shown)
        painter.restore()

    def _paint_card(
        self, painter: QPainter, card: QRect, state: QStyle.StateFlag, shown: bool
    ) -> None:
        radius = self._theme.size("radius")
        path = QPainterPath()
        path.addRoundedRect(QRectF(card), radius, radius)
        if shown:
            painter.fillPath(path, self._theme.colour("selected"))
            painter.setClipPath(path)
            bar = QRect(card.left(), card.top(), 3, card.height())
            painter.fillRect(bar, self._theme.colour("accent"))
            painter.setClipping(False)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillPath(path, self._theme.colour("raised"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _paint_picture(self, painter: QPainter, area: QRect, thumbnail: QPixmap | None) -> None:
        painter.fillRect(area, self._theme.colour("field"))
        if thumbnail is not None:
            painter.drawPixmap(centred(thumbnail, area), thumbnail)

    def _paint_words(self, painter: QPainter, area: QRect, row: VersionRow, shown: bool) -> None:
        small = [row.note, "practice" if row.version.practice else ""]
        secondary = "text_secondary_selected" if shown else "text_secondary"
        lines = [(row.title, self._title_font, "text")]
        lines += [(text, self._small_font, secondary) for text in small if text]
        heights = [QFontMetrics(font).lineSpacing() for _, font, _ in lines]
        top = area.top() + max(0, area.height() - sum(heights)) // 2
        for (text, font, colour), height in zip(lines, heights, strict=True):
            painter.setFont(font)
            painter.setPen(self._theme.colour(colour))
            line = QRect(area.left(), top, area.width(), height)
            words = " ".join(text.split())
            words = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            top += height
