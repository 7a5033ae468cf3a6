"""`kontext library info|check|backup|restore|gc`: look after the library."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from kontext_desktop.cli.session import Session, common
from kontext_desktop.errors import KontextError, LibraryError
from kontext_desktop.model import Progress as Told

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.library.report import Finding, Report

_USES = {
    "masters": "originals",
    "results": "results",
    "sent": "what was sent",
    "unassigned": "received, of no result",
    "unnamed": "named by no record",
    "cache": "small pictures",
    "sidecars": "sidecars",
    "backups": "backups",
    "quarantine": "quarantine",
    "database": "database",
}


def library_program() -> typer.Typer:
    """`kontext library info|check|backup|restore|gc`."""
    program = typer.Typer(help="Look after the library.", no_args_is_help=True)
    program.callback()(common(_options))
    for name, command in (
        ("info", _info),
        ("check", _check),
        ("backup", _backup),
        ("restore", _restore),
        ("gc", _gc),
    ):
        program.command(name)(common(command))
    return program


def _options(session: Session) -> None:
    """Look after the library."""


def _info(session: Session) -> int:
    """Where it is, what is in it, what space it takes, when it was backed up."""
    from kontext_desktop.library import backup

    with session.reading() as library:
        use, counts = library.measure_use(), library.count()
        free = library.free_bytes()
        made = backup.list_made(library.folder)
        facts: dict[str, Any] = {
            "folder": str(library.folder),
            "id": library.id,
            **counts,
            "use": {**asdict(use), "total": use.total},
            "free": free,
            "backups": [
                {"file": str(one.path), "made_at": one.at, "bytes": one.size} for one in made
            ],
        }
    if session.json:
        session.print(facts)
        return 0
    typer.echo(facts["folder"])
    typer.echo(", ".join(f"{count} {noun}" for noun, count in counts.items()))
    for name, words in _USES.items():
        if facts["use"][name]:
            typer.echo(f"{words:<24} {_megabytes(facts['use'][name]):>12}")
    typer.echo(f"{'in all':<24} {_megabytes(use.total):>12}   ({_megabytes(free)} free)")
    for one in made:
        typer.echo(f"{'backup':<24} {_moment(one.at)}  {one.path.name}")
    if not made:
        typer.echo("No backups yet; the first is made when the library is next written to.")
    return 0


def _check(
    session: Session,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
) -> int:
    """Find and name all damage: records, files, and whether they agree. Changes nothing by itself.

    With --repair a backup is made first, what is damaged is moved to `quarantine`, and nothing is
    deleted.
    """
    from kontext_desktop.library import check as checking

    folder = session.library_folder()
    with _progress(session) as report:
        found = checking.check(folder, report=report)
        acts: list[str] = []
        left = found.damage
        if repair and found.damage:
            acts, left = _mend(session, folder, found, report)
    if session.json:
        session.print(
            {
                "damaged": len(found.damage),
                "left": len(left),
                "findings": [_finding(one) for one in found.findings],
                "repaired": acts,
                "not_repaired": [_finding(one) for one in left] if repair else [],
                "records": found.rows,
                "files": found.blobs,
                "bytes": found.bytes,
                "seconds": round(found.seconds, 3),
            }
        )
    else:
        _say(found, acts, left, repair)
    return LibraryError.status if left else 0


def _mend(
    session: Session, folder: Path, found: Report, report: Callable[[Told], None]
) -> tuple[list[str], tuple[Finding, ...]]:
    from kontext_desktop.library import rebuild

    acts: list[str] = []
    if found.is_database_lost:
        acts += rebuild.rebuild(folder, program="kontext")
    with session.studio() as studio:
        if acts:
            found = studio.library.check(report=report)
        done = studio.library.repair(found)
        acts += done.acts
        if any(one.place == "blob" for one in done.left):
            acts += _collect(session, studio)
            return acts, studio.library.check(deep=False).damage
    return acts, done.left


def _collect(session: Session, studio: Studio) -> list[str]:
    """What only the service can give back; where it cannot be asked, the repair goes without."""
    from kontext_desktop.engine import mend

    try:
        found = mend.collect_lost(studio)
    except KontextError as error:
        session.say(f"The service could not be asked for lost results: {error.message}")
        return []
    return [f"Fetched a result from the service once more ({one.id[:8]})." for one in found]


def _say(found: Report, acts: list[str], left: tuple[Finding, ...], repair: bool) -> None:
    looked_at = f"{found.rows} records and {found.blobs} files ({_megabytes(found.bytes)})"
    if not found.damage:
        typer.echo(f"{looked_at}: all as they should be.")
    for one in found.findings:
        if one.is_damage or not repair:
            typer.echo(one.says)
    for act in acts:
        typer.echo(act)
    if found.damage and not repair:
        typer.echo(
            f"{len(found.damage)} of {looked_at} damaged: `kontext library check --repair` mends "
            "what can be mended.",
            err=True,
        )
    elif left:
        typer.echo("This could not be mended:", err=True)
        for one in left:
            typer.echo(f"  {one.says}", err=True)
    elif acts:
        typer.echo("All of it is mended.")


def _finding(one: Finding) -> dict[str, str]:
    return {"kind": one.kind, "place": one.place, "name": one.name, "message": one.says}


def _backup(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
) -> int:
    """Write the database, proved, to a new file: all records, but not the pictures, which are the
    files in the library's `blobs`."""
    from kontext_desktop.engine import export

    export.check_free(file, force=True)  # whether it is there already is looked at while writing
    with session.reading() as library:
        library.write_backup(file)
    if session.json:
        session.print({"file": str(file), "bytes": file.stat().st_size, "pictures": False})
    else:
        typer.echo(str(file))
        session.say("All records are in it; the pictures are the files in the library's `blobs`.")
    return 0


def _restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup of this library.")],
) -> int:
    """Put a backup in the place of the database; the present one is kept in `quarantine`."""
    from kontext_desktop.library import restore

    if not os.access(file, os.R_OK):
        raise LibraryError(
            f"There is no backup at {file} that may be read.",
            "Look at the path and its permissions.",
        )
    done = restore.restore(session.library_folder(), file, program="kontext")
    if session.json:
        kept = None if done.set_aside is None else str(done.set_aside)
        session.print({"file": str(file), "kept": kept, "waiting_jobs": done.waiting})
        return 0
    typer.echo("The backup is in place.")
    if done.set_aside is not None:
        session.say(f"The database that was there is kept: {done.set_aside}")
    if done.waiting:
        session.say(f"{done.waiting} edits wait in it; look whether they were sent since.")
    session.say("`kontext library check --repair` brings back the versions made since.")
    return 0


def _gc(
    session: Session,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Remove nothing.")] = False,
) -> int:
    """Remove files that nothing needs any more and that are a day old at least."""
    if dry_run:
        with session.reading() as library:
            found = library.find_garbage()
    else:
        with session.writing() as library:
            found = library.remove_garbage()
    count = len(found.blobs) + len(found.cached) + len(found.temporary)
    if session.json:
        session.print({**asdict(found), "files": count, "removed": not dry_run})
        return 0
    done = "can go" if dry_run else "removed"
    typer.echo(f"{count} files {done}, {_megabytes(found.bytes)}.")
    if found.kept_because:
        typer.echo(found.kept_because, err=True)
    return 0


@contextlib.contextmanager
def _progress(session: Session) -> Iterator[Callable[[Told], None]]:
    """A bar on a terminal; elsewhere, and with --quiet or --json, silence."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(told: Told) -> None:
            bar.update(task, description=told.text, completed=told.done, total=told.total or None)

        yield show


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M")
