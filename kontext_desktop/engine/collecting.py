"""From `running` to `done`: look, download, keep. All of it is free and repeated as long as needed.

Losing the network fails nothing: the service keeps what it made for seven days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kontext_desktop.catalog import MODELS
from kontext_desktop.engine import preview, waiting
from kontext_desktop.engine.outcome import (
    age,
    fail,
    hold_for_key,
    is_forgotten,
    is_of_other_key,
    note_key_is_back,
    note_trouble,
    problem_of,
)
from kontext_desktop.errors import (
    AccessError,
    FailedError,
    GoneError,
    ImageError,
    NotSentError,
    ServiceError,
)
from kontext_desktop.imaging import Pixels, verify_output
from kontext_desktop.model import Job, JobState, Progress, Prompt, Received, Step
from kontext_desktop.wavespeed import Prediction, explain_failure

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Service, Studio

YOUNG = 600.0
"""A prediction this young may not be known everywhere at the service yet: a 404 is no answer."""
EMPTY_LOOKS = 5
"""How often a completed prediction without outputs, or one the service does not know any more, is
looked at again."""
BAD_TRIES = 6
"""How often a download is tried that fails in a way which waiting is not likely to cure."""
SAME_ADDRESS = 3
"""How often one address is tried before the service is asked for the result once more."""
UNREADABLE_TRIES = 3
"""How often what was received and is no picture is fetched again."""

_Report = Callable[[Progress], None]


def look(studio: Studio, service: Service, job: Job, report: _Report) -> Step:
    """running: ask how far the prediction is. Raises AccessError, LibraryError."""
    assert job.prediction_id is not None
    ended = take_fetched(studio, service, job)
    held = ended or _wait_in_line(studio, job)
    if held is not None:
        return held
    try:
        prediction = service.client.get_result(job.prediction_id)
    except (GoneError, AccessError) as error:
        return _unknown_there(studio, job, error)
    except ServiceError as error:
        return _again(studio, job, error)
    _reached(studio, job)
    job = note_key_is_back(studio, job)
    if prediction.outcome == "failed":
        return fail(studio, job, explain_failure(prediction))
    if prediction.outcome == "running":
        studio.looked_at[job.id] = age(studio, job)
        return Step(job, waiting.next_look(studio, job, age(studio, job)))
    if not prediction.outputs:
        return _empty(studio, job)
    _learn(studio, job, prediction)
    ready = studio.library.move_job(
        job,
        JobState.DOWNLOADING,
        "completed",
        output_urls=prediction.outputs,
        nsfw=prediction.nsfw,
        server_seconds=prediction.server_seconds,
        looks=0,
    )
    return Step(ready, 0.0)


def download(studio: Studio, service: Service, job: Job, report: _Report) -> Step:
    """downloading: fetch each output, keep its bytes, and make Versions of them in one act.

    What cannot be read as a picture is kept too, in quarantine: it was paid for. It is fetched
    again a few times first, for a page put in its place by a network on the way ends with that
    network. Raises AccessError, LibraryError.
    """
    fetched = take_fetched(studio, service, job)
    if fetched is not None:
        return fetched
    received: list[Received] = []
    quarantine: list[str] = []
    decoded: dict[str, Pixels] = {}
    for index, url in enumerate(job.output_urls):
        try:
            data = service.client.download(url, report)
        except GoneError as error:
            return _renew(studio, service, job, error)
        except ServiceError as error:
            # What waiting does not cure, such as an address that cannot be, a new address may.
            if error.retry and studio.tries.get(job.id, 0) < SAME_ADDRESS:
                return Step(job, note_trouble(studio, job, error.retry_after))
            return _renew(studio, service, job, error)
        one = keep_output(studio, data, index, job.nsfw, decoded)
        if isinstance(one, Received):
            received.append(one)
        else:
            quarantine.append(one)
    if quarantine:
        job = studio.library.move_job(
            job,
            JobState.DOWNLOADING,
            "received what is no picture",
            quarantine=tuple(dict.fromkeys((*job.quarantine, *quarantine))),
        )
        if studio.tries.get(job.id, 0) < UNREADABLE_TRIES:
            return Step(job, note_trouble(studio, job))
    studio.tries.pop(job.id, None)
    if not received:
        return fail(studio, job, _unreadable(), charged="yes")
    return finish(studio, service, job, received, decoded)


def take_fetched(studio: Studio, service: Service, job: Job) -> Step | None:
    """End a Job with what was fetched while it was not known whose that is, also when it was
    stopped half way in doing so; None where nothing was fetched."""
    for candidate in studio.library.list_candidates(job.id):
        kept = all(studio.library.blobs.has(one.sha256) for one in candidate.received)
        if candidate.prediction_id == job.prediction_id and candidate.received and kept:
            if job.state is JobState.RUNNING:
                job = studio.library.move_job(job, JobState.DOWNLOADING, "fetched already")
            return finish(studio, service, job, list(candidate.received))
    return None


def keep_output(
    studio: Studio,
    data: bytes,
    index: int,
    nsfw: tuple[bool, ...],
    decoded: dict[str, Pixels] | None = None,
) -> Received | str:
    """Keep the bytes of one output as a blob; its SHA-256 alone when they are no picture. Its
    pixels go to `decoded` by that."""
    digest = studio.library.blobs.put(data)
    try:
        probe, pixels = verify_output(data)
    except ImageError:
        return digest
    if decoded is not None:
        decoded[digest] = pixels
    flag = nsfw[index] if index < len(nsfw) else None
    return Received(digest, len(data), probe.size, probe.format, index, flag)


def finish(
    studio: Studio,
    service: Service,
    job: Job,
    received: list[Received],
    decoded: Mapping[str, Pixels] | None = None,
) -> Step:
    """Make Versions of what was received, and their small pictures of what is `decoded` already;
    then delete it at the service, if that is wished."""
    job, versions = studio.library.finish_job(job, received, Prompt(job.recipe.prompt).title)
    for version, one in zip(versions, received, strict=True):
        if decoded and one.sha256 in decoded:
            preview.keep_result(studio.library, version, decoded[one.sha256])
    studio.looked_at.pop(job.id, None)
    if studio.settings.delete_after_download:
        job = delete_at_service(studio, service, job)
    return Step(job, None, tuple(versions))


def delete_at_service(studio: Studio, service: Service, job: Job) -> Job:
    """Ask the service to delete its record of an edit that is safe here; what came of that is noted
    with the Job, and is no trouble: it deletes everything after seven days anyway.

    Whether that also ends the pictures' public addresses at once, its documents do not agree on.
    """
    assert job.prediction_id is not None
    try:
        deleted = service.client.delete([job.prediction_id])
        note = "deleted at the service" if deleted else "the service had nothing to delete"
    except (AccessError, ServiceError) as error:
        note = f"could not be deleted at the service: {error.message}"
    return studio.library.move_job(job, job.state, note)


def _wait_in_line(studio: Studio, job: Job) -> Step | None:
    wait = studio.get_line(job.origin).wait(job.id, studio.now())
    return Step(job, wait) if wait else None


def _reached(studio: Studio, job: Job) -> None:
    studio.get_line(job.origin).reached(studio.now())
    studio.tries.pop(job.id, None)


def _again(studio: Studio, job: Job, error: ServiceError) -> Step:
    """Something free went wrong: come again, later each time."""
    if isinstance(error, NotSentError):
        return Step(job, studio.get_line(job.origin).lost(studio.now()))
    pause = note_trouble(studio, job, error.retry_after)
    if is_forgotten(studio, job) and studio.tries[job.id] > BAD_TRIES:
        return _expire(studio, job, error)
    return Step(job, pause)


def _learn(studio: Studio, job: Job, prediction: Prediction) -> None:
    """It became ready between the last look and this one; the service may say when."""
    earliest, latest = studio.looked_at.get(job.id, 0.0), age(studio, job)
    told = prediction.server_seconds
    if told is None and not earliest:
        return  # found ready at the first look: that says nothing
    seconds = (earliest + latest) / 2 if told is None else min(max(told, earliest), latest)
    waiting.learn(studio, job, seconds)


def _unknown_there(studio: Studio, job: Job, error: GoneError | AccessError) -> Step:
    """The service says it does not know this prediction; said often enough, it is believed, unless
    it may say so only to another account's key. Raises AccessError for a refused one."""
    if is_of_other_key(studio, job) and not is_forgotten(studio, job):
        return hold_for_key(studio, job)
    if isinstance(error, AccessError):
        raise error
    _reached(studio, job)
    if age(studio, job) < YOUNG:
        return Step(job, max(2.0, waiting.next_look(studio, job, age(studio, job))))
    if job.looks < EMPTY_LOOKS:
        job = studio.library.move_job(job, job.state, error.message, looks=job.looks + 1)
        return Step(job, 5.0 * job.looks)
    return _expire(studio, job, error)


def _empty(studio: Studio, job: Job) -> Step:
    if job.looks < EMPTY_LOOKS:
        job = studio.library.move_job(
            job, JobState.RUNNING, "completed without a picture", looks=job.looks + 1
        )
        return Step(job, 2.0)
    empty = FailedError(
        "The service says it finished, and gives no picture.",
        "It was charged; the service refunds system errors within 3 hours. Ask their support "
        f"about prediction {job.prediction_id}.",
        charged="yes",
    )
    return fail(studio, job, empty)


def _renew(studio: Studio, service: Service, job: Job, error: ServiceError) -> Step:
    """An output's address is of no use: ask the prediction for a new one, within its seven days."""
    assert job.prediction_id is not None
    try:
        prediction = service.client.get_result(job.prediction_id)
    except (GoneError, AccessError) as gone:
        return _unknown_there(studio, job, gone)
    except ServiceError as trouble:
        return _again(studio, job, trouble)
    tries = studio.tries.get(job.id, 0)
    if prediction.outputs and prediction.outputs != job.output_urls:
        job = studio.library.move_job(
            job, JobState.DOWNLOADING, "new addresses", output_urls=prediction.outputs
        )
        if not tries:  # some services name another address each time they are asked
            note_trouble(studio, job)
            return Step(job, 0.0)
    # It is there, and its picture is not: that of a young one may still be on its way.
    young = age(studio, job) < YOUNG
    hopeful = young if isinstance(error, GoneError) else error.retry
    if hopeful or tries < BAD_TRIES:
        return Step(job, note_trouble(studio, job, error.retry_after))
    return fail(studio, job, _not_fetched(error), charged="yes")


def _expire(studio: Studio, job: Job, error: ServiceError) -> Step:
    days = MODELS[job.recipe.model_id].retention_days
    gone = GoneError(
        "The service does not have this edit any more.",
        f"It deletes edits after {days} days, or when somebody deletes them on its website.",
        error.detail,
    )
    expired = studio.library.move_job(job, JobState.EXPIRED, gone.message, problem=problem_of(gone))
    return Step(expired, None)


def _unreadable() -> FailedError:
    return FailedError(
        "What the service sent is not a picture that can be read.",
        "It was paid for, so its bytes are kept in the library; collect it again, or save them.",
        charged="yes",
    )


def _not_fetched(error: ServiceError) -> FailedError:
    return FailedError(
        f"The picture is ready and cannot be fetched. {error.message}",
        "It was paid for: collect it again later; the service keeps it for 7 days.",
        error.detail,
        charged="yes",
    )
