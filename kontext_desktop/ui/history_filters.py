"""What to look for in the history: words, and what else must be true of a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kontext_desktop.catalog import KONTEXT_MAX, USD
from kontext_desktop.model import JobState, Search
from kontext_desktop.ui.framed import named_button
from kontext_desktop.ui.history_rows import STATES
from kontext_desktop.ui.pieces import mark
from kontext_desktop.ui.theme import Theme

REST_MS = 200
"""It is searched once the typing has rested for so long."""
_MOST = 10_000 * USD
_DAY = "%Y-%m-%d"


class HistoryFilters(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.changed)
        self.words = self._field("searchWords", "Words in instructions, names, notes, tags", 0)
        stars = [("Any stars", 0), *((f"{'★' * n} or more", n) for n in range(1, 5)), ("★★★★★", 5)]
        self._stars = self._choice("searchStars", "Stars", stars)
        flags = [("Any flag", None), ("Picked", "pick"), ("Rejected", "reject"), ("No flag", "")]
        self._flag = self._choice("searchFlag", "Flag", flags)
        self._tag = self._choice("searchTag", "Tag", [("Any tag", "")])
        kinds = [("Practice and real", None), ("Practice", True), ("Real", False)]
        self._practice = self._choice("searchPractice", "Practice or real", kinds)
        states = [("Any state", None), *((text, state) for state, text in STATES.items())]
        self._state = self._choice("searchState", "State", states)
        ratios = [("Any ratio", None), ("As is", "")]
        ratios += [(ratio.name, ratio.name) for ratio in KONTEXT_MAX.ratios]
        self._ratio = self._choice("searchRatio", "Ratio", ratios)
        orders = [("Newest first", False), ("Oldest first", True)]
        self._order = self._choice("searchOrder", "Order", orders)
        self._seed = self._field("searchSeed", "Seed", 110)
        self._cost_from = self._field("searchCostFrom", "Cost from $", 100)
        self._cost_to = self._field("searchCostTo", "to $", 64)
        self._since = self._field("searchSince", "From 2026-01-31", 136)
        self._until = self._field("searchUntil", "to 2026-12-31", 136)
        clear = named_button("searchClear", "Clear", "Look for everything again")
        clear.setProperty("kind", "quiet")
        clear.clicked.connect(self.clear)
        chosen = (self._stars, self._flag, self._tag, self._practice, self._state, self._ratio)
        typed = (self._since, self._until, self._seed, self._cost_from, self._cost_to)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.words)
        for parts in (chosen, (*typed, None, self._order, clear)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for part in parts:
                row.addStretch(1) if part is None else row.addWidget(part)
            if parts is chosen:
                row.addStretch(1)
            column.addLayout(row)

    def list_tags(self, tags: Sequence[str]) -> None:
        """Offer these, with the chosen one still chosen."""
        chosen = self._tag.currentData()
        self._tag.blockSignals(True)
        self._tag.clear()
        self._tag.addItem("Any tag", "")
        for tag in tags:
            self._tag.addItem(tag, tag)
        self._tag.setCurrentIndex(max(0, self._tag.findData(chosen)))
        self._tag.blockSignals(False)

    def read(self) -> Search | None:
        """What to look for; None while a field says something that cannot be read, which it is
        marked for."""
        since, until = self._read(self._since, _day), self._read(self._until, _day)
        seed = self._read(self._seed, int)
        lowest, highest = self._read(self._cost_from, _money), self._read(self._cost_to, _money)
        if any(field.property("error") for field in self.findChildren(QLineEdit)):
            return None
        cost = None
        if lowest is not None or highest is not None:
            cost = (lowest or 0, _MOST if highest is None else highest)
        return Search(
            text=self.words.text(),
            since=since.timestamp() if since else None,
            until=(until + timedelta(days=1)).timestamp() if until else None,
            rating=self._stars.currentData(),
            flag=self._flag.currentData(),
            tag=self._tag.currentData() or "",
            seed=seed,
            ratio=self._ratio.currentData(),
            cost=cost,
            state=None if self._state.currentIndex() == 0 else JobState(self._state.currentData()),
            practice=self._practice.currentData(),
            oldest_first=self._order.currentData(),
        )

    def clear(self) -> None:
        for field in self.findChildren(QLineEdit):
            field.clear()
        for box in self.findChildren(QComboBox):
            box.setCurrentIndex(0)
        self.words.setFocus()

    def _read(self, field: QLineEdit, parse: Any) -> Any:
        text = field.text().strip()
        value, good = None, True
        if text:
            try:
                value = parse(text)
            except (ValueError, OverflowError):
                good = False
        mark(field, "error", not good)
        return value

    def _field(self, name: str, hint: str, width: int) -> QLineEdit:
        field = QLineEdit(self)
        field.setObjectName(name)
        field.setPlaceholderText(hint)
        field.setAccessibleName(hint)
        if width:
            field.setFixedWidth(width)
        field.textChanged.connect(lambda _: self._rest.start())
        return field

    def _choice(self, name: str, meaning: str, items: Sequence[tuple[str, Any]]) -> QComboBox:
        box = Picker(self)
        box.setObjectName(name)
        box.setAccessibleName(meaning)
        for text, value in items:
            box.addItem(text, value)
        box.currentIndexChanged.connect(lambda _: self._rest.start())
        return box


class Picker(QComboBox):
    """With a small mark that says that there is more to choose from."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.rect().adjusted(0, 0, -9, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, right, "▾")


def _day(text: str) -> datetime:
    return datetime.strptime(text, _DAY)


def _money(text: str) -> int:
    amount = round(float(text.removeprefix("$")) * USD)
    if amount < 0:
        raise ValueError(text)
    return amount
