"""A first look at a JPEG, decoded at an eighth, a quarter or half of its size: quick, and before
everything else. Knows no arrays, so that it can begin before the program has loaded any.

What it cannot read it leaves alone: whoever reads the whole picture says what is wrong with it.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# Loaded with this module: two threads that load side by side take Python's turns from each other.
# Not by `Image.open`, which loads what reads four other formats before it looks.
from PIL.JpegImagePlugin import JpegImageFile

_LONGEST = 1400
"""Pixels: the look is reduced as long as its longer side is no shorter than this."""
_LARGEST = 300_000_000
_ORIENTATION = 0x0112


class Glance(NamedTuple):
    data: bytes
    """Blue, green, red and 255; rows top to bottom, upright."""
    size: tuple[int, int]
    whole: tuple[int, int]
    """What the picture's size is, upright."""
    profile: bytes
    """The embedded ICC profile, whatever it may be worth."""


def glance(path: Path) -> Glance | None:
    """None for all but a JPEG of grey or RGB that can be read to its end."""
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            with JpegImageFile(stream) as image:
                width, height = image.size
                if image.mode not in ("RGB", "L") or width * height > _LARGEST:
                    return None
                profile = image.info.get("icc_profile") or b""
                if image.mode == "L" and profile:
                    return None
                turn = image.getexif().get(_ORIENTATION, 1)
                scale = max(1, max(width, height) // _LONGEST)
                # Else it asks for Python's turn again after every 64 kB, beside a busy window.
                image.decodermaxblock = max(image.decodermaxblock, path.stat().st_size)
                image.draft("RGB", (max(1, width // scale), max(1, height // scale)))
                found = image.convert("RGB") if image.mode == "L" else image
                if turn != 1:
                    from PIL import ImageOps

                    ImageOps.exif_transpose(found, in_place=True)
                data = found.tobytes("raw", "BGRX")
                size = found.size
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError):
        return None
    whole = (height, width) if turn in (5, 6, 7, 8) else (width, height)
    return Glance(data, size, whole, profile)


class EarlyGlance:
    """Taken on a thread of its own, from when it is made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: Glance | None = None
        self._thread = threading.Thread(target=self._look, name="first look", daemon=True)
        self._thread.start()

    def wait(self) -> Glance | None:
        self._thread.join()
        return self._found

    def _look(self) -> None:
        self._found = glance(self.path)


_early: list[EarlyGlance] = []


def begin(arguments: Sequence[str]) -> None:
    """Look at the first file of a command line, if it names one."""
    files = (word for word in arguments if not word.startswith("-") and os.path.isfile(word))
    first = next(files, None)
    if first is not None and not _early:
        _early.append(EarlyGlance(Path(first)))


def take_early(path: Path) -> EarlyGlance | None:
    """The look that was begun at this file, once."""
    if _early and _early[0].path == path:
        return _early.pop()
    return None
