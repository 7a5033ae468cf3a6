"""What happened to a Job, event by event: to be read, selected and copied."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.ui.framed import lay_out, remember_size
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench
from kontext_desktop.workbench.inquiry import JobLog

_SIZE = (760, 420)


class LogDialog(QDialog):
    def __init__(self, workbench: Workbench, theme: Theme, log: JobLog, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("jobLog")
        self.setWindowTitle("What happened")
        prompt = Words(log.job.recipe.prompt, "title", lines=2)
        facts = Words(_facts(log), "secondary")
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text = QPlainTextEdit()
        text.setObjectName("jobEvents")
        text.setAccessibleName("Events")
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # the columns stay columns
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(theme.size("font_small"))
        text.setFont(fixed)
        text.setPlainText(_lines(log))
        copy, close = QPushButton("Copy"), QPushButton("Close")
        copy.setObjectName("copyLog")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(log.as_text()))
        copy.clicked.connect(lambda: copy.setText("Copied"))
        copy.setAutoDefault(False)
        close.setObjectName("closeLog")
        close.clicked.connect(self.reject)

        words = QVBoxLayout()
        words.setSpacing(8)
        for part in (prompt, facts):
            words.addWidget(part)
        words.addWidget(text, 1)
        lay_out(self, theme, words, (), (copy, close))
        remember_size(self, workbench, _SIZE)
        close.setFocus()


def _facts(log: JobLog) -> str:
    job = log.job
    parts = [f"seed {job.recipe.seed}", "practice" if job.origin.practice else ""]
    parts.append(f"prediction {job.prediction_id}" if job.prediction_id else "not accepted")
    return " · ".join(part for part in parts if part)


def _lines(log: JobLog) -> str:
    """One event a line, in columns; the day where it is another than before."""
    lines, day = [], ""
    for event in log.events:
        when = datetime.fromtimestamp(event.at)
        today = f"{when:%d %B %Y}"
        if today != day:
            day = today
            lines.append(today)
        note = " ".join(event.note.split())
        lines.append(f"  {when:%H:%M:%S}  {event.state.value:<12} {note}".rstrip())
    return "\n".join(lines)
