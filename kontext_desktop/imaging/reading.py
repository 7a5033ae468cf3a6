"""Open pictures nobody has vouched for: what the header says, and the pixels.

Every way a file can be bad ends as an ImageError with one plain sentence. The size is checked
against a cap before anything is decoded, and only the formats of `signatures` reach a decoder.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError, _imaging

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import colour
from kontext_desktop.imaging.arrays import Codes, Pixels
from kontext_desktop.imaging.colour import Conversion
from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.imaging.memory import keep_little
from kontext_desktop.imaging.metadata import Metadata
from kontext_desktop.imaging.pillow_files import PillowFile, get_tag
from kontext_desktop.imaging.signatures import HEAD, PILLOW_FORMATS, find_refused_kind, sniff
from kontext_desktop.imaging.source import SWAPPING, Facts, Source, turned
from kontext_desktop.model import Size

MAX_PIXELS = 300_000_000
"""The largest source picture."""
OUTPUT_MAX_PIXELS = 64_000_000
"""The largest result believed to come from the service."""

# Pillow's own limit only warns at first, and cannot be set per call: ours is checked on the header.
Image.MAX_IMAGE_PIXELS = None
# Pieces so large go back to the system when a picture is done with; of smaller ones, a hundred
# megapixels were seen to stay behind as holes.
_imaging.set_block_size(64 << 20)
keep_little()
ImageFile.LOAD_TRUNCATED_IMAGES = False

_DNG_VERSION, _NEW_SUBFILE, _PLANAR, _COMPRESSION = 50706, 254, 284, 259
_PILLOWS_OWN = (1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946)
"""TIFF compressions that are left to Pillow in files of 8 bits."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file's header says."""

    format: str
    """One of `signatures.FORMATS`."""
    size: Size
    """Of document space: after orientation."""
    depth: int
    """Bits a channel of the file; of the palette's colours where it has a palette."""
    profile: str
    """The embedded colour profile's own description, "" without one."""
    colours: str
    """What its numbers are taken for, as words: "Adobe RGB (1998)", "untagged, as sRGB"."""
    notes: tuple[str, ...]
    """What the person should know of how it is read, in plain sentences."""


class Native(NamedTuple):
    """A picture at its own depth and in its own colours, as far as RGB can hold them."""

    pixels: Codes
    """(height, width, 3), 8 or 16 bits, oriented."""
    profile: bytes = b""
    """ICC, of RGB; b"" for sRGB."""


def probe(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> Probe:
    """What `source`, a file or its bytes, says of itself; decodes no pixels.

    Raises ImageError for all that `read` refuses and the header tells.
    """
    with _opened(source, max_pixels) as opened:
        return _probed(opened.facts)


def read(
    source: Path | bytes, *, max_pixels: int = MAX_PIXELS, within: Size | None = None
) -> Pixels:
    """The picture in `source`: uint8 (height, width, 3), sRGB, oriented, an array of its own.

    `within` asks for a reduced reading that is no smaller than this size: for JPEG the decoder
    itself reduces (by 2, 4 or 8), which is what makes previews fast. Raises ImageError.
    """
    with _opened(source, max_pixels) as opened:
        return _decoded(opened, within)


def read_native(
    source: Path | bytes, *, max_pixels: int = MAX_PIXELS, within: Size | None = None
) -> Native:
    """As `read`, but in the picture's own colours and at its own depth: what is neither shown on
    every screen nor held by 8 bits is still there."""
    with _opened(source, max_pixels) as opened:
        conversion, decoded = _plan(opened.facts), opened.decode(_stored(opened.facts, within))
        codes = colour.to_native(*decoded, conversion)
        profile = conversion.profile if conversion.native else b""
        return Native(turned(codes, opened.facts.turn), profile)


def verify_output(data: bytes) -> tuple[Probe, Pixels]:
    """Decode a received result completely. Raises ImageError where that fails: then the bytes are
    not the picture that was paid for."""
    with _opened(data, OUTPUT_MAX_PIXELS) as opened:
        return _probed(opened.facts), _decoded(opened, None)


def find_kind(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> tuple[np.dtype[Any], bytes]:
    """The depth and profile that `read_native` would give; decodes no pixels."""
    with _opened(source, max_pixels) as opened:
        conversion = _plan(opened.facts)
        depth = np.dtype(np.uint16 if opened.facts.depth > 8 else np.uint8)
        return depth, conversion.profile if conversion.native else b""


def read_metadata(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> Metadata:
    """What `source` says beside its pixels; what cannot be read of that is left out."""
    with _opened(source, max_pixels) as opened:
        conversion = _plan(opened.facts)
        kept = opened.find_metadata()
        # A name without a profile to apply: it is sRGB by that name.
        usable = conversion.native or (conversion.model == "RGB" and conversion.name)
        usable = usable and not conversion.note
        return replace(kept, profile=opened.facts.profile if usable else b"")


@contextlib.contextmanager
def _opened(source: Path | bytes, max_pixels: int) -> Iterator[Source]:
    """The file with its header read and its size checked; translates whatever goes wrong inside."""
    name = f"“{_plain(source.name)}”" if isinstance(source, Path) else "The picture"
    with _stream(source, name) as stream, contextlib.ExitStack() as stack:
        head = stream.read(HEAD)
        format_ = _get_format(head, source, name)
        try:
            # Decoders warn of trifles (odd EXIF) that no person can act upon. Not thread-safe
            # before Python 3.14; a lost race lets a line through to the log.
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            found = _open_format(format_, stream, head, name, max_pixels, stack)
            _check_pixels(found.facts.size, name, max_pixels)
            yield found
        except MemoryError as error:
            raise ImageError(
                f"{name} needs more memory than there is.",
                "Close other programs, or open a smaller copy.",
                repr(error),
            ) from error
        except NotImplementedError as error:
            raise ImageError(
                f"{name} is a {format_} file of a kind that this program cannot open.",
                "Convert it to RGB of 16 or 8 bits per channel and open that.",
                repr(error),
            ) from error
        except DAMAGE as error:
            raise ImageError(
                f"{name} is damaged or incomplete.",
                f"It begins like a {format_} file, but cannot be read to its end. "
                "Copy or export it again.",
                repr(error),
            ) from error


def _open_format(
    format_: str,
    stream: BinaryIO,
    head: bytes,
    name: str,
    max_pixels: int,
    stack: contextlib.ExitStack,
) -> Source:
    if format_ == "HEIC":
        from kontext_desktop.imaging.heif_files import HeifFile

        return HeifFile(stream)
    if format_ == "PSD":
        from kontext_desktop.imaging.photoshop_files import PhotoshopFile, UnflattenedError

        try:
            return PhotoshopFile(stream)
        except UnflattenedError as error:
            raise ImageError(
                f"{name} holds layers only.",
                "Save it in Photoshop with “Maximise compatibility”, or as TIFF.",
            ) from error
    stream.seek(0)
    try:
        image = stack.enter_context(Image.open(stream, formats=PILLOW_FORMATS))
    except UnidentifiedImageError:
        if format_ != "TIFF":
            raise
        return _open_tiff(stream)  # a kind that Pillow does not know
    _check_pixels(Size(*image.size), name, max_pixels)
    _check(image, name)
    if image.format == "TIFF" and _is_beyond_pillow(image):
        return _open_tiff(stream)
    return PillowFile(image, head)


def _open_tiff(stream: BinaryIO) -> Source:
    from kontext_desktop.imaging.tiff_files import TiffFile

    return TiffFile(stream)


def _is_beyond_pillow(image: ImageFile.ImageFile) -> bool:
    """Whether Pillow would drop bits, or not decode it at all."""
    bits = get_tag(image, 258)
    deep = isinstance(bits, tuple) and max(bits, default=1) > 8
    planes = get_tag(image, _PLANAR) == 2
    return deep or planes or get_tag(image, _COMPRESSION) not in (None, *_PILLOWS_OWN)


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
            "JPEG, PNG, TIFF, WebP, GIF, HEIC, AVIF, PSD and PSB can be opened.",
        )
    return format_


def _check_pixels(size: Size, name: str, max_pixels: int) -> None:
    pixels = size.width * size.height
    if pixels > max_pixels:
        raise ImageError(
            f"{name} has {pixels / 1e6:,.0f} megapixels, more than the {max_pixels / 1e6:,.0f} "
            "that can be opened.",
            "Open a smaller copy.",
        )


def _check(image: ImageFile.ImageFile, name: str) -> None:
    """Refuse what cannot be shown as it is meant."""
    if image.mode in ("F", "I"):
        raise ImageError(
            f"{name} holds floating-point or 32-bit values, which have no agreed white.",
            "Convert it to 16 or 8 bits per channel and open that.",
        )
    if get_tag(image, _DNG_VERSION) is not None:
        raise ImageError(
            f"{name} is a camera raw file, which this program cannot open.",
            "Develop it first and open the TIFF or JPEG.",
        )


def _probed(facts: Facts) -> Probe:
    size = _turned_size(facts, facts.size)
    conversion = _plan(facts)
    notes = [
        conversion.note,
        "Transparency is shown on white." if facts.transparent else "",
        *facts.notes,
    ]
    return Probe(
        facts.format,
        size,
        facts.depth,
        conversion.name,
        colour.describe(conversion, facts.model),
        tuple(filter(None, notes)),
    )


def _plan(facts: Facts) -> Conversion:
    return colour.plan(facts.model, facts.profile)


def _decoded(opened: Source, within: Size | None) -> Pixels:
    facts = opened.facts
    decoded = opened.decode(_stored(facts, within))
    return turned(colour.to_srgb(*decoded, _plan(facts)), facts.turn)


def _stored(facts: Facts, within: Size | None) -> Size | None:
    return None if within is None else _turned_size(facts, within)


def _turned_size(facts: Facts, size: Size) -> Size:
    return Size(size.height, size.width) if facts.turn in SWAPPING else size


def _plain(name: str) -> str:
    """A file name fit for a sentence: foreign control signs out, cut to a readable length."""
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return shown if len(shown) <= 80 else shown[:50] + "…" + shown[-29:]
