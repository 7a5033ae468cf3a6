"""The versions of the picture as a list: which is on the canvas, and the way to any other."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.model import Raster
from kontext_desktop.ui.pieces import Words, fitted
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.version_rows import ROW_HEIGHT, THUMBNAIL, VersionModel, VersionPainter
from kontext_desktop.workbench import Desk, VersionRow, Workbench


class VersionList(QWidget):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("versionList")
        self._workbench = workbench
        self._shown = ""
        self._asked: set[str] = set()
        self._model = VersionModel(self)
        self._view = QListView()
        self._view.setObjectName("versions")
        self._view.setAccessibleName("Versions")
        self._view.setModel(self._model)
        self._painter = VersionPainter(theme, self._view)
        self._view.setItemDelegate(self._painter)
        self._view.setUniformItemSizes(True)
        self._view.setMouseTracking(True)
        self._view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

        title = QLabel("VERSIONS")
        title.setProperty("kind", "secondary")
        title.setAccessibleName("Versions")
        self._number = Words(kind="secondary")
        self._number.setObjectName("versionCount")
        empty = Words("Versions of a picture appear here.", "secondary", lines=3)
        empty.setObjectName("versionsEmpty")
        empty.setContentsMargins(12, 0, 12, 0)
        empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedLayout()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._view)
        header = QHBoxLayout()
        header.setContentsMargins(12, theme.size("gap"), 12, 8)
        header.addWidget(title)
        header.addStretch(1)
        header.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addLayout(self._stack, 1)
        self.setFocusProxy(self._view)

        self._look = QTimer(self)  # many scroll steps in one turn ask once
        self._look.setSingleShot(True)
        self._look.timeout.connect(self._ask_for_visible)
        self._view.verticalScrollBar().valueChanged.connect(lambda _: self._look.start(0))
        self._view.selectionModel().currentChanged.connect(self._show_chosen)
        self._view.activated.connect(self._show_chosen)
        workbench.versions_changed.connect(self._show_rows)
        workbench.desk_changed.connect(self._show_desk)
        workbench.thumbnail_made.connect(self._show_thumbnail)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start(0)

    def _show_rows(self, rows: list[VersionRow]) -> None:
        place = self._view.verticalScrollBar().value()
        added = self._model.show_rows(rows)
        self._number.show_text(str(len(rows)) if rows else "")
        self._stack.setCurrentIndex(1 if rows else 0)
        self._follow()
        self._view.doItemsLayout()
        self._view.verticalScrollBar().setValue(place + added * ROW_HEIGHT if place else 0)
        self._asked &= {row.version.id for row in rows}
        self._look.start(0)

    def _show_desk(self, desk: Desk) -> None:
        if desk.shown_version_id != self._shown:
            self._shown = desk.shown_version_id
            self._painter.shown_version_id = self._shown
            self._follow()
            self._view.viewport().update()

    def _follow(self) -> None:
        """Let the keyboard start from the shown version."""
        index = self._model.find_index(self._shown)
        if index.isValid() and index != self._view.currentIndex():
            self._view.setCurrentIndex(index)

    def _show_chosen(self, index: QModelIndex) -> None:
        row = self._model.find_row(index)
        if row is not None and row.version.id != self._shown:
            self._workbench.show_version(row.version.id)

    def _ask_for_visible(self) -> None:
        """Want the thumbnails of the rows in sight; each is asked for once."""
        if not self._view.isVisible() or not self._model.rowCount():
            return
        area = self._view.viewport().rect()
        first = self._view.indexAt(area.topLeft()).row()
        last = self._view.indexAt(area.bottomLeft()).row()
        last = last if last >= 0 else self._model.rowCount() - 1
        for row in self._model.rows[max(first, 0) : last + 1]:
            if row.version.id not in self._asked:
                self._asked.add(row.version.id)
                self._workbench.want_thumbnail(row.version.id)

    def _show_thumbnail(self, version_id: str, raster: Raster) -> None:
        # hundreds are kept: no larger than a row can show
        thumbnail = fitted(raster, THUMBNAIL, self.devicePixelRatioF())
        self._model.show_thumbnail(version_id, thumbnail)
