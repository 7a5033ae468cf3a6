"""A question before something that cannot be taken back. The harmless answer is the default."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.ui.pieces import Words, hairline
from kontext_desktop.ui.theme import Theme

_WIDTH = 420


class Question(QDialog):
    """`accepted` when the answer was `yes`."""

    def __init__(
        self, theme: Theme, question: str, consequence: str, yes: str, no: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("question")
        self.setWindowTitle(question)
        padding = theme.size("padding")
        words = QVBoxLayout()
        words.setContentsMargins(padding, padding, padding, padding)
        words.setSpacing(8)
        words.addWidget(Words(question, "title", lines=2))
        words.addWidget(Words(consequence, "heading", lines=8))
        do, keep = QPushButton(yes), QPushButton(no)
        do.setObjectName("questionYes")
        do.setAutoDefault(False)
        do.clicked.connect(self.accept)
        keep.setObjectName("questionNo")
        keep.setDefault(True)
        keep.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(padding, 8, padding, 8)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(do)
        buttons.addWidget(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(words)
        column.addWidget(hairline())
        column.addLayout(buttons)
        self.setFixedSize(_WIDTH, column.heightForWidth(_WIDTH))
        keep.setFocus()
