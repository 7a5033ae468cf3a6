"""`kontext annotate`, `undo`, `redo`, `trash`: what a person says of versions, and tidying up."""

from __future__ import annotations

import time
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from kontext_desktop.cli.history import describe_annotation, describe_opinion
from kontext_desktop.cli.session import Session, words
from kontext_desktop.errors import ParameterError
from kontext_desktop.model import Act, Annotation, Flag, Trashed

if TYPE_CHECKING:
    from kontext_desktop.library import Library

_Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="An id or its beginning.")]


class Mark(Enum):
    """A flag to set, as it is typed."""

    value: Literal["pick", "reject", "none"]
    PICK = "pick"
    REJECT = "reject"
    NONE = "none"


def annotate(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="An id or its beginning.")],
    name: Annotated[str | None, typer.Option(help="A name of your own; '' takes it off.")] = None,
    rating: Annotated[int | None, typer.Option(min=0, max=5, help="0 takes it off.")] = None,
    flag: Annotated[Mark | None, typer.Option(help="Pick it, reject it, or neither.")] = None,
    note: Annotated[str | None, typer.Option(help="Any text; '' takes it off.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be repeated.")] = None,
    untag: Annotated[
        list[str] | None, typer.Option(help="Take a tag off; may be repeated.")
    ] = None,
) -> int:
    """Say something of a version; without an option, show what is said. `undo` takes it back."""
    given = (name, rating, flag, note, tag, untag)
    if all(one is None for one in given):
        with session.reading() as library:
            _tell(session, library.get_version(version).id, library.get_annotation(version))
        return 0
    wanted: Flag | None = None
    if flag is not None:
        wanted = "" if flag.value == "none" else flag.value
    with session.writing() as library:
        found = library.get_version(version)
        off = {" ".join(one.split()).casefold() for one in untag or ()}
        tags = {one for one in found.annotation.tags if one.casefold() not in off}
        said = library.put_annotation(
            found.id,
            name=name,
            rating=rating,
            flag=wanted,
            note=note,
            tags=None if tag is None and untag is None else tags | set(tag or ()),
        )
    _tell(session, found.id, said)
    return 0


def undo(session: Session, document: _Document) -> int:
    """Take back the last change of a document's current version or of what is said of one."""
    with session.writing() as library:
        _tell_act(session, library.undo(document), "Undone", "There is nothing to undo.")
    return 0


def redo(session: Session, document: _Document) -> int:
    """Do again what was undone last."""
    with session.writing() as library:
        _tell_act(session, library.redo(document), "Done again", "There is nothing to do again.")
    return 0


def trash(
    session: Session,
    item: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A version, with all made from it, or a document."),
    ] = None,
    restore: Annotated[bool, typer.Option("--restore", help="Bring it back.")] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="Erase it for good; it must be in the trash.")
    ] = False,
    empty: Annotated[
        bool, typer.Option("--empty", help="Erase what has been there for thirty days.")
    ] = False,
) -> int:
    """What is in the trash; with an id, put that there. What it cost stays in the books."""
    needs_id = restore or erase
    if restore + erase + empty > 1 or (needs_id and item is None) or (empty and item is not None):
        raise ParameterError(
            "Give an id, with --restore or --erase or without, or --empty alone.",
            "`kontext trash` lists what is there.",
        )
    if empty:
        with session.writing() as library:
            _say(session, {"erased": library.empty_trash(time.time())}, "Erased: {erased}")
    elif item is None:
        _list(session)
    else:
        with session.writing() as library:
            _move(session, library, item, restore, erase)
    return 0


def _move(session: Session, library: Library, item: str, restore: bool, erase: bool) -> None:
    if restore:
        back = [version.id for version in library.restore(item)]
        _say(session, {"restored": back}, f"Brought back, versions: {len(back)}")
    elif erase:
        library.erase(item)
        _say(session, {"erased": 1}, "Erased for good.")
    else:
        entry = library.put_in_trash(item)
        until = datetime.fromtimestamp(entry.erased_at)
        text = f"In the trash until {until:%Y-%m-%d}, versions: {entry.versions}"
        _say(session, _describe(entry), text)


def _list(session: Session) -> None:
    entries: list[Trashed] = []
    if session.has_library():
        with session.reading() as library:
            entries = library.list_trash()
    if session.json:
        session.print([_describe(entry) for entry in entries])
        return
    if not entries:
        typer.echo("The trash is empty.")
        return
    table = Table("id", "document", "version", "versions", "until", box=None)
    for entry in entries:
        until = f"{datetime.fromtimestamp(entry.erased_at):%Y-%m-%d}"
        names = [words(entry.document_name), words(entry.name or entry.title)]
        table.add_row(entry.id[:8], *names, str(entry.versions), until)
    session.out().print(table)


def _describe(entry: Trashed) -> dict[str, Any]:
    return {
        "id": entry.id,
        "document": entry.document_id,
        "document_name": entry.document_name,
        "title": entry.title,
        "versions": entry.versions,
        "at": entry.at,
        "erased_at": entry.erased_at,
    }


def _tell(session: Session, version_id: str, said: Annotation) -> None:
    if session.json:
        session.print({"version": version_id, **describe_annotation(said)})
        return
    opinion = describe_opinion(said.name, said.rating, said.flag, sorted(said.tags))
    session.out().print(words(f"{version_id[:8]}{opinion}"))
    if said.note:
        session.out().print(words(said.note))


def _tell_act(session: Session, act: Act | None, done: str, nothing: str) -> None:
    if session.json:
        facts = {"act": act and act.kind, "version": act and act.version_id}
        session.print(facts)
    elif act is None:
        typer.echo(nothing)
    else:
        what = "the current version" if act.kind == "current" else "what is said of a version"
        typer.echo(f"{done}: {what} ({act.version_id[:8]})")


def _say(session: Session, facts: dict[str, Any], text: str) -> None:
    if session.json:
        session.print(facts)
    else:
        typer.echo(text.format(**facts) if "{" in text else text)
