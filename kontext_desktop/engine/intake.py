"""Bring a picture in: read it safely, keep its bytes, make it a Document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_desktop.imaging import Probe, encode, from_raster, probe, read
from kontext_desktop.model import Document, Raster

if TYPE_CHECKING:
    import numpy as np

    from kontext_desktop.library import Library

ORIGINAL = "Original"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture that is in the library now. `pixels`: uint8 (h, w, 3) sRGB, already decoded."""

    document: Document
    notes: tuple[str, ...]
    pixels: np.ndarray


def check(path: Path) -> Probe:
    """Decode the whole picture and store nothing. Raises ImageError."""
    found = probe(path)
    read(path)
    return found


def bring_in(library: Library, path: Path) -> Arrival:
    """Keep a file's bytes as a Document's master, or find the Document that has them already.

    Everything is decoded before anything is stored. The file itself is only read. Raises
    ImageError, LibraryError.
    """
    found = probe(path)
    pixels = read(path)
    digest, _ = library.blobs.put_file(path)
    return _arrive(library, found, pixels, digest, path.name, str(path.absolute()))


def paste(library: Library, picture: Raster, name: str) -> Arrival:
    """Keep pixels that came without a file (from the clipboard) as a PNG master."""
    pixels = from_raster(picture)
    data = encode(pixels, "PNG", bare=True)
    return _arrive(library, probe(data), pixels, library.blobs.put(data), name, "")


def _arrive(
    library: Library, found: Probe, pixels: np.ndarray, digest: str, name: str, source: str
) -> Arrival:
    document = library.put_document(
        name=name,
        source_path=source,
        master_sha256=digest,
        size=found.size,
        format=found.format,
        depth=found.depth,
        title=ORIGINAL,
    )
    return Arrival(document, found.notes, pixels)
