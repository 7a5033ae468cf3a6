"""The window about a lost answer: whose it is, said calmly, and nothing bought by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton, QWidget
from workbench_tools import JOB

from kontext_desktop.model import JobEvent, JobState, Problem, Raster, Size
from kontext_desktop.ui.found_dialog import FoundDialog
from kontext_desktop.ui.job_windows import JobWindows
from kontext_desktop.workbench.inquiry import Found, Inquiry, JobLog

LOST = replace(
    JOB,
    state=JobState.UNSURE,
    sent_at=100.0,
    charged="maybe",
    input_sha256="sent",
    problem=Problem("unanswered", "<b>Got</b> no answer.", "It is looked up."),
)
ONE = (Found("p1", 103.0, ("c1",)),)
THREE = (*ONE, Found("p2", 109.0, ("c2",)), Found("p3", None, ()))


@pytest.fixture
def dialog(show, workbench, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = FoundDialog(workbench, show.theme, "job", 80_000, parent)
    dialog.findChild(QTimer).setInterval(0)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    yield dialog
    parent.close()


def say(dialog, workbench, found=ONE, probable=True, job=LOST, qtbot=None):
    workbench.care.inquired.emit(Inquiry(job, "still-life.jpg", probable, found))
    if qtbot is not None:
        qtbot.waitUntil(lambda: not dialog.findChild(QTimer).isActive())


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def press(dialog, name, qtbot):
    qtbot.mouseClick(button(dialog, name), Qt.MouseButton.LeftButton)


def test_it_is_watched_as_long_as_it_is_open(dialog, workbench):
    assert workbench.list_calls("watch") == [("job",)]
    dialog.close()
    assert ("job",) in workbench.list_calls("let_go")


def test_what_was_asked_and_found_is_shown_to_the_letter(dialog, workbench, qtbot):
    say(dialog, workbench)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "<b>Got</b> no answer." in texts
    assert "Make it warmer." in texts
    assert "Probably this one" in texts
    assert any("seed 77" in text and "$0.08" in text for text in texts)
    formats = {label.textFormat() for label in dialog.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}
    assert workbench.list_calls("want_picture") == [("c1",), ("sent",)]
    red = Raster(bytes((0, 0, 255, 255)) * (32 * 24), Size(32, 24))
    workbench.care.picture_made.emit("c1", red)
    plate = dialog.findChild(QWidget, "candidate p1").plate
    assert plate.grab().toImage().pixelColor(plate.rect().center()).red() == 255


def test_a_probable_one_is_taken_by_enter(dialog, workbench, qtbot):
    say(dialog, workbench, qtbot=qtbot)
    assert button(dialog, "mine").hasFocus()
    qtbot.keyClick(button(dialog, "mine"), Qt.Key.Key_Return)
    assert workbench.list_calls("choose") == [("job", "p1")]


def test_among_several_enter_chooses_none(dialog, workbench, qtbot):
    say(dialog, workbench, THREE, probable=False, qtbot=qtbot)
    assert len(dialog.findChildren(QPushButton, "mine")) == 3
    assert dialog.close_button.hasFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert workbench.list_calls("choose") == []
    assert not dialog.isVisible()


def test_none_of_these_refuses_all_that_are_shown(dialog, workbench, qtbot):
    say(dialog, workbench, THREE, probable=False, qtbot=qtbot)
    press(dialog, "noneOfThese", qtbot)
    assert workbench.list_calls("refuse") == [("job", ("p1", "p2", "p3"))]


def test_sending_again_says_its_price_and_that_it_may_be_billed_twice(dialog, workbench, qtbot):
    say(dialog, workbench, (), probable=False, qtbot=qtbot)
    assert button(dialog, "sendAgain").text() == "Send again · $0.08 (may be billed twice)"
    workbench.say_desk(price_of_one=90_000)
    assert button(dialog, "sendAgain").text() == "Send again · $0.09 (may be billed twice)"
    never_arrived = replace(LOST, state=JobState.FAILED, charged="no")
    say(dialog, workbench, (), False, never_arrived, qtbot)
    assert button(dialog, "sendAgain").text() == "Send again · $0.09"
    press(dialog, "sendAgain", qtbot)
    assert workbench.list_calls("act_on_tile") == [("job", "retry")]


def test_the_click_that_opened_it_buys_and_takes_nothing(dialog, workbench, qtbot):
    dialog.findChild(QTimer).setInterval(10_000)
    say(dialog, workbench)
    for name in ("mine", "noneOfThese", "sendAgain"):
        press(dialog, name, qtbot)
    for name in ("choose", "refuse", "act_on_tile"):
        assert workbench.list_calls(name) == []


def test_what_was_given_up_is_searched_for_again_for_nothing(dialog, workbench, qtbot):
    say(dialog, workbench, (), False, replace(LOST, state=JobState.FAILED), qtbot)
    press(dialog, "searchAgain", qtbot)
    assert workbench.list_calls("search_again") == [("job",)]


def test_it_closes_once_it_was_found_out_about(dialog, workbench, qtbot):
    say(dialog, workbench)
    say(dialog, workbench, (), False, replace(LOST, state=JobState.RUNNING))
    assert not dialog.isVisible()


def test_every_button_is_seen_whole_and_reached_by_tab(dialog, workbench, qtbot):
    say(dialog, workbench, THREE, probable=False, qtbot=qtbot)
    shown = [one for one in dialog.findChildren(QPushButton) if one.isVisible()]
    for one in shown:
        assert one.width() >= one.sizeHint().width()
        assert one.height() >= one.minimumSizeHint().height()
    reached = set()
    for _ in range(len(shown) + 2):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        reached.add(dialog.focusWidget())
    assert set(shown) <= reached


@pytest.fixture
def windows(show, workbench, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    windows = JobWindows(workbench, show.theme, None, parent)
    windows.window = parent
    return windows


def test_what_happened_is_read_and_copied(windows, workbench, qtbot):
    windows.open("job", "log")
    events = (
        JobEvent(1_800_000_000.0, JobState.SENDING, "sending"),
        JobEvent(1_800_000_001.0, JobState.UNSURE, "no <answer>"),
    )
    workbench.care.log_read.emit(JobLog(replace(LOST, prediction_id="p-1"), events))
    log = windows.window.findChild(QDialog, "jobLog")
    shown = log.findChild(QPlainTextEdit, "jobEvents").toPlainText()
    assert "no <answer>" in shown
    press(log, "copyLog", qtbot)
    copied = QGuiApplication.clipboard().text()
    assert "Prediction p-1" in copied
    assert "unsure  no <answer>" in copied
    workbench.care.log_read.emit(JobLog(LOST, events))
    assert len(windows.window.findChildren(QDialog, "jobLog")) == 1, "it was asked for once"


def test_deleting_at_the_service_is_asked_about_and_keeping_is_the_default(
    windows, workbench, qtbot
):
    windows.open("job", "delete")
    question = windows.window.findChild(QDialog, "question")
    words = " ".join(label.text() for label in question.findChildren(QLabel))
    assert "cannot be brought back" in words
    assert "do not agree" in words
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert workbench.list_calls("delete_at_service") == []
    windows.open("job", "delete")
    question = windows.window.findChildren(QDialog, "question")[-1]
    press(question, "questionYes", qtbot)
    assert workbench.list_calls("delete_at_service") == [("job",)]


def test_a_held_enter_takes_nothing(dialog, workbench, qtbot):
    dialog.findChild(QTimer).setInterval(60)
    say(dialog, workbench)
    for _ in range(8):
        qtbot.keyClick(button(dialog, "mine"), Qt.Key.Key_Return)
        qtbot.wait(20)
    assert workbench.list_calls("choose") == []
