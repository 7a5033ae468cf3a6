"""The column of versions: how many there are, and the list of them once there are some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

if TYPE_CHECKING:
    from kontext_desktop.ui.version_view import VersionView
    from kontext_desktop.workbench.listing import VersionRow


class VersionList(QWidget):
    menu_wanted = Signal(object, QPoint)
    """VersionRow that a menu is asked for, and where on the screen"""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("versionList")
        self._workbench = workbench
        self._theme = theme
        self._shown = ""
        self._view: VersionView | None = None
        title = QLabel("VERSIONS")
        title.setProperty("kind", "secondary")
        title.setAccessibleName("Versions")
        self._number = Words(kind="secondary")
        self._number.setObjectName("versionCount")
        self._empty = Words("Versions of a picture appear here.", "secondary", lines=3)
        self._empty.setObjectName("versionsEmpty")
        self._empty.setContentsMargins(12, 0, 12, 0)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        header = QHBoxLayout()
        header.setContentsMargins(12, theme.size("gap"), 12, 8)
        header.addWidget(title)
        header.addStretch(1)
        header.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addLayout(self._stack, 1)
        workbench.versions_changed.connect(self._show_rows)
        workbench.desk_changed.connect(self._show_desk)

    def _show_rows(self, rows: list[VersionRow]) -> None:
        self._number.show_text(str(len(rows)) if rows else "")
        if rows and self._view is None:
            self._view = self._make_view()
        if self._view is not None:
            self._stack.setCurrentWidget(self._view if rows else self._empty)
            self._view.show_rows(rows)

    def _make_view(self) -> VersionView:
        """With the first version: the first paint has none."""
        from kontext_desktop.ui.version_view import VersionView

        view = VersionView(self._workbench, self._theme, self)
        view.mark_shown(self._shown)
        view.menu_wanted.connect(self.menu_wanted)
        self._stack.addWidget(view)
        # It came late, but Tab is to reach it here, after what stands before this column.
        before = self.previousInFocusChain()
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain()
        if before is not None:
            self.setTabOrder(before, view)
        self.setFocusProxy(view)
        return view

    def _show_desk(self, desk: Desk) -> None:
        self._shown = desk.shown_version_id
        if self._view is not None:
            self._view.mark_shown(self._shown)
