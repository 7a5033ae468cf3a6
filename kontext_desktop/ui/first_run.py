"""The first choice: practise with the stand-in, or use a key. Shown while no mode is chosen."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.catalog import KONTEXT_MAX, dollars
from kontext_desktop.ui.fields import KeyField
from kontext_desktop.ui.pieces import Words, mark
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench

_CARD_WIDTH = 336


class FirstRun(QWidget):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firstRun")
        self._workbench = workbench
        self._theme = theme
        self._asked = False
        cards = QHBoxLayout()
        cards.setSpacing(theme.size("gap"))
        cards.addStretch(1)
        cards.addWidget(self._practice_card())
        cards.addWidget(self._key_card())
        cards.addStretch(1)
        title = QLabel("How do you want to start?")
        title.setProperty("kind", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        foot = QLabel("This can be changed at any time in the settings.")
        foot.setProperty("kind", "secondary")
        foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setSpacing(theme.size("gap"))
        column.addStretch(2)
        column.addWidget(title)
        column.addLayout(cards)
        column.addWidget(foot)
        column.addStretch(3)
        workbench.key_checked.connect(self._show_answer)

    def _practice_card(self) -> QFrame:
        self._practice = QPushButton("Start with practice")
        self._practice.setObjectName("choosePractice")
        self._practice.setProperty("kind", "primary")
        self._practice.setAutoDefault(True)
        self._practice.clicked.connect(lambda: self._workbench.choose_mode("practice"))
        card, column = self._card("Practice first")
        for text in (
            "The whole program with a stand-in that draws: open, edit, compare, export.",
            "No key and no cost. Nothing leaves this machine.",
            "What it draws is no AI result; the window says so all the time.",
        ):
            column.addWidget(_sentence(text))
        column.addStretch(1)
        column.addWidget(self._practice)
        return card

    def _key_card(self) -> QFrame:
        host = urlsplit(self._workbench.settings.endpoint).hostname or ""
        self._key = KeyField()
        self._key.setObjectName("firstKey")
        self._key.setAccessibleName("API key")
        self._key.setPlaceholderText("API key")
        self._key.returnPressed.connect(self._put_key)
        self._key.textEdited.connect(lambda _: self._show_problem(""))
        self._use = QPushButton("Use this key")
        self._use.setObjectName("useKey")
        self._use.setProperty("kind", "primary")
        self._use.setAutoDefault(True)
        self._use.clicked.connect(self._put_key)
        self._answer = Words(kind="secondary", lines=3)
        self._answer.setObjectName("keyAnswer")
        card, column = self._card("I have a key")
        price = dollars(KONTEXT_MAX.price)
        column.addWidget(_sentence(f"{KONTEXT_MAX.name} at wavespeed.ai, {price} an image."))
        column.addWidget(
            _sentence(
                f"The key is kept in the system's keyring and sent only to {host}. "
                "It works after the account's first top-up."
            )
        )
        column.addStretch(1)
        column.addWidget(self._answer)
        column.addWidget(self._key)
        column.addWidget(self._use)
        return card

    def _card(self, title: str) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(_CARD_WIDTH)
        card.setMinimumHeight(272)
        column = QVBoxLayout(card)
        margin = self._theme.size("padding") + 2
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(8)
        label = QLabel(title)
        label.setProperty("kind", "title")
        column.addWidget(label)
        return card, column

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():  # coming back from the task bar leaves the focus where it was
            self._practice.setFocus()

    def _put_key(self) -> None:
        key = self._key.take()
        if not key:
            self._show_problem("Paste the key first.")
            self._key.setFocus()
            return
        self._asked = True
        self._use.setEnabled(False)
        self._show_problem("")
        self._answer.show_text("Checking the key…")
        self._workbench.put_key(key)

    def _show_answer(self, accepted: bool, sentence: str) -> None:
        if not self._asked:
            return
        self._asked = False
        self._use.setEnabled(True)
        if accepted:
            self._answer.show_text(sentence)
            self._workbench.choose_mode("real")
        else:
            self._show_problem(sentence)
            self._key.setFocus()

    def _show_problem(self, sentence: str) -> None:
        mark(self._key, "error", bool(sentence))
        self._answer.show_text(sentence)


def _sentence(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", "secondary")
    label.setWordWrap(True)
    return label
