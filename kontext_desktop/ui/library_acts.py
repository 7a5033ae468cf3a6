"""What is done about the library, by menu and key; its windows are made when first asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from kontext_desktop.ui.ask import Ask
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench


class LibraryActs(QObject):
    def __init__(self, workbench: Workbench, theme: Theme, ask: Ask, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._theme, self._window = workbench, theme, window
        self._ask = ask
        self._open: dict[str, QDialog] = {}

    def list_slots(self) -> dict[str, Callable[[], None]]:
        """What each command of `commands.LIBRARY_COMMANDS` does."""
        return {"history": self._open_history, "trash": self._open_trash}

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
