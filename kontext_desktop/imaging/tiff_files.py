"""TIFF as tifffile and imagecodecs decode it: 16 bits, planes, and compressions of later years."""

from __future__ import annotations

import contextlib
import logging
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from kontext_desktop.imaging.colour import Model
from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.imaging.metadata import Metadata, find_iptc, normal_exif
from kontext_desktop.imaging.pillow_files import widened
from kontext_desktop.imaging.source import Decoded, Facts, reduced, split_alpha
from kontext_desktop.model import Size

_MODELS: dict[int, Model] = {0: "L", 1: "L", 2: "RGB", 5: "CMYK", 8: "LAB", 9: "LAB"}
_CHANNELS = {"L": 1, "RGB": 3, "CMYK": 4, "LAB": 3}
_CIELAB, _ICCLAB = 8, 9
_ALPHA = (1, 2)
_PREMULTIPLIED = 1
_BUFFER = 8 << 20
"""Bytes of the file that are read and decoded at a time."""


class TiffFile:
    """The first picture of a file; `stream` must stay open until everything is decoded."""

    def __init__(self, stream: BinaryIO) -> None:
        import tifffile

        logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # trifles, and what is raised too
        stream.seek(0)
        try:
            self._file = tifffile.TiffFile(stream)
        except tifffile.TiffFileError as error:
            raise ValueError(str(error)) from error
        pages: Any = self._file.pages
        page: Any = pages[0]
        self._page = page
        photometric, bits = int(page.photometric), page.bitspersample
        model = _MODELS.get(photometric)
        kind = int(page.sampleformat)
        if model is None or kind not in (1, 4) or not 8 <= bits <= 16:
            raise NotImplementedError(f"photometric {photometric}, {bits} bits, format {kind}")
        if page.imagedepth != 1:
            raise NotImplementedError("a volume")
        self._channels = _CHANNELS[model]
        extra = tuple(int(sample) for sample in page.extrasamples)
        self._alpha = extra[0] if extra and extra[0] in _ALPHA else None
        tag = page.tags.get(34675)
        turn = page.tags.get(274)
        turn = turn.value if turn is not None else 1
        self.facts = Facts(
            format="TIFF",
            size=Size(page.imagewidth, page.imagelength),
            depth=bits,
            model=model,
            profile=bytes(tag.value) if tag is not None else b"",
            turn=turn if turn in range(1, 9) else 1,
            transparent=self._alpha is not None,
        )
        with contextlib.suppress(*DAMAGE):  # a second directory that is broken is nobody's loss
            if page.next_offset and not int(pages[1].subfiletype) & 1:
                self.facts.notes.append("It holds several pictures: the first is used.")

    def decode(self, within: Size | None) -> Decoded:
        page = self._page
        codes = page.asarray(maxworkers=2, buffersize=_BUFFER)
        if int(page.planarconfig) == 2 and codes.ndim == 3:
            codes = np.moveaxis(codes, 0, -1)
        size = self.facts.size
        codes = codes.reshape(size.height, size.width, -1)
        if codes.shape[2] < self._channels:
            raise ValueError(f"{codes.shape[2]} channels")
        if codes.dtype.byteorder not in "=|<":
            codes = codes.astype(codes.dtype.newbyteorder("="))
        depth = self.facts.depth
        if codes.dtype.itemsize == 2 and depth < 16 and self.facts.model != "LAB":
            codes = widened(codes, depth)
        decoded = split_alpha(codes, self._channels)
        if self._alpha is None:
            decoded = Decoded(decoded.codes, None)
        decoded = Decoded(self._as_usual(decoded.codes), decoded.alpha)
        if self._alpha == _PREMULTIPLIED and decoded.alpha is not None:
            decoded = Decoded(_straight(decoded.codes, decoded.alpha), decoded.alpha)
        return reduced(decoded, within)

    def find_metadata(self) -> Metadata:
        stream: Any = self._file.filehandle
        stream.seek(0)
        exif = b""
        with contextlib.suppress(*DAMAGE):
            known = Image.Exif()
            known.load_from_fp(stream)
            exif = normal_exif(known)
        xmp, iptc, resources = (self._get_bytes(tag) for tag in (700, 33723, 34377))
        return Metadata(exif, xmp, iptc or find_iptc(resources))

    def _get_bytes(self, number: int) -> bytes:
        tag = self._page.tags.get(number)
        if tag is None:
            return b""
        self._file.filehandle.seek(tag.valueoffset)
        return bytes(self._file.filehandle.read(tag.valuebytecount))

    def _as_usual(self, codes: Any) -> Any:
        """Zero is black, and Lab as ICC version 4 counts it."""
        photometric = int(self._page.photometric)
        if photometric == 0:
            return np.iinfo(codes.dtype).max - codes
        if photometric not in (_CIELAB, _ICCLAB):
            return codes
        if codes.dtype.itemsize == 1:
            signed = np.array([0, 128, 128], np.uint8)
            return codes.view(np.uint8) ^ signed if photometric == _CIELAB else codes
        out = np.empty(codes.shape, np.uint16)
        for row, stored in zip(out, codes, strict=True):
            if photometric == _CIELAB:
                row[..., 0] = stored[..., 0].view(np.uint16)
                signs = stored[..., 1:].view(np.int16).astype(np.float32)
                row[..., 1:] = np.rint((signs / 256 + 128) * 257).clip(0, 65535)
            else:
                row[...] = np.rint(stored.view(np.uint16) * (65535 / 65280)).clip(0, 65535)
        return out


def _straight(codes: Any, alpha: Any) -> Any:
    top = np.iinfo(codes.dtype).max
    for row, shares in zip(codes, alpha, strict=True):
        shares = np.maximum(shares, 1).astype(np.float32)[..., None]
        row[...] = np.minimum(np.rint(row * (top / shares)), top)
    return codes
