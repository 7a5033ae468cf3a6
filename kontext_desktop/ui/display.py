"""Display colour: which profile the screen under the window has; the workbench is told."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QColorSpace, QWindow
from PySide6.QtWidgets import QWidget

from kontext_desktop.ui import monitor
from kontext_desktop.workbench import Desk, Workbench

SRGB = "srgb"
"""The choice, in the settings, of sRGB whatever the system says; "" is what the system says, and
anything else the path of a profile."""
_REST_MS = 200
"""A window that is dragged from screen to screen asks once it rests."""


def check_screen(profile: bytes) -> bytes | None:
    """A screen's profile as the workbench is to be told it: b"" for sRGB under any name, None for
    what is no profile of a screen."""
    if not profile:
        return b""
    if profile[12:20] != b"mntrRGB " or profile[36:40] != b"acsp":
        return None
    space = QColorSpace.fromIccProfile(profile)
    if not space.isValidTarget():
        return None
    return b"" if space == QColorSpace(QColorSpace.NamedColorSpace.SRgb) else profile


def describe_screen(profile: bytes) -> str:
    return _space(profile).description() or "profile without a name"


class Display(QObject):
    """Keeps the workbench told of the screen that the window is on."""

    changed = Signal(str, str)
    """The profile's name, and where it comes from, as words."""

    def __init__(self, window: QWidget, workbench: Workbench) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._choice = workbench.settings.display
        self._profile = b""
        self._handle: QWindow | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.look)
        window.installEventFilter(self)
        workbench.desk_changed.connect(self._follow_settings)

    def look(self) -> None:
        """Find out which profile is to be used, and use it."""
        handle: QWindow | None = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.screenChanged.connect(lambda _: self._rest.start())
        profile, source = self._find(handle)
        screen = check_screen(profile)
        if screen is None:
            screen, source = b"", f"{source}; it cannot be used, so sRGB"
        self.changed.emit(describe_screen(screen), source)
        if screen != self._profile:
            self._profile = screen
            self._workbench.set_screen(screen)

    def _find(self, handle: QWindow | None) -> tuple[bytes, str]:
        if self._choice == SRGB:
            return b"", "chosen in the settings"
        if self._choice:
            try:
                profile = monitor.read_profile(Path(self._choice))
            except OSError:
                profile = b""
            name = Path(self._choice).name
            if profile:
                return profile, f"chosen in the settings: {name}"
            return b"", f"{name}, chosen in the settings, cannot be read, so sRGB"
        profile = monitor.find_profile(handle) if handle is not None else b""
        if profile:
            return profile, "the system's for this screen"
        return b"", "the system names none for this screen"

    def _follow_settings(self, desk: Desk) -> None:
        choice = self._workbench.settings.display
        if choice != self._choice:
            self._choice = choice
            self.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.WinIdChange, QEvent.Type.Show):
            self._rest.start()
        return False


def _space(profile: bytes) -> QColorSpace:
    if not profile:
        return QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    return QColorSpace.fromIccProfile(profile)
