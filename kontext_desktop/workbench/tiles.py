"""Turn Jobs into the tiles of the strip: each state in words, with a next step. Pure, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kontext_desktop.catalog import MODELS, dollars
from kontext_desktop.model import Job, JobState
from kontext_desktop.workbench.state import Tone

Action = Literal[
    "cancel", "hide", "retry", "collect", "look", "log", "copy_id", "save_received", "delete"
]
"""What can be done with a Job. `retry` costs money: it sends a Job that waits, or a new one like a
Job that ended. `look`, `log`, `copy_id`, `save_received` and `delete` begin in the window."""

FIRST_GUESS = {True: 3.0, False: 8.0}
"""Seconds a prediction takes where nothing was learned yet, practice and real."""
COUNTED_FROM = 3 * 86_400.0
"""Seconds left at the service below which they are counted down."""
_UNDER_WAY = (JobState.SENDING, JobState.RUNNING, JobState.DOWNLOADING)


class Offer(NamedTuple):
    """A button of a tile, or a line of its menu."""

    action: Action
    text: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One variation or running job in the strip."""

    job_id: str
    number: int
    state: JobState
    text: str
    """State in words: "Generating", "Not sent", "Ready"."""
    tone: Tone
    detail: str
    """"8.2 s", or what is wrong; long texts are elided with the whole in the tooltip."""
    tooltip: str
    progress: float | None
    """0..1 while it runs (an estimate from the time gone), else None."""
    buttons: tuple[Offer, ...]
    """At most two; what costs money has its price in its text."""
    menu: tuple[Offer, ...]
    """What else can be done: nothing of it costs money."""
    version_id: str | None
    """Set when the result can be shown."""
    practice: bool
    prediction_id: str = ""
    """What the service calls it, to be copied; empty before it was accepted."""
    drift: float | None = None
    """How far the result moved from what was sent; None while that is not known."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the Jobs themselves, by their ids. `results`: the version that came of
    it; `found`: how many edits at the service may be its lost answer; `expected`: how many seconds
    it usually takes; `going_on`: carried on without a click; `refunds`: how its refund stands.
    `price`: what one image costs now, millionths of a dollar."""

    price: int
    now: float
    results: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, float] = field(default_factory=dict)
    going_on: frozenset[str] = frozenset()
    refunds: Mapping[str, str] = field(default_factory=dict)
    drifts: Mapping[str, float] = field(default_factory=dict)
    """By version: how far it moved from what was sent."""


def list_tiles(jobs: Sequence[Job], known: Known) -> list[Tile]:
    """One tile a Job, in the order given."""
    return [_tile(number, job, known) for number, job in enumerate(jobs, 1)]


def can_collect(job: Job, now: float) -> bool:
    """Whether the service may still hold a picture for a Job that ended badly."""
    ended_badly = job.state in (JobState.FAILED, JobState.EXPIRED)
    return ended_badly and job.prediction_id is not None and _seconds_left(job, now) > 0


def _tile(number: int, job: Job, known: Known) -> Tile:
    text, tone, buttons = _words(job, known)
    problem = job.problem
    detail = _detail(job, known) if problem is None else problem.message
    tooltip = [job.recipe.prompt]
    if problem is not None:
        tooltip = [f"{problem.message} {problem.hint}".strip()]
    elif any(job.nsfw):
        detail, tone = "flagged by the service", Tone.LOOK
        tooltip.insert(0, "The service's own check flagged this picture.")
    left = _left(job, known.now)
    if left:
        detail = f"{left}. {detail}" if problem is not None else left
        tooltip.append(f"{left}.")
    tooltip.append(_REFUNDS.get(known.refunds.get(job.id, ""), ""))
    return Tile(
        job_id=job.id,
        number=number,
        state=job.state,
        text=text,
        tone=tone,
        detail=detail,
        tooltip="\n".join(line for line in tooltip if line),
        progress=_progress(job, known),
        buttons=buttons,
        menu=_menu(job, known, [button.action for button in buttons]),
        version_id=known.results.get(job.id),
        drift=known.drifts.get(known.results.get(job.id, "")),
        practice=job.origin.practice,
        prediction_id=job.prediction_id or "",
    )


def _words(job: Job, known: Known) -> tuple[str, Tone, tuple[Offer, ...]]:
    now_costs = dollars(known.price)
    match job.state:
        case JobState.QUEUED if job.id not in known.going_on:
            send = Offer("retry", f"Send · {now_costs}", f"Send this edit now, for {now_costs}")
            return "Not sent", Tone.LOOK, (send, _cancel(job))
        case JobState.QUEUED:
            return "Waiting", Tone.PLAIN, (_cancel(job),)
        case JobState.SENDING:
            return "Sending", Tone.PLAIN, (_HIDE_MAYBE,)
        case JobState.RUNNING:
            return "Generating", Tone.PLAIN, (_HIDE,)
        case JobState.DOWNLOADING:
            return "Collecting", Tone.PLAIN, (_HIDE,)
        case JobState.UNSURE if known.found.get(job.id):
            return "Found?", Tone.LOOK, (_LOOK,)
        case JobState.UNSURE if job.id in known.going_on:
            return "Looking it up", Tone.LOOK, (_HIDE_MAYBE,)
        case JobState.UNSURE:
            return "May be billed", Tone.TROUBLE, (_LOOK,)
        case JobState.DONE:
            return "Ready", Tone.GOOD, ()
        case JobState.FAILED if job.charged == "maybe" and job.prediction_id is None:
            return "May be billed", Tone.TROUBLE, (_LOOK,)
        case JobState.FAILED:
            text = "May be billed" if job.charged == "maybe" else "Failed"
            return text, Tone.TROUBLE, _ended_badly(job, known)
        case JobState.EXPIRED:
            return "Expired", Tone.TROUBLE, _ended_badly(job, known)
        case JobState.CANCELLED:
            again = f"Send the same edit, for {now_costs}"
            return "Cancelled", Tone.PLAIN, (Offer("retry", f"Send · {now_costs}", again),)


def _ended_badly(job: Job, known: Known) -> tuple[Offer, ...]:
    price = dollars(known.price)
    again = Offer("retry", f"Try again · {price}", f"Send the same edit once more, for {price}")
    # What failed at the service itself has no picture there: that is offered in the menu only.
    made = job.charged == "yes" or job.state is JobState.EXPIRED
    return (_COLLECT, again) if made and can_collect(job, known.now) else (again,)


def _menu(job: Job, known: Known, shown: Sequence[Action]) -> tuple[Offer, ...]:
    """Without what the tile's own buttons offer already."""
    offers = []
    if job.state is JobState.UNSURE or (job.charged == "maybe" and job.prediction_id is None):
        offers.append(_LOOK)
    offers.append(_LOG)
    if can_collect(job, known.now):
        offers.append(_COLLECT._replace(text="Collect again"))
    if job.prediction_id is not None:
        offers.append(_COPY_ID)
    if job.quarantine:
        offers.append(_SAVE_RECEIVED)
    if job.state.ended and job.prediction_id is not None:
        offers.append(_DELETE)
    if job.state in (*_UNDER_WAY, JobState.UNSURE):
        offers.append(_HIDE if job.charged == "yes" else _HIDE_MAYBE)
    elif job.state.ended and job.state is not JobState.DONE:
        offers.append(_PUT_AWAY)
    return tuple(offer for offer in offers if offer.action not in shown)


def _detail(job: Job, known: Known) -> str:
    if job.state is JobState.DONE:
        return f"{max(0.0, job.updated_at - job.permitted_at):.1f} s"
    if job.state in _UNDER_WAY:
        left = _expected(job, known) - (known.now - (job.sent_at or known.now))
        return f"about {left:.0f} s" if left >= 1 else "any moment"
    if job.state is JobState.UNSURE:
        return "may be billed"
    if job.state is JobState.QUEUED:
        return "not sent yet" if job.id in known.going_on else "waits for your click"
    return ""


def _progress(job: Job, known: Known) -> float | None:
    if job.state is JobState.DOWNLOADING:
        return 0.97
    if job.state is not JobState.RUNNING or job.sent_at is None:
        return None
    # An estimate from the time gone: it slows towards the end and never claims to be done.
    gone = max(0.0, known.now - job.sent_at) / _expected(job, known)
    return min(0.95, gone * 0.9 if gone < 1 else 0.9 + 0.05 * (1 - 1 / gone))


def _expected(job: Job, known: Known) -> float:
    return known.expected.get(job.id, FIRST_GUESS[job.origin.practice])


def _left(job: Job, now: float) -> str:
    """How long the service still keeps what it made, once that is little."""
    waits = job.state in (JobState.RUNNING, JobState.DOWNLOADING, JobState.UNSURE)
    left = _seconds_left(job, now)
    if not (waits or can_collect(job, now)) or not 0 < left < COUNTED_FROM:
        return ""
    days, hours = int(left // 86_400), int(left // 3_600)
    number, unit = (days, "day") if days else (hours, "hour")
    if not number:
        return "Less than an hour left to collect"
    return f"{number} {unit}{'s' if number > 1 else ''} left to collect"


def _seconds_left(job: Job, now: float) -> float:
    spec = MODELS.get(job.recipe.model_id)
    if spec is None:
        return 0.0
    return spec.retention_days * 86_400.0 - max(0.0, now - (job.sent_at or job.created_at))


def _cancel(job: Job) -> Offer:
    return _CANCEL if job.sent_at is None else _CANCEL_REFUSED


_CANCEL = Offer("cancel", "Cancel", "Free: it was not sent")
_CANCEL_REFUSED = Offer(
    "cancel", "Cancel", "The service had no room for it; that nothing was made of it is looked up"
)
_HIDE = Offer(
    "hide",
    "Hide",
    "Hidden from the strip; still collected, for it is paid for, and kept as a version",
)
_HIDE_MAYBE = Offer("hide", "Hide", "Hidden from the strip; still collected; it may be billed")
_PUT_AWAY = Offer("hide", "Hide", "Take this tile out of the strip")
_LOOK = Offer("look", "Look…", "See what was asked and what the service has of it. Free")
_LOG = Offer("log", "What happened…")
_COLLECT = Offer("collect", "Collect", "Fetch once more what was paid for. Free")
_COPY_ID = Offer("copy_id", "Copy prediction id")
_SAVE_RECEIVED = Offer("save_received", "Save the received bytes…")
_DELETE = Offer("delete", "Delete at the service…")
_REFUNDS = {
    "expected": "The service promises the money back within 3 hours; it is looked for.",
    "overdue": "The money was promised back within 3 hours and was not seen: ask their support.",
}
