"""What stands on the canvas before there is a picture: the next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.ui.commands import literal
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

_WIDTH = 360
_RECENT = 5


class EmptyDesk(QWidget):
    """Shown while there is no document; says what is under way when one is being opened."""

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        ask_for_picture: Callable[[], None],
        paste: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("emptyDesk")
        self._workbench = workbench
        self._recent: tuple[str, ...] = ()
        self._title = _label("Drop a picture here, or press Ctrl+O", "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)

        open_button = QPushButton("Open…")
        open_button.setObjectName("openPicture")
        open_button.clicked.connect(ask_for_picture)
        paste_button = QPushButton("Paste")
        paste_button.setObjectName("pastePicture")
        paste_button.setToolTip("The picture on the clipboard: Ctrl+V")
        paste_button.clicked.connect(paste)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.size("grid"))
        buttons.addStretch()
        buttons.addWidget(open_button)
        buttons.addWidget(paste_button)
        buttons.addStretch()

        self._offers = QWidget()
        self._rows = QVBoxLayout(self._offers)
        self._rows.setContentsMargins(0, theme.size("gap"), 0, 0)
        self._rows.setSpacing(0)
        block = QWidget()
        block.setFixedWidth(_WIDTH)
        column = QVBoxLayout(block)
        column.setSpacing(theme.size("gap"))
        column.addWidget(self._title)
        column.addLayout(buttons)
        column.addWidget(self._offers)
        centred = QVBoxLayout(self)
        centred.addWidget(block, 0, Qt.AlignmentFlag.AlignCenter)
        self._offer()
        workbench.desk_changed.connect(self.show_desk)

    def show_desk(self, desk: Desk) -> None:
        self.setVisible(desk.document is None)
        if desk.document is not None:
            return
        self._title.setText(desk.busy or "Drop a picture here, or press Ctrl+O")
        if desk.recent_files[:_RECENT] != self._recent:
            self._recent = desk.recent_files[:_RECENT]
            self._offer()

    def _offer(self) -> None:
        """Lay out the rows anew: what was open last, and what can be tried at once."""
        for row in self._offers.findChildren(QWidget):
            row.deleteLater()
        self._add_rows("Recent", [Path(name) for name in self._recent])
        self._add_rows("To try it on", self._workbench.list_samples())

    def _add_rows(self, title: str, files: Sequence[Path]) -> None:
        if not files:
            return
        heading = _label(title, "secondary")
        heading.setContentsMargins(8, 8, 0, 4)
        self._rows.addWidget(heading)
        for path in files:
            row = QPushButton(literal(path.name))
            row.setProperty("kind", "row")
            row.setToolTip(str(path))
            row.clicked.connect(partial(self._workbench.open_file, path))
            self._rows.addWidget(row)


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label
