"""Rays, surfaces and shapes for the sample pictures.

Rays are arrays of shape (3, n), float32, centimetres; y points up. A shape knows where rays meet it
(`meet`: distances, FAR for a miss), its `normal`, its `look`, and a ball around it (`centre`,
`reach`; None: it has no end).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Rays = np.ndarray  # (3, n)
FAR = np.float32(1e9)


def dot(a: Rays, b: Rays) -> np.ndarray:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a: Rays) -> Rays:
    return a / np.sqrt(np.maximum(dot(a, a), 1e-20))


def column(*values: float) -> Rays:
    return np.array(values, np.float32)[:, None]


@dataclass
class Surface:
    """What light meets at n points: `albedo` (3, n); `shine` is the reflectance straight on, (n,)
    or (3, n) for metals; `rough` spreads reflections (0: mirror)."""

    normal: Rays
    albedo: np.ndarray
    shine: np.ndarray | float = 0.0
    rough: np.ndarray | float = 0.3
    glow: np.ndarray | None = None
    flesh: np.ndarray | float = 0.0
    """1 where light wanders under the surface before it leaves."""


Look = Callable[[Rays, Rays], Surface]
"""From points and geometric normals to the surface there."""


class Ball:
    """An ellipsoid: `axes` holds its three half axes as rows."""

    def __init__(self, centre: Sequence[float], axes: np.ndarray | float, look: Look) -> None:
        self.centre = column(*centre)
        rows = np.eye(3) * axes if np.isscalar(axes) else np.asarray(axes, float)
        self.to_unit = (rows / (rows**2).sum(1, keepdims=True)).astype(np.float32)
        self.reach = float(np.sqrt((rows**2).sum(1)).max())
        self.look = look

    def meet(self, start: Rays, way: Rays) -> np.ndarray:
        o, d = self.to_unit @ (start - self.centre), self.to_unit @ way
        a, b, c = dot(d, d), dot(o, d), dot(o, o) - 1
        inside = b * b - a * c
        t = (-b - np.sqrt(np.maximum(inside, 0))) / a
        return np.where((inside > 0) & (t > 1e-3), t, FAR)

    def normal(self, points: Rays) -> Rays:
        return unit(self.to_unit.T @ (self.to_unit @ (points - self.centre)))


class Turned:
    """Something from a potter's wheel: an outer profile, and an inner one where it is hollow.

    `outer` and `inner` are (height, radius) pairs, joined smoothly; marched, not solved.
    """

    def __init__(self, x: float, z: float, outer, look: Look, inner=None) -> None:
        self.outer = _Profile(outer)
        self.inner = None if inner is None else _Profile(inner)
        self.low, self.high = outer[0][0], outer[-1][0]
        self.radius = float(self.outer.table.max())
        steep = np.quantile(np.abs(np.diff(self.outer.table)) / (self.outer.span / 8191), 0.93)
        self.pace = np.float32(0.97 / np.hypot(1, min(steep, 1.6)))
        middle = (self.low + self.high) / 2
        self.centre = column(x, middle, z)
        self.reach = float(np.hypot(self.radius, self.high - middle))
        self.look = look

    def depth(self, p: Rays) -> np.ndarray:
        """How far outside a point is, roughly; negative inside."""
        rho = np.hypot(p[0] - self.centre[0], p[2] - self.centre[2])
        away = rho - self.outer(p[1])
        if self.inner is not None:
            away = np.maximum(away, self.inner(p[1]) - rho)
        return np.maximum(away, np.maximum(self.low - p[1], p[1] - self.high))

    def meet(self, start: Rays, way: Rays) -> np.ndarray:
        # Only between where the ray enters and leaves the cylinder around it.
        x, z = start[0] - self.centre[0], start[2] - self.centre[2]
        a = np.maximum(way[0] ** 2 + way[2] ** 2, 1e-9)
        b = (x * way[0] + z * way[2]) / a
        inside = b * b - (x * x + z * z - self.radius**2) / a
        spread = np.sqrt(np.maximum(inside, 0))
        rise = np.where(np.abs(way[1]) < 1e-6, np.float32(1e-6), way[1])
        floor, top = (self.low - start[1]) / rise, (self.high - start[1]) / rise
        t = np.maximum(np.maximum(-b - spread, np.minimum(floor, top)), 1e-3)
        end = np.minimum(-b + spread, np.maximum(floor, top)) + 1e-2
        out = np.full(t.shape, FAR)
        live = np.flatnonzero((inside > 0) & (t < end))
        for _ in range(90):
            away = self.depth(start[:, live] + t[live] * way[:, live])
            met = away < 2e-3
            # A ray that leaves the very surface it starts on must first get away from it.
            met &= t[live] > 2e-2
            out[live[met]] = t[live[met]]
            t[live] += np.maximum(np.abs(away) * self.pace, 4e-3)
            live = live[~met & (t[live] < end[live])]
            if not live.size:
                return out
        out[live] = t[live]  # skims the surface: near enough
        return out

    def normal(self, points: Rays) -> Rays:
        e = np.float32(4e-3)
        steps = np.eye(3, dtype=np.float32) * e
        return unit(
            np.stack(
                [self.depth(points + s[:, None]) - self.depth(points - s[:, None]) for s in steps]
            )
        )


class _Profile:
    def __init__(self, pairs) -> None:
        heights, radii = np.array(pairs, float).T
        self.low, self.span = heights[0], heights[-1] - heights[0]
        fine = np.linspace(0, 1, 8192)
        self.table = _smooth_curve(heights, radii, self.low + fine * self.span).astype(np.float32)

    def __call__(self, y: np.ndarray) -> np.ndarray:
        return self.table[(np.clip((y - self.low) / self.span, 0, 1) * 8191).astype(np.int32)]


def _smooth_curve(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Monotone cubic through the points (Fritsch and Carlson): no bulges nobody asked for."""
    h, delta = np.diff(x), np.diff(y) / np.diff(x)
    slope = np.concatenate([[delta[0]], (delta[:-1] + delta[1:]) / 2, [delta[-1]]])
    slope[1:-1][delta[:-1] * delta[1:] <= 0] = 0
    for i, steep in enumerate(delta):
        limit = 3 * abs(steep)
        slope[i : i + 2] = np.clip(slope[i : i + 2], -limit, limit)
    k = np.clip(np.searchsorted(x, at) - 1, 0, len(h) - 1)
    t = (at - x[k]) / h[k]
    return (
        y[k] * (1 + 2 * t) * (1 - t) ** 2
        + slope[k] * h[k] * t * (1 - t) ** 2
        + y[k + 1] * t**2 * (3 - 2 * t)
        + slope[k + 1] * h[k] * t**2 * (t - 1)
    )


class Flat:
    """A plane through `point`, cut to `keep(points) -> bool` where that is given."""

    reach = None

    def __init__(self, point: Sequence[float], normal: Sequence[float], look: Look, keep=None):
        self.point, self.facing = column(*point), unit(column(*normal))
        self.look, self.keep = look, keep

    def meet(self, start: Rays, way: Rays) -> np.ndarray:
        slope = dot(self.facing, way)
        slope = np.where(np.abs(slope) < 1e-7, np.float32(1e-7), slope)
        t = dot(self.facing, self.point - start) / slope
        good = t > 1e-3
        if self.keep is not None:
            good &= self.keep(start + t * way)
        return np.where(good, t, FAR)

    def normal(self, points: Rays) -> Rays:
        return np.repeat(self.facing, points.shape[1], 1)


class Carved:
    """A shape given by a distance function in its own, turned coordinates; marched."""

    def __init__(self, origin, turn: np.ndarray, middle, reach: float, depth, look) -> None:
        """`middle` and `reach`: a ball around the shape, in its own coordinates."""
        self.turn = turn.astype(np.float32)
        self.origin, self.middle = column(*origin), column(*middle)
        self.centre, self.reach = self.origin + self.turn @ self.middle, reach
        self.shape, self.paint = depth, look

    def local(self, points):
        return self.turn.T @ (points - self.origin)

    def meet(self, start, way):
        o, d = self.local(start), self.turn.T @ way
        from_middle = o - self.middle
        b = dot(from_middle, d)
        spread = np.sqrt(np.maximum(b * b - dot(from_middle, from_middle) + self.reach**2, 0))
        t, end = np.maximum(-b - spread, 1e-3), -b + spread
        out = np.full(t.shape, FAR)
        live = np.arange(t.size)
        for _ in range(70):
            away = self.shape(o[:, live] + t[live] * d[:, live])
            met = (away < 4e-3) & (t[live] > 2e-2)
            out[live[met]] = t[live[met]]
            t[live] += np.maximum(np.abs(away) * 0.85, 8e-3)
            live = live[~met & (t[live] < end[live])]
            if not live.size:
                return out
        out[live] = t[live]  # skims the surface: near enough
        return out

    def normal(self, points):
        p, e = self.local(points), np.float32(1e-2)
        steps = np.eye(3, dtype=np.float32) * e
        away = [self.shape(p + s[:, None]) - self.shape(p - s[:, None]) for s in steps]
        return unit(self.turn @ np.stack(away))

    def look(self, points, normal):
        met = self.paint(self.local(points), self.turn.T @ normal)
        met.normal = self.turn @ met.normal
        return met
