"""What Pillow decodes: JPEG, PNG, WebP, GIF, AVIF, and TIFF of eight bits."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image, ImageFile, _imaging

from kontext_desktop.imaging.colour import Model
from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.imaging.metadata import Metadata, find_iptc, normal_exif
from kontext_desktop.imaging.source import Decoded, Facts, reduced, split_alpha
from kontext_desktop.model import Size

_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258
_MODES = {"L": 1, "LA": 1, "RGB": 3, "RGBA": 3, "CMYK": 4, "LAB": 3}
_ROWS = 1 << 20
"""Pixels that are taken over at a time."""
_BLOCK = 8 << 20
_PIXI = re.compile(rb"pixi\0{4}[\x01-\x04]([\x01-\x20])")


class PillowFile:
    """Of an `image` that is open; it must stay so until everything is decoded."""

    def __init__(self, image: ImageFile.ImageFile, head: bytes) -> None:
        self._image = image
        name = str(image.format)
        self.facts = Facts(
            # A JPEG with more pictures behind the first calls itself MPO.
            format="JPEG" if name == "MPO" else name,
            size=Size(*image.size),
            depth=_depth(image, head),
            model=_model(image),
            profile=image.info.get("icc_profile") or b"",
            turn=_turn(image),
            transparent=bool(image.has_transparency_data),
        )
        if name != "MPO" and getattr(image, "is_animated", False):
            self.facts.notes.append("It holds several pictures: the first is used.")

    def decode(self, within: Size | None) -> Decoded:
        image: Image.Image = self._image
        if self.facts.depth > 8 and self.facts.format in ("PNG", "AVIF"):
            return reduced(self._decode_deep(), within)
        if within is not None:
            image.draft(None, within)
        # Else it asks for Python's turn again after every 64 kB, beside a busy window.
        self._image.decodermaxblock = _BLOCK
        image.load()
        image = _plain(image)
        if within is not None:
            factor = min(image.width // within.width, image.height // within.height)
            image = image.reduce(factor) if factor > 1 else image
        codes = _array(image)
        _drop_pixels(self._image, image)
        if image.mode == "LAB":
            codes[..., 1:] ^= 128  # Pillow hands out a* and b* with a sign
        return split_alpha(codes, _MODES[image.mode])

    def find_metadata(self) -> Metadata:
        image = self._image
        with suppress(*DAMAGE):
            image.load()  # PNG allows these facts behind the pixels
        info = image.info
        xmp = info.get("xmp", b"")
        iptc: object = b""
        if image.format == "TIFF":
            xmp = get_tag(image, 700) or b""
            iptc = get_tag(image, 33723) or find_iptc(_bytes(get_tag(image, 34377)))
        elif info.get("photoshop"):
            iptc = find_iptc(info["photoshop"])
        exif = b""
        with suppress(*DAMAGE):
            exif = normal_exif(image.getexif())
        return Metadata(exif, _bytes(xmp), _bytes(iptc))

    def _decode_deep(self) -> Decoded:
        """Pillow would give eight bits without a word."""
        import imagecodecs

        assert self._image.fp is not None
        self._image.fp.seek(0)
        data = self._image.fp.read()
        codes: Any
        if self.facts.format == "PNG":
            codes = imagecodecs.png_decode(data)
        else:
            codes = imagecodecs.avif_decode(data, index=0)
        if codes.shape[:2] != (self.facts.size.height, self.facts.size.width):
            raise ValueError(f"decoded as {codes.shape}")
        if codes.dtype == np.uint16 and self.facts.depth < 16:
            codes = widened(codes, self.facts.depth)
        return split_alpha(codes, 1 if codes.ndim == 2 or codes.shape[2] < 3 else 3)


def _bytes(value: object) -> bytes:
    """As a tag holds them: some programs write bytes as numbers of four."""
    if isinstance(value, tuple) and all(isinstance(part, int) for part in value):
        return b"".join(part.to_bytes(4 if part > 255 else 1, "little") for part in value)
    return value if isinstance(value, bytes) else b""


def widened(codes: Any, depth: int) -> Any:
    """Codes of `depth` bits as codes of 16, in place."""
    top = (1 << depth) - 1
    for row in codes:
        row[...] = (row.astype(np.uint32) * 65535 + top // 2) // top
    return codes


def get_tag(image: Image.Image, number: int) -> object:
    tags = getattr(image, "tag_v2", None)
    return None if tags is None else tags.get(number)


def _array(image: Image.Image) -> Any:
    """As an array of its own, some rows at a time: at once would take a third copy."""
    first = np.asarray(image.crop((0, 0, image.width, 1)))
    out = np.empty((image.height, *first.shape[1:]), first.dtype)
    step = max(1, _ROWS // image.width)
    for top in range(0, image.height, step):
        bottom = min(image.height, top + step)
        out[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return out


def _drop_pixels(*images: Image.Image) -> None:
    """What Pillow holds of them, four bytes a pixel, is of no more use: only the file is. Given
    back block by block: for the time of all of them at once, the window would stand still."""
    _imaging.set_blocks_max(64)  # more than a picture has: they are put aside, not given back
    for image in images:
        image.im = Image.new("1", (1, 1)).im
    for left in reversed(range(_imaging.get_stats()["blocks_cached"])):
        _imaging.clear_cache(left)
    _imaging.set_blocks_max(0)


def _plain(image: Image.Image) -> Image.Image:
    """A decoded image in one of the modes L, LA, RGB, RGBA, CMYK, LAB."""
    if image.mode in ("1", "YCbCr", "RGBX"):
        return image.convert("L" if image.mode == "1" else "RGB")
    if image.mode in ("P", "PA", "RGBa", "La") or image.has_transparency_data:
        alpha = image.has_transparency_data
        grey_too = image.mode in ("L", "La", "LA")
        return image.convert(("LA" if grey_too else "RGBA") if alpha else "RGB")
    return image


def _model(image: ImageFile.ImageFile) -> Model:
    """Which of the colour models the decoded picture will have."""
    if image.mode == "CMYK":
        return "CMYK"
    if image.mode == "LAB":
        return "LAB"
    return "L" if image.mode in ("1", "L", "LA", "La") or image.mode[0] == "I" else "RGB"


def _turn(image: ImageFile.ImageFile) -> int:
    """1 where nothing is said, or nonsense."""
    if image.format == "TIFF":
        return 1  # Pillow turns these itself, and reports the size they then have
    if image.format == "PNG" and "exif" not in image.info:
        # Asking would decode the picture: PNG allows these facts behind the pixels.
        return 1
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except DAMAGE:
        return 1  # a picture does not become unreadable by broken EXIF
    return turn if turn in range(1, 9) else 1


def _depth(image: ImageFile.ImageFile, head: bytes) -> int:
    bits = get_tag(image, _BITS_PER_SAMPLE)
    if isinstance(bits, tuple) and bits:
        return max(int(bit) for bit in bits)
    if image.format == "PNG" and image.mode != "P" and image.tile:
        # The raw mode names the file's depth: "RGB;16B", "L;4", "1"; no number means 8.
        raw = str(image.tile[0].args)
        named = re.search(r"(?:^|;)(\d+)", raw)
        return int(named[1]) if named else 8
    if image.format == "AVIF":
        found = _PIXI.search(head)
        return found[1][0] if found else 8
    return 8
