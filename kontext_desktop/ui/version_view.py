"""The versions of the picture as a list: which is on the canvas, and the way to any other."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QMenu, QWidget

from kontext_desktop.model import Raster
from kontext_desktop.ui.pixels import fitted
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.version_rows import ROW_HEIGHT, THUMBNAIL, VersionModel, VersionPainter
from kontext_desktop.workbench import Workbench
from kontext_desktop.workbench.listing import VersionRow


class VersionView(QListView):
    menu_wanted = Signal(object, QPoint)
    """VersionRow that a menu is asked for, and where on the screen"""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("versions")
        self.setAccessibleName("Versions")
        self._workbench = workbench
        self._shown = ""
        self._asked: set[str] = set()
        self._look = QTimer(self)  # many scroll steps in one turn ask once
        self._look.setSingleShot(True)
        self._look.timeout.connect(self._ask_for_visible)
        self._rows = VersionModel(self)
        self.setModel(self._rows)
        self._painter = VersionPainter(theme, self)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look.start(0))
        self.selectionModel().currentChanged.connect(self._show_chosen)
        self.activated.connect(self._show_chosen)
        workbench.thumbnail_made.connect(self._show_thumbnail)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A right click asks about a version; only a left one shows it."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        row = self._rows.find_row(index)
        if row is not None:
            below = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_wanted.emit(row, event.globalPos() if by_mouse else below)
            menu = QApplication.activePopupWidget()
            if isinstance(menu, QMenu):
                self._mark_asked(row.version.id)
                menu.aboutToHide.connect(lambda: self._mark_asked(""))

    def _mark_asked(self, version_id: str) -> None:
        self._painter.asked_version_id = version_id
        self.viewport().update()

    def show_rows(self, rows: list[VersionRow]) -> None:
        """The rows in sight stay where they are; at the top, new ones come into sight."""
        place = self.verticalScrollBar().value()
        first = self.indexAt(self.viewport().rect().topLeft())
        held = self._rows.find_row(first)
        below = place - first.row() * ROW_HEIGHT
        self._rows.show_rows(rows)
        self._follow()
        self.doItemsLayout()
        if place and held is not None:
            now = self._rows.find_index(held.version.id)
            place = now.row() * ROW_HEIGHT + below if now.isValid() else place
        self.verticalScrollBar().setValue(place)
        self._asked &= {row.version.id for row in rows}
        self._look.start(0)

    def mark_shown(self, version_id: str) -> None:
        """Mark the version that is on the canvas."""
        if version_id != self._shown:
            self._shown = version_id
            self._painter.shown_version_id = version_id
            self._follow()
            self.viewport().update()

    def _follow(self) -> None:
        """Let the keyboard start from the shown version."""
        index = self._rows.find_index(self._shown)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)

    def _show_chosen(self, index: QModelIndex) -> None:
        row = self._rows.find_row(index)
        if row is not None and row.version.id != self._shown:
            self._workbench.show_version(row.version.id)

    def _ask_for_visible(self) -> None:
        """Want the thumbnails of the rows in sight; each is asked for once."""
        if not self.isVisible() or not self._rows.rowCount():
            return
        area = self.viewport().rect()
        first = self.indexAt(area.topLeft()).row()
        last = self.indexAt(area.bottomLeft()).row()
        last = last if last >= 0 else self._rows.rowCount() - 1
        for row in self._rows.rows[max(first, 0) : last + 1]:
            if row.version.id not in self._asked:
                self._asked.add(row.version.id)
                self._workbench.want_thumbnail(row.version.id)

    def _show_thumbnail(self, version_id: str, raster: Raster) -> None:
        # hundreds are kept: no larger than a row can show
        thumbnail = fitted(raster, THUMBNAIL, self.devicePixelRatioF())
        self._rows.show_thumbnail(version_id, thumbnail)
