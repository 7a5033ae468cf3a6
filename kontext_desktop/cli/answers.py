"""`kontext answer`, `collect`, `delete-remote`: what only a person can decide about a job."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kontext_desktop.cli.carry import carry, status_of
from kontext_desktop.cli.history import describe_job
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import ParameterError
from kontext_desktop.model import Candidate, Job, JobState, Version

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

_Job = Annotated[str, typer.Argument(metavar="JOB", help="An id or its beginning.")]


def answer(
    session: Session,
    job: _Job,
    mine: Annotated[
        str | None, typer.Option(metavar="PREDICTION", help="This one is the job's answer.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="None of those found is.")] = False,
    search: Annotated[bool, typer.Option("--search", help="Look for it once more.")] = False,
) -> int:
    """What the service has that may be a job's lost answer; say whether it is. Free of charge."""
    from kontext_desktop.engine import reconcile

    if (mine is not None) + none + search > 1:
        raise ParameterError("Give one of --mine, --none and --search.", "")
    with session.studio() as studio:
        found = studio.library.get_job(job)
        versions: tuple[Version, ...] = ()
        if mine is not None:
            step = reconcile.choose(studio, found.id, _complete(studio, found, mine))
            versions = step.versions
            found = carry(session, studio, [step.job])[0]
        elif none:
            ids = [one.prediction_id for one in reconcile.list_candidates(studio, found)]
            found = reconcile.refuse(studio, found.id, ids)
        elif search:
            found = carry(session, studio, [reconcile.search_again(studio, found.id)])[0]
        found = studio.library.get_job(found.id)
        candidates = reconcile.list_candidates(studio, found)
        _tell(session, studio, found, candidates, versions)
    return status_of(found)


def collect(session: Session, job: _Job) -> int:
    """Fetch once more what was paid for and could not be collected. Free of charge."""
    from kontext_desktop.engine import runner

    with session.studio() as studio:
        again = runner.collect_again(studio, studio.library.get_job(job).id)
        (done,) = carry(session, studio, [again])
        _tell(session, studio, done, [], ())
    return status_of(done)


def delete_remote(session: Session, job: _Job) -> int:
    """Delete the service's record of an ended job; what is in the library stays.

    This cannot be undone. Whether it ends the picture's public address before its seven days are
    over, the service's documents do not agree on.
    """
    from kontext_desktop.engine import collecting

    with session.studio() as studio:
        found = studio.library.get_job(job)
        if not found.state.ended or found.prediction_id is None:
            raise ParameterError(
                "This job is not over, or the service has no record of it.",
                "`kontext jobs --all` lists what has ended.",
            )
        service = studio.get_service()
        if service.origin != found.origin:
            raise ParameterError(
                f"This job belongs to {found.origin.endpoint}.", "Name that service."
            )
        collecting.delete_at_service(studio, service, found)
        note = studio.library.list_events(found.id)[-1].note
    if session.json:
        session.print({"job": found.id, "message": note})
    else:
        typer.echo(note)
    return 0


def _complete(studio: Studio, job: Job, beginning: str) -> str:
    """The candidate that begins so."""
    from kontext_desktop.engine import reconcile

    found = [
        candidate.prediction_id
        for candidate in reconcile.list_candidates(studio, job)
        if candidate.prediction_id.startswith(beginning)
    ]
    if len(found) != 1:
        raise ParameterError(
            f"“{beginning}” begins {len(found)} of the edits that were found.",
            "`kontext answer JOB` lists them.",
        )
    return found[0]


def _tell(
    session: Session,
    studio: Studio,
    job: Job,
    candidates: list[Candidate],
    versions: tuple[Version, ...],
) -> None:
    made = [version.id for version in versions] or [
        version.id
        for version in studio.library.list_versions(job.document_id)
        if version.job_id == job.id
    ]
    if session.json:
        listed = [_describe(studio, candidate) for candidate in candidates]
        session.print({**describe_job(job), "version_ids": made, "candidates": listed})
        return
    typer.echo(f"Job {job.id[:8]}  seed {job.recipe.seed}: {job.state.value}")
    for version_id in made:
        typer.echo(f"Version {version_id[:8]}")
    if job.problem is not None:
        typer.echo(f"{job.problem.message} {job.problem.hint}".strip(), err=True)
    for candidate in candidates:
        facts = _describe(studio, candidate)
        typer.echo(f"  {candidate.prediction_id}  {facts['created']}")
        for path in facts["files"]:
            typer.echo(f"    {path}")
    if candidates and job.state is JobState.UNSURE:
        typer.echo(
            f"`kontext answer {job.id[:8]} --mine PREDICTION` keeps one; --none, if none is."
        )


def _describe(studio: Studio, candidate: Candidate) -> dict[str, Any]:
    at = candidate.created_at
    return {
        **{name: asdict(candidate)[name] for name in ("prediction_id", "created_at")},
        "created": "" if at is None else datetime.fromtimestamp(at).isoformat(" ", "seconds"),
        "files": [str(studio.library.blobs.path(one.sha256)) for one in candidate.received],
    }
