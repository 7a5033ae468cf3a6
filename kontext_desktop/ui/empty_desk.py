"""What stands on the canvas before there is a picture: the next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.ui.pieces import Words, plain_tip
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Picture, Workbench

_OFFER = "Drop a picture here, or press Ctrl+O"
_WIDTH = 320
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
        self._title = Words(kind="title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)

        self._offers = QWidget(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.size("grid"))
        buttons.addStretch()
        for name, text, hint, act in (
            ("openPicture", "Open…", "A file of this computer: Ctrl+O", ask_for_picture),
            ("pastePicture", "Paste", "The picture on the clipboard: Ctrl+V", paste),
        ):
            button = QPushButton(self._offers)
            button.setText(text)
            button.setObjectName(name)
            button.setToolTip(hint)
            button.clicked.connect(act)
            buttons.addWidget(button)
        buttons.addStretch()
        self._rows_widget = QWidget(self._offers)
        self._rows = QVBoxLayout(self._rows_widget)
        self._rows.setContentsMargins(0, theme.size("gap"), 0, 0)
        self._rows.setSpacing(0)
        column = QVBoxLayout(self._offers)
        column.setContentsMargins(0, theme.size("gap"), 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addLayout(buttons)
        column.addWidget(self._rows_widget)

        page = QVBoxLayout(self)
        page.setSpacing(0)
        page.addStretch(1)
        for part in (self._title, self._offers):
            part.setFixedWidth(_WIDTH)
            page.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        page.addStretch(1)
        self._offer()
        # What was open last is about to come back: nothing is offered before that is known.
        self._say("Opening what was open last" if workbench.settings.window.get("document") else "")
        self._has_look = False
        """A first look at what is being opened is on the canvas."""
        workbench.desk_changed.connect(self.show_desk)
        workbench.picture_shown.connect(self._give_way)

    def _give_way(self, picture: Picture | None) -> None:
        self._has_look = picture is not None and not picture.version_id
        if picture is not None:
            self.hide()

    def show_desk(self, desk: Desk) -> None:
        self.setVisible(desk.document is None and not self._has_look)
        if desk.document is not None:
            return
        self._say(desk.busy)
        if desk.recent_files[:_RECENT] != self._recent:
            self._recent = desk.recent_files[:_RECENT]
            self._offer()

    def _say(self, busy: str) -> None:
        self._title.show_text(busy or _OFFER)
        self._offers.setVisible(not busy)

    def _offer(self) -> None:
        """Lay out the rows anew: what was open last, and what can be tried at once."""
        for row in self._rows_widget.findChildren(QWidget):
            row.deleteLater()
        recent = [Path(name) for name in self._recent]
        self._add_rows("Recent", [(path, path.parent.name) for path in recent])
        samples = self._workbench.list_samples()
        self._add_rows("To try it on", [(path, "sample") for path in samples])

    def _add_rows(self, title: str, files: Sequence[tuple[Path, str]]) -> None:
        if not files:
            return
        heading = Words(title, "secondary")
        heading.setContentsMargins(9, 8, 0, 4)
        self._rows.addWidget(heading)
        for path, place in files:
            row = QPushButton()
            row.setProperty("kind", "row")
            row.setAccessibleName(path.name)
            row.setToolTip(plain_tip(str(path)))
            row.clicked.connect(partial(self._workbench.open_file, path))
            inside = QHBoxLayout(row)
            inside.setContentsMargins(9, 0, 9, 0)
            inside.setSpacing(12)
            for words in (Words(path.name), Words(place, "secondary")):
                words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                inside.addWidget(words)
            inside.setStretch(0, 1)
            self._rows.addWidget(row)
