"""What the window shows, as plain data: made by the workbench, drawn by the widgets, changed by
neither."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kontext_desktop.model import Document, Frame, JobState, Raster, Size, Version


class Tone(StrEnum):
    """How a small dot is coloured; a word always stands beside it."""

    PLAIN = "plain"
    GOOD = "good"
    LOOK = "look"
    TROUBLE = "trouble"


Action = Literal["cancel", "hide", "retry", ""]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of the list of versions, newest first. `depth`: how far a branch is indented."""

    version: Version
    depth: int
    title: str
    note: str
    """Secondary line: "seed 77", "untouched"."""
    tooltip: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One variation or running job in the strip."""

    job_id: str
    number: int
    state: JobState
    text: str
    """State in words: "Generating", "Not sent yet", "Ready"."""
    tone: Tone
    detail: str
    """"8.2 s", or what is wrong; long texts are elided with the whole in the tooltip."""
    tooltip: str
    progress: float | None
    """0..1 while it runs (an estimate from the time gone), else None."""
    action: Action
    """What the small button does: "cancel" before sending (free), "hide" after, "retry" sends anew
    as a new Job after a failure (its price is on the button)."""
    action_text: str
    cancellable: bool
    """It waits to be sent by a click: beside that button stands a second one, "Cancel", free."""
    version_id: str | None
    """Set when the result can be shown."""
    practice: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A version ready for the canvas: levels[0] is the whole picture, each next half its size."""

    version_id: str
    size: Size
    """Of document space; levels[0] may be smaller while only a preview is there."""
    levels: tuple[Raster, ...]
    preview: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A message inside the window. `tone` LOOK and TROUBLE stay until dismissed."""

    tone: Tone
    message: str
    hint: str = ""
    detail: str = ""
    """For "Copy details"; never holds the key."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything outside the picture that the panels show; a new one is emitted on any change."""

    document: Document | None
    shown_version_id: str
    """The version on the canvas: the next edit starts from it."""
    frame: Frame | None
    """What would be sent now, in document space."""
    returns: Size | None
    """The size the result comes back in."""
    price: int
    """Of what Generate would send now, all variations."""
    can_generate: bool
    why_not: str
    """One sentence when `can_generate` is False: shown as the button's tooltip and below it."""
    practice: bool
    mode: Literal["practice", "real"] | None
    """None: not chosen yet, the first-run page is shown."""
    spent_today: int
    daily_cap: int
    running: int
    waiting: int
    key_text: str
    """"Key in the system keyring", "No key", "Practice needs no key"."""
    key_tone: Tone
    busy: str
    """"Opening portrait.jpg" while something long is under way, else empty."""
    recent_files: tuple[str, ...]
