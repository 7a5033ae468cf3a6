"""The window: connects the parts with each other and the workbench; is left and found again.

The parts do the showing, what is worth keeping is the workbench's. What the first paint does not
need is imported and made when it is first asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QMainWindow,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.ui.arrangement import Arrangement
from kontext_desktop.ui.ask import Ask, FileDialogs
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.commands import (
    FIRST_COMMANDS,
    LIBRARY_COMMANDS,
    LOOKING_COMMANDS,
    VERSION_COMMANDS,
    make_actions,
    make_menus,
)
from kontext_desktop.ui.empty_desk import EmptyDesk
from kontext_desktop.ui.generate_bar import GenerateBar
from kontext_desktop.ui.parameter_panel import ParameterPanel
from kontext_desktop.ui.pieces import FRAME_AROUND
from kontext_desktop.ui.prompt_panel import PromptPanel
from kontext_desktop.ui.shortcuts import SingleKeys, is_writing
from kontext_desktop.ui.status_bar import StatusBar
from kontext_desktop.ui.strip import Strip
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.top_bar import TopBar
from kontext_desktop.ui.version_list import VersionList
from kontext_desktop.workbench import Desk, Notice, Tone, Workbench

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QDialog, QMenu

    from kontext_desktop.ui.job_windows import JobWindows
    from kontext_desktop.ui.library_acts import LibraryActs
    from kontext_desktop.ui.looking import Looking
    from kontext_desktop.ui.notices import NoticeBar
    from kontext_desktop.ui.version_acts import VersionActs

_FIRST_SIZE = (1600, 1000)
_NOTICE_WIDTH = 680
_WITH_PICTURE = (
    *("export", "fit", "full_size", "zoom_in", "zoom_out", "client", "never_send"),
    "find_original",
)
"""Commands that need one."""


class _PanelScroll(QScrollArea):
    """Scrolls upright only, so it is never narrower than what it holds."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panels")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.panels = QWidget()
        self.setWidget(self.panels)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self.panels.minimumSizeHint().width() + bar, 120)


class MainWindow(QMainWindow):
    def __init__(self, workbench: Workbench, theme: Theme, ask: Ask | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Kontext Desktop")
        self.workbench = workbench
        self._theme = theme
        self._ask: Ask = ask or FileDialogs()
        self._desk: Desk | None = None
        self._first_run: QWidget | None = None
        self._notices: NoticeBar | None = None
        self._job_windows: JobWindows | None = None
        self._menu: QMenu | None = None
        self._looking: Looking | None = None
        self._library_acts: tuple[VersionActs, LibraryActs] | None = None
        self._bare_before = False

        self._lay_out()
        keys = self._keys = SingleKeys(self)
        self.actions_by_name = make_actions(self, FIRST_COMMANDS, self._list_slots(), keys)
        hold, hand = self._hold_before, self.canvas.set_hand
        keys.add(Qt.Key.Key_Backslash, partial(hold, True), partial(hold, False))
        keys.add(Qt.Key.Key_Space, partial(hand, True), partial(hand, False))
        if sys.platform == "darwin":
            for menu in self._make_menus(self):
                self.menuBar().addMenu(menu)
            self.top_bar.menu_button.hide()
        self._connect()
        self._show_mode(workbench.settings.mode is None)
        self._restore()
        self.canvas.setFocus()

    # Building

    def _lay_out(self) -> None:
        """Each part is made in its place: one that moves under a style sheet is styled anew."""
        workbench, theme = self.workbench, self._theme
        whole = QWidget()
        self.setCentralWidget(whole)
        self.top_bar = TopBar(workbench, theme, whole)
        self.arrangement = Arrangement(whole)
        self.status_bar = StatusBar(workbench, theme, whole)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.arrangement, 1)
        column.addWidget(self.status_bar)
        # A splitter measures what it holds with each new part: the simplest part comes first.
        self.strip = Strip(workbench, theme, self.arrangement)
        columns = self.arrangement.columns
        self._version_list = VersionList(workbench, theme, columns)
        self.arrangement.hold(
            self._version_list,
            self._make_centre(columns),
            self._make_right(columns),
            self.strip,
        )

    def _make_centre(self, parent: QWidget) -> QWidget:
        """The canvas, and over it what must not push it about: notices and the first choice."""
        centre = QWidget(parent)
        self.canvas = Canvas(self._theme, centre)
        self._centre = QGridLayout(centre)
        self._centre.setContentsMargins(0, 0, 0, 0)
        self._centre.setSpacing(0)
        self._centre.addWidget(self.canvas, 0, 0, 3, 3)
        self._centre.setRowStretch(0, 1)
        edge = 4 * self._theme.size("grid")
        self._centre.setRowMinimumHeight(2, edge)
        for side in (0, 2):
            self._centre.setColumnMinimumWidth(side, edge)
            self._centre.setColumnStretch(side, 1)
        self._centre.setColumnStretch(1, 100)

        empty = EmptyDesk(self.workbench, self._theme, self._open, self._paste, self.canvas)
        page = QVBoxLayout(self.canvas)
        page.setContentsMargins(2, 2, 2, 2)  # around it a hovering drop draws its border
        page.addWidget(empty)
        return centre

    def _make_right(self, parent: QWidget) -> QWidget:
        """The panels in the order of work; Generate stays in sight below them."""
        right = QWidget(parent)
        right.setObjectName("right")
        scroll = _PanelScroll(right)
        self.prompt_panel = PromptPanel(self.workbench, self._theme, scroll.panels)
        column = QVBoxLayout(scroll.panels)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.prompt_panel)
        column.addWidget(ParameterPanel(self.workbench, self._theme, scroll.panels))
        column.addStretch(1)
        line = QFrame(right)
        line.setProperty("kind", "hairline")
        line.setFixedHeight(1)
        self.generate_bar = GenerateBar(self.workbench, self._theme, right)
        whole = QVBoxLayout(right)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(line)
        whole.addWidget(self.generate_bar)
        return right

    def _list_slots(self) -> dict[str, Callable[[], None]]:
        """What each command of `commands.COMMANDS` does."""
        return {
            "open": self._open,
            "paste": self._paste,
            "export": partial(self._act_on_picture, "export"),
            "charges": partial(self._act_on_picture, "save_charges"),
            "client": partial(self._act_on_picture, "ask_client"),
            "never_send": partial(self._act_on_picture, "put_never_send"),
            "find_original": partial(self._act_on_picture, "find_original"),
            "generate": self._generate,
            "write": self._write,
            "look": self._step_back,
            "fit": self.canvas.fit,
            "full_size": partial(self.canvas.zoom_to, 1.0),
            "zoom_in": partial(self.canvas.zoom_by_steps, 1),
            "zoom_out": partial(self.canvas.zoom_by_steps, -1),
            "full_screen": self._toggle_full_screen,
            "panels": partial(self._rearrange, self.arrangement.toggle_bare),
            "versions": partial(self._rearrange, self.arrangement.toggle_left),
            "settings": self.open_settings,
            "shortcuts": partial(self._open_help, "shortcuts"),
            "about": partial(self._open_help, "about"),
            "quit": self._quit,
        }

    def _show_menu(self) -> None:
        """Below the button that stands for the menu bar; made when it is first asked for."""
        if self._menu is None:
            from PySide6.QtWidgets import QMenu

            self._menu = QMenu(self)
            for menu in self._make_menus(self._menu):
                self._menu.addMenu(menu)
        button = self.top_bar.menu_button
        self._menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _make_menus(self, parent: QWidget) -> list[QMenu]:
        workbench = self.workbench
        self._look_closer()
        _, library = self._reach_library()
        return make_menus(
            parent,
            self.actions_by_name,
            list_recent=lambda: workbench.settings.recent_files,
            open_recent=workbench.open_file,
            fill_libraries=library.fill_recent,
        )

    def _connect(self) -> None:
        workbench, canvas, bar = self.workbench, self.canvas, self.top_bar
        workbench.desk_changed.connect(self._show_desk)
        workbench.notice_raised.connect(self._show_notice)
        workbench.library_left.connect(self._close_dialogs)
        workbench.picture_shown.connect(canvas.set_picture)
        workbench.before_shown.connect(canvas.set_before)
        canvas.zoom_changed.connect(lambda zoom: bar.show_zoom(zoom, fitted=canvas.fitted))
        canvas.pixel_hovered.connect(self.status_bar.show_pixel)
        canvas.detail_wanted.connect(workbench.want_detail)
        canvas.files_dropped.connect(self._open_first)
        canvas.image_dropped.connect(self._take_picture)
        canvas.drop_refused.connect(self._refuse_drop)
        bar.menu_button.clicked.connect(self._show_menu)
        bar.before_held.connect(self._hold_before)
        bar.zoom_button.clicked.connect(lambda: canvas.toggle_full_size())
        bar.versions_button.clicked.connect(partial(self._rearrange, self.arrangement.toggle_left))
        bar.service_button.clicked.connect(self.open_settings)
        self.arrangement.arranged.connect(bar.show_versions)
        self.arrangement.arranged.connect(self._name_panels)
        bar.compare_asked.connect(lambda: self._look_closer().begin_or_leave())
        self._version_list.menu_wanted.connect(
            lambda row, place: self._reach_library()[0].show_menu(row, place)
        )
        self.strip.asked.connect(self._open_job_window)
        self.prompt_panel.frame_asked.connect(lambda: self._look_closer().toggle_frame())

    # What the workbench says

    def _show_desk(self, desk: Desk) -> None:
        self._desk = desk
        names = [desk.document.name if desk.document else ""]
        names += [desk.library.name if desk.library else "", "Kontext Desktop"]
        self.setWindowTitle(" · ".join(name for name in names if name))
        self.canvas.set_frame(desk.frame)
        for acts in self._reach_library():
            acts.show_desk(desk)
        if desk.document is not None:
            self._look_closer()
            self.top_bar.offer_compare()
        for name in (*_WITH_PICTURE, *(command.name for command in LOOKING_COMMANDS)):
            if name in self.actions_by_name:
                self.actions_by_name[name].setEnabled(desk.document is not None)
        marked = desk.document is not None and desk.document.never_send
        self.actions_by_name["never_send"].setChecked(marked)
        if self._job_windows is not None:
            self._job_windows.show_desk(desk)
        self._show_mode(desk.mode is None)

    def _show_mode(self, unchosen: bool) -> None:
        """Without a mode the first choice stands in the place of the canvas."""
        if unchosen and self._first_run is None:
            from kontext_desktop.ui.first_run import FirstRun

            self._first_run = FirstRun(self.workbench, self._theme)
            self._centre.addWidget(self._first_run, 0, 0, 3, 3)
        self.canvas.setVisible(not unchosen)
        if self._first_run is not None:
            self._first_run.setVisible(unchosen)

    def _show_notice(self, notice: Notice) -> None:
        """Notices are shown by a bar of their own, made with the first one."""
        if self._notices is None:
            from kontext_desktop.ui.notices import NoticeBar

            self._notices = NoticeBar(self.workbench, self._theme)
            self._notices.setMaximumWidth(_NOTICE_WIDTH)
            self._centre.addWidget(self._notices, 1, 1)
            self._notices.asked.connect(self._open_job_window)
            self._notices.add(notice)  # the signal under way reaches only those who listened before

    # What the person does

    def _open(self) -> None:
        last = next(iter(self.workbench.settings.recent_files), "")
        path = self._ask.picture_to_open(self, Path(last).parent if last else Path.home())
        if path is not None:
            self.workbench.open_file(path)

    def _open_first(self, files: list[Path]) -> None:
        self.workbench.open_file(files[0])
        if len(files) > 1:
            self._tell(f"Opened {files[0].name}: one picture at a time.")

    def _paste(self) -> None:
        if not self.canvas.take(QGuiApplication.clipboard().mimeData()):
            self._tell("There is no picture on the clipboard.", "Copy one, then paste it here.")

    def _take_picture(self, image: QImage) -> None:
        if image.isNull():
            self._tell("The picture could not be read.", "Save it as a file, then open that.")
        else:
            from kontext_desktop.ui.pixels import raster_from

            self.workbench.paste_picture(raster_from(image), "Pasted picture")

    def _refuse_drop(self) -> None:
        self._tell("Only files of this computer can be dropped.", "Save it first, then drop it.")

    def _act_on_picture(self, name: str) -> None:
        """What `picture_acts` does under this name."""
        from kontext_desktop.ui import picture_acts

        if self._desk is not None:
            getattr(picture_acts, name)(self.workbench, self._ask, self._desk, self)

    def _open_job_window(self, job_id: str, action: str) -> None:
        """The windows about single jobs are made when one is first asked for."""
        if self._job_windows is None:
            from kontext_desktop.ui.job_windows import JobWindows

            self._job_windows = JobWindows(self.workbench, self._theme, self._ask, self)
            if self._desk is not None:
                self._job_windows.show_desk(self._desk)
        self._job_windows.open(job_id, action)

    def _look_closer(self) -> Looking:
        """What there is beyond looking at one picture is made with the first one."""
        if self._looking is None:
            from kontext_desktop.ui.looking import Looking

            looking = self._looking = Looking(
                self.workbench,
                self._theme,
                self.canvas,
                self._centre,
                self._keys,
                self,
            )
            made = make_actions(self, LOOKING_COMMANDS, looking.list_slots(), self._keys)
            for action in made.values():
                action.setEnabled(False)
            self.actions_by_name |= made
            looking.take_actions(made)
            looking.comparing_changed.connect(self.top_bar.show_comparing)
            looking.framing_changed.connect(self.prompt_panel.show_framing)
            if self._desk is not None:
                looking.show_desk(self._desk)
        return self._looking

    def _reach_library(self) -> tuple[VersionActs, LibraryActs]:
        """What is done about versions and the library is made once the window is painted."""
        if self._library_acts is None:
            from kontext_desktop.ui.library_acts import LibraryActs
            from kontext_desktop.ui.version_acts import VersionActs

            versions = VersionActs(self.workbench, self._theme, self)
            library = LibraryActs(self.workbench, self._theme, self._ask, self)
            self._library_acts = versions, library
            made = make_actions(self, VERSION_COMMANDS, versions.list_slots(), self._keys)
            versions.take_actions(made)
            versions.compare_asked.connect(
                lambda version_id: self._look_closer().compare_with(version_id)
            )
            more = make_actions(self, LIBRARY_COMMANDS, library.list_slots(), self._keys)
            self.actions_by_name |= made | more
        return self._library_acts

    def _generate(self) -> None:
        """With the panels hidden the price comes into sight first; the next press orders."""
        if self.arrangement.bare:
            self._rearrange(self.arrangement.toggle_bare)
        else:
            self.generate_bar.generate()

    def _write(self) -> None:
        """Into the instruction, wherever it is: what is typed next must not be taken for keys."""
        if self.arrangement.bare:
            self._rearrange(self.arrangement.toggle_bare)
        self.prompt_panel.setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """A control that is put away while it has the focus leaves it to the picture: Qt would give
        it to any neighbour, as if somebody had come there by keyboard."""
        left: QWidget | None = self.focusWidget()
        if left is not None and not left.isVisible() and self.canvas.isVisible():
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(forward)

    def _step_back(self) -> None:
        """From writing to the picture, from two pictures to one, from full screen to the window."""
        writing = is_writing()
        self.canvas.setFocus()
        if writing or (self._looking is not None and self._looking.leave()):
            return
        if self.isFullScreen():
            self._toggle_full_screen()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._show_full(self.isFullScreen())

    def _show_full(self, full: bool) -> None:
        """In full screen there is the picture alone; Tab brings the panels."""
        if full == self.top_bar.isHidden():
            return
        if full:
            self._bare_before = self.arrangement.bare
        if self.arrangement.bare != (full or self._bare_before):
            self.arrangement.toggle_bare()
        for bar in (self.top_bar, self.status_bar):
            bar.setHidden(full)
        if self._looking is not None:
            self._looking.show_bare(full)

    def _hold_before(self, held: bool) -> None:
        if held:
            self.workbench.want_before()
        self.canvas.hold_before(held)

    def _rearrange(self, change: Callable[[], None]) -> None:
        """Show or hide panels without moving a zoomed picture on the screen."""
        canvas = self.canvas
        fitted, kept = canvas.fitted, canvas.document_position(QPointF(0, 0))
        corner = canvas.mapToGlobal(QPointF(0, 0))
        change()
        if not fitted:
            canvas.show_at(kept, canvas.mapFromGlobal(corner))

    def _name_panels(self) -> None:
        words = "Show panels" if self.arrangement.bare else "Hide panels"
        self.actions_by_name["panels"].setText(words)

    def _tell(self, message: str, hint: str = "") -> None:
        self.workbench.notice_raised.emit(Notice(Tone.PLAIN, message, hint))

    def open_settings(self) -> None:
        from kontext_desktop.ui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.workbench, self._theme, self)
        if self._desk is not None:
            dialog.show_desk(self._desk)
        self._open_dialog(dialog)

    def _open_help(self, page: str) -> None:
        from kontext_desktop.ui import help as pages

        make = pages.make_shortcuts_page if page == "shortcuts" else pages.make_about_page
        self._open_dialog(make(self._theme, self))

    def _open_dialog(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _close_dialogs(self) -> None:
        """They are about the library before."""
        from PySide6.QtWidgets import QDialog

        for dialog in self.findChildren(QDialog):
            dialog.close()

    def come_forward(self, files: list[Path]) -> None:
        """The program was started once more, with these files: here is its window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        if files:
            self._open_first(files)

    def _quit(self) -> None:
        self.close()

    # Leaving and coming back

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.isFullScreen():
            self._toggle_full_screen()  # the next start is a window again
        if self._looking is not None:
            self.workbench.keep_window({"looking": self._looking.state()})
            self._looking.close()
        self.workbench.keep_window(
            {
                "geometry": self.saveGeometry().toBase64().toStdString(),
                "arrangement": self.arrangement.state(),
                "view": self.canvas.view_state(),
            }
        )
        self.workbench.close()
        super().closeEvent(event)

    def _restore(self) -> None:
        kept = self.workbench.settings.window
        geometry = QByteArray.fromBase64(kept.get("geometry", "").encode("ascii", "ignore"))
        if not self.restoreGeometry(geometry):
            room = self.screen().availableSize()
            width, height = _FIRST_SIZE
            self.resize(
                min(width, room.width() - FRAME_AROUND.width()),
                min(height, room.height() - FRAME_AROUND.height()),
            )
        self.arrangement.restore(kept.get("arrangement", ""))
        self.canvas.restore_view(kept.get("view", "fit"))
