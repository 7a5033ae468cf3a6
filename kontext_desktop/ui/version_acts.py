"""What is done about versions, by menu and key: said of them, run again, put away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget

from kontext_desktop.catalog import dollars
from kontext_desktop.ui.shortcuts import is_writing
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

if TYPE_CHECKING:
    from kontext_desktop.model import Flag, Version
    from kontext_desktop.workbench.listing import VersionRow

_MADE = ("rerun", "rerun_changed", "copy_recipe", "trash_version")
"""Commands that need a version which an edit has made."""
_FLAGS: tuple[tuple[str, Flag], ...] = (("pick", "pick"), ("reject", "reject"), ("unflag", ""))


class VersionActs(QObject):
    compare_asked = Signal(str)
    """version_id, to compare the shown one with"""

    def __init__(self, workbench: Workbench, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._theme, self._window = workbench, theme, window
        self._actions: Mapping[str, QAction] = {}
        self._shown: Version | None = None
        self._price = 0

    def list_slots(self) -> dict[str, Callable[[], None]]:
        """What each command of `commands.VERSION_COMMANDS` does."""
        return {
            "undo": partial(self._go_back, "undo"),
            "redo": partial(self._go_back, "redo"),
            **{name: partial(self._on_shown, self._flag, flag) for name, flag in _FLAGS},
            **{f"rate_{stars}": partial(self._on_shown, self._rate, stars) for stars in range(6)},
            "rename": partial(self._on_shown, self._describe, "name"),
            "describe": partial(self._on_shown, self._describe, "note"),
            "rerun": partial(self._on_shown, self._rerun),
            "rerun_changed": partial(self._on_shown, self._rerun_changed),
            "copy_recipe": partial(self._on_shown, self._copy_recipe),
            "paste_recipe": lambda: self._workbench.recipes.paste(),
            "trash_version": partial(self._on_shown, self._put_in_trash),
            "trash_document": lambda: self._workbench.trash.put_document(),
        }

    def take_actions(self, actions: Mapping[str, QAction]) -> None:
        """Those of `list_slots`, to keep them true."""
        self._actions = actions

    def show_desk(self, desk: Desk) -> None:
        self._shown, self._price = desk.shown, desk.price_of_one
        made = desk.shown is not None and desk.shown.job_id is not None
        for name, action in self._actions.items():
            action.setEnabled(desk.document is not None and (made or name not in _MADE))
        self._actions["rerun"].setText(self._rerun_text())

    def show_menu(self, row: VersionRow, place: QPoint) -> None:
        """What can be done with the version of a row, where it was asked for."""
        version = row.version
        shown = self._shown is not None and version.id == self._shown.id
        menu = QMenu(self._window)
        menu.setObjectName("versionMenu")
        compare = menu.addAction("Compare with this")
        compare.setObjectName("compare")
        compare.setEnabled(not shown)
        compare.triggered.connect(lambda: self.compare_asked.emit(version.id))
        menu.addSeparator()
        self._add_saying(menu, version)
        menu.addSeparator()
        self._add_running(menu, version)
        menu.addSeparator()
        self._add_trash(menu, row)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _add_saying(self, menu: QMenu, version: Version) -> None:
        said = version.annotation
        for (name, flag), text in zip(_FLAGS, ("Pick", "Reject", "No flag"), strict=True):
            action = self._add(menu, name, text, partial(self._flag, flag), version)
            action.setCheckable(True)
            action.setChecked(said.flag == flag)
        stars = menu.addMenu("Stars")
        stars.setObjectName("starsMenu")
        for rating in range(5, -1, -1):
            text = "★" * rating or "No stars"
            action = self._add(stars, f"rate_{rating}", text, partial(self._rate, rating), version)
            action.setCheckable(True)
            action.setChecked(said.rating == rating)
        self._add(menu, "rename", "Name…", partial(self._describe, "name"), version)
        self._add(menu, "describe", "Note and tags…", partial(self._describe, "note"), version)

    def _add_running(self, menu: QMenu, version: Version) -> None:
        for name, text, act in (
            ("rerun", self._rerun_text(), self._rerun),
            ("rerun_changed", "Run again with changes", self._rerun_changed),
            ("copy_recipe", "Copy recipe", self._copy_recipe),
        ):
            self._add(menu, name, text, act, version).setEnabled(version.job_id is not None)
        paste = menu.addAction("Paste recipe")
        paste.setObjectName("paste_recipe")
        paste.setEnabled(self._workbench.recipes.has_copy)
        paste.triggered.connect(lambda: self._workbench.recipes.paste())

    def _add_trash(self, menu: QMenu, row: VersionRow) -> None:
        if not row.version.parent_ids:
            whole = menu.addAction("Move this picture to the trash")
            whole.setObjectName("trash_document")
            whole.triggered.connect(lambda: self._workbench.trash.put_document())
            return
        text = "Move to the trash"
        if row.made:
            text += f", with {row.made} made from it"
        self._add(menu, "trash_version", text, self._put_in_trash, row.version)

    def _add(
        self, menu: QMenu, name: str, text: str, act: Callable[[Version], None], version: Version
    ) -> QAction:
        key = self._find_key(name) if version == self._shown else ""
        action = menu.addAction(f"{text}\t{key}" if key else text)
        action.setObjectName(name)
        action.triggered.connect(lambda: act(version))
        return action

    def _find_key(self, name: str) -> str:
        """The key that does it to the shown version, as this system writes it."""
        action = self._actions[name]
        alone = action.text().partition("\t")[2]
        return alone or action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    # ---- acts

    def _on_shown(self, act: Callable[..., None], *words: object) -> None:
        if self._shown is not None:
            act(*words, self._shown)

    def _flag(self, flag: Flag, version: Version) -> None:
        self._workbench.opinions.put(version.id, flag=flag)

    def _rate(self, stars: int, version: Version) -> None:
        self._workbench.opinions.put(version.id, rating=stars)

    def _describe(self, first: str, version: Version) -> None:
        from kontext_desktop.ui.opinion_dialog import OpinionDialog

        dialog = OpinionDialog(self._workbench, self._theme, version, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        field = dialog.name if first == "name" else dialog.note
        field.setFocus()
        field.selectAll() if isinstance(field, QLineEdit) else None

    def _rerun(self, version: Version) -> None:
        self._workbench.recipes.rerun(version.id)

    def _rerun_changed(self, version: Version) -> None:
        self._workbench.recipes.change(version.id)

    def _copy_recipe(self, version: Version) -> None:
        self._workbench.recipes.copy(version.id)

    def _put_in_trash(self, version: Version) -> None:
        self._workbench.trash.put_version(version.id)

    def _rerun_text(self) -> str:
        return f"Run again · {dollars(self._price)}"

    def _go_back(self, act: str) -> None:
        """From the menu, too, a text that is being written has its own."""
        field = QApplication.focusWidget()
        if is_writing() and isinstance(field, QLineEdit | QPlainTextEdit):
            getattr(field, act)()
        elif act == "undo":
            self._workbench.trash.undo(self._workbench.opinions.undo)
        else:
            self._workbench.opinions.redo()
