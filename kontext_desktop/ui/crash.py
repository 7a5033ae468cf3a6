"""What a bug looks like to the person: one sentence, the stack to copy, and the work goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)


def show_crash(parent: QWidget, stack: str) -> QDialog:
    """Show `stack` without blocking; the dialog deletes itself when closed."""
    dialog = QDialog(parent)
    dialog.setObjectName("crash")
    dialog.setWindowTitle("Something went wrong in the program")
    words = QLabel(
        "This is a mistake in Kontext Desktop, not in your work. What was stored and what was "
        "paid for is safe. Please send us the text below."
    )
    words.setWordWrap(True)
    text = QPlainTextEdit(stack, readOnly=True)
    text.setAccessibleName("Details")
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(stack))
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    for widget in (words, text, buttons):
        column.addWidget(widget)
    dialog.resize(640, 400)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
