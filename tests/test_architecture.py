"""The house rules, as far as a machine can hold people to them.

The import contracts themselves are written in pyproject.toml.
"""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECKS = runpy.run_path(str(ROOT / "packaging" / "dev.py"))["CHECKS"]


@pytest.mark.parametrize("name", CHECKS)
def test_check_passes(name: str) -> None:
    program, *options = CHECKS[name]
    command = [str(Path(sys.executable).parent / program), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_window_is_painted_without_what_it_does_not_show(tmp_path: Path) -> None:
    """What is loaded costs the time until the window is there. Add to these lists, take nothing."""
    rooms = ("engine", "glance", "imaging", "keys", "library", "practice", "wavespeed")
    data = (
        *("framing", "model", "workbench.inquiry", "workbench.job_errands", "workbench.listing"),
        *("workbench.tiles", "workbench.words", "workbench.history", "workbench.opinions"),
        "workbench.exports",
        *("workbench.care_errands", "workbench.rooms", "workbench.showing", "workbench.upkeep"),
        *("workbench.doorbell", "workbench.libraries", "workbench.recipes", "workbench.trash"),
    )
    parts = (
        *(
            "clause_form",
            "compare_bar",
            "comparing",
            "crash",
            "first_run",
            "found_dialog",
            "frame_controls",
            "frame_drag",
            "frame_tool",
            "frame_words",
            "help",
            "job_windows",
            "key_row",
        ),
        *(
            "log_dialog",
            "looking",
            "navigator",
            "notices",
            "picking",
            "pixels",
            "pyramid",
            "question",
            "settings_dialog",
            "tile",
        ),
        *(
            "display",
            "display_row",
            "fitting_scroll",
            "monitor",
            "tile_row",
            "version_rows",
            "version_view",
        ),
        *("framed", "history_filters", "history_rows", "history_window", "library_acts"),
        *("care_dialog", "opinion_dialog", "pack_dialog", "trash_dialog", "version_acts"),
        *("picture_acts", "work_row"),
    )
    late = {
        *("PIL", "dataclasses", "html", "httpx", "keyring", "numpy", "platformdirs", "sqlite3"),
        *(f"kontext_desktop.{name}" for name in (*rooms, *data)),
        *(f"kontext_desktop.ui.{name}" for name in parts),
    }
    # PySide6 makes a class when we, or a signature it tries, first name it; these are dear.
    late_classes = {"QGradient", "QIcon", "QStyle", "QTextCursor", "QTransform"}
    loaded, classes = python(
        f"""
import os
from kontext_desktop import __main__, app

folder = {str(tmp_path)!r}
environ = dict(os.environ, KONTEXT_CONFIG=folder, KONTEXT_LIBRARY=folder + "/library")
application = app.make_application()
window, workbench = app.build_window(app.parse(["--practice"]), application, environ)
window.show()
application.processEvents()
import builtins, sys
from PySide6 import QtGui, QtWidgets
assert window.canvas.isVisible()
assert builtins.__import__.__name__ != "__feature_import__", "sources are searched again"
print(*sys.modules)
print(*vars(QtGui), *vars(QtWidgets))
workbench.close()
"""
    ).splitlines()
    assert late & set(loaded.split()) == set()
    assert late_classes & set(classes.split()) == set()
    assert "QPushButton" in classes.split()


def test_qt_binding_survives_many_signals_and_void_calls() -> None:
    """PySide6 6.12.0 under Python 3.11 aborts after a few hundred of either."""
    assert "alive" in python(
        """
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter

class Sender(QObject):
    sent = Signal(int, bool)

application = QGuiApplication([])
sender, received = Sender(), []
sender.sent.connect(lambda number, flag: received.append((number, flag)))
image = QImage(8, 8, QImage.Format.Format_RGB32)
painter = QPainter(image)
for number in range(5000):
    sender.sent.emit(number, True)
    painter.drawPoint(number % 8, 0)
painter.end()
assert len(received) == 5000
print("alive")
"""
    )


def test_suite_refuses_what_it_must(tmp_path: Path) -> None:
    """The guards in conftest.py and pyproject.toml bite: each of these tests must not pass."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "test_offences.py").write_text(
        """
import os, socket, threading, warnings
from PySide6.QtCore import qDebug, qWarning

finish = threading.Event()

def test_qt_warning():
    qWarning("a slot is missing")

def test_qt_debug():
    qDebug("left over")

def test_python_warning():
    warnings.warn("old call", DeprecationWarning)

def test_outside_connection():
    socket.create_connection(("192.0.2.1", 80), timeout=1)

def test_thread_left():
    threading.Thread(target=finish.wait, name="forgotten").start()

def test_innocent():
    finish.set()
    qWarning("This plugin does not support propagateSizeHints()")
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert "WAVESPEED_API_KEY" not in os.environ
""",
        "utf-8",
    )
    options = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-rA")
    report = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        env={"WAVESPEED_API_KEY": "secret"},
    ).stdout
    verdicts = re.findall(r"^(FAILED|ERROR) \S+::test_(\w+)", report, re.MULTILINE)
    assert sorted(verdicts) == [
        ("ERROR", "thread_left"),
        ("FAILED", "outside_connection"),
        ("FAILED", "python_warning"),
        ("FAILED", "qt_debug"),
        ("FAILED", "qt_warning"),
    ], report


def test_pictures_are_opened_only_in_named_formats() -> None:
    """Pillow reads dozens of formats, some through other programs: each call names its own."""
    careless = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "kontext_desktop").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith("Image.open")
        and "formats" not in [keyword.arg for keyword in call.keywords]
    ]
    assert careless == []


def python(code: str) -> str:
    """What `code` prints in a Python of its own; its failure is the test's."""
    environ = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environ
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
