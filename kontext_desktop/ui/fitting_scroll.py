"""A part that is as high as what it holds, and scrolls only where the screen is lower than that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

_AROUND = 160
"""What of the screen's height a dialog's own buttons and frame take, and are to leave free."""


class FittingScroll(QScrollArea):
    def __init__(self, content: QLayout) -> None:
        super().__init__()
        self.setObjectName("fittingScroll")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._held = QWidget()
        self._held.setLayout(content)
        self.setWidget(self._held)

    def sizeHint(self) -> QSize:
        wanted = self._held.sizeHint()
        room = max(200, self.screen().availableGeometry().height() - _AROUND)
        bar = self.verticalScrollBar().sizeHint().width() if wanted.height() > room else 0
        return QSize(wanted.width() + bar, min(wanted.height(), room))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
