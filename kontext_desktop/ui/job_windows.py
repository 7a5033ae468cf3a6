"""The windows about one Job, opened from its tile, a notice or one another, and made then."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QWidget

from kontext_desktop.ui.ask import Ask
from kontext_desktop.ui.found_dialog import FoundDialog
from kontext_desktop.ui.log_dialog import LogDialog
from kontext_desktop.ui.question import Question
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench
from kontext_desktop.workbench.inquiry import JobLog

_DELETING = (
    "Its record, and what was asked, cannot be brought back there. What is in this library stays. "
    "Whether the picture's public address ends at once, the service's documents do not agree: it "
    "may last until 7 days after the edit."
)


class JobWindows(QObject):
    def __init__(self, workbench: Workbench, theme: Theme, ask: Ask, window: QWidget) -> None:
        super().__init__(window)
        self._workbench = workbench
        self._theme = theme
        self._ask = ask
        self._window = window
        self._price = 0
        self._found: dict[str, FoundDialog] = {}
        self._log_wanted: set[str] = set()
        workbench.care.log_read.connect(self._show_log)

    def show_desk(self, desk: Desk) -> None:
        self._price = desk.price_of_one

    def open(self, job_id: str, action: str) -> None:
        """Do what was chosen at a tile and begins with a window of its own."""
        match action:
            case "look":
                self._look(job_id)
            case "log":
                self._want_log(job_id)
            case "save_received":
                self._save_received(job_id)
            case "delete":
                self._ask_to_delete(job_id)

    def _look(self, job_id: str) -> None:
        if job_id in self._found:
            self._found[job_id].raise_()
            self._found[job_id].activateWindow()
            return
        dialog = FoundDialog(self._workbench, self._theme, job_id, self._price, self._window)
        self._found[job_id] = dialog
        dialog.log_wanted.connect(self._want_log)
        dialog.finished.connect(lambda _: self._found.pop(job_id, None))
        _open(dialog)

    def _want_log(self, job_id: str) -> None:
        self._log_wanted.add(job_id)
        self._workbench.care.read_log(job_id)

    def _show_log(self, log: JobLog) -> None:
        if log.job.id in self._log_wanted:
            self._log_wanted.discard(log.job.id)
            parent = self._found.get(log.job.id, self._window)
            _open(LogDialog(self._workbench, self._theme, log, parent))

    def _save_received(self, job_id: str) -> None:
        target = self._ask.place_to_save(
            self._window, "Save the received bytes", Path.home() / "received.bin", "All files (*)"
        )
        if target is not None:
            self._workbench.care.save_received(job_id, target)

    def _ask_to_delete(self, job_id: str) -> None:
        question = Question(
            self._theme,
            "Delete this edit at the service?",
            _DELETING,
            "Delete there",
            "Keep",
            self._window,
        )
        question.accepted.connect(lambda: self._workbench.care.delete_at_service(job_id))
        _open(question)


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
