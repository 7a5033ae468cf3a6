"""What is sent and what to change in it: the frame's figures, the prompt as text and as clauses.

Holds nothing worth saving: the draft is the workbench's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kontext_desktop.first_words import Draft, Frame
from kontext_desktop.ui.fields import TextField
from kontext_desktop.ui.pieces import Words, hairline
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

if TYPE_CHECKING:
    from kontext_desktop.ui.clause_form import ClauseForm
    from kontext_desktop.ui.frame_controls import FrameControls

_PATTERN = (
    "Keep the person's face, pose and clothing. "
    "Change the background to a pastel studio backdrop. "
    "Ensure skin texture stays natural. "
    "Match light direction and shadow softness."
)
_CLAUSES = "Keep · Change · Ensure · Match"


class PromptPanel(QWidget):
    frame_asked = Signal()
    """The part to send is to be chosen in the picture, or that is done."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptPanel")
        self._workbench = workbench
        self._padding = theme.size("padding")
        self._gap = theme.size("gap")
        self._draft: Draft | None = None
        self._desk: Desk | None = None
        self._form: ClauseForm | None = None
        self._frame_controls: FrameControls | None = None

        self._part = Words(kind="pill")
        self._part.setObjectName("framePart")
        self._returns = Words(kind="secondary", lines=4)
        self._returns.setObjectName("frameReturns")
        self._text = TextField(8, 16)
        self._text.setObjectName("prompt")
        self._text.setAccessibleName("What to change")
        self._text.suggest(_PATTERN)
        self._text.textChanged.connect(self._take_text)
        self._toggle = QPushButton()
        self._toggle.setObjectName("clauseToggle")
        self._toggle.setProperty("kind", "quiet")
        self._toggle.setToolTip("The same text as four fields")
        self._toggle.clicked.connect(self._toggle_form)
        self._label_toggle()

        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._frame_block())
        self._column.addWidget(hairline())
        self._column.addLayout(self._text_block())
        self._column.addLayout(self._toggle_row())
        self._column.addWidget(hairline())
        self.setFocusProxy(self._text)
        self.setEnabled(False)  # until there is a draft to write into
        workbench.draft_changed.connect(self._show_draft)
        workbench.desk_changed.connect(self._show_desk)

    def _frame_block(self) -> QVBoxLayout:
        block = self._frame_column = self._block(self._gap)
        block.addWidget(_heading("Frame"))
        row = QHBoxLayout()
        row.addWidget(self._part)
        row.addStretch(1)
        block.addLayout(row)
        block.addWidget(self._returns)
        return block

    def _text_block(self) -> QVBoxLayout:
        block = self._block(4)
        heading = _heading("What to change")
        heading.setBuddy(self._text)
        block.addWidget(heading)
        block.addWidget(self._text)
        return block

    def _toggle_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        # its word, not its invisible edge, stands under the text
        row.setContentsMargins(self._padding - 9, 0, self._padding, self._gap - 4)
        row.addWidget(self._toggle)
        row.addStretch(1)
        return row

    def _block(self, below: int) -> QVBoxLayout:
        block = QVBoxLayout()
        block.setContentsMargins(self._padding, self._gap, self._padding, below)
        block.setSpacing(8)
        return block

    def _take_text(self) -> None:
        self._take(self._text.toPlainText())

    def _take(self, prompt: str) -> None:
        if self._draft is not None and prompt != self._draft.prompt:
            self._workbench.set_draft(self._draft._replace(prompt=prompt))

    def _show_draft(self, draft: Draft) -> None:
        self._draft = draft
        self.setEnabled(True)
        self._text.put_text(draft.prompt)
        if self._form is not None:
            self._form.show_prompt(draft.prompt)
        self._show_frame()

    def _show_desk(self, desk: Desk) -> None:
        self._desk = desk
        self._show_frame()

    def _show_frame(self) -> None:
        desk = self._desk
        if desk is None or desk.document is None:
            self._part.hide()
            if self._frame_controls is not None:
                self._frame_controls.hide()
            self._returns.show_text("Open a picture: here it says what of it is sent.")
            return
        from kontext_desktop.ui import frame_words as words  # the first paint has no picture

        size, plan, region = desk.document.size, desk.plan, desk.region
        if plan is None:
            return
        self._part.show()
        self._part.show_text(words.describe_part(plan, size, region, desk.aspect_ratio))
        change = words.describe_change(plan, size, region)
        returned = words.describe_return(plan, size)
        self._returns.show_text(f"{returned} {change}")
        if self._frame_controls is None:
            self._frame_controls = self._make_frame_controls()
        self._frame_controls.show_desk(desk)

    def show_framing(self, active: bool) -> None:
        """Whether the part to send is being chosen in the picture."""
        if self._frame_controls is not None:
            self._frame_controls.show_active(active)

    def _make_frame_controls(self) -> FrameControls:
        from kontext_desktop.ui.frame_controls import FrameControls

        controls = FrameControls(self)
        controls.tool_asked.connect(self.frame_asked)
        controls.region_chosen.connect(self._put_region)
        self._frame_column.addWidget(controls)
        controls.show()
        return controls

    def _put_region(self, region: Frame | None) -> None:
        if self._draft is not None:
            self._workbench.set_draft(self._draft._replace(frame=region))

    def _toggle_form(self) -> None:
        if self._form is None:
            self._form = self._make_form()
        else:
            self._form.setVisible(self._form.isHidden())
        self._label_toggle()

    def _make_form(self) -> ClauseForm:
        from kontext_desktop.ui.clause_form import ClauseForm

        form = ClauseForm(self)
        block = QVBoxLayout()
        block.setContentsMargins(self._padding, 0, self._padding, self._gap)
        block.addWidget(form)
        self._column.insertLayout(self._column.count() - 1, block)
        form.show_prompt(self._text.toPlainText())
        form.composed.connect(self._take)
        form.show()
        return form

    def _label_toggle(self) -> None:
        shown = self._form is not None and not self._form.isHidden()
        self._toggle.setText(f"{'▾' if shown else '▸'} {_CLAUSES}")
        self._toggle.setAccessibleName(f"{'Hide' if shown else 'Show'} the fields {_CLAUSES}")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", "heading")
    return label
