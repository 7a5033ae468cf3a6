"""The lines of the history: their data for Qt, loaded as they are scrolled to, and how one is
drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
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
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kontext_desktop.catalog import dollars
from kontext_desktop.first_words import JobState
from kontext_desktop.model import Line
from kontext_desktop.ui.pieces import plain_tip
from kontext_desktop.ui.pixels import centred
from kontext_desktop.ui.theme import Theme

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 76
THUMBNAIL = QSize(88, 66)
KEPT = 600
"""Thumbnails kept; the ones not looked at for longest make room."""
_LINE = Qt.ItemDataRole.UserRole
_DOT = 7
STATES = {
    JobState.DONE: "Ready",
    JobState.FAILED: "Failed",
    JobState.EXPIRED: "Expired",
    JobState.CANCELLED: "Cancelled",
    JobState.QUEUED: "Waiting",
    JobState.SENDING: "Sending",
    JobState.RUNNING: "Generating",
    JobState.DOWNLOADING: "Collecting",
    JobState.UNSURE: "Without an answer",
}


class HistoryModel(QAbstractListModel):
    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self._places: dict[str, int] = {}
        self._has_more = False
        self._thumbnails: OrderedDict[str, QPixmap] = OrderedDict()

    def show_page(self, lines: Sequence[Line], first: bool, has_more: bool) -> None:
        """Show the first page of a search, or the next one below what is shown."""
        self._has_more = has_more
        if first:
            self.beginResetModel()
            self.lines, self._places = [], {}
            self._take(lines)
            self.endResetModel()
        elif lines:
            at = len(self.lines)
            self.beginInsertRows(QModelIndex(), at, at + len(lines) - 1)
            self._take(lines)
            self.endInsertRows()

    def _take(self, lines: Sequence[Line]) -> None:
        for place, line in enumerate(lines, len(self.lines)):
            if line.version_id:
                self._places[line.version_id] = place
        self.lines += lines

    def canFetchMore(self, parent: AnyIndex) -> bool:
        return self._has_more and not parent.isValid()

    def fetchMore(self, parent: AnyIndex) -> None:
        self.more_wanted.emit()

    def list_missing(self, first: int, last: int) -> list[str]:
        """The versions of these lines whose thumbnails are not at hand."""
        ids = [line.version_id for line in self.lines[first : last + 1]]
        return [one for one in ids if one and one not in self._thumbnails]

    def forget_thumbnails(self) -> None:
        self._thumbnails.clear()

    def show_thumbnail(self, version_id: str, thumbnail: QPixmap) -> None:
        place = self._places.get(version_id)
        if place is not None:
            self._thumbnails[version_id] = thumbnail
            while len(self._thumbnails) > KEPT:
                self._thumbnails.popitem(last=False)
            index = self.index(place)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def find_line(self, index: AnyIndex) -> Line | None:
        return self.lines[index.row()] if index.isValid() else None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.find_line(index)
        if line is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title_of(line)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(line.prompt)
            case Qt.ItemDataRole.DecorationRole:
                if line.version_id in self._thumbnails:
                    self._thumbnails.move_to_end(line.version_id)
                return self._thumbnails.get(line.version_id)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(
                    (title_of(line), line.document_name, facts_of(line), opinion_of(line))
                )
            case Qt.ItemDataRole.UserRole:
                return line
        return None


def title_of(line: Line) -> str:
    text = line.name or line.title or line.prompt
    return " ".join(text.split())


def facts_of(line: Line) -> str:
    """When it was made, and from what figures."""
    when = f"{datetime.fromtimestamp(line.created_at):%Y-%m-%d %H:%M}"
    parts = [when]
    if line.state is not None and line.state is not JobState.DONE:
        parts.append(STATES[line.state])
    if line.seed is not None:
        parts.append(f"seed {line.seed}")
    if line.ratio:
        parts.append(line.ratio)
    if line.cost and not line.practice:
        parts.append(dollars(line.cost))
    return " · ".join(parts)


def where_of(line: Line, metrics: QFontMetrics, width: int) -> str:
    """In which picture, and the facts; a long file name gives way to these, in its middle."""
    facts = f" · {facts_of(line)}"
    room = max(width - metrics.horizontalAdvance(facts), width // 4)
    return metrics.elidedText(line.document_name, Qt.TextElideMode.ElideMiddle, room) + facts


def opinion_of(line: Line) -> str:
    flag = {"pick": "Pick", "reject": "Reject"}.get(line.flag, "")
    return " · ".join(part for part in (flag, "★" * line.rating, *line.tags) if part)


class HistoryPainter(QStyledItemDelegate):
    """Draws a line: its picture, whose it is, when it was made, what is said of it."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title, self._small = theme.font(), theme.font("font_small")

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(320, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line: Line = index.data(_LINE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = rect.adjusted(0, 1, -4, -1)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            path = QPainterPath()
            path.addRoundedRect(QRectF(card), self._theme.size("radius"), 4)
            painter.fillPath(path, self._theme.colour("selected" if chosen else "raised"))
        picture = QRect(card.topLeft(), THUMBNAIL).translated(6, 4)
        self._paint_picture(painter, picture, line, index.data(Qt.ItemDataRole.DecorationRole))
        words = card.adjusted(picture.right() + 13 - card.left(), 4, -12, -4)
        self._paint_words(painter, words, line, chosen)
        painter.restore()

    def _paint_picture(
        self, painter: QPainter, area: QRect, line: Line, thumbnail: QPixmap | None
    ) -> None:
        painter.fillRect(area, self._theme.colour("field"))
        if thumbnail is not None:
            painter.setOpacity(0.4 if line.flag == "reject" else 1.0)
            painter.drawPixmap(centred(thumbnail, area), thumbnail)
            painter.setOpacity(1.0)
        elif line.state is not None and not line.version_id:
            painter.setFont(self._small)
            painter.setPen(self._theme.colour("text_secondary"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "No picture")

    def _paint_words(self, painter: QPainter, area: QRect, line: Line, chosen: bool) -> None:
        secondary = self._theme.colour("text_secondary_selected" if chosen else "text_secondary")
        title = self._theme.colour("text") if line.flag != "reject" else secondary
        heights = [QFontMetrics(font).lineSpacing() for font in (self._title, *[self._small] * 2)]
        top = area.top() + max(0, area.height() - sum(heights) - 4) // 2
        first, second, third = (
            QRect(area.left(), top + sum(heights[:n]) + 2 * n, area.width(), heights[n])
            for n in range(3)
        )
        right = "practice" if line.practice else ""
        self._write(painter, first, title_of(line), self._title, title, right, secondary)
        where = where_of(line, QFontMetrics(self._small), second.width())
        self._write(painter, second, where, self._small, secondary)
        opinion = opinion_of(line)
        if line.flag:
            tone = self._theme.colour("good" if line.flag == "pick" else "trouble")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone)
            painter.drawEllipse(QRect(third.left(), third.center().y() - _DOT // 2, _DOT, _DOT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            third.adjust(_DOT + 5, 0, 0, 0)
        self._write(painter, third, opinion, self._small, secondary)

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        font: QFont,
        colour: QColor,
        right: str = "",
        right_colour: QColor | None = None,
    ) -> None:
        """A line of text, and another, smaller, at its right end."""
        if right:
            painter.setFont(self._small)
            painter.setPen(right_colour or colour)
            width = QFontMetrics(self._small).horizontalAdvance(right)
            ends = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(area, ends, right)
            area = area.adjusted(0, 0, -width - 12, 0)
        painter.setFont(font)
        painter.setPen(colour)
        words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
