"""What screens show of a Version: the whole for the canvas, a quick preview, a small picture."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kontext_desktop.engine import render
from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.imaging import Pixels, encode, pyramid, read, scale, to_raster
from kontext_desktop.model import Raster, Size, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library

THUMBNAIL = Size(320, 240)
SMALL = Size(704, 528)
QUICK = Size(1600, 1200)
"""A preview covers this many pixels: enough to look at while the whole is decoded."""
QUICK_FROM = 6_000_000
"""Pixels of a master below which a preview saves nothing."""


def whole(library: Library, version: Version) -> tuple[Raster, ...]:
    """A version for the canvas: bgrx8, full size first, then halves."""
    return pyramid(render.render(library, version))


def quick(library: Library, version: Version) -> Raster | None:
    """A reduced picture to show while `whole` works; None where it would not be quicker."""
    size = library.get_document(version.document_id).size
    if size.width * size.height < QUICK_FROM:
        return None
    return to_raster(render.render(library, version, size=within(size, QUICK)))


def thumbnail(library: Library, version: Version) -> Raster:
    """A version at most 320 x 240, kept in the library's cache."""
    name = f"{version.id}-{THUMBNAIL.width}.jpg"
    kept = _find_kept(library, name)
    if kept is not None:
        return kept
    size = within(library.get_document(version.document_id).size, THUMBNAIL)
    pixels = render.render(library, version, size=size)
    if not library.reading_only:
        _keep(library, name, pixels)
    return to_raster(pixels)


def small(library: Library, sha256: str) -> Raster:
    """A picture that was received or sent, by its blob, at most 704 x 528; not kept."""
    pixels = read(library.blobs.read(sha256))
    size = within(Size(pixels.shape[1], pixels.shape[0]), SMALL)
    return to_raster(scale(pixels, size))


def _find_kept(library: Library, name: str) -> Raster | None:
    data = library.find_cached(name)
    try:
        return to_raster(read(data)) if data is not None else None
    except ImageError:
        return None  # the cache is expendable: what cannot be read is drawn anew


def _keep(library: Library, name: str, pixels: Pixels) -> None:
    try:
        library.put_cached(name, encode(pixels, "JPEG", bare=True, quality=85))
    except LibraryError as error:
        # A full disk is told where it costs something; the picture is shown all the same.
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)


def within(size: Size, box: Size) -> Size:
    """`size` reduced to fit `box`, never enlarged."""
    scale = min(1.0, box.width / size.width, box.height / size.height)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
