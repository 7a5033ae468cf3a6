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

FIRST_COMMANDS = (
    Command("open", "Open…", ("Ctrl+O",)),
    Command("paste", "Paste picture", ("Ctrl+V",)),
    Command("export", "Export…", ("Ctrl+Shift+S",)),
    Command("generate", "Generate", ("Ctrl+Enter", "Ctrl+Return")),
    Command("write", "Write the instruction", ("Ctrl+L",)),
    Command("look", "Back to the picture", ("Esc",)),
    Command("fit", "Fit", ("Ctrl+0",)),
    Command("full_size", "1:1", ("Ctrl+1",)),
    Command("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "Zoom out", ("Ctrl+-",)),
    Command("full_screen", "Full screen", (), Qt.Key.Key_F),
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

LOOKING_COMMANDS = (
    Command("frame", "Choose the part to send", (), Qt.Key.Key_R, checkable=True),
    Command("frame_whole", "Send the whole picture"),
    Command("fill", "Fill", ("Ctrl+9",)),
    Command("double_size", "2:1", ("Ctrl+2",)),
    Command("split", "Split", (), Qt.Key.Key_S, checkable=True),
    Command("across", "Split across", (), Qt.Key.Key_A, checkable=True),
    Command("beside", "Side by side", (), Qt.Key.Key_B, checkable=True),
    Command("onion", "Onion skin", (), Qt.Key.Key_O, checkable=True),
    Command("difference", "Difference", (), Qt.Key.Key_D, checkable=True),
    Command("heat", "Heat map", (), Qt.Key.Key_H, checkable=True),
    Command("variations", "Variations side by side", (), Qt.Key.Key_G, checkable=True),
    Command("by_drift", "Least drift first", checkable=True),
    Command("less", "Less of the onion skin or difference", (), Qt.Key.Key_BracketLeft),
    Command("more", "More of the onion skin or difference", (), Qt.Key.Key_BracketRight),
    Command("compare_parent", "Compare with what it was made from"),
    Command("compare_original", "Compare with the original"),
    Command("client_view", "Second window, the picture alone", ("Ctrl+Shift+F",), checkable=True),
    Command("overview", "Overview while zoomed in", (), Qt.Key.Key_N, checkable=True),
    Command("thirds", "Thirds", checkable=True),
    Command("centre", "Centre", checkable=True),
    Command("grid", "Pixel grid above 800 %", checkable=True),
    Command("canvas", "Dark grey", checkable=True),
    Command("canvas_black", "Black", checkable=True),
    Command("canvas_mid", "Middle grey", checkable=True),
    Command("canvas_light", "Light grey", checkable=True),
)
"""Ways to look at a picture: their actions are made with the first one, not for the first paint."""

COMMANDS = (*FIRST_COMMANDS, *LOOKING_COMMANDS)

_GUIDES = ("Guides", ("thirds", "centre", "grid"))
_GROUNDS = ("Around the picture", ("canvas_black", "canvas", "canvas_mid", "canvas_light"))
_ZOOMS = ("fit", "fill", "full_size", "double_size", "zoom_in", "zoom_out")
_TOGETHER = ("split", "across", "beside", "onion", "difference", "heat", "less", "more")
_SEVERAL = ("variations", "by_drift")
_OTHERS = ("compare_parent", "compare_original")
_PARTS = (
    "overview",
    _GUIDES,
    _GROUNDS,
    SEPARATOR,
    "panels",
    "versions",
    "full_screen",
    "client_view",
)

MENUS = (
    ("File", ("open", RECENT, "paste", "export", SEPARATOR, "charges")),
    ("Edit", ("write", "look")),
    (
        "Picture",
        ("frame", "frame_whole", SEPARATOR, "client", "never_send", SEPARATOR, "find_original"),
    ),
    ("View", (*_ZOOMS, SEPARATOR, *_TOGETHER, *_OTHERS, SEPARATOR, *_SEVERAL, SEPARATOR, *_PARTS)),
    ("Help", ("settings", "shortcuts", "about", SEPARATOR, "quit")),
)
"""A pair is a menu within the menu. `generate` is in none: what costs money stands beside its
price."""


def make_actions(
    window: QWidget,
    commands: Sequence[Command],
    slots: Mapping[str, Callable[[], None]],
    keys: SingleKeys,
) -> dict[str, QAction]:
    """An action for each command, live in `window` even while no menu was ever opened."""
    actions = {}
    for command in commands:
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
        for item in names:
            if item == SEPARATOR:
                menu.addSeparator()
            elif item == RECENT:
                _add_recent(menu, list_recent, open_recent)
            elif isinstance(item, str):
                menu.addAction(actions[item])
            else:
                inner, inner_names = item
                menu.addMenu(inner).addActions([actions[name] for name in inner_names])
        menus.append(menu)
    return menus


def list_in_menus() -> list[Command]:
    """All commands, in the order of the menus; what is in none comes first."""
    items = [item for _, names in MENUS for item in names]
    order = [name for item in items for name in ((item,) if isinstance(item, str) else item[1])]
    places = {name: place for place, name in enumerate(order)}
    return sorted(COMMANDS, key=lambda command: places.get(command.name, -1))


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
