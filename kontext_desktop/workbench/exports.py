"""What is written outside the library: pictures, and the table of what was charged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Notice, Tone


class Exports(QObject):
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(self, link: StudioLink, documents: Documents, parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._documents = link, documents

    def propose_name(self) -> str:
        """A file name for the shown version; empty without one."""
        version, document = self._documents.find_shown(), self._documents.document
        if version is None or document is None:
            return ""
        from kontext_desktop.engine import export  # nobody waits for it before something is written

        suffix = export.propose_suffix(document)
        return export.propose_name(document.name, version, suffix=suffix)

    def write(self, version_id: str, target: Path, *, force: bool) -> None:
        """Write a version's appearance to a file and say where it lies."""
        version, document = self._documents.find_version(version_id), self._documents.document
        if version is None or document is None:
            return

        def done(_: object) -> None:
            self._documents.say_busy("")
            self.told.emit(Notice(Tone.GOOD, f"Written to {target}."))

        def failed(error: KontextError) -> None:
            self._documents.say_busy("")
            self.failed.emit(error)

        from kontext_desktop.engine import export

        loss = export.tell_losses(document, target)
        if loss:
            self.told.emit(Notice(Tone.LOOK, loss))
        self._documents.say_busy(f"Writing {target.name}")
        self._link.run(lambda studio: errands.export(studio, version, target, force), done, failed)

    def save_charges(self, target: Path) -> None:
        """Write everything that was charged as a table."""

        def done(number: int) -> None:
            charges = "1 charge" if number == 1 else f"{number} charges"
            self.told.emit(Notice(Tone.GOOD, f"{charges} written to {target}."))

        self._link.run(lambda studio: errands.save_charges(studio, target), done, self.failed.emit)
