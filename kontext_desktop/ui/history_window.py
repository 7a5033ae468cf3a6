"""The library's history: looked through by words and filters, and the way back to any version."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.errors import KontextError
from kontext_desktop.model import Line, Raster, Search
from kontext_desktop.ui.framed import lay_out, named_button, remember_size
from kontext_desktop.ui.history_filters import HistoryFilters
from kontext_desktop.ui.history_rows import ROW_HEIGHT, THUMBNAIL, HistoryModel, HistoryPainter
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.pixels import fitted
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench

_SIZE = (860, 680)
"""What the system may draw around it."""
_SETTLE_MS = 60
"""Thumbnails are asked for once the scrolling has rested for so long."""

_AHEAD = 50
"""Lines below those in sight at which the next page is asked for."""


class HistoryView(QTableView):
    """One column of lines of one height. A table, since that asks nothing of the lines that are not
    in sight: a list lays all of them out anew with each page, a second's work with 100,000."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("historyList")
        self.setAccessibleName("Found")
        self.setMouseTracking(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setItemDelegate(HistoryPainter(theme, self))

    def list_in_sight(self) -> tuple[int, int]:
        """The first and the last row in sight; the last before the first where there is none."""
        area = self.viewport().rect()
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        return max(first, 0), last if last >= 0 else self.model().rowCount() - 1


class HistoryWindow(QDialog):
    """Kept when it is closed, with what was looked for."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("history")
        self.setWindowTitle("Find in the library")
        self._workbench, self._history = workbench, workbench.history
        self._has_more = False
        self.filters = HistoryFilters(theme)
        self.filters.changed.connect(self._search)
        self.rows = HistoryModel(self)
        self.rows.more_wanted.connect(self._history.find_more)
        self.view = HistoryView(theme)
        self.view.setModel(self.rows)
        self.view.activated.connect(self._open)
        self._look = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._look.timeout.connect(self._ask_for_visible)
        self.view.verticalScrollBar().valueChanged.connect(lambda _: self._look.start())
        self._empty = Words(kind="secondary", lines=3)
        self._empty.setObjectName("historyEmpty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        self._count = Words(kind="secondary")
        self._count.setObjectName("historyCount")
        self.open_button = named_button("historyOpen", "Open", "This version: Enter")
        self.open_button.clicked.connect(lambda: self._open(self.view.currentIndex()))
        close = named_button("historyClose", "Close")
        close.clicked.connect(self.reject)
        body = QVBoxLayout()
        body.setSpacing(theme.size("gap"))
        body.addWidget(self.filters)
        body.addLayout(self._stack, 1)
        body.addWidget(self._count)
        lay_out(self, theme, body, (), (self.open_button, close))
        remember_size(self, workbench, _SIZE)
        self._history.page_found.connect(self._show_page)
        self._history.thumbnail_made.connect(self._show_thumbnail)
        self._history.outdated.connect(self._draw_again)
        self._history.failed.connect(self._show_trouble)
        workbench.opinions.tags_listed.connect(self.filters.list_tags)
        selection = self.view.selectionModel()
        selection.currentChanged.connect(lambda *_: self._offer())
        self._offer()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._workbench.opinions.want_tags()
            self.filters.words.setFocus()
            self.filters.words.selectAll()
            self._search()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the words, arrows go into the list and Enter opens what is chosen there."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.rows.rowCount():
            self.view.setFocus()
            if not self.view.currentIndex().isValid():
                self.view.setCurrentIndex(self.rows.index(0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.view.hasFocus():  # which has told of it itself
                self._open(self.view.currentIndex())
        else:
            super().keyPressEvent(event)

    def _search(self) -> None:
        query = self.filters.read()
        if query is not None:
            self._history.search(query)
        else:
            self._count.show_text("A day is written 2026-01-31; seed and cost are numbers.")

    def _show_page(self, lines: list[Line], first: bool, has_more: bool) -> None:
        self.rows.show_page(lines, first, has_more)
        if first:
            self.view.scrollToTop()
            nothing = not lines
            self._empty.show_text(
                ""
                if not nothing
                else "There is nothing in this library yet. Open a picture."
                if self.filters.read() == Search()
                else "Nothing matches all of this. Take a word or a filter away."
            )
            self._stack.setCurrentWidget(self._empty if nothing else self.view)
        number = self.rows.rowCount()
        plural = "" if number == 1 else "s"
        query = self.filters.read()
        end_shown = "oldest" if query is not None and query.oldest_first else "newest"
        more = f"The {end_shown} " if has_more else ""
        end = "; scroll for more" if has_more else ""
        self._count.show_text(f"{more}{number:,} version{plural}{end}".replace(",", " "))
        self._offer()
        self._look.start()

    def _show_trouble(self, error: KontextError) -> None:
        self._empty.show_text(f"{error.message} {error.hint}")
        self._stack.setCurrentWidget(self._empty)
        self._count.show_text("")

    def _offer(self) -> None:
        self.open_button.setEnabled(self.view.currentIndex().isValid())

    def _ask_for_visible(self) -> None:
        if self.isVisible() and self.rows.rowCount():
            first, last = self.view.list_in_sight()
            self._history.want_thumbnails(self.rows.list_missing(first, last))
            if last > self.rows.rowCount() - _AHEAD:
                self._history.find_more()

    def _show_thumbnail(self, version_id: str, raster: Raster) -> None:
        self.rows.show_thumbnail(version_id, fitted(raster, THUMBNAIL, self.devicePixelRatioF()))

    def _draw_again(self) -> None:
        self.rows.forget_thumbnails()
        self._look.start()

    def _open(self, index: QModelIndex) -> None:
        line = self.rows.find_line(index)
        if line is not None:
            self._workbench.open_document(line.document_id, line.document_name, line.version_id)
            self.accept()
