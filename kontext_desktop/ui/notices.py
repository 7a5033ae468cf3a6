"""Messages inside the window, one at a time, in the order they came."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.ui.pieces import Dot, Words, mark
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Deed, Notice, Tone, Workbench

_SECONDS_SHOWN = 6
_SETTLE_MS = 1000
"""What a notice offers is not done by a click that was meant for the one before it."""
_STAYING = frozenset({Tone.LOOK, Tone.TROUBLE})


class NoticeBar(QFrame):
    """Hidden while there is nothing to say. Good news go by themselves, the rest when dismissed."""

    asked = Signal(str, str)
    """Job id, and what is to be opened about it: "look"."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.setObjectName("noticeBar")
        self.setProperty("kind", "card")
        self.setAccessibleName("Notice")
        self._notices: list[Notice] = []
        self._seen = 0
        """How many of the present run were shown and are gone: "2 of 3"."""
        self._leave = QTimer(self)
        self._leave.setObjectName("noticeLeave")
        self._leave.setSingleShot(True)
        self._leave.setInterval(_SECONDS_SHOWN * 1000)
        self._leave.timeout.connect(self.dismiss)

        self._settling = QTimer(self)
        self._settling.setObjectName("noticeSettling")
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._dot = Dot(theme)
        self._message = Words(lines=3)
        self._message.setObjectName("noticeMessage")
        self._hint = Words(kind="secondary", lines=3)
        self._hint.setObjectName("noticeHint")
        self._place = Words(kind="secondary")
        self._place.setObjectName("noticePlace")
        self._copy = QPushButton("Copy details")
        self._copy.setObjectName("noticeCopy")
        self._copy.setProperty("kind", "quiet")
        self._copy.setAutoDefault(True)
        self._copy.clicked.connect(self._copy_details)
        dismiss = QPushButton("×")
        dismiss.setObjectName("noticeDismiss")
        dismiss.setProperty("kind", "quiet")
        dismiss.setAccessibleName("Dismiss")
        dismiss.setToolTip("Dismiss")
        dismiss.setAutoDefault(True)
        dismiss.setFixedWidth(28)
        dismiss.clicked.connect(self.dismiss)

        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._message)
        words.addWidget(self._hint)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("padding"), 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addLayout(words, 1)
        row.addWidget(self._place)
        self._deeds = QHBoxLayout()
        self._deeds.setSpacing(8)
        row.addLayout(self._deeds)
        row.addWidget(self._copy)
        row.addWidget(dismiss)
        self.hide()
        workbench.notice_raised.connect(self.add)

    def add(self, notice: Notice) -> None:
        """Show the notice after those before it; one that is waiting already is not said twice."""
        if notice in self._notices:
            return
        self._notices.append(notice)
        if len(self._notices) == 1:
            self._show_first()
        else:
            self._show_place()

    def dismiss(self) -> None:
        """Go on to the next notice, or hide."""
        self._leave.stop()
        del self._notices[:1]
        self._seen += 1
        if self._notices:
            self._show_first()
        else:
            self._seen = 0
            self.hide()

    def _show_first(self) -> None:
        notice = self._notices[0]
        self._dot.show_tone(notice.tone)
        mark(self, "tone", notice.tone.value)
        self._message.show_text(notice.message)
        self._hint.show_text(notice.hint)
        self._hint.setVisible(bool(notice.hint))
        self._copy.setText("Copy details")
        self._copy.setVisible(bool(notice.detail))
        self._show_deeds(notice)
        self._show_place()
        self.setAccessibleDescription(f"{notice.message} {notice.hint}".strip())
        if notice.tone not in _STAYING:
            self._leave.start()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _show_place(self) -> None:
        total = self._seen + len(self._notices)
        self._place.show_text(f"{self._seen + 1} of {total}" if total > 1 else "")
        self._place.setVisible(total > 1)

    def _show_deeds(self, notice: Notice) -> None:
        """A button for each way out; new ones for each notice."""
        while (item := self._deeds.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for deed in notice.deeds:
            button = QPushButton(deed.text)
            button.setObjectName(f"deed {deed.name}")
            button.setAutoDefault(True)
            button.clicked.connect(lambda _=False, deed=deed: self._do(deed))
            self._deeds.addWidget(button)
        if notice.deeds:
            self._settling.start()

    def _do(self, deed: Deed) -> None:
        active = self._settling.isActive()
        self._settling.start()  # the repeats of a held key are never alone
        if active:
            return
        self.dismiss()
        if deed.name == "look":
            for job_id in deed.job_ids:
                self.asked.emit(job_id, deed.name)
        else:
            self._workbench.do(deed)

    def _copy_details(self) -> None:
        notice = self._notices[0]
        parts = [notice.message, notice.hint, notice.detail]
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))
        self._copy.setText("Copied")
