"""Builds the terminal program out of its commands."""

from __future__ import annotations

import typer

from kontext_desktop import __version__
from kontext_desktop.cli import answers, books, care, edit, history, library, opinions, work
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
    program()
