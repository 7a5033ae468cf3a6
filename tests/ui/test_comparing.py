"""Two pictures of a document together, by their pixels: each mode shows what it says."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kontext_desktop.model import Raster, Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.pixels import Reading
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Picture

SIZE = Size(1600, 1000)
BEFORE, NOW = (20, 40, 200), (60, 200, 10)
"""Red, green, blue"""


def plain(version_id: str, colour: tuple[int, int, int], size: Size = SIZE) -> Picture:
    levels, side = [], size
    while True:
        pixel = bytes((*reversed(colour), 255))
        levels.append(Raster(pixel * (side.width * side.height), side))
        if side.width < 300:
            return Picture(version_id, size, tuple(levels), preview=False)
        side = Size(side.width // 2, side.height // 2)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas(Theme.read(resources()))
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    canvas.set_picture(plain("now", NOW))
    canvas.set_before(plain("before", BEFORE))
    canvas.set_names("Before it", "Now")
    return canvas


def colour_at(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    colour = image.pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


def drawn(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def test_the_divider_divides_where_it_stands(canvas: Canvas) -> None:
    canvas.compare(Comparison(Mode.SPLIT))
    canvas.zoom_to(1.0)
    image = drawn(canvas)
    # The line itself is three pixels wide, its knob fifteen: row 100 has only the line.
    assert {colour_at(image, x, 100) for x in range(299)} == {BEFORE}
    assert {colour_at(image, x, 100) for x in range(302, 600)} == {NOW}


def test_the_divider_is_dragged_and_stays_where_it_was_left(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.compare(Comparison(Mode.SPLIT))
    canvas.zoom_to(1.0)
    view = canvas.view_state()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(302, 200))
    qtbot.mouseMove(canvas, QPoint(450, 210))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(450, 210))
    assert canvas.view_state() == view, "the divider was dragged, not the picture"
    image = drawn(canvas)
    assert colour_at(image, 440, 100) == BEFORE
    assert colour_at(image, 460, 100) == NOW
    canvas.pan(-50, 0)
    assert colour_at(drawn(canvas), 440, 100) == BEFORE


def test_a_lying_divider_has_the_picture_before_above(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.compare(Comparison(Mode.ACROSS))
    canvas.zoom_to(1.0)
    image = drawn(canvas)
    assert {colour_at(image, 200, y) for y in range(198)} == {BEFORE}
    assert {colour_at(image, 300, y) for y in range(220, 380)} == {NOW}


def test_a_drag_beside_the_divider_moves_the_picture(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.compare(Comparison(Mode.SPLIT))
    canvas.zoom_to(1.0)
    kept = canvas.document_position(QPointF(100, 100))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(130, 90))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    assert canvas.document_position(QPointF(130, 90)) == kept


def test_with_the_hand_a_drag_on_the_divider_moves_the_picture(
    canvas: Canvas, qtbot: QtBot
) -> None:
    canvas.compare(Comparison(Mode.SPLIT))
    canvas.zoom_to(1.0)
    kept = canvas.document_position(QPointF(300, 200))
    canvas.set_hand(True)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(canvas, QPoint(330, 190))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(330, 190))
    assert canvas.document_position(QPointF(330, 190)) == kept


def test_the_values_under_the_pointer_are_those_of_the_side_it_is_on(
    canvas: Canvas, qtbot: QtBot
) -> None:
    told: list[tuple[int, int, Reading]] = []
    canvas.pixel_hovered.connect(told.append)
    for mode in (Mode.SPLIT, Mode.BESIDE):
        canvas.compare(Comparison(mode))
        qtbot.mouseMove(canvas, QPoint(150, 200))
        assert told[-1][2].numbers == BEFORE
        qtbot.mouseMove(canvas, QPoint(450, 200))
        assert told[-1][2].numbers == NOW


def test_panes_show_one_picture_each_at_the_same_place(canvas: Canvas) -> None:
    canvas.compare(Comparison(Mode.BESIDE))
    canvas.zoom_to(2.0, QPointF(120, 90))
    canvas.pan(17, -9)
    second = 301  # 299 columns and two of the line between
    for x, y in ((0, 0), (120, 90), (298, 399)):
        first = canvas.document_position(QPointF(x, y))
        assert canvas.document_position(QPointF(x + second, y)) == first
    image = drawn(canvas)
    assert {colour_at(image, x, 200) for x in range(299)} == {BEFORE}
    assert {colour_at(image, x, 200) for x in range(second, 600)} == {NOW}


def test_zooming_in_the_second_pane_keeps_the_pixel_under_the_pointer(canvas: Canvas) -> None:
    canvas.compare(Comparison(Mode.BESIDE))
    at = QPointF(450, 210)
    kept = canvas.document_position(at)
    canvas.zoom_to(4.0, at)
    now = canvas.document_position(at)
    assert abs(now.x() - kept.x()) * 4 <= 0.5
    assert abs(now.y() - kept.y()) * 4 <= 0.5


def test_going_beside_and_back_keeps_zoom_and_middle(canvas: Canvas) -> None:
    canvas.zoom_to(2.0)
    view = canvas.view_state()
    canvas.compare(Comparison(Mode.BESIDE))
    assert canvas.zoom == 2.0
    canvas.compare(None)
    assert canvas.view_state() == view


@pytest.mark.parametrize("mix", [0, 5, 10])
def test_the_onion_skin_mixes_as_it_says(canvas: Canvas, mix: int) -> None:
    comparison = Comparison(Mode.ONION)
    comparison.set_amount(mix)
    canvas.compare(comparison)
    seen = colour_at(drawn(canvas), 300, 200)
    for value, before, now in zip(seen, BEFORE, NOW, strict=True):
        assert abs(value - (before + (now - before) * mix / 10)) <= 1


@pytest.mark.parametrize("zoom", [0.3, 1.0, 4.0])
def test_the_difference_of_equal_pictures_is_black(canvas: Canvas, zoom: float) -> None:
    canvas.set_before(plain("same", NOW))
    comparison = Comparison(Mode.DIFFERENCE)
    comparison.set_amount(5)
    canvas.compare(comparison)
    canvas.zoom_to(zoom)
    image = drawn(canvas)
    assert {colour_at(image, x, y) for x in range(100, 500, 7) for y in (150, 250)} == {(0, 0, 0)}


def test_a_large_view_that_moves_is_compared_too(canvas: Canvas) -> None:
    """It is drawn in half the size until it rests."""
    canvas.resize(1500, 1000)
    comparison = Comparison(Mode.DIFFERENCE)
    comparison.set_amount(0)
    canvas.compare(comparison)
    canvas.zoom_to(1.5)
    apart = tuple(abs(now - before) for now, before in zip(NOW, BEFORE, strict=True))
    assert colour_at(drawn(canvas), 700, 500) == apart
    canvas.set_before(plain("same", NOW))
    canvas.zoom_to(0.8)
    assert colour_at(drawn(canvas), 700, 500) == (0, 0, 0)


@pytest.mark.parametrize("doublings", [0, 1, 3])
def test_a_difference_is_doubled_and_ends_at_white(canvas: Canvas, doublings: int) -> None:
    comparison = Comparison(Mode.DIFFERENCE)
    comparison.set_amount(doublings)
    canvas.compare(comparison)
    apart = (abs(now - before) for now, before in zip(NOW, BEFORE, strict=True))
    expected = tuple(min(255, value * 2**doublings) for value in apart)
    assert colour_at(drawn(canvas), 300, 200) == expected


def test_a_smaller_picture_of_the_document_lies_where_it_belongs(canvas: Canvas) -> None:
    """A preview has a quarter of the pixels and stands for the same document."""
    left, right = b"\x00\x00\x00\xff", b"\xff\xff\xff\xff"
    large = Raster((left * 800 + right * 800) * 1000, SIZE)
    small = Raster((left * 200 + right * 200) * 250, Size(400, 250))
    canvas.set_picture(Picture("now", SIZE, (large,), preview=False))
    canvas.set_before(Picture("before", SIZE, (small,), preview=True))
    canvas.compare(Comparison(Mode.ACROSS))
    canvas.zoom_to(1.0)
    image = drawn(canvas)
    for y in (40, 360):
        assert colour_at(image, 280, y) == (0, 0, 0)
        assert colour_at(image, 320, y) == (255, 255, 255)


@pytest.mark.parametrize("mode", list(Mode))
def test_without_another_picture_there_is_the_one(canvas: Canvas, mode: Mode) -> None:
    canvas.set_before(None)
    canvas.compare(Comparison(mode))
    assert colour_at(drawn(canvas), 450, 200) == NOW


def test_held_before_is_seen_whole_in_any_mode(canvas: Canvas) -> None:
    canvas.compare(Comparison(Mode.SPLIT))
    canvas.hold_before(True)
    assert colour_at(drawn(canvas), 450, 200) == BEFORE


def test_guides_cut_the_picture_into_equal_parts(canvas: Canvas) -> None:
    plain_image = drawn(canvas)
    canvas.set_guides((3,), grid=False)
    image = drawn(canvas)
    changed = [x for x in range(600) if image.pixel(x, 120) != plain_image.pixel(x, 120)]
    part = canvas.seen_part()
    places = [round((SIZE.width * cut - part.left()) * canvas.zoom) for cut in (1 / 3, 2 / 3)]
    assert len(changed) == 4
    assert all(any(abs(x - place) <= 1 for place in places) for x in changed)


def test_pixels_have_borders_above_eight_times_their_size(canvas: Canvas) -> None:
    canvas.zoom_to(8.0)
    assert {colour_at(drawn(canvas), x, 203) for x in range(600)} == {NOW}
    canvas.zoom_to(12.0)
    image = drawn(canvas)
    row = next(y for y in range(200, 212) if colour_at(image, 301, y) == NOW)
    borders = [x for x in range(600) if colour_at(image, x, row) != NOW]
    assert {after - x for x, after in itertools.pairwise(borders)} == {12}
    canvas.set_guides((), grid=False)
    assert {colour_at(drawn(canvas), x, row) for x in range(600)} == {NOW}


def test_fill_leaves_no_ground(canvas: Canvas) -> None:
    canvas.set_ground("canvas_light")
    ground = colour_at(drawn(canvas), 300, 2)
    assert ground == (0xB9, 0xB9, 0xB9)
    canvas.fill()
    image = drawn(canvas)
    assert {colour_at(image, x, y) for x in (0, 599) for y in (0, 399)} == {NOW}
