"""Every control of every panel can be named: by a test, by a screen reader, by a pointing hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from kontext_desktop.ui.first_run import FirstRun
from kontext_desktop.ui.generate_bar import GenerateBar
from kontext_desktop.ui.notices import NoticeBar
from kontext_desktop.ui.parameter_panel import ParameterPanel
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.prompt_panel import PromptPanel
from kontext_desktop.ui.settings_dialog import SettingsDialog
from kontext_desktop.ui.strip import Strip
from kontext_desktop.ui.version_list import VersionList

PANELS = [
    FirstRun,
    GenerateBar,
    NoticeBar,
    ParameterPanel,
    PromptPanel,
    SettingsDialog,
    Strip,
    VersionList,
]


@pytest.mark.parametrize("kind", PANELS)
def test_every_control_has_a_name_and_a_wordless_one_a_tooltip(workbench, qtbot, show, kind):
    panel = kind(workbench, show.theme)
    qtbot.addWidget(panel)
    if isinstance(panel, PromptPanel):
        workbench.say_draft()
        panel.findChild(QPushButton, "clauseToggle").click()
    for control in panel.findChildren(QWidget):
        if control.focusPolicy() == Qt.FocusPolicy.NoFocus or control.focusProxy():
            continue
        if control.objectName().startswith("qt_"):
            continue  # a part of Qt's own
        says = control.text() if isinstance(control, QAbstractButton) else ""
        assert control.objectName(), control
        assert control.accessibleName() or says.isalpha() or " " in says, control
        if isinstance(control, QAbstractButton) and not any(map(str.isalnum, says)):
            assert control.toolTip(), control


def test_what_does_not_fit_ends_in_an_ellipsis_and_is_whole_in_the_tooltip(qtbot):
    words = Words("one two three four five six seven", lines=2)
    qtbot.addWidget(words)
    words.resize(400, 40)
    words.show()
    assert words.toolTip() == ""
    words.resize(60, 40)
    assert "seven" in words.toolTip()
    words.show_text("short")
    assert words.toolTip() == ""


def test_a_word_without_end_is_broken_rather_than_cut(qtbot):
    words = Words("x" * 60, lines=3)
    qtbot.addWidget(words)
    assert words.heightForWidth(200) > words.fontMetrics().lineSpacing()
