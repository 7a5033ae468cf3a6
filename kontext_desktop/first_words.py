"""The words of `model` that the window needs for its first paint and a first look at a picture;
everybody else asks `model`.

They stand apart, and are named tuples, because each dataclass costs half a millisecond to make: the
window would pay that for a dozen records it has no use for before anything is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple


class Size(NamedTuple):
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Frame(NamedTuple):
    """The part of document space that is sent, and that its result is placed back into."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def whole(cls, size: Size) -> Frame:
        return cls(0, 0, size.width, size.height)

    @classmethod
    def centred(cls, size: Size, ratio: float) -> Frame:
        """The largest part of a picture of `size` that has `ratio` (width over height)."""
        width = min(size.width, max(1, round(size.height * ratio)))
        height = min(size.height, max(1, round(size.width / ratio)))
        return cls((size.width - width) // 2, (size.height - height) // 2, width, height)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


class Raster(NamedTuple):
    """Pixels on their way between rungs: rows top to bottom, no padding.

    `bgrx8` has four bytes a pixel, blue first, the fourth 255 (what a screen takes); of `bgra8` the
    fourth is how opaque it is, and the others are multiplied by it; `rgb8` has three bytes; `rgb16`
    three numbers of 16 bits.
    """

    data: bytes | bytearray | memoryview
    size: Size
    format: Literal["bgrx8", "bgra8", "rgb8", "rgb16"] = "bgrx8"
    profile: bytes = b""
    """ICC, of RGB; empty for sRGB."""


class Draft(NamedTuple):
    """What the panels say now: a Recipe in the making. `aspect_ratio` None: as the picture.

    `frame` is the part that must be sent, whole; None: as much of the picture as the ratio allows.
    """

    guidance_scale: float
    seed: int
    prompt: str = ""
    aspect_ratio: str | None = None
    seed_locked: bool = False
    count: int = 1  # type: ignore[assignment]  # in place of the method that tuples have
    frame: Frame | None = None


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    UNSURE = "unsure"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in _ENDED


_ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.EXPIRED, JobState.CANCELLED})


class Settings(NamedTuple):
    """The person's preferences. `mode` None: not chosen yet (first run)."""

    mode: Literal["practice", "real"] | None = None
    endpoint: str = "https://api.wavespeed.ai"
    library: str = ""
    daily_cap: int = 10_000_000
    """Caps in millionths of a dollar; 0 means none. For a day, for one order, for one document."""
    batch_cap: int = 0
    document_cap: int = 0
    jobs_in_flight: int = 3
    submits_per_minute: int = 10
    """What the service allows an account of the first level, with the line above."""
    delete_after_download: bool = False
    copy_up_to: int = 200_000_000
    """Bytes: a larger original stays where it is, and the library keeps a reference to it."""
    allow_network: bool = False
    """Open a library on a network share, which is otherwise refused."""
    display: str = ""
    """The screen's colours: what the system says, "srgb", or the path of an ICC profile."""
    keep_metadata: bool = True
    """Exports carry the original's EXIF, XMP and IPTC."""
    recent_files: tuple[str, ...] = ()
    recent_libraries: tuple[str, ...] = ()
    window: Mapping[str, str] = MappingProxyType({})
    """How the window was left: geometry, splitters, zoom; text chosen by the window."""
