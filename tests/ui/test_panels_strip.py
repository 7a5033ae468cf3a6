"""The strip: tiles updated where they stand, one click one act, results announced calmly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QScrollArea

from kontext_desktop.model import JobState, Raster, Size
from kontext_desktop.ui.strip import Strip
from kontext_desktop.ui.tile import TileView
from kontext_desktop.workbench import Tone
from kontext_desktop.workbench.tiles import Offer, Tile

HIDE, LOG = Offer("hide", "Hide"), Offer("log", "What happened…")
RUNNING = Tile(
    job_id="a",
    number=1,
    state=JobState.RUNNING,
    text="Generating",
    tone=Tone.PLAIN,
    detail="about 5 s",
    tooltip="make it warmer",
    progress=0.4,
    buttons=(HIDE,),
    menu=(LOG,),
    version_id=None,
    practice=False,
)
READY = replace(
    RUNNING,
    job_id="b",
    number=2,
    state=JobState.DONE,
    text="Ready",
    tone=Tone.GOOD,
    detail="8.2 s",
    progress=None,
    buttons=(),
    version_id="v2",
)
FAILED = replace(
    RUNNING,
    job_id="c",
    number=3,
    state=JobState.FAILED,
    text="Failed",
    tone=Tone.TROUBLE,
    detail="<b>x</b><img src=x> was refused",
    tooltip="<b>x</b><img src=x> was refused",
    progress=None,
    buttons=(Offer("retry", "Try again · $0.08"),),
)
UNSENT = replace(
    RUNNING,
    job_id="d",
    state=JobState.QUEUED,
    text="Not sent",
    tone=Tone.LOOK,
    detail="not sent yet",
    progress=None,
    buttons=(Offer("retry", "Send · $0.08"), Offer("cancel", "Cancel", "Free: it was not sent")),
)
GONE = replace(
    FAILED,
    job_id="e",
    state=JobState.EXPIRED,
    text="May be billed",
    buttons=(Offer("collect", "Collect"), Offer("retry", "Try again · $0.08")),
    menu=(LOG, Offer("copy_id", "Copy prediction id")),
    prediction_id="p-1",
)


@pytest.fixture
def strip(show):
    return show(Strip, width=700, height=128)


def tile_of(strip, job_id):
    return strip.findChild(TileView, f"tile {job_id}")


def action_of(strip, job_id):
    return tile_of(strip, job_id).findChild(QPushButton, "tileAction")


def cancel_of(strip, job_id):
    return tile_of(strip, job_id).findChild(QPushButton, "tileSecond")


def tiles(strip):
    found = [tile for tile in strip.findChildren(TileView) if tile.isVisible()]
    return [tile.tile.job_id for tile in sorted(found, key=lambda tile: tile.x())]


def test_tiles_are_updated_in_place_and_keep_the_focus(strip, workbench, qtbot):
    workbench.tiles_changed.emit([RUNNING, READY])
    before = tile_of(strip, "a")
    action_of(strip, "a").setFocus()
    workbench.tiles_changed.emit([replace(RUNNING, detail="about 4 s", progress=0.5), READY])
    assert tile_of(strip, "a") is before
    assert action_of(strip, "a").hasFocus()
    assert before.tile.progress == 0.5
    assert "about 4 s" in before.accessibleName()


def test_tiles_come_go_and_stand_in_the_order_given(strip, workbench, qtbot):
    workbench.tiles_changed.emit([RUNNING, READY])
    workbench.tiles_changed.emit([FAILED, READY, RUNNING])
    qtbot.waitUntil(lambda: tiles(strip) == ["c", "b", "a"])
    workbench.tiles_changed.emit([RUNNING])
    qtbot.waitUntil(lambda: tiles(strip) == ["a"])


def test_a_click_or_enter_shows_a_result_and_only_a_result(strip, workbench, qtbot):
    workbench.tiles_changed.emit([RUNNING, READY])
    qtbot.mouseClick(tile_of(strip, "a"), Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert workbench.list_calls("show_version") == []
    qtbot.mouseClick(tile_of(strip, "b"), Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    qtbot.keyClick(tile_of(strip, "b"), Qt.Key.Key_Return)
    assert workbench.list_calls("show_version") == [("v2",), ("v2",)]


def test_arrow_keys_and_tab_go_through_the_tiles_as_they_stand(strip, workbench, qtbot):
    workbench.tiles_changed.emit([READY, RUNNING])
    workbench.tiles_changed.emit([FAILED, READY, RUNNING])
    tile_of(strip, "c").setFocus()
    qtbot.keyClick(tile_of(strip, "c"), Qt.Key.Key_Right)
    assert tile_of(strip, "b").hasFocus()
    qtbot.keyClick(tile_of(strip, "b"), Qt.Key.Key_Tab)
    assert tile_of(strip, "a").hasFocus()
    qtbot.keyClick(tile_of(strip, "a"), Qt.Key.Key_Tab)
    assert action_of(strip, "a").hasFocus()


def test_the_small_button_does_what_it_says(strip, workbench, qtbot):
    workbench.tiles_changed.emit([RUNNING])
    assert action_of(strip, "a").text() == "Hide"
    qtbot.mouseClick(action_of(strip, "a"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("a", "hide")]


def test_trying_again_is_bought_once_by_a_double_click(strip, workbench, qtbot):
    workbench.tiles_changed.emit([FAILED])
    assert action_of(strip, "c").text() == "Try again · $0.08"
    qtbot.mouseClick(action_of(strip, "c"), Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(action_of(strip, "c"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("c", "retry")]


def test_a_click_meant_for_hide_buys_nothing_when_the_job_just_failed(strip, workbench, qtbot):
    workbench.tiles_changed.emit([RUNNING])
    workbench.tiles_changed.emit([replace(FAILED, job_id="a")])
    qtbot.mouseClick(action_of(strip, "a"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == []
    settling = tile_of(strip, "a").findChild(QTimer)
    settling.setInterval(0)
    settling.start()
    qtbot.waitUntil(lambda: not settling.isActive())
    qtbot.mouseClick(action_of(strip, "a"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("a", "retry")]


def test_what_waits_for_a_click_can_be_dropped_instead(strip, workbench, qtbot):
    workbench.tiles_changed.emit([UNSENT, FAILED])
    assert cancel_of(strip, "c").isHidden()
    cancel = cancel_of(strip, "d")
    assert cancel.accessibleName() == "Cancel, variation 1"
    assert "Free: it was not sent" in cancel.toolTip()
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("d", "cancel")]


def test_the_second_click_on_cancel_buys_nothing(strip, workbench, qtbot):
    workbench.tiles_changed.emit([UNSENT])
    qtbot.mouseClick(cancel_of(strip, "d"), Qt.MouseButton.LeftButton)
    dropped = replace(
        UNSENT, state=JobState.CANCELLED, text="Cancelled", buttons=UNSENT.buttons[:1]
    )
    workbench.tiles_changed.emit([dropped])
    qtbot.mouseClick(action_of(strip, "d"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("d", "cancel")]


@pytest.mark.parametrize("tile", [UNSENT, FAILED, GONE], ids=["unsent", "failed", "gone"])
def test_no_button_of_a_tile_is_cut_off(show, strip, workbench, qtbot, tile):
    strip.setStyleSheet(show.theme.style_sheet())
    workbench.tiles_changed.emit([tile])
    view = tile_of(strip, tile.job_id)
    qtbot.waitUntil(lambda: view.action.y() > 0)  # laid out
    for button in (view.action, view.second):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width()
            assert view.rect().contains(button.geometry())


def test_a_result_glows_once_its_tile_knows_it_and_the_canvas_is_left_alone(strip, workbench):
    workbench.tiles_changed.emit([replace(RUNNING, job_id="b")])
    workbench.result_arrived.emit("v2")
    announcement = tile_of(strip, "b").announcement
    assert announcement.state() == QVariantAnimation.State.Stopped
    workbench.tiles_changed.emit([READY])
    assert announcement.state() == QVariantAnimation.State.Running
    assert workbench.list_calls("show_version") == []


def test_the_shown_version_is_outlined_in_accent(strip, workbench):
    workbench.tiles_changed.emit([READY])
    tile = tile_of(strip, "b")
    plain = tile.grab().toImage().pixelColor(40, 1)
    workbench.say_desk(shown_version_id="v2")
    outlined = tile.grab().toImage().pixelColor(40, 1)
    assert plain.red() == plain.blue()
    assert outlined.blue() > outlined.red()


def test_a_thumbnail_is_asked_for_once_and_shown_whole(strip, workbench):
    workbench.tiles_changed.emit([READY])
    workbench.tiles_changed.emit([replace(READY, detail="8.3 s")])
    assert workbench.list_calls("want_thumbnail") == [("v2",)]
    red = Raster(bytes((0, 0, 255, 255)) * (160 * 240), Size(160, 240))
    workbench.thumbnail_made.emit("v2", red)
    image = tile_of(strip, "b").grab().toImage()
    assert image.pixelColor(92, 60).red() == 255
    assert image.pixelColor(20, 60).red() < 128  # an upright picture is not cut to fill the tile


def test_outside_text_is_shown_to_the_letter(strip, workbench):
    workbench.tiles_changed.emit([FAILED])
    words = [label.text() for label in tile_of(strip, "c").findChildren(QLabel)]
    assert FAILED.detail in words
    formats = {label.textFormat() for label in tile_of(strip, "c").findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}
    assert "<img" not in tile_of(strip, "c").toolTip()


def test_an_upright_wheel_moves_a_long_strip_sideways(strip, workbench, qtbot):
    many = [replace(READY, job_id=str(n), number=n, version_id=f"v{n}") for n in range(16)]
    workbench.tiles_changed.emit(many)
    area = strip.findChild(QScrollArea)
    bar = area.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(area.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(area.viewport(), event)  # where it arrives from any tile
    assert bar.value() > 0


def test_the_empty_strip_says_what_comes_next(strip, workbench):
    empty = strip.findChild(QLabel, "stripEmpty")
    assert empty.isVisible()
    workbench.tiles_changed.emit([READY])
    assert not empty.isVisible()


def test_with_two_buttons_the_state_stands_beside_the_number(strip, workbench):
    workbench.tiles_changed.emit([GONE])
    words = [label.text() for label in tile_of(strip, "e").findChildren(QLabel)]
    assert words.count("May be billed") == 1


def test_collecting_again_is_free_and_a_double_click_does_not_hide_what_comes(
    strip, workbench, qtbot
):
    workbench.tiles_changed.emit([GONE])
    qtbot.mouseClick(action_of(strip, "e"), Qt.MouseButton.LeftButton)
    workbench.tiles_changed.emit([replace(RUNNING, job_id="e")])
    qtbot.mouseClick(action_of(strip, "e"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("act_on_tile") == [("e", "collect")]


def test_the_menu_offers_what_the_tile_says_and_asks_the_window(strip, workbench, qtbot):
    workbench.tiles_changed.emit([GONE])
    asked = []
    strip.asked.connect(lambda *what: asked.append(what))
    tile_of(strip, "e").menu_wanted.emit(QPoint(0, 0))
    menu = strip.findChild(QMenu, "tileMenu")
    assert [line.text() for line in menu.actions()] == ["What happened…", "Copy prediction id"]
    for line in menu.actions():
        line.trigger()
    assert asked == [("e", "log")]
    assert QGuiApplication.clipboard().text() == "p-1"
    menu.close()


def test_a_look_is_asked_of_the_window(strip, workbench, qtbot):
    workbench.tiles_changed.emit([replace(GONE, buttons=(Offer("look", "Look…"),))])
    with qtbot.waitSignal(strip.asked) as asked:
        qtbot.mouseClick(action_of(strip, "e"), Qt.MouseButton.LeftButton)
    assert asked.args == ["e", "look"]
