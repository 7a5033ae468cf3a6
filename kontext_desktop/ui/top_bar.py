"""The line above the picture: mode, what is open, compare, zoom, and which service is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from kontext_desktop.ui.pieces import Words, mark
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

if TYPE_CHECKING:
    from kontext_desktop.model import Document
    from kontext_desktop.workbench.state import LibraryFacts

_HEIGHT = 40
_LIBRARY_WIDTH = 200
_NAME_SHARE, _NARROW_NAME_SHARE = 3, 6
"""The part of the bar, one of so many, that a long file name may take."""


class TopBar(QFrame):
    before_held = Signal(bool)
    """The button that shows the version before went down, or up."""
    compare_asked = Signal()

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setFixedHeight(_HEIGHT)
        self._workbench = workbench
        self.menu_button = _quiet("menuButton", "≡  Menu", "Everything there is, with its keys")
        mode = QLabel("Edit")
        mode.setObjectName("mode")
        mode.setProperty("kind", "mode")
        self._name = Words(kind="title")
        self._name.setObjectName("documentName")
        self._facts = Words(kind="heading")
        self._facts.setObjectName("documentFacts")
        self.versions_button = _quiet("versionsToggle", "Versions", "Show or hide the versions: V")
        self.versions_button.setCheckable(True)
        self._before = _quiet("beforeButton", "Before  \\", "Hold to see the version before: \\")
        self._before.pressed.connect(lambda: self.before_held.emit(True))
        self._before.released.connect(lambda: self.before_held.emit(False))
        self._compare: QPushButton | None = None
        self._library: Words | None = None
        self._library_name = self._display_name = ""
        self._compact = False
        self._display = Words(kind="secondary")
        self._display.setObjectName("displayProfile")
        self._display.setAccessibleName("Colours of the screen")
        self.zoom_button = _quiet("zoomButton", "Fit", "Between 1:1 and the whole picture")
        self.service_button = _quiet("servicePill", "", "Practice or real: open the settings")
        self.service_button.setProperty("kind", "pill")

        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, theme.size("gap"), 0)
        row.setSpacing(4)
        row.addWidget(self.menu_button)
        row.addWidget(mode, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.versions_button)
        row.addSpacing(theme.size("gap"))
        row.addWidget(self._name)
        row.addSpacing(theme.size("gap"))
        row.addWidget(self._facts)
        row.addStretch(1)
        self._row = row
        row.addWidget(self._before)
        row.addWidget(self.zoom_button)
        row.addSpacing(2 * theme.size("grid"))
        row.addWidget(self._display)
        row.addSpacing(2 * theme.size("grid"))
        row.addWidget(self.service_button)
        chosen = workbench.settings.mode
        self._show_service(chosen, chosen == "practice")
        workbench.desk_changed.connect(self._show_desk)

    def offer_compare(self) -> None:
        """With the first picture: the way to see two together."""
        if self._compare is not None:
            return
        self._compare = _quiet("compareButton", "Compare", "The picture and the one before: S")
        self._compare.setCheckable(True)
        self._compare.clicked.connect(self.compare_asked)
        self._row.insertWidget(self._row.indexOf(self._before), self._compare)
        QWidget.setTabOrder(self._compare, self._before)

    def show_comparing(self, comparing: bool) -> None:
        if self._compare is not None:
            self._compare.setChecked(comparing)

    def show_display(self, name: str, source: str) -> None:
        """Which colours the screen is taken to have, and who says so."""
        self._display_name = name
        self._name_places()
        self._display.explain(f"The screen's colour profile: {source}.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bound_name()

    def show_versions(self, shown: bool, compact: bool) -> None:
        """The button is there where the versions are, or may be, put away."""
        self.versions_button.setChecked(shown)
        self.versions_button.setVisible(compact or not shown)
        self._compact = compact
        self._bound_name()
        self._name_places()

    def _bound_name(self) -> None:
        """A long file name gives way first: what else stands here is short, and asked for more."""
        share = _NARROW_NAME_SHARE if self._compact else _NAME_SHARE
        self._name.setMaximumWidth(max(self.width() // share, 1))

    def _name_places(self) -> None:
        """A narrow bar has the names of screen and library alone; their tips say what they are."""
        said = "" if self._compact else "Display: "
        self._display.show_text(f"{said}{self._display_name}" if self._display_name else "")
        if self._library is not None:
            said = "" if self._compact else "Library: "
            self._library.show_text(f"{said}{self._library_name}")

    def show_zoom(self, zoom: float, *, fitted: bool) -> None:
        """`zoom`: device pixels per picture pixel."""
        text = f"{zoom:.0%}" if zoom >= 0.1 else f"{zoom * 100:.3g}%"
        text = text.replace("%", " %")
        self.zoom_button.setText(f"Fit {text}" if fitted else text)

    def _show_desk(self, desk: Desk) -> None:
        document = desk.document
        self._name.show_text(document.name if document else "")
        self._facts.show_text(_facts_of(document) if document else "")
        for button in (self._before, self.zoom_button):
            button.setEnabled(document is not None)
        if document is None:
            self.zoom_button.setText("Fit")
        self._show_service(desk.mode, desk.practice)
        self._show_library(desk.library)

    def _show_library(self, library: LibraryFacts | None) -> None:
        """Which it is, where it is not the usual one; the words are made with the first such."""
        name = library.name if library is not None else ""
        if library is not None and library.reading_only:
            name = f"{name} · read only" if name else "read only"
        if name and self._library is None:
            self._library = Words(kind="heading")
            self._library.setObjectName("libraryName")
            self._library.setMaximumWidth(_LIBRARY_WIDTH)
            self._row.insertWidget(self._row.indexOf(self.service_button) - 1, self._library)
            self._row.insertSpacing(self._row.indexOf(self._library), 8)
        if self._library is not None:
            self._library.setVisible(bool(name))
            self._library_name = name
            self._name_places()
            self._library.explain(f"The library in {library.folder}" if library else "")

    def _show_service(self, mode: str | None, practice: bool) -> None:
        if mode is None:
            text, tone = "No service chosen", "look"
        elif practice:
            text, tone = "Practice, not AI", "look"
        else:
            host = urlsplit(self._workbench.settings.endpoint).hostname or "?"
            text, tone = f"Real · {host}", ""
        self.service_button.setText(text)
        mark(self.service_button, "tone", tone)


def _facts_of(document: Document) -> str:
    return f"{document.size} · {document.depth} bit · {document.format.upper()}"


def _quiet(name: str, text: str, hint: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setProperty("kind", "quiet")
    button.setToolTip(hint)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the picture
    return button
