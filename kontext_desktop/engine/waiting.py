"""When to look at a running prediction: as rarely as can be, and yet soon after it is ready.

How long predictions take is learned from the ones that ended, for each service, model and size, and
kept in the library. The first look comes at the early end of what was seen; after that each wait
weighs the cost of a look against the chance that the picture is ready: with a hazard h (the chance
per second that it ends now), waiting w costs a look every w seconds and keeps a ready picture
waiting w/2 on average, which is least at w = sqrt(2 * cost / h).
"""

from __future__ import annotations

import json
import math
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.model import Job

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

SHORTEST = 0.52
"""Seconds between two looks at one prediction, at least."""
LONGEST = 15.0
LONG_OVERDUE, OVERDUE_PAUSE = 600.0, 60.0
"""A prediction older than ten minutes is looked at once a minute."""
COST = 0.005
"""What a look costs, in seconds of the person's time."""
REMEMBERED = 64
_EARLY = 0.05
"""Share of predictions that are ready before the first look."""
_BELIEF, _SPREAD = 3, 0.35
"""So many predictions weigh as much as the first guess; how far that may be off (in logarithms)."""
_FIRST_GUESS = {True: 3.0, False: 8.0}
"""Seconds, practice and real. Eight is what another host's documentation says of this model."""
_STANDARD = NormalDist()


def expected(studio: Studio, job: Job) -> float:
    """How long a prediction like this Job's usually takes, in seconds."""
    return math.exp(_fit(_recall(studio, job), job)[0])


def next_look(studio: Studio, job: Job, age: float) -> float:
    """Seconds until the next look at a prediction that was accepted `age` seconds ago."""
    return pause(_recall(studio, job), age, _FIRST_GUESS[job.origin.practice])


def pause(seen: list[float], age: float, first_guess: float) -> float:
    """`next_look` as a function of the durations seen so far, in seconds."""
    middle, spread = _fit_to(seen, first_guess)
    first = math.exp(middle + spread * _STANDARD.inv_cdf(_EARLY))
    if age < first:
        return max(first - age, SHORTEST)
    if age > LONG_OVERDUE:
        return OVERDUE_PAUSE
    late = age / math.exp(middle + 2 * spread)
    if late > 1:  # longer than nearly all before: it may take much longer still
        return min(max(2.0, age / 4), LONGEST)
    place = (math.log(max(age, 1e-3)) - middle) / spread
    left = max(1 - _STANDARD.cdf(place), 1e-6)
    hazard = _STANDARD.pdf(place) / (spread * age * left)
    return min(max(math.sqrt(2 * COST / hazard), SHORTEST), LONGEST)


def learn(studio: Studio, job: Job, seconds: float) -> None:
    """Remember how long a prediction took, from acceptance to being ready."""
    seen = [*_recall(studio, job), round(max(0.01, seconds), 3)][-REMEMBERED:]
    studio.library.put_learned(_name(job), json.dumps(seen))


def _recall(studio: Studio, job: Job) -> list[float]:
    kept = studio.library.find_learned(_name(job))
    return [] if kept is None else [float(value) for value in json.loads(kept)]


def _name(job: Job) -> str:
    recipe = job.recipe
    spec = MODELS[recipe.model_id].nearest_ratio(*recipe.frame.size)
    ratio = recipe.aspect_ratio or spec.name
    return f"seconds {job.origin.endpoint} {job.origin.practice} {recipe.model_id} {ratio}"


def _fit(seen: list[float], job: Job) -> tuple[float, float]:
    return _fit_to(seen, _FIRST_GUESS[job.origin.practice])


def _fit_to(seen: list[float], first_guess: float) -> tuple[float, float]:
    """Middle and spread of the logarithms of durations: what was seen, leaning on a first guess as
    long as that is little."""
    logs = [math.log(value) for value in seen]
    guess = math.log(first_guess)
    share = len(logs) ** 2 / (len(logs) ** 2 + _BELIEF**2)
    middle = share * fmean(logs) + (1 - share) * guess if logs else guess
    around = fmean([(value - fmean(logs)) ** 2 for value in logs]) if len(logs) > 1 else 0.0
    spread = math.sqrt(share * around + (1 - share) * _SPREAD**2)
    return middle, max(spread, 0.03)
