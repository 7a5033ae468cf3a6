"""The line below everything: the pixel under the pointer, what runs, today's spend, the key."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from kontext_desktop.catalog import dollars
from kontext_desktop.ui.pieces import Dot, Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Tone, Workbench

_HEIGHT = 24
_PLACE_WIDTH = 120
_COLOUR_WIDTH = 180


class StatusBar(QFrame):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setFixedHeight(_HEIGHT)
        # Of fixed width: they change with every move of the pointer and must push nothing about.
        self._place = self._words("pixelPlace", "Position under the pointer")
        self._place.setFixedWidth(_PLACE_WIDTH)
        self._colour = self._words("pixelColour", "Colour under the pointer")
        self._colour.setFixedWidth(_COLOUR_WIDTH)
        self._busy = self._words("busy", "Under way")
        self._jobs = self._words("jobCount", "Jobs")
        self._spent = self._words("spentTodayStatus", "Spent today")
        self._dot = Dot(theme)
        self._key = self._words("keyState", "Key")

        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("gap"), 0, theme.size("gap"), 0)
        row.setSpacing(5 * theme.size("grid"))
        row.addWidget(self._place)
        row.addWidget(self._colour)
        row.addStretch(1)
        for words in (self._busy, self._jobs, self._spent):
            row.addWidget(words)
        key = QHBoxLayout()
        key.setSpacing(6)
        key.addWidget(self._dot)
        key.addWidget(self._key)
        row.addLayout(key)
        workbench.desk_changed.connect(self._show_desk)

    def show_pixel(self, pixel: tuple[int, int, tuple[int, int, int] | None] | None) -> None:
        """As `Canvas.pixel_hovered` says it."""
        if pixel is None:
            self._place.setText("")
            self._colour.setText("")
            return
        x, y, colour = pixel
        self._place.setText(f"x {x}  y {y}")
        self._colour.setText("R {} · G {} · B {}".format(*colour) if colour else "")

    def _show_desk(self, desk: Desk) -> None:
        self._busy.show_text(desk.busy)
        self._busy.setVisible(bool(desk.busy))
        jobs = ((desk.running, "running"), (desk.waiting, "waiting"))
        self._jobs.show_text(" · ".join(f"{number} {word}" for number, word in jobs if number))
        self._jobs.setVisible(bool(desk.running or desk.waiting))
        spent = "Nothing is charged" if desk.practice else f"Today {dollars(desk.spent_today)}"
        self._spent.show_text(spent)
        self._key.show_text(desk.key_text)
        self._dot.show_tone(desk.key_tone)
        self._dot.setVisible(bool(desk.key_text) and desk.key_tone is not Tone.PLAIN)

    def _words(self, name: str, meaning: str) -> Words:
        words = Words(kind="secondary")
        words.setObjectName(name)
        words.setAccessibleName(meaning)
        return words
