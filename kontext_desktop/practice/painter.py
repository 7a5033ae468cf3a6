"""The honest stand-in for the model: paints something that looks like the edit that was asked for.

No AI: it looks for words it knows and applies ordinary image processing, then the small faults that
results of the real model have. The same bytes and parameters always give the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from kontext_desktop.catalog import KONTEXT_MAX, RatioSpec
from kontext_desktop.errors import ImageError
from kontext_desktop.model import Frame, Size
from kontext_desktop.practice import backdrop, looks
from kontext_desktop.practice.pixels import Floats, Random, from_image, luminance, mix, to_image
from kontext_desktop.practice.reading import Colour, Reading, read

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_MOST_PIXELS = 64_000_000
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

Painter = Callable[[bytes, str, int, float, str | None], bytes]
"""What `paint` takes and gives."""

_Look = Callable[[Floats, float, Random], Floats]

_LOOKS: tuple[tuple[str, _Look], ...] = (
    (r"toy|plastic|lego|figurine|miniature|vinyl", looks.toy),
    (r"clay|claymation|plasticine", looks.clay),
    (r"illustration|illustrated|cartoon|comic|anime|drawn|poster", looks.illustration),
    (r"water-?colou?r|aquarelle|gouache", looks.watercolour),
    (r"sketch|pencil|charcoal drawing", looks.sketch),
    (r"sharp|sharper|sharpen|crisp|crisper", looks.sharper),
    (r"warm|warmer|warmth", looks.warmer),
    (r"cool|cooler|cold|colder|bluish", looks.cooler),
    (r"bright|brighter|brighten|lighter|lighten", looks.brighter),
    (r"dark|darker|darken|moody|low[ -]key", looks.darker),
    (
        r"(?:more|higher|stronger|increase|add|raise) (?:the )?contrast|punchy|punchier",
        looks.more_contrast,
    ),
    (r"(?:less|lower|softer|reduce) (?:the )?contrast", looks.less_contrast),
    (r"vivid|vibrant|saturated|more saturation|colou?rful", looks.vivid),
    (r"muted|desaturated?|less saturation", looks.muted),
    (r"cinematic|film look|teal", looks.cinematic),
    (r"vintage|retro|faded|nostalgic|polaroid", looks.vintage),
    (r"golden hour|sunset|sunrise|evening light", looks.golden_hour),
    (r"night|moonlight|midnight", looks.night),
    (r"monochrome|b&w|greyscale|grayscale", looks.monochrome),
    (r"sepia", looks.sepia),
    (r"snow|snowy|snowfall|snowing", looks.snow),
    (r"grain|grainy", looks.film_grain),
)
"""Words, and what they ask for, in the order in which it is done."""

_BLUR = re.compile(r"\b(?:blur|blurred|blurry|bokeh|defocus|depth of field|out of focus)\b")
_TIDY = re.compile(r"\b(?:clutter|distractions?|clean ?up|tidy|declutter)\b")


def paint(image: bytes, prompt: str, seed: int, guidance: float, aspect_ratio: str | None) -> bytes:
    """The picture `image` edited as `prompt` says: JPEG bytes, 8-bit sRGB, without metadata.

    The size is the model's for `aspect_ratio`, else for the ratio nearest to the picture's; what
    does not fit is cut off around the centre. `guidance` 1..20 sets how strong the edit is (3.5 is
    natural), `seed` how it varies. Raises ImageError when the picture cannot be read. A second or
    so; any thread.
    """
    opened = _open(image)
    ratio = (
        KONTEXT_MAX.get_ratio(aspect_ratio)
        if aspect_ratio
        else KONTEXT_MAX.nearest_ratio(*opened.size)
    )
    pixels = from_image(_cropped(opened, ratio))
    random = np.random.default_rng(seed)
    # Separate streams: an edit draws more or fewer numbers without moving what follows.
    light, edit, wear = random.spawn(3)
    edited = _edited(looks.lit(pixels, light), read(prompt), _strength(guidance), edit)
    worn = _worn(edited, wear)
    output = io.BytesIO()
    worn.save(output, "JPEG", quality=90, subsampling=0)
    return output.getvalue()


def paint_plainly(
    image: bytes, prompt: str, seed: int, guidance: float, aspect_ratio: str | None
) -> bytes:
    """A little noise, the same for the same prompt and seed and hardly for another: where only the
    way there and back counts. `image` is opened and not decoded; raises ImageError as `paint`."""
    with _translated(), Image.open(io.BytesIO(image), formats=_FORMATS):
        pass
    noise = hashlib.shake_256(f"{seed} {prompt}".encode()).digest(24 * 16 * 3)
    output = io.BytesIO()
    Image.frombytes("RGB", (24, 16), noise).save(output, "JPEG", quality=95)
    return output.getvalue()


def _open(content: bytes) -> Image.Image:
    with _translated(), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise ImageError("The picture is too large for the practice service.")
        image.draft("RGB", (2048, 2048))
        # By way of RGBA, as Pillow warns of palettes with transparency otherwise.
        return ImageOps.exif_transpose(image).convert("RGBA").convert("RGB")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SyntaxError, *_BOMBS) as error:
        raise ImageError(
            "The picture cannot be read.", "Send a JPEG, PNG, WebP or GIF file.", str(error)
        ) from error


def _cropped(image: Image.Image, ratio: RatioSpec) -> Image.Image:
    x, y, width, height = Frame.centred(Size(*image.size), ratio.ratio)
    box = (x, y, x + width, y + height)
    size = (ratio.width, ratio.height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _strength(guidance: float) -> float:
    """0.6 at the weakest guidance, 1 at the default, 2 at the strongest."""
    return float((guidance / 3.5) ** 0.4)


def _edited(pixels: Floats, reading: Reading, strength: float, random: Random) -> Floats:
    said = " ".join(phrase.text for phrase in reading.phrases)
    asked = [
        (look, phrase)
        for words, look in _LOOKS
        for phrase in reading.phrases
        if re.search(rf"\b(?:{words})\b", phrase.text)
        and not (phrase.background and reading.backdrop)  # its words describe the new backdrop
    ]
    steps = _staged(reading, said)
    if not (asked or steps or reading.lettering):
        return looks.graded(pixels, strength, random)
    background = any(phrase.background for _, phrase in asked)
    scene = backdrop.separate(pixels) if steps or background else None
    if scene is not None:
        for step in steps:
            pixels = np.clip(step(pixels, scene, strength, random), 0, 1)
    for look, phrase in asked:
        edited = look(pixels, strength * phrase.emphasis, random)
        if phrase.background and scene is not None:
            edited = mix(edited, pixels, scene.subject)
        pixels = np.clip(edited, 0, 1)
    if reading.lettering:
        pixels = _lettered(pixels, reading.lettering, reading.lettering_colour, random)
    return pixels


_Step = Callable[[Floats, backdrop.Scene, float, Random], Floats]


def _staged(reading: Reading, said: str) -> list[_Step]:
    """The steps that tell subject and background apart."""
    steps: list[_Step] = []
    if _TIDY.search(said):
        steps.append(lambda pixels, scene, strength, _: backdrop.tidy(pixels, scene, strength))
    if (wall := reading.backdrop) is not None:
        colour = np.array(wall, np.float32)
        steps.append(
            lambda pixels, scene, strength, random: backdrop.replace(
                pixels, scene, colour, strength, random
            )
        )
    if _BLUR.search(said):
        steps.append(lambda pixels, scene, strength, _: backdrop.defocus(pixels, scene, strength))
    if reading.recolour is not None:
        old, new = reading.recolour
        source = None if old is None else np.array(old, np.float32)
        target = np.array(new, np.float32)
        steps.append(
            lambda pixels, scene, strength, _: looks.recoloured(
                pixels, source, target, scene.subject, strength
            )
        )
    return steps


def _lettered(pixels: Floats, text: str, colour: Colour | None, random: Random) -> Floats:
    """Large lettering at the top or the bottom, in the colour asked for, else in one that shows."""
    height, width = pixels.shape[:2]
    font = ImageFont.load_default(100)
    size = min(height / 5, 100 * 0.84 * width / max(1.0, font.getlength(text)))
    font = ImageFont.load_default(size)
    at = (width / 2 + random.uniform(-0.02, 0.02) * width, height * random.choice((0.16, 0.84)))
    ink = Image.new("L", (width, height))
    ImageDraw.Draw(ink).text(at, text, 255, font, anchor="mm", stroke_width=size / 50)
    shadow = ink.filter(ImageFilter.GaussianBlur(size / 14))
    behind = luminance(pixels)[max(0, int(at[1] - size)) : int(at[1] + size)].mean()
    if colour is None:
        colour = (0.97, 0.96, 0.93) if behind < 0.62 else (0.1, 0.1, 0.12)
    dark_ink = sum(colour) < 1.2
    shaded = mix(pixels, np.float32(dark_ink), from_image(shadow) * np.float32(0.4))
    return mix(shaded, np.array(colour, np.float32), from_image(ink) * np.float32(0.96))


def _worn(pixels: Floats, random: Random) -> Image.Image:
    """What real results lose: shifted by up to 6 pixels, scaled by up to 0.8 %, a little soft, off
    in gain by up to 3 % and in tint by 1 %, with light noise."""
    height, width = pixels.shape[:2]
    gain = random.uniform(0.97, 1.03) * random.uniform(0.99, 1.01, 3)
    shift_x, shift_y = random.uniform(-6, 6, 2)
    scale = random.uniform(0.992, 1.008)
    margin = 16
    gained = np.asarray(to_image(pixels * gain.astype(np.float32)))
    padded = np.pad(gained, ((margin, margin), (margin, margin), (0, 0)), "edge")
    # Output pixel to padded input pixel, scaled about the centre.
    left = margin + width / 2 * (1 - scale) + shift_x
    top = margin + height / 2 * (1 - scale) + shift_y
    moved = Image.fromarray(padded).transform(
        (width, height),
        Image.Transform.AFFINE,
        (scale, 0, left, 0, scale, top),
        Image.Resampling.BILINEAR,
    )
    soft = from_image(moved.filter(ImageFilter.GaussianBlur(random.uniform(0.4, 0.6))))
    noise = random.standard_normal((height, width, 1), np.float32) * np.float32(1.3 / 255)
    return to_image(soft + noise)
