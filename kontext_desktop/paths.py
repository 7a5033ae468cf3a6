"""Where things live on this machine, and nothing about what is in them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import platformdirs

APP = "Kontext Desktop"


def library_folder(environ: Mapping[str, str], preferred: str = "") -> Path:
    """The library: `KONTEXT_LIBRARY`, else the settings' choice, else the user's data folder."""
    chosen = environ.get("KONTEXT_LIBRARY") or preferred
    return Path(chosen) if chosen else platformdirs.user_data_path(APP, False) / "library"


def config_folder(environ: Mapping[str, str]) -> Path:
    """The folder of `settings.json`: `KONTEXT_CONFIG`, else the user's configuration folder."""
    chosen = environ.get("KONTEXT_CONFIG")
    return Path(chosen) if chosen else platformdirs.user_config_path(APP, False)


def log_folder() -> Path:
    """Where the window's log is kept."""
    return platformdirs.user_log_path(APP, False)


def register_folder() -> Path:
    """Where the libraries of this machine tell one another what they have sent."""
    return platformdirs.user_state_path(APP, False) / "register"


def resources() -> Path:
    """The folder `resources/`: inside a bundle, inside an installed package, or in the checkout."""
    bundled = getattr(sys, "_MEIPASS", None)
    if bundled:
        return Path(bundled) / "resources"
    package = Path(__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
