"""The prompt as text and as clauses: one draft, two views, no loops."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from kontext_desktop.model import CLAUSES, Frame, Prompt, Size
from kontext_desktop.ui.prompt_panel import PromptPanel, describe_return

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
    workbench.say_desk()
    assert part.text() == "Whole picture"
    sentence = returns.text().replace("\u00a0", " ")
    assert sentence == "Comes back as 1248 × 832: 29 % of this picture's detail on each side."
    workbench.say_draft(aspect_ratio="1:1")
    workbench.say_desk(frame=Frame(720, 0, 2848, 2848), returns=Size(1024, 1024))
    assert part.text() == "Centre 1:1 · 2848 × 2848"
    assert returns.text().startswith("The rest stays as it is. Comes back as")
    workbench.say_desk(document=None, frame=None, returns=None)
    assert part.isHidden()


def test_a_small_picture_loses_no_detail():
    assert "all of this picture's detail" in describe_return(Frame(0, 0, 600, 400), Size(1248, 832))


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
