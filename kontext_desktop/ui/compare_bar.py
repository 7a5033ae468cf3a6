"""Below the picture while two are compared: how, how much, and the way out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
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
_SHORT = {Mode.BESIDE: "Beside", Mode.ONION: "Onion", Mode.DIFFERENCE: "Diff.", Mode.HEAT: "Heat"}
"""Where there is no room for all the words."""
_FULL_WIDTH = 720
"""What all of them need, with the slider, and the ground beside them."""
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
        self._row = row

    def keep_within(self, place: QWidget) -> None:
        """Follow the width of what it lies over."""
        self._fit(place.width())
        place.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self._fit(watched.width())
        return False

    def _fit(self, width: int) -> None:
        """Say it shorter where the place for all the words is too narrow."""
        roomy = width >= _FULL_WIDTH
        self._row.setSpacing(2 if roomy else 0)
        self._amount.setFixedWidth(_SLIDER_WIDTH if roomy else _SLIDER_WIDTH // 2)
        for mode, text, _ in _OFFERS:
            short = _SHORT.get(mode, text)
            self._buttons[mode].setText(text if roomy else short)
            self._buttons[mode].setAccessibleName(text)

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
