"""How far a picture moved from another: mean colour difference and structural similarity.

Both are looked at in half size: what a model does to single pixels is noise to the eye.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from kontext_desktop.imaging.arrays import Pixels
from kontext_desktop.imaging.scaling import scale
from kontext_desktop.model import HEAT_SCALE, Size

Plane: TypeAlias = npt.NDArray[np.floating[Any]]

_WINDOW = 7
"""Side of the square that likeness is looked at in."""


class Drift(NamedTuple):
    delta_e: float
    """Mean CIEDE2000: 1 can just be seen side by side, 0 is the same picture."""
    similarity: float
    """Mean structural similarity of the lightness: 1 is the same picture."""


def measure_drift(sent: Pixels, received: Pixels) -> Drift:
    """How far `received` is from `sent`, both sRGB and of the same part; in half its size."""
    height, width = received.shape[:2]
    half = Size(max(1, width // 2), max(1, height // 2))
    one, other = (_to_lab(scale(pixels, half)) for pixels in (sent, received))
    delta = float(delta_e_2000(one, other).mean())
    return Drift(delta, _structural_similarity(one[..., 0], other[..., 0]))


def heat_map(one: Pixels, other: Pixels) -> tuple[Pixels, float]:
    """The colour difference of two 8-bit sRGB pictures of one size, pixel by pixel, as colours
    (height, width, 3) of `model.HEAT_SCALE`; and its mean."""
    delta = delta_e_2000(_to_lab(one), _to_lab(other))
    steps = [step for step, _ in HEAT_SCALE]
    channels = [
        np.interp(delta, steps, [colour[channel] for _, colour in HEAT_SCALE])
        for channel in range(3)
    ]
    heat: Pixels = np.stack(channels, axis=-1).round().astype(np.uint8)
    return heat, float(delta.mean())


def delta_e_2000(one: Plane, other: Plane) -> Plane:
    """The CIEDE2000 colour difference of CIELAB values (..., 3), with kL = kC = kH = 1.

    After G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 color-difference formula: implementation
    notes, supplementary test data, and mathematical observations", Color Research and Application
    30 (2005), equations 2 to 22.
    """
    l1, a1, b1 = (one[..., channel] for channel in range(3))
    l2, a2, b2 = (other[..., channel] for channel in range(3))
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = (1 - _seventh_share(mean_c)) / 2
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    turn = 2 * math.pi
    h1, h2 = np.arctan2(b1, a1) % turn, np.arctan2(b2, a2) % turn

    grey = c1 * c2 == 0
    dh = np.where(grey, 0, h2 - h1)
    dh = np.where(dh > math.pi, dh - turn, np.where(dh < -math.pi, dh + turn, dh))
    dl, dc, dhue = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(dh / 2)

    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = np.where(grey, h1 + h2, h1 + dh / 2) % turn
    t = (
        1
        - 0.17 * np.cos(mh - math.radians(30))
        + 0.24 * np.cos(2 * mh)
        + 0.32 * np.cos(3 * mh + math.radians(6))
        - 0.20 * np.cos(4 * mh - math.radians(63))
    )
    from_50 = (ml - 50) ** 2
    sl = 1 + 0.015 * from_50 / np.sqrt(20 + from_50)
    sc = 1 + 0.045 * mc
    sh = 1 + 0.015 * mc * t
    turned = math.radians(30) * np.exp(-(((mh - math.radians(275)) / math.radians(25)) ** 2))
    rt = -2 * _seventh_share(mc) * np.sin(2 * turned)
    lightness, chroma, hue = dl / sl, dc / sc, dhue / sh
    squares = lightness**2 + chroma**2 + hue**2 + rt * chroma * hue
    distance: Plane = np.sqrt(np.maximum(squares, 0))
    return distance


def _seventh_share(chroma: Plane) -> Plane:
    seventh = chroma**7
    share: Plane = np.sqrt(seventh / (seventh + 25.0**7))
    return share


def _to_lab(pixels: Pixels) -> Plane:
    """8-bit sRGB (IEC 61966-2-1) to CIELAB under its own white, D65."""
    codes = np.arange(256, dtype=np.float64) / 255
    linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    to_xyz /= to_xyz.sum(axis=1, keepdims=True)  # by the white point
    xyz = linear.astype(np.float32)[pixels] @ to_xyz.T.astype(np.float32)
    low = xyz <= (6 / 29) ** 3
    f = np.where(low, xyz * np.float32((29 / 6) ** 2 / 3) + np.float32(4 / 29), np.cbrt(xyz))
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _structural_similarity(one: Plane, other: Plane) -> float:
    """Mean SSIM of two planes of 0 to 100, in even square windows.

    After Z. Wang, A. C. Bovik, H. R. Sheikh and E. P. Simoncelli, "Image quality assessment: from
    error visibility to structural similarity", IEEE Transactions on Image Processing 13 (2004),
    equation 13, with K1 = 0.01 and K2 = 0.03.
    """
    c1, c2 = (0.01 * 100) ** 2, (0.03 * 100) ** 2
    a, b = one.astype(np.float64), other.astype(np.float64)
    mean_a, mean_b = _means(a), _means(b)
    var_a, var_b = _means(a * a) - mean_a**2, _means(b * b) - mean_b**2
    both = _means(a * b) - mean_a * mean_b
    likeness = ((2 * mean_a * mean_b + c1) * (2 * both + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    )
    return float(likeness.mean())


def _means(plane: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mean of each window that lies wholly within the plane."""
    for axis in (0, 1):
        side = min(_WINDOW, plane.shape[axis])
        sums = np.cumsum(plane, axis=axis)
        first = np.take(sums, [side - 1], axis=axis)
        after = np.take(sums, range(side, plane.shape[axis]), axis=axis)
        until = np.take(sums, range(plane.shape[axis] - side), axis=axis)
        plane = np.concatenate([first, after - until], axis=axis) / side
    return plane
