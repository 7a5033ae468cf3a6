"""The strip below the picture: results and running jobs side by side, or what it is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from kontext_desktop.ui.arrangement import TILE_GAP, TILE_HEIGHT
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

if TYPE_CHECKING:
    from kontext_desktop.ui.tile_row import TileRow
    from kontext_desktop.workbench.tiles import Tile


class Strip(QWidget):
    asked = Signal(str, str)
    """As `TileRow.asked`."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._workbench = workbench
        self._theme = theme
        self._shown = ""
        self._row: TileRow | None = None
        self._empty = Words(
            "Results appear here. Write what to change, then Generate.", "secondary", lines=3
        )
        self._empty.setObjectName("stripEmpty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self.setMinimumHeight(TILE_GAP + TILE_HEIGHT + TILE_GAP)
        workbench.tiles_changed.connect(self._show_tiles)
        workbench.desk_changed.connect(self._show_desk)

    def _show_tiles(self, tiles: list[Tile]) -> None:
        if tiles and self._row is None:
            self._row = self._make_row()
        if self._row is not None:
            self._row.show_tiles(tiles)
            self._stack.setCurrentWidget(self._row if tiles else self._empty)

    def _make_row(self) -> TileRow:
        """With the first tile: the first paint has none."""
        from kontext_desktop.ui.tile_row import TileRow

        row = TileRow(self._workbench, self._theme, self)
        row.outline(self._shown)
        row.asked.connect(self.asked)
        self._stack.addWidget(row)
        return row

    def _show_desk(self, desk: Desk) -> None:
        self._shown = desk.shown_version_id
        if self._row is not None:
            self._row.outline(self._shown)
