"""The options every command takes, and what they open: settings, library, studio."""

from __future__ import annotations

import functools
import inspect
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import category

import typer
from rich.console import Console, OverflowMethod
from rich.text import Text

from kontext_desktop import paths, settings
from kontext_desktop.errors import KontextError, LibraryError, ParameterError
from kontext_desktop.model import Settings

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.keys import Keys
    from kontext_desktop.library import Library

INTERRUPTED = 130
_NARROWEST = 60
"""Signs in a line: in fewer, a table has no room for its words."""
_WIDEST = 250

OPTIONS: dict[str, tuple[Any, Any]] = {
    "library": (
        Annotated[
            Path | None,
            typer.Option("--library", metavar="DIR", help="The library to work in."),
        ],
        None,
    ),
    "endpoint": (
        Annotated[
            str | None,
            typer.Option("--endpoint", metavar="URL", help="The service to speak to."),
        ],
        None,
    ),
    "practice": (
        Annotated[
            bool,
            typer.Option("--practice", help="Use the built-in stand-in: no key, no cost, not AI."),
        ],
        False,
    ),
    "allow_network": (
        Annotated[
            bool,
            typer.Option("--allow-network", help="Open a library on a network share all the same."),
        ],
        False,
    ),
    "json": (Annotated[bool, typer.Option("--json", help="Print one JSON value.")], False),
    "quiet": (Annotated[bool, typer.Option("--quiet", help="Say nothing but results.")], False),
    "verbose": (Annotated[bool, typer.Option("--verbose", help="Say more on the way.")], False),
}


@dataclass(frozen=True)
class Session:
    """What the common options ask for, before and after the command taken together."""

    library: Path | None
    endpoint: str | None
    practice: bool
    json: bool
    quiet: bool
    verbose: bool
    allow_network: bool = False

    def settings(self) -> Settings:
        return settings.read(paths.config_folder(os.environ))

    def library_folder(self) -> Path:
        return self.library or paths.library_folder(os.environ, self.settings().library)

    def service_endpoint(self) -> str:
        """Precedence: option, environment, settings, default."""
        told = self.endpoint or os.environ.get("KONTEXT_ENDPOINT") or self.settings().endpoint
        return told.rstrip("/")

    @functools.cached_property
    def keys(self) -> Keys:
        """One for the whole run: it takes the key out of the environment when it is made."""
        from kontext_desktop.keys import Keys

        return Keys(os.environ)

    @contextmanager
    def studio(self, **changes: Any) -> Iterator[Studio]:
        """The engine over the writable library; closed at the end, whatever happens."""
        from kontext_desktop.engine.studio import Studio, Target
        from kontext_desktop.library import Library
        from kontext_desktop.register import Register

        preferred = self.settings()
        library = Library.open(
            self.library_folder(),
            program="kontext",
            allow_network=self.allow_network or preferred.allow_network,
        )
        for sentence in library.place_notice or ():
            self.say(sentence)
        try:
            library.keep_up()
        except LibraryError as error:
            # No backup of a damaged database, say: that is told, and hinders nothing else.
            self.say(f"{error.message} {error.hint}".strip())
        studio = Studio(
            library=library,
            keys=self.keys,
            target=Target(self.service_endpoint(), self.practice),
            register=Register(paths.register_folder(), time.time),
            settings=preferred,
            **changes,
        )
        try:
            yield studio
        finally:
            studio.close()

    @contextmanager
    def writing(self) -> Iterator[Library]:
        """The library to write to, without the service."""
        from kontext_desktop.library import Library

        library = Library.open(
            self.library_folder(),
            program="kontext",
            allow_network=self.allow_network or self.settings().allow_network,
        )
        with library:
            yield library

    @contextmanager
    def reading(self) -> Iterator[Library]:
        """The library to look at, also while another process writes it."""
        from kontext_desktop.library import Library

        library = Library.open_reading(self.library_folder())
        try:
            yield library
        finally:
            library.close()

    def has_library(self) -> bool:
        database = self.library_folder() / "library.db"
        try:
            return database.exists()
        except OSError as error:
            raise LibraryError(
                f"{self.library_folder()} cannot be a library: {error.strerror}.",
                "Give another folder with --library.",
            ) from error

    def print(self, value: object) -> None:
        """One JSON value to standard output; escaped, so that it is one in any locale and with any
        file's name in it."""
        typer.echo(json.dumps(value, indent=2))

    def say(self, text: str) -> None:
        """A line for people, to standard error, unless --quiet or --json."""
        if not self.quiet and not self.json:
            typer.echo(text, err=True)

    def out(self) -> Console:
        """Standard output for people; colour only on a terminal, text from outside as it is, and
        nothing cut off where it goes to a file or another program."""
        console = Console(highlight=False, markup=False, soft_wrap=True)
        console.width = max(console.width, _NARROWEST) if console.is_terminal else _WIDEST
        return console


def plain(text: str) -> str:
    """Text from outside without the signs that steer a terminal."""
    return "".join(
        sign if sign in "\n\t" or category(sign) != "Cc" else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


def words(text: str, *, overflow: OverflowMethod | None = None) -> Text:
    """Text from outside, for a table or a line."""
    return Text(plain(text), overflow=overflow)


def seconds_of(day: datetime | None) -> float | None:
    """When a day begins here. Raises ParameterError for one that clocks do not reach."""
    try:
        return None if day is None else day.timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ParameterError(f"{day:%Y-%m-%d} is too far away.", "Give a nearer day.") from error


def common(command: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command the common options; it receives them as its first argument, a Session.

    What was said before the command counts too; said twice, the later one wins. The command's
    return value, and whatever it raises, becomes the exit status.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [item for name, item in signature.parameters.items() if name != "session"]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in OPTIONS.items()
    ]
    context_parameter = inspect.Parameter(
        "context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context
    )

    def wrapped(**given: Any) -> None:
        context: typer.Context = given.pop("context")
        before = context.obj if isinstance(context.obj, dict) else {}
        said = {name: given.pop(name) or before.get(name, OPTIONS[name][1]) for name in OPTIONS}
        context.obj = said
        session = Session(**said)
        level = logging.INFO if session.verbose else logging.WARNING
        logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s", force=True)
        status = _status(session, lambda: command(session, **given))
        if status:
            raise typer.Exit(status)

    for item in [*own, *shared]:
        for note in getattr(item.annotation, "__metadata__", ()):
            note.readable = False  # a file that may not be read is told by us, with its own status
    keyword = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in own]
    parameters = [context_parameter, *keyword, *shared]
    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {item.name: item.annotation for item in parameters}
    return wrapped


def _status(session: Session, act: Callable[[], int | None]) -> int:
    """Run a command; errors become a sentence, what to do next, and a status."""
    try:
        return act() or 0
    except KontextError as error:
        typer.echo(plain(error.message), err=True)
        if error.hint:
            typer.echo(plain(error.hint), err=True)
        if error.detail and session.verbose:
            typer.echo(f"{error.kind}: {error.detail}", err=True)
        return error.status
    except KeyboardInterrupt:
        again = "kontext resume --practice" if session.practice else "kontext resume"
        typer.echo(f"Interrupted. What was sent goes on: `{again}` collects it.", err=True)
        return INTERRUPTED
    except typer.Exit:
        raise
    except BrokenPipeError:
        # Whoever read our output has left; what is still buffered must not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:
        # Outside the error tree: a bug. The stack goes where the person can copy it.
        typer.echo("This should not have happened. Please report what follows:", err=True)
        typer.echo(traceback.format_exc(), err=True)
        return 1
