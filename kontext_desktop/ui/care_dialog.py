"""The library looked after: what it takes, whether it is well, its backups, what can go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.ui.framed import lay_out, named_button, remember_size
from kontext_desktop.ui.pieces import Dot, Words, hairline, plain_tip
from kontext_desktop.ui.question import Question
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.work_row import Bar, WorkRow
from kontext_desktop.workbench import Tone, Workbench
from kontext_desktop.workbench.care_errands import Backup, Health, Survey, megabytes
from kontext_desktop.workbench.state import Work

_SIZE = (860, 600)
_BACKUP = Qt.ItemDataRole.UserRole
_RESTORING = (
    "All records are put back to what they were then. What is there now is kept, set aside in the "
    "library's folder. Pictures and results are files of their own and stay; Check and mend brings "
    "back the versions that were made since."
)
_EMPTYING = (
    "Pictures, words, notes and files of what is there are taken out of the library, and nothing "
    "brings them back. What it cost stays in the books."
)


class CareDialog(QDialog):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("care")
        self.setWindowTitle("Library care")
        self._workbench, self._theme = workbench, theme
        self._upkeep, self._trash = workbench.upkeep, workbench.trash
        self._survey: Survey | None = None
        self._damaged = 0
        self._buttons: list[QPushButton] = []
        self._folder = Words(kind="secondary")
        self._folder.setObjectName("careFolder")
        self._counts = Words("Looking…", "title")
        self._counts.setObjectName("careCounts")
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(theme.size("gap"))
        left.addWidget(Words("Storage", "heading"))
        left.addLayout(self._build_uses())
        left.addStretch(1)
        left.addWidget(hairline())
        left.addLayout(self._build_tidying())
        right.addWidget(Words("Health", "heading"))
        right.addLayout(self._build_health(), 1)
        right.addWidget(hairline())
        right.addWidget(Words("Backups", "heading"))
        right.addLayout(self._build_backups(), 1)
        columns = QHBoxLayout()
        columns.setSpacing(2 * theme.size("padding"))
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._counts)
        head.addWidget(self._folder)
        body = QVBoxLayout()
        body.setSpacing(theme.size("padding"))
        body.addLayout(head)
        body.addLayout(columns, 1)
        body.addWidget(WorkRow(self._upkeep, theme))
        close = named_button("careClose", "Close")
        close.clicked.connect(self.reject)
        lay_out(self, theme, body, (), (close,))
        remember_size(self, workbench, _SIZE)
        self._upkeep.surveyed.connect(self._show_survey)
        self._upkeep.checked.connect(self._show_health)
        self._upkeep.working.connect(self._offer)
        self._trash.listed.connect(lambda _: self._upkeep.survey())
        self._offer(self._upkeep.work)
        self._upkeep.survey()

    # Building

    def _build_uses(self) -> QGridLayout:
        """A line for each kind of thing, filled when it is known."""
        self._uses = QGridLayout()
        self._uses.setHorizontalSpacing(12)
        self._uses.setVerticalSpacing(6)
        self._uses.setColumnStretch(0, 1)
        return self._uses

    def _build_tidying(self) -> QVBoxLayout:
        self._needless = Words("", "secondary", lines=3)
        self._needless.setObjectName("careNeedless")
        self._tidy = self._button("careTidy", "Remove", self._upkeep.remove_garbage)
        self._in_trash = Words("", "secondary", lines=2)
        self._in_trash.setObjectName("careTrash")
        self._empty = self._button("careEmpty", "Empty trash…", self._ask_to_empty)
        column = QVBoxLayout()
        column.setSpacing(8)
        for words, button in ((self._needless, self._tidy), (self._in_trash, self._empty)):
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(words, 1)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        return column

    def _build_health(self) -> QVBoxLayout:
        self._dot = Dot(self._theme)
        self._summary = Words(
            "Check looks at every record and every file, and changes nothing.", lines=3
        )
        self._summary.setObjectName("careSummary")
        self._check = self._button("careCheck", "Check", self._upkeep.check)
        self._mend = self._button("careMend", "Check and mend", self._upkeep.repair)
        self._mend.setToolTip("After a backup; what is damaged is set aside, nothing is deleted")
        self._findings = QListWidget()
        self._findings.setObjectName("careFindings")
        self._findings.setAccessibleName("What was found")
        self._findings.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self._summary, 1)
        row.addWidget(self._check, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._mend, 0, Qt.AlignmentFlag.AlignTop)
        self._dot.hide()
        self._findings.hide()
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._findings, 1)
        column.addStretch(0)
        return column

    def _build_backups(self) -> QVBoxLayout:
        self._backups = QListWidget()
        self._backups.setObjectName("careBackups")
        self._backups.setAccessibleName("Backups")
        self._backups.itemSelectionChanged.connect(lambda: self._offer(self._upkeep.work))
        about = "One a day, of all records. Pictures are files of their own: copy the whole folder."
        self._back_up = self._button("careBackUp", "Back up now", self._upkeep.back_up)
        self._restore = self._button("careRestore", "Put back…", self._ask_to_restore)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._back_up)
        row.addWidget(self._restore)
        row.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(Words(about, "secondary", lines=2))
        column.addWidget(self._backups, 1)
        column.addLayout(row)
        return column

    def _button(self, name: str, text: str, act: Callable[[], None]) -> QPushButton:
        button = named_button(name, text)
        button.clicked.connect(lambda: act())
        self._buttons.append(button)
        return button

    # What is known

    def _show_survey(self, survey: Survey) -> None:
        self._survey = survey
        self._folder.show_text(survey.folder)
        pictures = _many(survey.documents, "picture")
        self._counts.show_text(f"{pictures}, {_many(survey.versions, 'version')}")
        while (item := self._uses.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        largest = max((use.bytes for use in survey.uses), default=1)
        for row, use in enumerate(survey.uses):
            self._add_use(2 * row, use.words, megabytes(use.bytes), use.bytes / largest)
        last = 2 * len(survey.uses)
        self._add_use(last, "In all", megabytes(survey.total), None)
        self._add_use(last + 1, "Free on its disk", megabytes(survey.free), None)
        self._show_tidying(survey)
        self._show_backups(survey)
        self._offer(self._upkeep.work)

    def _add_use(self, row: int, name: str, figure: str, share: float | None) -> None:
        amount = Words(figure)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._uses.addWidget(Words(name, "heading"), row, 0)
        self._uses.addWidget(amount, row, 1)
        if share is not None:
            bar = Bar(self._theme, "outline_hover")
            bar.show_share(share)
            self._uses.addWidget(bar, row + 1, 0, 1, 2)

    def _show_tidying(self, survey: Survey) -> None:
        if survey.kept_because:
            words = survey.kept_because
        elif survey.needless:
            files = _many(survey.needless, "file")
            words = f"{files} that nothing needs any more, {megabytes(survey.needless_bytes)}."
        else:
            words = "There is no file that nothing needs."
        self._needless.show_text(words)
        entries = f"{survey.in_trash} in the trash." if survey.in_trash else "The trash is empty."
        self._in_trash.show_text(entries)

    def _show_backups(self, survey: Survey) -> None:
        self._backups.clear()
        for backup in survey.backups:
            when = datetime.fromtimestamp(backup.at)
            text = f"{when:%d %B %Y, %H:%M} · {megabytes(backup.bytes)}"
            item = QListWidgetItem(text)
            item.setToolTip(plain_tip(backup.path.name))
            item.setData(_BACKUP, backup)
            self._backups.addItem(item)

    def _show_health(self, health: Health) -> None:
        self._damaged = health.damaged
        self._summary.show_text(health.summary)
        self._dot.show_tone(Tone.GOOD if health.good else Tone.TROUBLE)
        self._dot.show()
        self._findings.clear()
        for sentence in health.findings:
            self._findings.addItem(QListWidgetItem(sentence))
        self._findings.setVisible(bool(health.findings))
        self._upkeep.survey()

    def _offer(self, work: Work | None) -> None:
        free, survey = work is None, self._survey
        writable = survey is not None and not survey.reading_only
        for button in self._buttons:
            button.setEnabled(free and writable)
        self._check.setEnabled(free)
        if survey is not None:
            self._tidy.setEnabled(self._tidy.isEnabled() and survey.needless > 0)
            self._empty.setEnabled(self._empty.isEnabled() and survey.in_trash > 0)
        chosen = bool(self._backups.selectedItems())
        self._restore.setEnabled(self._restore.isEnabled() and chosen)

    # What is asked first

    def _ask_to_restore(self) -> None:
        survey = self._survey
        for item in self._backups.selectedItems():
            backup: Backup = item.data(_BACKUP)
            if survey is not None:
                when = datetime.fromtimestamp(backup.at)
                self._ask(
                    f"Put back the backup of {when:%d %B %Y, %H:%M}?",
                    _RESTORING,
                    "Put it back",
                    partial(self._upkeep.restore, survey.folder, backup.path),
                )

    def _ask_to_empty(self) -> None:
        question = "Erase everything in the trash for good?"
        self._ask(question, _EMPTYING, "Erase", self._trash.erase_all)

    def _ask(self, question: str, consequence: str, yes: str, act: Callable[[], None]) -> None:
        asked = Question(self._theme, question, consequence, yes, "Leave it", self)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.accepted.connect(act)
        asked.open()


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")
