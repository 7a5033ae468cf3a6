"""The two pages of Help: which keys there are, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from kontext_desktop import __version__
from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.ui.commands import key_name, list_in_menus
from kontext_desktop.ui.fitting_scroll import FittingScroll
from kontext_desktop.ui.theme import Theme

_TWO_COLUMNS = 1200
"""How wide a screen must be for the keys in two columns."""
_BY_HAND = (
    ("Hold \\", "See the version before, or what was chosen to compare with"),
    ("1 to 9", "Show that variation in its place; Enter keeps it, Esc goes back"),
    ("Hold Z", "A loupe in each of the variations that lie side by side"),
    ("0", "What the variations were made from, until the next key"),
    ("Right click on a version", "Compare with it, flag, run again, put it in the trash"),
    (
        "Drag, while a part is chosen",
        "Draw, move or resize it; Shift draws anew, a double click sends all",
    ),
    ("Wheel", "Zoom at the pointer"),
    ("Space and drag", "Move the picture; also the middle button"),
    ("Double click", "1:1 there, and back"),
    ("Arrow keys", "Move the picture, or the part that is being chosen; Shift by 10"),
)


def make_shortcuts_page(theme: Theme, parent: QWidget) -> QDialog:
    page = _make_page("Keyboard shortcuts", theme, parent)
    rows = list(_BY_HAND)
    for command in list_in_menus():
        keys = [key_name(key) for key in (command.single, *command.keys[:1]) if key is not None]
        if keys:
            rows.append((" or ".join(keys), command.text))
    # In two columns for low screens, where they are wide enough; the rest is scrolled to.
    wide = page.screen().availableGeometry().width() >= _TWO_COLUMNS
    half = (len(rows) + 1) // 2 if wide else len(rows)
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * theme.size("gap"))
    grid.setVerticalSpacing(theme.size("grid"))
    for number, (keys_text, meaning) in enumerate(rows):
        column, row = divmod(number, half)
        grid.addWidget(_label(keys_text, "heading"), row, 3 * column)
        grid.addWidget(_label(meaning), row, 3 * column + 1)
    grid.setColumnMinimumWidth(2, 2 * theme.size("gap"))
    scroll = FittingScroll(grid)
    scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # there is nothing else to scroll it by keys
    _column(page).addWidget(scroll)
    return page


def make_about_page(theme: Theme, parent: QWidget) -> QDialog:
    page = _make_page("About Kontext Desktop", theme, parent)
    column = _column(page)
    column.addWidget(_label(f"Kontext Desktop {__version__}", "title"))
    column.addWidget(_label(f"Edits by instruction with {KONTEXT_MAX.name}, kept as versions."))
    column.addWidget(_label("MIT licence", "secondary"))
    return page


def _make_page(title: str, theme: Theme, parent: QWidget) -> QDialog:
    page = QDialog(parent)
    page.setWindowTitle(title)
    page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(page)
    edge = 2 * theme.size("gap")
    column.setContentsMargins(edge, edge, edge, edge)
    column.setSpacing(2 * theme.size("grid"))
    return page


def _column(page: QDialog) -> QVBoxLayout:
    column = page.layout()
    assert isinstance(column, QVBoxLayout)
    return column


def _label(text: str, kind: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("kind", kind)
    return label
