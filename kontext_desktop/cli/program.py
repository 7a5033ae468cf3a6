"""Builds the terminal program out of its commands, and turns errors into sentences and statuses."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence

import click
import typer

from kontext_desktop import __version__
from kontext_desktop.cli import care, edit, history, work
from kontext_desktop.cli.session import common
from kontext_desktop.errors import KontextError

INTERRUPTED = 130

program = typer.Typer(
    name="kontext",
    help="Edit pictures by instruction with FLUX.1 Kontext \\[max], and keep every version.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@program.callback()
@common
def options(session: object) -> None:
    pass


for command in (edit.edit, history.history, history.show, history.jobs, work.resume, work.export):
    program.command()(common(command))
program.command()(common(care.practice))
program.command()(common(care.doctor))
program.add_typer(care.key_program(), name="key")


@program.command()
def version() -> None:
    """The program's version."""
    typer.echo(__version__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the terminal program and leave with the status of README's table."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """The same without leaving: returns the exit status."""
    try:
        status = typer.main.get_command(program).main(
            list(arguments), prog_name="kontext", standalone_mode=False
        )
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KontextError as error:
        _say(error)
        return error.status
    except KeyboardInterrupt:
        typer.echo("Interrupted. What was sent goes on: `kontext resume` collects it.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:
        # Outside the error tree: a bug. The stack goes where the person can copy it.
        typer.echo("This should not have happened. Please report what follows:", err=True)
        typer.echo(traceback.format_exc(), err=True)
        return 1
    return status if isinstance(status, int) else 0


def _say(error: KontextError) -> None:
    typer.echo(error.message, err=True)
    if error.hint:
        typer.echo(error.hint, err=True)
    if error.detail:
        logging.getLogger("kontext").info("%s: %s", error.kind, error.detail)
