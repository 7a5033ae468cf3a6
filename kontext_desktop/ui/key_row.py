"""Save, replace or forget the API key; what is shown of it is a sentence, never the key."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from kontext_desktop.ui.fields import KeyField
from kontext_desktop.ui.pieces import Dot, Words, mark
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Tone, Workbench


class KeyRow(QWidget):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._asked = False
        self._dot = Dot(theme)
        self._state = Words()
        self._state.setObjectName("keyState")
        self._field = KeyField()
        self._field.setObjectName("settingsKey")
        self._field.setAccessibleName("New API key")
        self._field.setPlaceholderText("New API key")
        self._field.returnPressed.connect(self._put_key)
        self._save = QPushButton("Save key")
        self._save.setObjectName("saveKey")
        self._save.clicked.connect(self._put_key)
        self._forget = QPushButton("Forget key")
        self._forget.setObjectName("forgetKey")
        self._forget.clicked.connect(lambda: workbench.forget_key())
        self._answer = Words(kind="secondary", lines=3)
        self._answer.setObjectName("settingsKeyAnswer")
        self._answer.hide()
        self.setFocusProxy(self._field)

        state = QHBoxLayout()
        state.setSpacing(8)
        state.addWidget(self._dot)
        state.addWidget(self._state, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.addLayout(state, 0, 0)
        grid.addWidget(self._forget, 0, 1)
        grid.addWidget(self._field, 1, 0)
        grid.addWidget(self._save, 1, 1)
        grid.addWidget(self._answer, 2, 0, 1, 2)
        workbench.key_checked.connect(self._show_answer)

    def show_state(self, text: str, tone: Tone) -> None:
        self._dot.show_tone(tone)
        self._state.show_text(text)

    def _put_key(self) -> None:
        key = self._field.take()
        if not key:
            self._say("Paste the key first.", wrong=True)
            return
        self._asked = True
        self._save.setEnabled(False)
        self._say("Checking the key…", wrong=False)
        self._workbench.put_key(key)

    def _show_answer(self, accepted: bool, sentence: str) -> None:
        if self._asked:
            self._asked = False
            self._save.setEnabled(True)
            self._say(sentence, wrong=not accepted)

    def _say(self, sentence: str, *, wrong: bool) -> None:
        mark(self._field, "error", wrong)
        self._answer.show_text(sentence)
        self._answer.show()
