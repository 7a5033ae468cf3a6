"""A head-and-shoulders bust in soft light before blurred lamps: sculpted, not a likeness."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from shapes import Ball, Carved, Surface, column, dot, unit
from textures import cloudy, lookup, mix, noise, ramp, slopes
from tracing import Camera, Light, Scene

HEAD = (0.0, 3.5, 0.0)
YAW, NOD, TILT = -0.50, 0.10, 0.06


def camera() -> Camera:
    return Camera((0.0, 2.0, 150.0), (0.6, -4.4, 0.0), 0.318, 1.9, 142.5)


def scene() -> Scene:
    things = [
        Carved(HEAD, _pose(), (0, -3.0, 0.5), 15.5, _head, _skin()),
        Carved(HEAD, _pose(), (0, 3.2, -4.6), 12.6, _hair_shape(), _hair()),
        Carved((0.0, -20.6, -3.0), np.eye(3), (0, -4.0, 0), 24.0, _jumper, _knit()),
        *_locks(),
    ]
    key = Light((-95, 78, 40), (28, 0, 52), (12, -58, 2), (11.8, 11.0, 9.9))
    rim = Light((82, 60, -70), (-24, 0, -44), (6, -64, 4), (3.0, 2.0, 1.25))
    return Scene(things, [key, rim], _lamps())


def _pose() -> np.ndarray:
    def about(axis, angle):
        c, s = np.cos(angle), np.sin(angle)
        i, j = [k for k in range(3) if k != axis]
        out = np.eye(3)
        out[i, i], out[i, j], out[j, i], out[j, j] = c, -s, s, c
        return out

    return about(1, -YAW) @ about(0, NOD) @ about(2, TILT)


# Distance functions -------------------------------------------------------------------------


def _oval(p, centre, radii):
    q = p - column(*centre)
    r = column(*radii)
    k0, k1 = np.sqrt(dot(q / r, q / r)), np.sqrt(dot(q / (r * r), q / (r * r)))
    return k0 * (k0 - 1) / np.maximum(k1, 1e-6)


def _rod(p, a, b, ra, rb):
    a, b = column(*a), column(*b)
    ab = b - a
    t = np.clip(dot(p - a, ab) / dot(ab, ab), 0, 1)
    q = p - a - ab * t
    return np.sqrt(dot(q, q)) - (ra + (rb - ra) * t)


def _join(a, b, k):
    h = np.maximum(k - np.abs(a - b), 0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def _carve(a, b, k):
    return -_join(-a, b, k)


def _head(p):
    """Features are only looked at near the face: what is far is far from all of them."""
    q = np.stack([np.abs(p[0]), p[1], p[2]])  # both sides alike
    d = _join(
        _oval(q, (0, 3.4, -1.6), (7.35, 8.5, 9.2)), _oval(q, (0, -1.9, 1.8), (6.1, 8.0, 6.9)), 2.6
    )
    collar = _pose().T @ (np.array([0, -15.0, -3.4]) - HEAD)
    d = _join(d, _rod(p, (0, -6.0, -2.6), collar, 4.3, 4.9), 2.4)
    near = np.flatnonzero(d < 2.4)
    out = d - np.float32(1.9)
    if near.size:
        out[near] = _features(q[:, near], d[near])
    return out


def _features(q, d):
    d = _join(d, _rod(q, (4.8, -4.3, -0.6), (1.2, -8.5, 5.7), 1.6, 1.3), 2.8)  # jaw
    d = _join(d, _oval(q, (0, -8.85, 6.6), (1.4, 1.2, 1.35)), 1.8)  # chin
    d = _join(d, _oval(q, (4.0, -1.9, 5.0), (2.3, 1.8, 2.2)), 2.4)  # cheek
    d = _join(d, _oval(q, (2.4, 2.25, 6.85), (2.2, 0.7, 1.0)), 1.6)  # brow
    d = _join(d, _oval(q, (0, -5.8, 6.5), (2.6, 1.9, 1.8)), 1.5)
    d = _carve(d, _oval(q, (3.05, 0.35, 9.3), (1.75, 1.15, 2.1)), 1.6)  # socket and lid
    d = _join(d, _oval(q, (3.1, -0.1, 6.2), (1.66, 1.25, 1.45)), 0.40)
    d = _join(d, _rod(q, (0, 1.6, 7.35), (0, -2.5, 9.05), 0.58, 0.68), 1.25)  # nose
    d = _join(d, _oval(q, (0, -2.8, 9.20), (0.86, 0.74, 0.88)), 0.8)
    d = _join(d, _oval(q, (1.02, -3.15, 8.35), (0.60, 0.56, 0.85)), 0.5)
    d = _carve(d, _oval(q, (0.48, -3.70, 8.70), (0.30, 0.26, 0.50)), 0.25)
    d = _carve(d, _rod(q, (0, -3.9, 8.75), (0, -4.85, 8.80), 0.16, 0.22), 0.5)
    d = _join(d, _lips(q), 0.35)
    ear = _oval(q, (7.30, -0.7, -1.6), (0.72, 2.9, 1.8))
    ear = _carve(ear, _oval(q, (8.05, -0.4, -1.2), (0.55, 1.9, 1.05)), 0.5)
    return _join(d, ear, 0.6)


def _lips(q):
    part = _oval(q, (0.70, -5.42, 8.22), (1.15, 0.36, 0.48))
    part = _join(part, _oval(q, (1.50, -5.76, 7.80), (0.80, 0.27, 0.52)), 0.4)
    upper = _join(part, _oval(q, (0, -5.50, 8.36), (0.5, 0.34, 0.5)), 0.3)
    lower = _oval(q, (0, -6.38, 8.12), (1.48, 0.58, 0.60))
    return np.minimum(upper, lower)


def _flow(p):
    """Along and around for hair combed back to the knot: distance from it, angle about it."""
    axis = unit(column(0, 5.0, -11.0))[:, 0]
    side = np.array([1.0, 0, 0])
    up = np.cross(axis, side)
    q = p - column(0, 3.0, -2.0)
    along = q[0] * axis[0] + q[1] * axis[1] + q[2] * axis[2]
    a = q[0]
    b = q[0] * up[0] + q[1] * up[1] + q[2] * up[2]
    return along, np.arctan2(a, b), np.hypot(a, b)


def _hair_shape():
    clumps = noise((1024, 256), (16, 60), 101)

    def depth(p):
        q = np.stack([np.abs(p[0]), p[1], p[2]])
        along, around, _ = _flow(p)
        groove = lookup(clumps, along * 6 + 200, around * (1024 / 2 / np.pi) + 512)
        cap = _oval(q, (0, 3.5, -1.9), (8.15, 9.2, 9.7)) + 0.05 * groove
        line = 0.50 * q[1] - 0.86 * q[2] + 0.10 * q[0] + 2.95 + 0.08 * groove
        line = np.minimum(line, q[1] + 7.2 - 0.30 * q[2])
        cap = -_join(-cap, line, 0.9)
        r = p - column(0, 7.6, -11.2)
        swirl = np.arctan2(r[1], r[0])
        coil = 0.22 * np.sin(2.0 * swirl + 5.0 * np.hypot(r[0], r[1]) * 0.5)
        knot = _oval(p, (0, 7.6, -11.2), (4.4, 4.2, 3.7)) + coil
        return _join(cap, knot, 1.2)

    return depth


def _jumper(p):
    q = np.stack([np.abs(p[0]), p[1], p[2]])
    body = _rod(q, (0, -1.0, -1.5), (12.8, -4.6, -1.7), 5.0, 4.5)
    body = _join(body, _oval(q, (0, -9.5, 0.4), (14.0, 10.0, 8.2)), 5.0)
    body = _join(body, _rod(q, (0, 1.0, -0.6), (0, 6.4, -0.4), 7.2, 6.2), 5.0)
    ring = np.hypot(p[0], p[2] + 0.2)
    body = np.maximum(body, -np.maximum(ring - 5.0, 4.0 - p[1]))
    fold = np.hypot(ring - 5.5, (p[1] - 8.6) * 0.62) - 1.0
    return _join(body, fold, 0.9)


# Looks --------------------------------------------------------------------------------------


def _skin():
    pores = noise((2048, 2048), (5.0, 5.0), 111)
    fine = slopes(pores + 1.2 * noise((2048, 2048), (22, 22), 112))
    blotch = cloudy((1024, 1024), 160, 113, 4)
    strokes = noise((1024, 1024), (46, 2.4), 114)

    def look(p, normal):
        x, y, z = p
        ax = np.abs(x)
        front = ramp(z, 2.0, 6.0)
        tone = lookup(blotch, x * 40 + 700, y * 40 + 700)
        colour = mix((0.60, 0.385, 0.285), (0.545, 0.325, 0.235), 0.5 + 0.22 * tone)

        def lay(shade, amount):
            nonlocal colour
            a = np.clip(amount, 0, 1)[:, None]
            colour = colour * (1 - a) + np.array(shade, np.float32) * a

        lay(
            (0.60, 0.265, 0.21),
            0.42 * front * np.exp(-(((ax - 4.3) / 2.1) ** 2 + ((y + 2.6) / 1.7) ** 2)),
        )
        lay(
            (0.58, 0.27, 0.21),
            0.40 * np.exp(-((x / 1.3) ** 2 + ((y + 3.0) / 1.2) ** 2)) * ramp(z, 8, 9.5),
        )
        lay((0.56, 0.26, 0.20), 0.35 * ramp(ax, 6.6, 7.6))
        # Where the hair begins it is thin, and skin shows between the first of it.
        begins = 0.50 * y - 0.86 * z + 0.10 * ax + 2.95
        thin = lookup(strokes, (ax * 3 + z) * 60 + 500, (y * 0.8 + z * 0.4) * 30 + 500)
        lay(
            (0.10, 0.055, 0.032),
            ramp(begins + 0.14 * thin, -0.45, 0.25) * 0.85 * ramp(y, -1.5, 1.0),
        )
        lips = _lips(np.stack([ax, y, z]))
        mouth = 1 - ramp(lips + 0.02 * tone, 0.0, 0.16)
        lay((0.46, 0.165, 0.15), 0.80 * mouth * front)
        seam = -5.95 + 0.10 * np.cos(ax * 1.9) - 0.05 * ax
        lay(
            (0.15, 0.03, 0.03),
            0.9
            * np.exp(-(((y - seam) / 0.095) ** 2))
            * (1 - ramp(ax, 1.9, 2.45))
            * ramp(z, 6.5, 7.2),
        )
        # Closed lids: a little shadow, the line of lashes and the lashes themselves.
        u = (ax - 3.1) / 1.6
        lay(
            (0.42, 0.225, 0.175),
            0.55 * np.exp(-((u / 1.0) ** 4 + ((y - 0.75) / 0.42) ** 2)) * front,
        )
        lash = -0.62 + 0.38 * u * u + 0.10 * u
        on = (1 - ramp(np.abs(u), 0.92, 1.08)) * ramp(z, 5.0, 6.0)
        lay((0.02, 0.013, 0.012), on * np.exp(-(((y - lash) / 0.085) ** 2)))
        hang = (lash - y) / (0.34 + 0.22 * np.maximum(u, 0))
        fan = (
            np.sin((ax - 0.28 * (lash - y) * np.sign(u) * np.abs(u)) * 56 + 1.3 * np.sin(ax * 9))
            * 0.5
            + 0.5
        )
        lay(
            (0.02, 0.013, 0.012),
            on
            * ramp(hang, -0.05, 0.05)
            * (1 - ramp(hang, 0.55, 1.0))
            * ramp(fan, 0.35, 0.75)
            * 0.85,
        )
        # Brows, hair by hair.
        v = (ax - 3.2) / 2.35
        arch = 2.35 + 0.42 * v - 0.62 * v * v
        body = np.exp(-(((y - arch) / (0.30 - 0.10 * v)) ** 2)) * (1 - ramp(np.abs(v), 0.75, 1.05))
        hair = lookup(strokes, (ax * 0.75 - y * 0.62) * 60 + 500, (ax * 0.62 + y * 0.75) * 60 + 500)
        lay(
            (0.045, 0.026, 0.018),
            np.clip(body * (0.80 + 0.34 * hair) * 1.1 - 0.14, 0, 0.80) * front,
        )
        tilt = lookup(fine, x * 70 + 1000, y * 70 + 1000)
        side = np.stack([tilt[:, 0], tilt[:, 1], 0 * x])
        bent = unit(normal - side * (0.055 + 0.10 * mouth))
        rough = 0.40 - 0.17 * mouth - 0.06 * np.exp(-((x / 1.5) ** 2)) * front
        return Surface(bent, colour.T, 0.028 + 0.012 * mouth, rough, flesh=1.0)

    return look


def _hair():
    strands = noise((8192, 256), (2.2, 70), 121)
    locks = noise((2048, 256), (12, 90), 122)
    sheen = slopes(strands)

    def look(p, normal):
        along, around, _ = _flow(p)
        r = p - column(0, 7.6, -11.2)
        knot = 1 - ramp(np.sqrt(dot(r, r)), 4.3, 5.6)
        across = np.where(
            knot > 0.5, 2.2 * np.hypot(r[0], r[1]) + 0.3 * np.arctan2(r[1], r[0]), around * 7.6
        )
        length = np.where(knot > 0.5, np.arctan2(r[1], r[0]) * 4, along)
        u, v = length * 8 + 3000, across * (8192 / 48) + 20000
        thread, lock = lookup(strands, u, v), lookup(locks, u * 0.7, v / 4)
        tone = 0.5 + 0.22 * thread + 0.24 * lock
        colour = mix((0.050, 0.026, 0.015), (0.155, 0.080, 0.043), tone)
        sideways = unit(np.stack([np.cos(around), -np.sin(around) * 0.5, -np.sin(around) * 0.6]))
        bent = unit(normal + sideways * (lookup(sheen, u, v)[:, 1] * 0.20 + 0.08 * lock))
        return Surface(bent, colour.T, 0.040 + 0.015 * np.clip(thread, -1, 1), 0.5)

    return look


def _locks():
    """A few strands that have come loose at the temple and the nape."""
    rng = np.random.default_rng(131)
    turn = _pose()

    def look(points, normal):
        colour = np.repeat(column(0.095, 0.048, 0.026), points.shape[1], 1)
        return Surface(normal, colour, 0.05, 0.25)

    out = []
    for side in (1, -1):
        for _ in range(9):
            start = np.array(
                [side * rng.uniform(6.2, 7.4), rng.uniform(0.5, 4.5), rng.uniform(0.5, 3.2)]
            )
            drop, curl = rng.uniform(4.5, 11), rng.uniform(-1.2, 1.6)
            bend, wave = rng.uniform(0.3, 1.5), rng.uniform(0, 6)
            way = np.linspace(0, 1, 16)
            path = start + np.stack(
                [
                    side * (bend * np.sin(way * 2.4) + 0.25 * np.sin(way * 7 + wave)),
                    -drop * way,
                    curl * way + 0.6 * np.sin(way * 3 + wave) * way,
                ],
                -1,
            )
            path = path @ turn.T + np.array(HEAD)
            thick = rng.uniform(0.022, 0.042)
            for a, b in pairwise(path):
                along = (b - a) * 0.56
                length = np.linalg.norm(along)
                one = np.cross(along / length, [0.3, 0.2, 0.9])
                one /= np.linalg.norm(one)
                two = np.cross(along / length, one)
                out.append(Ball((a + b) / 2, np.stack([along, one * thick, two * thick]), look))
    return out


def _knit():
    grain = noise((1024, 1024), (5, 5), 141)

    def look(p, normal):
        around = np.arctan2(p[0], p[2] + 4)
        u = around * 12.5
        rib = np.sin(u * 2 * np.pi * 1.6)
        stitch = np.sin(
            p[1] * 2 * np.pi * 3.4 + 1.1 * np.abs(rib) * np.sign(np.cos(u * 2 * np.pi * 1.6))
        )
        fuzz = lookup(grain, u * 60 + 400, p[1] * 60 + 4000)
        tone = 0.55 + 0.28 * rib + 0.12 * stitch + 0.10 * fuzz
        colour = mix((0.028, 0.036, 0.040), (0.105, 0.128, 0.135), tone)
        slope = np.cos(u * 2 * np.pi * 1.6)
        side = unit(np.stack([np.cos(around), 0 * u, -np.sin(around)]))
        bent = unit(
            normal
            - side * slope * 0.42
            + column(0, 1, 0) * np.cos(p[1] * 2 * np.pi * 3.4) * 0.16
            + 0.07 * fuzz
        )
        return Surface(bent, colour.T, 0.0, 0.9)

    return look


def _lamps():
    """The room behind, far out of focus: soft colour and discs of light, painted by direction."""
    rng = np.random.default_rng(151)
    side, field = 1400, 0.46  # texels, and the tangent they span on each side of straight ahead
    y, x = (np.mgrid[:side, :side].astype(np.float32) / side - 0.5) * 2 * field
    y = -y
    haze = cloudy((side, side), 520, 152, 3)
    room = mix((0.008, 0.011, 0.013), (0.036, 0.030, 0.025), 0.42 + 0.30 * haze)
    room += (
        0.055
        * np.exp(-(((x - 0.10) / 0.16) ** 2 + ((y - 0.03) / 0.20) ** 2))[..., None]
        * np.array([1.0, 0.72, 0.45])
    )
    room += (
        0.028
        * np.exp(-(((x + 0.12) / 0.10) ** 2 + ((y + 0.06) / 0.25) ** 2))[..., None]
        * np.array([0.55, 0.8, 1.0])
    )
    warm, cool = np.array([1.0, 0.60, 0.26]), np.array([0.55, 0.80, 1.0])
    for _ in range(64):
        cx, cy = rng.uniform(-0.24, 0.24), rng.normal(0.03, 0.085)
        size = rng.uniform(0.0075, 0.0165)
        colour = (warm if rng.random() < 0.78 else cool) * rng.uniform(0.03, 0.34)
        r = np.hypot(x - cx, y - cy) / size
        disc = (1 - ramp(r, 0.90, 1.03)) * (0.72 + 0.45 * ramp(r, 0.45, 0.97))
        room += disc[..., None] * colour * rng.uniform(0.5, 1.2)
    room = room.astype(np.float32)

    def sky(way):
        ahead = way[2] < -0.5
        depth = np.where(ahead, -way[2], 1)
        u = np.clip((way[0] / depth / field + 1) / 2 * side - 0.5, 0, side - 1.01)
        v = np.clip((1 - way[1] / depth / field) / 2 * side - 0.5, 0, side - 1.01)
        a, b = u % 1, v % 1
        seen = (lookup(room, u, v).T * (1 - a) + lookup(room, u + 1, v).T * a) * (1 - b)
        seen += (lookup(room, u, v + 1).T * (1 - a) + lookup(room, u + 1, v + 1).T * a) * b
        inside = ahead & (np.abs(way[0]) < field * depth) & (np.abs(way[1]) < field * depth)
        around = column(0.062, 0.060, 0.062) * (1 + 0.6 * way[1])
        return np.where(inside, seen, around).astype(np.float32)

    return sky
