"""The prompt as text and as clauses: one draft, two views, no loops."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from kontext_desktop.model import CLAUSES, Frame, Prompt, Size
from kontext_desktop.ui.prompt_panel import PromptPanel

PICTURE = Size(4288, 2848)

FOUR = (
    "Keep the face and the pose. Change the wall to grey. "
    "Ensure skin stays natural. Match the light."
)


def text_of(panel: PromptPanel) -> QPlainTextEdit:
    return panel.findChild(QPlainTextEdit, "prompt")


def open_clauses(panel: PromptPanel, qtbot) -> dict[str, QPlainTextEdit]:
    toggle = panel.findChild(QPushButton, "clauseToggle")
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    return {name: panel.findChild(QPlainTextEdit, f"{name}Clause") for name in CLAUSES}


def test_typing_is_one_draft_a_letter_and_comes_back_without_a_loop(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    qtbot.keyClicks(text_of(panel), "warm")
    prompts = [draft.prompt for (draft,) in workbench.list_calls("set_draft")]
    assert prompts == ["w", "wa", "war", "warm"]
    assert text_of(panel).textCursor().position() == 4


def test_draft_from_elsewhere_is_shown_and_not_sent_back(show, workbench):
    panel = show(PromptPanel)
    workbench.say_draft(prompt="make it warmer")
    assert text_of(panel).toPlainText() == "make it warmer"
    assert workbench.list_calls("set_draft") == []


def test_cursor_keeps_its_place_when_the_text_changes_before_it(show, workbench):
    panel = show(PromptPanel)
    workbench.say_draft(prompt="a 🎞 grey wall")
    text = text_of(panel)
    cursor = text.textCursor()
    cursor.setPosition(len("a 🎞 grey") + 1)  # Qt counts the picture as two
    text.setTextCursor(cursor)
    workbench.say_draft(prompt="a 🎞 light grey wall")
    assert text.toPlainText() == "a 🎞 light grey wall"
    cursor = text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    assert cursor.selectedText() == " wall"


def test_undo_goes_back_over_a_draft_from_elsewhere(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    qtbot.keyClicks(text_of(panel), "warm")
    workbench.say_draft(prompt="something else")
    text_of(panel).undo()
    assert text_of(panel).toPlainText() == "warm"
    assert workbench.said.prompt == "warm"


def test_text_is_taken_apart_into_the_clauses_and_put_together_again(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft(prompt=FOUR)
    fields = open_clauses(panel, qtbot)
    shown = {name: field.toPlainText() for name, field in fields.items()}
    assert shown == Prompt(FOUR).clauses
    assert workbench.list_calls("set_draft") == []
    fields["match"].moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(fields["match"], " and shadows")
    assert text_of(panel).toPlainText() == FOUR.replace("the light.", "the light and shadows.")
    text_of(panel).moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(text_of(panel), " Keep the hair.")
    assert fields["keep"].toPlainText() == "the face and the pose; the hair"


def test_a_field_is_never_rewritten_by_its_own_typing(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    keep = open_clauses(panel, qtbot)["keep"]
    qtbot.keyClicks(keep, "the face. Change  nothing ")
    assert keep.toPlainText() == "the face. Change  nothing "
    assert workbench.said.prompt == "Keep the face. Change nothing."


def test_enter_in_a_clause_goes_to_the_next(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    fields = open_clauses(panel, qtbot)
    fields["keep"].setFocus()
    qtbot.keyClick(fields["keep"], Qt.Key.Key_Return)
    assert fields["change"].hasFocus()
    assert fields["keep"].toPlainText() == ""


def test_paste_takes_words_only_and_leaves_files_to_the_window(show, workbench):
    panel = show(PromptPanel)
    workbench.say_draft()
    rich, files = QMimeData(), QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold")
    files.setUrls([QUrl.fromLocalFile("/pictures/a.jpg")])
    files.setText("file:///pictures/a.jpg")
    text_of(panel).insertFromMimeData(rich)
    text_of(panel).insertFromMimeData(files)
    assert text_of(panel).toPlainText() == "bold"
    assert not text_of(panel).canInsertFromMimeData(files)


def test_frame_says_what_is_sent_and_how_much_detail_returns(show, workbench):
    panel = show(PromptPanel)
    part, returns = (panel.findChild(QLabel, name) for name in ("framePart", "frameReturns"))

    def said():
        return returns.text().replace("\u00a0", " ")

    workbench.say_frame()
    assert part.text() == "Whole picture"
    assert said() == "Comes back as 1248 × 832: 29 % of this picture's detail on each side."
    workbench.say_frame("1:1")
    assert part.text() == "Centre 1:1 · 2848 × 2848"
    assert said().startswith("Comes back as 1024 × 1024: 36 % of")
    assert said().endswith("34 % of the picture stays as it is.")
    workbench.say_frame("3:2", Frame(100, 100, 1300, 867))
    assert part.text() == "Region 3:2 · 1300 × 867"
    assert said() == (
        "Comes back as 1248 × 832: 96 % of this picture's detail on each side; the whole: 29 %."
    )
    workbench.say_frame("1:1", Frame(100, 100, 1300, 867))
    assert said().endswith("50 % more around the region is sent along.")
    workbench.say_frame("1:1", Frame.whole(PICTURE))
    assert part.text() == "Whole picture in 1:1"
    assert said().endswith("34 % of what is sent is mirrored border, taken off again.")
    workbench.say_frame(None, Frame(0, 0, 600, 400))
    assert "all of this picture's detail" in said()
    workbench.say_desk(document=None, frame=None, returns=None, plan=None)
    assert part.isHidden()
    assert not panel.findChild(QPushButton, "frameTool").isVisible()


def test_a_ratio_is_cut_or_filled_up(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    workbench.say_frame()
    cut, fill = (panel.findChild(QPushButton, name) for name in ("frameCut", "frameFill"))
    assert not cut.isVisible(), "as the picture there is nothing to choose"
    workbench.say_frame("1:1")
    assert (cut.isVisible(), cut.isChecked(), fill.isChecked()) == (True, True, False)
    qtbot.mouseClick(fill, Qt.MouseButton.LeftButton)
    assert workbench.said.frame == Frame.whole(PICTURE)
    workbench.say_frame("1:1", workbench.said.frame)
    assert (cut.isChecked(), fill.isChecked()) == (False, True)
    qtbot.mouseClick(cut, Qt.MouseButton.LeftButton)
    assert workbench.said.frame is None
    workbench.say_frame("1:1", Frame(0, 0, 60, 40))
    assert not cut.isVisible(), "a region takes along what is around it"


def test_the_whole_picture_is_one_click_away(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    workbench.say_frame()
    whole = panel.findChild(QPushButton, "frameWhole")
    assert not whole.isVisible()
    workbench.say_frame(None, Frame(0, 0, 600, 400))
    qtbot.mouseClick(whole, Qt.MouseButton.LeftButton)
    assert workbench.said.frame is None


def test_choosing_a_part_is_asked_for_and_shown_as_it_is(show, workbench, qtbot):
    panel = show(PromptPanel)
    workbench.say_draft()
    workbench.say_frame()
    tool = panel.findChild(QPushButton, "frameTool")
    with qtbot.waitSignal(panel.frame_asked):
        qtbot.mouseClick(tool, Qt.MouseButton.LeftButton)
    assert not tool.isChecked(), "not before it is so"
    panel.show_framing(True)
    assert tool.isChecked()
    assert tool.text() == "Done"


def test_at_least_eight_lines_are_seen_and_a_clause_grows(show, workbench, qtbot):
    panel = show(PromptPanel, height=900)
    workbench.say_draft()
    text = text_of(panel)
    assert text.viewport().height() >= 8 * text.fontMetrics().lineSpacing()
    keep = open_clauses(panel, qtbot)["keep"]
    qtbot.waitUntil(keep.isVisible)
    low = keep.height()
    keep.insertPlainText("the face and the pose and " * 3)  # few rows in any font
    qtbot.waitUntil(lambda: keep.height() > low)
    qtbot.waitUntil(lambda: keep.verticalScrollBar().maximum() == 0)  # it grows row by row
