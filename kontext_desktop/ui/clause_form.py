"""Keep, Change, Ensure, Match as four fields: another view of the prompt's text, no other text.

Knows nothing of the workbench.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from kontext_desktop.model import CLAUSES, Prompt
from kontext_desktop.ui.fields import TextField

_EXAMPLES = {
    "keep": "the person's face, pose and clothing",
    "change": "the background to a pastel studio backdrop",
    "ensure": "skin texture stays natural",
    "match": "light direction and shadow softness",
}


class ClauseForm(QWidget):
    composed = Signal(str)
    """The whole prompt, after the person changed a field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clauseForm")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._fields: dict[str, TextField] = {}
        for row, name in enumerate(CLAUSES):
            field = TextField(1, 4, breaks=False)
            field.setObjectName(f"{name}Clause")
            field.setAccessibleName(name.capitalize())
            field.suggest(_EXAMPLES[name])
            field.textChanged.connect(self._compose)
            label = QLabel(name.capitalize())
            label.setProperty("kind", "secondary")
            label.setBuddy(field)
            label.setMinimumHeight(28)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
            self._fields[name] = field

    def show_prompt(self, text: str) -> None:
        """Show the clauses of `text`. Fields that say it already stay as they were typed."""
        if self._prompt() == text:
            return
        for name, clause in Prompt(text).clauses.items():
            self._fields[name].put_text(clause)

    def _compose(self) -> None:
        self.composed.emit(self._prompt())

    def _prompt(self) -> str:
        clauses = {name: field.toPlainText() for name, field in self._fields.items()}
        return Prompt.from_clauses(clauses).text
