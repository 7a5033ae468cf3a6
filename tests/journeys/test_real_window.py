"""The main job in a real window: an X server, a window manager, a mouse and a keyboard.

The picture of the window in README comes from here: WINDOW_SCREENSHOT names where to put it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kontext_desktop.paths import resources

PROGRAMS = ("Xvfb", "openbox", "xdotool", "import")
SIZE = (1920, 1080)
PATIENCE = 60.0

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason=f"needs {', '.join(PROGRAMS)}"
)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with a display of its own, a window manager on it, and an empty home."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    environment = {name: value for name, value in os.environ.items() if "QT_" not in name} | {
        "DISPLAY": f":{number}",
        "QT_QPA_PLATFORM": "xcb",
        "KONTEXT_LIBRARY": str(tmp_path / "library"),
        "KONTEXT_CONFIG": str(tmp_path / "config"),
    }
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    yield environment
    for process in (manager, server):
        process.terminate()
        process.wait(20)


def test_the_main_job_with_mouse_and_keyboard(screen: dict[str, str], tmp_path: Path) -> None:
    sample = resources() / "samples" / "still-life.jpg"
    program = subprocess.Popen(
        [sys.executable, "-m", "kontext_desktop", "--practice", str(sample)],
        env=screen,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def act(*words: object) -> str:
        command = ["xdotool", *map(str, words)]
        return subprocess.run(
            command, env=screen, check=True, capture_output=True, text=True
        ).stdout.strip()

    try:
        window = act("search", "--sync", "--onlyvisible", "--name", "Kontext Desktop").split()[-1]
        act("windowsize", "--sync", window, *SIZE)
        act("windowmove", "--sync", window, 0, 0)
        wait(lambda: history(screen) and "still-life" in act("getwindowname", window))
        # The prompt is in the right column, a quarter down; its place in the picture is stable.
        act("mousemove", SIZE[0] - 180, 270, "click", 1)
        wanted = "Keep the still life unchanged. Make the light warmer, as in the evening."
        act("type", "--delay", 2, wanted)
        act("key", "ctrl+Return")
        wait(lambda: len(versions(screen)) == 2)
        (edited,) = [entry for entry in versions(screen) if entry["parents"]]
        assert edited["prompt"] == wanted
        assert edited["practice"]
        # The first tile of the strip, bottom left: its result on the canvas.
        act("mousemove", 100, SIZE[1] - 100, "click", 1)
        wait(lambda: versions(screen)[1]["current"])
        act("mousemove", SIZE[0] // 2, 500)
        time.sleep(1.5)  # an X server does not tell when a window has painted what it was told
        shot = Path(os.environ.get("WINDOW_SCREENSHOT", tmp_path / "window.png"))
        subprocess.run(["import", "-window", window, str(shot)], env=screen, check=True)
        assert shot.stat().st_size > 100_000, "an empty window makes a small file"
        act("key", "ctrl+q")
        said, _ = program.communicate(timeout=30)
        assert program.returncode == 0
        assert said == ""
    finally:
        if program.poll() is None:
            program.kill()
            program.communicate()


def history(screen: dict[str, str]) -> Any:
    """What another process reads in the library meanwhile."""
    return _kontext(screen, "history")


def versions(screen: dict[str, str]) -> Any:
    return _kontext(screen, "history", history(screen)[0]["id"])["versions"]


def _kontext(screen: dict[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "kontext_desktop.cli", *arguments, "--json"]
    answer = subprocess.run(command, env=screen, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)
