"""The looks a prompt can ask for: functions of pixels, an amount and the seed's random numbers.

`amount` is 1 for a natural strength and may be 0.5 to 2; more of it never does less. None of this
is a model of anything: it is meant to look like an edit, and to be the same each time.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from kontext_desktop.practice.pixels import (
    Floats,
    Random,
    blur,
    clouds,
    contrast,
    coordinates,
    flatten,
    from_image,
    luminance,
    mix,
    saturate,
    smoothstep,
)


def warmer(pixels: Floats, amount: float, random: Random) -> Floats:
    return _gains(pixels, (0.13, 0.02, -0.15), amount)


def cooler(pixels: Floats, amount: float, random: Random) -> Floats:
    return _gains(pixels, (-0.13, 0.0, 0.15), amount)


def brighter(pixels: Floats, amount: float, random: Random) -> Floats:
    return np.clip(pixels, 0, 1) ** np.float32(1 / (1 + 0.45 * amount))


def darker(pixels: Floats, amount: float, random: Random) -> Floats:
    return np.clip(pixels, 0, 1) ** np.float32(1 + 0.5 * amount)


def more_contrast(pixels: Floats, amount: float, random: Random) -> Floats:
    return contrast(pixels, 0.7 * amount)


def less_contrast(pixels: Floats, amount: float, random: Random) -> Floats:
    return mix(pixels, 0.35 + 0.35 * pixels, np.float32(min(1.0, 0.5 * amount)))


def vivid(pixels: Floats, amount: float, random: Random) -> Floats:
    return saturate(pixels, 1 + 0.4 * amount)


def muted(pixels: Floats, amount: float, random: Random) -> Floats:
    return saturate(pixels, max(0.0, 1 - 0.5 * amount))


def sharper(pixels: Floats, amount: float, random: Random) -> Floats:
    return pixels + (pixels - blur(pixels, 2)) * np.float32(1.2 * amount)


def monochrome(pixels: Floats, amount: float, random: Random) -> Floats:
    """Black and white, as through a coloured filter that the seed chooses."""
    weights = random.dirichlet((6, 8, 3)).astype(np.float32)
    grey = contrast((pixels @ weights)[..., None].repeat(3, axis=2), 0.25)
    return mix(pixels, grey, np.float32(min(1.0, amount)))


def sepia(pixels: Floats, amount: float, random: Random) -> Floats:
    grey = luminance(pixels)[..., None]
    toned = grey ** np.array([0.78, 1.0, 1.32], np.float32)
    return mix(pixels, 0.03 + 0.94 * toned, np.float32(min(1.0, amount)))


def cinematic(pixels: Floats, amount: float, random: Random) -> Floats:
    """Teal shadows, orange lights."""
    light = smoothstep(0.2, 0.8, luminance(pixels))[..., None]
    tint = mix(_rgb(-0.05, 0.015, 0.05), _rgb(0.07, 0.015, -0.06), light)
    return contrast(pixels + tint * np.float32(amount), 0.3 * amount)


def vintage(pixels: Floats, amount: float, random: Random) -> Floats:
    """Faded: lifted blacks, soft yellow lights."""
    faded = saturate(pixels, 0.7) * _rgb(0.86, 0.82, 0.7) + _rgb(0.11, 0.09, 0.1)
    return mix(pixels, faded, np.float32(min(1.0, 0.8 * amount)))


def golden_hour(pixels: Floats, amount: float, random: Random) -> Floats:
    """Low warm light from the side, a little haze towards it."""
    height, width = pixels.shape[:2]
    y, x = coordinates(height, width)
    side = random.choice((-1.0, 1.0))
    sun = np.exp(-((x - side * 1.1) ** 2 * 0.8 + (y + 0.6) ** 2 * 0.9)).astype(np.float32)
    warm = contrast(_gains(pixels, (0.16, 0.03, -0.22), amount), 0.25 * amount)
    glow = (sun * np.float32(0.45 * amount))[..., None] * _rgb(1.0, 0.68, 0.28)
    return _screened(warm, glow)


def night(pixels: Floats, amount: float, random: Random) -> Floats:
    """Moonlight: dark, blue, with only the brightest spots left glowing."""
    moon = saturate(pixels, 0.55) ** np.float32(1.35) * _rgb(0.34, 0.42, 0.66)
    lamps = smoothstep(0.72, 0.98, luminance(pixels))[..., None] * _rgb(0.9, 0.72, 0.42)
    dark = vignette(moon + blur(lamps, 10) * 0.5 + lamps * 0.25, 0.9)
    return mix(pixels, dark, np.float32(min(1.0, 0.85 * amount)))


def snow(pixels: Floats, amount: float, random: Random) -> Floats:
    """Falling snow in three depths; the far flakes are many and small, the near ones blurred."""
    height, width = pixels.shape[:2]
    cold = _gains(saturate(pixels, 0.75), (-0.04, 0.0, 0.06), amount) * 0.9 + 0.08
    for size, number, softness, strength in (
        (2, 900, 0.8, 0.75),
        (4, 260, 1.6, 0.8),
        (11, 34, 6, 0.6),
    ):
        flakes = Image.new("L", (width, height))
        draw = ImageDraw.Draw(flakes)
        for x, y, scale in random.random((round(number * amount), 3)):
            radius = size * (0.5 + scale)
            left, top = x * width, y * height
            draw.ellipse((left, top, left + radius * 1.6, top + radius * 2), fill=255)
        falling = from_image(flakes.filter(ImageFilter.GaussianBlur(softness)))
        cold = mix(cold, np.float32(1), falling * np.float32(strength))
    return cold


def toy(pixels: Floats, amount: float, random: Random) -> Floats:
    """Moulded plastic: even surfaces, strong colour, rounded relief and clean highlights."""
    surface = flatten(flatten(pixels, 12, 0.05), 8, 0.03)
    light = luminance(surface)
    plastic = contrast(saturate(surface, 1.45), 0.35) + 0.05
    plastic = plastic + 2.2 * _relief(blur(light, 6))[..., None]
    shine = smoothstep(0.52, 0.86, light) + 0.5 * smoothstep(0.012, 0.04, _relief(blur(light, 3)))
    plastic = _screened(plastic, 0.5 * blur(shine, 2)[..., None])
    return mix(pixels, plastic, np.float32(min(1.0, 0.9 * amount)))


def clay(pixels: Floats, amount: float, random: Random) -> Floats:
    """Modelling clay: matt, a little pale, dented by fingers and tools."""
    height, width = pixels.shape[:2]
    surface = flatten(flatten(pixels, 14, 0.06), 10, 0.04)
    matt = 0.1 + 0.78 * (1 - (1 - np.clip(saturate(surface, 1.1), 0, 1)) ** np.float32(1.15))
    dents = 0.5 + 0.1 * clouds(random, height, width, 34) + 0.035 * clouds(random, height, width, 7)
    bumps = _relief(blur(dents, 1.5)) * 2.2 + _relief(blur(luminance(surface), 4)) * 3
    clayey = matt * (1 + 1.6 * np.clip(bumps, -0.25, 0.25))[..., None] * _rgb(1.02, 1.0, 0.95)
    return mix(pixels, clayey, np.float32(min(1.0, 0.95 * amount)))


def illustration(pixels: Floats, amount: float, random: Random) -> Floats:
    """Flat colour in few tones, inked outlines."""
    flat = flatten(flatten(pixels, 10, 0.05), 6, 0.04)
    light = np.clip(luminance(flat), 0, 1)
    tones = 6.0
    step = light * tones
    whole = np.floor(step)
    posterised = (whole + smoothstep(0.35, 0.65, step - whole)) / np.float32(tones)
    drawn = saturate(flat, 1.5) + (posterised - light)[..., None]
    drawn = mix(drawn, contrast(drawn, 0.6), np.float32(0.6)) + 0.03
    drawn = drawn * (1 - 0.88 * _outlines(flat))[..., None]
    return mix(pixels, drawn, np.float32(min(1.0, 0.95 * amount)))


def watercolour(pixels: Floats, amount: float, random: Random) -> Floats:
    """Washes on rough paper: colour that runs, darkens at its rims and leaves the edges white."""
    height, width = pixels.shape[:2]
    run = clouds(random, height, width, 45), clouds(random, height, width, 45)
    wash = _displaced(flatten(flatten(pixels, 12, 0.06), 9, 0.05), run, 3)
    light = luminance(wash)
    rims = np.clip(_outlines(wash), 0, 1) * 0.3
    pools = 0.06 * clouds(random, height, width, 60) + 0.03 * clouds(random, height, width, 12)
    density = (1 - np.clip(saturate(wash, 1.35), 0, 1)) * (0.82 + pools + rims)[..., None]
    grain = blur(0.5 + 0.2 * random.standard_normal((height, width)).astype(np.float32), 0.9)
    paper = 1 + 1.1 * _relief(grain) * (0.4 + light)
    y, x = coordinates(height, width)
    rim = np.maximum(np.abs(x), np.abs(y)) + 0.035 * clouds(random, height, width, 70)
    density = density * (1 - smoothstep(0.88, 0.97, rim))[..., None]
    painted = (1 - density) * paper[..., None] * _rgb(0.99, 0.98, 0.95)
    return mix(pixels, painted, np.float32(min(1.0, 0.95 * amount)))


def sketch(pixels: Floats, amount: float, random: Random) -> Floats:
    """Pencil on paper."""
    light = luminance(flatten(pixels, 6, 0.04))
    soft = blur(1 - light, 9)
    lines = np.clip(light / np.maximum(1 - soft, 0.02), 0, 1)
    height, width = light.shape
    grain = 1 + 0.1 * (1 - light) * random.standard_normal((height, width)).astype(np.float32)
    shade = 0.55 + 0.45 * light**0.8
    drawn = (lines * shade * grain)[..., None] * _rgb(0.97, 0.96, 0.93)
    return mix(pixels, drawn, np.float32(min(1.0, 0.95 * amount)))


def film_grain(pixels: Floats, amount: float, random: Random) -> Floats:
    """Grain as on film: strongest in the midtones, a little clumped."""
    height, width = pixels.shape[:2]
    noise = 0.5 + 0.16 * random.standard_normal((height, width)).astype(np.float32)
    clumped = (blur(noise, 0.7) - 0.5) * np.float32(0.75 * amount)
    light = np.clip(luminance(pixels), 0, 1)
    return pixels + (clumped * (0.3 + 2.4 * light * (1 - light)))[..., None]


def graded(pixels: Floats, amount: float, random: Random) -> Floats:
    """For a prompt none of whose words is known: a gentle grade, so that something changes."""
    warmth = random.choice((-1.0, 1.0)) * random.uniform(0.4, 0.7)
    toned = _gains(pixels, (0.1 * warmth, 0.02, -0.1 * warmth), amount)
    return vignette(contrast(saturate(toned, 1 + 0.12 * amount), 0.3 * amount), 0.35 * amount)


def lit(pixels: Floats, random: Random) -> Floats:
    """How two seeds differ whatever is asked: where the light comes from, and how warm it is."""
    height, width = pixels.shape[:2]
    y, x = coordinates(height, width)
    angle, strength = random.uniform(0, 2 * np.pi), random.uniform(0.07, 0.14)
    ramp = 1 + np.float32(strength) * (
        x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    )
    warmth = random.uniform(-0.35, 0.35)
    return _gains(pixels * ramp[..., None], (0.13, 0.02, -0.15), warmth)


def vignette(pixels: Floats, amount: float) -> Floats:
    y, x = coordinates(*pixels.shape[:2])
    return pixels * (1 - np.float32(0.45 * amount) * smoothstep(0.5, 1.6, x * x + y * y))[..., None]


def recoloured(
    pixels: Floats, source: Floats | None, target: Floats, where: Floats, amount: float
) -> Floats:
    """Give things another colour: those like `source`, else the most coloured within `where`.

    A pixel is taken for so much of the old colour plus what lies on it or mixes with it (shine,
    soft edges); only the old colour is exchanged, so shading and shine stay.
    """
    chroma = pixels - luminance(pixels)[..., None]
    size = np.linalg.norm(chroma, axis=2)

    def likeness(wanted: Floats) -> Floats:
        cosine = chroma @ (wanted / (np.linalg.norm(wanted) + 1e-6)) / (size + 1e-3)
        return np.asarray(np.clip(cosine, 0, 1), np.float32)

    vote = where * size
    if source is None:  # the hue there is most of, unless it is skin's
        vote = vote * (1 - 0.9 * smoothstep(0.93, 0.97, likeness(_rgb(0.17, -0.03, -0.13))))
        angle = np.arctan2(chroma[..., 0] - chroma[..., 1], chroma[..., 2] - chroma[..., 1])
        slot = ((angle + np.pi) * (24 / (2 * np.pi))).astype(np.intp)
        vote = vote * (slot == np.bincount(slot.ravel(), vote.ravel()).argmax())
    else:  # not quite the named red: the red there is
        vote = vote * size * likeness(source - luminance(source)) ** 24
    hue = np.asarray((chroma * vote[..., None]).sum((0, 1)), np.float32)
    chosen = smoothstep(0.9, 0.97, likeness(hue)) * smoothstep(0.03, 0.08, size) * where
    weight = (chosen * size)[..., None]
    old = (pixels * weight).sum((0, 1)) / (weight.sum() + 1e-6)
    old_chroma = old - luminance(old)
    share = np.clip(chroma @ old_chroma / (old_chroma @ old_chroma + 1e-6), 0, 2.5) * chosen
    return mix(pixels, pixels + (target - old) * share[..., None], np.float32(min(1.0, amount)))


def _rgb(red: float, green: float, blue: float) -> Floats:
    return np.array([red, green, blue], np.float32)


def _screened(pixels: Floats, light: Floats) -> Floats:
    """Light added as by a second projector: never beyond white."""
    return np.asarray(1 - (1 - np.clip(pixels, 0, 1)) * (1 - np.clip(light, 0, 1)), np.float32)


def _gains(pixels: Floats, changes: tuple[float, float, float], amount: float) -> Floats:
    return pixels * (1 + _rgb(*changes) * np.float32(amount))


def _relief(plane: Floats) -> Floats:
    """The plane as a landscape lit from the top left: its slope towards the light."""
    down, right = np.gradient(plane)
    return np.asarray(down + right, np.float32)


def _outlines(pixels: Floats) -> Floats:
    """0..1 along the edges of the picture's surfaces, about three pixels wide."""
    near, far = blur(pixels, 1), blur(pixels, 4)
    return blur(smoothstep(0.025, 0.075, np.abs(near - far).max(axis=2)), 0.7)


def _displaced(pixels: Floats, field: tuple[Floats, Floats], distance: float) -> Floats:
    height, width = pixels.shape[:2]
    rows = np.arange(height, dtype=np.int32)[:, None] + np.rint(field[0] * distance).astype(
        np.int32
    )
    columns = np.arange(width, dtype=np.int32)[None, :] + np.rint(field[1] * distance).astype(
        np.int32
    )
    moved: Floats = pixels[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return moved
