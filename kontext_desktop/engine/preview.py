"""What screens show of a Version: the whole for the canvas, the picture for review, a small one.

Review and thumbnail are made once, from pixels that are decoded anyway when a picture or a result
arrives, and kept in the library's cache; looking again touches no original.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kontext_desktop.engine import render
from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.imaging import Pixels, encode, pyramid, read, scale, to_raster
from kontext_desktop.model import Document, Raster, Size, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library

THUMBNAIL = Size(320, 240)
SMALL = Size(704, 528)
HEAT = Size(1280, 1280)
REVIEW = Size(2560, 2560)
"""Fills a screen; also what stands in for an original that is not copied."""


def whole(library: Library, version: Version) -> tuple[Raster, ...]:
    """A version for the canvas: bgrx8, full size first, then halves.

    Raises OriginalError where the original is kept by reference and is not there.
    """
    return pyramid(render.render(library, version))


def review(library: Library, version: Version) -> tuple[Raster, ...]:
    """A version of 2560 pixels a side at most, then halves; the original is looked at only where
    nothing else is left of it."""
    pixels = _find_kept(library, _review_name(version))
    if pixels is None:
        document = library.get_document(version.document_id)
        stand_in = _find_stand_in(library, document, REVIEW)
        size = within(document.size, REVIEW)
        pixels = render.render(library, version, size=size, stand_in=stand_in)
        if version.layers or library.masters.find_reference(document.master_sha256) is None:
            _keep(library, _review_name(version), _encode(pixels))
    return pyramid(pixels)


def thumbnail(library: Library, version: Version, top: Pixels | None = None) -> Raster:
    """A version at most 320 x 240, kept in the library's cache. `top`: the received picture on top
    of it, where that is decoded already."""
    pixels = _find_kept(library, _thumbnail_name(version))
    if pixels is None:
        document = library.get_document(version.document_id)
        stand_in = _find_stand_in(library, document, THUMBNAIL)
        size = within(document.size, THUMBNAIL)
        pixels = render.render(library, version, size=size, stand_in=stand_in, top=top)
        _keep(library, _thumbnail_name(version), _encode(pixels, 85))
    return to_raster(pixels)


def keep_result(library: Library, version: Version, top: Pixels) -> None:
    """Make the thumbnail of a version whose picture has just been received and decoded. What goes
    wrong is for whoever looks at it to find: the version itself is safe."""
    try:
        thumbnail(library, version, top)
    except (ImageError, LibraryError) as error:
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)


def reduced(pixels: Pixels) -> Pixels:
    """A picture for review."""
    size = within(Size(pixels.shape[1], pixels.shape[0]), REVIEW)
    return scale(pixels, size)


def encode_review(review: Pixels) -> bytes:
    return _encode(review)


def keep_original(library: Library, document: Document, review: Pixels, *, copied: bool) -> None:
    """Keep what screens show of an original that has just been decoded. `copied` False: its review
    picture is kept with the reference to it."""
    original = library.list_versions(document.id)[0]
    if copied and library.find_cached(_review_name(original)) is None:
        _keep(library, _review_name(original), _encode(review))
    if library.find_cached(_thumbnail_name(original)) is None:
        size = within(Size(review.shape[1], review.shape[0]), THUMBNAIL)
        _keep(library, _thumbnail_name(original), _encode(scale(review, size), 85))


def small(library: Library, sha256: str) -> Raster:
    """A picture that was received or sent, by its blob, at most 704 x 528; not kept."""
    pixels = read(library.blobs.read(sha256))
    size = within(Size(pixels.shape[1], pixels.shape[0]), SMALL)
    return to_raster(scale(pixels, size))


def heat(library: Library, version: Version, before: Version) -> tuple[Raster, float]:
    """How far two versions of one document lie apart, pixel by pixel, as `drift.heat_map` colours
    it, at most 1280 a side; and the mean. Both are drawn for it: what JPEG has lost of a preview
    would be measured too. Raises OriginalError as `whole` does."""
    from kontext_desktop.imaging import drift

    size = within(library.get_document(version.document_id).size, HEAT)
    one, other = (render.render(library, each, size=size) for each in (before, version))
    colours, mean = drift.heat_map(one, other)
    return to_raster(colours), mean


def _find_stand_in(library: Library, document: Document, box: Size) -> Pixels | None:
    """The original made smaller, filling `box` at least, as it was kept; None: look at itself."""
    size = within(document.size, box)
    reference = library.masters.find_reference(document.master_sha256)
    try:
        if reference is not None:
            return read(library.blobs.read(reference.proxy_sha256), within=size)
        kept = library.find_cached(_review_name(library.list_versions(document.id)[0]))
        return None if kept is None else read(kept, within=size)
    except (ImageError, LibraryError):
        return None


def _find_kept(library: Library, name: str) -> Pixels | None:
    data = library.find_cached(name)
    try:
        return read(data) if data is not None else None
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


def _encode(pixels: Pixels, quality: int = 90) -> bytes:
    return encode(pixels, "JPEG", bare=True, quality=quality)


def _review_name(version: Version) -> str:
    return f"{version.id}-{REVIEW.width}.jpg"


def _thumbnail_name(version: Version) -> str:
    return f"{version.id}-{THUMBNAIL.width}.jpg"


def within(size: Size, box: Size) -> Size:
    """`size` reduced to fit `box`, never enlarged."""
    scale = min(1.0, box.width / size.width, box.height / size.height)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
