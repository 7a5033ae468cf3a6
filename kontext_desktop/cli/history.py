"""`kontext history`, `show`, `jobs`: look at what is kept. Reads only, also beside the window."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from kontext_desktop.catalog import USD, dollars
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import LibraryError
from kontext_desktop.model import Document, Job, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library


def history(
    session: Session,
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="An id or the beginning of one.")
    ] = None,
    search: Annotated[str, typer.Option(help="Words in prompts, titles and names.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many documents.")] = None,
) -> int:
    """The documents, or one document's tree of versions."""
    if document is None and not session.has_library():
        if session.json:
            session.print([])
        else:
            typer.echo("There is nothing in the library yet. `kontext edit` begins it.")
        return 0
    with session.reading() as library:
        if document is not None:
            _show_tree(session, library, library.get_document(document))
        else:
            _show_documents(session, library, library.list_documents(search, limit))
    return 0


def show(
    session: Session,
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="An id or its beginning; a job's works too.")
    ],
) -> int:
    """Everything known of one version: recipe, lineage, cost, times, files, and what happened."""
    with session.reading() as library:
        try:
            facts = _facts(library, library.get_version(version))
        except LibraryError as no_version:
            try:
                facts = _job_facts(library, library.get_job(version))
            except LibraryError:
                raise no_version from None
    if session.json:
        session.print(facts)
        return 0
    for name, value in facts.items():
        for line in _readable(name, value):
            typer.echo(line)
    return 0


def _readable(name: str, value: Any) -> list[str]:
    """A fact as lines for people; nothing for what is not there."""
    label = name.removesuffix("_at").removesuffix("_seconds").replace("_", " ")
    if value in (None, "", False) or value == []:
        return []
    if name == "frame":
        left, top, width, height = value
        value = f"{width} × {height} at {left}, {top}"
    elif name.endswith("_at"):
        value = datetime.fromtimestamp(value).isoformat(" ", "seconds")
    elif name.endswith("_seconds"):
        value = f"{value:.1f} s"
    elif name == "price":
        value = dollars(round(value * USD))
    elif value is True:
        value = "yes"
    lines = value if isinstance(value, list) else [value]
    return [f"{label if not number else '':<16} {line}" for number, line in enumerate(lines)]


def jobs(
    session: Session,
    everything: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
) -> int:
    """Jobs and their states."""
    found: list[Job] = []
    if session.has_library():
        with session.reading() as library:
            found = library.list_jobs(ended=None if everything else False)
    if session.json:
        session.print([describe_job(job) for job in found])
        return 0
    if not found:
        typer.echo("No unfinished jobs." if not everything else "No jobs yet.")
        return 0
    table = Table("job", "state", "seed", "price", "charged", "", "instruction", box=None)
    for job in found:
        practice = "practice" if job.origin.practice else ""
        cells = [job.id[:8], job.state.value, str(job.recipe.seed), dollars(job.price)]
        table.add_row(*cells, job.charged, practice, Text(job.recipe.prompt, overflow="ellipsis"))
    session.out().print(table)
    return 0


def _show_documents(session: Session, library: Library, documents: list[Document]) -> None:
    if session.json:
        session.print([_document(library, document) for document in documents])
        return
    if not documents:
        typer.echo("No document matches.")
        return
    table = Table("document", "name", "size", "versions", "brought in", box=None)
    for document in documents:
        count = len(library.list_versions(document.id))
        when = datetime.fromtimestamp(document.created_at).strftime("%Y-%m-%d %H:%M")
        table.add_row(document.id[:8], Text(document.name), str(document.size), str(count), when)
    session.out().print(table)


def _show_tree(session: Session, library: Library, document: Document) -> None:
    versions = library.list_versions(document.id)
    if session.json:
        tree = [_version(library, version, document) for version in versions]
        session.print({**_document(library, document), "versions": tree})
        return
    depths: dict[str, int] = {}
    out = session.out()
    out.print(Text(f"{document.name}  {document.size}"))
    for version in versions:
        depth = depths.get(version.parent_ids[0], 0) + 1 if version.parent_ids else 0
        depths[version.id] = depth
        mark = " ←" if version.id == document.current_version_id else ""
        practice = "  practice" if version.practice else ""
        out.print(Text(f"{'  ' * depth}{version.id[:8]}  {version.title}{practice}{mark}"))


def _document(library: Library, document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "width": document.size.width,
        "height": document.size.height,
        "format": document.format,
        "depth": document.depth,
        "created_at": document.created_at,
        "current_version": document.current_version_id,
        "version_count": len(library.list_versions(document.id)),
    }


def _version(library: Library, version: Version, document: Document) -> dict[str, Any]:
    job = library.get_job(version.job_id) if version.job_id else None
    return {
        "id": version.id,
        "document": document.id,
        "parents": list(version.parent_ids),
        "title": version.title,
        "prompt": job.recipe.prompt if job else "",
        "seed": job.recipe.seed if job else None,
        "practice": version.practice,
        "created_at": version.created_at,
        "current": version.id == document.current_version_id,
    }


def describe_job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "document": job.document_id,
        "state": job.state.value,
        "seed": job.recipe.seed,
        "prompt": job.recipe.prompt,
        "prediction_id": job.prediction_id,
        "price": job.price / USD,
        "charged": job.charged,
        "practice": job.origin.practice,
        "hidden": job.hidden,
        "created_at": job.created_at,
        "error": job.problem and asdict(job.problem),
    }


def _facts(library: Library, version: Version) -> dict[str, Any]:
    document = library.get_document(version.document_id)
    facts = _version(library, version, document)
    facts |= {
        "document_name": document.name,
        "source": document.source_path,
        "master": _master_place(library, document),
    }
    if version.job_id is None:
        return facts
    job = library.get_job(version.job_id)
    result = library.get_result(version.layers[-1].result_id)
    recipe = job.recipe
    return facts | {
        "model": recipe.model_id,
        "guidance_scale": recipe.guidance_scale,
        "aspect_ratio": recipe.aspect_ratio,
        "frame": list(recipe.frame),
        "edited_version": recipe.parent_version_id,
        "job": job.id,
        "prediction_id": result.prediction_id,
        "endpoint": result.origin.endpoint,
        "price": result.price / USD,
        "charged": job.charged,
        "server_seconds": result.server_seconds,
        "wall_seconds": result.wall_seconds,
        "flagged_by_service": result.nsfw,
        "received_width": result.size.width,
        "received_height": result.size.height,
        "received_format": result.format,
        "received_bytes": result.length,
        "received": str(library.blobs.path(result.sha256)),
        "sent": str(library.blobs.path(job.input_sha256)),
        "sent_bytes": job.input_length,
        "sent_at": job.sent_at,
        "events": _events(library, job),
    }


def _master_place(library: Library, document: Document) -> str:
    """Where the original lies, or did when it was last seen."""
    reference = library.masters.find_reference(document.master_sha256)
    return reference.path if reference else str(library.blobs.path(document.master_sha256))


def _job_facts(library: Library, job: Job) -> dict[str, Any]:
    """A job that has no version: what was asked, how it stands, what happened."""
    recipe, problem = job.recipe, job.problem
    facts = describe_job(job)
    facts["error"] = f"{problem.message} {problem.hint}".strip() if problem else ""
    return facts | {
        "document_name": library.get_document(job.document_id).name,
        "model": recipe.model_id,
        "guidance_scale": recipe.guidance_scale,
        "aspect_ratio": recipe.aspect_ratio,
        "frame": list(recipe.frame),
        "edited_version": recipe.parent_version_id,
        "endpoint": job.origin.endpoint,
        "sent": str(library.blobs.path(job.input_sha256)),
        "sent_at": job.sent_at,
        "received": [str(library.blobs.path(one)) for one in job.quarantine],
        "events": _events(library, job),
    }


def _events(library: Library, job: Job) -> list[str]:
    return [
        f"{datetime.fromtimestamp(event.at).isoformat(' ', 'seconds')} "
        f"{event.state.value}: {event.note}"
        for event in library.list_events(job.id)
    ]
