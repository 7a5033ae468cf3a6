"""Somebody in front of the window, for the journeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QWidget
from pytestqt.qtbot import QtBot

from kontext_desktop.ui import MainWindow
from kontext_desktop.workbench import Desk, Notice, Picture, Workbench
from kontext_desktop.workbench.listing import VersionRow
from kontext_desktop.workbench.tiles import Tile


@dataclass
class Answers:
    """What the person would choose in the file dialogs."""

    to_open: Path | None = None
    to_write: Path | None = None
    said: str | None = None

    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None:
        return self.to_open

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        return self.to_write

    def place_to_save(self, parent: QWidget, title: str, proposed: Path, kinds: str) -> Path | None:
        return self.to_write

    def file_to_open(self, parent: QWidget, title: str, near: Path, kinds: str) -> Path | None:
        return self.to_open

    def folder(self, parent: QWidget, title: str, near: Path) -> Path | None:
        return self.to_open

    def words(self, parent: QWidget, title: str, question: str, now: str) -> str | None:
        return self.said


@dataclass
class Person:
    """Somebody in front of the window: clicks and types, and remembers what was last shown."""

    bot: QtBot
    window: MainWindow
    workbench: Workbench
    answers: Answers
    desk: Desk | None = None
    tiles: list[Tile] = field(default_factory=list)
    rows: list[VersionRow] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    picture: Picture | None = None
    before: Picture | None = None

    def __post_init__(self) -> None:
        self.workbench.desk_changed.connect(lambda desk: setattr(self, "desk", desk))
        self.workbench.tiles_changed.connect(lambda tiles: setattr(self, "tiles", tiles))
        self.workbench.versions_changed.connect(lambda rows: setattr(self, "rows", rows))
        self.workbench.notice_raised.connect(self.notices.append)
        self.workbench.picture_shown.connect(lambda picture: setattr(self, "picture", picture))
        self.workbench.before_shown.connect(lambda picture: setattr(self, "before", picture))

    def find(self, name: str) -> QWidget:
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        widget = self.find(name)
        assert widget.isVisible(), name
        assert widget.isEnabled(), name
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        widget = self.find(name)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def wait(self, until: Callable[[], bool]) -> None:
        self.bot.waitUntil(until, timeout=30_000)

    def open(self, picture: Path) -> None:
        self.answers.to_open = picture
        self.press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: self.desk is not None and self.desk.document is not None)
        self.wait(self.sees_picture)

    def sees_picture(self) -> bool:
        desk, picture = self.desk, self.picture
        shown = desk.shown_version_id if desk else ""
        return picture is not None and picture.version_id == shown

    def look_at(self, version_id: str) -> None:
        """Click the version's row in the list."""
        view = self.find("versions")
        assert isinstance(view, QListView)
        numbers = [row.version.id for row in self.rows]
        spot = view.visualRect(view.model().index(numbers.index(version_id), 0)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        self.wait(lambda: self.desk is not None and self.desk.shown_version_id == version_id)
        self.wait(self.sees_picture)

    def choose_in_menu(self, version_id: str, name: str) -> None:
        """Right click on the version's row, then on a line of the menu."""
        view = self.find("versions")
        assert isinstance(view, QListView)
        place = [row.version.id for row in self.rows].index(version_id)
        at = view.visualRect(view.model().index(place, 0)).center()
        spot = view.viewport().mapToGlobal(at)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, spot)
        QApplication.sendEvent(view.viewport(), event)
        menu = self.find("versionMenu")
        action = menu.findChild(QAction, name)
        assert isinstance(action, QAction), name
        assert action.isEnabled(), name
        action.trigger()
        menu.close()
        self.wait(lambda: self.window.findChild(QWidget, "versionMenu") is None)

    def generate(self, count: int) -> None:
        """Press Generate and wait until so many results are ready."""
        self.wait(lambda: self.find("generate").isEnabled())
        self.click("generate")
        self.wait(lambda: [tile.text for tile in self.tiles] == ["Ready"] * count)
