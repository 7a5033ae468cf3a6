"""The ways to look at a picture: compared, picked, framed, over which ground, with which guides.

Made with the first picture. Connects the canvas with the parts that come and go over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QWidget

from kontext_desktop.first_words import Frame
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.compare_bar import CompareBar
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.contact_sheet import ContactSheet, Entry
from kontext_desktop.ui.gamut import GamutWarning
from kontext_desktop.ui.heat import Heat
from kontext_desktop.ui.navigator import Navigator
from kontext_desktop.ui.picking import Picking
from kontext_desktop.ui.shortcuts import SingleKeys
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Picture, Workbench
from kontext_desktop.workbench.state import Heat as Measured
from kontext_desktop.workbench.tiles import Tile

if TYPE_CHECKING:
    from kontext_desktop.ui.client_view import ClientView
    from kontext_desktop.ui.frame_tool import FrameTool

_GROUNDS = ("canvas", "canvas_black", "canvas_mid", "canvas_light")
_GUIDES = {"thirds": 3, "centre": 2}
_USUAL = "canvas grid overview"


class Looking(QObject):
    comparing_changed = Signal(bool)
    framing_changed = Signal(bool)
    """Whether the hand chooses the part to send."""

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        canvas: Canvas,
        over: QGridLayout,
        keys: SingleKeys,
        parent: QWidget,
    ) -> None:
        """`over`: three rows and columns over the canvas, the last row its lower edge."""
        super().__init__(parent)
        self._workbench = workbench
        self._theme = theme
        self._canvas = canvas
        self._over = over
        self._widget = parent
        self._actions: Mapping[str, QAction] = {}
        self._comparison: Comparison | None = None
        self._made = {mode: Comparison(mode) for mode in Mode}
        """Each keeps its divider and its amount."""
        self._bar: CompareBar | None = None
        self._navigator: Navigator | None = None
        self._tool: FrameTool | None = None
        self._desk: Desk | None = None
        self._bare = False
        kept = set(workbench.settings.window.get("looking", _USUAL).split())
        self._ground = next((name for name in _GROUNDS if name in kept), "canvas")
        self._switched = {name: name in kept for name in (*_GUIDES, "grid", "overview", "gamut")}
        self._picking = Picking(workbench, canvas, self)
        self._gamut = GamutWarning(workbench, canvas, self)
        self._sheet = ContactSheet(theme)
        self._has_sheet = False
        self._client_view: ClientView | None = None
        self._shown, self._before = "", ""
        for number in range(1, 10):
            keys.add(Qt.Key(Qt.Key.Key_0 + number), partial(self._picking.pick, number))
        keys.add(Qt.Key.Key_0, self._picking.toggle_before)
        keys.add(Qt.Key.Key_Z, partial(canvas.hold_loupe, True), partial(canvas.hold_loupe, False))
        self._enters = [
            keys.add(key, self._accept) for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ]
        self._picking.active_changed.connect(self._let_enter_go)
        self.framing_changed.connect(self._let_enter_go)
        self._let_enter_go()
        canvas.zoom_changed.connect(self._follow)
        canvas.pane_pressed.connect(self._choose_pane)
        canvas.pane_opened.connect(self._open_pane)
        workbench.desk_changed.connect(self.show_desk)
        workbench.tiles_changed.connect(self._lay_out)
        workbench.picture_made.connect(self._take_picture)
        workbench.screen_changed.connect(self._draw_again)
        workbench.heat_measured.connect(self._take_heat)

    def list_slots(self) -> dict[str, Callable[[], None]]:
        """What each command of `commands.LOOKING_COMMANDS` does."""
        canvas = self._canvas
        return {
            "fill": canvas.fill,
            "double_size": partial(canvas.zoom_to, 2.0),
            "frame": self.toggle_frame,
            "frame_whole": partial(self._put_region, None),
            **{mode.value: partial(self._toggle_mode, mode) for mode in Mode},
            "variations": lambda: self._show_sheet(not self._has_sheet),
            "by_drift": self._order_by_drift,
            "client_view": self._open_client_view,
            "less": partial(self._step, -1),
            "more": partial(self._step, 1),
            "compare_parent": partial(self.compare_with, ""),
            "compare_original": self._compare_with_original,
            **{name: partial(self._switch, name) for name in self._switched},
            **{name: partial(self._choose_ground, name) for name in _GROUNDS},
        }

    def take_actions(self, actions: Mapping[str, QAction]) -> None:
        """Those of `list_slots`, to keep their marks true."""
        self._actions = actions
        self._apply()

    def compare_with(self, version_id: str) -> None:
        """Compare the shown version with this one; empty: with what it was made from."""
        self._workbench.compare_with(version_id)
        self._begin()

    def begin_or_leave(self) -> None:
        if self._comparison is None:
            self._begin()
        else:
            self._set_mode(None)

    def leave(self) -> bool:
        """Go one step back to the picture alone; False when there is nowhere to go back from."""
        if self.is_framing and self._tool is not None:
            self._tool.go_back()
        elif self._has_sheet:
            self._show_sheet(False)
        elif self._picking.active:
            self._picking.go_back()
        elif self._comparison is not None:
            self._set_mode(None)
        elif self._canvas.shows_before:
            self._canvas.hold_before(False)
        else:
            return False
        return True

    def show_bare(self, bare: bool) -> None:
        """In full screen there is the picture, and no bar over it."""
        self._bare = bare
        self._apply()

    def state(self) -> str:
        """What is switched on, as text for the next start."""
        on = [name for name, is_on in self._switched.items() if is_on]
        return " ".join([self._ground, *on])

    # ---- the part to send

    @property
    def is_framing(self) -> bool:
        return self._tool is not None and self._tool.active

    def toggle_frame(self) -> None:
        """Take the frame in hand, or be done with it."""
        if self.is_framing:
            self._end_framing()
        elif self._desk is not None and self._desk.document is not None:
            self._set_mode(None)
            self._show_sheet(False)
            self._canvas.hold_before(False)
            self._make_tool().begin(self._desk.region)
            self._draw_frame()
            self._canvas.setFocus()
            self._apply()
            self.framing_changed.emit(True)

    def _end_framing(self) -> None:
        if self.is_framing and self._tool is not None:
            self._tool.end()
            self._draw_frame()
            self._apply()
            self.framing_changed.emit(False)

    def _make_tool(self) -> FrameTool:
        if self._tool is None:
            from kontext_desktop.ui.frame_tool import FrameTool

            self._tool = FrameTool(self._canvas, self._theme, self)
            self._tool.region_drawn.connect(self._put_region)
            self._tool.left.connect(self._end_framing)
        return self._tool

    def _put_region(self, region: Frame | None) -> None:
        self._workbench.set_draft(self._workbench.draft._replace(frame=region))

    def _draw_frame(self) -> None:
        """Let the tool draw it where the canvas alone cannot: in hand, or reaching beyond the
        picture as the person wants it."""
        desk = self._desk
        if desk is None or desk.document is None or desk.plan is None:
            self._canvas.set_tool(None)
            return
        chosen = desk.aspect_ratio is not None or desk.region is not None
        if self.is_framing or (desk.plan.is_padded and chosen):
            tool = self._make_tool()
            tool.show_plan(desk.document.size, desk.plan, desk.region, desk.aspect_ratio)
            self._canvas.set_tool(tool)
        else:
            self._canvas.set_tool(None)

    # ---- comparing

    def _begin(self) -> None:
        if self._comparison is None:
            self._set_mode(Mode.SPLIT)

    def _compare_with_original(self) -> None:
        self._workbench.compare_with_original()
        self._begin()

    def _toggle_mode(self, mode: Mode) -> None:
        left = self._comparison is not None and self._comparison.mode is mode
        self._set_mode(None if left else mode)

    def _set_mode(self, mode: Mode | None) -> None:
        if mode is not None:
            self._end_framing()
        self._comparison = self._made[mode] if mode is not None else None
        if mode is not None:
            self._has_sheet = False
            self._canvas.show_sheet(None)
            self._workbench.want_before()
        if mode is Mode.HEAT and self._made[Mode.HEAT].heat is None:
            self._workbench.want_heat()
        self._canvas.compare(self._comparison)
        self._apply()
        self.comparing_changed.emit(self._comparison is not None)

    def _step(self, steps: int) -> None:
        if self._comparison is not None:
            self._comparison.step(steps)
            self._set_mode(self._comparison.mode)

    def _set_amount(self, amount: int) -> None:
        if self._comparison is not None:
            self._comparison.set_amount(amount)
            self._canvas.compare(self._comparison)

    def _take_heat(self, measured: Measured) -> None:
        """Unless other versions are looked at by now."""
        if (measured.version_id, measured.before_id) == (self._shown, self._before):
            self._made[Mode.HEAT].heat = Heat.of(measured)
            if self._comparison is self._made[Mode.HEAT]:
                self._canvas.compare(self._comparison)

    # ---- several side by side

    def _show_sheet(self, shown: bool) -> None:
        if shown and len(self._sheet.entries) < 2:
            self._canvas.set_note("No variations to lay side by side")
            self._apply()
            return
        self._has_sheet = shown
        if shown:
            self._end_framing()
        if shown and self._comparison is not None:
            self._set_mode(None)
        self._canvas.show_sheet(self._sheet if shown else None)
        if shown:
            self._canvas.set_note("Click chooses, Enter keeps, hold Z for the loupe")
            self._workbench.want_pictures(self._sheet.list_missing())
        elif not self._picking.active:
            self._canvas.set_note("")
        self._let_enter_go()
        self._apply()

    def _lay_out(self, tiles: list[Tile]) -> None:
        ready = [
            Entry(tile.version_id, tile.number, tile.drift)
            for tile in tiles
            if tile.version_id is not None
        ]
        before = list(self._sheet.entries)
        self._sheet.set_entries(ready)
        if self._has_sheet and before != self._sheet.entries:  # tiles tick while something runs
            self._show_sheet(len(ready) > 1)

    def _take_picture(self, picture: Picture) -> None:
        if self._sheet.take_picture(picture) and self._has_sheet:
            self._canvas.show_sheet(self._sheet)

    def _draw_again(self) -> None:
        """Pictures are to be made for another screen."""
        self._sheet.forget_pictures()
        if self._has_sheet:
            self._workbench.want_pictures(self._sheet.list_missing())

    def _order_by_drift(self) -> None:
        self._sheet.by_drift = not self._sheet.by_drift
        self._sheet.set_entries(self._sheet.entries)
        if self._has_sheet:
            self._canvas.show_sheet(self._sheet)
        self._apply()

    def _choose_pane(self, number: int) -> None:
        entry = self._sheet.find_entry(number)
        if entry is not None:
            self._workbench.show_version(entry.version_id)

    def _open_pane(self, number: int) -> None:
        self._choose_pane(number)
        self._show_sheet(False)

    def _accept(self) -> None:
        """Stay with what is chosen."""
        if self.is_framing:
            self._end_framing()
            return
        self._picking.keep()
        if self._has_sheet:
            self._show_sheet(False)

    def _let_enter_go(self) -> None:
        """Enter is there for whoever else wants it, until there is something to accept."""
        for enter in self._enters:
            enter.setEnabled(self.is_framing or self._picking.active or self._has_sheet)

    # ---- for a client at one's side

    def _open_client_view(self) -> None:
        if self._client_view is None:
            from kontext_desktop.ui.client_view import ClientView

            self._client_view = ClientView(self._workbench, self._theme, self._canvas)
            self._client_view.closed.connect(self._apply)
        if self._client_view.isVisible():
            self._client_view.close()
        else:
            self._client_view.open_beside(self._widget)
        self._apply()

    def close(self) -> None:
        """The window is left, and what belongs to it."""
        if self._client_view is not None:
            self._client_view.close()

    # ---- the rest

    def _switch(self, name: str) -> None:
        self._switched[name] = not self._switched[name]
        self._apply()

    def _choose_ground(self, name: str) -> None:
        self._ground = name
        self._apply()

    def _apply(self) -> None:
        """Bring everything in line with what is chosen."""
        switched, comparison = self._switched, self._comparison
        guides = tuple(parts for name, parts in _GUIDES.items() if switched[name])
        self._canvas.set_guides(guides, grid=switched["grid"])
        self._canvas.set_ground(self._ground)
        self._gamut.switch(switched["gamut"])
        mode = comparison.mode.value if comparison else ""
        client_view = self._client_view is not None and self._client_view.isVisible()
        ways = {
            "frame": self.is_framing,
            "variations": self._has_sheet,
            "by_drift": self._sheet.by_drift,
            "client_view": client_view,
            **switched,
        }
        on = {self._ground, mode, *(name for name, is_on in ways.items() if is_on)}
        for name, action in self._actions.items():
            if action.isCheckable():
                action.setChecked(name in on)
        if comparison is not None and self._bar is None:
            self._bar = self._make_bar()
        if self._bar is not None:
            if comparison is not None:
                self._bar.show_comparison(comparison)
            self._bar.setVisible(comparison is not None and not self._bare)
        self._follow()

    def _make_bar(self) -> CompareBar:
        bar = CompareBar(self._theme, self._widget)
        bar.mode_chosen.connect(lambda mode: self._set_mode(Mode(mode)))
        bar.amount_chosen.connect(self._set_amount)
        bar.left.connect(lambda: self._set_mode(None))
        self._over.addWidget(bar, 2, 1, Qt.AlignmentFlag.AlignHCenter)
        bar.keep_within(self._canvas)
        return bar

    def _follow(self) -> None:
        wanted = self._switched["overview"] and self._canvas.pannable and not self._bare
        if wanted and self._navigator is None:
            self._navigator = Navigator(self._canvas, self._theme, self._widget)
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            self._over.addWidget(self._navigator, 0, 0, 2, 3, corner)
        if self._navigator is not None:
            self._navigator.setVisible(wanted)
            if wanted:
                self._navigator.follow()

    def show_desk(self, desk: Desk) -> None:
        last, self._desk = self._desk, desk
        if last is None or (last.document and last.document.id) != (
            desk.document and desk.document.id
        ):
            self._end_framing()
        self._draw_frame()
        self._picking.take_desk(desk)
        self._canvas.set_names(desk.before_title, desk.shown_title)
        if (desk.shown_version_id, desk.before_id) != (self._shown, self._before):
            self._shown, self._before = desk.shown_version_id, desk.before_id
            self._made[Mode.HEAT].heat = None
            if self._comparison is self._made[Mode.HEAT]:
                self._workbench.want_heat()
        if self._sheet.chosen != desk.shown_version_id:
            self._sheet.chosen = desk.shown_version_id
            self._canvas.update()
