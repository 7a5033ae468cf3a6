"""HEIC pictures by libheif and libde265, through pi-heif, which holds no encoder."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

import numpy as np
from PIL import Image

from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.imaging.metadata import Metadata, normal_exif
from kontext_desktop.imaging.source import Decoded, Facts, reduced, split_alpha
from kontext_desktop.model import Size


class HeifFile:
    def __init__(self, stream: BinaryIO) -> None:
        import pi_heif

        pi_heif.options.THUMBNAILS = False
        pi_heif.options.DEPTH_IMAGES = False
        pi_heif.options.AUX_IMAGES = False
        stream.seek(0)
        file = pi_heif.open_heif(stream, convert_hdr_to_8bit=False)
        self._image = file[file.primary_index]
        info = self._image.info
        mode = self._image.mode
        self.facts = Facts(
            format="HEIC",
            size=Size(*self._image.size),  # libheif has turned it already; its EXIF says so twice
            depth=int(info["bit_depth"]),
            model="L" if mode.startswith("L") else "RGB",
            profile=info.get("icc_profile") or b"",
            transparent=self._image.has_alpha,
        )
        if len(file) > 1:
            self.facts.notes.append("It holds several pictures: the first is used.")

    def decode(self, within: Size | None) -> Decoded:
        codes = np.asarray(self._image)
        width, height = self._image.size
        if (width, height) != self.facts.size:
            raise ValueError(f"decoded as {width} x {height}")
        codes = np.array(codes[:height, :width])
        return reduced(split_alpha(codes, 1 if self.facts.model == "L" else 3), within)

    def find_metadata(self) -> Metadata:
        info, exif = self._image.info, Image.Exif()
        with suppress(*DAMAGE):
            exif.load(info.get("exif") or b"")
        return Metadata(normal_exif(exif), info.get("xmp") or b"")
