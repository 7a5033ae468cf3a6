"""`kontext charges`, `mark`, `relocate`: what was spent, and what is said of pictures."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kontext_desktop.cli.session import Session, seconds_of, words
from kontext_desktop.errors import ParameterError


def charges(
    session: Session,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the list as CSV; never overwrites.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Before this day.")
    ] = None,
) -> int:
    """Every charge by day, client and document; refunds beside it."""
    from kontext_desktop.engine import statement

    begin = seconds_of(since) or 0.0
    last = seconds_of(until)
    end = 1e12 if last is None else last
    with session.reading() as library:
        lines = statement.list_lines(library, begin, end, time.time())
    if csv is not None:
        _write(csv, statement.write_csv(lines))
    if session.json:
        session.print(lines)
        return 0
    if csv is not None:
        typer.echo(str(csv))
        return 0
    if not lines:
        typer.echo("Nothing was charged.")
        return 0
    table = Table("day", "client", "document", "USD", "charged", "refund", "", "job", box=None)
    for line in lines:
        practice = "practice" if line["practice"] == "yes" else ""
        names = [words(line["client"]), words(line["document"])]
        amount = line["amount_usd"].rstrip("0").rstrip(".")
        table.add_row(
            line["day"], *names, amount, line["charged"], line["refund"], practice, line["job"][:8]
        )
    session.out().print(table)
    return 0


def mark(
    session: Session,
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="Without one: the whole library.")
    ] = None,
    never_send: Annotated[
        bool | None,
        typer.Option("--never-send/--may-send", help="Whether anything of it may leave."),
    ] = None,
    client: Annotated[
        str | None, typer.Option(help="Whom the work is for; '' takes the name off.")
    ] = None,
) -> int:
    """Mark a document, or the library, never to be sent; name a document's client."""
    if client is not None and document is None:
        raise ParameterError("A client belongs to a document.", "Name the document.")
    if never_send is None and client is None:
        raise ParameterError(
            "There is nothing to mark.", "Give --never-send, --may-send, --client."
        )
    with session.studio() as studio:
        library = studio.library
        if document is None:
            library.put_may_send(not never_send)
        else:
            found = library.get_document(document)
            if never_send is not None:
                library.put_never_send(found.id, never_send)
            if client is not None:
                library.put_client(found.id, client)
    if session.json:
        session.print({"document": document, "never_send": never_send, "client": client})
    return 0


def relocate(
    session: Session,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="An id or its beginning.")],
    place: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="The original, or a folder above it.")
    ],
) -> int:
    """Tell where an original has gone that was too large to be copied. It is known by its bytes."""
    from kontext_desktop.engine import intake

    with session.studio() as studio:
        found = studio.library.get_document(document)
        path = intake.relocate(studio.library, found, place)
    if session.json:
        session.print({"document": found.id, "master": str(path)})
    else:
        typer.echo(str(path))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise ParameterError(f"{path} is there already.", "Give another name.") from error
    except OSError as error:
        raise ParameterError(f"{path} cannot be written: {error.strerror}.", "") from error
