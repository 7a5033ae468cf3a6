"""The one button that spends money, with its price, and what was spent today."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.catalog import dollars
from kontext_desktop.first_words import Draft
from kontext_desktop.ui.pieces import Words, plain_tip
from kontext_desktop.ui.status_bar import spent_text
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

_QUIET_MS = 1000
"""Longer than a double click takes, and than a held key usually waits before it repeats."""


class GenerateBar(QWidget):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generateBar")
        self._workbench = workbench
        self._count = 1
        self._desk: Desk | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_QUIET_MS)

        self._button = QPushButton("Generate")
        self._button.setObjectName("generate")
        self._button.setProperty("kind", "primary")
        self._button.setAutoDefault(True)  # Enter presses it, not only Space
        self._button.setEnabled(False)
        self._button.clicked.connect(self.generate)
        self._reason = Words("Ctrl+Enter", "secondary")
        self._reason.setObjectName("generateReason")
        self._spent = Words(kind="secondary")
        self._spent.setObjectName("spentToday")
        self._spent.setAlignment(Qt.AlignmentFlag.AlignRight)

        padding = theme.size("padding")
        column = QVBoxLayout(self)
        column.setContentsMargins(padding, theme.size("gap"), padding, 8)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(self._reason, 1)
        row.addWidget(self._spent)
        column.addWidget(self._button)
        column.addLayout(row)
        workbench.desk_changed.connect(self._show_desk)
        workbench.draft_changed.connect(self._show_draft)

    def generate(self) -> None:
        """Send the draft, once for each time the person asks.

        A call counts only after a second without another: the second click of a double click and
        the repeats of a held key belong to the call they follow, whatever the workbench answered
        in between.
        """
        asked_again = self._settling.isActive()
        self._settling.start()
        if not asked_again and self._button.isEnabled():
            self._workbench.generate()

    def _show_draft(self, draft: Draft) -> None:
        self._count = draft.count
        self._show_price()

    def _show_desk(self, desk: Desk) -> None:
        self._desk = desk
        self._button.setEnabled(desk.can_generate)
        today = spent_text(desk)
        if desk.daily_cap:  # 0: there is none
            today += f" of {dollars(desk.daily_cap)}"
        if desk.practice:
            today = "Practice: nothing is charged"
        # Either what stands in the way or what a click would add to: never both in one line.
        self._reason.show_text(desk.why_not or "Ctrl+Enter")
        self._spent.show_text("" if desk.why_not else today)
        self._spent.explain(desk.spend_note)
        self._show_price()

    def _show_price(self) -> None:
        if self._desk is None:
            return
        text = f"Generate {self._count} · {dollars(self._desk.price)}"
        self._button.setText(text)
        self._button.setAccessibleName(text)
        why = self._desk.why_not
        self._button.setToolTip(plain_tip(why) or "Send the edit: Ctrl+Enter")
        self._button.setAccessibleDescription(why)
