"""Questions to the person that need a dialog of the system. Tests hand in answers instead."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

_OPENED = "Pictures (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.gif);;All files (*)"
_WRITTEN = "PNG (*.png);;JPEG (*.jpg *.jpeg);;TIFF (*.tif *.tiff);;WebP (*.webp)"


class Ask(Protocol):
    """Each answer is None when the person changed their mind."""

    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None: ...

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        """A file that may be written; if something is there, replacing it was agreed to."""
        ...


class FileDialogs:
    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None:
        from PySide6.QtWidgets import QFileDialog  # not for the first paint

        name, _ = QFileDialog.getOpenFileName(parent, "Open a picture", str(folder), _OPENED)
        return Path(name) if name else None

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(parent, "Export", str(proposed), _WRITTEN)
        return Path(name) if name else None
