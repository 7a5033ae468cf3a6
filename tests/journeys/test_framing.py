"""A part of a picture is chosen in the window, sent, and comes back into its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from window_person import Person

from kontext_desktop.library import Library
from kontext_desktop.model import Frame
from kontext_desktop.practice import PracticeService

Enter = Callable[..., Person]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """3000 x 2000, every pixel in a place of its own."""
    y, x = np.mgrid[0:2000, 0:3000]
    pixels = np.stack([x / 12, y / 8, (x + y) % 64 + 90], axis=2).astype(np.uint8)
    path = tmp_path / "wide.png"
    Image.fromarray(pixels).save(path)
    return path


def draw(person: Person, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag between two places of the document."""
    canvas = person.window.canvas
    corner = canvas.document_position(QPointF(0, 0))

    def at(x: int, y: int) -> QPoint:
        zoom = canvas.zoom / canvas.devicePixelRatioF()
        return QPoint(round((x - corner.x()) * zoom), round((y - corner.y()) * zoom))

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(*start))
    QTest.mouseMove(canvas, at(*end))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(*end))


def region(person: Person) -> Frame | None:
    assert person.desk is not None
    return person.desk.region


def said(person: Person) -> str:
    label = person.find("frameReturns")
    assert isinstance(label, QLabel)
    return label.text().replace("\u00a0", " ")


def test_a_region_is_chosen_sent_and_comes_back_into_its_place(
    enter: Enter, service: PracticeService, large: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(large)
    assert "42 % of this picture's detail" in said(person)
    canvas = person.window.canvas
    canvas.zoom_to(0.25)
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    person.click("ratio 3:2")
    draw(person, (1000, 800), (2000, 1466))
    person.find("ratio 3:2").setFocus()
    QTest.keyClick(person.find("ratio 3:2"), Qt.Key.Key_Return)
    assert not person.window.actions_by_name["frame"].isChecked()
    chosen = region(person)
    assert chosen is not None
    assert abs(chosen.width / chosen.height - 1.5) < 0.003
    assert "all of this picture's detail" in said(person)
    assert "the whole: 42 %" in said(person)

    person.write("prompt", "Make it black and white.")
    person.generate(1)
    version_id = person.tiles[0].version_id
    assert version_id is not None
    person.workbench.show_version(version_id)
    person.wait(person.sees_picture)
    assert region(person) == chosen, "the next edit goes on with the frame"
    person.answers.to_write = tmp_path / "out.png"
    person.window.actions_by_name["export"].trigger()
    person.wait(lambda: any("Written" in notice.message for notice in person.notices))
    before, after = (np.asarray(Image.open(path)) for path in (large, tmp_path / "out.png"))
    inside = np.zeros(before.shape[:2], bool)
    x, y, width, height = chosen
    inside[y : y + height, x : x + width] = True
    assert np.array_equal(before[~inside], after[~inside])
    changed = (before != after).any(axis=2)
    assert changed[inside].mean() > 0.95
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.min()) == (x, y)
    assert (columns.max() + 1, rows.max() + 1) == (x + width, y + height)

    again = enter("--endpoint", service.url)
    again.wait(lambda: again.desk is not None and again.desk.document is not None)
    assert region(again) == chosen, "kept with the document"


def test_the_tool_is_taken_up_and_put_away(
    enter: Enter, service: PracticeService, large: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(large)
    actions, canvas = person.window.actions_by_name, person.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_S)
    person.click("frameTool")
    assert actions["frame"].isChecked()
    assert not actions["split"].isChecked(), "one hand, one tool"
    canvas.zoom_to(0.25)
    draw(person, (400, 400), (1600, 1200))
    first = region(person)
    assert first is not None
    assert first.size == (1200, 800)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert region(person) is None, "Esc puts back what was there"
    assert not actions["frame"].isChecked()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    draw(person, (400, 400), (1600, 1200))
    QTest.keyClick(canvas, Qt.Key.Key_R)
    assert region(person) == first
    QTest.keyClick(canvas, Qt.Key.Key_R)
    QTest.keyClick(canvas, Qt.Key.Key_D)
    assert not actions["frame"].isChecked()
    assert actions["difference"].isChecked()
    person.click("frameWhole")
    assert region(person) is None


def test_another_picture_starts_with_a_frame_of_its_own(
    enter: Enter, service: PracticeService, large: Path, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(large)
    person.write("prompt", "Make it warmer.")
    canvas = person.window.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    draw(person, (2000, 1200), (2900, 1900))
    first = region(person)
    assert first is not None
    person.workbench.open_file(picture)
    person.wait(lambda: person.desk is not None and person.desk.document.name == picture.name)
    assert region(person) is None
    assert person.workbench.draft.prompt == "Make it warmer."
    assert not person.window.actions_by_name["frame"].isChecked()
    person.workbench.open_file(large)
    person.wait(lambda: person.desk is not None and person.desk.document.name == large.name)
    assert region(person) == first


def test_a_copied_recipe_takes_the_same_part_of_another_picture(
    enter: Enter, service: PracticeService, large: Path, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(large)
    person.write("prompt", "Make it warmer.")
    person.workbench.set_draft(person.workbench.draft._replace(frame=Frame(2000, 1200, 750, 500)))
    person.generate(1)
    person.workbench.show_version(person.tiles[0].version_id or "")
    person.wait(person.sees_picture)
    person.window.actions_by_name["copy_recipe"].trigger()
    person.wait(lambda: any("Recipe copied" in notice.message for notice in person.notices))
    person.workbench.open_file(picture)
    person.wait(lambda: person.desk is not None and person.desk.document.name == picture.name)
    assert region(person) is None
    person.window.actions_by_name["paste_recipe"].trigger()
    assert region(person) == Frame(800, 480, 300, 200)


def test_a_kept_frame_that_is_not_of_the_picture_is_forgotten(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    draft = person.workbench.draft._replace(prompt="Warmer.", frame=Frame(0, 0, 1200, 801))
    person.window.close()
    assert person.workbench.close()
    assert person.desk is not None
    assert person.desk.document is not None
    with closing(Library.open(tmp_path / "library", program="tests")) as library:
        library.put_draft(person.desk.document.id, draft)
    again = enter("--endpoint", service.url)
    again.wait(lambda: again.desk is not None and again.desk.document is not None)
    assert again.workbench.draft.prompt == "Warmer."
    assert region(again) is None


def test_a_picture_in_another_shape_is_filled_up(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.click("ratio 1:1")
    person.click("frameFill")
    assert "33 % of what is sent is mirrored border" in said(person)
    person.write("prompt", "Make it warmer.")
    person.generate(1)
    upload = next(one for one in service.requests if one.method == "PUT")
    assert upload.body[16:24] == (1024).to_bytes(4, "big") * 2
    person.workbench.show_version(person.tiles[0].version_id or "")
    person.wait(person.sees_picture)
    assert person.picture is not None
    assert person.picture.size == (1200, 800)


def test_the_frame_gives_way_to_several_side_by_side(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.find("variations").setFocus()
    person.write("variations", "2")
    person.write("prompt", "Make it warmer.")
    person.generate(2)
    actions, canvas = person.window.actions_by_name, person.window.canvas
    canvas.setFocus()
    for key, on, off in (
        (Qt.Key.Key_R, "frame", "variations"),
        (Qt.Key.Key_G, "variations", "frame"),
    ):
        QTest.keyClick(canvas, key)
        assert actions[on].isChecked()
        assert not actions[off].isChecked()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    assert actions["frame"].isChecked()
    assert not actions["variations"].isChecked()
