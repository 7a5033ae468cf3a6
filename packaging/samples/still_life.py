"""A table in window light: stoneware, fruit, a brass cup, linen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from shapes import Ball, Flat, Surface, Turned, column, dot, unit
from textures import cloudy, lookup, mix, noise, ramp, slopes
from tracing import Camera, Light, Scene

WOOD = 26  # texels a centimetre
TABLE_BACK = -34.0


def camera() -> Camera:
    eye, target = (3.0, 30.0, 100.0), (-0.6, 15.2, 0.0)
    return Camera(eye, target, 0.468, 0.9, 97.0)


def scene() -> Scene:
    branch = _branch()
    things = [
        *branch,
        Flat((0, 0, 0), (0, 1, 0), _table(), keep=lambda p: p[2] > TABLE_BACK),
        Flat((0, 0, -95), (0, 0, 1), _wall()),
        Flat((0, 0.25, 0), (0, 1, 0), _linen(), keep=_cloth_region),
        _vase(),
        *_orange((5.2, 4.15, 6.5), 3.9, 1),
        *_orange((12.4, 3.9, -1.5), 3.9, 2),
        *_half_orange(),
        _pear(),
        _cup(),
    ]
    window = Light((-78, 88, -20), (0, 0, 62), (22, -66, 0), (11.5, 10.9, 10.0))
    rim = Light((66, 62, -46), (-14, 0, -26), (0, -34, 0), (2.6, 2.0, 1.4))
    return Scene(things, [window, rim], lambda way: np.full_like(way, 0.012), _clusters(branch))


def _clusters(branch):
    """The branch in lots of a dozen leaves."""
    return [range(a, min(a + 12, len(branch))) for a in range(0, len(branch), 12)]


def _plain(albedo, shine=0.0, rough=0.3):
    def look(points, normal):
        colour = np.repeat(column(*albedo), points.shape[1], 1)
        return Surface(normal, colour, shine, rough)

    return look


def _table():
    """Old oak planks, waxed."""
    wide, deep = 160 * WOOD, 64 * WOOD
    board = int(15.5 * WOOD)
    rows = np.arange(deep)
    plank = rows // board
    out = np.empty((deep, wide, 3), np.float32)
    gloss = np.empty((deep, wide), np.float32)
    for index in np.unique(plank):
        mine = rows[plank == index]
        shape = (len(mine), wide)
        rng = np.random.default_rng([5, int(index)])
        warp = noise((1 << (len(mine) - 1).bit_length(), wide), (120, 1500), [6, int(index)])[
            : len(mine)
        ]
        across = (mine - mine[0])[:, None] / WOOD
        heart = rng.uniform(2, 13)
        rings = (
            np.sin(2 * np.pi * (1.15 * np.abs(across - heart) ** 0.85 + 0.75 * warp)) * 0.5 + 0.5
        )
        late = rings**3
        fibre = noise((1 << (len(mine) - 1).bit_length(), wide), (2.2, 240), [7, int(index)])[
            : len(mine)
        ]
        pores = noise((1 << (len(mine) - 1).bit_length(), wide), (1.5, 34), [8, int(index)])[
            : len(mine)
        ]
        stain = cloudy((512, 1024), 200, [9, int(index)], 3)
        stain = np.repeat(np.repeat(stain, 1 + shape[0] // 512, 0), 1 + shape[1] // 1024, 1)[
            : shape[0], : shape[1]
        ]
        tone = 0.55 * late + 0.13 * fibre + 0.10 * stain + rng.uniform(-0.12, 0.16)
        colour = mix((0.215, 0.118, 0.062), (0.082, 0.040, 0.021), tone + 0.25)
        colour *= (1 - 0.50 * ramp(pores, 1.1, 2.1))[..., None]
        edge = np.minimum(mine - mine[0], mine[-1] - mine)[:, None] / WOOD
        seam = ramp(edge + 0.03 * fibre, 0.02, 0.16)
        out[mine] = colour * (0.12 + 0.88 * seam)[..., None]
        gloss[mine] = (0.30 + 0.10 * fibre + 0.12 * late) + (1 - seam)
    bump = slopes(out.mean(-1) * 6)

    def look(points, normal):
        u, v = (points[0] + 80) * WOOD, (points[2] + 40) * WOOD
        tilt = lookup(bump, u, v)
        bent = unit(normal + np.stack([-tilt[:, 0], 0 * tilt[:, 0], -tilt[:, 1]]) * 0.10)
        rough = np.clip(lookup(gloss, u, v), 0.16, 0.9)
        return Surface(bent, lookup(out, u, v).T, 0.035, rough)

    return look


def _wall():
    """A painted backdrop, far out of focus."""
    paint = cloudy((1024, 1024), 330, 21, 4)

    def look(points, normal):
        u, v = points[0] * 4.2 + 300, points[1] * 4.2 + 200
        tone = lookup(paint, u, v)
        glow = np.exp(-((points[0] + 6) ** 2 / 2600 + (points[1] - 16) ** 2 / 1500))
        albedo = mix((0.13, 0.135, 0.13), (0.30, 0.305, 0.285), 0.40 + 0.17 * tone + 0.42 * glow)
        return Surface(normal, albedo.T, glow=None)

    return look


def _cloth_region(p):
    """A napkin laid askew, its edge not quite straight."""
    x, z = _cloth_coordinates(p)
    wave = 0.22 * np.sin(x * 0.9 + 0.7) + 0.16 * np.sin(z * 1.3)
    return (np.abs(x + wave * 0.6) < 15.5) & (np.abs(z + wave) < 9.2)


def _cloth_coordinates(p):
    cos, sin = np.cos(0.30), np.sin(0.30)
    x, z = p[0] - 8.5, p[2] - 5.0
    return x * cos + z * sin, z * cos - x * sin


def _linen():
    per = 40  # texels a centimetre
    side = 2048
    y, x = np.mgrid[:side, :side].astype(np.float32)
    thick_x, thick_y = noise((side, side), (1.2, 420), 31), noise((side, side), (420, 1.2), 32)
    period = side / 640
    warp = np.sin(2 * np.pi * x / period + 0.5 * thick_y) * 0.5 + 0.5
    weft = np.sin(2 * np.pi * y / period + 0.5 * thick_x) * 0.5 + 0.5
    over = (np.floor(x / period) + np.floor(y / period)) % 2
    height = np.where(over > 0, warp, weft)
    tone = 0.80 + 0.14 * height + 0.045 * thick_x + 0.045 * thick_y
    weave = mix((0, 0, 0), (0.72, 0.685, 0.60), tone)
    bump = slopes(height)
    folds = cloudy((1024, 1024), 260, 33, 3)
    fold_bump = slopes(folds) * 22

    def look(points, normal):
        a, b = _cloth_coordinates(points)
        u, v = (a + 20) * per, (b + 20) * per
        fine = lookup(bump, u, v)
        crease = -np.sign(a - 0.4) * np.exp(-np.abs(a - 0.4) * 3.0) * 0.35
        crease2 = -np.sign(b + 0.6) * np.exp(-np.abs(b + 0.6) * 3.0) * 0.25
        soft = lookup(fold_bump, (a + 20) * 22, (b + 20) * 22)
        tilt = np.stack(
            [
                crease - soft[:, 0] - 0.14 * fine[:, 0],
                0 * a,
                crease2 - soft[:, 1] - 0.14 * fine[:, 1],
            ]
        )
        hem = 1 - 0.10 * ((np.abs(np.abs(b) - 8.5) < 0.10) | (np.abs(np.abs(a) - 14.8) < 0.10))
        return Surface(unit(normal + tilt * 0.42), lookup(weave, u, v).T * hem)

    return look


def _vase():
    """Stoneware with a pale glaze that breaks brown at the rim and stops above the foot."""
    outer = [
        (0.0, 4.0),
        (0.35, 4.35),
        (1.2, 5.0),
        (4.0, 7.0),
        (8.0, 8.1),
        (11.5, 7.5),
        (15.0, 5.2),
        (17.6, 3.0),
        (19.6, 2.05),
        (21.6, 2.0),
        (23.0, 2.45),
        (23.9, 3.05),
        (24.2, 3.0),
    ]
    inner = [
        (0.0, -9.0),
        (12.0, -4.0),
        (16.0, 0.6),
        (19.6, 1.6),
        (21.6, 1.62),
        (23.2, 2.2),
        (24.2, 2.85),
    ]
    speck = noise((1024, 1024), (2.6, 2.6), 41)
    drift = cloudy((1024, 1024), 180, 42, 4)

    def look(points, normal):
        around = np.arctan2(points[2] + 8.5, points[0] + 11.5)
        u, v = around * (1024 / np.pi / 2) * 2, points[1] * 26
        cloud = lookup(drift, u, v)
        y = points[1]
        glaze = mix((0.46, 0.49, 0.455), (0.285, 0.36, 0.35), 0.45 + 0.34 * cloud + 0.03 * (y - 9))
        clay = mix((0.20, 0.115, 0.07), (0.30, 0.19, 0.12), 0.5 + 0.3 * cloud)
        bare = 1 - ramp(y + 0.35 * cloud, 2.2, 2.75)
        rim = ramp(y + 0.12 * cloud, 23.3, 24.15)
        colour = glaze * (1 - bare)[:, None] + clay * bare[:, None]
        colour = colour * (1 - 0.6 * rim)[:, None] + clay * (0.6 * rim)[:, None]
        dots = ramp(lookup(speck, u * 1.6, v * 1.6), 2.05, 2.6) * (1 - bare)
        colour = colour * (1 - 0.62 * dots)[:, None]
        ripple = 0.035 * np.sin(y * 5.2 + 0.8 * cloud)
        bent = unit(normal + np.stack([0 * y, ripple, 0 * y]))
        return Surface(bent, colour.T, np.where(bare > 0.5, 0.0, 0.06), 0.05 + 0.4 * bare)

    return Turned(-11.5, -8.5, outer, look, inner)


def _branch():
    """Eucalyptus: thin stems and round, waxy leaves in pairs."""
    rng = np.random.default_rng(51)
    bark = _plain((0.16, 0.085, 0.06), 0.02, 0.5)
    out = []
    for lean, side, length in ((-0.50, 0.10, 15.5), (0.16, -0.22, 17.0), (0.85, 0.25, 14.5)):
        base = np.array([-11.5, 23.0, -8.5])
        points = []
        for step in np.linspace(0, 1, 13):
            bend = lean * (step + 0.9 * step**2) * length * 0.62
            points.append(
                base + np.array([bend, length * (step - 0.2 * step**2), side * step * length])
            )
        points = np.array(points)
        for a, b in pairwise(points):
            along = (b - a) / 2
            out.append(Ball((a + b) / 2, _axes(along * 1.25, 0.15, 0.15, rng), bark))
        for index in range(2, 13):
            size = 2.15 * (1 - 0.055 * index) * rng.uniform(0.85, 1.1)
            along = points[index] - points[index - 1]
            along /= np.linalg.norm(along)
            turn = index * np.pi / 2 + rng.uniform(-0.5, 0.5)
            side_way = np.cross(along, [np.cos(turn), 0.2, np.sin(turn)])
            side_way /= np.linalg.norm(side_way)
            for sign in (1, -1):
                grow = side_way * sign + along * 0.55 + rng.normal(0, 0.18, 3)
                grow /= np.linalg.norm(grow)
                centre = points[index] + grow * size * 0.95
                leaf = _axes(grow * size, size * 0.74, 0.055, rng)
                out.append(Ball(centre, leaf, _leaf(rng, centre, grow)))
    return out


def _axes(along: np.ndarray, wide: float, thick: float, rng) -> np.ndarray:
    """Three half axes at right angles, the first given, the others turned at random."""
    length = np.linalg.norm(along)
    across = np.cross(along / length, rng.normal(0, 1, 3))
    across /= np.linalg.norm(across)
    return np.stack([along, across * wide, np.cross(along / length, across) * thick])


def _leaf(rng, centre, grow):
    tone = rng.uniform(0, 1)
    base = np.array(mix((0.115, 0.18, 0.125), (0.20, 0.255, 0.19), np.array(tone)))
    middle, way = column(*centre), column(*grow)

    def look(points, normal):
        offset = points - middle
        away = offset - way * dot(offset, way)
        vein = np.exp(-dot(away, away) * 160)
        colour = base[:, None] * (1 - 0.2 * vein) + 0.055 * vein
        return Surface(normal, colour.astype(np.float32), 0.03, 0.42)

    return look


def _orange(centre, radius, seed):
    """Peel with pores; a dry star where the stem was."""
    pores = noise((1024, 1024), (10, 10), [61, seed])
    pores = -0.55 * ramp(pores, -1.0, 2.2) - 0.4 * noise((1024, 1024), (64, 64), [62, seed])
    bump = slopes(pores)
    tint = cloudy((1024, 1024), 300, [63, seed], 3)
    middle = column(*centre)
    pole = unit(column(0.35 * (-1) ** seed, 0.9, 0.42))
    per = 56

    def look(points, normal):
        offset = points - middle
        tilt, tone = _on_three_sides(offset, normal, bump, tint, per)
        colour = mix((0.80, 0.285, 0.024), (0.70, 0.195, 0.016), 0.5 + 0.28 * tone)
        off = 1 - dot(unit(offset), pole)
        green = np.exp(-((off / 0.020) ** 2))
        dimple = np.exp(-((off / 0.035) ** 2))
        colour = (
            colour * (1 - green)[:, None]
            + np.array([0.20, 0.20, 0.07], np.float32) * green[:, None]
        )
        bent = unit(normal + tilt * 0.95 + pole * dimple * 0.5)
        return Surface(bent, colour.T, 0.04, 0.26)

    return [Ball(centre, radius * np.diag([1.03, 0.97, 1.03]), look)]


def _on_three_sides(offset, normal, bump, tint, per):
    """A bump map laid on from the side that faces the normal most."""
    axis = np.abs(normal).argmax(0)
    n = axis.size
    tilt, tone = np.zeros((3, n), np.float32), np.zeros(n, np.float32)
    for k in range(3):
        mine = np.flatnonzero(axis == k)
        a, b = [j for j in range(3) if j != k]
        u, v = offset[a, mine] * per + 400 * k + 500, offset[b, mine] * per + 500
        slope = lookup(bump, u, v)
        tilt[a, mine], tilt[b, mine] = -slope[:, 0], -slope[:, 1]
        tone[mine] = lookup(tint, u * 0.6, v * 0.6)
    return tilt, tone


def _half_orange():
    """Cut, its face to the window and to us."""
    radius, centre = 4.0, np.array([-1.9, 3.35, 12.6])
    facing = np.array([-0.30, 0.50, 0.81])
    facing /= np.linalg.norm(facing)
    across = np.cross([0, 1, 0], facing)
    across /= np.linalg.norm(across)
    up = np.cross(facing, across)
    pulp = cloudy((1024, 1024), 60, 71, 4)
    cells = noise((1024, 1024), (70, 26), 72)
    bump = slopes(0.25 * noise((1024, 1024), (16, 16), 73) + cells)
    middle, ahead = column(*centre), column(*facing)
    peel = _orange(centre, radius, 3)[0]

    def face(points, normal):
        offset = points - middle
        a, b = dot(offset, column(*across)), dot(offset, column(*up))
        r, turn = np.hypot(a, b) / radius, np.arctan2(b, a)
        grain = lookup(pulp, a * 60 + 500, b * 60 + 500)
        part = (turn + 0.05 * np.sin(3 * turn + 1) + 0.04 * np.sin(4 * turn)) / (2 * np.pi) * 10
        gap = np.abs(part - np.round(part)) * 2 * np.pi * r / 10 * radius
        wall = 1 - ramp(gap + 0.03 * grain, 0.02, 0.10)
        streak = lookup(cells, turn * 900 + 4000, r * 420)
        flesh = mix((0.80, 0.255, 0.018), (0.50, 0.105, 0.005), 0.45 + 0.30 * streak + 0.14 * grain)
        pith = np.array([0.80, 0.58, 0.28], np.float32)
        rind = np.array([0.78, 0.25, 0.018], np.float32)
        core = 1 - ramp(r + 0.014 * grain, 0.045, 0.10)
        ring = ramp(r + 0.006 * grain, 0.86, 0.895)
        white = np.clip(np.maximum(np.maximum(wall * 0.75, core * 0.8), ring), 0, 1)
        colour = flesh * (1 - white)[:, None] + pith * white[:, None]
        skin = ramp(r, 0.945, 0.97)
        colour = colour * (1 - skin)[:, None] + rind * skin[:, None]
        tilt = lookup(bump, turn * 900 + 4000, r * 420)
        wet = 1 - white
        bent = unit(normal + (column(*across) * tilt[:, 0] + column(*up) * tilt[:, 1]) * 0.5 * wet)
        return Surface(bent, colour.T, 0.035 * wet, 0.22)

    def disc(p):
        offset = p - middle
        return dot(offset, offset) < radius**2

    class Half(Ball):
        def meet(self, start, way):
            o, d = self.to_unit @ (start - self.centre), self.to_unit @ way
            a, b, c = dot(d, d), dot(o, d), dot(o, o) - 1
            inside = b * b - a * c
            root = np.sqrt(np.maximum(inside, 0))
            out = np.full(a.shape, np.float32(1e9))
            for t in ((-b + root) / a, (-b - root) / a):
                good = (inside > 0) & (t > 1e-3) & (dot(start + t * way - middle, ahead) < 0)
                out = np.where(good, t, out)
            return out

    return [Half(centre, radius, peel.look), Flat(centre, facing, face, keep=disc)]


def _pear():
    outer = [
        (0.0, 0.4),
        (0.15, 1.6),
        (0.9, 3.0),
        (2.6, 3.95),
        (4.2, 3.9),
        (6.0, 2.95),
        (7.6, 1.95),
        (8.8, 1.5),
        (9.6, 1.1),
        (10.0, 0.45),
        (10.15, 0.17),
        (11.6, 0.13),
        (12.3, 0.2),
        (12.4, 0.05),
    ]
    cloud = cloudy((1024, 1024), 260, 81, 4)
    speck = noise((1024, 1024), (3.4, 3.4), 82)

    def look(points, normal):
        around = np.arctan2(points[2] - 1.0, points[0] - 20.5)
        u, v = around * 2 * (1024 / 2 / np.pi), points[1] * 60
        tone = lookup(cloud, u, v)
        y = points[1]
        sunny = np.clip(0.42 - 0.55 * np.cos(around + 0.6), 0, 1)
        colour = mix((0.36, 0.36, 0.055), (0.52, 0.42, 0.075), 0.5 + 0.30 * tone)
        blush = np.clip(sunny * 0.75 + 0.16 * tone - 0.22, 0, 1)[:, None]
        colour = colour * (1 - blush) + np.array([0.50, 0.145, 0.05], np.float32) * blush
        dots = ramp(lookup(speck, u * 1.3, v), 1.7, 2.2)
        colour = colour * (1 - 0.42 * dots)[:, None]
        stem = ramp(y, 9.75, 10.1)[:, None]
        colour = colour * (1 - stem) + np.array([0.10, 0.062, 0.032], np.float32) * stem
        wobble = 0.05 * np.stack([tone, 0 * tone, lookup(cloud, v, u)])
        return Surface(unit(normal + wobble), colour.T, 0.035 * (1 - stem[:, 0]), 0.24)

    return Turned(20.5, 1.0, outer, look)


def _cup():
    """A small brass cup, hammered."""
    outer = [
        (0.0, 2.6),
        (0.2, 2.75),
        (0.5, 2.55),
        (0.9, 1.5),
        (1.5, 1.25),
        (2.1, 1.7),
        (3.0, 3.0),
        (4.6, 3.75),
        (6.2, 3.95),
        (7.4, 4.05),
        (7.6, 4.1),
        (7.75, 4.0),
    ]
    inner = [(0.0, -8.0), (2.4, -0.6), (3.4, 2.7), (4.8, 3.5), (6.2, 3.72), (7.75, 3.86)]
    hammered = noise((1024, 1024), (64, 64), 91)
    bump = slopes(hammered) * 1.4
    tarnish = cloudy((1024, 1024), 200, 92, 4)

    def look(points, normal):
        around = np.arctan2(points[2] - 0.5, points[0] + 24.6)
        u, v = around * 3 * (1024 / 2 / np.pi), points[1] * 55
        tilt, worn = lookup(bump, u, v), lookup(tarnish, u, v)
        side = np.stack([-np.sin(around), 0 * around, np.cos(around)])
        bent = unit(normal + (side * tilt[:, 0] + column(0, 1, 0) * tilt[:, 1]) * 0.5)
        shine = mix((0.86, 0.62, 0.29), (0.56, 0.37, 0.16), 0.35 + 0.25 * worn).T
        return Surface(bent, 0.06 * shine, shine, np.clip(0.10 + 0.05 * worn, 0.03, 0.4))

    return Turned(-24.6, 0.5, outer, look, inner)
