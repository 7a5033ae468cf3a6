"""Ratio, guidance, seed and variations: both ways to the draft, wrong input never swallowed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
)

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.model import Frame
from kontext_desktop.ui.parameter_panel import ParameterPanel, parse_seed
from kontext_desktop.ui.ratio_grid import RatioButton


@pytest.fixture
def panel(show, workbench):
    panel = show(ParameterPanel)
    workbench.say_draft()
    return panel


def drafts(workbench):
    return [draft for (draft,) in workbench.list_calls("set_draft")]


def test_a_draft_is_shown_in_every_control_and_not_sent_back(panel, workbench):
    workbench.say_draft(aspect_ratio="3:4", guidance_scale=7.2, seed=12, seed_locked=True, count=3)
    assert panel.findChild(RatioButton, "ratio 3:4").isChecked()
    assert panel.findChild(QDoubleSpinBox, "guidance").value() == 7.2
    assert panel.findChild(QSlider, "guidanceSlider").value() == 62
    assert panel.findChild(QLineEdit, "seed").text() == "12"
    assert panel.findChild(QPushButton, "seedLock").isChecked()
    assert panel.findChild(QSpinBox, "variations").value() == 3
    assert not any(panel.findChild(QPushButton, f"variations{n}").isChecked() for n in (1, 2, 4))
    assert drafts(workbench) == []


def test_the_ratios_are_the_catalogs_with_as_is_first(panel):
    names = [button.words for button in panel.findChildren(RatioButton)]
    assert names == ["as is", *(ratio.name for ratio in KONTEXT_MAX.ratios)]


def test_arrow_keys_choose_a_ratio_and_one_is_always_chosen(panel, workbench, qtbot):
    as_is = panel.findChild(RatioButton, "ratio as is")
    as_is.setFocus()
    qtbot.keyClick(as_is, Qt.Key.Key_Right)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert [draft.aspect_ratio for draft in drafts(workbench)] == ["21:9", "2:3"]
    chosen = panel.findChild(RatioButton, "ratio 2:3")
    assert chosen.hasFocus()
    qtbot.mouseClick(chosen, Qt.MouseButton.LeftButton)
    checked = [button for button in panel.findChildren(RatioButton) if button.isChecked()]
    assert checked == [chosen]


def test_each_ratio_says_what_it_would_do_to_the_picture(panel, workbench):
    def tip(name):
        return panel.findChild(RatioButton, f"ratio {name}").toolTip().replace("\u00a0", " ")

    workbench.say_frame()
    assert tip("1:1").endswith("comes back as 1024 × 1024. 34 % of the picture stays as it is.")
    workbench.say_frame(None, Frame(1000, 1000, 600, 400))
    assert tip("1:1").endswith("50 % more around the region is sent along.")
    assert tip("3:2").endswith("Nothing is added or left out.")
    workbench.say_frame("1:1", Frame(0, 0, 4288, 2848))
    assert tip("1:1").endswith("34 % of what is sent is mirrored border, taken off again.")


def test_guidance_from_slider_box_and_reset(panel, workbench, qtbot):
    panel.findChild(QSlider, "guidanceSlider").setValue(40)
    assert workbench.said.guidance_scale == 5.0
    box = panel.findChild(QDoubleSpinBox, "guidance")
    box.selectAll()
    qtbot.keyClicks(box, "12")  # counts at once: Ctrl+Enter may follow without leaving the field
    assert workbench.said.guidance_scale == 12.0
    label = next(label for label in panel.findChildren(QLabel) if label.text() == "Guidance")
    qtbot.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert workbench.said.guidance_scale == KONTEXT_MAX.guidance_scale.default


def test_a_wheel_passing_over_changes_nothing_until_focused(panel, workbench):
    slider = panel.findChild(QSlider, "guidanceSlider")
    turn(slider)
    assert drafts(workbench) == []
    slider.setFocus()
    turn(slider)
    assert len(drafts(workbench)) > 0


def turn(widget):
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(widget.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_a_wrong_seed_is_marked_explained_and_left_as_typed(panel, workbench, qtbot):
    seed, problem = panel.findChild(QLineEdit, "seed"), panel.findChild(QLabel, "seedProblem")
    seed.selectAll()
    qtbot.keyClicks(seed, "12x")
    assert seed.property("error") is True
    assert "from 0 to 2147483647" in problem.text()
    assert "12 stays in use" in problem.text()
    assert not problem.isHidden()
    workbench.say_draft(prompt="written meanwhile")
    assert seed.text() == "12x"
    assert workbench.said.seed == 12
    qtbot.mouseClick(panel.findChild(QPushButton, "seedDice"), Qt.MouseButton.LeftButton)
    assert seed.text() == "13"
    assert seed.property("error") is False
    assert problem.isHidden()


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("0", 0),
        ("2147483647", 2147483647),
        (" 77 ", 77),
        ("007", 7),
        ("2147483648", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_only_a_whole_number_in_range_is_a_seed(text, seed):
    assert parse_seed(text) == seed


def test_seed_text_that_means_the_same_is_not_rewritten(panel, workbench, qtbot):
    seed = panel.findChild(QLineEdit, "seed")
    seed.selectAll()
    qtbot.keyClicks(seed, "007")
    assert seed.text() == "007"
    assert workbench.said.seed == 7


def test_lock_and_variations_reach_the_draft(panel, workbench, qtbot):
    qtbot.mouseClick(panel.findChild(QPushButton, "seedLock"), Qt.MouseButton.LeftButton)
    assert workbench.said.seed_locked
    four = panel.findChild(QPushButton, "variations4")
    qtbot.mouseClick(four, Qt.MouseButton.LeftButton)
    assert workbench.said.count == 4
    qtbot.mouseClick(four, Qt.MouseButton.LeftButton)
    assert four.isChecked()
    box = panel.findChild(QSpinBox, "variations")
    box.selectAll()
    qtbot.keyClicks(box, "16")
    assert workbench.said.count == 16
    assert not four.isChecked()
