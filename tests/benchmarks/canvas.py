"""A frame of the canvas against a smooth QGraphicsPixmapItem that shows the same.

Offscreen, pictures of 24 to 150 megapixels, both in this process and in turns. A zoom frame has
another zoom than the last, a pan frame another place, where there is more of the picture than is
seen; each is from the change to the end of the painting. Then what a comparison costs against the
picture alone, at 50 megapixels, and measuring drift against decoding the result.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from collections.abc import Callable, Iterator

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

from kontext_desktop.imaging import pyramid, read
from kontext_desktop.imaging.drift import measure_drift
from kontext_desktop.model import Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Picture

PICTURES = {
    24: Size(6000, 4000),
    50: Size(8660, 5774),
    100: Size(12247, 8165),
    150: Size(15000, 10000),
}
COMPARED = 50
"""Megapixels of the picture that the modes of comparison are measured with."""
SCREENS = (QSize(1920, 1080), QSize(3840, 2160))
FRAMES = 24
ZOOM_GOAL, PAN_GOAL, FULL_GOAL = 0.4, 0.2, 1.1
RESULT = (832, 1248)

View = Callable[[float, QPointF], None]
"""Show a zoom around a document position, painted when it returns."""


def make_pixels(height: int, width: int) -> np.ndarray:
    """Something like a photograph: slopes, edges and a little noise."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slopes = 90 + 60 * np.sin(x / 700) * np.cos(y / 500) + 40 * ((x // 900 + y // 700) % 2)
    noise = np.random.default_rng(7).integers(-6, 7, (height, width), dtype=np.int16)
    grey = np.clip(slopes + noise, 0, 255).astype(np.uint8)
    return np.stack([grey, np.roll(grey, 11, axis=1), 255 - grey], axis=2)


def make_canvas(pixels: np.ndarray, size: QSize) -> tuple[Canvas, View]:
    document = Size(pixels.shape[1], pixels.shape[0])
    canvas = Canvas(Theme.read(resources()))
    canvas.resize(size)
    canvas.show()
    levels = pyramid(pixels)
    canvas.set_picture(Picture("now", document, levels, preview=False))
    canvas.set_before(Picture("before", document, levels, preview=False))

    def view(zoom: float, at: QPointF) -> None:
        if zoom != canvas.zoom:
            canvas.zoom_to(zoom)
        canvas.show_in_middle(at)
        # What it has asked to be drawn anew; a zoom has the graphics view draw all of itself.
        QApplication.sendPostedEvents(canvas, QEvent.Type.UpdateRequest.value)

    return canvas, view


def make_item(pixels: np.ndarray, size: QSize) -> tuple[QGraphicsView, View]:
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    scene = QGraphicsScene()
    item = QGraphicsPixmapItem(QPixmap.fromImage(image))
    item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
    scene.addItem(item)
    graphics = QGraphicsView(scene)
    scene.setParent(graphics)
    graphics.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    graphics.setFrameShape(QGraphicsView.Shape.NoFrame)
    for set_policy in (graphics.setHorizontalScrollBarPolicy, graphics.setVerticalScrollBarPolicy):
        set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    graphics.resize(size)
    graphics.show()

    def view(zoom: float, at: QPointF) -> None:
        if zoom != graphics.transform().m11():
            graphics.resetTransform()
            graphics.scale(zoom, zoom)
        graphics.centerOn(at)
        graphics.viewport().repaint()

    return graphics, view


def list_views(picture: Size, zoom: float, *, zooms: bool) -> Iterator[tuple[float, QPointF]]:
    for number in range(FRAMES):
        away = (number % 12) * 16 / zoom
        yield (
            zoom * (1 + 0.013 * (number % 12)) if zooms else zoom,
            QPointF(picture.width / 2 + away, picture.height / 2 + away / 2),
        )


def measure(view: View, picture: Size, zoom: float, *, zooms: bool) -> float:
    times = []
    for at in list_views(picture, zoom, zooms=zooms):
        start = time.perf_counter()
        view(*at)
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:])


def figure(name: str, value: float, goal: float | None, unit: str) -> None:
    wanted = "none" if goal is None else f"<= {goal}"
    good = goal is None or value <= goal
    print(f"{name}: {value:.2f} {unit} | goal: {wanted} | {'ok' if good else 'short'}", flush=True)


def measure_screen(megapixels: int, pixels: np.ndarray, size: QSize) -> None:
    picture = PICTURES[megapixels]
    canvas, ours = make_canvas(pixels, size)
    item, theirs = make_item(pixels, size)
    QApplication.processEvents()  # what is not exposed yet is not painted
    place = f"{megapixels} MP on {size.width()}x{size.height()}"
    plain = 0.0
    for zoom, zooms, goal in (
        (0.25, True, ZOOM_GOAL),
        (0.25, False, PAN_GOAL),
        (1.0, True, FULL_GOAL),
        (1.0, False, FULL_GOAL),
    ):
        seen_whole = picture.width * zoom <= size.width() and picture.height * zoom <= size.height()
        if seen_whole and not zooms:
            print(f"pan frame at {zoom:.0%}, {place}: seen whole, nothing to pan", flush=True)
            continue
        rounds = [
            [measure(one, picture, zoom, zooms=zooms) for one in (ours, theirs)] for _ in range(3)
        ]
        mine, other = (statistics.median(column) for column in zip(*rounds, strict=True))
        if zooms and zoom < 1:
            plain = mine
        name = f"{'zoom' if zooms else 'pan'} frame at {zoom:.0%}, {place} ({mine * 1000:.1f} ms)"
        figure(name, mine / other, goal, "x smooth pixmap item")
    for mode in Mode if megapixels == COMPARED else ():
        canvas.compare(Comparison(mode))
        QApplication.processEvents()
        cost = measure(ours, picture, 0.25, zooms=True)
        name = f"{mode.value}, zoom frame at 25%, {place} ({cost * 1000:.1f} ms)"
        figure(name, cost / plain, None, "x the picture alone")
    for widget in (canvas, item):
        widget.close()
        widget.deleteLater()


def measure_cost_of_drift() -> None:
    sent, received = make_pixels(*RESULT), make_pixels(*RESULT)[:, ::-1].copy()
    file = io.BytesIO()
    Image.fromarray(received).save(file, "PNG")
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        read(file.getvalue())
        middle = time.perf_counter()
        measure_drift(sent, received)
        rounds.append((time.perf_counter() - middle) / (middle - start))
    figure("drift of a result", statistics.median(rounds), None, "x decoding it")


def main() -> None:
    application = QApplication([])
    for megapixels, picture in PICTURES.items():
        pixels = make_pixels(picture.height, picture.width)
        for size in SCREENS:
            measure_screen(megapixels, pixels, size)
            application.processEvents()
    measure_cost_of_drift()


if __name__ == "__main__":
    main()
