from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kontext_desktop.app import FirstPaint, _changed, _told, parse, start_log
from kontext_desktop.model import Settings


@pytest.fixture
def our_log() -> Iterator[logging.Logger]:
    logger = logging.getLogger("kontext_desktop")
    before = list(logger.handlers)
    yield logger
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.NOTSET)


def test_trouble_is_written_to_the_log(tmp_path: Path, our_log: logging.Logger) -> None:
    start_log(tmp_path / "logs")
    logging.getLogger("kontext_desktop.workbench").warning("No credit. (refused: HTTP 402)")
    assert "No credit. (refused: HTTP 402)" in (tmp_path / "logs/kontext-desktop.log").read_text()


def test_a_log_that_cannot_be_made_stops_nothing(tmp_path: Path, our_log: logging.Logger) -> None:
    (tmp_path / "file").touch()
    start_log(tmp_path / "file" / "logs")
    assert any(type(handler) is logging.StreamHandler for handler in our_log.handlers)


@pytest.mark.parametrize("seen", [True, False])
def test_what_follows_the_first_paint_is_done_once(qtbot: QtBot, seen: bool) -> None:
    """Also where the window is painted late, or never."""
    done = []

    class Window(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            done.append("painted")

    window = Window()
    qtbot.addWidget(window)
    FirstPaint(window, lambda: done.append("followed"))
    if seen:
        window.show()
    qtbot.waitUntil(lambda: "followed" in done)
    assert done == (["painted", "followed"] if seen else ["followed"])
    window.show()
    window.repaint()
    qtbot.wait(50)
    assert done.count("followed") == 1
    assert "painted" in done


@pytest.mark.parametrize(
    ("arguments", "environ", "endpoint", "mode"),
    [
        ([], {}, "https://kept.example", "practice"),
        ([], {"KONTEXT_ENDPOINT": "https://told.example/"}, "https://told.example", "real"),
        (
            ["--endpoint", "https://given.example"],
            {"KONTEXT_ENDPOINT": "https://told.example"},
            "https://given.example",
            "real",
        ),
        (["--endpoint", "https://a.example", "--practice"], {}, "https://a.example", "practice"),
    ],
)
def test_command_line_comes_before_environment_before_settings(
    arguments: list[str], environ: dict[str, str], endpoint: str, mode: str
) -> None:
    kept = Settings(mode="practice", endpoint="https://kept.example")
    told = _told(kept, parse(arguments), environ)
    assert (told.endpoint, told.mode) == (endpoint, mode)
    assert _changed(kept, told, told) == kept, "what only this run was told is not kept"


_WATCHED = """
import builtins, sys, threading

elsewhere = set()
load = builtins.__import__

def watched(name, globals=None, *rest, **named):
    here = threading.current_thread() is threading.main_thread()
    if not here and name.startswith(("PySide6", "shiboken6", "kontext_desktop.ui")):
        elsewhere.add(f"{(globals or {}).get('__name__')} asks for {name}")
    return load(name, globals, *rest, **named)

builtins.__import__ = watched
from kontext_desktop import app

app.LATER_MS = 100
try:
    app.main(["--self-test"])
except SystemExit as end:
    assert not end.code, end
    assert "kontext_desktop.ui.ahead" in sys.modules
    print("elsewhere:", sorted(elsewhere))
"""


def test_qt_is_asked_for_its_classes_on_the_gui_thread_only(tmp_path: Path) -> None:
    """PySide6 6.11.3 makes a class when it is first named, and crashes where two threads do."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED],
        env=dict(os.environ, QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path)),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert "elsewhere: []" in done.stdout, done.stdout + done.stderr


def test_the_self_test_of_a_bundle_edits_a_sample(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kontext_desktop", "--self-test"],
        env=dict(os.environ, QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path)),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert "The self-test made version" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
