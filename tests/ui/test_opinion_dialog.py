"""What is said of a version, as it is written in its dialog."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from kontext_desktop.model import Annotation, Version
from kontext_desktop.ui.opinion_dialog import OpinionDialog

SAID = Annotation("Dusk", 3, "reject", "Ask Kim\nand Lee", frozenset({"print", "cover"}))


class Opinions(QObject):
    tags_listed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.put_calls: list[tuple[str, dict[str, object]]] = []

    def want_tags(self) -> None:
        self.tags_listed.emit(["cover", "print", "proof"])

    def put(self, version_id: str, **said: object) -> None:
        self.put_calls.append((version_id, said))


@dataclass
class Bench:
    opinions: Opinions = field(default_factory=Opinions)


@pytest.fixture
def dialog(show, qtbot):
    version = Version("v1", 1, "doc", ("v0",), (), None, "Warmer", False, 0.0, SAID)
    bench = Bench()
    dialog = OpinionDialog(bench, show.theme, version, None)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_what_was_said_is_shown_and_comes_back_unchanged(dialog):
    assert dialog.read() == SAID


def test_enter_in_a_line_saves_and_in_the_note_goes_on_to_the_next_line(dialog, qtbot):
    dialog.note.setFocus()
    qtbot.keyClick(dialog.note, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    [(version_id, said)] = dialog._opinions.put_calls
    assert version_id == "v1"
    assert (said["name"], said["rating"], said["flag"]) == ("Dusk", 3, "reject")


def test_escape_changes_nothing(dialog, qtbot):
    dialog.name.setText("Dawn")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog._opinions.put_calls == []


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("co", "cover"), ("print, pro", "print, proof"), ("print,PR", "print, print")],
)
def test_the_last_of_several_tags_is_completed_from_those_in_use(dialog, typed, completed):
    completer = dialog.tags.completer()
    completer.setCompletionPrefix(typed)
    dialog.tags.setText(typed)
    assert completer.currentCompletion() == completed


def test_tab_goes_from_the_note_to_save(dialog):
    after = dialog.note.nextInFocusChain()
    while after is dialog.note.viewport():
        after = after.nextInFocusChain()
    assert after.objectName() == "opinionSave"
