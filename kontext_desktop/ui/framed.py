"""The frame that dialogs share: what they are about, and below a line their buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.ui.pieces import FRAME_AROUND, hairline
from kontext_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from kontext_desktop.workbench import Workbench


def lay_out(
    dialog: QDialog,
    theme: Theme,
    body: QLayout,
    left: Sequence[QPushButton] = (),
    right: Sequence[QPushButton] = (),
) -> QVBoxLayout:
    """Fill a dialog: `body` with room around it, then its buttons. Returns the whole column."""
    padding = theme.size("padding")
    body.setContentsMargins(padding, padding, padding, padding)
    row = QHBoxLayout()
    row.setContentsMargins(padding, 8, padding, 8)
    row.setSpacing(8)
    for button in left:
        row.addWidget(button)
    row.addStretch(1)
    for button in right:
        row.addWidget(button)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(body, 1)
    column.addWidget(hairline())
    column.addLayout(row)
    return column


def remember_size(dialog: QDialog, workbench: Workbench, size: tuple[int, int]) -> None:
    """Open a dialog as large as it was left, at first in `size`; never larger than its screen."""
    name = f"{dialog.objectName()} size"
    kept = workbench.settings.window.get(name, "").split()
    width, height = map(int, kept) if len(kept) == 2 and all(map(str.isdecimal, kept)) else size
    dialog.resize(QSize(width, height).boundedTo(dialog.screen().availableSize() - FRAME_AROUND))
    dialog.finished.connect(
        lambda _: workbench.keep_window({name: f"{dialog.width()} {dialog.height()}"})
    )


def named_button(name: str, text: str, hint: str = "") -> QPushButton:
    """Enter does not fall to it by chance."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(hint)
    button.setAutoDefault(False)
    return button


class Segments(QFrame):
    """Buttons side by side of which one is checked at most; `group` numbers them from 0."""

    def __init__(self, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self.setProperty("kind", "segments")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.group = QButtonGroup(self)
        for place, button in enumerate(buttons):
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            self.group.addButton(button, place)
            row.addWidget(button)


class Choice(Segments):
    """One of a few words. `chosen` is the place of the checked one."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        super().__init__([QPushButton(text) for text in words])
        self.setObjectName(name)
        self.choose(0)

    @property
    def chosen(self) -> int:
        return self.group.checkedId()

    def choose(self, place: int) -> None:
        self.group.button(place).setChecked(True)


def heading(text: str, buddy: QWidget | None = None) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", "heading")
    if buddy is not None:
        label.setBuddy(buddy)
        buddy.setAccessibleName(text)
    return label
