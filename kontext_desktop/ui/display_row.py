"""Whose word on the screen's colours is taken: the system's, sRGB, or a profile's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from kontext_desktop.ui.display import SRGB, check_screen
from kontext_desktop.ui.fields import WheelGuard
from kontext_desktop.ui.monitor import read_profile
from kontext_desktop.ui.pieces import Words

_KINDS = "Colour profiles (*.icc *.icm);;All files (*)"
_CHOOSE = "choose"


class DisplayRow(QWidget):
    """`ask` answers with a profile in the file dialog's place."""

    def __init__(self, guard: WheelGuard, ask: Callable[[], Path | None] | None = None) -> None:
        super().__init__()
        self._ask = ask or self._open_dialog
        self._choice = ""
        self._box = QComboBox()
        self._box.setObjectName("displayChoice")
        self._box.setToolTip("Which colours the screen has")
        self._box.setAccessibleName("Display")
        guard.watch(self._box)
        self._problem = Words(kind="secondary")
        self._problem.setObjectName("displayProblem")
        self._box.activated.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._box)
        row.addWidget(self._problem, 1)
        self.setFocusProxy(self._box)

    @property
    def choice(self) -> str:
        """As `Settings.display` has it."""
        return self._choice

    def show_choice(self, choice: str) -> None:
        self._choice = choice
        self._problem.show_text("")
        self._box.clear()
        self._box.addItem("As the system says", "")
        self._box.addItem("sRGB", SRGB)
        if choice not in ("", SRGB):
            self._box.addItem(Path(choice).name, choice)
        self._box.addItem("Choose a profile…", _CHOOSE)
        self._box.setCurrentIndex(self._box.findData(choice))

    def _choose(self, index: int) -> None:
        wanted = self._box.itemData(index)
        if wanted != _CHOOSE:
            self.show_choice(wanted)
            return
        path = self._ask()
        problem = _find_problem(path) if path is not None else ""
        self.show_choice(self._choice if path is None or problem else str(path.absolute()))
        self._problem.show_text(problem)

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
