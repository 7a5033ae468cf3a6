"""The frame under the hand, in a real canvas: drawn out, moved, resized, nudged, left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.framing import plan
from kontext_desktop.model import Frame, Raster, Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.frame_tool import FrameTool
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Picture

WIDE = Size(1600, 1000)
REGION = Frame(400, 300, 600, 400)
SHAPE = Qt.CursorShape
BLUE = Picture(
    "a", WIDE, (Raster(bytearray(bytes((200, 90, 90, 255)) * (1600 * 1000)), WIDE),), preview=False
)


def drag(bot: QtBot, canvas: Canvas, start: QPoint, end: QPoint) -> None:
    bot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    bot.mouseMove(canvas, end)
    bot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


class Hand:
    """Somebody with the tool in hand; what is drawn comes back as the workbench would say it."""

    def __init__(self, bot: QtBot, parent: QObject) -> None:
        theme = Theme.read(resources())
        self.bot = bot
        self.canvas = Canvas(theme)
        bot.addWidget(self.canvas)
        self.canvas.resize(848, 548)
        with bot.waitActive(self.canvas):
            self.canvas.show()
            self.canvas.activateWindow()
        self.canvas.set_picture(BLUE)
        self.canvas.zoom_to(0.5)
        self.tool = FrameTool(self.canvas, theme, parent)
        self.region: Frame | None = None
        self.ratio: str | None = None
        self.leaves = 0
        self.tool.region_drawn.connect(self.say)
        self.tool.left.connect(self._leave)
        self.say(None)
        self.tool.begin(None)
        self.canvas.set_tool(self.tool)

    def _leave(self) -> None:
        self.leaves += 1

    def say(self, region: Frame | None, ratio: str | None = None) -> None:
        self.region, self.ratio = region, ratio or self.ratio
        planned = plan(KONTEXT_MAX, WIDE, self.ratio, region)
        self.tool.show_plan(WIDE, planned, region, self.ratio)

    def at(self, x: float, y: float) -> QPoint:
        """Where a document position is on the screen."""
        corner = self.canvas.document_position(QPointF(0, 0))
        zoom = self.canvas.zoom / self.canvas.devicePixelRatioF()
        return QPoint(round((x - corner.x()) * zoom), round((y - corner.y()) * zoom))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        drag(self.bot, self.canvas, self.at(*start), self.at(*end))

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.bot.keyClick(self.canvas, key, modifier)

    def cursor(self, x: float, y: float) -> Qt.CursorShape:
        at, button = QPointF(self.at(x, y)), Qt.MouseButton.NoButton
        glide = QMouseEvent(
            *(QEvent.Type.MouseMove, at, self.canvas.mapToGlobal(at), button, button),
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.canvas, glide)
        return self.canvas.cursor().shape()

    def look(self) -> QImage:
        return self.canvas.grab().toImage()

    def light(self, image: QImage, x: float, y: float) -> int:
        return self.colour(image, x, y).blue()

    def colour(self, image: QImage, x: float, y: float) -> QColor:
        return image.pixelColor(self.at(x, y) * image.devicePixelRatio())


@pytest.fixture
def hand(qtbot: QtBot) -> Iterator[Hand]:
    keeper = QObject()
    yield Hand(qtbot, keeper)
    keeper.deleteLater()


def test_a_region_is_drawn_out(hand: Hand) -> None:
    hand.drag((400, 300), (1000, 700))
    assert hand.region == REGION
    hand.drag((1400, 900), (1200, 800))  # beside it: another one, from any corner
    assert hand.region == Frame(1200, 800, 200, 100)


def test_with_shift_a_new_region_is_drawn_within_the_old(hand: Hand) -> None:
    hand.say(REGION)
    button, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    hand.bot.mousePress(hand.canvas, button, shift, hand.at(500, 400))
    hand.bot.mouseMove(hand.canvas, hand.at(800, 600))
    hand.bot.mouseRelease(hand.canvas, button, shift, hand.at(800, 600))
    assert hand.region == Frame(500, 400, 300, 200)


def test_a_region_is_locked_to_the_chosen_ratio(hand: Hand) -> None:
    hand.say(None, "1:1")
    hand.drag((20, 20), (420, 120))
    assert hand.region == Frame(20, 20, 400, 400)
    hand.drag((420, 420), (320, 420))
    assert hand.region is not None
    assert hand.region.width == hand.region.height


def test_a_region_is_moved_and_stays_in_the_picture(hand: Hand) -> None:
    hand.say(REGION)
    hand.drag((700, 500), (800, 520))
    assert hand.region == Frame(500, 320, 600, 400)
    hand.drag((700, 500), (1590, 990))
    assert hand.region == Frame(1000, 600, 600, 400)


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ((1000, 500), (1100, 500), Frame(400, 300, 700, 400)),
        ((400, 500), (300, 500), Frame(300, 300, 700, 400)),
        ((700, 300), (700, 200), Frame(400, 200, 600, 500)),
        ((700, 700), (700, 900), Frame(400, 300, 600, 600)),
        ((1000, 700), (1100, 900), Frame(400, 300, 700, 600)),
        ((400, 300), (500, 400), Frame(500, 400, 500, 300)),
    ],
)
@pytest.mark.parametrize("beside", [-8, 0, 8])
def test_edges_and_corners_resize_and_need_no_aim(
    hand: Hand, start: tuple[int, int], end: tuple[int, int], wanted: Frame, beside: int
) -> None:
    """Held up to 8 pixels beside: the edge keeps that distance from the hand."""
    hand.say(REGION)
    aside = QPoint(beside if start[0] != 700 else 0, beside if start[1] != 500 else 0)
    drag(hand.bot, hand.canvas, hand.at(*start) + aside, hand.at(*end) + aside)
    assert hand.region == wanted


def test_the_cursor_says_what_a_drag_would_do(hand: Hand) -> None:
    assert hand.cursor(800, 500) == SHAPE.CrossCursor, "the whole cannot be moved"
    assert hand.cursor(0, 500) == SHAPE.SizeHorCursor
    hand.say(REGION)
    assert hand.cursor(700, 500) == SHAPE.SizeAllCursor
    assert hand.cursor(100, 100) == SHAPE.CrossCursor
    assert hand.cursor(400, 500) == SHAPE.SizeHorCursor
    assert hand.cursor(700, 700) == SHAPE.SizeVerCursor
    assert hand.cursor(400, 300) == SHAPE.SizeFDiagCursor
    assert hand.cursor(1000, 300) == SHAPE.SizeBDiagCursor
    hand.canvas.set_hand(True)
    assert hand.cursor(700, 500) == SHAPE.OpenHandCursor, "Space still pans"


def test_keys_nudge_by_document_pixels(hand: Hand) -> None:
    hand.say(REGION)
    hand.press(Qt.Key.Key_Right)
    hand.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert hand.region == Frame(401, 310, 600, 400)
    for _ in range(60):
        hand.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert hand.region == Frame(0, 310, 600, 400)


def test_arrows_move_the_picture_while_there_is_no_region(hand: Hand) -> None:
    hand.canvas.zoom_to(4.0)
    before = hand.canvas.seen_part()
    hand.press(Qt.Key.Key_Left)
    assert hand.region is None
    assert hand.canvas.seen_part() != before


def test_escape_undoes_a_drag_then_everything_and_leaves(hand: Hand) -> None:
    hand.drag((400, 300), (1000, 700))
    hand.bot.mousePress(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.at(700, 500))
    hand.bot.mouseMove(hand.canvas, hand.at(800, 500))
    assert hand.region == Frame(500, 300, 600, 400)
    hand.tool.go_back()
    assert hand.region == REGION
    hand.bot.mouseMove(hand.canvas, hand.at(900, 500))
    assert hand.region == REGION, "the drag is over though the button is held"
    assert hand.leaves == 0
    hand.bot.mouseRelease(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.at(900, 500))
    hand.tool.go_back()
    assert hand.region is None
    assert hand.leaves == 1


def test_a_double_click_goes_back_to_the_whole(hand: Hand) -> None:
    hand.say(REGION)
    hand.bot.mouseDClick(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.at(700, 500))
    assert hand.region is None
    assert hand.canvas.zoom == 0.5, "and does not zoom"


def test_a_click_that_slips_draws_nothing(hand: Hand) -> None:
    at = hand.at(700, 500)
    drag(hand.bot, hand.canvas, at, at + QPoint(3, 3))
    assert hand.region is None


def test_a_small_region_can_still_be_moved(hand: Hand) -> None:
    hand.say(Frame(400, 300, 40, 40))
    assert hand.cursor(420, 320) == SHAPE.SizeAllCursor


@pytest.mark.parametrize("zoom", [0.1, 0.5, 3.0])
def test_a_region_is_drawn_where_it_lies_at_any_zoom(hand: Hand, zoom: float) -> None:
    hand.canvas.zoom_to(zoom)
    place = hand.canvas.place(REGION)
    hand.say(REGION)
    assert place.width() == round(600 * zoom)
    image = hand.look()
    for inside, outside in (((420, 310), (380, 290)), ((980, 690), (1020, 710))):
        if hand.canvas.rect().contains(hand.at(*outside)) and zoom > 0.1:
            assert hand.light(image, *inside) >= 200
            assert hand.light(image, *outside) < 150


def test_what_is_sent_along_is_shaded_less_than_what_stays(hand: Hand) -> None:
    hand.say(Frame(500, 300, 600, 400), "1:1")  # 600 × 600 is sent, from row 200 on
    image = hand.look()
    assert hand.light(image, 560, 440) == 200
    assert 120 < hand.light(image, 560, 240) < 190
    assert hand.light(image, 560, 100) < 115


def test_a_mirrored_border_is_hatched_beyond_the_picture(hand: Hand) -> None:
    hand.canvas.zoom_to(0.25)
    ground = hand.look()
    for active in (True, False):
        hand.say(Frame.whole(WIDE), "1:1")  # 300 rows above and below
        hand.tool.active = active
        image = hand.look()
        columns = range(100, 1500, 10)
        assert len({hand.colour(image, x, -150).rgb() for x in columns}) > 1
        assert len({hand.colour(ground, x, -150).rgb() for x in columns}) == 1


def test_without_the_hand_it_only_draws(hand: Hand) -> None:
    hand.say(REGION)
    hand.tool.end()
    hand.drag((700, 500), (800, 500))
    hand.press(Qt.Key.Key_Right)
    assert hand.region == REGION
    hand.bot.mouseDClick(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.at(700, 500))
    assert hand.canvas.zoom == 1.0


@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="this is that screen")
def test_all_of_this_holds_on_a_screen_of_twice_the_density() -> None:
    environ = dict(os.environ, QT_SCALE_FACTOR="2")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environ)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
