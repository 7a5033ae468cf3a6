"""Several variations in one view, by their pixels: each in its pane, zoomed and moved as one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kontext_desktop.model import HEAT_SCALE, Raster, Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.contact_sheet import ContactSheet, Entry
from kontext_desktop.ui.heat import Heat
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import BETWEEN, Panes, Point
from kontext_desktop.workbench import Picture
from kontext_desktop.workbench.state import Heat as Measured

SIZE = Size(300, 200)
COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200)]
MARK = (250, 250, 250)
"""The colour of one pixel, at (150, 100), in each of them."""


def picture(number: int) -> Picture:
    row = bytes((*reversed(COLOURS[number - 1]), 255)) * SIZE.width
    data = bytearray(row * SIZE.height)
    at = (100 * SIZE.width + 150) * 4
    data[at : at + 4] = bytes((*reversed(MARK), 255))
    return Picture(f"version {number}", SIZE, (Raster(bytes(data), SIZE),), preview=False)


def entry(number: int, drift: float | None = None) -> Entry:
    return Entry(f"version {number}", number, drift)


@pytest.fixture
def sheet() -> ContactSheet:
    made = ContactSheet(Theme.read(resources()))
    made.set_entries([entry(number) for number in range(1, 6)])
    for number in range(1, 5):
        assert made.take_picture(picture(number))
    return made


@pytest.fixture
def canvas(qtbot: QtBot, sheet: ContactSheet) -> Canvas:
    canvas = Canvas(Theme.read(resources()))
    qtbot.addWidget(canvas)
    canvas.resize(900, 600)
    canvas.show()
    canvas.set_picture(picture(1))
    canvas.show_sheet(sheet)
    return canvas


def colour_at(image: QImage, x: float, y: float) -> tuple[int, int, int]:
    colour = image.pixelColor(round(x), round(y))
    return colour.red(), colour.green(), colour.blue()


def middle(number: int) -> QPoint:
    """Of a pane of six in a view of 900 x 600."""
    panes = Panes.cut(Size(900, 600), 3, 2)
    x, y = panes.corner(number)
    return QPoint(x + panes.pane.width // 2, y + panes.pane.height // 2)


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("document", [Size(300, 200), Size(200, 900), Size(4000, 100)])
def test_panes_are_enough_and_lie_in_the_view_beside_each_other(count: int, document: Size) -> None:
    view = Size(901, 607)
    panes = Panes.cut_for(view, count, document)
    assert panes.columns * panes.rows >= count
    assert panes.columns * (panes.rows - 1) < count, "no row is empty"
    for number in range(panes.columns * panes.rows):
        x, y = panes.corner(number)
        assert x + panes.pane.width <= view.width
        assert y + panes.pane.height <= view.height
        assert panes.find(Point(x, y)) == number
        assert panes.find(Point(x + panes.pane.width - 1, y + panes.pane.height - 1)) == number
        if number % panes.columns:
            before = panes.corner(number - 1)[0] + panes.pane.width
            assert x - before == BETWEEN


def test_each_picture_is_in_its_pane_and_one_that_is_not_there_yet_is_not(canvas: Canvas) -> None:
    image = canvas.grab().toImage()
    ground = colour_at(image, 3, 297)
    for number in range(4):
        place = middle(number) + QPoint(20, 20)
        assert colour_at(image, place.x(), place.y()) == COLOURS[number]
    for number in (4, 5):
        place = middle(number) + QPoint(20, 20)
        assert colour_at(image, place.x(), place.y()) == ground


def test_they_are_zoomed_and_moved_as_one(canvas: Canvas) -> None:
    canvas.zoom_to(8.0, QPointF(middle(2)))
    canvas.pan(-16, -8)
    image = canvas.grab().toImage()
    places = []
    for number in range(4):
        x, y = Panes.cut(Size(900, 600), 3, 2).corner(number)
        places.append(
            [
                (dx, dy)
                for dx in range(0, 290, 4)
                for dy in range(30, 290, 4)
                if colour_at(image, x + dx, y + dy) == MARK
            ]
        )
    assert places[0]
    assert places == [places[0]] * 4


def test_a_click_chooses_a_drag_moves_and_a_double_click_opens(
    canvas: Canvas, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(canvas.pane_pressed) as pressed:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle(3))
    assert pressed.args == [3]
    canvas.zoom_to(8.0)
    with qtbot.assertNotEmitted(canvas.pane_pressed):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle(3))
        QTest.mouseMove(canvas, middle(3) + QPoint(30, 0))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle(3) + QPoint(30, 0))
    with qtbot.waitSignal(canvas.pane_opened) as opened:
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=middle(1))
    assert opened.args == [1]


def test_the_chosen_one_is_outlined(canvas: Canvas, sheet: ContactSheet) -> None:
    accent = Theme.read(resources()).colour("accent")
    sheet.chosen = "version 2"
    canvas.show_sheet(sheet)
    image = canvas.grab().toImage()
    x, y = Panes.cut(Size(900, 600), 3, 2).corner(1)
    assert image.pixelColor(x + 1, y + 100) == accent
    assert image.pixelColor(1, y + 100) != accent


def test_the_loupe_shows_the_same_place_larger_in_every_pane(
    canvas: Canvas, sheet: ContactSheet
) -> None:
    place = middle(0)
    QTest.mouseMove(canvas, place)
    before = canvas.grab().toImage()
    canvas.hold_loupe(True)
    held = canvas.grab().toImage()

    def count_marks(image: QImage, number: int) -> int:
        spot = middle(number)
        return sum(
            colour_at(image, spot.x() + dx, spot.y() + dy) == MARK
            for dx in range(-40, 41)
            for dy in range(-40, 41)
        )

    for number in range(4):
        assert count_marks(held, number) > count_marks(before, number)
    canvas.hold_loupe(False)
    gone = canvas.grab().toImage()
    assert count_marks(gone, 1) < count_marks(held, 1)


def test_least_drift_comes_first_when_that_is_asked_for(sheet: ContactSheet) -> None:
    entries = [entry(1, 3.0), entry(2), entry(3, 1.5)]
    sheet.set_entries(entries)
    assert [one.number for one in sheet.entries] == [1, 2, 3]
    sheet.by_drift = True
    sheet.set_entries(entries)
    assert [one.number for one in sheet.entries] == [3, 1, 2], "unknown ones come last"
    sheet.by_drift = False
    sheet.set_entries(sheet.entries)
    assert [one.number for one in sheet.entries] == [1, 2, 3]


def test_ten_variations_show_the_first_nine(sheet: ContactSheet) -> None:
    sheet.set_entries([entry(number) for number in range(10, 0, -1)])
    assert [one.number for one in sheet.entries] == list(range(1, 10))


def test_the_heat_map_lies_over_the_whole_document(canvas: Canvas) -> None:
    """Measured smaller than the document, and stretched over it."""
    canvas.show_sheet(None)
    canvas.set_before(picture(2))
    size = Size(30, 20)
    cold, hot = HEAT_SCALE[0][1], HEAT_SCALE[-1][1]
    row = bytes((*reversed(cold), 255)) * 15 + bytes((*reversed(hot), 255)) * 15
    measured = Measured("version 1", "version 2", Raster(row * 20, size), 10.0)
    comparison = Comparison(Mode.HEAT)
    canvas.compare(comparison)
    assert colour_at(canvas.grab().toImage(), 300, 300) == COLOURS[0], "until it is measured"
    comparison.heat = Heat.of(measured)
    canvas.compare(comparison)
    canvas.zoom_to(1.0)
    image = canvas.grab().toImage()
    assert colour_at(image, 450 - 75, 360) == cold
    assert colour_at(image, 450 + 75, 360) == hot
