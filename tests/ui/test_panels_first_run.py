"""The first choice, and what becomes of a key that is typed there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from kontext_desktop.ui.first_run import FirstRun


@pytest.fixture
def page(show):
    return show(FirstRun, width=900, height=500)


def test_enter_chooses_practice_at_once(page, workbench, qtbot):
    practice = page.findChild(QPushButton, "choosePractice")
    assert practice.hasFocus()
    qtbot.keyClick(practice, Qt.Key.Key_Return)
    assert workbench.list_calls("choose_mode") == [("practice",)]


def test_an_accepted_key_chooses_the_service(page, workbench, qtbot):
    key = page.findChild(QLineEdit, "firstKey")
    qtbot.keyClicks(key, " sk-1 ")
    qtbot.keyClick(key, Qt.Key.Key_Return)
    assert workbench.list_calls("put_key") == [("sk-1",)]
    assert workbench.list_calls("choose_mode") == []
    workbench.key_checked.emit(True, "The key works.")
    assert workbench.list_calls("choose_mode") == [("real",)]


def test_a_refused_key_is_explained_and_forgotten_by_the_field(page, workbench, qtbot):
    key = page.findChild(QLineEdit, "firstKey")
    qtbot.keyClicks(key, "sk-1")
    qtbot.mouseClick(page.findChild(QPushButton, "useKey"), Qt.MouseButton.LeftButton)
    workbench.key_checked.emit(False, "The service refused this key.")
    assert key.text() == ""
    assert key.property("error") is True
    assert page.findChild(QLabel, "keyAnswer").text() == "The service refused this key."
    assert workbench.list_calls("choose_mode") == []


def test_one_press_is_one_check(page, workbench, qtbot):
    qtbot.keyClicks(page.findChild(QLineEdit, "firstKey"), "sk-1")
    for _ in range(2):
        qtbot.mouseClick(page.findChild(QPushButton, "useKey"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("put_key") == [("sk-1",)]


def test_without_a_key_nothing_is_asked(page, workbench, qtbot):
    qtbot.mouseClick(page.findChild(QPushButton, "useKey"), Qt.MouseButton.LeftButton)
    assert workbench.list_calls("put_key") == []


def test_an_answer_to_someone_elses_question_changes_nothing(page, workbench):
    workbench.key_checked.emit(True, "The key works.")
    assert workbench.list_calls("choose_mode") == []
