"""The library looked through in the window: words, filters, page after page, and back to a
version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from picture_tools import display_p3_profile
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from window_person import Person

from kontext_desktop.engine import intake
from kontext_desktop.library import Library
from kontext_desktop.model import Raster, Size
from kontext_desktop.ui.history_rows import KEPT
from kontext_desktop.ui.history_window import HistoryWindow
from kontext_desktop.workbench.history import PAGE

Enter = Callable[..., Person]
CONTROL = Qt.KeyboardModifier.ControlModifier
MANY = 2 * PAGE + 50


def make_library(folder: Path, many: int, tmp_path: Path) -> None:
    """With `many` documents that share one small picture, and two real ones on top."""
    with Library.open(folder, program="test") as library:
        first = tmp_path / "first.png"
        Image.new("RGB", (90, 60), (200, 60, 20)).save(first)
        arrival = intake.bring_in(library, first)
        for number in range(many):
            library._connection.execute("PRAGMA synchronous = OFF")  # type: ignore[union-attr]
            document = library.put_document(
                name=f"shoot-{number:04}.jpg",
                source_path="",
                master_sha256=library.blobs.put(f"{number}".encode()),
                size=Size(90, 60),
                format="JPEG",
                depth=8,
                title="Original",
            )
            if number == 7:
                [version] = library.list_versions(document.id)
                library.put_annotation(
                    version.id, name="Dusk", rating=4, flag="pick", tags=["print"]
                )
        library.put_annotation(
            library.list_versions(arrival.document.id)[0].id, rating=5, flag="reject"
        )


@pytest.fixture
def person(enter: Enter, tmp_path: Path) -> Person:
    make_library(tmp_path / "library", 12, tmp_path)
    return look_for(enter("--practice"))


def look_for(person: Person) -> Person:
    person.press(Qt.Key.Key_F, CONTROL)
    person.wait(lambda: person.window.findChild(HistoryWindow) is not None)
    person.wait(lambda: history(person).rows.rowCount() > 0)
    return person


def history(person: Person) -> HistoryWindow:
    window = person.window.findChild(HistoryWindow)
    assert isinstance(window, HistoryWindow)
    return window


def found(person: Person) -> list[str]:
    return [line.document_name for line in history(person).rows.lines]


def choose(person: Person, name: str, text: str) -> None:
    box = person.find(name)
    assert isinstance(box, QComboBox)
    assert box.findText(text) >= 0, text
    box.setCurrentText(text)


def test_words_and_filters_leave_what_all_of_is_true(person: Person) -> None:
    assert len(found(person)) == 13
    person.write("searchWords", "shoot-000")
    person.wait(lambda: len(found(person)) == 10)
    person.write("searchWords", "dus")
    person.wait(lambda: found(person) == ["shoot-0007.jpg"])
    choose(person, "searchFlag", "Rejected")
    person.wait(lambda: found(person) == [])
    assert person.find("historyEmpty").isVisible()
    person.click("searchClear")
    person.wait(lambda: len(found(person)) == 13)
    choose(person, "searchStars", "★★★★★")
    person.wait(lambda: found(person) == ["first.png"])
    choose(person, "searchStars", "★★★★ or more")
    person.wait(lambda: found(person) == ["shoot-0007.jpg", "first.png"])
    person.wait(lambda: person.find("searchTag").findText("print") > 0)
    choose(person, "searchOrder", "Oldest first")
    person.wait(lambda: found(person) == ["first.png", "shoot-0007.jpg"])
    choose(person, "searchTag", "print")
    person.wait(lambda: found(person) == ["shoot-0007.jpg"])


@pytest.mark.parametrize(
    ("name", "text", "good"),
    [
        ("searchSince", "2020-01-01", True),
        ("searchSince", "yesterday", False),
        ("searchUntil", "2020-02-30", False),
        ("searchSeed", "12x", False),
        ("searchCostFrom", "-1", False),
        ("searchCostTo", "$0.50", True),
        ("searchCostTo", "nan", False),
        ("searchCostTo", "1e400", False),
    ],
)
def test_what_cannot_be_read_is_marked_and_searches_for_nothing_else(
    person: Person, name: str, text: str, good: bool
) -> None:
    field = person.find(name)
    assert isinstance(field, QLineEdit)
    field.setText(text)
    query = history(person).filters.read()
    assert (query is not None) == good
    assert bool(field.property("error")) != good


def test_an_end_day_counts_as_a_whole(person: Person) -> None:
    import time

    today = time.strftime("%Y-%m-%d")
    for name in ("searchSince", "searchUntil"):
        field = person.find(name)
        assert isinstance(field, QLineEdit)
        field.setText(today)
    query = history(person).filters.read()
    assert query is not None
    assert query.since is not None
    assert query.until is not None
    assert query.since <= time.time() < query.until
    assert 22 * 3600 < query.until - query.since < 26 * 3600


def test_enter_opens_that_document_at_that_version(person: Person) -> None:
    person.write("searchWords", "first")
    person.wait(lambda: found(person) == ["first.png"])
    words = person.find("searchWords")
    QTest.keyClick(words, Qt.Key.Key_Down)
    opened: list[str] = []
    emitted = person.workbench._documents.arrived
    emitted.connect(lambda found, again: opened.append(found.document.name))
    QTest.keyClick(history(person).view, Qt.Key.Key_Return)
    person.wait(lambda: person.desk is not None and person.desk.document is not None)
    person.wait(person.sees_picture)
    assert person.desk is not None
    assert person.desk.document is not None
    assert person.desk.document.name == "first.png"
    assert not history(person).isVisible()
    person.bot.wait(200)
    assert opened == ["first.png"]
    person.window.actions_by_name["history"].trigger()
    assert history(person).isVisible()
    words = person.find("searchWords")
    assert isinstance(words, QLineEdit)
    assert words.text() == "first", "what was looked for is still there"


def test_pages_come_as_they_are_scrolled_to_with_thumbnails_of_what_is_in_sight(
    enter: Enter, tmp_path: Path
) -> None:
    make_library(tmp_path / "library", MANY, tmp_path)
    person = look_for(enter("--practice"))
    window, count = history(person), person.find("historyCount")
    assert isinstance(count, QLabel)
    assert window.rows.rowCount() == PAGE
    assert count.text() == f"The newest {PAGE} versions; scroll for more"
    bar = window.view.verticalScrollBar()
    for expected in (2 * PAGE, MANY + 1):
        bar.setValue(bar.maximum())
        person.wait(lambda expected=expected: window.rows.rowCount() == expected)  # type: ignore[misc]
    assert count.text() == f"{MANY + 1} versions"
    assert len(set(found(person))) == MANY + 1
    bar.setValue(bar.maximum())
    last = window.rows.index(MANY)
    person.wait(lambda: last.data(Qt.ItemDataRole.DecorationRole) is not None)
    first_id = window.rows.lines[-1].version_id
    assert window.rows.list_missing(MANY, MANY) == []
    assert first_id in window.rows._thumbnails
    assert len(window.rows._thumbnails) < KEPT
    choose(person, "searchOrder", "Oldest first")
    person.wait(lambda: count.text() == f"The oldest {PAGE} versions; scroll for more")


def test_thumbnails_are_made_for_the_screen_and_again_for_another(person: Person) -> None:
    made: list[Raster] = []
    window = history(person)
    choose(person, "searchOrder", "Oldest first")
    person.wait(lambda: found(person)[0] == "first.png" and window.rows.list_missing(0, 0) == [])
    person.workbench.history.thumbnail_made.connect(lambda _, raster: made.append(raster))
    for screen in (display_p3_profile(), b""):
        made.clear()
        person.workbench.set_screen(screen)
        person.wait(lambda: bool(made) and window.rows.list_missing(0, 0) == [])
        assert {raster.profile for raster in made} == {screen}
