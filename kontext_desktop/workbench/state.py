"""What the window shows, as plain data: made by the workbench, drawn by the widgets, changed by
neither."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from kontext_desktop.first_words import Frame, Size

if TYPE_CHECKING:
    from kontext_desktop.framing import Plan
    from kontext_desktop.model import Document, Raster, Version


class Tone(StrEnum):
    """How a small dot is coloured; a word always stands beside it."""

    PLAIN = "plain"
    GOOD = "good"
    LOOK = "look"
    TROUBLE = "trouble"


class Picture(NamedTuple):
    """A version ready for the canvas: levels[0] is the whole picture, each next half its size."""

    version_id: str
    size: Size
    """Of document space; levels[0] may be smaller while only a preview is there."""
    levels: tuple[Raster, ...]
    preview: bool
    numbers: Raster | None = None
    """levels[0]'s own numbers, in the picture's own colours, where the screen is given others."""
    colours: str = ""
    """What colours these are, in words."""


class Heat(NamedTuple):
    """How far two versions lie apart, in colours, over the whole of document space."""

    version_id: str
    before_id: str
    colours: Raster
    mean: float
    """CIEDE2000"""


class Gamut(NamedTuple):
    """What the screen cannot show of a version."""

    version_id: str
    marks: Raster
    """To be laid over the whole of document space; with the screen's profile."""
    share: float
    """How much of the picture they cover, 0 to 1."""


class Deed(NamedTuple):
    """Something a notice offers to do; `Workbench.do` does it, but for "look", which opens the
    window about the Job."""

    name: Literal["send_all", "cancel_all", "other_seed", "look", "restore"]
    text: str
    """With its price, where it costs money."""
    job_ids: tuple[str, ...] = ()
    """For "restore": what is in the trash."""
    price: int = 0
    """Of one image, as it is said in the text."""


class Notice(NamedTuple):
    """A message inside the window. `tone` LOOK and TROUBLE stay until dismissed."""

    tone: Tone
    message: str
    hint: str = ""
    detail: str = ""
    """For "Copy details"; never holds the key."""
    deeds: tuple[Deed, ...] = ()
    """Buttons: the ways out."""


class Work(NamedTuple):
    """Something long that is under way: `done` of `total` bytes; total 0 when that is not known."""

    text: str
    done: int
    total: int
    can_stop: bool


class LibraryFacts(NamedTuple):
    """The library that is open. `name`: empty for the usual one."""

    folder: str
    name: str
    reading_only: bool


class Desk(NamedTuple):
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
    spent_possible: int = 0
    """Part of `spent_today` that only may have been billed."""
    spend_note: str = ""
    """What was spent in words, a line for each: certain, possible, refunds, balance."""
    balance: int | None = None
    """None: not known, or practice money."""
    offline_since: float | None = None
    """Since when the service cannot be reached while something waits for it."""
    looking_up: int = 0
    """Requests without an answer that are being looked up."""
    price_of_one: int = 0
    """Of one image, now."""
    may_send: bool = True
    """False: nothing of this library is ever to be sent."""
    shown_title: str = ""
    before_id: str = ""
    """The version that the shown one is compared with; empty when there is none."""
    before_title: str = ""
    shown: Version | None = None
    """The version on the canvas, and what is said of it."""
    library: LibraryFacts | None = None
    """None: not opened (yet)."""
    plan: Plan | None = None
    """How the frame would be sent."""
    region: Frame | None = None
    """The part the person chose, which the frame holds; None: as much as the ratio allows."""
    aspect_ratio: str | None = None
