"""The one moment that must not be lost: the service has taken an edit, and this is its id."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Conflict
from kontext_desktop.model import Job, JobState

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


def accept(studio: Studio, job: Job, prediction_id: str, note: str) -> Job:
    """Write down the id that was paid for. A failing disk gets a second chance; then the id goes
    into the error, the log and this run's memory, and the Job stays `sending`, so is never sent
    again.

    Raises Conflict when the prediction is another Job's, here or in another library: then the Job
    has no answer.
    """

    def write() -> Job:
        return studio.library.move_job(
            job, JobState.RUNNING, note, prediction_id=prediction_id, looks=0, problem=None
        )

    try:
        running = write()
    except Conflict:
        raise
    except LibraryError:
        try:
            running = write()
        except LibraryError as error:
            studio.accepted[job.id] = prediction_id
            raise LibraryError(
                f"The service accepted this edit as {prediction_id}, but that could not be "
                f"written down: {error.message}",
                "Note the id: the picture can be fetched with it for seven days.",
                error.detail,
                charged="yes",
            ) from error
    studio.accepted.pop(job.id, None)
    studio.get_line(job.origin).reached(studio.now())
    try:
        ours = studio.register.claim(studio.register_name(job.origin), job.id, prediction_id)
    except LibraryError as error:
        # It is safe in this library; that other libraries do not know it is told to the log.
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)
        return running
    if not ours:
        note = f"{prediction_id} is another library's"
        studio.library.move_job(
            running, JobState.UNSURE, note, prediction_id=None, unsure_since=studio.now()
        )
        raise Conflict(
            "The service answered with an edit of another library on this machine.",
            "What it made of this one is looked for.",
            note,
        )
    return running


def withdraw(studio: Studio, job: Job) -> None:
    """Tell other libraries on this machine that nothing came of this Job's request. Said only after
    it was written down here, and no failure of it matters: they ask a person once more, at most."""
    try:
        studio.register.settle(studio.register_name(job.origin), job.id)
    except LibraryError as error:
        logging.getLogger(__name__).warning("%s %s", error.message, error.detail)
