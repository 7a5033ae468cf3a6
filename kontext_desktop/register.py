"""Which predictions belong to which library on this machine, one small file for each service.

The service lists the predictions of a whole account. Where two libraries use one account, what one
of them has sent must not look to the other like the lost answer to its own request. So each library
writes here what it is about to send, and whose prediction came of it. Ids only: no key, no prompt.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kontext_desktop.errors import LibraryError

KEPT = 8 * 86_400.0
"""Seconds an entry is kept at least: a day longer than the service lists predictions."""
FEW = 2_000
"""So many of the newest are kept however old they seem: a clock can be years ahead for a day."""
_PATIENCE = 5.0
"""Seconds to wait for another program that is writing the same file."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What the libraries on this machine say of one service: each prediction that is somebody's
    with the Job it belongs to, and the Jobs whose request has no answer yet."""

    predictions: Mapping[str, str]
    unanswered: frozenset[str]


class Register:
    """The files in `folder`, which all libraries share. Any thread.

    Entries are told apart by Job, not by library: of a library whose folder was copied there are
    two with one id, and what one of them sends is not the other's.

    Every call raises LibraryError when the folder cannot be used.
    """

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now

    def announce(self, endpoint: str, job_id: str) -> None:
        """Say that this Job is about to be sent; until `settle` or `claim` it has no answer."""
        with self._entries(endpoint) as entries:
            entries[job_id] = self._entry("")

    def settle(self, endpoint: str, job_id: str) -> None:
        """Say that no prediction came of this Job."""
        with self._entries(endpoint) as entries:
            entries.pop(job_id, None)

    def claim(self, endpoint: str, job_id: str, prediction_id: str) -> bool:
        """Take a prediction for this Job; False when another Job has it already."""
        with self._entries(endpoint) as entries:
            for owner, entry in entries.items():
                if entry["prediction"] == prediction_id and owner != job_id:
                    return False
            entries[job_id] = self._entry(prediction_id)
            return True

    def look(self, endpoint: str) -> Entries:
        """What this and the other libraries have written."""
        with self._entries(endpoint) as entries:
            return Entries(
                {one["prediction"]: job for job, one in entries.items() if one["prediction"]},
                frozenset(
                    job
                    for job, one in entries.items()
                    if not one["prediction"] and self._is_young(one)
                ),
            )

    def _is_young(self, entry: dict[str, Any]) -> bool:
        return bool(self._now() - entry["at"] < KEPT)

    def _entry(self, prediction_id: str) -> dict[str, Any]:
        return {"prediction": prediction_id, "at": self._now()}

    @contextlib.contextmanager
    def _entries(self, endpoint: str) -> Iterator[dict[str, dict[str, Any]]]:
        """The entries by Job, locked while the block runs, and written back if it changed them."""
        import filelock  # kept out of the window's first paint

        name = hashlib.sha256(endpoint.encode()).hexdigest()[:16]
        path = self._folder / f"{name}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with filelock.FileLock(path.with_suffix(".lock"), timeout=_PATIENCE, mode=0o600):
                entries = self._read(path)
                before = dict(entries)
                yield entries
                if entries != before:
                    _write(path, entries)
        except (OSError, filelock.Timeout) as error:
            raise LibraryError(
                f"The register of requests in {self._folder} cannot be used.",
                "Check that the folder is yours and its disk is not full; nothing was sent.",
                str(error),
                retry=True,
            ) from error

    def _read(self, path: Path) -> dict[str, dict[str, Any]]:
        """What is kept and not too old, newest first. A file that cannot be understood counts as
        empty: all it costs is that a person is asked where the program could have known."""
        try:
            found = json.loads(path.read_bytes())
            newest = sorted(found.items(), key=lambda one: float(one[1]["at"]), reverse=True)
            return {
                job: entry
                for place, (job, entry) in enumerate(newest)
                if place < FEW or self._is_young(entry)
            }
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError, KeyError, TypeError):
            return {}


def _write(path: Path, entries: dict[str, dict[str, Any]]) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(entries, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
