"""Where the screen's profile comes from, and that everything follows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from picture_tools import display_p3_profile, wide_rgb_profile
from PySide6.QtGui import QColorSpace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kontext_desktop.ui import monitor
from kontext_desktop.ui.display import Display


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def screens(workbench, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    told: list[bytes] = []
    monkeypatch.setattr(type(workbench), "set_screen", lambda _, profile: told.append(profile))
    return told


def test_the_systems_profile_is_used_and_looked_up_again(
    qtbot: QtBot, window: QWidget, workbench, screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = [display_p3_profile()]
    monkeypatch.setattr(monitor, "find_profile", lambda _: system[0])
    display = Display(window, workbench)
    said: list[tuple[str, str]] = []
    display.changed.connect(lambda name, source: said.append((name, source)))
    display.look()
    assert screens == [display_p3_profile()]
    assert said == [("Made for a test", "the system's for this screen")]
    system[0] = wide_rgb_profile()
    window.windowHandle().screenChanged.emit(window.screen())
    qtbot.waitUntil(lambda: len(screens) == 2)
    assert screens[1] == wide_rgb_profile()
    system[0] = b"nonsense"
    display.look()
    assert screens[2] == b""
    assert "cannot be used, so sRGB" in said[-1][1]


def test_a_choice_in_the_settings_goes_before_the_system(
    window: QWidget, workbench, screens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(monitor, "find_profile", lambda _: display_p3_profile())
    path = tmp_path / "mine.icc"
    path.write_bytes(wide_rgb_profile())
    display = Display(window, workbench)
    said: list[str] = []
    display.changed.connect(lambda name, source: said.append(f"{name}: {source}"))
    for choice, profile, words in (
        (str(path), wide_rgb_profile(), "chosen in the settings: mine.icc"),
        ("srgb", b"", "sRGB: chosen in the settings"),
        ("", display_p3_profile(), "the system's for this screen"),
        (str(tmp_path / "gone.icc"), b"", "cannot be read, so sRGB"),
    ):
        workbench.settings = workbench.settings._replace(display=choice)
        workbench.say_desk()
        assert screens[-1] == profile
        assert words in said[-1]


def test_a_platform_that_tells_nothing_is_an_srgb_one(window: QWidget) -> None:
    assert monitor.find_profile(window.windowHandle()) == b""


_SET = """
import ctypes, ctypes.util, sys
x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = ctypes.c_ulong
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XChangeProperty.argtypes = [ctypes.c_void_p, *[ctypes.c_ulong] * 3, ctypes.c_int, ctypes.c_int,
                                ctypes.c_char_p, ctypes.c_int]
x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
display, data = x11.XOpenDisplay(None), open(sys.argv[1], "rb").read()
atom = x11.XInternAtom(display, b"_ICC_PROFILE", False)
x11.XChangeProperty(display, x11.XDefaultRootWindow(display), atom, 6, 8, 0, data, len(data))
x11.XCloseDisplay(display)
"""
_ASK = """
import hashlib
from PySide6.QtWidgets import QApplication, QWidget
from kontext_desktop.ui.monitor import find_profile
application = QApplication([])
window = QWidget()
window.show()
application.processEvents()
print(application.platformName(), hashlib.sha256(find_profile(window.windowHandle())).hexdigest())
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_x11_tells_the_profile_of_the_root_window(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "screen.icc"
    path.write_bytes(bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile()))
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-noreset", "-screen", "0", "640x480x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        environ = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        answers = []
        for profile in (b"", path.read_bytes()):
            if profile:
                command = [sys.executable, "-c", _SET, str(path)]
                subprocess.run(command, env=environ, check=True, timeout=60)
            done = subprocess.run(
                [sys.executable, "-c", _ASK],
                env=environ,
                check=True,
                timeout=60,
                capture_output=True,
                encoding="utf-8",
            )
            answers.append(done.stdout.split())
            assert answers[-1] == ["xcb", hashlib.sha256(profile).hexdigest()], done.stderr
    finally:
        server.terminate()
        server.wait(20)
