"""Subject and background: found by colour and place, replaced, blurred, tidied.

Nothing here knows what is in a picture. The backdrop is taken to be what goes on smoothly from the
left and right edges; the subject is what differs from it, the more readily near the centre.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from kontext_desktop.practice.pixels import (
    Floats,
    Random,
    blur,
    box,
    coordinates,
    luminance,
    mix,
    resize,
    smoothstep,
)

_SMALL = 192
"""Long side of the picture in which subject and backdrop are told apart."""

_SHADOWS = (0.5, 1.12)
"""How much darker or brighter than the backdrop may still be the backdrop."""

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scene:
    """Planes of 0..1 for what is subject and what is clutter (small things beside it); the backdrop
    as it would be without either (pixels); how much shadows darken it (a plane, 1 for none); and
    how plain it is, 1 for a studio wall, 0 for a street."""

    subject: Floats
    clutter: Floats
    backdrop: Floats
    shade: Floats
    plain: np.float32


def separate(pixels: Floats) -> Scene:
    height, width = pixels.shape[:2]
    scale = _SMALL / max(height, width)
    small = blur(resize(pixels, round(width * scale), round(height * scale)), 0.8)
    backdrop = _between_edges(small)
    y, x = coordinates(*small.shape[:2])
    centre = np.exp(-((x / 0.6) ** 2) - (np.where(y < 0.2, (y - 0.2) / 0.75, (y - 0.2) / 1.2)) ** 2)
    for _ in range(2):
        difference = _difference(small, backdrop, (0.85, 1.25))
        noise = _edge_noise(difference)
        backdrop = _fill(small, np.exp(-((difference / noise) ** 2)) * (1 - 0.9 * centre))
    difference = _difference(small, backdrop, _SHADOWS)
    noise = _edge_noise(difference)
    # The busier the backdrop, the less its colours say and the more the place has to.
    busy = np.clip((noise - 0.04) / 0.12, 0, 1)
    found = difference / noise + (0.5 + 3.5 * busy) * centre > 2.3 + 1.7 * busy
    subject, clutter = _sort(_without_holes(_closed(found)))

    def enlarge(plane: Floats) -> Floats:
        return resize(plane, width, height)

    full_backdrop = enlarge(backdrop)
    evidence = smoothstep(
        0.8, 2.4, _difference(pixels, full_backdrop, _SHADOWS) / np.float32(noise)
    )
    planes = [_with_edge(mask, evidence, enlarge) for mask in (subject, clutter)]
    open_ground = (1 - np.maximum(*planes)) + np.float32(0.02)
    ratio = np.clip(luminance(pixels) / (luminance(full_backdrop) + 0.02), 0.25, 1)
    shade = blur(ratio * open_ground, 5) / np.maximum(blur(open_ground, 5), 0.02)
    plain = np.float32(np.clip(1.6 - noise / 0.1, 0, 1))  # a busy backdrop's ratio is not shadow
    shade = 1 + (np.clip(shade, 0.25, 1) - 1) * plain
    return Scene(planes[0], planes[1], full_backdrop, np.asarray(shade, np.float32), plain)


def replace(pixels: Floats, scene: Scene, colour: Floats, amount: float, random: Random) -> Floats:
    """Put a studio backdrop of `colour` (3 values) behind everything: lit from the side the seed
    chooses, falling off towards the corners, with the shadows that were there and a soft one
    under the subject. `amount` 1 replaces it fully."""
    height, width = pixels.shape[:2]
    y, x = coordinates(height, width)
    light_x, light_y = random.uniform(-0.5, 0.5), random.uniform(-0.6, -0.1)
    distance = np.sqrt((x - light_x) ** 2 * 0.7 + (y - light_y) ** 2 * 0.8)
    light = 1.1 - 0.3 * smoothstep(0.1, 1.7, distance)
    floor = smoothstep(0.15, 0.55, np.broadcast_to(y, (height, width)))
    backdrop = colour * (light * (1 + 0.05 * floor))[..., None] + 0.02 * floor[..., None]
    standing = np.maximum(scene.subject, scene.clutter * scene.plain)
    reach = max(height, width) // 28
    cast = np.zeros_like(standing)
    cast[reach:] = blur(standing, reach)[:-reach]
    behind = backdrop * (scene.shade * (1 - 0.28 * cast * (0.3 + 0.7 * floor)))[..., None]
    old = scene.backdrop * scene.shade[..., None]
    # Along the edge a pixel holds some of the old backdrop: take that out before the new goes in.
    alpha = np.maximum(standing, np.float32(0.3))[..., None]
    front = np.clip((pixels - (1 - alpha) * old) / alpha, 0, 1)
    cover = 1 - (1 - standing) * np.float32(min(1.0, 0.35 + 0.65 * amount))
    kept = mix(pixels, front, 1 - cover)
    return mix(np.asarray(behind, np.float32), kept, cover)


def defocus(pixels: Floats, scene: Scene, amount: float) -> Floats:
    """Blur the background; the subject's colours do not run into it."""
    ground = 1 - np.maximum(scene.subject - np.float32(0.02), 0)
    radius = max(pixels.shape[:2]) * 0.011 * amount
    near = np.maximum(blur(ground, radius), np.float32(0.02))
    soft = blur(pixels * ground[..., None], radius) / near[..., None]
    return mix(np.asarray(soft, np.float32), pixels, scene.subject)


def tidy(pixels: Floats, scene: Scene, amount: float) -> Floats:
    """Paint the backdrop over small things beside the subject, and calm what is behind it."""
    ground = (1 - scene.subject) * np.float32(min(1.0, amount))
    gone = np.asarray(np.clip(blur(scene.clutter, 9) * 8, 0, 1) * ground, np.float32)
    plain = scene.backdrop * mix(blur(scene.shade, 12), np.float32(1), gone)[..., None]
    calmed = mix(pixels, plain, ground * np.float32(0.5))
    return mix(calmed, plain, gone)


def _between_edges(small: Floats) -> Floats:
    """The backdrop as a blend of the left and right edges, row by row."""
    band = max(2, small.shape[1] // 16)
    left, right = (np.median(part, axis=1) for part in (small[:, :band], small[:, -band:]))
    x = np.linspace(0, 1, small.shape[1], dtype=np.float32)[None, :, None]
    return np.asarray(left[:, None] * (1 - x) + right[:, None] * x, np.float32)


def _difference(pixels: Floats, backdrop: Floats, light: tuple[float, float]) -> Floats:
    """How unlike the backdrop each pixel is; being darker or brighter within `light` (factors), as
    in its shadows and pools of light, counts for nothing."""
    likeness = np.einsum("yxc,yxc->yx", pixels, backdrop)
    own = np.einsum("yxc,yxc->yx", backdrop, backdrop) + np.float32(1e-3)
    shadow = np.clip(likeness / own, *light)[..., None]
    return np.asarray(np.sqrt(((pixels - shadow * backdrop) ** 2).sum(axis=2)), np.float32)


def _edge_noise(difference: Floats) -> float:
    """How far the edge of the picture itself strays from the backdrop: what counts as no
    difference."""
    band = max(2, difference.shape[1] // 16)
    edges = np.hstack([difference[:, :band], difference[:, -band:]])
    return 0.03 + 1.2 * float(np.quantile(edges, 0.75))


def _fill(small: Floats, weight: Floats) -> Floats:
    """Carry on the backdrop from where `weight` says it is seen: from afar, then better and better
    where it is seen nearby."""

    def spread(plane: Floats, radius: int) -> Floats:
        return box(box(box(plane, radius), radius), radius)

    known = small * weight[..., None]
    filled = np.broadcast_to(known.sum((0, 1)) / weight.sum(), small.shape)
    for radius in (48, 20, 8, 3):
        seen = spread(weight, radius)[..., None]
        sums = np.stack([spread(known[..., channel], radius) for channel in range(3)], -1)
        filled = (sums + 0.03 * filled) / (seen + 0.03)
    return np.asarray(filled, np.float32)


def _filtered(mask: _Mask, *filters: ImageFilter.RankFilter | ImageFilter.MinFilter) -> _Mask:
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    for one in filters:
        image = image.filter(one)
    return np.asarray(image) > 127


def _closed(mask: _Mask) -> _Mask:
    """Without specks, and with narrow gaps filled."""
    median, grow, shrink = (
        ImageFilter.MedianFilter(3),
        ImageFilter.MaxFilter(5),
        ImageFilter.MinFilter(5),
    )
    return _filtered(mask, median, grow, shrink)


def _without_holes(mask: _Mask) -> _Mask:
    """What cannot be reached from the left, right or top edge through background is inside."""
    outside = np.zeros_like(mask)
    outside[0], outside[:, 0], outside[:, -1] = True, True, True
    outside &= ~mask
    while True:
        grown = _filtered(outside, ImageFilter.MaxFilter(3)) & ~mask
        if (grown == outside).all():
            return ~outside
        outside = grown


def _sort(mask: _Mask) -> tuple[_Mask, _Mask]:
    """The connected parts of a mask: the large ones, and those under a tenth of the largest."""
    names = np.where(mask, np.arange(1, mask.size + 1, dtype=np.int32).reshape(mask.shape), 0)
    while True:
        grown = names.copy()
        for axis in (0, 1):
            for step in (1, -1):
                shifted = np.roll(grown, step, axis)
                edge = [slice(None), slice(None)]
                edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
                shifted[tuple(edge)] = 0
                grown = np.where(mask, np.maximum(grown, shifted), 0)
        if (grown == names).all():
            break
        names = grown
    sizes = np.bincount(names.ravel(), minlength=mask.size + 1)
    sizes[0] = 0
    large = (sizes >= max(1, sizes.max() // 10))[names] & mask
    return large, mask & ~large


def _with_edge(mask: _Mask, evidence: Floats, enlarge: Callable[[Floats], Floats]) -> Floats:
    """A mask at full size: certain inside and outside, along the edge as the pixels themselves
    say."""
    core = _filtered(mask, ImageFilter.MinFilter(5))
    near = _filtered(mask, ImageFilter.MaxFilter(5))
    inside, around = (
        smoothstep(0.2, 0.8, enlarge(plane.astype(np.float32))) for plane in (core, near)
    )
    return np.asarray(np.maximum(inside, evidence * around), np.float32)
