"""Fields the panels share: growing plain text, the API key, controls deaf to a passing wheel.

Knows nothing of the workbench.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

_NONE = Qt.KeyboardModifier.NoModifier


class TextField(QPlainTextEdit):
    """Plain text, `least` to `most` lines high; grows with its text. Tab goes to the next control.

    With `breaks` False Enter goes on as well, and the text is one paragraph.
    """

    def __init__(self, least: int, most: int, *, breaks: bool = True) -> None:
        super().__init__()
        self._least, self._most, self._breaks = least, most, breaks
        self._rows = least
        self._line = 0.0
        """Height of a line as it is laid out: in some fonts a pixel more than the metrics say."""
        self._suggestion = ""
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if least == 1:
            self.document().setDocumentMargin(0)  # as high as any other control
            self.setViewportMargins(4, 0, 4, 0)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)

    def put_text(self, text: str) -> None:
        """Show `text` without a signal, replacing only what differs: the cursor keeps its place in
        the rest, and undo goes back over it."""
        text = text.replace("\r\n", "\n").replace("\u00a0", " ")  # as toPlainText would say it
        shown = self.toPlainText()
        if text == shown:
            return
        head = _alike(shown, text)
        tail = _alike(shown[head:][::-1], text[head:][::-1])
        from PySide6.QtGui import QTextCursor  # the first paint has no text

        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(shown[:head]))
        cursor.setPosition(_units(shown[: len(shown) - tail]), QTextCursor.MoveMode.KeepAnchor)
        with QSignalBlocker(self):
            cursor.insertText(text[head : len(text) - tail])

    def suggest(self, text: str) -> None:
        """What to write, shown while nothing is written; a field of one line elides it."""
        self._suggestion = text
        self._show_suggestion()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        frame = self.contentsMargins()
        lines = round(self._rows * max(self._line, self.fontMetrics().lineSpacing()))
        margins = 2 * round(self.document().documentMargin())
        # one pixel more, or Qt finds that the last line does not fit
        return QSize(200, lines + margins + frame.top() + frame.bottom() + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_suggestion()
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not self._breaks:
            if event.modifiers() in (_NONE, Qt.KeyboardModifier.KeypadModifier):
                self.focusNextChild()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Words only: a picture dropped or pasted here is for the window to open."""
        return source.hasText() and not any(url.isLocalFile() for url in source.urls())

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.canInsertFromMimeData(source):
            text = source.text()
            self.insertPlainText(text if self._breaks else " ".join(text.split()))

    def _show_suggestion(self) -> None:
        text = self._suggestion
        if self._least == 1:
            width = self.viewport().width() - 8
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        self.setPlaceholderText(text)

    def _grow(self) -> None:
        rows, line, block = 0, 0.0, self.document().firstBlock()
        while block.isValid() and rows < self._most:
            height = self.blockBoundingRect(block).height()  # laid out when somebody asks
            rows += block.lineCount()
            following = block.next()
            if not following.isValid():
                height -= self.document().documentMargin()  # the last block has it below
            line = max(line, height / max(1, block.lineCount()))
            block = following
        rows = min(max(rows, self._least), self._most)
        if (rows, line) != (self._rows, self._line):
            self._rows, self._line = rows, line
            self.updateGeometry()


class KeyField(QLineEdit):
    """For the API key: dots only, no undo, no drag, emptied when taken."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)  # Qt keeps no undo and no copy of these
        self.setDragEnabled(False)
        self.setAcceptDrops(False)
        self.setInputMethodHints(
            self.inputMethodHints()
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def take(self) -> str:
        """What was typed, without the blanks around it; the field forgets it."""
        key = self.text().strip()
        self.clear()
        return key


def align_figures(box: QAbstractSpinBox) -> None:
    """Make the box as high as a line edit, and its figures stand where one aligned to the right
    has them."""
    box.setMaximumHeight(28)
    box.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    box.lineEdit().setTextMargins(0, 0, 7, 0)


class WheelGuard(QObject):
    """Keeps a wheel that scrolls past a control from changing it: only a focused one listens."""

    def watch(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel gives no focus either
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _alike(one: str, other: str) -> int:
    """How many characters the two begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _units(text: str) -> int:
    """The length Qt counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
