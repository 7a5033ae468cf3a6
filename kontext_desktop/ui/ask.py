"""Questions to the person that need a dialog of the system. Tests hand in answers instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

_OPENED = (
    "Pictures (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.gif *.heic *.heif *.avif *.psd *.psb);;"
    "All files (*)"
)
_WRITTEN = (
    "PNG, 8 or 16 bit as the original (*.png)",
    "JPEG, 8 bit (*.jpg *.jpeg)",
    "TIFF, 8 or 16 bit as the original (*.tif *.tiff)",
    "WebP, 8 bit (*.webp)",
)


def kind_of(proposed: Path) -> str:
    """The kind of picture that a proposed name belongs to; of an unknown one the first."""
    ending = f"*{proposed.suffix.lower()}"
    return next((kind for kind in _WRITTEN if ending in re.split(r"[ ()]", kind)), _WRITTEN[0])


class Ask(Protocol):
    """Each answer is None when the person changed their mind."""

    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None: ...

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        """A file that may be written; if something is there, replacing it was agreed to."""
        ...

    def place_to_save(self, parent: QWidget, title: str, proposed: Path, kinds: str) -> Path | None:
        """The same for a file that is no picture; `kinds` as Qt's file dialogs take them."""
        ...

    def file_to_open(self, parent: QWidget, title: str, near: Path, kinds: str) -> Path | None:
        """A file that is no picture; `kinds` as Qt's file dialogs take them."""
        ...

    def folder(self, parent: QWidget, title: str, near: Path) -> Path | None:
        """A folder that is there; one may be made on the way."""
        ...

    def words(self, parent: QWidget, title: str, question: str, now: str) -> str | None:
        """A line of text, at first what it is `now`."""
        ...


class FileDialogs:
    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None:
        from PySide6.QtWidgets import QFileDialog  # not for the first paint

        name, _ = QFileDialog.getOpenFileName(parent, "Open a picture", str(folder), _OPENED)
        return Path(name) if name else None

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(
            parent, "Export", str(proposed), ";;".join(_WRITTEN), kind_of(proposed)
        )
        return Path(name) if name else None

    def place_to_save(self, parent: QWidget, title: str, proposed: Path, kinds: str) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), kinds)
        return Path(name) if name else None

    def file_to_open(self, parent: QWidget, title: str, near: Path, kinds: str) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(parent, title, str(near), kinds)
        return Path(name) if name else None

    def folder(self, parent: QWidget, title: str, near: Path) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name = QFileDialog.getExistingDirectory(parent, title, str(near))
        return Path(name) if name else None

    def words(self, parent: QWidget, title: str, question: str, now: str) -> str | None:
        from PySide6.QtWidgets import QInputDialog, QLineEdit

        text, given = QInputDialog.getText(parent, title, question, QLineEdit.EchoMode.Normal, now)
        return text.strip() if given else None
