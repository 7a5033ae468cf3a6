"""What can be asked of the window by menu and key, as data; and the actions and menus made of it.

Help lists the keys from this data too, so that list cannot fall behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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


RECENT, LIBRARIES, SEPARATOR = "recent", "libraries", "-"

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
    Command("gamut", "Gamut warning", ("Ctrl+Shift+Y",), checkable=True),
    Command("thirds", "Thirds", checkable=True),
    Command("centre", "Centre", checkable=True),
    Command("grid", "Pixel grid above 800 %", checkable=True),
    Command("canvas", "Dark grey", checkable=True),
    Command("canvas_black", "Black", checkable=True),
    Command("canvas_mid", "Middle grey", checkable=True),
    Command("canvas_light", "Light grey", checkable=True),
)
"""Ways to look at a picture: their actions are made with the first one, not for the first paint."""

VERSION_COMMANDS = (
    Command("undo", "Undo", ("Ctrl+Z",)),
    Command("redo", "Do again", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command("pick", "Pick", (), Qt.Key.Key_P),
    Command("reject", "Reject", (), Qt.Key.Key_X),
    Command("unflag", "No flag", (), Qt.Key.Key_U),
    Command("rate_5", "★★★★★", ("Shift+5",)),
    Command("rate_4", "★★★★", ("Shift+4",)),
    Command("rate_3", "★★★", ("Shift+3",)),
    Command("rate_2", "★★", ("Shift+2",)),
    Command("rate_1", "★", ("Shift+1",)),
    Command("rate_0", "No stars", ("Shift+0",)),
    Command("rename", "Name…", ("F2",)),
    Command("describe", "Note and tags…", ("Ctrl+I",)),
    Command("rerun", "Run again"),
    Command("rerun_changed", "Run again with changes"),
    Command("copy_recipe", "Copy recipe", ("Ctrl+Shift+C",)),
    Command("paste_recipe", "Paste recipe", ("Ctrl+Shift+V",)),
    Command("trash_version", "Move to the trash", (), Qt.Key.Key_Delete),
    Command("trash_document", "Move this picture to the trash"),
)
"""What is done about the shown version; made when the window has been painted."""

LIBRARY_COMMANDS = (
    Command("history", "Find in the library…", ("Ctrl+F",)),
    Command("trash", "Trash…"),
    Command("care", "Library care…"),
    Command("pack", "Pack for another machine…"),
    Command("unpack", "Unpack…"),
    Command("library_new", "New…"),
    Command("library_open", "Open…"),
)
"""What is done about the library; made when the window has been painted."""

COMMANDS = (*FIRST_COMMANDS, *VERSION_COMMANDS, *LIBRARY_COMMANDS, *LOOKING_COMMANDS)

_GUIDES = ("Guides", ("thirds", "centre", "grid"))
_GROUNDS = ("Around the picture", ("canvas_black", "canvas", "canvas_mid", "canvas_light"))
_ZOOMS = ("fit", "fill", "full_size", "double_size", "zoom_in", "zoom_out")
_TOGETHER = ("split", "across", "beside", "onion", "difference", "heat", "less", "more")
_SEVERAL = ("variations", "by_drift")
_OTHERS = ("compare_parent", "compare_original")
_PARTS = (
    "overview",
    "gamut",
    _GUIDES,
    _GROUNDS,
    SEPARATOR,
    "panels",
    "versions",
    "full_screen",
    "client_view",
)
_STARS = ("Stars", ("rate_5", "rate_4", "rate_3", "rate_2", "rate_1", "rate_0"))
_SAYING = ("pick", "reject", "unflag", _STARS, SEPARATOR, "rename", "describe")
_LIBRARY = ("Library", ("library_new", "library_open", SEPARATOR, LIBRARIES))
_CARRYING = (_LIBRARY, "care", SEPARATOR, "pack", "unpack")
_RUNNING = ("rerun", "rerun_changed", "copy_recipe", "paste_recipe")

MENUS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("File", ("open", RECENT, "paste", "export", SEPARATOR, *_CARRYING, SEPARATOR, "charges")),
    ("Edit", ("undo", "redo", SEPARATOR, "history", "trash", SEPARATOR, "write", "look")),
    ("Version", (*_SAYING, SEPARATOR, *_RUNNING, SEPARATOR, "trash_version")),
    (
        "Picture",
        (
            *("frame", "frame_whole", SEPARATOR, "client", "never_send", SEPARATOR),
            *("find_original", SEPARATOR, "trash_document"),
        ),
    ),
    ("View", (*_ZOOMS, SEPARATOR, *_TOGETHER, *_OTHERS, SEPARATOR, *_SEVERAL, SEPARATOR, *_PARTS)),
    ("Help", ("settings", "shortcuts", "about", SEPARATOR, "quit")),
)
"""A pair is a menu within the menu. `generate` is in none: what costs money stands beside its
price, which `rerun` has in its text."""


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
    fill_libraries: Callable[[QMenu], None],
) -> list[QMenu]:
    """The menus of MENUS; recent files and libraries are looked up each time they are shown."""

    def fill(menu: QMenu, items: Sequence[Any]) -> None:
        for item in items:
            if item == SEPARATOR:
                menu.addSeparator()
            elif item == RECENT:
                _add_recent(menu, list_recent, open_recent)
            elif item == LIBRARIES:
                recent = menu.addMenu("Recent")
                recent.aboutToShow.connect(lambda recent=recent: fill_libraries(recent))
            elif isinstance(item, str):
                menu.addAction(actions[item])
            else:
                inner, inner_items = item
                fill(menu.addMenu(inner), inner_items)

    menus = []
    for title, items in MENUS:
        menu = QMenu(title, parent)
        fill(menu, items)
        menus.append(menu)
    return menus


def list_offered(items: Sequence[Any]) -> list[str]:
    """The names in a menu, and in those within it, in order."""
    return [
        name
        for item in items
        for name in ([item] if isinstance(item, str) else list_offered(item[1]))
    ]


def list_in_menus() -> list[Command]:
    """All commands, in the order of the menus; what is in none comes first."""
    order = [name for _, items in MENUS for name in list_offered(items)]
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
