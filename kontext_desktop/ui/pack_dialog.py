"""What is to be packed into one file for another machine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QDialog, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.model import Document
from kontext_desktop.ui.ask import Ask
from kontext_desktop.ui.framed import Choice, lay_out, named_button
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench

KINDS = "Packed pictures (*.kontext);;All files (*)"
_WIDTH = 460
_WHAT = (
    "One file with originals, results, versions, names, notes and stars. Keys and what is under "
    "way stay here. Unpacked in another library, nothing is doubled."
)
_ORIGINALS = (
    "Without them the other library has their pictures for review, and finds the originals again "
    "where they lie."
)


class PackDialog(QDialog):
    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        ask: Ask,
        document: Document | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pack")
        self.setWindowTitle("Pack for another machine")
        self._workbench, self._ask, self._document = workbench, ask, document
        self._what = Choice("packWhat", ["This picture", "Whole library"])
        self._what.choose(0 if document is not None else 1)
        self._what.group.button(0).setEnabled(document is not None)
        self._originals = QCheckBox("Also originals that were too large to be copied")
        self._originals.setObjectName("packOriginals")
        self._originals.setAccessibleDescription(_ORIGINALS)
        below = Words(_ORIGINALS, "secondary", lines=3)
        below.setContentsMargins(22, 0, 0, 0)
        body = QVBoxLayout()
        body.setSpacing(theme.size("gap"))
        body.addWidget(Words(_WHAT, "heading", lines=4))
        body.addWidget(self._what)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._originals)
        column.addWidget(below)
        body.addLayout(column)
        choose, cancel = QPushButton("Choose a file…"), named_button("packCancel", "Cancel")
        choose.setObjectName("packChoose")
        choose.setDefault(True)
        choose.clicked.connect(self._choose)
        cancel.clicked.connect(self.reject)
        whole = lay_out(self, theme, body, (), (cancel, choose))
        self.setFixedSize(_WIDTH, whole.heightForWidth(_WIDTH))

    def _choose(self) -> None:
        document = self._document if self._what.chosen == 0 else None
        name = Path(document.name).stem if document is not None else "library"
        proposed = Path.home() / f"{name}.kontext"
        target = self._ask.place_to_save(self, "Pack", proposed, KINDS)
        if target is not None:
            ids = (document.id,) if document is not None else ()
            self._workbench.upkeep.pack(ids, target, originals=self._originals.isChecked())
            self.accept()
