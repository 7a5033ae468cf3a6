"""Open pictures nobody has vouched for: what the header says, and the pixels.

Every way a file can be bad ends as an ImageError with one plain sentence. The size is checked
against a cap before anything is decoded, and only the formats of `signatures` reach a decoder.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import colour
from kontext_desktop.imaging.rasters import Pixels
from kontext_desktop.imaging.signatures import FORMATS, HEAD, find_refused_kind, sniff
from kontext_desktop.model import Size

MAX_PIXELS = 300_000_000
"""The largest source picture."""
OUTPUT_MAX_PIXELS = 64_000_000
"""The largest result believed to come from the service."""

# Pillow's own limit only warns at first, and cannot be set per call: ours is checked on the header.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False

_ORIENTATION = 0x0112
_BITS_PER_SAMPLE, _PHOTOMETRIC, _DNG_VERSION = 258, 262, 50706
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DAMAGE = (
    # What Pillow's decoders were seen, or are known, to raise on damaged files. UserWarning: where
    # the caller has made warnings errors.
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file's header says."""

    format: str
    """One of "PNG", "JPEG", "WEBP", "TIFF", "GIF"."""
    size: Size
    """Of document space: after orientation."""
    depth: int
    """Bits a channel of the file; of the palette's colours where it has a palette."""
    profile: str
    """The embedded colour profile's own description, "" without one."""
    notes: tuple[str, ...]
    """What the person should know of how it is read, in plain sentences."""


def probe(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> Probe:
    """What `source`, a file or its bytes, says of itself; decodes no pixels.

    Raises ImageError for all that `read` refuses and the header tells.
    """
    with _opened(source, max_pixels) as image:
        return _probed(image)


def read(
    source: Path | bytes, *, max_pixels: int = MAX_PIXELS, within: Size | None = None
) -> Pixels:
    """The picture in `source`: uint8 (height, width, 3), sRGB, oriented, an array of its own.

    `within` asks for a reduced reading that is no smaller than this size: for JPEG the decoder
    itself reduces (by 2, 4 or 8), which is what makes previews fast. Raises ImageError.
    """
    with _opened(source, max_pixels) as image:
        return _decoded(image, within)


def verify_output(data: bytes) -> tuple[Probe, Pixels]:
    """Decode a received result completely. Raises ImageError where that fails: then the bytes are
    not the picture that was paid for."""
    with _opened(data, OUTPUT_MAX_PIXELS) as image:
        return _probed(image), _decoded(image, None)


@contextlib.contextmanager
def _opened(source: Path | bytes, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """The file with its header read and its size checked; translates whatever goes wrong inside."""
    name = f"“{_plain(source.name)}”" if isinstance(source, Path) else "The picture"
    with _stream(source, name) as stream:
        head = stream.read(HEAD)
        format_ = _get_format(head, source, name)
        try:
            # Decoders warn of trifles (odd EXIF) that no person can act upon. Not thread-safe
            # before Python 3.14; a lost race lets a line through to the log.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                stream.seek(0)
                with Image.open(stream, formats=FORMATS) as image:
                    _check(image, name, max_pixels)
                    yield image
        except MemoryError as error:
            raise ImageError(
                f"{name} needs more memory than there is.",
                "Close other programs, or open a smaller copy.",
                repr(error),
            ) from error
        except _DAMAGE as error:
            raise ImageError(
                f"{name} is damaged or incomplete.",
                f"It begins like a {format_} file, but cannot be read to its end. "
                "Copy or export it again.",
                repr(error),
            ) from error


@contextlib.contextmanager
def _stream(source: Path | bytes, name: str) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        yield io.BytesIO(source)
        return
    try:
        mode = os.stat(source).st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"{name} is a folder.", "Choose the pictures inside it.")
        if not stat.S_ISREG(mode):
            # Opening a pipe would wait for its other end.
            raise ImageError(f"{name} is not a file.", "Choose a picture file.")
        stream = source.open("rb")
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist.", "Check the path.", str(error)) from error
    except PermissionError as error:
        raise ImageError(
            f"{name} may not be read.", "Check the file's permissions.", str(error)
        ) from error
    except (OSError, ValueError) as error:
        raise ImageError(f"{name} cannot be read.", "Check the disk.", str(error)) from error
    with stream:
        yield stream


def _get_format(head: bytes, source: Path | bytes, name: str) -> str:
    if not head:
        raise ImageError(f"{name} is empty.", "Copy or export it again.")
    kind = find_refused_kind(head, source.suffix if isinstance(source, Path) else "")
    if kind is not None:
        raise ImageError(
            f"{name} is {kind}, which this program cannot open.",
            "Save it as TIFF, PNG or JPEG and open that.",
        )
    format_ = sniff(head)
    if format_ is None:
        raise ImageError(
            f"{name} is not a picture this program knows.",
            "JPEG, PNG, TIFF, WebP and GIF can be opened.",
        )
    return format_


def _check(image: ImageFile.ImageFile, name: str, max_pixels: int) -> None:
    """Refuse what the header tells is too large, or cannot be shown as it is meant."""
    pixels = image.width * image.height
    if pixels > max_pixels:
        raise ImageError(
            f"{name} has {pixels / 1e6:,.0f} megapixels, more than the {max_pixels / 1e6:,.0f} "
            "that can be opened.",
            "Open a smaller copy.",
        )
    if image.mode in ("F", "I"):
        raise ImageError(
            f"{name} holds floating-point or 32-bit values, which have no agreed white.",
            "Convert it to 16 or 8 bits per channel and open that.",
        )
    if _tag(image, _DNG_VERSION) is not None:
        raise ImageError(
            f"{name} is a camera raw file, which this program cannot open.",
            "Develop it first and open the TIFF or JPEG.",
        )


def _probed(image: ImageFile.ImageFile) -> Probe:
    size = Size(*image.size)
    if _swaps(_turn(image)):
        size = Size(size.height, size.width)
    depth = _depth(image)
    conversion = colour.plan(image)
    notes = [
        f"{depth} bits per channel: shown and edited at 8." if depth > 8 else "",
        conversion.note,
        "Transparency is shown on white." if image.has_transparency_data else "",
        "" if not _is_animated(image) else "It holds several pictures: the first is used.",
    ]
    # A JPEG with more pictures behind the first calls itself MPO.
    format_ = image.format if image.format in FORMATS else "JPEG"
    return Probe(format_, size, depth, conversion.profile, tuple(filter(None, notes)))


def _decoded(image: ImageFile.ImageFile, within: Size | None) -> Pixels:
    turn = _turn(image)
    depth = _depth(image)
    inverted = _tag(image, _PHOTOMETRIC) == 0
    conversion = colour.plan(image)
    if within is not None and _swaps(turn):
        within = Size(within.height, within.width)
    if within is not None:
        image.draft(None, within)
    image.load()
    picture = colour.to_8bit(image, depth, inverted)
    if within is not None:
        factor = min(picture.width // within.width, picture.height // within.height)
        picture = picture.reduce(factor) if factor > 1 else picture
    picture = colour.to_srgb(picture, conversion)
    if turn is not None:
        picture = picture.transpose(turn)
    return np.array(picture)


def _turn(image: ImageFile.ImageFile) -> Image.Transpose | None:
    """What brings the picture upright; None where nothing is said, or nonsense."""
    if image.format == "TIFF":
        return None  # Pillow turns these itself, and reports the size they then have
    if image.format == "PNG" and "exif" not in image.info:
        # Asking would decode the picture: PNG allows these facts behind the pixels.
        return None
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGE:
        return None  # a picture does not become unreadable by broken EXIF


def _swaps(turn: Image.Transpose | None) -> bool:
    return turn in (
        Image.Transpose.TRANSPOSE,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_270,
    )


def _depth(image: ImageFile.ImageFile) -> int:
    bits = _tag(image, _BITS_PER_SAMPLE)
    if isinstance(bits, tuple) and bits:
        return max(int(bit) for bit in bits)
    if image.format == "PNG" and image.mode != "P" and image.tile:
        # The raw mode names the file's depth: "RGB;16B", "L;4", "1"; no number means 8.
        raw = str(image.tile[0].args)
        named = re.search(r"(?:^|;)(\d+)", raw)
        return int(named[1]) if named else 8
    return 8


def _tag(image: ImageFile.ImageFile, number: int) -> object:
    tags = getattr(image, "tag_v2", None)
    return None if tags is None else tags.get(number)


def _is_animated(image: ImageFile.ImageFile) -> bool:
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def _plain(name: str) -> str:
    """A file name fit for a sentence: foreign control signs out, cut to a readable length."""
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return shown if len(shown) <= 80 else shown[:50] + "…" + shown[-29:]
