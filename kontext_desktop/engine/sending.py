"""From `queued` to `running`: upload (free), take the permission to send, send once.

What provably never left goes back to `queued`; what may have arrived and was not answered becomes
`unsure`. Nothing else is ever sent a second time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from kontext_desktop.catalog import MODELS
from kontext_desktop.engine import ledger, limits, reconcile, recovery, waiting
from kontext_desktop.engine.acceptance import accept, withdraw
from kontext_desktop.engine.outcome import fail, problem_of
from kontext_desktop.errors import (
    AccessError,
    BudgetError,
    KontextError,
    LibraryError,
    NotSentError,
    ParameterError,
    RefusedError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.library import Conflict
from kontext_desktop.model import Document, Job, JobState, Progress, Step
from kontext_desktop.wavespeed import submit_body

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

RENEW = 30.0
"""Seconds after which a queued Job that only waits for its turn has its permission renewed."""
PATIENCE = 120.0
"""Seconds after the last click within which a queued Job may still be sent by itself."""
UPLOAD_LASTS = 86_400.0
"""An upload older than a day is made anew (the service keeps them for seven at most)."""
TURN = 1.0
"""Seconds between two tries to get a free place."""
NEAR = 20
"""A Job with so many before it that find no place yet has no use of trying, nor of an upload: it
comes back later."""
REFUSALS = 5
"""How often the service may say "too many for now" before the person is asked again."""

EXPECTED_BYTES = 4_000_000
"""What one picture that comes back takes at most: about a megapixel, as PNG."""

_Report = Callable[[Progress], None]


def check_may_send(studio: Studio, document: Document) -> None:
    """Raise ParameterError when this picture, or all of the library, is never to leave."""
    if document.never_send:
        raise ParameterError(
            f"“{document.name}” is marked never to be sent.", "Take the mark off to edit it."
        )
    if not studio.library.may_send():
        raise ParameterError(
            "This library is marked never to be sent.",
            "Take the mark off in Settings to edit its pictures.",
        )


def prepare(studio: Studio, service: Service, job: Job, report: _Report) -> Step:
    """queued: upload first, then send. Raises AccessError without a key, LibraryError."""
    waited = studio.now() - job.permitted_at
    if not -PATIENCE <= waited <= PATIENCE:  # a clock far back says nothing of the click
        return Step(job, None)
    try:
        check_may_send(studio, studio.library.get_document(job.document_id))
        ahead = studio.library.count_ahead(job, studio.now() - PATIENCE)
        if ahead >= limits.get_places(studio, job.origin) + NEAR:
            return Step(_renew(studio, job), min(RENEW, ahead * TURN / 10))
        if job.upload_url is None or not _is_fresh(studio, job):
            return Step(_upload(studio, service, job, report), 0.0)
        return _send(studio, service, job)
    except (BudgetError, ParameterError) as error:
        return _hold(studio, job, error)
    except ServiceError as error:
        if not error.retry:
            return fail(studio, job, error)
        if isinstance(error, NotSentError):
            studio.get_line(job.origin).lost(studio.now())
        job = studio.library.move_job(
            job, JobState.QUEUED, error.detail or error.message, problem=problem_of(error)
        )
        return Step(job, max(min(max(1.0, waited / 2), 15.0), error.retry_after or 0.0))


def pick_up(studio: Studio, service: Service, job: Job, report: _Report) -> Step:
    """sending, and found so by a step: wait for the one that sends it, or go on after it failed to
    write down what came of that. Never sends."""
    with studio.claiming:
        if job.id in studio.sending:
            return Step(job, TURN)
    prediction_id = studio.accepted.get(job.id)
    if prediction_id is not None:
        return Step(accept(studio, job, prediction_id, f"accepted as {prediction_id}"), 0.0)
    return Step(recovery.take_for_lost(studio, job, "The program failed"), reconcile.LOOKUPS[0])


def _hold(studio: Studio, job: Job, error: KontextError) -> Step:
    """Leave it queued until the person has read why and clicked again."""
    if job.problem != problem_of(error):
        job = studio.library.move_job(
            job, JobState.QUEUED, error.message, problem=problem_of(error)
        )
    return Step(job, None)


def _upload(studio: Studio, service: Service, job: Job, report: _Report) -> Job:
    with studio.uploading:  # variations share one upload, so one goes first
        now = studio.now()
        upload = studio.library.find_upload(job, now - UPLOAD_LASTS, now)
        if upload is None:
            data = studio.library.blobs.read(job.input_sha256)
            # A random name: what leaves the machine says nothing about the picture's own.
            url = service.client.upload(data, f"{uuid4().hex}.png", "image/png", report)
            upload = url, studio.now()
            studio.get_line(job.origin).reached(upload[1])
        return studio.library.move_job(
            job,
            JobState.QUEUED,
            "uploaded",
            upload_url=upload[0],
            uploaded_at=upload[1],
            problem=None,
        )


def _is_fresh(studio: Studio, job: Job) -> bool:
    """Whether its upload is there still; one from the future was dated by a wrong clock."""
    return 0 <= studio.now() - (job.uploaded_at or 0.0) <= UPLOAD_LASTS


def _send(studio: Studio, service: Service, job: Job) -> Step:
    pause = limits.get_pause(studio, job.origin)
    if pause:
        return Step(_renew(studio, job), min(pause, RENEW))
    try:
        studio.library.check_space(EXPECTED_BYTES)
    except LibraryError as error:
        return _hold(studio, job, error)
    price = ledger.quote(studio, service, MODELS[job.recipe.model_id])
    if price != job.price:
        return _hold(studio, job, ledger.changed_price(price, job.price))
    with studio.claiming:
        if job.id in studio.sending:
            return Step(job, TURN)
        studio.sending.add(job.id)
    try:
        claimed = _claim(studio, service, job)
        if claimed is None:
            return Step(_renew(studio, job), TURN)
        return _post(studio, service, claimed, job.sent_at)
    finally:
        studio.sending.discard(job.id)


def _post(studio: Studio, service: Service, claimed: Job, refused_at: float | None) -> Step:
    """The one act that costs. `refused_at`: when the service had too many for now, if it had."""
    if refused_at is not None and not _is_unknown_there(studio, service, claimed, refused_at):
        return _unsure(studio, claimed, UnansweredError(*_REFUSED_AND_MADE))
    recipe = claimed.recipe
    body = submit_body(
        MODELS[recipe.model_id],
        prompt=recipe.prompt,
        image=claimed.upload_url or "",
        seed=recipe.seed,
        guidance_scale=recipe.guidance_scale,
        aspect_ratio=recipe.aspect_ratio,
    )
    try:
        prediction = service.client.submit(MODELS[recipe.model_id], body)
    except NotSentError as error:
        return _take_back(studio, claimed, error, refused_at)
    except UnansweredError as error:
        return _unsure(studio, claimed, error)
    except RefusedError as error:
        return _refused(studio, claimed, error)
    except AccessError as error:
        return _key_refused(studio, claimed, error)
    try:
        running = accept(studio, claimed, prediction.id, f"accepted as {prediction.id}")
    except Conflict as error:
        # The service answered with the id of another edit: whatever it made is looked for.
        return _unsure(studio, claimed, UnansweredError(error.message, error.hint, error.detail))
    return Step(running, waiting.next_look(studio, running, 0.0))


def _claim(studio: Studio, service: Service, job: Job) -> Job | None:
    """Take the permission to send, within the caps; None while its turn has not come."""
    account = studio.get_account(job.origin)
    with studio.claiming:  # the caps are looked at and counted against in one act
        recovery.settle(studio, job.origin)
        ledger.authorise_sending(studio, job)
        settings = studio.settings
        claimed = studio.library.claim_sending(
            job,
            limits.get_places(studio, job.origin),
            settings.submits_per_minute,
            sent_at=studio.now(),
            clock_offset=service.client.clock_offset or 0.0,
            account=account,
            problem=None,
        )
    if claimed is None:
        return None
    try:
        studio.register.announce(studio.register_name(job.origin), job.id)
    except LibraryError as error:
        studio.library.move_job(
            claimed, JobState.QUEUED, error.message, problem=problem_of(error), sent_at=job.sent_at
        )
        raise
    return claimed


def _renew(studio: Studio, job: Job) -> Job:
    """Its turn has not come: that is no reason to ask the person again."""
    if studio.now() - job.permitted_at > RENEW:
        return studio.library.move_job(
            job, JobState.QUEUED, "waiting for its turn", permitted_at=studio.now()
        )
    return job


def _take_back(studio: Studio, job: Job, error: NotSentError, refused_at: float | None) -> Step:
    """Provably not one byte has left: it may be tried again, within the person's permission."""
    back = studio.library.move_job(
        job, JobState.QUEUED, error.message, problem=problem_of(error), sent_at=refused_at
    )
    withdraw(studio, job)
    return Step(back, studio.get_line(job.origin).lost(studio.now()))


def _unsure(studio: Studio, job: Job, error: UnansweredError) -> Step:
    unsure = studio.library.move_job(
        job,
        JobState.UNSURE,
        error.detail or error.message,
        problem=problem_of(error),
        unsure_since=studio.now(),
        looks=0,
    )
    return Step(unsure, reconcile.LOOKUPS[0])


def _refused(studio: Studio, job: Job, error: RefusedError) -> Step:
    """A definite no ends the Job, free of charge; "too many for now" lets it wait for its turn."""
    if not error.retry:
        step = fail(studio, job, error)
        withdraw(studio, job)
        return step
    wait = limits.learn_refusal(studio, job.origin, error.retry_after)
    often = job.looks + 1 >= REFUSALS
    back = studio.library.move_job(
        job,
        JobState.QUEUED,
        f"{error.message} Waiting {wait:.0f} s.",
        problem=problem_of(error) if often else None,
        looks=0 if often else job.looks + 1,
        permitted_at=0.0 if often else studio.now(),
    )
    withdraw(studio, job)
    return Step(back, None if often else min(wait, RENEW))  # in time to renew its permission


def _key_refused(studio: Studio, job: Job, error: AccessError) -> Step:
    """Nothing was charged. It waits for a click with a better key, and so do all that follow."""
    back = studio.library.move_job(
        job,
        JobState.QUEUED,
        error.detail or error.message,
        problem=problem_of(error),
        sent_at=None,
        permitted_at=0.0,
    )
    withdraw(studio, job)
    return Step(back, None)


_REFUSED_AND_MADE = (
    "The service said it had too many requests, and yet has an edit from that moment.",
    "It is looked up, and not sent again.",
)


def _is_unknown_there(studio: Studio, service: Service, job: Job, refused_at: float) -> bool:
    """Whether the service has nothing that this Job's refused request could have made after all.

    Where the key may not look, the service is taken at its word.
    """
    try:
        return not reconcile.list_strays(studio, service, replace(job, sent_at=refused_at))
    except AccessError:
        return True
    except ServiceError as error:
        studio.library.move_job(
            job, JobState.QUEUED, error.message, sent_at=refused_at, problem=problem_of(error)
        )
        raise
