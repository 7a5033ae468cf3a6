"""The settings: what is saved when, where a key may go, and what is never shown."""

from __future__ import annotations

import pytest
from picture_tools import display_p3_profile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from kontext_desktop.paths import resources
from kontext_desktop.ui.settings_dialog import SettingsDialog, is_endpoint
from kontext_desktop.ui.theme import Theme


@pytest.fixture
def dialog(show, workbench):
    dialog = show(SettingsDialog)
    workbench.say_desk()
    return dialog


def press(dialog, name, qtbot):
    qtbot.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_saving_keeps_what_was_set_and_all_the_rest(dialog, workbench, qtbot):
    before = workbench.settings
    press(dialog, "modeReal", qtbot)
    dialog.findChild(QDoubleSpinBox, "dailyCap").setValue(2.5)
    dialog.findChild(QSpinBox, "jobsInFlight").setValue(5)
    assert workbench.list_calls("set_settings") == []
    press(dialog, "saveSettings", qtbot)
    wanted = before._replace(mode="real", daily_cap=2_500_000, jobs_in_flight=5)
    assert workbench.list_calls("set_settings") == [(wanted,)]
    assert dialog.isHidden()


def test_a_cap_of_nothing_is_said_to_be_none(dialog, workbench, qtbot):
    def hints():
        return [label.text() for label in dialog.findChildren(QLabel)]

    cap = dialog.findChild(QDoubleSpinBox, "dailyCap")
    assert "Nothing more is sent that day" in hints()
    cap.setValue(0)
    assert cap.text() == "No cap"
    assert "Nothing more is sent that day" not in hints()
    press(dialog, "saveSettings", qtbot)
    assert workbench.settings.daily_cap == 0


def test_nothing_changed_is_nothing_saved_and_cancel_saves_nothing(dialog, workbench, qtbot):
    press(dialog, "saveSettings", qtbot)
    dialog.open()
    dialog.findChild(QSpinBox, "jobsInFlight").setValue(9)
    press(dialog, "cancelSettings", qtbot)
    dialog.open()
    assert dialog.findChild(QSpinBox, "jobsInFlight").value() == 3
    assert workbench.list_calls("set_settings") == []


def test_no_choice_of_service_is_made_by_saving_something_else(show, workbench, qtbot):
    workbench.settings = workbench.settings._replace(mode=None)
    dialog = show(SettingsDialog)
    dialog.findChild(QSpinBox, "jobsInFlight").setValue(2)
    press(dialog, "saveSettings", qtbot)
    assert workbench.settings.mode is None


def test_a_key_is_put_by_enter_once_and_leaves_the_field(dialog, workbench, qtbot):
    key = dialog.findChild(QLineEdit, "settingsKey")
    assert key.echoMode() == QLineEdit.EchoMode.Password
    assert not key.dragEnabled()
    qtbot.keyClicks(key, "sk-1")
    qtbot.keyClick(key, Qt.Key.Key_Return)
    assert workbench.list_calls("put_key") == [("sk-1",)]
    assert key.text() == ""
    assert not key.isUndoAvailable()
    assert dialog.isVisible()
    workbench.key_checked.emit(False, "<b>refused</b>")
    answer = dialog.findChild(QLabel, "settingsKeyAnswer")
    assert answer.text() == "<b>refused</b>"
    assert answer.textFormat() == Qt.TextFormat.PlainText


def test_the_state_of_the_key_is_a_sentence(dialog, workbench, qtbot):
    assert dialog.findChild(QLabel, "keyState").text() == "Key in the system keyring"
    press(dialog, "forgetKey", qtbot)
    assert workbench.list_calls("forget_key") == [()]


def test_a_wrong_endpoint_is_marked_and_not_saved(dialog, workbench, qtbot):
    endpoint = dialog.findChild(QLineEdit, "endpoint")
    endpoint.selectAll()
    qtbot.keyClicks(endpoint, "http://example.org")
    qtbot.keyClick(endpoint, Qt.Key.Key_Return)
    assert endpoint.property("error") is True
    assert not dialog.findChild(QLabel, "endpointProblem").isHidden()
    assert workbench.list_calls("set_settings") == []
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://api.wavespeed.ai", True),
        ("http://127.0.0.1:8123", True),
        ("http://[::1]:8123", True),
        ("http://localhost:8123", True),
        ("http://api.wavespeed.ai", False),
        ("http://127.0.0.1.example.org", False),
        ("https://user:word@example.org", False),
        ("https://example.org/?key=1", False),
        ("https://exa mple.org", False),
        ("https://", False),
        ("https://example.org:99999", False),
        ("ftp://example.org", False),
        ("", False),
    ],
)
def test_a_key_goes_only_over_https_or_stays_on_this_machine(text, good):
    assert is_endpoint(text) is good


def test_caps_limits_and_deleting_are_saved(dialog, workbench, qtbot):
    before = workbench.settings
    dialog.findChild(QDoubleSpinBox, "batchCap").setValue(1.6)
    dialog.findChild(QDoubleSpinBox, "documentCap").setValue(5)
    dialog.findChild(QSpinBox, "submitsPerMinute").setValue(30)
    dialog.findChild(QCheckBox, "deleteAfterDownload").setChecked(True)
    press(dialog, "saveSettings", qtbot)
    wanted = before._replace(
        batch_cap=1_600_000,
        document_cap=5_000_000,
        submits_per_minute=30,
        delete_after_download=True,
    )
    assert workbench.list_calls("set_settings") == [(wanted,)]
    assert workbench.list_calls("put_may_send") == []


def test_a_library_is_never_sent_from_once_that_is_saved(dialog, workbench, qtbot):
    never = dialog.findChild(QCheckBox, "neverSend")
    assert not never.isChecked()
    never.setChecked(True)
    press(dialog, "saveSettings", qtbot)
    assert workbench.list_calls("put_may_send") == [(False,)]
    workbench.say_desk(may_send=False)
    dialog.open()
    assert never.isChecked()


def test_the_screens_profile_is_chosen_and_what_is_none_is_refused(qtbot, workbench, tmp_path):
    good, bad = tmp_path / "Studio monitor.icc", tmp_path / "letter.icc"
    good.write_bytes(display_p3_profile())
    bad.write_bytes(b"dear profile")
    answers = [bad, None, tmp_path / "none.icc", good]
    dialog = SettingsDialog(workbench, Theme.read(resources()), ask_profile=lambda: answers.pop(0))
    qtbot.addWidget(dialog)
    dialog.open()
    system, srgb, profile = (
        dialog.findChild(QPushButton, f"display{name}") for name in ("System", "Srgb", "Profile")
    )
    hint = dialog.findChild(QLabel, "displayHint")
    assert system.isChecked()
    for said in ("Not a screen's profile.", "", "Not a screen's profile."):
        profile.click()
        assert (system.isChecked(), hint.text()) == (True, said)
    profile.click()
    assert (profile.isChecked(), hint.text()) == (True, "Studio monitor.icc")
    dialog.findChild(QCheckBox, "keepMetadata").setChecked(False)
    press(dialog, "saveSettings", qtbot)
    assert workbench.settings.display == str(good)
    assert not workbench.settings.keep_metadata
    dialog.open()
    assert hint.text() == "Studio monitor.icc"
    srgb.click()
    press(dialog, "saveSettings", qtbot)
    assert workbench.settings.display == "srgb"
