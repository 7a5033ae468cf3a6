"""Find out what became of a request that got no answer. Free of charge; it never sends.

The service lists the predictions of an account. What appeared there around the time of a lost
request, and belongs to nobody else we know of, may be its answer. If the service echoes what was
asked, an equal echo settles it: the upload's address is random and ours alone. Else it is the
person who says whether it is theirs; a picture that may be is fetched at once, for that is free
and the service deletes it after days.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.engine import collecting
from kontext_desktop.engine.acceptance import accept, withdraw
from kontext_desktop.engine.outcome import (
    hold_for_key,
    is_forbidden,
    is_forgotten,
    is_of_other_key,
    note_key_is_back,
    problem_of,
)
from kontext_desktop.errors import (
    AccessError,
    GoneError,
    NotSentError,
    ParameterError,
    RefusedError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.library import Conflict
from kontext_desktop.model import Candidate, Job, JobState, Progress, Received, Step
from kontext_desktop.wavespeed import Prediction, submit_body

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

LOOKUPS = (3.0, 10.0, 30.0, 60.0, 180.0, 600.0)
"""Seconds after a request was lost at which the service is asked; a slow one may list it late."""
HORIZON, CLEAN = LOOKUPS[-1], 3
"""A request counts as never arrived after so many seconds and so many listings without it."""
BEFORE, AFTER = 300.0, 900.0
"""How far around the sending predictions are looked for: clocks differ, answers come late."""
LATER = 60.0
"""Seconds between two tries once the service could not be asked in all that time."""

_Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Stray:
    """A prediction that may be a Job's; `certain` when the service's echo says that it is."""

    prediction: Prediction
    certain: bool


def look_up(studio: Studio, service: Service, job: Job, report: _Report) -> Step:
    """unsure: one search for the lost answer. Raises AccessError for a refused key, LibraryError.

    Ends in `running` (the service had it), in `failed` (it never arrived, or may have been billed),
    or stays for the person to decide about what was found.
    """
    if is_of_other_key(studio, job):
        if is_forgotten(studio, job):
            return _give_up(studio, job, "The key it was sent with was not set again in time.")
        return hold_for_key(studio, job)
    job = note_key_is_back(studio, job)
    wait = studio.get_line(job.origin).wait(job.id, studio.now())
    if wait:
        return Step(job, wait)
    if (job.unsure_since or 0.0) > studio.now():
        job = studio.library.move_job(
            job, JobState.UNSURE, "the clock was set back", unsure_since=studio.now()
        )
    try:
        strays = list_strays(studio, service, job)
        for stray in strays:
            if stray.certain:
                return adopt(studio, service, job, stray.prediction.id)
            _remember(studio, service, job, stray.prediction)
    except AccessError as error:
        if not is_forbidden(error):
            raise
        return _cannot_look(studio, job, error)
    except ServiceError as error:
        if isinstance(error, NotSentError):
            studio.get_line(job.origin).lost(studio.now())
        return _cannot_look(studio, job, error)
    studio.get_line(job.origin).reached(studio.now())
    found = list_candidates(studio, job)
    if found:
        coming = {one.prediction.id for one in strays if one.prediction.outcome != "failed"}
        missing = [one for one in found if one.prediction_id in coming and not one.received]
        return _ask_person(studio, job, len(found), pictures_missing=bool(missing))
    job = studio.library.move_job(
        job,
        JobState.UNSURE,
        "the service lists nothing of it",
        looks=job.looks + 1,
        # The horizon counts from the first clean list: after an outage, one has to be waited for.
        unsure_since=job.unsure_since if job.looks else studio.now(),
        problem=problem_of(_lost()),  # what was found before may be another's meanwhile
    )
    if _waited(studio, job) >= HORIZON and job.looks >= CLEAN:
        return _conclude(studio, service, job)
    return Step(job, _next(studio, job))


def list_strays(studio: Studio, service: Service, job: Job) -> list[Stray]:
    """Predictions from around the time this Job was sent that belong to nobody we know of, without
    those whose echo says that something else was asked for; the certain one first. Free."""
    owned = _owned(studio, job)
    settled = {
        candidate.prediction_id
        for candidate in studio.library.list_candidates(job.id)
        if candidate.refused or candidate.received
    }
    strays = []
    model = MODELS[job.recipe.model_id]
    for listed in service.client.list_predictions(model, **_window(job, service)):
        if listed.id in owned:
            continue
        prediction = listed
        if listed.id not in settled:
            with contextlib.suppress(GoneError):  # the list is behind, or ahead, of the results
                prediction = service.client.get_result(listed.id)
        asked = _is_asked_by(prediction, job)
        if asked is not False:
            strays.append(Stray(prediction, asked is True))
    return sorted(strays, key=lambda stray: not stray.certain)


def list_candidates(studio: Studio, job: Job) -> list[Candidate]:
    """What may be this Job's lost answer, for the person to decide: not refused by them, and not
    another Job's meanwhile."""
    owned = _owned(studio, job)
    return [
        candidate
        for candidate in studio.library.list_candidates(job.id)
        if not candidate.refused and candidate.prediction_id not in owned
    ]


def is_probable(studio: Studio, job: Job) -> bool:
    """Whether there is one candidate and no other request that it could belong to."""
    return len(list_candidates(studio, job)) == 1 and _count_rivals(studio, job) == 0


def adopt(studio: Studio, service: Service, job: Job, prediction_id: str) -> Step:
    """The service had it: this prediction is the Job's. What was fetched of it is used.

    Raises Conflict when it belongs to another Job, here or in another library.
    """
    name = studio.register_name(job.origin)
    if not studio.register.claim(name, job.id, prediction_id):
        raise Conflict(
            "That edit belongs to another library on this machine.",
            "Choose another one, or send this one again.",
            prediction_id,
        )
    running = accept(studio, job, prediction_id, f"found at the service: {prediction_id}")
    return collecting.take_fetched(studio, service, running) or Step(running, 0.0)


def choose(studio: Studio, job_id: str, prediction_id: str) -> Step:
    """The person says which prediction is this Job's.

    Raises ParameterError when the Job is no longer `unsure` or knows no such candidate, Conflict.
    """
    job = _get_unsure(studio, job_id)
    if prediction_id not in [found.prediction_id for found in list_candidates(studio, job)]:
        raise ParameterError("That edit is not among those that were found.", "Look once more.")
    return adopt(studio, studio.get_service(), job, prediction_id)


def refuse(studio: Studio, job_id: str, prediction_ids: Sequence[str]) -> Job:
    """The person says that these predictions are not this Job's."""
    job = _get_unsure(studio, job_id)
    for candidate in studio.library.list_candidates(job.id):
        if candidate.prediction_id in prediction_ids:
            studio.library.change_candidate(candidate, refused=True)
    left = list_candidates(studio, job)
    if left:
        return job
    return studio.library.move_job(
        job, JobState.UNSURE, "not theirs", problem=problem_of(_lost()), looks=job.looks
    )


def search_again(studio: Studio, job_id: str) -> Job:
    """Look once more for an answer that was given up for lost; by the person's click, free."""
    job = studio.library.get_job(job_id)
    if job.state is JobState.UNSURE:
        return job
    if not (job.state is JobState.FAILED and job.charged == "maybe" and not job.prediction_id):
        raise ParameterError("This edit was answered.", "There is nothing to search for.")
    return studio.library.move_job(
        job,
        JobState.UNSURE,
        "to be searched for again by a click",
        problem=problem_of(_lost()),
        unsure_since=studio.now(),
        looks=0,
    )


def _get_unsure(studio: Studio, job_id: str) -> Job:
    job = studio.library.get_job(job_id)
    if job.state is not JobState.UNSURE:
        raise ParameterError("This edit has been found out about meanwhile.", "Look at it again.")
    return job


def _window(job: Job, service: Service | None = None) -> dict[str, float]:
    """The time of sending by the service's clock, widened. Where that was not known at the sending,
    what is known of it by now counts as well."""
    sent_at = job.sent_at or job.created_at
    offsets = {job.clock_offset}
    if not job.clock_offset and service is not None:
        offsets.add(service.client.clock_offset or 0.0)
    return {"after": sent_at + min(offsets) - BEFORE, "before": sent_at + max(offsets) + AFTER}


def _owned(studio: Studio, job: Job) -> set[str]:
    """Predictions that are another Job's: of this library, or of others on this machine."""
    entries = studio.register.look(studio.register_name(job.origin))
    elsewhere = {one for one, owner in entries.predictions.items() if owner != job.id}
    return studio.library.list_predictions(job.origin) | elsewhere


def _count_rivals(studio: Studio, job: Job) -> int:
    """Other requests without an answer that a candidate of this Job could belong to as well."""
    window = _window(job)
    here = [
        other
        for other in studio.library.list_jobs(origin=job.origin, ended=False)
        if other.state in (JobState.UNSURE, JobState.SENDING) and other.id != job.id
    ]
    near = [other for other in here if _window(other)["after"] < window["before"]]
    near = [other for other in near if _window(other)["before"] > window["after"]]
    entries = studio.register.look(studio.register_name(job.origin))
    elsewhere = [one for one in entries.unanswered if studio.library.find_job(one) is None]
    return len(near) + len(elsewhere)


def _is_asked_by(prediction: Prediction, job: Job) -> bool | None:
    """Whether the service's echo is what the Job asked for; None when it does not say."""
    recipe, echo = job.recipe, prediction.inputs or {}
    if not all(name in echo for name in ("prompt", "image", "seed")):
        return None
    asked = submit_body(
        MODELS[recipe.model_id],
        prompt=recipe.prompt,
        image=job.upload_url or "",
        seed=recipe.seed,
        guidance_scale=recipe.guidance_scale,
        aspect_ratio=recipe.aspect_ratio,
    )
    return all(echo[name] == asked[name] for name in ("prompt", "image", "seed"))


def _remember(studio: Studio, service: Service, job: Job, stray: Prediction) -> None:
    """Keep a candidate, and fetch its pictures as soon as there are any."""
    candidate = studio.library.put_candidate(Candidate(job.id, stray.id, stray.created_at))
    if candidate.refused or candidate.received or stray.outcome != "completed":
        return
    received = []
    for index, url in enumerate(stray.outputs):
        try:
            one = collecting.keep_output(studio, service.client.download(url), index, stray.nsfw)
        except ServiceError:
            return  # at the next look-up again
        if isinstance(one, Received):
            received.append(one)
    if received:
        studio.library.change_candidate(candidate, received=received)


def _ask_person(studio: Studio, job: Job, found: int, *, pictures_missing: bool) -> Step:
    """Something was found: whether it is theirs only the person can say. Asked about again while
    the list may still grow, and seldom after that for a picture that is still missing."""
    if is_probable(studio, job):
        error = UnansweredError(
            "The service has an edit from that moment: probably this one.",
            "Look at it, then keep it or say that it is not yours. Both are free.",
        )
    else:
        edits = "an edit" if found == 1 else f"{found} edits"
        error = UnansweredError(
            f"The service has {edits} from that moment that could be this one.",
            "Look at them and choose, or say that none is yours. That is free.",
        )
    if job.problem != problem_of(error):
        job = studio.library.move_job(
            job, JobState.UNSURE, error.message, problem=problem_of(error)
        )
    if _waited(studio, job) < HORIZON:
        return Step(job, _next(studio, job))
    return Step(job, HORIZON if pictures_missing else None)


def _cannot_look(studio: Studio, job: Job, error: AccessError | ServiceError) -> Step:
    """The service could not be asked. After its seven days there is nothing left to ask."""
    if is_forgotten(studio, job):
        days = MODELS[job.recipe.model_id].retention_days
        return _give_up(studio, job, f"It could not be looked up for {days} days.")
    forbidden = UnansweredError(
        "This key may not look at the account's list of edits.",
        "Look at the service's website whether the edit is there, before you send it again.",
    )
    if isinstance(error, AccessError) and job.problem != problem_of(forbidden):
        job = studio.library.move_job(
            job, JobState.UNSURE, error.detail, problem=problem_of(forbidden)
        )
    if isinstance(error, AccessError) and _waited(studio, job) >= HORIZON:
        return Step(job, None)
    asked_to_wait = error.retry_after if isinstance(error, ServiceError) else None
    return Step(job, max(_next(studio, job), asked_to_wait or 0.0))


def _conclude(studio: Studio, service: Service, job: Job) -> Step:
    """The lists are clean; the account's billing rows, where they may be seen, decide. Where they
    may not, lists say nothing of what is older than the service's memory. And a service that tells
    no time may have been asked about another hour than the one it was sent in."""
    if service.client.clock_offset is None:
        return _give_up(studio, job, "The service does not say what time its clock shows.")
    try:
        rows = service.client.list_charges(**_window(job, service))
    except (AccessError, RefusedError):  # not for this key, or not at this service
        days = MODELS[job.recipe.model_id].retention_days
        if _age_there(studio, service, job) > days * 86_400 - BEFORE:
            why = f"The service lists edits of the last {days} days, and this one is older."
            return _give_up(studio, job, why)
        rows = []
    except ServiceError:
        return Step(job, LATER)
    refused = {one.prediction_id for one in studio.library.list_candidates(job.id) if one.refused}
    if refused - _owned(studio, job):
        # A person can err: what they turned down still counts as what may have been billed.
        return _give_up(studio, job, "What the service has from that moment was said not to be it.")
    known = _owned(studio, job)
    unexplained = [row for row in rows if row.kind == "deduct" and row.prediction_id not in known]
    if unexplained:
        return _give_up(studio, job, "The account was charged for an edit that is not listed.")
    never = ServiceError(
        "The request never arrived at the service; nothing was charged.",
        "Send it again when you like.",
        f"{job.looks} listings without it",
    )
    failed = studio.library.move_job(
        job, JobState.FAILED, never.detail, problem=problem_of(never), charged="no"
    )
    withdraw(studio, job)
    return Step(failed, None)


def _give_up(studio: Studio, job: Job, why: str) -> Step:
    error = UnansweredError(
        f"This edit may have been billed. {why}",
        "Search again, look at the service's website, or send it again, which may bill it twice.",
    )
    failed = studio.library.move_job(
        job, JobState.FAILED, error.message, problem=problem_of(error), charged="maybe"
    )
    return Step(failed, None)


def _lost() -> UnansweredError:
    return UnansweredError(
        "This edit got no answer, so it may have been billed.",
        "It is looked up at the service, and never sent again by itself.",
    )


def _age_there(studio: Studio, service: Service, job: Job) -> float:
    """Seconds since the sending by the service's clock: ours may have been set since."""
    offset = service.client.clock_offset
    moved = 0.0 if offset is None else offset - job.clock_offset
    return studio.now() - (job.sent_at or job.created_at) + moved


def _waited(studio: Studio, job: Job) -> float:
    return max(0.0, studio.now() - (job.unsure_since or job.updated_at))


def _next(studio: Studio, job: Job) -> float:
    waited = _waited(studio, job)
    return next((moment - waited for moment in LOOKUPS if moment > waited + 0.1), LATER)
