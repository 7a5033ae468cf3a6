"""`kontext resume` and `export`: finish what was begun, write versions out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kontext_desktop.cli.carry import carry, say_next, status_of
from kontext_desktop.cli.history import describe_job
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import AccessError, LibraryError
from kontext_desktop.model import JobState


def resume(
    session: Session,
    send_queued: Annotated[
        bool, typer.Option("--send-queued", help="Send what still waits; this costs.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Stop after so long.")
    ] = None,
) -> int:
    """Advance every unfinished job until none has a next step."""
    from kontext_desktop.engine import runner
    from kontext_desktop.engine.recovery import recover

    with session.studio() as studio:
        jobs = recover(studio)
        queued = [
            job
            for job in studio.library.list_jobs(origin=studio.get_origin(), ended=False)
            if job.state is JobState.QUEUED
        ]
        if send_queued:
            jobs += [runner.permit(studio, job.id) for job in queued]
        elif queued:
            session.say(f"{len(queued)} not sent yet: `kontext resume --send-queued` sends them.")
        stopped = None
        try:
            jobs = carry(session, studio, jobs, timeout=timeout)
        except (AccessError, LibraryError) as error:
            jobs, stopped = [studio.library.get_job(job.id) for job in jobs], error
    if session.json:
        session.print([describe_job(job) for job in jobs])
    else:
        for job in jobs:
            typer.echo(f"Job {job.id[:8]}: {job.state.value}")
            if job.problem is not None:
                typer.echo(f"{job.problem.message} {job.problem.hint}".strip(), err=True)
            say_next(session, job)
        if not jobs:
            typer.echo("Nothing to resume.")
    if stopped is not None:
        raise stopped
    return max((status_of(job) for job in jobs), default=0)


def export(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="An id or its beginning.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The format follows its suffix.")],
    received: Annotated[
        bool, typer.Option("--received", help="The last result's bytes, as they came.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    metadata: Annotated[
        bool, typer.Option("--metadata/--no-metadata", help="The original's EXIF, XMP and IPTC.")
    ] = True,
) -> int:
    """Write a version's appearance at the master's size, in its colours and at its depth; or the
    bytes as received."""
    from kontext_desktop.engine import export as exporting

    with session.reading() as library:
        found = library.get_version(version)
        document = library.get_document(found.document_id)
        if received:
            result = exporting.last_result(library, found)
            exporting.export_received(library, result, file, force=force)
        else:
            loss = exporting.tell_losses(document, file)
            if loss:
                session.say(loss)
            exporting.export_version(library, found, file, force=force, metadata=metadata)
    if session.json:
        session.print({"version": found.id, "file": str(file), "practice": found.practice})
    else:
        typer.echo(str(file))
    return 0
