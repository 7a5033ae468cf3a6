"""A small path tracer in numpy: area lights, one bounce, a lens.

Every random number comes from a generator that is passed in, so that a picture is the same each
time it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from shapes import FAR, Rays, Surface, column, dot, unit


@dataclass
class Light:
    """A rectangle that shines to one side: `corner`, two edges, radiance (3,)."""

    corner: np.ndarray
    across: np.ndarray
    down: np.ndarray
    colour: np.ndarray

    def __post_init__(self) -> None:
        self.corner, self.across, self.down, self.colour = (
            column(*v) for v in (self.corner, self.across, self.down, self.colour)
        )
        cross = np.cross(self.across[:, 0], self.down[:, 0])[:, None].astype(np.float32)
        self.area = float(np.sqrt((cross**2).sum()))
        self.facing = cross / np.float32(self.area)

    def at(self, u: np.ndarray, v: np.ndarray) -> Rays:
        return self.corner + u * self.across + v * self.down

    def seen(self, start: Rays, way: Rays, before: np.ndarray) -> np.ndarray:
        """What of the light a ray that meets nothing up to `before` sees: 1 or 0, soft at edges."""
        slope = dot(self.facing, way)
        slope = np.where(slope > -1e-6, np.float32(-1e-6), slope)
        t = dot(self.facing, self.corner - start) / slope
        p = start + t * way - self.corner
        u = dot(p, self.across) / dot(self.across, self.across)
        v = dot(p, self.down) / dot(self.down, self.down)
        edge = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
        return np.where((t > 0) & (t < before), np.clip(edge * 12, 0, 1), 0)


@dataclass
class Scene:
    things: list
    lights: list[Light]
    sky: Callable[[Rays], np.ndarray]
    """What is seen where nothing is, by direction."""
    clusters: Sequence[range] = ()
    """Things that stand close together, so that most rays can pass them by in one go."""

    def __post_init__(self) -> None:
        self.flats = [i for i, thing in enumerate(self.things) if thing.reach is None]
        grouped = {index for cluster in self.clusters for index in cluster}
        alone = set(range(len(self.things))) - grouped - set(self.flats)
        self.groups = []
        for members in [*map(list, self.clusters), *([index] for index in sorted(alone))]:
            parts = [self.things[index] for index in members]
            centre = np.mean([part.centre for part in parts], 0, dtype=np.float32)
            reach = max(float(np.linalg.norm(p.centre - centre)) + p.reach for p in parts)
            self.groups.append((centre, reach, members))


def nearest(scene: Scene, start: Rays, way: Rays) -> tuple[np.ndarray, np.ndarray]:
    """For each ray the distance to what it meets first, and which thing that is (-1: nothing)."""
    best = np.full(start.shape[1], FAR)
    which = np.full(start.shape[1], -1)
    for centre, reach, members in scene.groups:
        at = _towards(centre, reach, start, way)
        if not at.size:
            continue
        o, d = start[:, at], way[:, at]
        for index in members:
            thing = scene.things[index]
            mine = slice(None) if len(members) == 1 else _towards(thing.centre, thing.reach, o, d)
            rays = at[mine]
            if rays.size:
                t = thing.meet(o[:, mine], d[:, mine])
                closer = t < best[rays]
                best[rays[closer]], which[rays[closer]] = t[closer], index
    for index in scene.flats:
        t = scene.things[index].meet(start, way)
        closer = t < best
        best[closer], which[closer] = t[closer], index
    return best, which


def _towards(centre: Rays, reach: float, start: Rays, way: Rays) -> np.ndarray:
    """Which rays come within `reach` of `centre`."""
    offset = start - centre
    b = dot(offset, way)
    rim = b * b - dot(offset, offset) + np.float32(reach * reach)
    return np.flatnonzero((rim > 0) & ((b < 0) | (b * b < rim)))


def surfaces(scene: Scene, which: np.ndarray, points: Rays, way: Rays) -> Surface:
    """The surfaces met, gathered from the things' own looks."""
    n = which.size
    out = Surface(np.zeros((3, n), np.float32), np.zeros((3, n), np.float32))
    out.shine, out.rough = np.zeros((3, n), np.float32), np.zeros(n, np.float32)
    out.glow, out.flesh = np.zeros((3, n), np.float32), np.zeros(n, np.float32)
    for index in np.unique(which[which >= 0]):
        at = np.flatnonzero(which == index)
        thing = scene.things[index]
        p = points[:, at]
        normal = thing.normal(p)
        normal = np.where(dot(normal, way[:, at]) > 0, -normal, normal)
        met = thing.look(p, normal)
        out.normal[:, at], out.albedo[:, at] = met.normal, met.albedo
        out.shine[:, at], out.rough[at], out.flesh[at] = met.shine, met.rough, met.flesh
        if met.glow is not None:
            out.glow[:, at] = met.glow
    return out


def lit(
    scene: Scene, points: Rays, normal: Rays, strata: np.ndarray, back: Rays, rough: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Light that comes straight from the lamps, as a white surface would send it on in all
    directions and as a rough mirror would send it `back`; each (3, n). `strata` (lamps, 2, n)
    chooses a point on each lamp."""
    soft, hard = np.zeros_like(points), np.zeros_like(points)
    start = points + normal * np.float32(2e-2)
    power = 8 / np.maximum(rough, 0.05) ** 2
    for light, (u, v) in zip(scene.lights, strata, strict=True):
        to = light.at(u, v) - start
        square = dot(to, to)
        distance = np.sqrt(square)
        way = to / distance
        facing = np.maximum(dot(normal, way), 0)
        shining = np.maximum(-dot(light.facing, way), 0)
        weight = facing * shining * np.float32(light.area / np.pi) / square
        ask = np.flatnonzero(weight > 1e-6)
        if not ask.size:
            continue
        t, _ = nearest(scene, start[:, ask], way[:, ask])
        free = ask[t > distance[ask] - 0.05]
        sent = light.colour * weight[free]
        soft[:, free] += sent
        half = np.maximum(dot(unit(way[:, free] + back[:, free]), normal[:, free]), 0)
        hard[:, free] += sent * ((power[free] + 8) / 8 * half ** power[free])
    return soft, hard


def scattered(normal: Rays, rng) -> Rays:
    """Directions spread by the cosine about the normal."""
    n = normal.shape[1]
    turn = rng.random(n, np.float32) * np.float32(2 * np.pi)
    high = rng.random(n, np.float32) * 2 - 1
    side = np.sqrt(np.maximum(1 - high * high, 0))
    return unit(
        normal * np.float32(1.0001) + np.stack([side * np.cos(turn), high, side * np.sin(turn)])
    )


ROUGH = 0.18
"""From here on a surface counts as a rough mirror."""

LAYERS = 18
"""What is kept of each pixel: diffuse light times albedo (3), albedo (3), everything else
(reflections, glow, sky; 3), normal (3), distance, its square, the squares of the brightness of
diffuse light and of everything else, number of rays, flesh."""


def seen(
    scene: Scene, start: Rays, way: Rays, straight: Rays, rng, strata: np.ndarray
) -> np.ndarray:
    """What each ray sees, (LAYERS, n): light of the lamps, reflections, one bounce."""
    t, which = nearest(scene, start, way)
    out = np.zeros((LAYERS, t.size), np.float32)
    # The sky is painted as the lens blurs it, so it is seen from the middle of the lens.
    out[6:9] = scene.sky(straight) * (which < 0)
    out[12] = np.minimum(t, 1e3)
    out[13], out[16] = out[12] ** 2, 1
    hit = np.flatnonzero(which >= 0)
    if not hit.size:
        return out
    way, points = way[:, hit], start[:, hit] + t[hit] * way[:, hit]
    met = surfaces(scene, which[hit], points, way)
    facing = np.clip(-dot(met.normal, way), 0, 1)
    veil = (1 - facing) ** 5 * (met.shine > 0) * (1 - np.minimum(met.rough, 1)) ** 2
    mirror = met.shine + (1 - met.shine) * veil
    # One more ray each: along the reflection, as often as the surface mirrors, else scattered.
    chance = np.clip(mirror.mean(0), 0.15, 0.9) * (mirror.max(0) > 0)
    reflects = rng.random(hit.size, np.float32) < chance
    onward = scattered(met.normal, rng)
    straight = way + 2 * facing * met.normal
    onward = np.where(reflects, unit(straight + met.rough * (onward - met.normal)), onward)
    begin = points + met.normal * np.float32(2e-2)
    # A rare bright ray on a rough surface is noise; on a smooth one it is a highlight.
    cap = 6 * (1 - 0.9 * np.minimum(met.rough, 1))
    # Rough mirrors would meet a lamp seldom, and glitter: `lit` says what they show of it.
    smooth = met.rough < ROUGH
    beyond = np.minimum(_beyond(scene, begin, onward, reflects & smooth, rng), cap)
    passes = 1 - mirror
    soft, hard = lit(scene, points, met.normal, strata[:, :, hit], -way, met.rough)
    soft = soft * passes + np.where(reflects, 0, beyond * passes / (1 - chance))
    hard = hard * mirror * ~smooth + met.glow
    hard += np.where(reflects, beyond * mirror / np.maximum(chance, 1e-3), 0)
    out[0:3, hit], out[3:6, hit] = soft * met.albedo, met.albedo
    out[6:9, hit], out[9:12, hit] = hard, met.normal
    out[17, hit] = met.flesh
    out[14, hit], out[15, hit] = soft.mean(0) ** 2, hard.mean(0) ** 2
    return out


def _beyond(scene: Scene, start: Rays, way: Rays, reflects: np.ndarray, rng) -> np.ndarray:
    """What the second ray of each path brings."""
    t, which = nearest(scene, start, way)
    light = scene.sky(way) * (which < 0)
    for lamp in scene.lights:
        # Scattered rays that meet a lamp were counted by `lit` already.
        light += reflects * lamp.seen(start, way, t) * lamp.colour
    hit = np.flatnonzero(which >= 0)
    if hit.size:
        points = start[:, hit] + t[hit] * way[:, hit]
        met = surfaces(scene, which[hit], points, way[:, hit])
        strata = rng.random((len(scene.lights), 2, hit.size), np.float32)
        soft, _ = lit(scene, points, met.normal, strata, -way[:, hit], met.rough)
        light[:, hit] = met.glow + (soft + 0.02) * met.albedo
    return light


@dataclass
class Camera:
    """A lens at `eye`, `height` the vertical field of view in radians, `aperture` its radius."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    height: float
    aperture: float
    focus: float

    def rays(
        self, x: np.ndarray, y: np.ndarray, ratio: float, lens: np.ndarray
    ) -> tuple[Rays, Rays, Rays]:
        """Rays for places on the picture, x and y from -1 to 1 (y up), through points of the lens
        (in the unit disc); and the directions without a lens."""
        eye = column(*self.eye)
        forward = unit(column(*self.target) - eye)
        right = unit(np.cross(forward[:, 0], [0, 1, 0])[:, None].astype(np.float32))
        up = np.cross(right[:, 0], forward[:, 0])[:, None].astype(np.float32)
        half = np.float32(np.tan(self.height / 2))
        way = forward + right * (x * half * np.float32(ratio)) + up * (y * half)
        aim = eye + way * np.float32(self.focus)
        start = eye + (right * lens[0] + up * lens[1]) * np.float32(self.aperture)
        return start, unit(aim - start), unit(way)


def render_rows(
    scene: Scene, camera: Camera, width: int, height: int, rows: range, samples: int, seed: int
) -> np.ndarray:
    """Rows of a picture, float32 (rows, width, LAYERS)."""
    rng = np.random.default_rng([seed, rows.start])
    n = len(rows) * width
    column_, row = np.meshgrid(np.arange(width), np.array(rows))
    column_, row = column_.ravel().astype(np.float32), row.ravel().astype(np.float32)
    shift = rng.random((4 + 2 * len(scene.lights), n), np.float32)
    total = np.zeros((LAYERS, n), np.float32)

    def add(sample: int, at: np.ndarray) -> None:
        # A Kronecker sequence, shifted for each pixel: even cover of pixel, lens and lamps.
        steps = (_GOLDEN[: len(shift), None] * (sample + 1)).astype(np.float32)
        jitter = (shift[:, at] + steps) % 1
        # A tent over two pixels: a little softer than a box, as lenses and sensors are.
        inside = [np.where(j < 0.5, np.sqrt(2 * j) - 1, 1 - np.sqrt(2 - 2 * j)) for j in jitter[:2]]
        x = (column_[at] + 0.5 + inside[0]) / width * 2 - 1
        y = 1 - (row[at] + 0.5 + inside[1]) / height * 2
        radius, turn = np.sqrt(jitter[2]), jitter[3] * np.float32(2 * np.pi)
        lens = np.stack([radius * np.cos(turn), radius * np.sin(turn)])
        start, way, straight = camera.rays(x, y, width / height, lens)
        strata = jitter[4:].reshape(len(scene.lights), 2, at.size)
        total[:, at] += seen(scene, start, way, straight, rng, strata)

    for sample in range(samples):
        add(sample, np.arange(n))
    # Edges, blurred ones above all, are the noisiest part: four times the rays where a pixel sees
    # near and far, or faces that look different ways.
    distance, square = total[12] / samples, total[13] / samples
    uneven = dot(total[9:12], total[9:12]) < (0.93 * samples) ** 2
    uneven = (uneven & (distance < 9e2)) | (square - distance**2 > (0.003 * distance) ** 2)
    edges = np.flatnonzero(uneven)
    for sample in range(samples, 5 * samples if edges.size else samples):
        add(sample, edges)
    count = total[16].copy()
    total /= count
    total[16] = count
    return total.T.reshape(len(rows), width, LAYERS)


def _golden(count: int) -> np.ndarray:
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (count + 1))
    return (1 / root) ** np.arange(1, count + 1) % 1


_GOLDEN = _golden(10)
