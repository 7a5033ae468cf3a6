"""Builds the terminal program out of its commands."""

from __future__ import annotations

import os
import sys

import typer

from kontext_desktop import __version__
from kontext_desktop.cli import (
    answers,
    books,
    care,
    edit,
    history,
    library,
    moving,
    opinions,
    work,
)
from kontext_desktop.cli.session import common

program = typer.Typer(
    name="kontext",
    help="Edit pictures by instruction with FLUX.1 Kontext [max], and keep every version.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@program.callback()
@common
def options(session: object) -> None:
    """Edit pictures by instruction with FLUX.1 Kontext [max], and keep every version."""


for command in (
    edit.edit,
    history.history,
    history.show,
    history.jobs,
    work.resume,
    work.export,
    answers.answer,
    answers.collect,
    answers.delete_remote,
    books.charges,
    books.mark,
    books.relocate,
    moving.pack,
    moving.unpack,
    opinions.annotate,
    opinions.undo,
    opinions.redo,
    opinions.trash,
    care.practice,
    care.doctor,
):
    program.command(command.__name__.replace("_", "-"))(common(command))
program.add_typer(care.key_program(), name="key")
program.add_typer(library.library_program(), name="library")


@program.command()
def version() -> None:
    """Print the program's version."""
    typer.echo(__version__)


def main() -> None:
    """Run the terminal program and leave with the status of README's table."""
    _mend_streams()
    program()


def _mend_streams() -> None:
    """Nothing that is said may end the work: a stream that is closed swallows it, and one that
    cannot write a sign writes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
        elif mode == "w":
            stream.reconfigure(errors="backslashreplace")
