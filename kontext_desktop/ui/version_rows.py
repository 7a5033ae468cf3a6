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
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kontext_desktop.ui.pieces import plain_tip
from kontext_desktop.ui.pixels import centred
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench.listing import Joint, VersionRow

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 60
THUMBNAIL = QSize(72, 48)
_INDENT, _RAIL = 16, 7
"""How far a branch is indented, and where the line that leads to it runs within that."""
_DOT = 7
_FLAGS = {"pick": "Pick", "reject": "Reject"}
_BETWEEN = " · "
_ROW = Qt.ItemDataRole.UserRole


class VersionModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[VersionRow] = []
        self._thumbnails: dict[str, QPixmap] = {}

    def show_rows(self, rows: Sequence[VersionRow]) -> None:
        """Show these. Where rows only come in between, those that stay are left alone."""
        old, new = [r.version.id for r in self.rows], [r.version.id for r in rows]
        coming = iter(new)
        if old and all(name in coming for name in old):  # in this order, with others between
            known = set(old)
            for place, row in enumerate(rows):
                if row.version.id not in known:
                    self.beginInsertRows(QModelIndex(), place, place)
                    self.rows.insert(place, row)
                    self.endInsertRows()
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self._thumbnails = {id_: self._thumbnails[id_] for id_ in new if id_ in self._thumbnails}
        self.endResetModel()

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
                said = row.version.annotation
                words = [row.title, _FLAGS.get(said.flag, ""), _stars_in_words(said.rating)]
                words += [row.note, "practice" if row.version.practice else "", *sorted(said.tags)]
                return ", ".join(word for word in words if word)
            case Qt.ItemDataRole.UserRole:
                return row
        return None


class VersionPainter(QStyledItemDelegate):
    """Draws a row. `shown_version_id` names the one on the canvas, `asked_version_id` the one that
    a menu is open for."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown_version_id = self.asked_version_id = ""
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
        asked = row.version.id == self.asked_version_id
        self._paint_card(painter, card, state, shown, asked)
        indent = _INDENT * row.depth
        picture = QRect(card.topLeft(), THUMBNAIL).translated(8 + indent, 4)
        self._paint_lines(painter, rect, picture, row)
        rejected = row.version.annotation.flag == "reject"
        self._paint_picture(
            painter, picture, index.data(Qt.ItemDataRole.DecorationRole), faint=rejected
        )
        words = card.adjusted(picture.right() + 9 - card.left(), 2, -8, -2)
        self._paint_words(painter, words, row, shown)
        painter.restore()

    def _paint_lines(self, painter: QPainter, rect: QRect, picture: QRect, row: VersionRow) -> None:
        """What leads from the row above, past this one, and on to the next."""
        left = picture.left() - _INDENT * row.depth + _RAIL
        here, middle = left + _INDENT * row.depth, picture.center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._theme.colour("outline_hover"), 1))
        for depth in row.rails:
            x = left + _INDENT * depth
            painter.drawLine(x, rect.top(), x, rect.bottom())
        if row.joint in (Joint.BRANCH, Joint.LAST):
            x = here - _INDENT
            painter.drawLine(x, rect.top(), x, middle)
            painter.drawLine(x, middle, picture.left() - 1, middle)
        elif row.joint is Joint.STRAIGHT:
            painter.drawLine(here, rect.top(), here, picture.top() - 1)
        if row.goes_on:
            painter.drawLine(here, picture.bottom() + 1, here, rect.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_card(
        self, painter: QPainter, card: QRect, state: QStyle.StateFlag, shown: bool, asked: bool
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
        elif asked or state & QStyle.StateFlag.State_MouseOver:
            painter.fillPath(path, self._theme.colour("raised"))
        if asked or state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _paint_picture(
        self, painter: QPainter, area: QRect, thumbnail: QPixmap | None, *, faint: bool
    ) -> None:
        painter.fillRect(area, self._theme.colour("field"))
        if thumbnail is not None:
            painter.setOpacity(0.4 if faint else 1.0)
            painter.drawPixmap(centred(thumbnail, area), thumbnail)
            painter.setOpacity(1.0)

    def _paint_words(self, painter: QPainter, area: QRect, row: VersionRow, shown: bool) -> None:
        said, practice = row.version.annotation, "practice" if row.version.practice else ""
        secondary = "text_secondary_selected" if shown else "text_secondary"
        flag = _FLAGS.get(said.flag, "")
        opinion = _joined(flag, "★" * said.rating, *sorted(said.tags), "note" if said.note else "")
        # Three lines is all there is room for.
        facts = [part for part in (practice, *row.note.split(_BETWEEN)) if part]
        metrics = QFontMetrics(self._small_font)
        room = 1 if opinion else 2
        lines = [*in_lines(facts, metrics, area.width(), room), opinion]
        title_colour = secondary if said.flag == "reject" else "text"
        drawn = [(row.title, self._title_font, title_colour)]
        drawn += [(text, self._small_font, secondary) for text in lines if text]
        heights = [QFontMetrics(font).lineSpacing() for _, font, _ in drawn]
        top = area.top() + max(0, area.height() - sum(heights)) // 2
        for (text, font, colour), height in zip(drawn, heights, strict=True):
            line = QRect(area.left(), top, area.width(), height)
            if flag and text == opinion:
                tone = self._theme.colour("good" if said.flag == "pick" else "trouble")
                line = self._paint_dot(painter, line, tone)
            painter.setFont(font)
            painter.setPen(self._theme.colour(colour))
            words = " ".join(text.split())
            words = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            top += height

    def _paint_dot(self, painter: QPainter, line: QRect, colour: QColor) -> QRect:
        """A small dot at the beginning of a line; returns what is left of the line."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        top = line.center().y() - _DOT // 2
        painter.drawEllipse(QRect(line.left(), top, _DOT, _DOT))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return line.adjusted(_DOT + 5, 0, 0, 0)


def _joined(*parts: str) -> str:
    return _BETWEEN.join(part for part in parts if part)


def in_lines(parts: Sequence[str], metrics: QFontMetrics, width: int, room: int) -> list[str]:
    """The parts in at most `room` lines, each whole in one of them as long as there is room."""
    lines = [""]
    for part in parts:
        longer = _joined(lines[-1], part)
        if len(lines) == room or metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _stars_in_words(rating: int) -> str:
    return "" if not rating else "1 star" if rating == 1 else f"{rating} stars"
