"""`kontext history`, `show`, `jobs`: look at what is kept. Reads only, also beside the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from kontext_desktop.catalog import USD, dollars
from kontext_desktop.cli.session import Session, plain, seconds_of, words
from kontext_desktop.errors import LibraryError, ParameterError
from kontext_desktop.model import Annotation, Document, Job, Line, Search, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library

_MOST_LINES = 1000
"""Versions of a search that are shown, the newest."""


class Marked(Enum):
    """A flag, as it is typed."""

    value: Literal["pick", "reject"]
    PICK = "pick"
    REJECT = "reject"


def history(
    session: Session,
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="An id or the beginning of one.")
    ] = None,
    search: Annotated[
        str, typer.Option(help="Words in prompts, titles, names, notes, tags and file names.")
    ] = "",
    rating: Annotated[int, typer.Option(min=0, max=5, help="Rated so, or higher.")] = 0,
    flag: Annotated[Marked | None, typer.Option(help="Flagged so.")] = None,
    tag: Annotated[str, typer.Option(help="With this tag.")] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Made from this day on.")
    ] = None,
    practice_only: Annotated[
        bool, typer.Option("--practice-only", help="With anything of practice in it.")
    ] = False,
    real_only: Annotated[
        bool, typer.Option("--real-only", help="With nothing of practice in it.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many documents.")] = None,
) -> int:
    """The documents, those with versions that are looked for, or one document's tree."""
    if practice_only and real_only:
        raise ParameterError("Give one of --practice-only and --real-only.", "")
    if document is None and not session.has_library():
        if session.json:
            session.print([])
        else:
            typer.echo("There is nothing in the library yet. `kontext edit` begins it.")
        return 0
    query = Search(
        text=search,
        since=seconds_of(since),
        rating=rating,
        flag=flag.value if flag else None,
        tag=tag,
        practice=True if practice_only else False if real_only else None,
    )
    with session.reading() as library:
        if document is not None:
            _show_tree(session, library, library.get_document(document))
        else:
            _show_documents(session, library, *_look_for(library, query, limit))
    return 0


def _look_for(
    library: Library, query: Search, limit: int | None
) -> tuple[list[Document], dict[str, list[Line]]]:
    """The documents, worked on last first, and what was found of each, newest first. Words alone
    also find a document in which they are spread over several versions."""
    if query == Search():
        return library.list_documents(limit=limit), {}
    found: dict[str, list[Line]] = {}
    for line in library.search_versions(query, limit=_MOST_LINES):
        found.setdefault(line.document_id, []).append(line)
    if query == Search(text=query.text):
        return library.list_documents(query.text, limit), found
    documents = [document for document in library.list_documents() if document.id in found]
    return documents[:limit], found


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
            typer.echo(plain(line))
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
            found = library.list_jobs(ended=None if everything else False, shown=True)
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
        table.add_row(*cells, job.charged, practice, words(job.recipe.prompt, overflow="ellipsis"))
    session.out().print(table)
    return 0


def _show_documents(
    session: Session, library: Library, documents: list[Document], found: dict[str, list[Line]]
) -> None:
    counts = library.count_versions()
    if session.json:
        session.print(
            [
                {
                    **_document(document, counts),
                    "found": [_line(line) for line in found.get(document.id, [])],
                }
                for document in documents
            ]
        )
        return
    if not documents:
        typer.echo("No document matches.")
        return
    table = Table("document", "name", "size", "versions", "brought in", box=None)
    for document in documents:
        when = datetime.fromtimestamp(document.created_at).strftime("%Y-%m-%d %H:%M")
        count = str(counts.get(document.id, 0))
        table.add_row(document.id[:8], words(document.name), str(document.size), count, when)
        for line in found.get(document.id, []):
            said = describe_opinion(line.name, line.rating, line.flag, line.tags)
            practice = "  practice" if line.practice else ""
            table.add_row("", words(f"  {line.version_id[:8]}  {line.title}{said}{practice}"))
    session.out().print(table)


def _show_tree(session: Session, library: Library, document: Document) -> None:
    versions = library.list_versions(document.id)
    if session.json:
        tree = [_version(library, version, document) for version in versions]
        session.print({**_document(document, {document.id: len(versions)}), "versions": tree})
        return
    depths: dict[str, int] = {}
    out = session.out()
    out.print(words(f"{document.name}  {document.size}"))
    for version in versions:
        depth = depths.get(version.parent_ids[0], 0) + 1 if version.parent_ids else 0
        depths[version.id] = depth
        mark = " ←" if version.id == document.current_version_id else ""
        practice = "  practice" if version.practice else ""
        said = version.annotation
        opinion = describe_opinion(said.name, said.rating, said.flag, sorted(said.tags))
        line = f"{'  ' * depth}{version.id[:8]}  {version.title}{opinion}{practice}{mark}"
        out.print(words(line))


def describe_opinion(name: str, rating: int, flag: str, tags: Sequence[str]) -> str:
    """What is said of a version, to stand behind its title."""
    parts = [f"“{name}”" if name else "", "★" * rating, flag, *(f"#{tag}" for tag in tags)]
    return "".join(f"  {part}" for part in parts if part)


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.version_id,
        "title": line.title,
        "prompt": line.prompt,
        "seed": line.seed,
        "practice": line.practice,
        "created_at": line.created_at,
        "name": line.name,
        "rating": line.rating,
        "flag": line.flag,
        "tags": list(line.tags),
    }


def _document(document: Document, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "width": document.size.width,
        "height": document.size.height,
        "format": document.format,
        "depth": document.depth,
        "created_at": document.created_at,
        "current_version": document.current_version_id,
        "version_count": counts.get(document.id, 0),
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
        **describe_annotation(version.annotation),
    }


def describe_annotation(annotation: Annotation) -> dict[str, Any]:
    return {**asdict(annotation), "tags": sorted(annotation.tags)}


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
