"""A library for each client, one after the other in the same window; and one window for each."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from window_person import Person

from kontext_desktop import settings
from kontext_desktop.app import _listen_for_others
from kontext_desktop.library import Library
from kontext_desktop.model import JobState
from kontext_desktop.practice import PracticeService
from kontext_desktop.workbench import doorbell
from kontext_desktop.workbench.doorbell import Doorbell

Enter = Callable[..., Person]


@pytest.fixture
def person(enter: Enter, service: PracticeService, picture: Path) -> Person:
    person = enter("--endpoint", service.url)
    person.open(picture)
    return person


def choose(person: Person, command: str, folder: Path) -> None:
    person.answers.to_open = folder
    person.window.actions_by_name[command].trigger()


def folder_of(person: Person) -> str:
    assert person.desk is not None
    return Path(person.desk.library.folder).name if person.desk.library else ""


def test_another_library_takes_the_place_of_the_first_and_back(
    person: Person, picture: Path, tmp_path: Path
) -> None:
    person.write("prompt", "For the first client.")
    other = tmp_path / "clients" / "Miller & Sons"
    choose(person, "library_new", other)
    person.wait(lambda: folder_of(person) == "Miller & Sons")
    person.wait(lambda: person.desk is not None and not person.desk.busy)
    assert person.desk is not None
    assert person.desk.document is None
    assert (person.rows, person.tiles) == ([], [])
    assert person.window.windowTitle() == "Miller & Sons · Kontext Desktop"
    assert person.find("libraryName").text() == "Library: Miller & Sons"

    second = tmp_path / "second.png"
    Image.new("RGB", (600, 400), "grey").save(second)
    person.workbench.open_file(second)
    person.wait(lambda: len(person.rows) == 1 and person.sees_picture())
    person.write("prompt", "Warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: len(person.rows) == 2)

    choose(person, "library_open", tmp_path / "library")
    person.wait(lambda: folder_of(person) == "library")
    person.wait(lambda: person.desk is not None and person.desk.document is not None)
    person.wait(person.sees_picture)
    assert [row.version.title for row in person.rows] == ["Original"]
    assert person.desk.document is not None
    assert person.desk.document.name == picture.name
    assert person.find("prompt").toPlainText() == "For the first client."
    with Library.open(other, program="test") as left:  # it was let go
        assert left.count()["versions"] == 2
    kept = settings.read(tmp_path / "config")
    assert kept.recent_libraries == (str(tmp_path / "library"), str(other))


def test_recent_libraries_are_in_the_menu_and_the_present_one_is_not_offered(
    person: Person, tmp_path: Path
) -> None:
    other = tmp_path / "R & B"
    choose(person, "library_new", other)
    person.wait(lambda: folder_of(person) == "R & B")
    menu = QMenu(person.window)
    person.window._reach_library()[1].fill_recent(menu)
    usual, *recent = menu.actions()
    assert usual.text() == "The usual library"
    assert [(one.text().split(" · ")[0], one.isEnabled()) for one in recent] == [
        ("R && B", False),
        ("library", True),
    ]
    recent[1].trigger()
    person.wait(lambda: folder_of(person) == "library")


def test_edits_under_way_are_spoken_of_and_collected_later(
    enter: Enter, picture: Path, tmp_path: Path
) -> None:
    with PracticeService(tmp_path / "slow", seconds=3.0) as service:
        person = enter("--endpoint", service.url)
        person.open(picture)
        person.write("prompt", "Warmer.")
        person.wait(lambda: person.find("generate").isEnabled())
        person.click("generate")
        person.wait(lambda: person.desk is not None and person.desk.running == 1)
        choose(person, "library_new", tmp_path / "other")
        person.click("questionNo")
        person.wait(lambda: person.window.findChild(QWidget, "question") is None)
        assert folder_of(person) == "library"
        choose(person, "library_new", tmp_path / "other")
        person.click("questionYes")
        person.wait(lambda: folder_of(person) == "other")
        assert person.tiles == []
        person.wait(lambda: not _is_held(tmp_path / "library"))
        with Library.open_reading(tmp_path / "library") as left:
            [job] = left.list_jobs()
            assert not job.state.ended
        choose(person, "library_open", tmp_path / "library")
        person.wait(lambda: len(person.rows) == 2)
        assert len(service.ledger) == 1
        with Library.open_reading(tmp_path / "library") as left:
            assert [job.state for job in left.list_jobs()] == [JobState.DONE]


def _is_held(folder: Path) -> bool:
    return (folder / "owner.json").exists()


def test_what_cannot_be_opened_leaves_the_present_one_and_says_why(
    person: Person, picture: Path, tmp_path: Path
) -> None:
    taken, full, empty = (tmp_path / name for name in ("taken", "full", "empty"))
    full.mkdir()
    (full / "letter.txt").touch()
    empty.mkdir()
    with Library.open(taken, program="another program"):
        for command, folder, words in (
            ("library_open", taken, f"another program (process {os.getpid()}"),
            ("library_new", full, "has other files in it"),
            ("library_open", empty, "There is no library in"),
            ("library_open", tmp_path / "library", "is open already"),
        ):
            person.notices.clear()
            choose(person, command, folder)
            person.wait(lambda: bool(person.notices))
            assert words in person.notices[0].message
            person.wait(lambda: person.desk is not None and not person.desk.busy)
    assert folder_of(person) == "library"
    assert os.listdir(full) == ["letter.txt"]
    assert os.listdir(empty) == []
    assert len(person.rows) == 1
    person.workbench.open_file(picture)
    person.wait(lambda: person.desk is not None and not person.desk.busy)
    assert len(person.rows) == 1


def start_again(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = {
        **os.environ,
        "KONTEXT_LIBRARY": str(tmp_path / "library"),
        "KONTEXT_CONFIG": str(tmp_path / "config"),
    }
    command = [sys.executable, "-m", "kontext_desktop", *arguments]
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)


def test_a_second_start_brings_the_first_window_with_its_file(
    enter: Enter, qapp: QApplication, picture: Path, tmp_path: Path
) -> None:
    person = enter("--practice")
    _listen_for_others(qapp, person.window, person.workbench)
    person.wait(lambda: person.window.findChild(Doorbell) is not None)
    person.window.showMinimized()
    second = start_again(tmp_path, str(picture))
    person.wait(lambda: second.poll() is not None)
    assert second.returncode == 0
    assert second.communicate()[1] == ""
    person.wait(lambda: len(person.rows) == 1)
    assert not person.window.isMinimized()
    assert person.desk is not None
    assert person.desk.document is not None
    assert person.desk.document.name == picture.name
    bell = person.window.findChild(Doorbell)
    assert isinstance(bell, Doorbell)
    bell.close()
    assert not os.path.exists(doorbell._place(tmp_path / "library"))


@pytest.fixture(params=["file", "port"])
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to listen: the second is for systems on which the first cannot be had."""
    monkeypatch.setattr(doorbell, "_HAS_FILES", request.param == "file")
    return str(request.param)


def test_a_ring_brings_the_names_of_files(door: str, qtbot: QtBot, tmp_path: Path) -> None:
    parent = QObject()
    bell = Doorbell(tmp_path, parent)
    rung: list[object] = []
    bell.rung.connect(rung.append)
    answers: list[bool] = []
    files = [tmp_path / "sky.jpg", tmp_path / os.fsdecode(b"st\xfcck.png")]
    caller = threading.Thread(target=lambda: answers.append(doorbell.ring(tmp_path, files)))
    caller.start()
    qtbot.waitUntil(lambda: not caller.is_alive())
    assert (rung, answers) == ([files], [True])
    parent.deleteLater()
    qtbot.waitUntil(lambda: not os.path.exists(doorbell._place(tmp_path)))


NONSENSE = ["no json", '{"files": 1}', "[1]", "[]", '["stranger"]', '["\\ud800"]', "x" * 1_100_000]


@pytest.mark.parametrize("line", NONSENSE)
def test_nonsense_at_the_door_opens_nothing(
    door: str, qtbot: QtBot, tmp_path: Path, line: str
) -> None:
    parent = QObject()
    bell = Doorbell(tmp_path, parent)
    rung: list[object] = []
    bell.rung.connect(rung.append)
    answers: list[bytes] = []

    def call() -> None:
        caller, _ = doorbell._call(doorbell._place(tmp_path))
        with caller:
            with contextlib.suppress(OSError):  # it need not hear all of it
                caller.sendall(line.encode() + b"\n")
            with contextlib.suppress(OSError):
                answers.append(caller.recv(10))

    caller = threading.Thread(target=call)
    caller.start()
    qtbot.waitUntil(lambda: not caller.is_alive())
    assert (rung, answers) in (([], [b""]), ([], []))
    assert stat.S_IMODE(os.stat(doorbell._place(tmp_path)).st_mode) & 0o077 == 0
    parent.deleteLater()
    qtbot.waitUntil(lambda: not os.path.exists(doorbell._place(tmp_path)))


def test_nobody_is_waited_for_where_nobody_answers(door: str, tmp_path: Path) -> None:
    assert not doorbell.ring(tmp_path, [])
    place = doorbell._place(tmp_path)
    # As a crash leaves it; nobody listens there any more.
    with socket.socket(socket.AF_UNIX if door == "file" else socket.AF_INET) as left:
        left.bind(place if door == "file" else ("127.0.0.1", 0))
        if door == "port":
            Path(place).write_text(json.dumps([left.getsockname()[1], "word"]))
        assert not doorbell.ring(tmp_path, [])
    if door == "port":
        Path(place).write_text("no json")
        assert not doorbell.ring(tmp_path, [])
    parent = QObject()
    assert Doorbell(tmp_path, parent)._server is not None
    parent.deleteLater()
