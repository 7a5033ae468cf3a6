"""How many edits a service takes at once and in a minute: set by the person, corrected by the
service's own refusals.

No endpoint says what an account may do. The person's figures are the upper bound; a refusal for too
many (HTTP 429) says how many really were too many, and is believed for an hour.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kontext_desktop.model import JobState, Origin

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

BELIEVED = 3600.0
"""Seconds a lesson counts; accounts grow, and limits with them."""
A_MINUTE = 60.0
"""The service counts by the minute; so long is waited where it names no time itself."""
_IN_FLIGHT = (JobState.SENDING, JobState.RUNNING, JobState.DOWNLOADING)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the last refusal taught: places at most, until when nothing is sent, and when it was."""

    places: int
    paused_until: float
    at: float


def get_places(studio: Studio, origin: Origin) -> int:
    """How many Jobs may be under way at the service at once."""
    lesson = _find(studio, origin)
    wanted = studio.settings.jobs_in_flight
    return wanted if lesson is None else min(wanted, lesson.places)


def get_pause(studio: Studio, origin: Origin) -> float:
    """Seconds for which the service has asked for no more edits; 0 when it takes them."""
    lesson = _find(studio, origin)
    return 0.0 if lesson is None else max(0.0, lesson.paused_until - studio.now())


def learn_refusal(studio: Studio, origin: Origin, retry_after: float | None) -> float:
    """The service had too many: wait as long as it says, and send fewer at once from now on.

    Returns the seconds to wait.
    """
    now = studio.now()
    wait = A_MINUTE if retry_after is None else retry_after
    jobs = studio.library.list_jobs(origin=origin, ended=False)
    under_way = sum(job.state in _IN_FLIGHT for job in jobs) - 1  # this one was not taken
    # With nothing else under way it cannot have been the number at once.
    places = under_way if under_way > 0 else get_places(studio, origin)
    lesson = Lesson(places, now + wait, now)
    studio.library.put_learned(_name(origin), json.dumps(asdict(lesson)))
    return wait


def _find(studio: Studio, origin: Origin) -> Lesson | None:
    kept = studio.library.find_learned(_name(origin))
    if kept is None:
        return None
    lesson = Lesson(**json.loads(kept))
    fresh = 0 <= studio.now() - lesson.at < BELIEVED  # a lesson from the future is a wrong clock
    return lesson if fresh else None


def _name(origin: Origin) -> str:
    return f"limits {origin.endpoint} {origin.practice}"
