"""What is done about the library, by menu and key; its windows are made when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from kontext_desktop.ui.ask import Ask
from kontext_desktop.ui.commands import literal
from kontext_desktop.ui.question import Question
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench


class LibraryActs(QObject):
    def __init__(self, workbench: Workbench, theme: Theme, ask: Ask, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._theme, self._window = workbench, theme, window
        self._ask = ask
        self._open: dict[str, QDialog] = {}
        self._desk: Desk | None = None

    def list_slots(self) -> dict[str, Callable[[], None]]:
        """What each command of `commands.LIBRARY_COMMANDS` does."""
        return {
            "history": self._open_history,
            "trash": self._open_trash,
            "care": self._open_care,
            "pack": self._open_pack,
            "unpack": self._unpack,
            "library_new": partial(self._choose_library, new=True),
            "library_open": partial(self._choose_library, new=False),
        }

    def show_desk(self, desk: Desk) -> None:
        self._desk = desk

    def fill_recent(self, menu: QMenu) -> None:
        """The libraries that were open before, and the usual one."""
        menu.clear()
        present = self._desk.library if self._desk is not None else None
        if present is None or present.name:
            usual = menu.addAction("The usual library")
            usual.triggered.connect(lambda: self._change_library(None, new=False))
        for name in self._workbench.settings.recent_libraries:
            folder = Path(name)
            action = menu.addAction(literal(f"{folder.name} · {folder.parent}"))
            action.setEnabled(present is None or name != present.folder)
            action.triggered.connect(
                lambda _=False, folder=folder: self._change_library(folder, new=False)
            )

    def _choose_library(self, *, new: bool) -> None:
        present = self._desk.library if self._desk is not None else None
        near = Path(present.folder).parent if present is not None else Path.home()
        title = "An empty folder for the new library" if new else "The library's folder"
        folder = self._ask.folder(self._window, title, near)
        if folder is not None:
            self._change_library(folder, new=new)

    def _change_library(self, folder: Path | None, *, new: bool) -> None:
        """Edits that are under way are spoken of before they go out of sight."""

        def change() -> None:
            self._workbench.open_library(folder, new=new)

        desk = self._desk
        going = 0 if desk is None else desk.running + desk.waiting + desk.looking_up
        if not going:
            change()
            return
        edits = "1 edit is" if going == 1 else f"{going} edits are"
        question = Question(
            self._theme,
            f"{edits} under way. Change the library?",
            "What was sent goes on at the service and is collected when this library is open "
            "again; the service keeps it for 7 days. What was not sent yet waits there for your "
            "click.",
            "Change library",
            "Stay",
            self._window,
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(change)
        question.open()

    def _open_history(self) -> None:
        def make() -> QDialog:
            from kontext_desktop.ui.history_window import HistoryWindow

            return HistoryWindow(self._workbench, self._theme, self._window)

        self._bring("history", make)

    def _open_trash(self) -> None:
        def make() -> QDialog:
            from kontext_desktop.ui.trash_dialog import TrashDialog

            return TrashDialog(self._workbench, self._theme, self._window)

        self._bring("trash", make)

    def _open_care(self) -> None:
        def make() -> QDialog:
            from kontext_desktop.ui.care_dialog import CareDialog

            return CareDialog(self._workbench, self._theme, self._window)

        self._bring("care", make)

    def _open_pack(self) -> None:
        def make() -> QDialog:
            from kontext_desktop.ui.pack_dialog import PackDialog

            document = self._desk.document if self._desk is not None else None
            args = self._workbench, self._theme, self._ask, document, self._window
            dialog = PackDialog(*args)
            dialog.accepted.connect(self._show_work)
            return dialog

        self._bring("pack", make)

    def _unpack(self) -> None:
        from kontext_desktop.ui.pack_dialog import KINDS

        file = self._ask.file_to_open(self._window, "Unpack", Path.home(), KINDS)
        if file is not None:
            self._workbench.upkeep.unpack(file)
            self._show_work()

    def _show_work(self) -> None:
        """How far it is, unless it is done already."""

        def make() -> QDialog:
            from kontext_desktop.ui.work_row import WorkDialog

            return WorkDialog(self._workbench, self._theme, self._window)

        if self._workbench.upkeep.work is not None:
            self._bring("work", make)

    def _bring(self, name: str, make: Callable[[], QDialog]) -> None:
        """Open a window, or bring it to the front where it is open."""
        if name in self._open:
            self._open[name].show()
            self._open[name].raise_()
            self._open[name].activateWindow()
            return
        dialog = self._open[name] = make()
        if name != "history":  # which keeps what was looked for
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.finished.connect(lambda _: self._open.pop(name, None))
        dialog.show()
