"""Picking among the variations of an order: each shown in its place by its number.

A picked one is the shown version at once, so that the next edit starts from what is seen; going
back shows again what was shown at first.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.workbench import Desk, Workbench
from kontext_desktop.workbench.tiles import Tile


class Picking(QObject):
    active_changed = Signal(bool)

    def __init__(self, workbench: Workbench, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._canvas = canvas
        self._tiles: dict[int, Tile] = {}
        self._shown = ""
        self._start = ""
        """The version that was shown before the first pick; empty while nothing is picked."""
        workbench.tiles_changed.connect(self._take_tiles)

    @property
    def active(self) -> bool:
        return bool(self._start)

    def pick(self, number: int) -> None:
        """Show a variation by the number on its tile, if it is there."""
        tile = self._tiles.get(number)
        self._canvas.hold_before(False)
        if tile is None:
            return
        if tile.version_id is None:
            self._canvas.set_note(f"{number}: {tile.text}")
            return
        began = not self._start
        if began:
            self._start = self._shown
        self._shown = tile.version_id
        self._workbench.show_version(tile.version_id)
        self._canvas.set_note(f"{number} of {len(self._tiles)} · Enter keeps it, Esc goes back")
        if began:
            self.active_changed.emit(True)

    def toggle_before(self) -> None:
        """Show what it was made from until the next key."""
        self._workbench.want_before()
        self._canvas.hold_before(not self._canvas.shows_before)

    def keep(self) -> None:
        """Stay with the variation that is shown."""
        self._end()

    def go_back(self) -> None:
        start = self._start
        self._end()
        if start and start != self._shown:
            self._workbench.show_version(start)

    def _end(self) -> None:
        self._canvas.hold_before(False)
        self._canvas.set_note("")
        if self._start:
            self._start = ""
            self.active_changed.emit(False)

    def _take_tiles(self, tiles: list[Tile]) -> None:
        self._tiles = {tile.number: tile for tile in tiles}
        if self.active and self._shown not in [tile.version_id for tile in tiles]:
            self._end()  # another order stands in the strip

    def take_desk(self, desk: Desk) -> None:
        if desk.shown_version_id != self._shown:
            self._shown = desk.shown_version_id
            self._end()  # something else was chosen
