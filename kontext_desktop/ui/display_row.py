"""Whose word on the screen's colours is taken: the system's, sRGB, or a profile's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from kontext_desktop.ui.display import SRGB, check_screen
from kontext_desktop.ui.framed import Segments
from kontext_desktop.ui.monitor import read_profile
from kontext_desktop.ui.pieces import Words

_KINDS = "Colour profiles (*.icc *.icm);;All files (*)"


class DisplayRow(QWidget):
    """`ask` answers with a profile in the file dialog's place."""

    def __init__(self, ask: Callable[[], Path | None] | None = None) -> None:
        super().__init__()
        self._ask = ask or self._open_dialog
        self._choice = ""
        self._buttons: list[QPushButton] = []
        for name, text, tip, act in (
            ("displaySystem", "System", "The profile that the system names", self._take_system),
            ("displaySrgb", "sRGB", "Whatever the system says", self._take_srgb),
            ("displayProfile", "Profile…", "An ICC profile of this screen", self._take_file),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.setToolTip(tip)
            button.setAccessibleName(f"Display: {text.rstrip('…')}")
            button.clicked.connect(act)
            self._buttons.append(button)
        self._hint = Words(kind="secondary")
        self._hint.setObjectName("displayHint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Segments(self._buttons))
        row.addWidget(self._hint, 1)

    @property
    def choice(self) -> str:
        """As `Settings.display` has it."""
        return self._choice

    def show_choice(self, choice: str, problem: str = "") -> None:
        self._choice = choice
        chosen = {"": 0, SRGB: 1}.get(choice, 2)
        self._buttons[chosen].setChecked(True)
        self._hint.show_text(problem or (Path(choice).name if chosen == 2 else ""))

    def _take_system(self) -> None:
        self.show_choice("")

    def _take_srgb(self) -> None:
        self.show_choice(SRGB)

    def _take_file(self) -> None:
        path = self._ask()
        problem = _find_problem(path) if path is not None else ""
        wanted = self._choice if path is None or problem else str(path.absolute())
        self.show_choice(wanted, problem)

    def _open_dialog(self) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(self, "Choose a screen's profile", "", _KINDS)
        return Path(name) if name else None


def _find_problem(path: Path) -> str:
    try:
        profile = read_profile(path)
    except OSError:
        return "That file cannot be read."
    return "" if profile and check_screen(profile) is not None else "Not a screen's profile."
