"""What screens show of a Version: the whole for the canvas, the picture for review, a small one.

Review and thumbnail are made once, from pixels that are decoded anyway when a picture or a result
arrives, and kept in the library's cache; looking again touches no original.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kontext_desktop.engine import render
from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.imaging import (
    Native,
    Pixels,
    between,
    document_raster,
    encode,
    give_back,
    probe,
    pyramid,
    read,
    read_native,
    scale,
    shows_numbers,
    shrunk,
    to_depth,
    to_raster,
)
from kontext_desktop.model import Document, Raster, Size, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library

THUMBNAIL = Size(320, 240)
SMALL = Size(704, 528)
HEAT = Size(1280, 1280)
_FIRST_LOOK = 1400
"""Pixels of the longer side, at least."""
_MARK = (255, 0, 255, 255)
"""Magenta, blue first: hardly a picture has it."""
REVIEW = Size(2560, 2560)
"""Fills a screen; also what stands in for an original that is not copied."""


class Shown(NamedTuple):
    """A version for the canvas."""

    levels: tuple[Raster, ...]
    """bgrx8 as the screen is to be given it, the largest first, then halves."""
    numbers: Raster | None
    """The largest level's own numbers, where they are others than those on the screen."""


def show(native: Native, screen: bytes = b"") -> Shown:
    """`screen`: its ICC profile; b"" for sRGB."""
    same = shows_numbers(*native, screen)
    give_back()
    return Shown(pyramid(*native, screen), None if same else document_raster(*native))


def first_look(native: Native, screen: bytes = b"") -> Raster:
    """A picture that was just decoded, in a tenth of the time that `show` takes."""
    height, width = native.pixels.shape[:2]
    times = max(1, max(height, width) // _FIRST_LOOK)
    return _small_raster(Native(shrunk(native.pixels, times, times), native.profile), screen)


def whole(library: Library, version: Version, screen: bytes = b"") -> Shown:
    """A version at full size.

    Raises OriginalError where the original is kept by reference and is not there.
    """
    return show(render.render_native(library, version), screen)


def review(library: Library, version: Version, screen: bytes = b"") -> Shown:
    """A version of 2560 pixels a side at most; the original is looked at only where nothing else
    is left of it."""
    return show(_draw_review(library, version), screen)


def _draw_review(library: Library, version: Version) -> Native:
    pixels = _find_kept(library, _review_name(version))
    if pixels is None:
        document = library.get_document(version.document_id)
        stand_in = _find_stand_in(library, document, REVIEW)
        size = within(document.size, REVIEW)
        pixels = render.render_native(library, version, size=size, stand_in=stand_in)
        if version.layers or library.masters.find_reference(document.master_sha256) is None:
            _keep(library, _review_name(version), _encode(pixels))
    return pixels


def thumbnail(
    library: Library, version: Version, top: Pixels | None = None, *, screen: bytes = b""
) -> Raster:
    """A version at most 320 x 240, kept in the library's cache. `top`: the received picture on top
    of it, where that is decoded already."""
    pixels = _find_kept(library, _thumbnail_name(version))
    if pixels is None:
        document = library.get_document(version.document_id)
        stand_in = _find_stand_in(library, document, THUMBNAIL)
        size = within(document.size, THUMBNAIL)
        pixels = render.render_native(library, version, size=size, stand_in=stand_in, top=top)
        _keep(library, _thumbnail_name(version), _encode(pixels, 85))
    return _small_raster(pixels, screen)


def find_colours(library: Library, document: Document) -> str:
    """In which colours the original is kept, as words; kept beside its previews. "" where that
    cannot be found out now."""
    name = f"{document.id}-colours.txt"
    kept = library.find_cached(name)
    if kept is not None:
        return kept.decode("utf-8", "replace")
    try:
        with library.masters.reading(document) as path:
            colours = probe(path).colours
    except (ImageError, LibraryError):
        return ""
    _keep(library, name, colours.encode())
    return colours


def keep_result(library: Library, version: Version, top: Pixels) -> None:
    """Make the thumbnail of a version whose picture has just been received and decoded. What goes
    wrong is for whoever looks at it to find: the version itself is safe."""
    try:
        thumbnail(library, version, top)
    except (ImageError, LibraryError) as error:
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)


def reduced(native: Native) -> Native:
    """A picture for review, of 8 bits: so it is kept, and from 16 it would take twice the time."""
    pixels = to_depth(native.pixels, np.uint8)
    size = within(Size(pixels.shape[1], pixels.shape[0]), REVIEW)
    return Native(scale(pixels, size), native.profile)


def encode_review(review: Native) -> bytes:
    return _encode(review)


def keep_original(library: Library, document: Document, review: Native, *, copied: bool) -> None:
    """Keep what screens show of an original that has just been decoded. `copied` False: its review
    picture is kept with the reference to it."""
    original = library.list_versions(document.id)[0]
    if copied and library.find_cached(_review_name(original)) is None:
        _keep(library, _review_name(original), _encode(review))
    if library.find_cached(_thumbnail_name(original)) is None:
        size = within(Size(review.pixels.shape[1], review.pixels.shape[0]), THUMBNAIL)
        small = Native(scale(review.pixels, size), review.profile)
        _keep(library, _thumbnail_name(original), _encode(small, 85))


def small(library: Library, sha256: str, *, screen: bytes = b"") -> Raster:
    """A picture that was received or sent, by its blob, at most 704 x 528; not kept."""
    pixels = read(library.blobs.read(sha256))
    size = within(Size(pixels.shape[1], pixels.shape[0]), SMALL)
    return _small_raster(Native(scale(pixels, size)), screen)


def _small_raster(native: Native, screen: bytes) -> Raster:
    return to_raster(between(*native, screen))._replace(profile=screen)


def heat(library: Library, version: Version, before: Version) -> tuple[Raster, float]:
    """How far two versions of one document lie apart, pixel by pixel, as `drift.heat_map` colours
    it, at most 1280 a side; and the mean. Both are drawn for it: what JPEG has lost of a preview
    would be measured too. Raises OriginalError as `whole` does."""
    from kontext_desktop.imaging import drift

    size = within(library.get_document(version.document_id).size, HEAT)
    one, other = (render.render(library, each, size=size) for each in (before, version))
    colours, mean = drift.heat_map(one, other)
    return to_raster(colours), mean


def mark_outside(library: Library, version: Version, screen: bytes) -> tuple[Raster, float]:
    """Marks (`bgra8`, at most 1280 a side) to be laid over a version where it has colours that a
    screen with this profile cannot show, and how much of it that is, 0 to 1."""
    from kontext_desktop.imaging.gamut import find_outside

    pixels, profile = _draw_review(library, version)
    size = within(Size(pixels.shape[1], pixels.shape[0]), HEAT)
    outside = find_outside(scale(pixels, size), profile, screen)
    marks = np.zeros((size.height, size.width, 4), np.uint8)
    marks[outside] = _MARK
    return Raster(marks.reshape(-1).data, size, "bgra8", screen), float(outside.mean())


def _find_stand_in(library: Library, document: Document, box: Size) -> Native | None:
    """The original made smaller, filling `box` at least, as it was kept; None: look at itself."""
    size = within(document.size, box)
    reference = library.masters.find_reference(document.master_sha256)
    try:
        if reference is not None:
            return read_native(library.blobs.read(reference.proxy_sha256), within=size)
        kept = library.find_cached(_review_name(library.list_versions(document.id)[0]))
        return None if kept is None else read_native(kept, within=size)
    except (ImageError, LibraryError):
        return None


def _find_kept(library: Library, name: str) -> Native | None:
    data = library.find_cached(name)
    try:
        return read_native(data) if data is not None else None
    except ImageError:
        return None  # the cache is expendable: what cannot be read is drawn anew


def _keep(library: Library, name: str, data: bytes) -> None:
    if library.reading_only:
        return
    try:
        library.put_cached(name, data)
    except LibraryError as error:
        # A full disk is told where it costs something; the picture is shown all the same.
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)


def _encode(native: Native, quality: int = 90) -> bytes:
    """In its own colours: a wide screen shows a preview as it shows the whole."""
    pixels = to_depth(native.pixels, np.uint8)
    return encode(pixels, "JPEG", bare=True, quality=quality, profile=native.profile)


def _review_name(version: Version) -> str:
    return f"{version.id}-{REVIEW.width}.jpg"


def _thumbnail_name(version: Version) -> str:
    return f"{version.id}-{THUMBNAIL.width}.jpg"


def within(size: Size, box: Size) -> Size:
    """`size` reduced to fit `box`, never enlarged."""
    scale = min(1.0, box.width / size.width, box.height / size.height)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
