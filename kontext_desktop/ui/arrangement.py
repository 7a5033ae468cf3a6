"""Where the parts of the window stand: three columns over a strip, their sizes, what is put away.

Sizes are device-independent pixels. It knows the parts only as widgets.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

COMPACT_WIDTH = 1440
"""Up to this width the versions are put away and the right column is narrow."""


TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 184, 112, 8
"""What the strip makes room for, before there is a tile in it."""


class _Sizes(NamedTuple):
    left: int
    right: int
    strip: int


class Arrangement(QSplitter):
    """Versions, picture and panels side by side; below them, over the whole width, the strip.

    Each of the two layouts, compact and wide, remembers its own sizes.
    """

    arranged = Signal(bool, bool)
    """Whether the versions are shown, and whether the window is compact."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setObjectName("arrangement")
        self.columns = QSplitter(Qt.Orientation.Horizontal, self)
        """The parent to make the three upper parts with."""
        self.columns.setObjectName("columns")
        self._compact: bool | None = None
        self._sizes = {False: _Sizes(240, 360, 128), True: _Sizes(220, 300, 128)}
        self._wants_left = True
        self._bare = False

    def hold(self, left: QWidget, centre: QWidget, right: QWidget, strip: QWidget) -> None:
        """Take the parts in. Once, before the window is shown."""
        self._left, self._right, self._strip = left, right, strip
        for part in (left, centre, right):
            self.columns.addWidget(part)
        self.addWidget(strip)
        left.setMinimumWidth(180)
        left.hide()  # until there is a width: it must not keep a small window from being small
        centre.setMinimumWidth(320)
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        strip.setProperty("kind", "strip")
        self.columns.setStretchFactor(1, 1)
        self.setStretchFactor(0, 1)
        for splitter in (self, self.columns):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            splitter.splitterMoved.connect(self._learn_sizes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() <= COMPACT_WIDTH
        if compact != self._compact:
            self._compact = compact
            self._wants_left = not compact
            self._place()

    def toggle_left(self) -> None:
        """Bring the versions, or put them away."""
        self._wants_left = not self._left.isVisibleTo(self)
        if self._wants_left:
            self._bare = False
        self._place()

    def toggle_bare(self) -> None:
        """Put everything beside the picture away, or bring back what was there."""
        self._bare = not self._bare
        self._place()

    @property
    def bare(self) -> bool:
        return self._bare

    def state(self) -> str:
        """The sizes and what is hidden, as text for `restore`."""
        numbers = [*self._sizes[False], *self._sizes[True], int(self._bare)]
        return " ".join(map(str, numbers))

    def restore(self, state: str) -> None:
        """Take up what `state` said; anything else is left as it is."""
        words = state.split()
        if len(words) != 7 or not all(word.isdecimal() for word in words):
            return
        *numbers, bare = map(int, words)
        self._sizes = {False: _Sizes(*numbers[:3]), True: _Sizes(*numbers[3:])}
        self._bare = bool(bare)
        self._place()

    def _place(self) -> None:
        sizes = self._sizes[bool(self._compact)]
        self._left.setVisible(self._wants_left and not self._bare)
        self._right.setVisible(not self._bare)
        self._strip.setVisible(not self._bare)
        left = sizes.left if self._left.isVisibleTo(self) else 0
        self.columns.setSizes([left, max(self.width() - left - sizes.right, 1), sizes.right])
        self.setSizes([max(self.height() - sizes.strip, 1), sizes.strip])
        self.arranged.emit(self._left.isVisibleTo(self), bool(self._compact))

    def _learn_sizes(self) -> None:
        compact = bool(self._compact)
        left, _, right = self.columns.sizes()
        if not self._left.isVisibleTo(self):
            left = self._sizes[compact].left
        self._sizes[compact] = _Sizes(left, right, self.sizes()[1])
