"""Baked textures and noise for the sample pictures. Filtered noise repeats at its edges."""

from __future__ import annotations

import numpy as np


def noise(
    shape: tuple[int, int], size: tuple[float, float], seed, power: float = 2.0
) -> np.ndarray:
    """Smooth noise, zero mean and unit spread, float32; `size`: rows and columns of a typical
    feature. `power` 2 is Gaussian; lower leaves finer detail in it."""
    rng = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(shape[0])[:, None] * size[0], np.fft.rfftfreq(shape[1])[None] * size[1]
    gain = np.exp(-2 * (fx**2 + fy**2) ** (power / 2))
    gain[0, 0] = 0
    out = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * gain, shape)
    return (out / out.std()).astype(np.float32)


def cloudy(shape: tuple[int, int], size: float, seed, octaves: int = 5) -> np.ndarray:
    """Noise on many scales, each half as large and half as strong."""
    out = sum(noise(shape, (size / 2**k, size / 2**k), [seed, k]) * 0.5**k for k in range(octaves))
    return (out / out.std()).astype(np.float32)


def lookup(texture: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The texels at u (columns) and v (rows), wrapped. Nearest: many rays a pixel smooth it."""
    rows, columns = texture.shape[:2]
    return texture[v.astype(np.int64) % rows, u.astype(np.int64) % columns]


def slopes(height: np.ndarray) -> np.ndarray:
    """The slopes of a height map along columns and rows, (rows, columns, 2)."""
    return np.stack(
        [
            np.roll(height, -1, 1) - np.roll(height, 1, 1),
            np.roll(height, -1, 0) - np.roll(height, 1, 0),
        ],
        -1,
    ).astype(np.float32)


def mix(a, b, amount: np.ndarray) -> np.ndarray:
    """Colours (3,) blended by amount (...,) to (..., 3)."""
    amount = np.clip(amount, 0, 1)[..., None]
    return np.asarray(a, np.float32) * (1 - amount) + np.asarray(b, np.float32) * amount


def ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rises smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
