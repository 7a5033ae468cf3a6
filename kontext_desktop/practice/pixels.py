"""The few operations on pixels that the painter's files share.

`pixels` are float32 arrays (height, width, 3), `plane`s (height, width); sRGB as encoded, 0..1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]
Random = np.random.Generator


def from_image(image: Image.Image) -> Floats:
    return np.asarray(image, np.float32) * np.float32(1 / 255)


def to_image(pixels: Floats) -> Image.Image:
    """Clipped to 0..1 and rounded to 8 bits: "RGB" for pixels, "L" for a plane."""
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def resize(pixels: Floats, width: int, height: int) -> Floats:
    """In 8 bits; enough for masks and backdrops, which get noise on top in the end."""
    return from_image(to_image(pixels).resize((width, height), Image.Resampling.BICUBIC))


def blur(pixels: Floats, radius: float) -> Floats:
    """Gaussian, in 8 bits."""
    return from_image(to_image(pixels).filter(ImageFilter.GaussianBlur(radius)))


def luminance(pixels: Floats) -> Floats:
    """Rec. 709 weights on the encoded values: what the eye takes for grey."""
    return pixels @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def mix(a: Floats, b: Any, amount: Any) -> Floats:
    """From `a` to `b` by `amount`: a number, or a plane for each pixel its own."""
    if a.ndim == 3 and isinstance(amount, np.ndarray) and amount.ndim == 2:
        amount = amount[..., None]
    return np.asarray(a + (b - a) * amount, np.float32)


def smoothstep(low: float, high: float, plane: Floats) -> Floats:
    t = np.clip((plane - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def saturate(pixels: Floats, factor: float) -> Floats:
    """Chroma times `factor`, at the same luminance."""
    grey = luminance(pixels)[..., None]
    return np.asarray(grey + (pixels - grey) * np.float32(factor), np.float32)


def contrast(pixels: Floats, amount: float) -> Floats:
    """A soft S-curve; `amount` 0 leaves all as it is, 1 is the full curve."""
    clipped = np.clip(pixels, 0, 1)
    return mix(pixels, clipped * clipped * (3 - 2 * clipped), np.float32(amount))


def coordinates(height: int, width: int) -> tuple[Floats, Floats]:
    """y and x from -1 to 1, shaped to broadcast over a plane."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return y, x


def clouds(random: Random, height: int, width: int, cell: float) -> Floats:
    """Smooth noise of mean 0 and spread about 1, with features of about `cell` pixels."""
    shape = (max(2, round(height / cell)), max(2, round(width / cell)))
    small = random.standard_normal(shape).astype(np.float32)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32)


def flatten(pixels: Floats, radius: int, keep: float) -> Floats:
    """Smooth surfaces and keep edges whose contrast is above `keep` (a guided filter led by the
    picture's own luminance, its coefficients found at half size)."""
    height, width = pixels.shape[:2]
    small = resize(pixels, width // 2, height // 2)
    guide = luminance(small)
    radius = max(1, radius // 2)
    mean_guide = box(guide, radius)
    variance = box(guide * guide, radius) - mean_guide * mean_guide
    output = np.empty_like(pixels)
    full_guide = luminance(pixels)
    for channel in range(3):
        plane = small[..., channel]
        mean = box(plane, radius)
        covariance = box(guide * plane, radius) - mean_guide * mean
        slope = np.asarray(covariance / (variance + keep * keep), np.float32)
        offset = np.asarray(mean - slope * mean_guide, np.float32)
        output[..., channel] = full_guide * _enlarged(box(slope, radius), width, height)
        output[..., channel] += _enlarged(box(offset, radius), width, height)
    return output


def _enlarged(plane: Floats, width: int, height: int) -> Floats:
    image = Image.fromarray(plane).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32)


def box(plane: Floats, radius: int) -> Floats:
    """The mean over a square of 2 radius + 1 pixels, edges repeated; in float, for planes that a
    blur in 8 bits would coarsen."""
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(plane, pad, mode="edge"), axis=axis, dtype=np.float32)
        size = 2 * radius + 1
        upper, lower = (
            (sums[size:], sums[:-size]) if axis == 0 else (sums[:, size:], sums[:, :-size])
        )
        plane = (upper - lower) / np.float32(size)
    return plane
