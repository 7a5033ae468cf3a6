"""The list of versions: which is shown, the way to any other, hundreds without a wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QListView, QMenu

from kontext_desktop.model import Annotation, Raster, Size, Version
from kontext_desktop.paths import resources
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.version_list import VersionList
from kontext_desktop.ui.version_rows import in_lines
from kontext_desktop.workbench.listing import VersionRow

MARKUP = "<b>x</b><img src=x>"


def row(number: int, title: str = "", practice: bool = False, depth: int = 0) -> VersionRow:
    title = title or f"Edit {number}"
    version = Version(f"v{number}", number, "doc", (), (), None, title, practice, 0.0)
    return VersionRow(version, depth, title, f"seed {number}", title)


def rows(count: int) -> list[VersionRow]:
    return [row(number) for number in reversed(range(count))]


@pytest.fixture
def versions(show, workbench):
    versions = show(VersionList, width=240, height=400)
    workbench.say_desk(shown_version_id="v2")
    workbench.versions_changed.emit(rows(3))
    return versions


def view_of(versions):
    return versions.findChild(QListView, "versions")


def click(versions, place, qtbot):
    view = view_of(versions)
    area = view.visualRect(view.model().index(place, 0))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def test_a_click_shows_that_version(versions, workbench, qtbot):
    click(versions, 2, qtbot)
    assert workbench.list_calls("show_version") == [("v0",)]


def test_arrow_keys_go_from_the_shown_version(versions, workbench, qtbot):
    qtbot.keyClick(view_of(versions), Qt.Key.Key_Down)
    qtbot.keyClick(view_of(versions), Qt.Key.Key_Down)
    qtbot.keyClick(view_of(versions), Qt.Key.Key_Up)
    assert workbench.list_calls("show_version") == [("v1",), ("v0",), ("v1",)]


def test_a_version_shown_from_elsewhere_is_followed_without_a_call(versions, workbench):
    workbench.say_desk(shown_version_id="v0")
    assert view_of(versions).currentIndex().row() == 2
    workbench.versions_changed.emit(rows(4))
    assert view_of(versions).currentIndex().row() == 3
    assert workbench.list_calls("show_version") == []


def test_enter_shows_the_chosen_version_when_that_failed_before(versions, workbench, qtbot):
    workbench.show_version = lambda version_id: workbench.calls.append(("show_version", version_id))
    click(versions, 2, qtbot)
    qtbot.keyClick(view_of(versions), Qt.Key.Key_Return)
    assert workbench.list_calls("show_version") == [("v0",), ("v0",)]


def test_only_rows_in_sight_ask_for_a_thumbnail_and_ask_once(show, workbench, qtbot):
    versions = show(VersionList, width=240, height=400)
    workbench.versions_changed.emit(rows(300))
    qtbot.waitUntil(lambda: workbench.list_calls("want_thumbnail") != [])
    asked = workbench.list_calls("want_thumbnail")
    assert asked[0] == ("v299",)
    assert len(asked) < 10
    view_of(versions).scrollToBottom()
    qtbot.waitUntil(lambda: ("v0",) in workbench.list_calls("want_thumbnail"))
    view_of(versions).scrollToTop()
    qtbot.wait(0)
    asked = workbench.list_calls("want_thumbnail")
    assert len(asked) == len(set(asked)) < 20


def test_a_thumbnail_is_drawn_in_its_row(versions, workbench):
    red = Raster(bytes((0, 0, 255, 255)) * (320 * 240), Size(320, 240))
    workbench.thumbnail_made.emit("v1", red)
    view = view_of(versions)
    area = view.visualRect(view.model().index(1, 0))
    image = view.viewport().grab().toImage()
    assert image.pixelColor(area.left() + 50, area.center().y()).red() == 255


def test_new_versions_on_top_leave_the_rows_in_sight_where_they_are(show, workbench):
    versions = show(VersionList, width=240, height=400)
    workbench.versions_changed.emit(rows(50))
    bar = view_of(versions).verticalScrollBar()
    bar.setValue(600)
    seen = view_of(versions).indexAt(view_of(versions).viewport().rect().center()).data()
    workbench.versions_changed.emit(rows(51))
    assert view_of(versions).indexAt(view_of(versions).viewport().rect().center()).data() == seen


def test_outside_text_is_shown_to_the_letter(versions, workbench):
    workbench.versions_changed.emit([row(0, MARKUP, practice=True)])
    index = view_of(versions).model().index(0, 0)
    assert index.data() == MARKUP
    assert "<img" not in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"{MARKUP}, seed 0, practice"
    view_of(versions).viewport().grab()  # painting it warns of nothing


def test_the_count_and_the_empty_state(versions, workbench):
    count, empty = (versions.findChild(QLabel, n) for n in ("versionCount", "versionsEmpty"))
    assert count.text() == "3"
    assert not empty.isVisible()
    workbench.versions_changed.emit([])
    assert count.text() == ""
    assert empty.isVisible()
    assert empty.text() == "Versions of a picture appear here."


def ask_about(versions, place):
    """A right click; returns the row whose menu is wanted, or None."""
    wanted = []
    versions.menu_wanted.connect(lambda row, spot: wanted.append(row.version.id))
    view = view_of(versions)
    at = view.visualRect(view.model().index(place, 0)).center()
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, at, view.viewport().mapToGlobal(QPoint(at)))
    QApplication.sendEvent(view.viewport(), event)
    return wanted


def test_a_right_click_asks_for_a_menu_and_shows_nothing(versions, workbench, qtbot):
    view = view_of(versions)
    at = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=at)
    assert ask_about(versions, 2) == ["v0"]
    assert workbench.list_calls("show_version") == []


def test_the_row_that_a_menu_is_open_for_is_marked(versions, workbench, qtbot):
    view = view_of(versions)
    area = view.visualRect(view.model().index(2, 0))
    before = view.viewport().grab(area).toImage()
    menu = QMenu(versions)
    menu.addAction("Pick")
    versions.menu_wanted.connect(lambda row, spot: menu.popup(spot))
    ask_about(versions, 2)
    assert view.viewport().grab(area).toImage() != before
    menu.close()
    assert view.viewport().grab(area).toImage() == before


def test_what_is_said_of_a_version_stands_in_its_row(versions, workbench):
    said = Annotation("For the cover", 4, "pick", "Ask Kim", frozenset({"print", "a"}))
    one = row(0, practice=True)
    one = replace(one, version=replace(one.version, annotation=said), title="For the cover")
    workbench.versions_changed.emit([one])
    index = view_of(versions).model().index(0, 0)
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "For the cover, Pick, 4 stars, seed 0, practice, a, print"
    image = view_of(versions).viewport().grab().toImage()
    green = QColor(Theme.read(resources()).colours["good"])
    colours = {
        image.pixelColor(x, y).rgb() for x in range(image.width()) for y in range(image.height())
    }
    assert green.rgb() in colours


def test_a_version_that_comes_in_between_moves_nothing_above_it(show, workbench):
    versions = show(VersionList, width=240, height=400)
    workbench.versions_changed.emit(rows(50))
    view = view_of(versions)
    view.verticalScrollBar().setValue(600)
    top = view.indexAt(view.viewport().rect().topLeft()).data()
    with_one_more = rows(50)
    with_one_more.insert(30, row(99))
    workbench.versions_changed.emit(with_one_more)
    assert view.indexAt(view.viewport().rect().topLeft()).data() == top
    assert view.verticalScrollBar().value() == 600
    with_one_more.insert(3, row(98))
    workbench.versions_changed.emit(with_one_more)
    assert view.indexAt(view.viewport().rect().topLeft()).data() == top


@pytest.mark.parametrize("room", [1, 2])
def test_facts_are_whole_as_long_as_there_is_room(qtbot, room):
    metrics = QFontMetrics(Theme.read(resources()).font("font_small"))
    parts = ["practice", "drift 16.7", "seed 1670305857"]
    wide = metrics.horizontalAdvance("practice · drift 16.7")
    lines = in_lines(parts, metrics, wide, room)
    if room == 2:
        assert lines == ["practice · drift 16.7", "seed 1670305857"]
    else:
        assert lines == ["practice · drift 16.7 · seed 1670305857"]
    assert in_lines(parts, metrics, 10 * wide, room) == [" · ".join(parts)]
    assert in_lines([], metrics, wide, room) == [""]
