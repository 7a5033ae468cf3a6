"""Between arrays and Rasters, the plain buffers that cross the rungs; and a picture's pyramid."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from kontext_desktop.model import Raster, Size

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Working format: (height, width, 3), red first, sRGB."""

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


def pyramid(pixels: Pixels) -> tuple[Raster, ...]:
    """Full size, half, quarter and so on, as `bgrx8`; each level averages 2 × 2 of the last.

    Level n has ceil(width / 2^n) columns of 2^n document pixels each: where the width does not
    divide, the last column covers fewer, and the level reaches a little past the picture. Rows
    likewise. Averages sRGB codes, as screens and editors do. Together 5.3 bytes a pixel.
    """
    level = _bgrx(pixels)
    rasters = []
    while True:
        height, width = level.shape[:2]
        rasters.append(Raster(level.reshape(-1).data, Size(width, height)))
        if max(width, height) <= _SMALLEST:
            return tuple(rasters)
        # Four bytes a pixel is Pillow's own layout: it reads this array without a copy.
        image = Image.frombuffer("RGBX", (width, height), level, "raw", "RGBX", 0, 1)
        level = np.asarray(image.reduce(2))


def _bgrx(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    bgrx = np.empty((height, width, 4), np.uint8)
    # Channel by channel is twice as fast as one assignment of pixels[..., ::-1].
    for channel in range(3):
        bgrx[..., 2 - channel] = pixels[..., channel]
    bgrx[..., 3] = 255
    return bgrx
