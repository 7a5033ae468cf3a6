"""`kontext pack` and `unpack`: documents on their way to another library or machine."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn
from rich.progress import Progress as Bar

from kontext_desktop.cli.session import Session, plain
from kontext_desktop.errors import ParameterError
from kontext_desktop.model import Progress


def pack(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written anew; never overwritten.")],
    documents: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DOCUMENT...]", help="Ids or their beginnings."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole library.")] = False,
    originals: Annotated[
        bool, typer.Option("--originals", help="Also those the library only refers to.")
    ] = False,
) -> int:
    """Pack documents, each with its whole history, into one file for another library."""
    from kontext_desktop.engine import moving

    if bool(documents) == everything:
        raise ParameterError("Name the documents to pack, or give --all.", "")
    with session.reading() as library:
        ids = [library.get_document(document).id for document in documents or ()]
        if everything:
            ids = [document.id for document in reversed(library.list_documents())]
        with _progress(session) as report:
            packed = moving.pack(
                library, list(dict.fromkeys(ids)), file, originals=originals, report=report
            )
    if session.json:
        session.print({"file": str(file), **packed._asdict()})
        return 0
    typer.echo(str(file))
    if packed.left_behind:
        session.say(f"{packed.left_behind} edits are under way and stay in this library.")
    return 0


def unpack(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `kontext pack` wrote.")],
) -> int:
    """Take packed documents into the library: all or none, and nothing twice."""
    from kontext_desktop.engine import moving

    with session.studio() as studio, _progress(session) as report:
        unpacked = moving.unpack(studio.library, file, report=report)
        names = [studio.library.get_document(one).name for one in unpacked.documents]
    if session.json:
        session.print(unpacked._asdict())
        return 0
    for document_id, name in zip(unpacked.documents, names, strict=True):
        typer.echo(f"Document {document_id[:8]}  {plain(name)}")
    session.say(f"{unpacked.versions} versions are new here, {unpacked.known} were here already.")
    return 0


@contextlib.contextmanager
def _progress(session: Session) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal; elsewhere, and with --quiet or --json, silence."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield lambda progress: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def show(progress: Progress) -> None:
            bar.update(
                task, description=progress.text, completed=progress.done, total=progress.total
            )

        yield show
