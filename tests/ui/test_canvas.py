"""The canvas, driven as a hand drives it: wheel, drag, keys, drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kontext_desktop.model import Frame, Raster, Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.pixels import raster_from
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import STEPS
from kontext_desktop.workbench import Picture

WIDE = Size(1600, 1000)


def make_picture(version_id: str, size: Size = WIDE, blue: int = 0) -> Picture:
    """Red tells the column, green the row (both modulo 256); halves down to a few hundred."""
    levels = []
    step = 1
    while size.width // step >= 200:
        width, height = size.width // step, size.height // step
        row = b"".join(bytes((blue, 0, x * step % 256, 255)) for x in range(width))
        data = bytearray(row * height)
        for y in range(height):
            start = y * width * 4
            data[start + 1 : start + width * 4 : 4] = bytes([y * step % 256]) * width
        levels.append(Raster(data, Size(width, height)))
        step *= 2
    return Picture(version_id, size, tuple(levels), preview=False)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas(Theme.read(resources()))
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    return canvas


def turn_wheel(canvas: Canvas, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(qtbot: QtBot, canvas: Canvas, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


def drop(canvas: Canvas, mime: QMimeData) -> None:
    rest = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(canvas, QDragEnterEvent(QPoint(5, 5), *rest))
    QApplication.sendEvent(canvas, QDropEvent(QPointF(5, 5), *rest))


def is_centred(canvas: Canvas) -> bool:
    """To half a device pixel: the picture begins on a whole one."""
    middle = canvas.document_position(QPointF(canvas.width() / 2, canvas.height() / 2))
    off = max(abs(middle.x() - WIDE.width / 2), abs(middle.y() - WIDE.height / 2))
    return off * canvas.zoom <= 0.5


def drawn(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def test_zooming_in_keeps_the_pixel_under_the_pointer(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    at = QPoint(431, 123)
    kept = canvas.document_position(QPointF(at))
    while canvas.zoom < STEPS[-1]:
        turn_wheel(canvas, at, 1)
        now = canvas.document_position(QPointF(at))
        assert abs(now.x() - kept.x()) * canvas.zoom <= 0.5  # a device pixel's half, never more
        assert abs(now.y() - kept.y()) * canvas.zoom <= 0.5


def test_zooming_out_ends_with_the_whole_picture_in_the_middle(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    turn_wheel(canvas, QPoint(590, 10), 9)
    turn_wheel(canvas, QPoint(20, 380), -40)
    assert canvas.zoom == STEPS[0]
    assert is_centred(canvas)


def test_the_wheel_goes_up_and_down_the_same_ladder(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(1.0)
    turn_wheel(canvas, QPoint(300, 200), 3)
    assert canvas.zoom == 4.0
    turn_wheel(canvas, QPoint(300, 200), -4)
    assert canvas.zoom == pytest.approx(2 / 3)


def test_at_full_size_each_picture_pixel_is_one_screen_pixel(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a", blue=7))
    canvas.zoom_to(1.0, QPointF(17, 33))
    image = drawn(canvas)
    for x, y in ((200, 100), (201, 100), (599, 399)):
        at = canvas.document_position(QPointF(x, y))
        assert at.x().is_integer()
        assert image.pixelColor(x, y) == QColor(int(at.x()) % 256, int(at.y()) % 256, 7)


def test_large_pixels_are_drawn_as_sharp_squares(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(8.0)
    image = drawn(canvas)
    seen = {image.pixelColor(x, 200).red() for x in range(100, 500)}
    first = int(canvas.document_position(QPointF(100, 200)).x())
    assert seen <= {(first + column) % 256 for column in range(52)}


def test_what_a_move_leaves_alone_is_as_if_all_were_drawn_anew(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.set_frame(Frame.whole(WIDE))
    QApplication.processEvents()
    painted: list[QRect] = []

    def on_screen() -> QImage:
        """The window's own memory, into which only what was asked for is drawn."""
        QApplication.processEvents()
        return canvas.screen().grabWindow(canvas.winId()).toImage()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    watch = Watch()
    canvas.installEventFilter(watch)
    for move in (
        lambda: canvas.zoom_to(0.2),
        lambda: canvas.zoom_to(0.05, QPointF(50, 60)),
        lambda: canvas.zoom_to(0.31, QPointF(500, 60)),
        lambda: canvas.zoom_to(0.2),
        lambda: canvas.set_guides((3,), grid=True),
        lambda: canvas.zoom_to(0.11),
        lambda: canvas.zoom_to(3.0),
        lambda: canvas.pan(40, -30),
        lambda: canvas.show_at(QPointF(0, 0), QPointF(300, 200)),
        lambda: canvas.fit(),
        lambda: canvas.set_note("A word"),
        lambda: canvas.zoom_to(0.1),
        lambda: canvas.set_note(""),
        lambda: canvas.set_picture(make_picture("b", Size(500, 900))),
        lambda: canvas.zoom_to(0.2),
        lambda: canvas.set_frame(Frame(0, 0, 500, 900)),
        lambda: canvas.zoom_to(0.3),
    ):
        move()
        seen = on_screen()
        assert seen == canvas.grab().toImage().copy(seen.rect())
    painted.clear()
    canvas.zoom_to(0.1)
    on_screen()
    assert painted
    assert painted[0].width() < canvas.width() / 2


def test_versions_of_one_size_are_swapped_without_a_jump(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(2.0, QPointF(50, 60))
    canvas.pan(-31, 12)
    before = canvas.view_state()
    canvas.set_picture(make_picture("b", blue=255))
    assert canvas.view_state() == before
    assert drawn(canvas).pixelColor(300, 200).blue() == 255


def test_a_preview_stands_at_the_size_of_its_document(canvas: Canvas) -> None:
    whole = make_picture("a")
    preview = Picture("a", whole.size, whole.levels[2:], preview=True)
    canvas.set_picture(preview)
    canvas.zoom_to(1.0)
    place = canvas.view_state()
    # Where red steps back from 255 to 0, one column of the document.
    edge = canvas.document_position(QPointF(0, 0)).x()
    column = int(-edge % 256)
    soft = drawn(canvas).pixelColor(column + 128, 200).red()
    canvas.set_picture(whole)
    assert canvas.view_state() == place
    assert abs(drawn(canvas).pixelColor(column + 128, 200).red() - soft) <= 4


def test_another_size_is_fitted(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(2.0)
    canvas.set_picture(make_picture("b", Size(800, 900)))
    assert canvas.fitted


def test_a_fitted_picture_follows_the_window(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.fit()
    small = canvas.zoom
    canvas.resize(900, 700)
    assert canvas.fitted
    assert canvas.zoom > small
    corner = canvas.document_position(QPointF(0, 0))
    assert corner.x() < 0
    assert corner.y() < 0


def test_resizing_keeps_the_middle_of_a_zoomed_view(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(2.0, QPointF(100, 100))
    kept = canvas.document_position(QPointF(300, 200))
    canvas.resize(800, 500)
    now = canvas.document_position(QPointF(400, 250))
    assert (now.x(), now.y()) == (kept.x(), kept.y())


def test_the_exact_values_of_the_pixel_under_the_pointer_are_told(
    canvas: Canvas, qtbot: QtBot
) -> None:
    canvas.set_picture(make_picture("a", blue=99))
    canvas.zoom_to(4.0)
    at = canvas.document_position(QPointF(311, 222))
    with qtbot.waitSignal(canvas.pixel_hovered) as told:
        qtbot.mouseMove(canvas, QPoint(311, 222))
    x, y = int(at.x()), int(at.y())
    (where,) = told.args
    assert where[:2] == (x, y)
    assert where[2].numbers == where[2].srgb == (x % 256, y % 256, 99)
    assert (where[2].depth, where[2].is_srgb) == (8, True)


def test_no_values_are_told_of_a_preview_or_beside_the_picture(
    canvas: Canvas, qtbot: QtBot
) -> None:
    whole = make_picture("a")
    told: list[object] = []
    canvas.pixel_hovered.connect(told.append)
    canvas.set_picture(Picture("a", whole.size, whole.levels[2:], preview=True))
    qtbot.mouseMove(canvas, QPoint(300, 200))
    at = canvas.document_position(QPointF(300, 200))
    assert told[-1] == (int(at.x()), int(at.y()), None)
    qtbot.mouseMove(canvas, QPoint(2, 2))
    assert told[-1] is None


def test_dragging_moves_a_zoomed_picture_with_the_hand(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(1.0)
    kept = canvas.document_position(QPointF(300, 200))
    drag(qtbot, canvas, QPoint(300, 200), QPoint(260, 230))
    now = canvas.document_position(QPointF(260, 230))
    assert (now.x(), now.y()) == (kept.x(), kept.y())


def test_a_picture_seen_whole_stays_in_the_middle(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_picture(make_picture("a"))
    drag(qtbot, canvas, QPoint(300, 200), QPoint(260, 230))
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert is_centred(canvas)


def test_double_click_goes_to_full_size_there_and_back(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_picture(make_picture("a"))
    at = QPoint(200, 250)
    kept = canvas.document_position(QPointF(at))
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    now = canvas.document_position(QPointF(at))
    assert canvas.zoom == 1.0
    assert abs(now.x() - kept.x()) <= 0.5
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.fitted


def test_before_is_shown_in_place_only_while_held(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("b", blue=255))
    canvas.set_before(make_picture("a", blue=0))
    canvas.hold_before(True)
    assert drawn(canvas).pixelColor(300, 200).blue() == 0
    canvas.hold_before(False)
    assert drawn(canvas).pixelColor(300, 200).blue() == 255


def test_before_of_one_version_is_not_shown_for_the_next(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("b", blue=255))
    canvas.set_before(make_picture("a", blue=0))
    canvas.set_picture(make_picture("c", blue=200))
    canvas.hold_before(True)
    assert drawn(canvas).pixelColor(300, 200).blue() == 200


def test_what_is_sent_is_outlined_and_nothing_is_shaded(canvas: Canvas) -> None:
    canvas.set_picture(make_picture("a", blue=255))
    before = drawn(canvas)
    canvas.set_frame(Frame(400, 0, 800, 1000))
    image = drawn(canvas)
    edge = canvas.place(Frame(400, 0, 800, 1000)).left() - 1
    assert image.pixelColor(edge, 200).name() == "#e4e4e4"
    for x in (300, 60):
        assert image.pixelColor(x, 200) == before.pixelColor(x, 200)


def test_a_view_is_found_again_with_the_picture(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.zoom_to(3.0, QPointF(10, 10))
    state = canvas.view_state()
    later = Canvas(Theme.read(resources()))
    qtbot.addWidget(later)
    later.resize(600, 400)
    later.restore_view(state)
    assert later.view_state() == state  # not lost when the program ends before the picture came
    later.set_picture(make_picture("a"))
    assert later.view_state() == state


@pytest.mark.parametrize("state", ["", "fit", "1600 1000 nan 3 4", "1 2 3 4 5", "x y z", "1e400 1"])
def test_a_view_that_means_nothing_is_fitted(canvas: Canvas, state: str) -> None:
    canvas.set_picture(make_picture("a"))
    canvas.restore_view(state)
    assert canvas.fitted


def test_dropped_files_are_told_as_paths(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    mime = QMimeData()
    file = tmp_path / "pic & co.jpg"
    mime.setUrls([QUrl("https://example.org/a.jpg"), QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(canvas.files_dropped) as dropped:
        drop(canvas, mime)
    assert dropped.args == [[file]]


def test_a_dropped_picture_is_told_as_pixels(canvas: Canvas, qtbot: QtBot) -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(1, 2, 3))
    mime = QMimeData()
    mime.setImageData(image)
    with qtbot.waitSignal(canvas.image_dropped) as dropped:
        drop(canvas, mime)
    raster = raster_from(dropped.args[0])
    assert raster.size == (3, 2)
    assert bytes(raster.data) == bytes((3, 2, 1, 255)) * 6


def test_an_address_of_the_web_is_refused(canvas: Canvas, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg")])
    with qtbot.waitSignal(canvas.drop_refused):
        drop(canvas, mime)


def test_transparent_pixels_are_taken_as_lying_on_white() -> None:
    image = QImage(1, 1, QImage.Format.Format_ARGB32)
    image.fill(QColor(255, 0, 0, 0))
    assert bytes(raster_from(image).data) == b"\xff\xff\xff\xff"


def test_pictures_are_drawn_from_bytes_of_three_channels_too(canvas: Canvas) -> None:
    size = Size(3, 5)  # rows of nine bytes: no padding between them
    canvas.set_picture(Picture("a", size, (Raster(bytes((10, 20, 30)) * 15, size, "rgb8"),), False))
    assert drawn(canvas).pixelColor(300, 200) == QColor(10, 20, 30)


def test_the_pointer_leaving_ends_the_telling(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.set_picture(make_picture("a"))
    qtbot.mouseMove(canvas, QPoint(300, 200))
    with qtbot.waitSignal(canvas.pixel_hovered) as told:
        QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert told.args == [None]


def test_detail_is_asked_for_once_and_only_where_a_preview_is_not_enough(canvas: Canvas) -> None:
    asked: list[bool] = []
    canvas.detail_wanted.connect(lambda: asked.append(True))
    whole = make_picture("a")
    preview = Picture("a", whole.size, whole.levels[1:], preview=True)
    canvas.set_picture(preview)
    assert canvas.fitted
    assert asked == []
    for zoom in (1.0, 2.0, 0.75):
        canvas.zoom_to(zoom)
        assert len(asked) == 1
    canvas.set_picture(whole)
    canvas.zoom_to(2.0)
    assert len(asked) == 1
    canvas.set_before(preview._replace(version_id="b"))
    assert len(asked) == 2


def test_a_difference_is_never_one_of_previews_alone(canvas: Canvas) -> None:
    asked: list[bool] = []
    canvas.detail_wanted.connect(lambda: asked.append(True))
    whole = make_picture("a")
    for mode in (Mode.SPLIT, Mode.DIFFERENCE):
        canvas.set_picture(Picture("a", whole.size, whole.levels[1:], preview=True))
        canvas.set_before(Picture("b", whole.size, whole.levels[1:], preview=True))
        canvas.compare(Comparison(mode))
        assert bool(asked) == (mode is Mode.DIFFERENCE)
