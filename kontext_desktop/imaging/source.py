"""What every decoder gives: the facts of a file's header, and its pixels as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from kontext_desktop.imaging.arrays import Codes
from kontext_desktop.imaging.colour import Model
from kontext_desktop.imaging.metadata import Metadata
from kontext_desktop.imaging.scaling import shrunk
from kontext_desktop.model import Size


@dataclass(slots=True)
class Facts:
    format: str
    size: Size
    """As stored: before orientation."""
    depth: int
    """Bits a channel of the file."""
    model: Model
    profile: bytes = b""
    """The embedded ICC profile, whatever it may be worth."""
    turn: int = 1
    """EXIF orientation, 1 to 8."""
    transparent: bool = False
    notes: list[str] = field(default_factory=list)
    """Beyond those that follow from the rest, in plain sentences."""


class Decoded(NamedTuple):
    """Straight (not premultiplied) codes and, of the same depth, (height, width) of alpha."""

    codes: Codes
    alpha: Codes | None


class Source(Protocol):
    facts: Facts

    def decode(self, within: Size | None) -> Decoded:
        """The pixels as stored; with `within` (of stored pixels) reduced, but not below it."""

    def find_metadata(self) -> Metadata:
        """Without the profile."""


SWAPPING = (5, 6, 7, 8)
"""Orientations that make columns of rows."""


def turned(codes: Codes, turn: int) -> Codes:
    """Stored pixels brought upright; what EXIF says of rows and columns, in numpy's words."""
    if turn in SWAPPING:
        codes = codes.swapaxes(0, 1)
    if turn in (3, 4, 7, 8):
        codes = codes[::-1]
    if turn in (2, 3, 6, 7):
        codes = codes[:, ::-1]
    return np.ascontiguousarray(codes)


def split_alpha(codes: Codes, channels: int) -> Decoded:
    """Take a channel behind the model's own for alpha."""
    if codes.ndim == 2:
        codes = codes[..., None]
    alpha = codes[..., channels] if codes.shape[2] > channels else None
    return Decoded(codes[..., :channels], alpha)


def reduced(decoded: Decoded, within: Size | None) -> Decoded:
    """By the largest whole factor that leaves no less than `within`, as means."""
    height, width = decoded.codes.shape[:2]
    factor = 1 if within is None else min(width // within.width, height // within.height)
    if factor <= 1:
        return decoded
    alpha = decoded.alpha
    return Decoded(
        shrunk(decoded.codes, factor, factor),
        None if alpha is None else shrunk(alpha[..., None], factor, factor)[..., 0],
    )
