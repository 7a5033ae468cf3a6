"""One library after the other in the same window: made, opened, changed for another."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError, LibraryError
from kontext_desktop.workbench.errands import describe, usual_folder
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import LibraryFacts

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

RECENT = 8


class Libraries(QObject):
    """The present one stays until the other is open; where that fails, it just stays."""

    said_busy = Signal(str)
    failed = Signal(object)
    """KontextError"""

    def __init__(
        self,
        link: StudioLink,
        open_studio: Callable[[Path], Studio],
        begin_anew: Callable[[LibraryFacts], None],
        parent: QObject,
    ) -> None:
        """`begin_anew` forgets everything that belongs to the library before."""
        super().__init__(parent)
        self._link, self._open_studio, self._begin_anew = link, open_studio, begin_anew
        self._opening = False

    def open(self, folder: Path | None, present: str, *, new: bool = False) -> None:
        """Open the library in `folder`, None meaning the usual one, in place of that in `present`;
        `new`: make one there."""
        if self._opening:
            return
        self._opening = True
        facts: list[LibraryFacts] = []

        def build() -> Studio:
            wanted = usual_folder() if folder is None else Path(os.path.realpath(folder))
            _check(wanted, present, new=new or folder is None)
            studio = self._open_studio(wanted)
            facts.append(describe(studio))
            return studio

        def done() -> None:
            self._opening = False
            self.said_busy.emit("")
            self._begin_anew(facts[0])

        def failed(error: KontextError) -> None:
            self._opening = False
            self.said_busy.emit("")
            self.failed.emit(error)

        name = folder.name if folder is not None else "the usual library"
        self.said_busy.emit(f"Opening {name}")
        self._link.replace(build, done, failed)


def list_recent(folder: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """`folder` first, each once."""
    return (folder, *(one for one in before if one != folder))[:RECENT]


def _check(folder: Path, present: str, *, new: bool) -> None:
    """Raise LibraryError for a folder that is not what the person takes it for."""
    if str(folder) == present:
        raise LibraryError("This library is open already.")
    try:
        found = (folder / "library.db").exists()
        empty = not folder.exists() or not any(folder.iterdir())
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be read.", "Check that its disk is connected.", str(error)
        ) from error
    if new and not found and not empty:
        raise LibraryError(
            f"{folder} has other files in it.",
            "Choose an empty folder, or make a new one, for a library of its own.",
        )
    if not new and not found:
        raise LibraryError(
            f"There is no library in {folder}.",
            "Choose the folder that `library.db` lies in, or File, Library, New.",
        )
