"""Where things live on this machine, and nothing about what is in them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platformdirs import PlatformDirs

APP = "Kontext Desktop"


def library_folder(environ: Mapping[str, str], preferred: str = "") -> Path:
    """The library: `KONTEXT_LIBRARY`, else the settings' choice, else the user's data folder."""
    chosen = environ.get("KONTEXT_LIBRARY") or preferred
    return Path(chosen) if chosen else _folders().user_data_path / "library"


def config_folder(environ: Mapping[str, str]) -> Path:
    """The folder of `settings.json`: `KONTEXT_CONFIG`, else the user's configuration folder."""
    chosen = environ.get("KONTEXT_CONFIG")
    return Path(chosen) if chosen else _folders().user_config_path


def log_folder() -> Path:
    """Where the window's log is kept."""
    return _folders().user_log_path


def register_folder() -> Path:
    """Where the libraries of this machine tell one another what they have sent."""
    return _folders().user_state_path / "register"


def resources() -> Path:
    """The folder `resources/`: inside a bundle, inside an installed package, or in the checkout."""
    bundled = getattr(sys, "_MEIPASS", None)
    if bundled:
        return Path(bundled) / "resources"
    package = Path(__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def _folders() -> PlatformDirs:
    from platformdirs import PlatformDirs  # not loaded where all places were told

    return PlatformDirs(APP, False)
