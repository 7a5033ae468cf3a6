"""Write TIFF of 8 and 16 bits, Deflate with differences, with all the metadata it can hold."""

from __future__ import annotations

import io
import struct
from typing import Any

from kontext_desktop.imaging.arrays import Codes
from kontext_desktop.imaging.metadata import (
    EXIF_IFD,
    GPS_IFD,
    KEPT,
    Metadata,
    list_entries,
    write_entries,
)

_XMP, _IPTC, _RESOLUTION = 700, 33723, (0x011A, 0x011B, 0x0128)
_STRIP = 1 << 20
"""Bytes in a strip, about: each is packed by itself, by all processors."""


def write_tiff(pixels: Codes, xmp: bytes, kept: Metadata) -> bytes:
    """`pixels`, (height, width, 3), as the bytes of a file."""
    import tifffile

    tags: list[tuple[int, int, int, Any, bool]] = []
    if xmp:
        tags.append((_XMP, 1, len(xmp), xmp, True))
    if kept.iptc:
        tags.append((_IPTC, 7, len(kept.iptc), kept.iptc, True))
    below: dict[int, bytes] = {}
    resolution: tuple[Any, Any] | None = None
    unit = None
    if kept.exif:
        entries = {tag: (kind, count, value) for tag, kind, count, value in list_entries(kept.exif)}
        for tag in (EXIF_IFD, GPS_IFD):
            if list_entries(kept.exif, tag):
                # Nobody else may write the number of a directory below: it is put in afterwards.
                tags.append((tag + 1, 4, 1, 0, True))
                below[tag] = b""
        x, y, measure = (entries.get(tag) for tag in _RESOLUTION)
        if x is not None and y is not None:
            resolution = (struct.unpack("<II", x[2]), struct.unpack("<II", y[2]))
            unit = struct.unpack("<H", measure[2])[0] if measure is not None else 2
        tags += [
            (tag, kind, count, value, True)
            for tag, (kind, count, value) in entries.items()
            if tag in KEPT and tag not in _RESOLUTION and kind in (1, 2, 7)
        ]
    row = pixels.shape[1] * 3 * pixels.dtype.itemsize
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        pixels,
        byteorder="<",
        photometric="rgb",
        compression="deflate",
        compressionargs={"level": 6},
        predictor=True,
        rowsperstrip=max(1, _STRIP // row),
        iccprofile=kept.profile or None,
        resolution=resolution,
        resolutionunit=unit,
        metadata=None,
        software=False,
        extratags=tags,
    )
    data = file.getbuffer()
    if not below:
        return bytes(data)
    return _with_directories(bytearray(data), kept.exif, list(below))


def _with_directories(data: bytearray, exif: bytes, directories: list[int]) -> bytes:
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    for number in range(count):
        entry = at + 2 + 12 * number
        (tag,) = struct.unpack_from("<H", data, entry)
        if tag - 1 in directories:
            data += bytes(len(data) % 2)
            struct.pack_into("<HHII", data, entry, tag - 1, 4, 1, len(data))
            data += write_entries(list_entries(exif, tag - 1), len(data))
    return bytes(data)
