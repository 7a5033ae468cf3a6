"""Take the noise out of a traced picture without touching its textures."""

from __future__ import annotations

import numpy as np

REACH = 160
"""Rows that `cleaned` looks around itself."""


def cleaned(layers: np.ndarray, rows_in_all: int) -> np.ndarray:
    """The picture in `layers` as linear light (rows, width, 3), without most of its noise.

    Edge-avoiding wavelets (Dammertz and others, 2010): light is averaged over neighbours with the
    same normal, distance and, within its noise, brightness. Albedo is divided out first, so that
    textures stay as sharp as they were drawn. `layers` may be some of the picture's rows; REACH of
    them at each end are then only there for their neighbours.
    """
    albedo = layers[..., 3:6]
    soft = layers[..., 0:3] / np.maximum(albedo, 1e-3)
    hard = layers[..., 6:9]
    normal, distance = layers[..., 9:12], layers[..., 12]
    found = []
    for light, square, levels, strict in (
        (soft, layers[..., 14], 5, 24),
        (hard, layers[..., 15], 4, 6),
    ):
        bright = light.mean(-1)
        spread = np.maximum(square - bright**2, 0) / layers[..., 16]
        for level in range(levels):
            light, spread = _smoothed(light, spread, normal, distance, strict, 1 << level)
        found.append(light)
    out = _wandered(found[0], layers[..., 17], rows_in_all) * albedo + found[1]
    # Edges out of focus are a mixture that the filter cannot tell apart: smooth them as they are.
    count = layers[..., 16]
    edge = np.minimum(averaged(averaged((count > count.min()).astype(np.float32))) * 2, 1)[
        ..., None
    ]
    calm = np.stack([averaged(averaged(out[..., c])) for c in range(3)], -1)
    return out + (calm - out) * edge


def _wandered(light: np.ndarray, flesh: np.ndarray, rows_in_all: int) -> np.ndarray:
    """Light under skin spreads before it leaves, red the farthest: soft, warm edges of shadow."""
    if not flesh.any():
        return light
    out = light.copy()
    reach = rows_in_all / 45  # pixels a centimetre, near enough
    for channel, parts in enumerate(
        (((0.5, 0.28), (0.15, 0.32)), ((0.16, 0.42),), ((0.09, 0.35),))
    ):
        for size, share in parts:
            weight = np.maximum(_blurred(flesh, size * reach), 1e-4)
            far = _blurred(light[..., channel] * flesh, size * reach) / weight
            out[..., channel] += (far - light[..., channel]) * share * flesh
    return out


def _blurred(x: np.ndarray, radius: float) -> np.ndarray:
    """Three boxes: near enough to a Gaussian of deviation `radius`."""
    width = max(1, round(radius))
    for axis in (0, 1):
        for _ in range(3):
            pad = [(0, 0), (0, 0)]
            pad[axis] = (width + 1, width)
            sums = np.cumsum(np.pad(x, pad, "edge"), axis, dtype=np.float64)
            n = x.shape[axis]
            upper, lower = np.arange(2 * width + 1, 2 * width + 1 + n), np.arange(n)
            x = ((sums.take(upper, axis) - sums.take(lower, axis)) / (2 * width + 1)).astype(
                np.float32
            )
    return x


def _smoothed(light, spread, normal, distance, strict: int, step: int):
    """One step of the filter: 5 x 5 neighbours, `step` apart."""
    rows, columns = distance.shape
    bright = light.mean(-1)
    noise = 1 / (4 * np.sqrt(averaged(spread)) + 2e-3)
    slack = 1 / (0.012 * distance * max(1, step / 2))
    weights = np.full(bright.shape, _KERNEL[0] ** 2)
    total, variance = light * weights[..., None], spread * weights**2
    for down, across in _NEIGHBOURS:
        y, x = down * step, across * step
        if abs(y) >= rows or abs(x) >= columns:
            continue
        a = (slice(max(0, -y), rows - max(0, y)), slice(max(0, -x), columns - max(0, x)))
        b = (slice(max(0, y), rows + min(0, y)), slice(max(0, x), columns + min(0, x)))
        alike = (normal[a] * normal[b]).sum(-1) + (distance[a] > 9e2)
        apart = np.abs(bright[a] - bright[b]) * noise[a]
        apart += np.abs(distance[a] - distance[b]) * slack[a]
        weight = _KERNEL[abs(down)] * _KERNEL[abs(across)] * np.exp(-apart)
        weight *= np.clip(alike, 0, 1) ** strict
        weights[a] += weight
        total[a] += light[b] * weight[..., None]
        variance[a] += spread[b] * weight**2
    return total / weights[..., None], variance / weights**2


_KERNEL = np.array([0.375, 0.25, 0.0625], np.float32)
_NEIGHBOURS = [(y, x) for y in range(-2, 3) for x in range(-2, 3) if (y, x) != (0, 0)]


def averaged(x: np.ndarray) -> np.ndarray:
    """Averaged over 3 x 3, the middle weighing most."""
    edged = np.pad(x, 1, "edge")
    tall = edged[:-2] + 2 * edged[1:-1] + edged[2:]
    return (tall[:, :-2] + 2 * tall[:, 1:-1] + tall[:, 2:]) / 16
