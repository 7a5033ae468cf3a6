"""The tiles of the strip, one beside the other, each updated where it stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QWidget

from kontext_desktop.model import Raster
from kontext_desktop.ui.arrangement import TILE_GAP
from kontext_desktop.ui.pieces import plain_tip
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.tile import TileView
from kontext_desktop.workbench import Workbench
from kontext_desktop.workbench.tiles import Action, Tile


class TileRow(QScrollArea):
    asked = Signal(str, str)
    """Job id, and an Action that begins with a window of its own"""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("stripScroll")
        self._workbench = workbench
        self._theme = theme
        self._tiles: dict[str, TileView] = {}
        self._shown = ""
        self._asked: set[str] = set()
        self._arrived: set[str] = set()

        self._row_widget = QWidget()
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(TILE_GAP, TILE_GAP, TILE_GAP, 0)
        self._row.setSpacing(TILE_GAP)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._row_widget)
        workbench.result_arrived.connect(self._announce)
        workbench.thumbnail_made.connect(self._show_thumbnail)

    def show_tiles(self, tiles: list[Tile]) -> None:
        before = list(self._tiles)
        self._drop_all_but({tile.job_id for tile in tiles})
        for place, tile in enumerate(tiles):
            view = self._tiles.get(tile.job_id)
            if view is None:
                view = self._tiles[tile.job_id] = self._make_tile(tile)
            else:
                view.show_tile(tile)
            if self._row.indexOf(view) != place:
                self._row.removeWidget(view)
                self._row.insertWidget(place, view)
        self._tiles = {tile.job_id: self._tiles[tile.job_id] for tile in tiles}
        if before != list(self._tiles):
            self._order_tabs()
        self._ask_for_images()
        self._outline_shown()
        self._announce_arrived()

    def _make_tile(self, tile: Tile) -> TileView:
        view = TileView(self._theme, tile, self._row_widget)
        view.clicked.connect(lambda: self._show_version(view))
        view.acted.connect(lambda action: self._act(view.tile, action))
        view.menu_wanted.connect(lambda place: self._show_menu(view.tile, place))
        view.stepped.connect(lambda step: self._step_from(view, step))
        return view

    def _drop_all_but(self, job_ids: set[str]) -> None:
        for job_id in [job_id for job_id in self._tiles if job_id not in job_ids]:
            view = self._tiles.pop(job_id)
            self._row.removeWidget(view)
            view.hide()
            view.deleteLater()

    def _order_tabs(self) -> None:
        """Tab goes through the tiles as they stand, each followed by its buttons."""
        last: QWidget | None = None
        for view in self._tiles.values():
            if last is not None:
                QWidget.setTabOrder(last, view)
            QWidget.setTabOrder(view, view.action)
            QWidget.setTabOrder(view.action, view.second)
            last = view.second

    def _ask_for_images(self) -> None:
        wanted = {v.tile.version_id for v in self._tiles.values() if v.tile.version_id is not None}
        self._asked &= wanted
        for version_id in wanted - self._asked:
            self._asked.add(version_id)
            self._workbench.want_thumbnail(version_id)

    def _show_thumbnail(self, version_id: str, raster: Raster) -> None:
        for view in self._tiles.values():
            if view.tile.version_id == version_id:
                view.show_picture(raster)

    def outline(self, version_id: str) -> None:
        """Outline the tile of the version that is on the canvas."""
        self._shown = version_id
        self._outline_shown()

    def _outline_shown(self) -> None:
        for view in self._tiles.values():
            view.show_as_shown(view.tile.version_id == self._shown)

    def _announce(self, version_id: str) -> None:
        self._arrived.add(version_id)  # its tile may know of it only a signal later
        self._announce_arrived()

    def _announce_arrived(self) -> None:
        for view in self._tiles.values():
            if view.tile.version_id in self._arrived:
                self._arrived.discard(view.tile.version_id)
                view.announce()

    def _show_version(self, view: TileView) -> None:
        if view.tile.version_id is not None:
            self._workbench.show_version(view.tile.version_id)

    def _act(self, tile: Tile, action: Action) -> None:
        match action:
            case "cancel" | "hide" | "retry" | "collect":
                self._workbench.act_on_tile(tile.job_id, action)
            case "copy_id":
                QGuiApplication.clipboard().setText(tile.prediction_id)
            case _:
                self.asked.emit(tile.job_id, action)

    def _show_menu(self, tile: Tile, place: QPoint) -> None:
        """What else can be done with this one, where it was asked for."""
        menu = QMenu(self)
        menu.setObjectName("tileMenu")
        menu.setToolTipsVisible(True)
        for offer in tile.menu:
            line = menu.addAction(offer.text)
            line.setObjectName(offer.action)
            line.setToolTip(plain_tip(offer.tip))
            line.triggered.connect(lambda _=False, act=offer.action: self._act(tile, act))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _step_from(self, view: TileView, step: int) -> None:
        views = list(self._tiles.values())
        place = views.index(view) + step
        if 0 <= place < len(views):
            views[place].setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(views[place], 8, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """An upright wheel moves the strip sideways."""
        turn = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.y() or turn.x()))
        event.accept()
