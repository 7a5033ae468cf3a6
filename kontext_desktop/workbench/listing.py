"""Turn versions and Jobs into the lines and tiles that are shown. Pure functions, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kontext_desktop.catalog import dollars
from kontext_desktop.model import Job, JobState, Version
from kontext_desktop.workbench.state import Tone

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


EXPECTED_SECONDS = {True: 3.0, False: 8.0}
"""How long a prediction usually takes, practice and real; the service names no figure."""


DEEPEST = 4
"""Branches further down are indented no more, so that their titles keep room."""


def list_rows(versions: Sequence[Version], jobs: Mapping[str, Job]) -> list[VersionRow]:
    """Newest first; `versions` oldest first. What was made from an edit is indented below it."""
    depths: dict[str, int] = {}
    for version in versions:
        above = [depths[parent] for parent in version.parent_ids if parent in depths]
        depths[version.id] = min(above) + 1 if above else 0
    return [
        _row(version, jobs.get(version.job_id or ""), max(0, depths[version.id] - 1))
        for version in reversed(versions)
    ]


def _row(version: Version, job: Job | None, depth: int) -> VersionRow:
    if job is None:
        note = "" if version.parent_ids else "untouched"
        return VersionRow(version, min(depth, DEEPEST), version.title, note, version.title)
    note = f"seed {job.recipe.seed}"
    return VersionRow(version, min(depth, DEEPEST), version.title, note, job.recipe.prompt)


def list_tiles(
    jobs: Sequence[Job],
    results: Mapping[str, str],
    now: float,
    waits_for_click: Callable[[Job], bool],
    *,
    price: int,
) -> list[Tile]:
    """One tile a Job, in the order given. `results`: job id to the version that came of it.
    `price`: what one image costs now, millionths of a dollar; sending an ended Job anew costs it,
    a Job not sent yet keeps its own."""
    return [
        _tile(number, job, results.get(job.id), now, waits_for_click(job), price)
        for number, job in enumerate(jobs, 1)
    ]


def _tile(
    number: int, job: Job, version_id: str | None, now: float, waits: bool, price: int
) -> Tile:
    text, tone, action, action_text = _words(job, waits, price)
    problem = job.problem
    detail = _detail(job, now) if problem is None else problem.message
    tooltip = job.recipe.prompt
    if problem is not None:
        tooltip = f"{problem.message} {problem.hint}".strip()
    elif any(job.nsfw):
        detail, tone = "flagged by the service", Tone.LOOK
        tooltip = f"The service's own check flagged this picture. {tooltip}"
    return Tile(
        job_id=job.id,
        number=number,
        state=job.state,
        text=text,
        tone=tone,
        detail=detail,
        tooltip=tooltip,
        progress=_progress(job, now),
        action=action,
        action_text=action_text,
        cancellable=job.state is JobState.QUEUED and waits,
        version_id=version_id,
        practice=job.origin.practice,
    )


def _words(job: Job, waits: bool, price: int) -> tuple[str, Tone, Action, str]:
    match job.state:
        case JobState.QUEUED if waits:
            return "Not sent", Tone.LOOK, "retry", f"Send · {dollars(job.price)}"
        case JobState.QUEUED:
            return "Waiting", Tone.PLAIN, "cancel", "Cancel"
        case JobState.SENDING:
            return "Sending", Tone.PLAIN, "hide", "Hide"
        case JobState.RUNNING:
            return "Generating", Tone.PLAIN, "hide", "Hide"
        case JobState.DOWNLOADING:
            return "Collecting", Tone.PLAIN, "hide", "Hide"
        case JobState.UNSURE:
            return "May be billed", Tone.TROUBLE, "hide", "Hide"
        case JobState.DONE:
            return "Ready", Tone.GOOD, "", ""
        case JobState.FAILED:
            return "Failed", Tone.TROUBLE, "retry", f"Try again · {dollars(price)}"
        case JobState.EXPIRED:
            return "Expired", Tone.TROUBLE, "retry", f"Try again · {dollars(price)}"
        case JobState.CANCELLED:
            return "Cancelled", Tone.PLAIN, "retry", f"Send · {dollars(price)}"


def _detail(job: Job, now: float) -> str:
    if job.state is JobState.DONE:
        return f"{max(0.0, job.updated_at - job.permitted_at):.1f} s"
    if job.state in (JobState.SENDING, JobState.RUNNING, JobState.DOWNLOADING):
        left = EXPECTED_SECONDS[job.origin.practice] - (now - (job.sent_at or now))
        return f"about {left:.0f} s" if left >= 1 else "any moment"
    if job.state is JobState.QUEUED:
        return "not sent yet"
    return ""


def _progress(job: Job, now: float) -> float | None:
    if job.state is JobState.DOWNLOADING:
        return 0.97
    if job.state is not JobState.RUNNING or job.sent_at is None:
        return None
    # An estimate from the time gone: it slows towards the end and never claims to be done.
    gone = max(0.0, now - job.sent_at) / EXPECTED_SECONDS[job.origin.practice]
    return min(0.95, gone * 0.9 if gone < 1 else 0.9 + 0.05 * (1 - 1 / gone))
