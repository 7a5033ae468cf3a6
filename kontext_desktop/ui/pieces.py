"""Small shared parts of the panels: labels for outside text, dots, lines.

Knows nothing of the workbench.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Tone

FRAME_AROUND = QSize(8, 48)
"""What the system draws around a window takes at most; how much is known when it is shown."""
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
"""What breaks or runs in outside text; a space that must not break is none of them."""
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""As `html.escape`, without the two thousand names that `html` loads."""
_WRAP_WIDTH = 240
_WRAPPING = QTextOption()
_WRAPPING.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


def mark(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and let it look again if it has looked."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        if _is_polished(widget):
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def _is_polished(widget: QWidget) -> bool:
    """Whether the style sheet has looked at it, as it does when it is first shown or measured."""
    return widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)


def plain_tip(text: str) -> str:
    """Outside text as a tooltip: shown to the letter (a bare one is searched for tags), wrapped."""
    return f"<p style='white-space: pre-wrap'>{text.translate(_ESCAPED)}</p>" if text else ""


def tone_colour(theme: Theme, tone: Tone) -> QColor:
    return theme.colour("text_secondary" if tone is Tone.PLAIN else tone.value)


class _Measured(NamedTuple):
    """A text in a font: its width in one line, the least worth showing, from line to line, and the
    lines it breaks into at the widths that were asked for."""

    width: int
    least: int
    step: int
    broken: dict[int, list[str]]


class Words(QLabel):
    """Plain text of at most `lines` lines: what does not fit ends in "…", whole in the tooltip."""

    def __init__(self, text: str = "", kind: str = "", *, lines: int = 1) -> None:
        super().__init__()
        self._lines = lines
        self._measured: _Measured | None = None
        self._explanation = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if kind:
            self.setProperty("kind", kind)
        self.setWordWrap(lines > 1)  # tells layouts that the height follows the width
        upright = QSizePolicy.Policy.Fixed if lines == 1 else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, upright)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        text = _BLANKS.sub(" ", text).strip()
        if text != self.text():
            self.setText(text)
            if _is_polished(self):
                self._offer_whole()  # else when it gets its first size: now it has no style yet

    def setText(self, text: str) -> None:
        super().setText(text)
        self._measured = None

    def explain(self, text: str) -> None:
        """Say more in the tooltip, below the whole text where that is not to be seen."""
        if text != self._explanation:
            self._explanation = text
            if _is_polished(self):
                self._offer_whole()

    def sizeHint(self) -> QSize:
        width = self._natural_width() + self._around().width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        measured = self._measure()
        return QSize(min(self._natural_width(), measured.least), measured.step) + self._around()

    def heightForWidth(self, width: int) -> int:
        step, around = self._measure().step, self._around()
        rows = 1 if self._lines == 1 else max(1, len(self._broken(width - around.width())))
        return rows * step + around.height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._measured = None  # the font may be another

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.contentsRect()
        rows = self._fitted(area.width())
        step = self._measure().step
        upright = self.alignment() & Qt.AlignmentFlag.AlignVertical_Mask
        free = max(0, area.height() - step * len(rows))
        top = area.top() + (free // 2 if upright & Qt.AlignmentFlag.AlignVCenter else 0)
        along = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        for number, row in enumerate(rows):
            line = QRect(area.left(), top + number * step, area.width(), step)
            painter.drawText(line, int(along | Qt.AlignmentFlag.AlignVCenter), row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._offer_whole()

    def _offer_whole(self) -> None:
        """Have the whole text in the tooltip when not all of it is to be seen."""
        width = self.contentsRect().width()
        elided = self._fitted(width) != self._broken(width)
        parts = (self.text() if elided else "", self._explanation)
        tip = plain_tip("\n".join(part for part in parts if part))
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _around(self) -> QSize:
        """What the style sheet, once it has looked, adds around the text."""
        return self.size() - self.contentsRect().size()

    def _measure(self) -> _Measured:
        """Text is measured once, not each time a layout asks: it is the dearest part of one."""
        self.ensurePolished()  # the style sheet may give it another font
        if self._measured is None:
            metrics = self.fontMetrics()
            width, least = map(metrics.horizontalAdvance, (self.text(), "mmm…"))
            self._measured = _Measured(width, least, metrics.lineSpacing(), {})
        return self._measured

    def _natural_width(self) -> int:
        """All of it in a line; text that may wrap asks for no more than a column."""
        width = self._measure().width + 2
        return width if self._lines == 1 else min(width, _WRAP_WIDTH)

    def _fits(self, width: int) -> bool:
        """Whether all of it is seen in one line of `width`, however that was rounded."""
        return self._measure().width < width

    def _broken(self, width: int) -> list[str]:
        """The text in lines of `width`; past the last allowed one, that one holds all the rest."""
        text = self.text()
        if self._lines == 1 or not text or self._fits(width):
            return [text] if text else []
        known = self._measure().broken
        if width not in known:
            known[width] = self._break(text, width)
        return known[width]

    def _break(self, text: str, width: int) -> list[str]:
        layout = QTextLayout(text, self.font())
        layout.setTextOption(_WRAPPING)
        layout.beginLayout()
        starts: list[int] = []
        while len(starts) < self._lines and (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            starts.append(2 * line.textStart())
        layout.endLayout()
        units = text.encode("utf-16-le", "surrogatepass")  # what Qt counts in
        ends = [*starts[1:], len(units)]
        return [
            units[a:b].decode("utf-16-le", "surrogatepass").strip(" ")
            for a, b in zip(starts, ends, strict=True)
        ]

    def _fitted(self, width: int) -> list[str]:
        """The lines to draw: what the last one cannot hold ends in "…"."""
        rows = self._broken(width)
        if not rows or self._fits(width):
            return rows
        last = self.fontMetrics().elidedText(rows[-1], Qt.TextElideMode.ElideRight, width)
        return [*rows[:-1], last]


class Dot(QWidget):
    """A small dot in the colour of a tone; a word always stands beside it."""

    def __init__(self, theme: Theme, tone: Tone = Tone.PLAIN) -> None:
        super().__init__()
        self._theme = theme
        self.tone = tone
        self.setFixedSize(8, 8)

    def show_tone(self, tone: Tone) -> None:
        if tone is not self.tone:
            self.tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone_colour(self._theme, self.tone))
        painter.drawEllipse(self.rect())


def hairline() -> QFrame:
    line = QFrame()
    line.setProperty("kind", "hairline")
    line.setFixedHeight(1)
    return line
