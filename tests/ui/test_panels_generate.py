"""The button that spends money: its price, its reason, and one order a wish."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton

from kontext_desktop.ui.generate_bar import GenerateBar


@pytest.fixture
def bar(show, workbench):
    bar = show(GenerateBar, height=120)
    workbench.say_desk()
    return bar


def button_of(bar):
    return bar.findChild(QPushButton, "generate")


def test_the_button_says_how_many_and_what_they_cost(bar, workbench):
    workbench.say_draft(count=2)
    workbench.say_desk(price=160_000)
    assert button_of(bar).text() == "Generate 2 · $0.16"
    assert bar.findChild(QLabel, "spentToday").text() == "Today $1.44 of $10.00"
    workbench.say_desk(daily_cap=0)
    assert bar.findChild(QLabel, "spentToday").text() == "Today $1.44"


def test_what_stands_in_the_way_is_said_below_and_in_the_tooltip(bar, workbench):
    workbench.say_desk(can_generate=False, why_not="Open a picture first.", practice=True)
    reason = bar.findChild(QLabel, "generateReason")
    assert not button_of(bar).isEnabled()
    assert reason.text() == "Open a picture first."
    assert "Open a picture first." in button_of(bar).toolTip()
    bar.generate()
    assert workbench.list_calls("generate") == []
    workbench.say_desk(can_generate=True, why_not="")
    assert reason.text() == "Ctrl+Enter"
    assert bar.findChild(QLabel, "spentToday").text() == "Practice: nothing is charged"


def test_a_double_click_orders_once(bar, workbench, qtbot):
    button = button_of(bar)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    assert len(workbench.list_calls("generate")) == 1


def test_a_held_shortcut_orders_once(bar, workbench):
    for _ in range(20):
        bar.generate()
    assert len(workbench.list_calls("generate")) == 1


def test_the_next_wish_counts_once_it_was_quiet(bar, workbench, qtbot):
    quiet = bar.findChild(QTimer)
    quiet.setInterval(0)
    bar.generate()
    qtbot.waitUntil(lambda: not quiet.isActive())
    bar.generate()
    assert len(workbench.list_calls("generate")) == 2


def test_enter_presses_the_focused_button(bar, workbench, qtbot):
    button_of(bar).setFocus()
    qtbot.keyClick(button_of(bar), Qt.Key.Key_Return)
    assert len(workbench.list_calls("generate")) == 1
