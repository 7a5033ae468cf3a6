"""From whatever a file holds to sRGB, or to RGB in its own profile; file colour lives here.

Profiles are applied with relative colorimetric intent and black point compensation, as photo
editors do by default. Errors of the colour engine end here; those of decoders pass through.
"""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import ImageCms

from kontext_desktop.imaging.arrays import Codes, Pixels
from kontext_desktop.imaging.profiles import convert, grey_as_rgb, transform

Model: TypeAlias = Literal["L", "RGB", "CMYK", "LAB"]

_MODEL_OF_SPACE: dict[str, Model] = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_NAMES = {"L": "gray", "RGB": "rgb", "CMYK": "cmyk", "LAB": "lab"}
_BROKEN = "Its colour profile cannot be used: read as sRGB."
_BAND = 1 << 16
"""Pixels that are converted at a time."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How pixels of `model` get to sRGB. `profile` b"": their codes are taken as they are."""

    model: Model
    profile: bytes = b""
    name: str = ""
    note: str = ""
    native: bool = False
    """RGB whose profile can be gone back into, and which is not sRGB by another name."""


@functools.cache
def srgb_profile() -> bytes:
    """The ICC profile that is embedded in what this program writes; always the same bytes."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = bytes.fromhex("07e800010001000000000000")  # its date of making: 2024-01-01
    return bytes(data)


def plan(model: Model, embedded: bytes) -> Conversion:
    """How a picture with this profile in its file (b"": none) is to be converted. Raises nothing: a
    profile that is broken, or made for another kind of picture, becomes a note."""
    if model == "LAB":
        return Conversion(model, lab_profile(), "Lab", "Lab: converted to sRGB.")
    if not embedded:
        return Conversion(model, note=_uncertain(model))
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(embedded))
        wanted = _MODEL_OF_SPACE.get(source.profile.xcolor_space.strip())
        name = _plain(ImageCms.getProfileDescription(source))
        if wanted == "RGB" and model == "L":
            model = "RGB"
        if wanted != model:
            note = _BROKEN if model != "CMYK" else _uncertain(model)
            return Conversion(model, b"", name, note)
        steps = np.linspace(0, 255, 9).astype(np.uint8)
        cube = np.stack(np.meshgrid(*[steps] * _channels(model)), -1)
        cube = cube.reshape(9, -1, _channels(model))
        converted = _transform(cube, embedded, srgb_profile(), model)
    except (ImageCms.PyCMSError, OSError, RuntimeError, ValueError, TypeError):
        return Conversion(model, note=_BROKEN if model != "CMYK" else _uncertain(model))
    if model == "L":
        as_rgb = grey_as_rgb(embedded)
        if as_rgb is not None:
            return Conversion("RGB", as_rgb, name, native=True)
    if model == "CMYK":
        return Conversion(model, embedded, name, "CMYK: converted with its own profile.")
    # sRGB by another name, where no colour of a 9 x 9 x 9 cube moves by more than one code: leaving
    # such pixels alone is exact, and spares 10 ms a megapixel.
    if model == "RGB" and int(np.abs(converted.astype(np.int16) - cube).max()) <= 1:
        return Conversion(model, b"", name)
    return Conversion(model, embedded, name, native=model == "RGB" and _leads_back(embedded))


def describe(conversion: Conversion, model: Model) -> str:
    """What the numbers of a picture of `model` are taken for."""
    if model in ("CMYK", "LAB"):
        name = "Lab" if model == "LAB" else "CMYK"
        known = f" ({conversion.name})" if conversion.profile and model == "CMYK" else ""
        return f"{name}{known}, converted to sRGB"
    grey = "Grey, " if model == "L" else ""
    if conversion.note:
        return f"{grey}profile not usable, as sRGB"
    return f"{grey}{conversion.name}" if conversion.name else f"{grey}untagged, as sRGB"


def to_srgb(codes: Codes, alpha: Codes | None, conversion: Conversion) -> Pixels:
    """`codes` as 8-bit sRGB; what is transparent is laid on white."""
    rgb: Pixels = on_white(_converted(codes, conversion, np.uint8), to_depth(alpha, np.uint8))
    return rgb


def to_native(codes: Codes, alpha: Codes | None, conversion: Conversion) -> Codes:
    """`codes` as RGB at their own depth: in their own profile where that is `native`, else sRGB."""
    if conversion.native:
        rgb = np.repeat(codes, 3, axis=2) if codes.shape[2] == 1 else codes
    else:
        rgb = _converted(codes, conversion, codes.dtype)
    return on_white(rgb, alpha)


def from_srgb(pixels: Pixels, profile: bytes, dtype: npt.DTypeLike) -> Codes:
    """8-bit sRGB in another RGB profile (b"": sRGB itself) at a depth of 8 or 16 bits."""
    if not profile:
        same: Codes = to_depth(pixels, dtype)
        return same
    return _transform(to_depth(pixels, dtype), srgb_profile(), profile, "RGB")


def into_srgb(codes: Codes, profile: bytes) -> Pixels:
    """RGB in a profile (b"": sRGB itself) as 8-bit sRGB."""
    return between(codes, profile, b"")


def between(codes: Codes, source: bytes, target: bytes) -> Pixels:
    """RGB of 8 or 16 bits as 8 bits in another RGB profile; b"" for sRGB. A profile that cannot be
    used is taken for sRGB."""
    if source == target:
        same: Pixels = to_depth(codes, np.uint8)
        return same
    out = np.empty(codes.shape, np.uint8)
    one, other = source or srgb_profile(), target or srgb_profile()
    try:
        convert(codes[:1, :1], one, other)  # finds the way, else each thread would for itself
        _fill(out, codes, lambda rows: convert(rows, one, other))
    except RuntimeError:
        return between(codes, b"", b"")
    return out


def on_white(rgb: Codes, alpha: Codes | None) -> Codes:
    if alpha is None:
        return rgb
    top = np.iinfo(rgb.dtype).max
    out = np.empty_like(rgb)
    for rows in _bands(rgb):
        share = alpha[rows][..., None].astype(np.float32) / top
        out[rows] = np.rint(top + (rgb[rows] - np.float32(top)) * share)
    return out


def to_depth(codes: Any, dtype: npt.DTypeLike) -> Any:
    """The same values in 8 or in 16 bits; None stays None."""
    if codes is None or codes.dtype == dtype:
        return codes
    out = np.empty(codes.shape, dtype)
    for rows in _bands(codes):
        if dtype == np.uint16:
            out[rows] = codes[rows].astype(np.uint16) * 257
        else:
            part = codes[rows].astype(np.uint32)  # `/ 257`, rounded, but without a division
            part *= 255
            part += 32895
            part >>= 16
            out[rows] = part
    return out


def _converted(codes: Codes, conversion: Conversion, dtype: npt.DTypeLike) -> Codes:
    """As RGB in sRGB."""
    model, profile = conversion.model, conversion.profile
    if not profile:
        codes = to_depth(codes, dtype)
        if model == "CMYK":
            return _naive(codes)
        return np.repeat(codes, 3, axis=2) if codes.shape[2] == 1 else codes
    if model == "L":
        # A grey has so few codes that a table of them all is quickest, and exact.
        ramp = np.arange(np.iinfo(codes.dtype).max + 1, dtype=codes.dtype)
        table = _transform(ramp.reshape(1, -1, 1), profile, srgb_profile(), "L", dtype)[0]
        found: Codes = table[codes[..., 0]]
        return found
    if codes.shape[2] == 1:
        codes = np.repeat(codes, 3, axis=2)
    if model == "RGB" and dtype == np.uint8:
        return between(codes, profile, b"")
    out = np.empty((*codes.shape[:2], 3), dtype)
    _fill(out, codes, lambda rows: _transform(rows, profile, srgb_profile(), model, dtype))
    return out


def _fill(out: Codes, codes: Codes, act: Callable[[Codes], Codes]) -> None:
    """Convert some rows at a time, by as many threads as there are processors, up to four."""

    def fill(rows: slice) -> None:
        out[rows] = act(codes[rows])

    bands = _bands(codes)
    if len(bands) < 2:
        fill(bands[0])
        return
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for _ in pool.map(fill, bands):
            pass


def _transform(
    codes: Codes, source: bytes, target: bytes, model: Model, dtype: npt.DTypeLike | None = None
) -> Codes:
    if model == "L":
        codes = codes[..., 0]
    # Else littleCMS would put a coarse table in the profile's place, which is off where sRGB ends.
    spaces = (_NAMES[model], "rgb")
    done: Codes = transform(codes, source, target, exact=True, dtype=dtype, spaces=spaces)
    return done


def _leads_back(profile: bytes) -> bool:
    try:
        from_srgb(np.zeros((1, 1, 3), np.uint8), profile, np.uint16)
    except RuntimeError:
        return False
    return True


def _naive(inks: Codes) -> Codes:
    """Without a profile: what each ink leaves of the light, times what black leaves."""
    top = np.iinfo(inks.dtype).max
    out = np.empty((*inks.shape[:2], 3), inks.dtype)
    for rows in _bands(inks):
        left = top - inks[rows].astype(np.float32)
        out[rows] = np.rint(left[..., :3] * left[..., 3:] / top)
    return out


def _bands(codes: Any) -> list[slice]:
    """Of whole rows, about _BAND pixels each."""
    height, width = codes.shape[:2]
    step = max(1, _BAND // max(1, width))
    return [slice(top, min(height, top + step)) for top in range(0, height, step)]


@functools.cache
def lab_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def _channels(model: Model) -> int:
    return {"L": 1, "RGB": 3, "CMYK": 4, "LAB": 3}[model]


def _uncertain(model: Model) -> str:
    return "CMYK without a usable profile: colours are approximate." if model == "CMYK" else ""


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()[:80]
