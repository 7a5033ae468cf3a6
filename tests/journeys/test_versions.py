"""What a person says and does about versions: stars, flags, names, back and forth, the trash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPlainTextEdit, QWidget
from window_person import Person

from kontext_desktop.library import Library
from kontext_desktop.model import Annotation
from kontext_desktop.practice import PracticeService

Enter = Callable[..., Person]
Key, Modifier = Qt.Key, Qt.KeyboardModifier
CONTROL, SHIFT, NONE = Modifier.ControlModifier, Modifier.ShiftModifier, Modifier.NoModifier


@pytest.fixture
def person(enter: Enter, service: PracticeService, picture: Path) -> Person:
    """With an edit, shown, and one made from it."""
    person = enter("--endpoint", service.url)
    person.open(picture)
    for prompt in ("Warmer.", "Black and white."):
        before = len(person.rows)
        person.write("prompt", prompt)
        person.wait(lambda: person.find("generate").isEnabled())
        person.workbench.generate()  # the button waits a second between two clicks
        person.wait(lambda before=before: len(person.rows) > before)  # type: ignore[misc]
        person.look_at(named(person, prompt.removesuffix(".")).id)
    person.look_at(named(person, "Warmer").id)
    person.window.canvas.setFocus()
    return person


def named(person: Person, title: str):  # type: ignore[no-untyped-def]
    [version] = [row.version for row in person.rows if row.version.title == title]
    return version


def said(person: Person, title: str = "Warmer") -> Annotation:
    annotation: Annotation = named(person, title).annotation
    return annotation


def shown(person: Person) -> str:
    assert person.desk is not None
    assert person.desk.shown is not None
    return person.desk.shown.title


def press(person: Person, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    person.press(key, modifier)


def test_keys_say_what_is_thought_of_the_shown_version_and_undo_takes_it_back(
    person: Person, enter: Enter, service: PracticeService
) -> None:
    press(person, Key.Key_P)
    person.wait(lambda: said(person).flag == "pick")
    press(person, Key.Key_4, SHIFT)
    person.wait(lambda: said(person).rating == 4)
    press(person, Key.Key_X)
    person.wait(lambda: said(person).flag == "reject")
    press(person, Key.Key_Z, CONTROL)
    person.wait(lambda: said(person) == Annotation(rating=4, flag="pick"))
    press(person, Key.Key_Z, CONTROL)
    person.wait(lambda: said(person) == Annotation(flag="pick"))
    press(person, Key.Key_Z, CONTROL | SHIFT)
    person.wait(lambda: said(person).rating == 4)
    press(person, Key.Key_U)
    person.wait(lambda: said(person).flag == "")
    press(person, Key.Key_0, SHIFT)
    person.wait(lambda: said(person) == Annotation())
    assert shown(person) == "Warmer"
    press(person, Key.Key_5, SHIFT)
    person.wait(lambda: said(person).rating == 5)
    again = enter("--endpoint", service.url)
    again.wait(again.sees_picture)
    assert said(again).rating == 5


def test_undo_goes_back_over_what_was_shown(person: Person) -> None:
    person.look_at(named(person, "Black and white").id)
    press(person, Key.Key_Z, CONTROL)
    person.wait(lambda: shown(person) == "Warmer" and person.sees_picture())
    press(person, Key.Key_Z, CONTROL | SHIFT)
    person.wait(lambda: shown(person) == "Black and white" and person.sees_picture())
    press(person, Key.Key_Z, CONTROL | SHIFT)
    person.wait(lambda: "There is nothing to do again." in [one.message for one in person.notices])


def test_a_text_that_is_written_keeps_the_keys_and_its_own_undo(person: Person) -> None:
    field = person.find("prompt")
    assert isinstance(field, QPlainTextEdit)
    person.write("prompt", "Puxp!")
    for key in (Key.Key_1, Key.Key_5):
        QTest.keyClick(field, key, SHIFT)
    QTest.keyClick(field, Key.Key_Delete)
    QTest.keyClick(field, Key.Key_Z, CONTROL)
    assert field.toPlainText() != "Puxp!"
    person.window.actions_by_name["undo"].trigger()  # as by the menu, which leaves the focus
    person.workbench.opinions.put(named(person, "Warmer").id, note="a note")
    person.wait(lambda: said(person).note == "a note")
    assert said(person) == Annotation(note="a note")
    assert len(person.rows) == 3


def test_name_tags_and_note_are_written_in_one_place(person: Person) -> None:
    press(person, Key.Key_F2)
    person.wait(lambda: person.window.findChild(QWidget, "opinion") is not None)
    name = person.find("opinionName")
    assert isinstance(name, QLineEdit)
    name.setText("For the cover")
    tags = person.find("opinionTags")
    assert isinstance(tags, QLineEdit)
    tags.setText("print, Cover ,, print")
    note = person.find("opinionNote")
    assert isinstance(note, QPlainTextEdit)
    note.setPlainText("Ask <b>Kim</b>")
    person.click("opinionSave")
    person.wait(lambda: said(person).name == "For the cover")
    tags_said = frozenset({"print", "Cover"})
    assert said(person) == Annotation("For the cover", 0, "", "Ask <b>Kim</b>", tags_said)
    assert person.desk is not None
    assert person.desk.shown_title == "For the cover"
    assert person.workbench.exports.propose_name().endswith("for-the-cover practice.jpg")


def test_a_version_goes_to_the_trash_with_its_branch_and_comes_back(person: Person) -> None:
    gone = named(person, "Warmer").id
    press(person, Key.Key_Delete)
    person.wait(lambda: len(person.rows) == 1)
    person.wait(lambda: shown(person) == "Original" and person.sees_picture())
    notice = person.notices[-1]
    assert notice.message == "“Warmer” and one made from it are in the trash for 30 days."
    assert person.tiles == []
    person.workbench.do(notice.deeds[0])
    person.wait(lambda: len(person.rows) == 3)
    assert named(person, "Warmer").id == gone
    person.look_at(gone)


def test_undo_brings_back_what_was_put_in_the_trash_in_the_order_things_were_done(
    person: Person,
) -> None:
    undo = person.window.actions_by_name["undo"]
    gone = named(person, "Warmer").id
    press(person, Key.Key_Delete)
    person.wait(lambda: len(person.rows) == 1 and shown(person) == "Original")
    press(person, Key.Key_P)
    person.wait(lambda: said(person, "Original").flag == "pick")
    undo.trigger()
    person.wait(lambda: said(person, "Original").flag == "")
    assert len(person.rows) == 1
    undo.trigger()
    person.wait(lambda: len(person.rows) == 3)
    assert named(person, "Warmer").id == gone


def test_the_original_goes_only_with_its_picture_which_comes_back_from_the_trash(
    person: Person, tmp_path: Path
) -> None:
    person.look_at(person.rows[-1].version.id)
    assert not person.window.actions_by_name["trash_version"].isEnabled()
    person.choose_in_menu(person.rows[-1].version.id, "trash_document")
    person.wait(lambda: person.desk is not None and person.desk.document is None)
    assert person.rows == []
    person.window.actions_by_name["trash"].trigger()
    entries = person.find("trashList")
    assert isinstance(entries, QListWidget)
    person.wait(lambda: entries.count() == 1)
    assert "table.png\nThe whole picture, 3 versions · until " in entries.item(0).text()
    entries.item(0).setSelected(True)
    person.click("restore")
    person.wait(lambda: entries.count() == 0)
    with Library.open_reading(tmp_path / "library") as library:
        [document] = library.list_documents()
    person.workbench.open_document(document.id, document.name)
    person.wait(lambda: len(person.rows) == 3)


def test_erasing_for_good_is_asked_first_and_then_done(person: Person, tmp_path: Path) -> None:
    press(person, Key.Key_Delete)
    person.wait(lambda: len(person.rows) == 1)
    person.window.actions_by_name["trash"].trigger()
    entries = person.find("trashList")
    assert isinstance(entries, QListWidget)
    person.wait(lambda: entries.count() == 1)
    person.click("eraseAll")
    person.click("questionNo")
    person.wait(lambda: person.window.findChild(QWidget, "question") is None)
    assert entries.count() == 1
    person.click("eraseAll")
    person.click("questionYes")
    person.wait(lambda: entries.count() == 0)
    assert person.find("trashEmpty").isVisible()
    with Library.open_reading(tmp_path / "library") as library:
        assert library.list_trash() == []
        assert library.count()["versions"] == 1


def test_running_again_costs_what_generate_does_and_says_so(
    person: Person, service: PracticeService
) -> None:
    warmer = named(person, "Warmer")
    before = len(service.ledger)
    assert person.window.actions_by_name["rerun"].text() == "Run again · $0.08"
    person.choose_in_menu(warmer.id, "rerun")
    person.wait(lambda: len(person.rows) == 4)
    newest = max((row.version for row in person.rows), key=lambda version: version.sequence)
    assert (newest.title, newest.parent_ids) == ("Warmer", warmer.parent_ids)
    assert len(service.ledger) == before + 1
    assert shown(person) == "Warmer"


def test_running_again_with_changes_puts_the_recipe_into_the_panels(
    person: Person, service: PracticeService
) -> None:
    before = len(service.ledger)
    person.choose_in_menu(named(person, "Warmer").id, "rerun_changed")
    person.wait(lambda: shown(person) == "Original")
    assert person.find("prompt").toPlainText() == "Warmer."
    assert person.workbench.draft.seed_locked
    assert len(service.ledger) == before


def test_a_recipe_is_taken_to_another_picture(
    person: Person, picture: Path, tmp_path: Path
) -> None:
    assert person.window.actions_by_name["paste_recipe"].isEnabled()
    person.window.actions_by_name["paste_recipe"].trigger()
    assert person.notices[-1].message == "No recipe was copied yet."
    recipe = named(person, "Warmer")
    person.look_at(recipe.id)
    press(person, Key.Key_C, CONTROL | SHIFT)
    person.wait(lambda: person.notices[-1].message == "Recipe copied.")
    other = tmp_path / "other.png"
    from PIL import Image

    Image.new("RGB", (600, 900), "grey").save(other)
    person.workbench.open_file(other)
    person.wait(lambda: len(person.rows) == 1 and person.sees_picture())
    person.write("prompt", "")
    person.window.canvas.setFocus()
    press(person, Key.Key_V, CONTROL | SHIFT)
    assert person.find("prompt").toPlainText() == "Warmer."
    QGuiApplication.clipboard().clear()
