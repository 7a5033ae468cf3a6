"""Carry one Job one step forward. Each call does one bounded thing and says when to come again.

The order that keeps money safe: the state is on disk before the act it names. `sending` is written
before the POST leaves, so a Job found in it at start-up may have been billed; `running` is written
with the prediction's id. A POST whose first byte may have left is never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from kontext_desktop.catalog import MODELS
from kontext_desktop.engine import ledger, recovery
from kontext_desktop.errors import (
    BudgetError,
    FailedError,
    GoneError,
    ImageError,
    KontextError,
    LibraryError,
    NotSentError,
    ParameterError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.imaging import verify_output
from kontext_desktop.library import Received
from kontext_desktop.model import Job, JobState, Problem, Progress, Prompt, Step
from kontext_desktop.wavespeed import explain_failure, submit_body

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

RENEW = 30.0
"""Seconds after which a queued Job that only waits for a free place has its permission renewed."""
PATIENCE = 120.0
"""Seconds after the last click within which a queued Job may still be sent by itself."""
UPLOAD_LASTS = 86_400.0
"""An upload older than a day is made anew (the service keeps them for seven at most)."""
YOUNG = 600.0
"""A prediction this young may not be known everywhere at the service yet: a 404 is no answer."""
EMPTY_LOOKS = 5
"""How often a completed prediction without outputs is looked at again."""

Report = Callable[[Progress], None]


def advance(studio: Studio, job_id: str, report: Report = lambda _: None) -> Step:
    """Do the next thing for one Job of the current origin.

    Trouble on the way that waiting may cure comes back as a Step with a later time; a Job that
    ended badly carries its Problem. Raises LibraryError, and AccessError where a key is missing or
    refused before anything was sent or while looking: the Job stays as it is. Only the step out of
    `queued` can cost money.
    """
    job = studio.library.get_job(job_id)
    service = studio.get_service()
    if job.origin != service.origin:
        return Step(job, None)
    step = _STEPS.get(job.state)
    return step(studio, service, job, report) if step else Step(job, None)


def permit(studio: Studio, job_id: str) -> Job:
    """The person's fresh click that lets a waiting queued Job be sent.

    Raises ParameterError for a Job in any other state: what may have left is never sent again.
    """
    job = studio.library.get_job(job_id)
    if job.state is not JobState.QUEUED:
        raise ParameterError(
            f"This job is not waiting to be sent: it is {job.state.value}.",
            "Nothing was sent. Open the document again to see how it stands.",
        )
    return studio.library.move_job(
        job, JobState.QUEUED, "permitted by a click", permitted_at=studio.now(), problem=None
    )


def cancel(studio: Studio, job_id: str) -> Job:
    """Stop caring. Before sending it ends the Job, free of charge; after, it only hides it: the
    picture is still collected, for it is paid for."""
    job = studio.library.get_job(job_id)
    if job.state is JobState.QUEUED:
        return studio.library.move_job(job, JobState.CANCELLED, "cancelled before sending")
    return studio.library.move_job(job, job.state, "hidden", hidden=True)


def _prepare(studio: Studio, service: Service, job: Job, report: Report) -> Step:
    """queued: upload first (free), then send."""
    waited = studio.now() - job.permitted_at
    if waited > PATIENCE:
        return Step(job, None)
    try:
        if job.upload_url is None or studio.now() - (job.uploaded_at or 0.0) > UPLOAD_LASTS:
            return Step(_upload(studio, service, job, report), 0.0)
        return _send(studio, service, job)
    except ServiceError as error:
        if not error.retry:
            return _fail(studio, job, error)
        job = studio.library.move_job(
            job, JobState.QUEUED, error.detail or error.message, problem=_problem(error)
        )
        return Step(job, min(max(1.0, waited / 2), 15.0))


def _upload(studio: Studio, service: Service, job: Job, report: Report) -> Job:
    with studio.uploading:  # variations share one upload, so one goes first
        url, at = _find_upload(studio, job)
        if not url:
            data = studio.library.blobs.read(job.input_sha256)
            # A random name: what leaves the machine says nothing about the picture's own.
            url = service.client.upload(data, f"{uuid4().hex}.png", "image/png", report)
            at = studio.now()
        return studio.library.move_job(
            job, JobState.QUEUED, "uploaded", upload_url=url, uploaded_at=at, problem=None
        )


def _find_upload(studio: Studio, job: Job) -> tuple[str, float]:
    """Where the same bytes already lie at the same service, and since when; "" for nowhere."""
    for other in studio.library.list_jobs(origin=job.origin, document_id=job.document_id):
        at = other.uploaded_at or 0.0
        fresh = studio.now() - at < UPLOAD_LASTS
        if other.input_sha256 == job.input_sha256 and other.upload_url and fresh:
            return other.upload_url, at
    return "", 0.0


def _claim(studio: Studio, job: Job) -> Job | None:
    """Take the permission to send, within the daily cap; None while all places are taken."""
    with studio.claiming:  # the cap is looked at and counted against in one act
        recovery.settle(studio, job.origin)
        ledger.authorise_sending(studio, job)
        return studio.library.claim_sending(job, studio.jobs_in_flight, studio.now())


def _send(studio: Studio, service: Service, job: Job) -> Step:
    try:
        claimed = _claim(studio, job)
    except BudgetError as error:
        if job.problem != _problem(error):
            job = studio.library.move_job(
                job, JobState.QUEUED, error.message, problem=_problem(error)
            )
        return Step(job, None)
    if claimed is None:
        if studio.now() - job.permitted_at > RENEW:
            # Its turn has not come: that is no reason to ask the person again.
            job = studio.library.move_job(
                job, JobState.QUEUED, "waiting for its turn", permitted_at=studio.now()
            )
        return Step(job, 1.0)
    recipe, model = claimed.recipe, MODELS[claimed.recipe.model_id]
    assert claimed.upload_url is not None
    body = submit_body(
        model,
        prompt=recipe.prompt,
        image=claimed.upload_url,
        seed=recipe.seed,
        guidance_scale=recipe.guidance_scale,
        aspect_ratio=recipe.aspect_ratio,
    )
    try:
        prediction = service.client.submit(model, body)
    except NotSentError as error:
        back = studio.library.move_job(
            claimed, JobState.QUEUED, error.message, problem=_problem(error), sent_at=None
        )
        return Step(back, 2.0)
    except UnansweredError as error:
        unsure = studio.library.move_job(
            claimed, JobState.UNSURE, error.detail or error.message, problem=_problem(error)
        )
        return Step(unsure, None)
    except KontextError as error:
        return _fail(studio, claimed, error)
    running = _accepted(studio, claimed, prediction.id)
    return Step(running, _pause(studio, running))


def _accepted(studio: Studio, job: Job, prediction_id: str) -> Job:
    """Write down the id that was paid for. A failing disk gets a second chance; then the id goes
    into the error and the log, and the Job is found `sending`, so never sent again."""

    def write() -> Job:
        return studio.library.move_job(
            job,
            JobState.RUNNING,
            f"accepted as {prediction_id}",
            prediction_id=prediction_id,
            problem=None,
        )

    try:
        return write()
    except LibraryError:
        try:
            return write()
        except LibraryError as error:
            raise LibraryError(
                f"The service accepted this edit as {prediction_id}, but that could not be "
                f"written down: {error.message}",
                "Note the id: the picture can be fetched with it for seven days.",
                error.detail,
                charged="yes",
            ) from error


def _look(studio: Studio, service: Service, job: Job, report: Report) -> Step:
    """running: ask how far the prediction is. Free, and repeated as often as needed."""
    assert job.prediction_id is not None
    try:
        prediction = service.client.get_result(job.prediction_id)
    except GoneError as error:
        if _age(studio, job) < YOUNG:
            return Step(job, _pause(studio, job))
        return _expire(studio, job, error)
    except ServiceError:
        return Step(job, max(_pause(studio, job), 3.0))
    if prediction.outcome == "failed":
        return _fail(studio, job, explain_failure(prediction))
    if prediction.outcome == "running":
        return Step(job, _pause(studio, job))
    if not prediction.outputs:
        return _look_again(studio, job)
    ready = studio.library.move_job(
        job,
        JobState.DOWNLOADING,
        "completed",
        output_urls=prediction.outputs,
        nsfw=prediction.nsfw,
        server_seconds=prediction.server_seconds,
    )
    return Step(ready, 0.0)


def _look_again(studio: Studio, job: Job) -> Step:
    if job.looks < EMPTY_LOOKS:
        job = studio.library.move_job(
            job, JobState.RUNNING, "completed without a picture", looks=job.looks + 1
        )
        return Step(job, 2.0)
    empty = FailedError(
        "The service says it finished, and gives no picture.",
        "It was charged; the service refunds system errors within 3 hours. Ask their support "
        "with the prediction id.",
        charged="yes",
    )
    return _fail(studio, job, empty)


def _download(studio: Studio, service: Service, job: Job, report: Report) -> Step:
    """downloading: fetch each output, keep its bytes, and make Versions of them in one act."""
    try:
        outputs = [service.client.download(url, report) for url in job.output_urls]
    except GoneError as error:
        return _renew(studio, service, job, error)
    except ServiceError as error:
        if error.retry:
            return Step(job, 3.0)
        return _fail(studio, job, error, charged="yes")
    received = []
    for index, data in enumerate(outputs):
        digest = studio.library.blobs.put(data)
        try:
            probe = verify_output(data)
        except ImageError as error:
            return _fail(studio, job, _unreadable(digest, error), charged="yes")
        nsfw = job.nsfw[index] if index < len(job.nsfw) else None
        received.append(Received(digest, len(data), probe.size, probe.format, index, nsfw))
    job, versions = studio.library.finish_job(job, received, Prompt(job.recipe.prompt).title)
    return Step(job, None, tuple(versions))


def _renew(studio: Studio, service: Service, job: Job, error: GoneError) -> Step:
    """An output's address has expired: ask the prediction for a new one, within its seven days."""
    assert job.prediction_id is not None
    try:
        prediction = service.client.get_result(job.prediction_id)
    except GoneError:
        return _expire_unless_young(studio, job, error)
    except ServiceError:
        return Step(job, 3.0)
    if prediction.outputs and prediction.outputs != job.output_urls:
        job = studio.library.move_job(
            job, JobState.DOWNLOADING, "new addresses", output_urls=prediction.outputs
        )
        return Step(job, 0.0)
    return _expire_unless_young(studio, job, error)


def _expire_unless_young(studio: Studio, job: Job, error: GoneError) -> Step:
    if _age(studio, job) < YOUNG:
        return Step(job, 3.0)
    return _expire(studio, job, error)


def _expire(studio: Studio, job: Job, error: GoneError) -> Step:
    gone = studio.library.move_job(job, JobState.EXPIRED, error.message, problem=_problem(error))
    return Step(gone, None)


def _fail(studio: Studio, job: Job, error: KontextError, charged: str | None = None) -> Step:
    failed = studio.library.move_job(
        job,
        JobState.FAILED,
        error.detail or error.message,
        problem=_problem(error),
        charged=charged or error.charged,
    )
    return Step(failed, None)


def _unreadable(digest: str, error: ImageError) -> FailedError:
    return FailedError(
        "What the service sent is not a picture that can be read.",
        f"It was paid for, so its bytes are kept in the library (blob {digest[:12]}).",
        error.message,
        charged="yes",
    )


def _problem(error: KontextError) -> Problem:
    return Problem(error.kind, error.message, error.hint)


def _age(studio: Studio, job: Job) -> float:
    return studio.now() - (job.sent_at or job.created_at)


def _pause(studio: Studio, job: Job) -> float:
    """How long until the next look: the service's advice is two seconds at least, and growing.

    The practice service is on this machine and may be asked more often.
    """
    if job.origin.practice:
        return 0.3
    return min(max(2.0, _age(studio, job) / 4), 15.0)


_STEPS: dict[JobState, Callable[[Studio, Service, Job, Report], Step]] = {
    JobState.QUEUED: _prepare,
    JobState.RUNNING: _look,
    JobState.DOWNLOADING: _download,
}
