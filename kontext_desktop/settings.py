"""Preferences: one `settings.json`, read leniently, written atomically. Never the key."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from kontext_desktop.errors import LibraryError
from kontext_desktop.first_words import Settings

FILE = "settings.json"


def read(folder: Path) -> Settings:
    """The settings kept in `folder`; defaults where none are kept.

    A value of the wrong type is replaced by its default, unknown names are left alone until the
    next `write`. Raises LibraryError when the file exists and is no JSON object, or is unreadable:
    it is the person's, so it is neither guessed at nor overwritten.
    """
    path = folder / FILE
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"The settings file {path} cannot be read.",
            "Mend it or move it away; the program then starts with its defaults.",
            str(error),
        ) from error
    if not isinstance(found, dict):
        raise LibraryError(
            f"The settings file {path} holds no settings.",
            "Move it away; the program then starts with its defaults.",
        )
    return _from_json(found)


def write(folder: Path, settings: Settings) -> None:
    """Replace the kept settings in one act: a crash leaves the old file or the new one whole.

    Raises LibraryError when the folder cannot be written.
    """
    # Escaped: a file name that is no valid UTF-8 could not be written otherwise.
    text = json.dumps({**settings._asdict(), "window": dict(settings.window)}, indent=2) + "\n"
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(prefix=".settings-", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / FILE)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise LibraryError(
            f"The settings cannot be written to {folder}.",
            "Check that the folder is yours and the disk is not full.",
            str(error),
        ) from error


def _from_json(found: dict[str, Any]) -> Settings:
    defaults = Settings()
    values: dict[str, Any] = {}
    for name in Settings._fields:
        value = found.get(name)
        default = getattr(defaults, name)
        if name == "mode":
            good = value in ("practice", "real")
        elif name.startswith("recent_"):
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
            value = tuple(value) if good and isinstance(value, list) else value
        elif name == "window":
            good = isinstance(value, dict) and all(
                isinstance(key, str) and isinstance(item, str) for key, item in value.items()
            )
        else:
            good = type(value) is type(default)
            if good and isinstance(value, int) and not isinstance(value, bool):
                zero_counts = name.endswith("_cap") or name == "copy_up_to"
                good = value >= 0 if zero_counts else value >= 1
        values[name] = value if good else default
    return Settings(**values)
