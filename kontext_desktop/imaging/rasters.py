"""Between arrays and Rasters, the plain buffers that cross the rungs; and a picture's pyramid."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from kontext_desktop.imaging import colour
from kontext_desktop.imaging.arrays import Codes, Pixels
from kontext_desktop.model import Raster, Size

_STRIP = 1 << 20
"""Pixels that are converted at a time."""

_SMALLEST = 512
"""The pyramid ends with the first level whose longest side is no longer than this."""


def to_raster(pixels: Pixels, format: Literal["bgrx8", "rgb8"] = "bgrx8") -> Raster:
    """`pixels` as a Raster. `rgb8` shares the array's memory where it lies in one piece."""
    height, width = pixels.shape[:2]
    if format == "rgb8":
        return Raster(np.ascontiguousarray(pixels).reshape(-1).data, Size(width, height), "rgb8")
    return Raster(_bgrx(pixels).reshape(-1).data, Size(width, height))


def from_raster(raster: Raster) -> Pixels:
    """The Raster's picture as an array of its own."""
    width, height = raster.size
    flat = np.frombuffer(raster.data, np.uint8)
    if raster.format == "rgb8":
        return flat.reshape(height, width, 3).copy()
    return np.ascontiguousarray(flat.reshape(height, width, 4)[..., 2::-1])


def document_raster(pixels: Codes, profile: bytes) -> Raster:
    """What a picture's own numbers are read from: `rgb8` or `rgb16`, in its own profile. Shares the
    array's memory where it lies in one piece."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8).data
    return Raster(data, Size(width, height), "rgb16" if pixels.itemsize == 2 else "rgb8", profile)


def pyramid(pixels: Codes, profile: bytes = b"", screen: bytes = b"") -> tuple[Raster, ...]:
    """Full size, half, quarter and so on, as `bgrx8`; each level averages 2 × 2 of the last.

    `profile` is that of `pixels` (b"": sRGB); `screen` that of the levels. Level n has
    ceil(width / 2^n) columns of 2^n document pixels each: where the width does not divide, the last
    column covers fewer, and the level reaches a little past the picture. Rows likewise. Averages
    codes, not light, as screens and editors do. Together 5.3 bytes a pixel.
    """
    level = _for_screen(pixels, profile, screen)
    rasters = []
    while True:
        height, width = level.shape[:2]
        rasters.append(Raster(level.reshape(-1).data, Size(width, height), "bgrx8", screen))
        if max(width, height) <= _SMALLEST:
            return tuple(rasters)
        level = _halved(level)


def _halved(level: Pixels) -> Pixels:
    """Some rows at a time, for the sake of memory."""
    height, width = level.shape[:2]
    out = np.empty(((height + 1) // 2, (width + 1) // 2, 4), np.uint8)
    step = 2 * max(1, _STRIP // width // 2)
    for top in range(0, height, step):
        rows = level[top : top + step]
        # Four bytes a pixel is Pillow's own layout: it reads this array without a copy.
        image = Image.frombuffer("RGBX", (width, len(rows)), rows, "raw", "RGBX", 0, 1)
        out[top // 2 : (top + step) // 2] = np.asarray(image.reduce(2))
    return out


def shows_numbers(pixels: Codes, profile: bytes, screen: bytes) -> bool:
    """Whether the screen is given the picture's own numbers."""
    return pixels.dtype == np.uint8 and profile == screen


def _for_screen(pixels: Codes, profile: bytes, screen: bytes) -> Pixels:
    if shows_numbers(pixels, profile, screen):
        return _bgrx(pixels)
    height, width = pixels.shape[:2]
    out = np.empty((height, width, 4), np.uint8)
    out[..., 3] = 255
    step = max(1, _STRIP // width)
    for top in range(0, height, step):
        done = colour.between(pixels[top : top + step], profile, screen)
        for channel in range(3):
            out[top : top + step, :, 2 - channel] = done[..., channel]
    return out


def _bgrx(pixels: Codes) -> Pixels:
    height, width = pixels.shape[:2]
    bgrx = np.empty((height, width, 4), np.uint8)
    # Channel by channel is twice as fast as one assignment of pixels[..., ::-1].
    for channel in range(3):
        bgrx[..., 2 - channel] = pixels[..., channel]
    bgrx[..., 3] = 255
    return bgrx
