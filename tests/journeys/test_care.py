"""The library looked after in the window: storage, checking and mending, backups, packing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QWidget
from window_person import Person

from kontext_desktop.library import Library
from kontext_desktop.library import check as checking
from kontext_desktop.model import Progress
from kontext_desktop.practice import PracticeService
from kontext_desktop.workbench.state import Work

Enter = Callable[..., Person]


@pytest.fixture
def person(enter: Enter, service: PracticeService, picture: Path) -> Person:
    """With an edit."""
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.generate(1)
    return person


def care(person: Person) -> None:
    """Open the dialog and wait until it has measured."""
    person.window.actions_by_name["care"].trigger()
    person.wait(lambda: words(person, "careCounts") != "Looking…")


def words(person: Person, name: str) -> str:
    label = person.find(name)
    assert isinstance(label, QLabel)
    return label.text()


def lines(person: Person, name: str) -> list[str]:
    view = person.find(name)
    assert isinstance(view, QListWidget)
    return [view.item(row).text() for row in range(view.count())]


def press(person: Person, name: str) -> None:
    button = person.find(name)
    assert isinstance(button, QPushButton)
    person.wait(button.isEnabled)
    person.click(name)


def test_what_the_library_takes_is_shown_and_a_sound_one_is_called_so(
    person: Person, tmp_path: Path
) -> None:
    care(person)
    assert words(person, "careCounts") == "1 picture, 2 versions"
    assert words(person, "careFolder") == str(tmp_path / "library")
    texts = [label.text() for label in person.find("care").findChildren(QLabel)]
    assert "Originals" in texts
    assert "Results" in texts
    press(person, "careCheck")
    person.wait(lambda: words(person, "careSummary").endswith("all as they should be."))
    assert not person.find("careFindings").isVisible()


def test_the_window_is_as_large_as_it_was_left(
    person: Person, enter: Enter, service: PracticeService
) -> None:
    care(person)
    dialog = person.find("care")
    dialog.resize(780, 610)
    dialog.close()
    person.wait(lambda: person.window.findChild(QWidget, "care") is None)
    care(person)
    assert person.find("care").size() == QSize(780, 610)
    person.window.close()
    again = enter("--endpoint", service.url)
    again.wait(lambda: bool(again.rows))
    care(again)
    assert again.find("care").size() == QSize(780, 610)


def test_damage_is_named_in_sentences_and_mended(person: Person, tmp_path: Path) -> None:
    with Library.open_reading(tmp_path / "library") as library:
        [job] = library.list_jobs()
        [result] = library.list_results(job.id)
        lost = library.blobs.path(result.sha256)
    whole = lost.read_bytes()
    lost.unlink()
    care(person)
    press(person, "careCheck")
    person.wait(lambda: "1 thing is damaged" in words(person, "careSummary"))
    assert result.sha256[:8] in lines(person, "careFindings")[0]
    press(person, "careMend")
    person.wait(lambda: words(person, "careSummary") == "All of it is mended.")
    assert "Fetched a result from the service once more" in lines(person, "careFindings")[-1]
    assert lost.read_bytes() == whole


def test_a_backup_is_made_and_put_back(person: Person, tmp_path: Path) -> None:
    care(person)
    before = len(lines(person, "careBackups"))
    press(person, "careBackUp")
    person.wait(lambda: len(lines(person, "careBackups")) == before + 1)
    version_id = person.rows[0].version.id
    person.workbench.opinions.put(version_id, name="After the backup")
    person.wait(lambda: person.rows[0].title == "After the backup")
    view = person.find("careBackups")
    assert isinstance(view, QListWidget)
    view.setCurrentRow(0)
    press(person, "careRestore")
    person.click("questionYes")
    person.wait(lambda: any("in place" in one.message for one in person.notices))
    person.wait(lambda: len(person.rows) == 2 and person.sees_picture())
    assert person.rows[0].title == "Warmer"
    person.workbench.opinions.put(version_id, name="And on")
    person.wait(lambda: person.rows[0].title == "And on")
    assert person.workbench.upkeep.work is None


def test_the_trash_is_emptied_after_a_question(person: Person, tmp_path: Path) -> None:
    person.workbench.trash.put_version(person.rows[0].version.id)
    person.wait(lambda: len(person.rows) == 1)
    care(person)
    assert words(person, "careTrash") == "1 in the trash."
    press(person, "careEmpty")
    person.click("questionYes")
    person.wait(lambda: words(person, "careTrash") == "The trash is empty.")
    assert not person.find("careEmpty").isEnabled()


def test_a_check_is_stopped_and_others_wait_for_what_is_under_way(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def check(folder: Path, *, deep: bool = True, report: Callable[[Progress], None]) -> object:
        for done in range(10_000):
            report(Progress("Looking at the pictures", done * 1_000_000, 10_000_000_000))
            go_on.wait(0.01)
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(checking, "check", check)
    care(person)
    seen: list[Work | None] = []
    person.workbench.upkeep.working.connect(seen.append)
    press(person, "careCheck")
    person.wait(lambda: any(work is not None and work.done for work in seen))
    assert " of 10.0 GB" in words(person, "workText")
    assert not person.find("careBackUp").isEnabled()
    person.workbench.open_library(None)
    assert "wait for that" in person.notices[-1].message
    person.click("workStop")
    person.wait(lambda: seen[-1] is None)
    assert person.find("careBackUp").isEnabled()
    assert words(person, "careSummary").startswith("Check looks at")


def test_a_window_that_is_closed_stops_the_check(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def check(folder: Path, *, deep: bool = True, report: Callable[[Progress], None]) -> object:
        try:
            while True:
                report(Progress("Looking at the pictures"))
                ended.wait(0.01)
        finally:
            ended.set()

    monkeypatch.setattr(checking, "check", check)
    person.workbench.upkeep.check()
    person.wait(lambda: person.workbench.upkeep.work is not None)
    person.window.close()
    assert person.workbench.close()
    assert ended.wait(5)


def test_a_picture_is_packed_and_taken_in_elsewhere(person: Person, tmp_path: Path) -> None:
    target = person.answers.to_write = tmp_path / "table.kontext"
    target.write_text("an older one, which the person agreed to replace")
    person.window.actions_by_name["pack"].trigger()
    person.click("packChoose")
    person.wait(lambda: any("packed into" in one.message for one in person.notices))
    assert person.notices[-1].message == f"1 picture with all versions packed into {target}."
    person.workbench.open_library(tmp_path / "elsewhere", new=True)
    person.wait(lambda: person.desk is not None and person.desk.document is None)
    person.wait(lambda: person.desk is not None and not person.desk.busy)
    for message in (
        "1 picture taken in: 2 versions are new here.",
        "1 picture taken in: 0 versions are new here, 2 were here already.",
    ):
        person.notices.clear()
        person.answers.to_open = target
        person.window.actions_by_name["unpack"].trigger()
        person.wait(lambda: bool(person.notices))
        assert person.notices[0].message == message
        person.wait(lambda: len(person.rows) == 2 and person.sees_picture())
    person.wait(lambda: person.window.findChild(QWidget, "work") is None)


def test_a_file_that_is_no_packed_one_is_refused_in_a_sentence(
    person: Person, picture: Path
) -> None:
    person.answers.to_open = picture
    person.window.actions_by_name["unpack"].trigger()
    person.wait(lambda: bool(person.notices))
    assert person.notices[0].hint
    assert len(person.rows) == 2
    assert person.workbench.upkeep.work is None


def test_packing_that_fails_leaves_the_older_file(person: Person, tmp_path: Path) -> None:
    target = person.answers.to_write = tmp_path / "table.kontext"
    target.write_text("older")
    with Library.open_reading(tmp_path / "library") as library:
        [job] = library.list_jobs()
        [result] = library.list_results(job.id)
        library.blobs.path(result.sha256).unlink()
    person.window.actions_by_name["pack"].trigger()
    person.click("packChoose")
    person.wait(lambda: bool(person.notices))
    assert target.read_text() == "older"
    assert sorted(path.name for path in tmp_path.glob("*.kontext*")) == ["table.kontext"]
