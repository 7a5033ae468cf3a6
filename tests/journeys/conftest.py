"""The whole program in this process: real window, engine, library; the service on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from canary import KEY
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_person import Answers, Person

from kontext_desktop.app import build_window, parse
from kontext_desktop.practice import PracticeService


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PracticeService]:
    with PracticeService(tmp_path / "service", seconds=0.1) as running:
        yield running


@pytest.fixture
def enter(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Starts the program; the one before is closed first, as a person would."""
    people: list[Person] = []

    def start(*arguments: str, size: tuple[int, int] = (1600, 1000)) -> Person:
        leave()
        environ = {
            "KONTEXT_LIBRARY": str(tmp_path / "library"),
            "KONTEXT_CONFIG": str(tmp_path / "config"),
            "WAVESPEED_API_KEY": KEY,
        }
        answers = Answers()
        window, workbench = build_window(parse(arguments), qapp, environ, answers)
        person = Person(qtbot, window, workbench, answers)
        people.append(person)
        window.resize(*size)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        workbench.start()
        return person

    def leave() -> None:
        for person in people:
            person.window.close()
            assert person.workbench.close(), "a thread did not come to rest"
            person.window.deleteLater()
        people.clear()

    yield start
    leave()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """1200 x 800, so that one result is almost its size."""
    y, x = np.mgrid[0:800, 0:1200]
    pixels = np.stack([x / 5, y / 4, 200 - x / 8], axis=2).astype(np.uint8)
    path = tmp_path / "table.png"
    Image.fromarray(pixels).save(path)
    return path
