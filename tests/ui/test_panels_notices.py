"""Notices: one at a time, trouble stays, good news go, outside text to the letter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from kontext_desktop.ui.notices import NoticeBar
from kontext_desktop.workbench import Deed, Notice, Tone

TROUBLE = Notice(
    Tone.TROUBLE, "The service did not answer.", "Nothing was charged.", "ConnectError"
)


@pytest.fixture
def bar(show, workbench, qtbot):
    bar = NoticeBar(workbench, show.theme)
    qtbot.addWidget(bar)
    bar.resize(500, 60)
    bar.findChild(QTimer, "noticeLeave").setInterval(0)
    return bar


def text(bar, name):
    label = bar.findChild(QLabel, name)
    return "" if label.isHidden() else label.text()


@pytest.mark.parametrize("tone", [Tone.PLAIN, Tone.GOOD])
def test_good_news_go_by_themselves(bar, workbench, qtbot, tone):
    workbench.notice_raised.emit(Notice(tone, "Written."))
    assert text(bar, "noticeMessage") == "Written."
    qtbot.waitUntil(bar.isHidden)


@pytest.mark.parametrize("tone", [Tone.LOOK, Tone.TROUBLE])
def test_what_needs_a_look_stays_until_dismissed(bar, workbench, qtbot, tone):
    workbench.notice_raised.emit(Notice(tone, "Look."))
    assert not bar.findChild(QTimer, "noticeLeave").isActive()
    qtbot.mouseClick(bar.findChild(QPushButton, "noticeDismiss"), Qt.MouseButton.LeftButton)
    assert bar.isHidden()


def test_notices_wait_their_turn_and_are_counted(bar, workbench):
    workbench.notice_raised.emit(TROUBLE)
    for number in (2, 3):
        workbench.notice_raised.emit(Notice(Tone.LOOK, f"Number {number}"))
    assert text(bar, "noticeMessage") == TROUBLE.message
    assert text(bar, "noticePlace") == "1 of 3"
    bar.dismiss()
    assert text(bar, "noticeMessage") == "Number 2"
    assert text(bar, "noticePlace") == "2 of 3"


def test_good_news_leave_only_when_their_own_time_came(bar, workbench, qtbot):
    workbench.notice_raised.emit(TROUBLE)
    workbench.notice_raised.emit(Notice(Tone.GOOD, "Written."))
    assert not bar.findChild(QTimer, "noticeLeave").isActive()
    bar.dismiss()
    assert text(bar, "noticeMessage") == "Written."
    qtbot.waitUntil(bar.isHidden)


def test_the_same_notice_is_not_queued_twice(bar, workbench):
    workbench.notice_raised.emit(TROUBLE)
    workbench.notice_raised.emit(TROUBLE)
    assert text(bar, "noticePlace") == ""


def test_details_are_copied_only_where_there_are_any(bar, workbench, qtbot):
    workbench.notice_raised.emit(Notice(Tone.LOOK, "Without"))
    copy = bar.findChild(QPushButton, "noticeCopy")
    assert copy.isHidden()
    bar.dismiss()
    workbench.notice_raised.emit(TROUBLE)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied == "The service did not answer.\nNothing was charged.\nConnectError"


def test_outside_text_is_plain_and_at_most_three_lines(bar, workbench):
    workbench.notice_raised.emit(Notice(Tone.LOOK, "<b>x</b><img src=x> " * 100))
    label = bar.findChild(QLabel, "noticeMessage")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.heightForWidth(300) == 3 * label.fontMetrics().lineSpacing()
    assert "<img" not in label.toolTip()
    bar.grab()


OFFER = Notice(
    Tone.LOOK,
    "2 edits were not sent yet ($0.16).",
    deeds=(
        Deed("send_all", "Send all · $0.16", ("a", "b"), 80_000),
        Deed("cancel_all", "Cancel all", ("a", "b")),
    ),
)


def press_deed(bar, name, qtbot):
    qtbot.mouseClick(bar.findChild(QPushButton, f"deed {name}"), Qt.MouseButton.LeftButton)


def test_what_a_notice_offers_is_done_once_and_the_notice_goes(bar, workbench, qtbot):
    bar.findChild(QTimer, "noticeSettling").setInterval(0)
    workbench.notice_raised.emit(OFFER)
    qtbot.waitUntil(lambda: not bar.findChild(QTimer, "noticeSettling").isActive())
    press_deed(bar, "send_all", qtbot)
    assert workbench.list_calls("do") == [(OFFER.deeds[0],)]
    assert bar.isHidden()


def test_a_click_meant_for_the_notice_before_buys_nothing(bar, workbench, qtbot):
    workbench.notice_raised.emit(OFFER)
    press_deed(bar, "send_all", qtbot)
    assert workbench.list_calls("do") == []
    assert not bar.isHidden()


def test_a_look_is_asked_of_the_window(bar, workbench, qtbot):
    bar.findChild(QTimer, "noticeSettling").setInterval(0)
    workbench.notice_raised.emit(OFFER._replace(deeds=(Deed("look", "Look…", ("a",)),)))
    qtbot.waitUntil(lambda: not bar.findChild(QTimer, "noticeSettling").isActive())
    with qtbot.waitSignal(bar.asked) as asked:
        press_deed(bar, "look", qtbot)
    assert asked.args == ["a", "look"]
