"""Rasters to Qt images and back. The one place where `ui` looks at the layout of pixels."""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QColorSpace, QColorTransform, QImage, QPainter, QPixmap

from kontext_desktop.first_words import Raster, Size

if TYPE_CHECKING:
    from kontext_desktop.ui.viewport import Viewport

_FORMATS = {
    "bgrx8": (QImage.Format.Format_RGB32, 4),
    "bgra8": (QImage.Format.Format_ARGB32_Premultiplied, 4),
    "rgb8": (QImage.Format.Format_RGB888, 3),
}


class Shown(NamedTuple):
    """A QImage over a raster's own bytes: nothing is copied, so the two live and die together."""

    image: QImage
    raster: Raster

    @classmethod
    def over(cls, raster: Raster) -> Shown:
        image_format, depth = _FORMATS[raster.format]
        width, height = raster.size
        return cls(QImage(raster.data, width, height, width * depth, image_format), raster)

    def draw_over(self, painter: QPainter, view: Viewport, seen: QRect, *, filtered: bool) -> None:
        """Stretched over the whole document; only the part `seen` of the view."""
        x, y = view.origin
        width, height = view.document
        across, down = self.image.width() / width, self.image.height() / height
        part = QRectF(
            (seen.x() - x) / view.zoom * across,
            (seen.y() - y) / view.zoom * down,
            seen.width() / view.zoom * across,
            seen.height() / view.zoom * down,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, filtered)
        painter.drawImage(QRectF(seen), self.image, part)


class Reading(NamedTuple):
    """A pixel's numbers."""

    numbers: tuple[int, int, int]
    """The document's own: red, green, blue."""
    depth: int
    """Bits of each: 8 or 16."""
    srgb: tuple[int, int, int]
    """The same colour as 8-bit sRGB, as near as that has it."""
    is_srgb: bool
    """Whether the document's own numbers are sRGB."""


def read_pixel(raster: Raster, x: int, y: int) -> Reading:
    width = {"bgrx8": 4, "rgb8": 3, "rgb16": 6}[raster.format]
    start = (y * raster.size.width + x) * width
    pixel = bytes(memoryview(raster.data)[start : start + width])
    if raster.format == "rgb16":
        red, green, blue = struct.unpack("=3H", pixel)
        colour, depth = QColor.fromRgba64(red, green, blue), 16
    else:
        red, green, blue = pixel[2::-1] if raster.format == "bgrx8" else pixel
        colour, depth = QColor(red, green, blue), 8
    if raster.profile:
        colour = _way_to_srgb(raster.profile).map(colour)
    srgb = (colour.red(), colour.green(), colour.blue())
    return Reading((red, green, blue), depth, srgb, not raster.profile)


@functools.lru_cache(maxsize=8)
def _way_to_srgb(profile: bytes) -> QColorTransform:
    space = QColorSpace.fromIccProfile(profile)
    return space.transformationToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))


def raster_from(image: QImage) -> Raster:
    """A copy of the pixels as `bgrx8` in sRGB; what is transparent lies on white. GUI thread."""
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    if image.hasAlphaChannel():
        opaque = QImage(image.size(), QImage.Format.Format_RGB32)
        opaque.fill(0xFFFFFF)
        painter = QPainter(opaque)
        painter.drawImage(0, 0, image)
        painter.end()
        image = opaque
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return Raster(bytes(image.constBits()), Size(image.width(), image.height()))


def fitted(raster: Raster, size: QSize, ratio: float) -> QPixmap:
    """The whole raster scaled to fit `size` (device-independent pixels); `ratio`: device pixels
    in one of those."""
    shown = Shown.over(raster)
    scaled = shown.image.scaled(
        size * ratio,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap = QPixmap.fromImage(scaled.copy())  # the raster's own bytes may go
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def centred(pixmap: QPixmap, area: QRect) -> QPoint:
    """Where to draw it, in the middle of `area`."""
    size = pixmap.deviceIndependentSize().toSize()
    return area.center() - QRect(QPoint(), size).center()
