"""The buttons of the frame: choose a part, go back to the whole, cut to a ratio or fill it up.

Made with the first picture. Knows no workbench: what is asked for comes out as signals.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kontext_desktop.first_words import Frame, Size
from kontext_desktop.workbench import Desk


class FrameControls(QWidget):
    tool_asked = Signal()
    region_chosen = Signal(object)
    """Frame that must be sent whole; None: as much of the picture as the ratio allows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = Size(1, 1)
        self._tool = _make_button("Choose part", "frameTool", self)
        self._tool.setCheckable(True)
        self._tool.setProperty("kind", "choice")
        self._tool.setToolTip("Draw out in the picture what is sent: R")
        self._tool.clicked.connect(self._ask_tool)
        self._whole = _make_button("Whole picture", "frameWhole", self)
        self._whole.setProperty("kind", "choice")
        self._whole.setToolTip("Send all of it; also a double click while a part is chosen")
        self._whole.clicked.connect(lambda: self.region_chosen.emit(None))
        self._fits = QFrame(self)
        self._fits.setProperty("kind", "segments")
        self._cut = _make_button("Cut", "frameCut", self._fits)
        self._cut.setToolTip("The largest part in the middle that has the ratio")
        self._cut.clicked.connect(lambda: self._choose(None))
        self._fill = _make_button("Fill up", "frameFill", self._fits)
        self._fill.setToolTip("All of the picture, with a mirrored border up to the ratio")
        self._fill.clicked.connect(lambda: self._choose(Frame.whole(self._picture)))
        segments = QHBoxLayout(self._fits)
        segments.setContentsMargins(0, 0, 0, 0)
        segments.setSpacing(0)
        for button in (self._cut, self._fill):
            button.setCheckable(True)
            button.setProperty("kind", "segment")
            segments.addWidget(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._tool)
        row.addWidget(self._whole)
        row.addStretch(1)
        row.addWidget(self._fits)

    def show_desk(self, desk: Desk) -> None:
        if desk.document is None:
            return
        self.show()
        self._picture = desk.document.size
        filled = desk.region == Frame.whole(self._picture)
        self._whole.setVisible(desk.region is not None and not filled)
        # A region takes along what is around it: then there is nothing to choose.
        self._fits.setVisible(desk.aspect_ratio is not None and (desk.region is None or filled))
        self._cut.setChecked(not filled)
        self._fill.setChecked(filled)

    def show_active(self, active: bool) -> None:
        self._tool.setChecked(active)
        self._tool.setText("Done" if active else "Choose part")

    def _ask_tool(self) -> None:
        self._tool.setChecked(not self._tool.isChecked())  # what comes of it is told
        self.tool_asked.emit()

    def _choose(self, region: Frame | None) -> None:
        self._cut.setChecked(region is None)  # a click on the chosen one unchecks it
        self._fill.setChecked(region is not None)
        self.region_chosen.emit(region)


def _make_button(text: str, name: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setObjectName(name)
    return button
