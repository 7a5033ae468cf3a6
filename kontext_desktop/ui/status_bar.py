"""The line below everything: the pixel under the pointer, what runs, today's spend, the key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from kontext_desktop.catalog import dollars
from kontext_desktop.ui.pieces import Dot, Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Picture, Tone, Workbench

if TYPE_CHECKING:
    from kontext_desktop.ui.pixels import Reading

_HEIGHT = 24
_PLACE_WIDTH = 120
_COLOUR_WIDTH = 320


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
        self._colours = ""
        self._busy = self._words("busy", "Under way")
        self._jobs = self._words("jobCount", "Jobs")
        self._line_dot = Dot(theme, Tone.LOOK)
        self._line = self._words("lineState", "The way to the service")
        self._spent = self._words("spentTodayStatus", "Spent today")
        self._balance = self._words("balance", "Balance")
        self._dot = Dot(theme)
        self._key = self._words("keyState", "Key")

        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("gap"), 0, theme.size("gap"), 0)
        row.setSpacing(5 * theme.size("grid"))
        row.addWidget(self._place)
        row.addWidget(self._colour)
        row.addStretch(1)
        row.addWidget(self._busy)
        row.addLayout(_beside(self._line_dot, self._line))
        for words in (self._jobs, self._spent, self._balance):
            row.addWidget(words)
        row.addLayout(_beside(self._dot, self._key))
        for part in (self._line_dot, self._line, self._balance):
            part.hide()
        for money in (self._spent, self._balance):  # other words give way, an amount never does
            money.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        workbench.desk_changed.connect(self._show_desk)
        workbench.picture_shown.connect(self.show_picture)

    def show_pixel(self, pixel: tuple[int, int, Reading | None] | None) -> None:
        """As `Canvas.pixel_hovered` says it."""
        if pixel is None:
            self._place.setText("")
            self._colour.setText(self._colours)
            return
        x, y, reading = pixel
        self._place.setText(f"x {x}  y {y}")
        self._colour.setText(_numbers_of(reading) if reading else self._colours)

    def show_picture(self, picture: Picture | None) -> None:
        """Say in which colours the picture is, while no pixel is pointed at."""
        self._colours = picture.colours if picture is not None else ""
        self.show_pixel(None)

    def _show_desk(self, desk: Desk) -> None:
        self._busy.show_text(desk.busy)
        self._busy.setVisible(bool(desk.busy))
        jobs = (
            (desk.running, "running"),
            (desk.waiting, "waiting"),
            (desk.looking_up, "looked up"),
        )
        self._jobs.show_text(" · ".join(f"{number} {word}" for number, word in jobs if number))
        self._jobs.setVisible(bool(self._jobs.text()))
        self._show_line(desk.offline_since)
        self._spent.show_text("Nothing is charged" if desk.practice else spent_text(desk))
        self._spent.explain(desk.spend_note)
        self._balance.setVisible(desk.balance is not None)
        if desk.balance is not None:
            self._balance.show_text(f"Balance {dollars(desk.balance)}")
            self._balance.explain(desk.spend_note)
        self._key.show_text(desk.key_text)
        self._dot.show_tone(desk.key_tone)
        self._dot.setVisible(bool(desk.key_text) and desk.key_tone is not Tone.PLAIN)

    def _show_line(self, offline_since: float | None) -> None:
        for part in (self._line_dot, self._line):
            part.setVisible(offline_since is not None)
        if offline_since is not None:
            since = time.strftime("%H:%M", time.localtime(offline_since))
            self._line.show_text(f"Offline since {since} · goes on by itself")

    def _words(self, name: str, meaning: str) -> Words:
        words = Words(kind="secondary")
        words.setObjectName(name)
        words.setAccessibleName(meaning)
        return words


def _numbers_of(reading: Reading) -> str:
    """The document's own numbers, then what they are in sRGB where that is something else."""
    own = "R {} · G {} · B {}".format(*reading.numbers)
    if reading.is_srgb and reading.depth == 8:
        return own
    return f"{own}  sRGB {' '.join(map(str, reading.srgb))}"


def spent_text(desk: Desk) -> str:
    """What was spent today; a range where some of it may not have been billed."""
    most = dollars(desk.spent_today)
    if not desk.spent_possible:
        return f"Today {most}"
    return f"Today {dollars(desk.spent_today - desk.spent_possible)} to {most}"


def _beside(dot: Dot, words: Words) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(dot)
    row.addWidget(words)
    return row
