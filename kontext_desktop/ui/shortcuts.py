"""Keys that act alone, without Ctrl: whose they are, and when they are let go.

The one place that decides it. A text field that has the focus keeps every key.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)
_CONTROLS_USE = (Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""They move between controls and press them; so they do for whoever came there by keyboard."""


class SingleKeys(QObject):
    """Single-key shortcuts of one window.

    Qt asks about each key before it becomes a shortcut (ShortcutOverride, first the widget with the
    focus, then its parents up to the window); answering yes there leaves the key to that widget.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._keys: set[Qt.Key] = set()
        self._let_go: Callable[[], None] | None = None
        window.installEventFilter(self)

    def add(
        self, key: Qt.Key, press: Callable[[], None], release: Callable[[], None] | None = None
    ) -> QShortcut:
        """Call `press` when the key goes down and `release`, if given, when it is let go, or when
        the window loses the keyboard meanwhile. What is returned can be disabled for a while."""

        def pressed() -> None:
            press()
            self._let_go = release

        shortcut = QShortcut(QKeySequence(key), self._window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(pressed)
        self._keys.add(key)
        return shortcut

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._is_taken(event):
                event.accept()
                return True
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            # Any release: with AltGr let go first, a held key comes back under another name.
            if not event.isAutoRepeat():
                self._release()
        elif kind == QEvent.Type.WindowDeactivate:
            self._release()
        return False

    def _is_taken(self, event: QKeyEvent) -> bool:
        # The digits of a keypad come with a modifier of their own.
        modified = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modified or event.key() not in self._keys:
            return False
        if is_writing():
            return True
        by_keyboard = self._window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        return by_keyboard and event.key() in _CONTROLS_USE

    def _release(self) -> None:
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()


def is_writing() -> bool:
    """Whether a text field has the focus."""
    return isinstance(QApplication.focusWidget(), _TEXT_FIELDS)
