"""From RGB in one profile to 8 bits in another: the quickest way that agrees with littleCMS.

littleCMS computes 8 bits quickly with numbers that are too coarse for the darks of some pairs of
profiles (off by 3 of 255), 16 bits by a table that is coarser still, and either one exactly in 170
milliseconds a megapixel. What most profiles are, three curves and a matrix, is therefore also done
here; whichever is used is first held against the exact one.
"""

from __future__ import annotations

import functools
import struct
from contextlib import suppress
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import ImageCms

from kontext_desktop.imaging.arrays import Codes, Pixels

BLACK_POINT, EXACT = 0x2000, 0x0100
RELATIVE = int(ImageCms.Intent.RELATIVE_COLORIMETRIC)
_GOOD = 1.0
"""Of 255: what a way may differ from the exact one, which rounds by half of one."""
_STEPS = (0, 1, 3, 7, 15, 30, 60, 100, 128, 180, 220, 245, 255)
_TOP = 65535


class Shaper(NamedTuple):
    """Three curves, a matrix, three curves."""

    linear: tuple[npt.NDArray[np.float32], ...]
    """Of 8 and of 16 bits: (codes, 3), to light between 0 and 1."""
    matrix: npt.NDArray[np.float32]
    """Rows of source channels, columns of target channels."""
    code: Pixels
    """(65536, 3): the square root of light to code. Of light itself, as many steps would be too
    few in the dark."""


def convert(codes: Codes, source: bytes, target: bytes) -> Pixels:
    """(height, width, 3) of 8 or 16 bits in the RGB profile `source` as 8 bits in `target`. Raises
    RuntimeError for a profile that littleCMS does not take."""
    way = _choose_way(source, target, codes.dtype.itemsize)
    if way == "shaper":
        shaper = _find_shaper(source, target)
        assert shaper is not None
        return _shape(codes, shaper)
    done: Pixels = transform(codes, source, target, exact=way == "exact", dtype=np.uint8)
    return done


def grey_as_rgb(profile: bytes) -> bytes | None:
    """An RGB profile in which three equal numbers are what one is in a grey `profile`: sRGB's
    primaries with its curve. None for one that is more than a curve."""
    curve = _find_tag(profile, b"kTRC")
    model = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    primaries = {name: _find_tag(model, name) for name in (b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt")}
    if curve is None or None in primaries.values() or _find_tag(profile, b"A2B0") is not None:
        return None
    text = b"Grey, as RGB\0"
    tags: dict[bytes, bytes | None] = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text\0\0\0\0No copyright\0",
        **primaries,
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data = data or b""
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(model[:128])
    header[0:4] = struct.pack(">I", start + len(body))
    header[8:12] = b"\x02\x10\0\0"
    header[84:100] = bytes(16)  # the identity of another profile
    made = bytes(header) + struct.pack(">I", len(tags)) + table + body
    ramp = np.arange(256, dtype=np.uint8).reshape(1, -1, 1).repeat(3, 2)
    linear = _xyz_profile()
    spaces = ("gray", "xyz"), ("rgb", "xyz")
    try:
        one, other = (
            transform(part, known, linear, exact=True, dtype=np.float64, spaces=way)
            for part, known, way in zip((ramp[..., 0], ramp), (profile, made), spaces, strict=True)
        )
    except RuntimeError:
        return None
    return made if np.abs(one - other).max() < 1e-3 else None


def _find_tag(profile: bytes, name: bytes) -> bytes | None:
    with suppress(struct.error):
        (count,) = struct.unpack_from(">I", profile, 128)
        for number in range(min(count, 200)):
            found, start, length = struct.unpack_from(">4sII", profile, 132 + 12 * number)
            if found == name:
                return profile[start : start + length]
    return None


def transform(
    codes: Codes,
    source: bytes,
    target: bytes,
    *,
    exact: bool,
    dtype: npt.DTypeLike | None = None,
    spaces: tuple[str, str] = ("rgb", "rgb"),
) -> Any:
    """By littleCMS itself."""
    import imagecodecs

    return imagecodecs.cms_transform(
        np.ascontiguousarray(codes),
        source,
        target,
        colorspace=spaces[0],
        outcolorspace=spaces[1],
        outdtype=dtype or codes.dtype,
        intent=RELATIVE,
        flags=BLACK_POINT | (EXACT if exact else 0),
    )


@functools.lru_cache(maxsize=16)
def _choose_way(source: bytes, target: bytes, size: int) -> Literal["quick", "shaper", "exact"]:
    steps = np.array(_STEPS, np.uint8)
    cube: Codes = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(len(steps), -1, 3)
    cube = cube if size == 1 else cube.astype(np.uint16) * 257
    wanted = transform(cube, source, target, exact=True, dtype=np.uint16) / 257
    if size == 1:
        quick = transform(cube, source, target, exact=False)
        if np.abs(quick - wanted).max() <= _GOOD:
            return "quick"
    shaper = _find_shaper(source, target)
    if shaper is not None and np.abs(_shape(cube, shaper) - wanted).max() <= _GOOD:
        return "shaper"
    return "exact"


@functools.lru_cache(maxsize=16)
def _find_shaper(source: bytes, target: bytes) -> Shaper | None:
    """None where a profile is more than curves and a matrix."""
    ways = [_take_apart(profile) for profile in (source, target)]
    if ways[0] is None or ways[1] is None:
        return None
    (curves, colorants), (target_curves, target_colorants) = ways[0], ways[1]
    try:
        matrix = colorants @ np.linalg.inv(target_colorants)
    except np.linalg.LinAlgError:
        return None
    light = np.linspace(0, 1, _TOP + 1) ** 2
    ramp = np.arange(_TOP + 1) / 257
    code = np.stack([np.interp(light, curve, ramp) for curve in target_curves], -1)
    linear = np.stack(curves, -1).astype(np.float32)
    return Shaper(
        (np.ascontiguousarray(linear[::257]), linear),
        (matrix * float(_TOP) ** 2).astype(np.float32),
        np.rint(code).astype(np.uint8),
    )


def _take_apart(profile: bytes) -> tuple[list[npt.NDArray[Any]], npt.NDArray[Any]] | None:
    """The curves of 65,536 codes and, in rows, the XYZ of the channels; None where a channel's
    colour changes along its curve, as no matrix can say."""
    xyz = _xyz_profile()
    curves, rows = [], []
    for channel in range(3):
        ramp = np.zeros((1, _TOP + 1, 3), np.uint16)
        ramp[0, :, channel] = np.arange(_TOP + 1)
        # As floating point: XYZ of 16 bits ends below what wide primaries have.
        found = transform(ramp, profile, xyz, exact=True, dtype=np.float64, spaces=("rgb", "xyz"))[
            0
        ]
        most = found[-1]
        largest = int(np.abs(most).argmax())
        if most[largest] == 0:
            return None
        curve = found[:, largest] / most[largest]
        if np.abs(found - curve[:, None] * most).max() > 1e-3 or (np.diff(curve) < -1e-6).any():
            return None
        curves.append(np.maximum.accumulate(curve.clip(0, 1)))
        rows.append(most)
    return curves, np.array(rows)


@functools.cache
def _xyz_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()


def _shape(codes: Codes, shaper: Shaper) -> Pixels:
    table = shaper.linear[codes.dtype.itemsize - 1]
    light = np.empty(codes.shape, np.float32)
    for channel in range(3):
        np.take(table[:, channel], codes[..., channel], out=light[..., channel], mode="clip")
    places = np.matmul(light, shaper.matrix, out=np.empty_like(light))
    np.clip(places, 0, float(_TOP) ** 2, out=places)
    np.sqrt(places, out=places)
    places += np.float32(0.5)
    whole = places.astype(np.uint16)
    out = np.empty(codes.shape, np.uint8)
    for channel in range(3):
        out[..., channel] = shaper.code[:, channel][whole[..., channel]]
    return out
