"""`kontext key`, `practice`, `doctor`: what surrounds the work. None of them opens the library."""

from __future__ import annotations

import getpass
import os
import platform
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from kontext_desktop import __version__, paths
from kontext_desktop.cli.session import Session, common
from kontext_desktop.errors import AccessError, KontextError


def key_program() -> typer.Typer:
    """`kontext key set|forget|status`."""
    program = typer.Typer(help="The API key in the system's keyring.", no_args_is_help=True)
    program.callback()(common(_key_options))
    program.command("set")(common(_set_key))
    program.command("forget")(common(_forget_key))
    program.command("status")(common(_key_status))
    return program


def _key_options(session: Session) -> None:
    """The API key in the system's keyring."""


def _set_key(session: Session) -> int:
    """Read a key from a prompt or standard input and keep it in the keyring."""
    terminal = sys.stdin.isatty()
    try:
        given = getpass.getpass("API key: ") if terminal else sys.stdin.readline()
    except EOFError:
        given = ""
    keys = session.keys
    place = keys.put(session.service_endpoint(), given)
    if place != "keyring":
        # Memory of this process ends with it: for a command that is nowhere.
        raise AccessError(
            "The key was not kept: " + (keys.notice or "there is no safe keyring here."),
            "Give it in the environment variable WAVESPEED_API_KEY instead.",
        )
    return _print_status(session, "Kept in the system keyring.")


def _forget_key(session: Session) -> int:
    """Remove the key from the keyring."""
    removed = session.keys.forget(session.service_endpoint())
    return _print_status(session, "Forgotten." if removed else "There was no key to forget.")


def _key_status(session: Session) -> int:
    """Where the key comes from; never the key."""
    status = session.keys.describe(session.service_endpoint())
    if session.json:
        session.print(
            {
                "endpoint": session.service_endpoint(),
                "place": status.place,
                "backend": status.backend,
                "message": status.sentence,
            }
        )
    else:
        typer.echo(status.sentence)
    return 0 if status.place else AccessError.status


def _print_status(session: Session, sentence: str) -> int:
    if session.json:
        session.print({"endpoint": session.service_endpoint(), "message": sentence})
    else:
        typer.echo(sentence)
    return 0


def practice(
    session: Session,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="How long a prediction takes.")] = 3.0,
) -> int:
    """Run the practice service alone until interrupted. Its URL is the first line printed."""
    from kontext_desktop.practice import PracticeService

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with (
        tempfile.TemporaryDirectory(prefix="kontext-practice-") as folder,
        PracticeService(Path(folder), port=port, seconds=seconds) as service,
    ):
        typer.echo(service.url)
        sys.stdout.flush()
        session.say("Any key is accepted. Ctrl+C stops it.")
        try:
            while not stop.wait(0.5):
                pass
        except KeyboardInterrupt:
            session.say("Stopped.")
    return 0


def doctor(session: Session) -> int:
    """What this machine offers: keyring, library, service, versions. Changes nothing."""
    checks: dict[str, Callable[[], Any]] = {
        "version": lambda: __version__,
        "python": platform.python_version,
        "system": platform.platform,
        "sqlite": _sqlite,
        "library": lambda: _library(session),
        "settings": lambda: str(paths.config_folder(os.environ)),
        "key": lambda: session.keys.describe(session.service_endpoint()).sentence,
        "endpoint": session.service_endpoint,
        "service": lambda: _service(session),
        "window": _window,
    }
    found: dict[str, Any] = {}
    trouble = 0
    for name, check in checks.items():
        try:
            found[name] = check()
        except KontextError as error:
            found[name] = f"{error.message} {error.hint}".strip()
            trouble = max(trouble, error.status)
    if session.json:
        session.print(found)
    else:
        for name, value in found.items():
            typer.echo(f"{name:<9} {value}")
    return trouble


def _sqlite() -> str:
    from kontext_desktop.library import SQLITE_VERSION

    return SQLITE_VERSION


def _library(session: Session) -> str:
    """Its place and size, by the file system alone: the library itself stays closed."""
    folder = session.library_folder()
    if not session.has_library():
        return f"{folder} (not made yet)"
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    free = shutil.disk_usage(folder).free
    return f"{folder} ({size / 1e6:.1f} MB, {free / 1e9:.1f} GB free on its disk)"


def _service(session: Session) -> str:
    """Ask who answers, free of charge; with a key also for the balance."""
    from kontext_desktop.catalog import dollars
    from kontext_desktop.wavespeed import Client

    endpoint = session.service_endpoint()
    if session.practice:
        return "the practice service inside this program"
    found = session.keys.find(endpoint)
    if found is None:
        return "not asked: there is no key"
    with Client(endpoint, found.key.reveal, version=__version__) as client:
        who = "practice service" if client.announces_practice() else "service"
        return f"the {who} answers; balance {dollars(client.get_balance())}"


def _window() -> str:
    """Whether the window's toolkit is there, without loading it."""
    from importlib.util import find_spec

    return "PySide6 is installed" if find_spec("PySide6") else "PySide6 is not installed"
