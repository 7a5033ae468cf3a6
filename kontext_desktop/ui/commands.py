"""What can be asked of the window by menu and key, as data; and the actions and menus made of it.

Help lists the keys from this data too, so that list cannot fall behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from kontext_desktop.ui.shortcuts import SingleKeys


class Command(NamedTuple):
    name: str
    text: str
    keys: tuple[str, ...] = ()
    single: Qt.Key | None = None
    """A key that does it alone, unless a text field has the focus."""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    """Its place in the application menu of macOS."""
    checkable: bool = False


RECENT, SEPARATOR = "recent", "-"

COMMANDS = (
    Command("open", "Open…", ("Ctrl+O",)),
    Command("paste", "Paste picture", ("Ctrl+V",)),
    Command("export", "Export…", ("Ctrl+Shift+S",)),
    Command("generate", "Generate", ("Ctrl+Enter", "Ctrl+Return")),
    Command("write", "Write the instruction", ("Ctrl+L",)),
    Command("look", "Back to the picture", ("Esc",)),
    Command("fit", "Fit", ("Ctrl+0",), Qt.Key.Key_F),
    Command("full_size", "1:1", ("Ctrl+1",)),
    Command("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "Zoom out", ("Ctrl+-",)),
    Command("panels", "Hide panels", (), Qt.Key.Key_Tab),
    Command("versions", "Versions", (), Qt.Key.Key_V),
    Command("charges", "Save charges as CSV…"),
    Command("client", "Client…"),
    Command("never_send", "Never send this picture", checkable=True),
    Command("find_original", "Find the original…"),
    Command("settings", "Settings…", ("Ctrl+,",), role=QAction.MenuRole.PreferencesRole),
    Command("shortcuts", "Keyboard shortcuts", ("F1",)),
    Command("about", "About Kontext Desktop", role=QAction.MenuRole.AboutRole),
    Command("quit", "Quit", ("Ctrl+Q",), role=QAction.MenuRole.QuitRole),
)

MENUS = (
    ("File", ("open", RECENT, "paste", "export", SEPARATOR, "charges")),
    ("Edit", ("write", "look")),
    ("Picture", ("client", "never_send", SEPARATOR, "find_original")),
    ("View", ("fit", "full_size", "zoom_in", "zoom_out", SEPARATOR, "panels", "versions")),
    ("Help", ("settings", "shortcuts", "about", SEPARATOR, "quit")),
)
"""`generate` is in no menu: what costs money stands beside its price."""


def make_actions(
    window: QWidget, slots: Mapping[str, Callable[[], None]], keys: SingleKeys
) -> dict[str, QAction]:
    """An action for each command, live in `window` even while no menu was ever opened."""
    actions = {}
    for command in COMMANDS:
        action = QAction(window)
        action.setText(command.text)
        action.setObjectName(command.name)
        action.setMenuRole(command.role)
        action.setCheckable(command.checkable)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.triggered.connect(slots[command.name])
        if command.single is not None:
            keys.add(command.single, action.trigger)
            if not command.keys:
                action.setText(f"{command.text}\t{key_name(command.single)}")
        window.addAction(action)
        actions[command.name] = action
    return actions


def make_menus(
    parent: QWidget,
    actions: Mapping[str, QAction],
    list_recent: Callable[[], Sequence[str]],
    open_recent: Callable[[Path], None],
) -> list[QMenu]:
    """The menus of MENUS; the recent files are looked up each time they are shown."""
    menus = []
    for title, names in MENUS:
        menu = QMenu(title, parent)
        for name in names:
            if name == SEPARATOR:
                menu.addSeparator()
            elif name == RECENT:
                _add_recent(menu, list_recent, open_recent)
            else:
                menu.addAction(actions[name])
        menus.append(menu)
    return menus


def _add_recent(
    menu: QMenu, list_recent: Callable[[], Sequence[str]], open_recent: Callable[[Path], None]
) -> None:
    recent = menu.addMenu("Open recent")

    def fill() -> None:
        recent.clear()
        for name in list_recent():
            path = Path(name)
            action = recent.addAction(literal(f"{path.name} · {path.parent}"))
            action.triggered.connect(lambda _=False, path=path: open_recent(path))

    menu.aboutToShow.connect(lambda: recent.setEnabled(bool(list_recent())))
    recent.aboutToShow.connect(fill)


def key_name(key: str | Qt.Key) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def literal(text: str) -> str:
    """Outside text for a button or menu, where a single & would mark a key."""
    return text.replace("&", "&&")
