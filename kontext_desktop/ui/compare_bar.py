"""Below the picture while two are compared: how, how much, and the way out."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSlider, QWidget

from kontext_desktop.ui.comparing import MIX_STEPS, MOST_DOUBLINGS, Comparison, Mode
from kontext_desktop.ui.theme import Theme

_OFFERS = (
    (Mode.SPLIT, "Split", "With a divider to drag: S"),
    (Mode.ACROSS, "Across", "With a divider that lies: A"),
    (Mode.BESIDE, "Side by side", "Zoomed and moved together: B"),
    (Mode.ONION, "Onion skin", "One through the other: O"),
    (Mode.DIFFERENCE, "Difference", "Black where nothing changed: D"),
    (Mode.HEAT, "Heat map", "How much the eye sees of the difference: H"),
)
_SLIDER_WIDTH = 96


class CompareBar(QFrame):
    mode_chosen = Signal(str)
    """A Mode"""
    amount_chosen = Signal(int)
    """Of the onion skin or the difference, in their steps"""
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("compareBar")
        self.setProperty("kind", "segments")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(2)
        self._buttons: dict[Mode, QPushButton] = {}
        for mode, text, hint in _OFFERS:
            button = self._make_button(text, hint)
            button.setObjectName(f"compare_{mode}")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, mode=mode: self.mode_chosen.emit(mode))
            self._buttons[mode] = button
            row.addWidget(button)
        self._amount = QSlider(Qt.Orientation.Horizontal)
        self._amount.setObjectName("compareAmount")
        self._amount.setAccessibleName("How much")
        self._amount.setToolTip("Less and more: [ and ]")
        self._amount.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._amount.setPageStep(1)
        self._amount.setFixedWidth(_SLIDER_WIDTH)
        self._amount.valueChanged.connect(self.amount_chosen)
        row.addSpacing(theme.size("grid"))
        row.addWidget(self._amount)
        close = self._make_button("Done", "Back to one picture: Esc")
        close.setObjectName("compareDone")
        close.clicked.connect(self.left)
        row.addWidget(close)

    def show_comparison(self, comparison: Comparison) -> None:
        for mode, button in self._buttons.items():
            button.setChecked(mode is comparison.mode)
        onion, difference = (comparison.mode is mode for mode in (Mode.ONION, Mode.DIFFERENCE))
        with QSignalBlocker(self._amount):
            self._amount.setRange(0, MIX_STEPS if onion else MOST_DOUBLINGS)
            self._amount.setValue(comparison.mix if onion else comparison.doublings)
        self._amount.setVisible(onion or difference)

    def _make_button(self, text: str, hint: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "segment")
        button.setToolTip(hint)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the picture
        return button
