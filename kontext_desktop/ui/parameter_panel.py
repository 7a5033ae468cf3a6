"""Ratio, guidance, seed and variations of the draft, all from the catalog.

Holds nothing worth saving: the draft is the workbench's, names and ranges are the catalog's.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.first_words import Draft
from kontext_desktop.ui.fields import WheelGuard, align_figures
from kontext_desktop.ui.pieces import Words, hairline, mark
from kontext_desktop.ui.ratio_grid import RatioGrid
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

_GUIDANCE = KONTEXT_MAX.guidance_scale
_SEED = KONTEXT_MAX.seed
_QUICK_COUNTS = (1, 2, 4)
_BUTTON_WIDTH = 40
_BOX_WIDTH = 72
NumberField = QLineEdit | QSpinBox | QDoubleSpinBox


class ParameterPanel(QWidget):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parameterPanel")
        self._workbench = workbench
        self._draft: Draft | None = None
        self._wheel_guard = WheelGuard(self)

        self._ratios = RatioGrid(theme)
        self._ratios.chosen.connect(lambda ratio: self._change(aspect_ratio=ratio))
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(6)
        self._rows.setVerticalSpacing(4)
        self._rows.setColumnMinimumWidth(0, 60)
        self._rows.setColumnStretch(1, 1)
        self._build_guidance()
        self._build_seed(theme)
        self._build_variations()

        padding, gap = theme.size("padding"), theme.size("gap")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        heading = QLabel("Aspect ratio")
        heading.setProperty("kind", "heading")
        upper, lower = QVBoxLayout(), QVBoxLayout()
        upper.setSpacing(8)
        upper.addWidget(heading)
        upper.addWidget(self._ratios)
        lower.addLayout(self._rows)
        for block in (upper, lower):
            block.setContentsMargins(padding, gap, padding, gap)
        column.addLayout(upper)
        column.addWidget(hairline())
        column.addLayout(lower)
        column.addWidget(hairline())
        self.setEnabled(False)  # until there is a draft to write into
        workbench.draft_changed.connect(self._show_draft)
        workbench.desk_changed.connect(self._show_desk)

    # Building

    def _build_guidance(self) -> None:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("guidanceSlider")
        slider.setRange(0, round((_GUIDANCE.maximum - _GUIDANCE.minimum) / _GUIDANCE.step))
        slider.setPageStep(10)
        slider.valueChanged.connect(lambda step: self._change(guidance_scale=_guidance_at(step)))
        box = QDoubleSpinBox()
        box.setObjectName("guidance")
        box.setDecimals(1)
        box.setRange(_GUIDANCE.minimum, _GUIDANCE.maximum)
        box.setSingleStep(_GUIDANCE.step)
        box.valueChanged.connect(lambda value: self._change(guidance_scale=round(value, 1)))
        self._slider, self._guidance = slider, box
        self._wheel_guard.watch(slider)
        label = self._add_row(0, _GUIDANCE.label, [slider], box)
        label.installEventFilter(self)
        self._guidance_label = label
        hint = f"{_GUIDANCE.hint}. Double-click the word for {_GUIDANCE.default}."
        for widget in (label, slider, box):
            widget.setToolTip(hint)
        slider.setAccessibleName("Guidance slider")

    def _build_seed(self, theme: Theme) -> None:
        self._lock = QPushButton("Lock")
        self._lock.setObjectName("seedLock")
        self._lock.setCheckable(True)
        self._lock.setAccessibleName("Lock the seed")
        self._lock.setToolTip("Keep this seed for the next edits")
        self._lock.clicked.connect(lambda locked: self._change(seed_locked=locked))
        self._dice = QPushButton("Dice")
        self._dice.setObjectName("seedDice")
        self._dice.setAccessibleName("Roll a new seed")
        self._dice.setToolTip("Roll a new seed")
        self._dice.clicked.connect(lambda: self._workbench.roll_seed())
        self._seed = QLineEdit()
        self._seed.setObjectName("seed")
        self._seed.setToolTip(_SEED.hint)
        self._seed.textEdited.connect(self._take_seed)
        for button in (self._lock, self._dice):
            button.setProperty("kind", "choice")
            button.setFixedWidth(_BUTTON_WIDTH)
        digits = QFontMetrics(theme.font()).horizontalAdvance(str(_SEED.maximum))
        self._seed.setFixedWidth(digits + 22)
        self._add_row(1, _SEED.label, [self._lock, self._dice], self._seed)
        self._seed_problem = Words(kind="secondary", lines=3)
        self._seed_problem.setObjectName("seedProblem")
        self._seed_problem.hide()
        self._rows.addWidget(self._seed_problem, 2, 1)

    def _build_variations(self) -> None:
        frame = QFrame()
        frame.setProperty("kind", "segments")
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._segments = {count: QPushButton(str(count)) for count in _QUICK_COUNTS}
        for count, button in self._segments.items():
            button.setObjectName(f"variations{count}")
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setAccessibleName("1 variation" if count == 1 else f"{count} variations")
            button.clicked.connect(lambda _, count=count: self._choose_count(count))
            row.addWidget(button)
        self._count = QSpinBox()
        self._count.setObjectName("variations")
        self._count.setRange(1, KONTEXT_MAX.max_variations)
        self._count.setToolTip(f"1 to {KONTEXT_MAX.max_variations}, each paid for by itself")
        self._count.valueChanged.connect(lambda count: self._change(count=count))
        self._add_row(3, "Variations", [frame], self._count)

    def _add_row(self, row: int, text: str, left: list[QWidget], field: NumberField) -> QLabel:
        """A row of the lower block: its word, what stands on the left, the field on the right."""
        label = QLabel(text)
        label.setProperty("kind", "heading")
        label.setBuddy(field)
        field.setAccessibleName(text)
        if isinstance(field, QLineEdit):
            field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        else:
            field.setFixedWidth(_BOX_WIDTH)
            align_figures(field)
            self._wheel_guard.watch(field)
        line = QHBoxLayout()
        line.setSpacing(4)
        for widget in left:
            line.addWidget(widget)
        if not isinstance(left[0], QSlider):
            line.addStretch(1)
        line.addWidget(field)
        self._rows.addWidget(label, row, 0)
        self._rows.addLayout(line, row, 1)
        return label

    # From the person to the draft

    def _change(self, **values: Any) -> None:
        if self._draft is None:
            return
        draft = self._draft._replace(**values)
        if draft != self._draft:
            self._workbench.set_draft(draft)

    def _choose_count(self, count: int) -> None:
        self._change(count=count)
        self._show_count()  # a click on the chosen one unchecks it

    def _take_seed(self, text: str) -> None:
        seed = parse_seed(text)
        self._show_seed_problem(seed is None)
        if seed is not None:
            self._change(seed=seed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._guidance_label and event.type() == QEvent.Type.MouseButtonDblClick:
            self._change(guidance_scale=_GUIDANCE.default)
            return True
        return super().eventFilter(watched, event)

    # From the draft to the person

    def _show_draft(self, draft: Draft) -> None:
        old, self._draft = self._draft, draft
        self.setEnabled(True)
        self._ratios.show_ratio(draft.aspect_ratio)
        step = round((draft.guidance_scale - _GUIDANCE.minimum) / _GUIDANCE.step)
        with QSignalBlocker(self._slider), QSignalBlocker(self._guidance):
            self._slider.setValue(step)
            if self._guidance.value() != draft.guidance_scale:  # else what is typed is rewritten
                self._guidance.setValue(draft.guidance_scale)
        self._lock.setChecked(draft.seed_locked)
        if old is None or old.seed != draft.seed:
            self._show_seed(draft.seed)
        self._show_count()

    def _show_seed(self, seed: int) -> None:
        """Put the seed in its field, unless what stands there means it already."""
        if parse_seed(self._seed.text()) != seed:
            self._seed.setText(str(seed))
        self._show_seed_problem(False)

    def _show_seed_problem(self, wrong: bool) -> None:
        mark(self._seed, "error", wrong)
        self._seed_problem.setVisible(wrong)
        if wrong and self._draft is not None:
            self._seed_problem.show_text(
                f"A seed is a whole number from {_SEED.minimum} to {_SEED.maximum}. "
                f"{self._draft.seed} stays in use."
            )

    def _show_count(self) -> None:
        if self._draft is None:
            return
        for count, button in self._segments.items():
            button.setChecked(count == self._draft.count)
        with QSignalBlocker(self._count):
            if self._count.value() != self._draft.count:
                self._count.setValue(self._draft.count)

    def _show_desk(self, desk: Desk) -> None:
        if desk.document is not None:
            self._ratios.show_picture(desk.document.size, desk.region)


def parse_seed(text: str) -> int | None:
    """The seed that `text` spells in plain digits, None when it spells none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return None
    seed = int(digits)
    return seed if _SEED.minimum <= seed <= _SEED.maximum else None


def _guidance_at(step: int) -> float:
    return round(_GUIDANCE.minimum + step * _GUIDANCE.step, 1)
