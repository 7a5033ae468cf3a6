"""Bring a picture in: read it safely, keep its bytes, make it a Document."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_desktop.engine import preview
from kontext_desktop.errors import ImageError, OriginalError
from kontext_desktop.imaging import Native, Probe, encode, from_raster, probe, read, read_native
from kontext_desktop.model import Document, Raster, Reference, Settings

if TYPE_CHECKING:
    from kontext_desktop.library import Library

ORIGINAL = "Original"
COPY_UP_TO = Settings().copy_up_to


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture that is in the library now. `pixels`: already decoded."""

    document: Document
    notes: tuple[str, ...]
    pixels: Native


def check(path: Path) -> Probe:
    """Decode the whole picture and store nothing. Raises ImageError."""
    found = probe(path)
    read(path)
    return found


def bring_in(
    library: Library,
    path: Path,
    *,
    copy_up_to: int = COPY_UP_TO,
    decoded: Callable[[Native], None] = lambda _: None,
) -> Arrival:
    """Keep a file's bytes as a Document's master, or find the Document that has them already.

    Where the file system can share the file's blocks, that is a copy for nothing. Else it is copied
    up to `copy_up_to` bytes, and a larger one stays where it is, and is known by its hash.
    Everything is decoded before anything is stored; in between, `decoded` may look at it. The file
    itself is only read. Raises ImageError, LibraryError.
    """
    found = probe(path)
    before = path.stat()
    pixels = read_native(path)
    decoded(pixels)
    kept = library.blobs.clone_file(path)
    if kept is None and before.st_size <= copy_up_to:
        kept = library.blobs.put_file(path)
    if kept is not None:
        return _arrive(library, found, pixels, kept[0], path.name, str(path.absolute()))
    review = preview.reduced(pixels)
    digest, length, changed_at = library.blobs.hash_file(path)
    if (length, changed_at) != (before.st_size, before.st_mtime_ns):
        raise ImageError(
            f"{path} changed while it was being read.",
            "Wait until the other program has finished writing it, then try again.",
            retry=True,
        )
    reference = _refer(library, digest, path, length, changed_at, review)
    return _arrive(library, found, pixels, digest, path.name, str(path.absolute()), reference)


def paste(library: Library, picture: Raster, name: str) -> Arrival:
    """Keep pixels that came without a file (from the clipboard) as a PNG master."""
    pixels = Native(from_raster(picture))
    data = encode(pixels.pixels, "PNG", bare=True)
    return _arrive(library, probe(data), pixels, library.blobs.put(data), name, "")


def relocate(library: Library, document: Document, place: Path) -> Path:
    """Find the moved original of a document: `place` is the file, or a folder above it.

    Raises OriginalError where nothing fits, ImageError, LibraryError.
    """
    return Path(library.masters.relocate(document, place).path)


def _refer(
    library: Library, digest: str, path: Path, length: int, changed_at: int, review: Native
) -> Reference | None:
    """The reference to a file that is not copied; None where the library has its bytes."""
    if library.blobs.has(digest):
        return None
    known = library.masters.find_reference(digest)
    place = os.path.abspath(path)
    if known is None:
        proxy = library.blobs.put(preview.encode_review(review))
        return Reference(digest, place, length, changed_at, proxy)
    try:
        document = library.find_document_by_master(digest)
        if document is not None:
            library.masters.get_path(document)
            return known  # the one brought in before is still there: a copy of it may be a guest
    except OriginalError:
        pass
    return Reference(digest, place, length, changed_at, known.proxy_sha256)


def _arrive(
    library: Library,
    found: Probe,
    pixels: Native,
    digest: str,
    name: str,
    source: str,
    reference: Reference | None = None,
) -> Arrival:
    document = library.put_document(
        name=name,
        source_path=source,
        master_sha256=digest,
        size=found.size,
        format=found.format,
        depth=found.depth,
        title=ORIGINAL,
        reference=reference,
    )
    preview.keep_original(library, document, preview.reduced(pixels), copied=reference is None)
    return Arrival(document, found.notes, pixels)
