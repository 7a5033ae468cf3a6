"""Photoshop documents, PSD and PSB: the flattened picture that Photoshop keeps in them.

Layers are not drawn: what they look like together is what Photoshop said when it saved the file.
"""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from kontext_desktop.imaging.arrays import Codes
from kontext_desktop.imaging.colour import Model
from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.imaging.metadata import Metadata, normal_exif
from kontext_desktop.imaging.source import Decoded, Facts, reduced, split_alpha
from kontext_desktop.model import Size

_MODELS: dict[int, tuple[Model, int]] = {
    0: ("L", 1),
    1: ("L", 1),
    2: ("RGB", 1),  # palette
    3: ("RGB", 3),
    4: ("CMYK", 4),
    8: ("L", 1),  # duotone: its grey
    9: ("LAB", 3),
}
_INDEXED = 2
_IPTC, _EXIF, _XMP = 1028, 1058, 1060
_PROFILE, _ALPHA_NAMES, _ALPHA_UNICODE, _VERSION_INFO = 1039, 1006, 1045, 1057
_NAMED = 6
"""So many layers or channels are named in a note; of more, only the number is said."""


class UnflattenedError(Exception):
    """Saved without "maximise compatibility": there is no picture but in the layers."""


class PhotoshopFile:
    def __init__(self, stream: BinaryIO) -> None:
        from psd_tools.psd.color_mode_data import ColorModeData
        from psd_tools.psd.header import FileHeader
        from psd_tools.psd.image_resources import ImageResources

        self._stream = stream
        stream.seek(0)
        self._header = header = FileHeader.read(stream)
        mode = int(header.color_mode)
        if mode not in _MODELS or header.depth not in (1, 8, 16):
            raise NotImplementedError(f"colour mode {mode}, {header.depth} bits")
        model, self._channels = _MODELS[mode]
        if header.channels < self._channels:
            raise ValueError(f"{header.channels} channels")
        self._palette = ColorModeData.read(stream).value if mode == _INDEXED else _skip(stream, 4)
        self._resources = ImageResources.read(stream)
        if self._get(_VERSION_INFO, "has_composite") is False:
            raise UnflattenedError
        self._layers_at = stream.tell()
        profile = self._get(_PROFILE)
        masks, self._alpha = self._read_layers()
        names = self._names() if header.channels > self._channels else ()
        if self._alpha and names:
            names = names[1:]
        self.facts = Facts(
            format="PSD" if header.version == 1 else "PSB",
            size=Size(header.width, header.height),
            depth=max(8, header.depth),
            model=model,
            profile=bytes(profile) if isinstance(profile, bytes) else b"",
            transparent=self._alpha,
            notes=[
                note
                for note in (
                    "Its layers are shown as Photoshop flattened them.",
                    _listed("Alpha channel", "Alpha channels", names),
                    _listed("Layer mask", "Layer masks", masks),
                )
                if note
            ],
        )

    def decode(self, within: Size | None) -> Decoded:
        from psd_tools.compression import decompress
        from psd_tools.constants import Compression

        header = self._header
        self._stream.seek(self._layers_at)
        _skip(self._stream, 4 if header.version == 1 else 8)
        (kind,) = struct.unpack(">H", self._stream.read(2))
        wanted = self._channels + self._alpha
        data: Any = self._stream.read()
        rows = header.height * header.channels
        data = decompress(data, Compression(kind), header.width, rows, header.depth, header.version)
        if header.depth == 1:
            width = -(-header.width // 8)
            planes = np.frombuffer(data, np.uint8, rows * width).reshape(-1, header.height, width)
            codes: Any = 255 - 255 * np.unpackbits(planes[:1], axis=2)[..., : header.width]
        else:
            kept = np.dtype(">u2" if header.depth == 16 else "u1")
            shape = (header.channels, header.height, header.width)
            codes = np.frombuffer(data, kept, int(np.prod(shape))).reshape(shape)[:wanted]
        out = np.empty((header.height, header.width, len(codes)), codes.dtype.newbyteorder("="))
        for number, plane in enumerate(codes):
            out[..., number] = plane
        return reduced(split_alpha(self._as_usual(out), self.facts_channels), within)

    def find_metadata(self) -> Metadata:
        exif = Image.Exif()
        found, xmp, iptc = (self._get(number) for number in (_EXIF, _XMP, _IPTC))
        with contextlib.suppress(*DAMAGE):
            exif.load(found or b"")
        return Metadata(normal_exif(exif), *(_raw(part) for part in (xmp, iptc)))

    @property
    def facts_channels(self) -> int:
        return 3 if self._palette and self._header.color_mode == _INDEXED else self._channels

    def _as_usual(self, codes: Codes) -> Codes:
        """Inks count up, and a palette's numbers are its colours."""
        mode = int(self._header.color_mode)
        if mode == 4:
            codes[..., :4] = np.iinfo(codes.dtype).max - codes[..., :4]
        if mode == _INDEXED:
            colours = np.frombuffer(bytes(self._palette), np.uint8)[:768].reshape(3, -1).T
            return np.ascontiguousarray(colours[codes[..., 0]])
        return codes

    def _find_records(self) -> BinaryIO | None:
        """Where the number of layers stands, and what is said of each behind it."""
        stream = self._stream
        form = ">I" if self._header.version == 1 else ">Q"

        def read(form: str) -> int:
            return int(struct.unpack(form, stream.read(struct.calcsize(form)))[0])

        if not read(form):
            return None
        length = read(form)
        if length:
            return io.BytesIO(stream.read(min(length, _RECORDS)))
        # Of 16 bits the layers are in a block of their own, behind the mask of them all.
        stream.seek(read(">I"), io.SEEK_CUR)
        for _ in range(_BLOCKS):
            name = stream.read(8)
            if name[:4] not in (b"8BIM", b"8B64"):
                return None
            long = name[:4] == b"8B64" or name in _DEEP or name[4:] in (b"LMsk", b"Mtrn", b"Alph")
            length = read(form if long else ">I")
            if name in _DEEP and length:
                return io.BytesIO(stream.read(min(length, _RECORDS)))
            stream.seek(length + -length % 4, io.SEEK_CUR)
        return None

    def _get(self, number: int, field: str = "") -> Any:
        with contextlib.suppress(*DAMAGE):  # what is said beside the picture may be broken
            found = self._resources.get_data(number)
            return getattr(found, field) if field and found is not None else found
        return None

    def _names(self) -> Sequence[str]:
        """Of the channels behind those of the model."""
        names = self._get(_ALPHA_UNICODE) or self._get(_ALPHA_NAMES) or ()
        count = self._header.channels - self._channels
        known = [str(name).strip("\0") for name in names][:count]
        return known + [f"Alpha {number + 1}" for number in range(len(known), count)]

    def _read_layers(self) -> tuple[list[str], bool]:
        """The names of layers with a mask, and whether the first channel more is transparency."""
        from psd_tools.psd.layer_and_mask import LayerRecord

        version = self._header.version
        masked: list[str] = []
        transparent = False
        with contextlib.suppress(*DAMAGE):  # the flattened picture does not depend on it
            records = self._find_records()
            if records is None:
                return masked, False
            (count,) = struct.unpack(">h", records.read(2))
            transparent = count < 0 and self._header.channels > self._channels
            for _ in range(abs(count)):
                record = LayerRecord.read(records, version=version)
                if record.mask_data is not None and (record.mask_data.flags is not None):
                    masked.append(str(record.name).strip("\0"))
        return masked, transparent


_RECORDS = 64 << 20
"""Bytes in which the records of all layers are looked for."""
_DEEP = (b"8BIMLr16", b"8BIMMt16")
_BLOCKS = 1000


def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode()


def _skip(stream: BinaryIO, size: int) -> bytes:
    length = int.from_bytes(stream.read(size), "big")
    stream.seek(length, io.SEEK_CUR)
    return b""


def _listed(one: str, several: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = ["".join(c for c in name if c.isprintable())[:40] or "unnamed" for name in names]
    if len(shown) > _NAMED:
        return f"{len(shown)} {several.lower()}."
    return f"{one if len(shown) == 1 else several}: {', '.join(shown)}."
