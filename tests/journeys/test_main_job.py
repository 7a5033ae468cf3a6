"""The main job as a person does it: open, describe, generate, look, keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from window_person import Person

from kontext_desktop import settings
from kontext_desktop.imaging import from_raster, probe, read
from kontext_desktop.library import Library
from kontext_desktop.model import Size
from kontext_desktop.practice import Fault, PracticeService

Enter = Callable[..., Person]
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_the_whole_job_in_the_window_and_again_tomorrow(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    assert person.picture is not None
    original = person.picture.version_id
    assert np.array_equal(from_raster(person.picture.levels[0]), read(picture))

    person.write("prompt", "Keep the table. Replace the background with pale blue.")
    person.find("variations").setFocus()
    person.write("variations", "2")
    person.generate(2)
    assert person.sees_picture()
    assert person.picture.version_id == original, "a finished job must not take the canvas away"
    assert len(person.rows) == 3
    submitted = [json.loads(r.body) for r in service.requests if "flux" in r.path]
    assert [body["prompt"] for body in submitted] == [
        "Keep the table. Replace the background with pale blue."
    ] * 2
    seeds = sorted(body["seed"] for body in submitted)
    assert seeds[1] == seeds[0] + 1

    first = person.rows[1].version.id
    person.look_at(first)
    person.wait(lambda: person.before is not None and person.before.version_id == original)
    canvas = person.window.canvas
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    assert canvas.shows_before
    QTest.keyRelease(canvas, Qt.Key.Key_Backslash)
    assert not canvas.shows_before

    person.find("variations").setFocus()
    person.write("variations", "1")
    person.write("prompt", "Make it black and white.")
    person.generate(1)
    second = max((row.version for row in person.rows), key=lambda version: version.sequence)
    assert second.parent_ids == (first,)
    below = [row.version.id for row in person.rows].index(first) + 1
    assert person.rows[below].version.id == second.id, "it stands below what it was made from"
    uploads = [read(r.body) for r in service.requests if r.method == "PUT"]
    assert not np.array_equal(uploads[0], uploads[-1])

    person.answers.to_write = tmp_path / "kept.png"
    person.press(Qt.Key.Key_S, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    person.wait(lambda: any("kept.png" in notice.message for notice in person.notices))
    assert probe(tmp_path / "kept.png").size == Size(1200, 800)
    assert len(service.ledger) == 3

    again = enter("--endpoint", service.url)
    again.wait(again.sees_picture)
    assert again.picture is not None
    assert again.picture.version_id == first
    assert again.rows[below].version.id == second.id
    assert again.find("prompt").toPlainText() == "Make it black and white."
    assert len(service.ledger) == 3


def test_practice_needs_nothing_but_the_first_click(enter: Enter, picture: Path) -> None:
    person = enter()
    assert person.find("firstRun").isVisible()
    person.click("choosePractice")
    person.wait(lambda: person.desk is not None and person.desk.practice)
    assert not person.find("firstRun").isVisible()
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.generate(1)
    assert person.rows[0].version.practice
    assert person.tiles[0].practice
    person.look_at(person.rows[0].version.id)
    assert "practice" in person.workbench.exports.propose_name()


def test_two_clicks_are_one_order(enter: Enter, service: PracticeService, picture: Path) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    button = person.find("generate")
    for _ in range(3):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(person.find("prompt"), Qt.Key.Key_Return, CONTROL)
    person.wait(lambda: [tile.text for tile in person.tiles] == ["Ready"])
    assert len(service.ledger) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("status:402", "Failed"),
        ("close-after", "Looking it up"),
        ("fail:1200", "Failed"),
    ],
)
def test_trouble_is_said_in_the_strip_with_what_to_do(
    enter: Enter, service: PracticeService, picture: Path, fault: str, words: str
) -> None:
    service.faults.add(Fault("submit", fault))
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: [tile.text for tile in person.tiles] == [words])
    assert person.tiles[0].detail
    assert len(person.tiles[0].tooltip) > len(person.tiles[0].detail)


def test_a_bad_picture_is_a_sentence_and_nothing_else(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    bad = tmp_path / "bad.jpg"
    bad.write_text("no picture")
    shown = person.picture
    person.workbench.open_file(bad)
    person.wait(lambda: bool(person.notices))
    assert person.notices[-1].hint
    assert person.picture is shown
    assert person.desk is not None
    assert not person.desk.busy


def test_closing_in_the_middle_loses_nothing(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: any(tile.text == "Generating" for tile in person.tiles))
    again = enter("--endpoint", service.url)
    again.wait(lambda: len(again.rows) == 2)
    assert len(service.ledger) == 1


def test_single_keys_are_letters_while_a_text_has_the_focus(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "fine \\ fit")
    assert person.find("prompt").toPlainText() == "fine \\ fit"
    assert not person.window.canvas.shows_before


def test_what_is_open_is_found_again_after_a_crash(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    kept = tmp_path / "config" / "settings.json"
    person.wait(lambda: kept.exists() and str(picture) in kept.read_text("utf-8"))
    assert person.desk is not None
    assert person.desk.document is not None
    assert person.desk.document.id in kept.read_text("utf-8")


def test_opening_the_same_file_again_keeps_what_was_just_typed(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "First words.")
    person.workbench.open_file(picture)
    person.write("prompt", "Later words.")
    person.wait(lambda: person.desk is not None and not person.desk.busy)
    assert person.find("prompt").toPlainText() == "Later words."


def test_a_window_without_a_library_says_whose_it_is_and_writes_nothing(
    enter: Enter, tmp_path: Path, picture: Path
) -> None:
    with Library.open(tmp_path / "library", program="another program"):
        person = enter("--practice")
        person.wait(lambda: bool(person.notices))
        assert "another program" in person.notices[0].message + person.notices[0].hint
        person.workbench.open_file(picture)
        person.wait(lambda: len(person.notices) >= 2)
        assert person.desk is not None
        assert not person.desk.busy
        person.window.close()
    assert not (tmp_path / "config" / "settings.json").exists()


def test_one_window_never_writes_over_what_another_changed(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.wait(lambda: bool(settings.read(tmp_path / "config").recent_files))
    kept = settings.read(tmp_path / "config")
    settings.write(tmp_path / "config", kept._replace(daily_cap=1_000_000))
    person.window.close()
    assert person.workbench.close()
    after = settings.read(tmp_path / "config")
    assert after.daily_cap == 1_000_000
    assert after.mode is None, "what only this run was told is not kept"
    assert after.recent_files == (str(picture),)
    assert after.window["document"]


def test_variations_are_picked_compared_and_measured(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    assert person.picture is not None
    original = person.picture.version_id
    person.write("prompt", "Replace the background with pale blue.")
    person.find("variations").setFocus()
    person.write("variations", "2")
    person.generate(2)
    first, second = (tile.version_id for tile in person.tiles)
    person.wait(lambda: all("drift" in row.note for row in person.rows[:2]))

    canvas = person.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_2)
    person.wait(lambda: person.picture is not None and person.picture.version_id == second)
    QTest.keyClick(canvas, Qt.Key.Key_1)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    person.wait(lambda: person.picture is not None and person.picture.version_id == first)
    person.wait(lambda: person.before is not None and person.before.version_id == original)

    assert second is not None
    person.choose_in_menu(second, "compare")
    person.wait(lambda: person.before is not None and person.before.version_id == second)
    assert person.window.actions_by_name["split"].isChecked()
    person.window.actions_by_name["compare_parent"].trigger()
    person.wait(lambda: person.before is not None and person.before.version_id == original)
    assert person.desk is not None
    assert (person.desk.before_id, person.desk.shown_version_id) == (original, first)


def test_a_result_lies_where_its_frame_was(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    """1:1 of 1200 x 800 is the middle third and a bit: from column 200 to 1000."""
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.workbench.set_draft(
        person.workbench.draft._replace(aspect_ratio="1:1", prompt="Make it black and white.")
    )
    person.generate(1)
    version_id = person.tiles[0].version_id
    assert version_id is not None
    person.workbench.show_version(version_id)
    person.wait(person.sees_picture)
    canvas = person.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_D)
    for name in ("picture", "before"):  # a difference asks for more than previews
        person.wait(lambda name=name: not getattr(getattr(person, name), "preview", True))
    canvas.zoom_to(0.5)
    image = canvas.grab().toImage()

    def is_black(column: int) -> bool:
        seen = canvas.seen_part()
        x = round((column - seen.left()) * canvas.zoom)
        y = round((400 - seen.top()) * canvas.zoom)
        return image.pixelColor(x, y) == QColor("black")

    assert [is_black(column) for column in (20, 100, 190)] == [True] * 3
    assert [is_black(column) for column in (1010, 1100, 1190)] == [True] * 3
    assert not any(is_black(column) for column in (220, 400, 980))
