"""How far something long is, and the way to stop it; and a small window with nothing else."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from kontext_desktop.ui.framed import lay_out, named_button
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench
from kontext_desktop.workbench.state import Work
from kontext_desktop.workbench.upkeep import Upkeep

_WIDTH = 420


class Bar(QWidget):
    """A thin line, filled from the left. Without a share it is empty."""

    def __init__(self, theme: Theme, colour: str = "accent") -> None:
        super().__init__()
        self._theme, self._colour = theme, colour
        self._share = 0.0
        self.setFixedHeight(4)

    def show_share(self, share: float) -> None:
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("hairline"))
        filled = self.rect()
        filled.setWidth(round(self.width() * self._share))
        painter.fillRect(filled, self._theme.colour(self._colour))


class WorkRow(QWidget):
    """Empty while nothing is under way; takes the same room then."""

    def __init__(self, upkeep: Upkeep, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("workRow")
        self._words = Words(kind="secondary")
        self._words.setObjectName("workText")
        self._bar = Bar(theme)
        self._bar.setAccessibleName("Progress")
        self.stop_button = named_button("workStop", "Stop", "Nothing half done is left")
        self.stop_button.clicked.connect(upkeep.stop)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        row.addLayout(column, 1)
        row.addWidget(self.stop_button)
        self.setFixedHeight(36)
        upkeep.working.connect(self._show)
        self._show(upkeep.work)

    def _show(self, work: Work | None) -> None:
        for part in (self._words, self._bar, self.stop_button):
            part.setVisible(work is not None)
        if work is not None:
            self._words.show_text(describe(work))
            self._bar.show_share(work.done / work.total if work.total else 0.0)
            self.stop_button.setEnabled(work.can_stop)


class WorkDialog(QDialog):
    """There while something is under way; closed, it goes on."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("work")
        self.setWindowTitle("Under way")
        upkeep = workbench.upkeep
        body = QVBoxLayout()
        body.addWidget(WorkRow(upkeep, theme))
        hide = named_button("workHide", "Go on behind", "It goes on, and is told when it is done")
        hide.clicked.connect(self.hide)
        lay_out(self, theme, body, (), (hide,))
        self.setFixedWidth(_WIDTH)
        upkeep.working.connect(self._end)

    def _end(self, work: Work | None) -> None:
        if work is None:
            self.accept()


def describe(work: Work) -> str:
    if not work.total:
        return work.text
    unit, name = (1e9, "GB") if work.total >= 1e9 else (1e6, "MB")
    return f"{work.text} · {work.done / unit:.1f} of {work.total / unit:.1f} {name}"
