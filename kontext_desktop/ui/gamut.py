"""The gamut warning: marks over what the screen cannot show of the picture."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject

from kontext_desktop.ui.picture_view import PictureView
from kontext_desktop.ui.pixels import Shown
from kontext_desktop.workbench import Picture, Workbench
from kontext_desktop.workbench.state import Gamut


class Marks(NamedTuple):
    """To be laid over a picture."""

    image: Shown
    words: str

    @classmethod
    def of(cls, gamut: Gamut) -> Marks:
        return cls(Shown.over(gamut.marks), _words(gamut.share))


class GamutWarning(QObject):
    """Asks for the marks of whatever picture is shown, while it is switched on."""

    def __init__(self, workbench: Workbench, canvas: PictureView, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench, self._canvas = workbench, canvas
        self._on = False
        self._found: Gamut | None = None
        workbench.picture_shown.connect(self._take_picture)
        workbench.gamut_found.connect(self._take)

    def switch(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self._take_picture(self._canvas.picture)

    def _take_picture(self, picture: Picture | None) -> None:
        found = self._found
        if picture is None or found is None or not _is_of(found, picture):
            found = self._found = None
        wanted = self._on and picture is not None and bool(picture.version_id)
        self._canvas.set_marks(Marks.of(found) if found is not None and self._on else None)
        if wanted and found is None:
            self._workbench.want_gamut()

    def _take(self, found: Gamut) -> None:
        picture = self._canvas.picture
        if picture is not None and _is_of(found, picture):
            self._found = found
            self._take_picture(picture)


def _is_of(found: Gamut, picture: Picture) -> bool:
    """Of that version, and for the screen it was made ready for."""
    same_screen = found.marks.profile == picture.levels[0].profile
    return found.version_id == picture.version_id and same_screen


def _words(share: float) -> str:
    if not share:
        return "This screen shows all of its colours"
    percent = f"{share:.1%}".removesuffix("%") if share >= 0.001 else "Less than 0.1"
    return f"{percent} % beyond this screen, marked"
