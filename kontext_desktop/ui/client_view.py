"""A window with the picture alone, for a client at one's side: no price, no prompt, no queue."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_desktop.ui.picture_view import PictureView
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Picture, Workbench

_SIZE = (1200, 800)


class ClientView(QWidget):
    """Shows what the canvas shows, at the same place while that is zoomed in."""

    closed = Signal()

    def __init__(self, workbench: Workbench, theme: Theme, leader: PictureView) -> None:
        super().__init__()
        self.setObjectName("clientView")
        self.setWindowTitle("Picture")
        self._leader = leader
        self._view = PictureView(theme, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._view)
        self._view.set_picture(leader.picture)
        workbench.picture_shown.connect(self._show_picture)
        leader.zoom_changed.connect(self._follow)
        leader.ground_changed.connect(self._view.set_ground)
        self._view.set_ground(leader.ground)

    def open_beside(self, window: QWidget) -> None:
        """Full screen on another screen than the window's, where there is one."""
        others = [one for one in QGuiApplication.screens() if one is not window.screen()]
        if others:
            self.setGeometry(others[0].geometry())
            self.showFullScreen()
        else:
            self.resize(*_SIZE)
            self.show()
        self._follow()

    def _show_picture(self, picture: Picture | None) -> None:
        self._view.set_picture(picture)
        self._follow()

    def _follow(self) -> None:
        if self.isVisible():
            self._view.restore_view(self._leader.view_state())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() == Qt.Key.Key_F:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
