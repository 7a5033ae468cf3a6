"""Where things live on this machine, and nothing about what is in them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

APP = "Kontext Desktop"


def library_folder(environ: Mapping[str, str], preferred: str = "") -> Path:
    """The library: `KONTEXT_LIBRARY`, else the settings' choice, else the user's data folder."""
    chosen = environ.get("KONTEXT_LIBRARY") or preferred
    return Path(chosen) if chosen else _place("data") / "library"


def config_folder(environ: Mapping[str, str]) -> Path:
    """The folder of `settings.json`: `KONTEXT_CONFIG`, else the user's configuration folder."""
    chosen = environ.get("KONTEXT_CONFIG")
    return Path(chosen) if chosen else _place("config")


def log_folder() -> Path:
    """Where the window's log is kept."""
    return _place("log")


def register_folder() -> Path:
    """Where the libraries of this machine tell one another what they have sent."""
    return _place("state") / "register"


def resources() -> Path:
    """The folder `resources/`: inside a bundle, inside an installed package, or in the checkout."""
    bundled = getattr(sys, "_MEIPASS", None)
    if bundled:
        return Path(bundled) / "resources"
    package = Path(__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def _place(kind: str) -> Path:
    """The user's folder of one kind. Raises LibraryError where the user has no home."""
    from platformdirs import PlatformDirs  # not loaded where all places were told

    try:
        return Path(getattr(PlatformDirs(APP, False), f"user_{kind}_path"))
    except RuntimeError as error:
        from kontext_desktop.errors import LibraryError

        raise LibraryError(
            "You have no home folder on this machine.",
            "Name one in the environment variable HOME.",
            str(error),
        ) from error
