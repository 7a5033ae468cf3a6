"""Service, key, caps and places, in a window of their own.

The key goes straight to the workbench and is never shown again; the rest counts once saved.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.catalog import USD
from kontext_desktop.paths import library_folder
from kontext_desktop.ui.display_row import DisplayRow
from kontext_desktop.ui.fields import WheelGuard, align_figures
from kontext_desktop.ui.fitting_scroll import FittingScroll
from kontext_desktop.ui.framed import Segments
from kontext_desktop.ui.key_row import KeyRow
from kontext_desktop.ui.pieces import Words, hairline, mark
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Workbench

_MOST_IN_FLIGHT = 16
_LARGEST_CAP = 100_000
_MOST_PER_MINUTE = 600
_LARGEST_COPY = 1_000_000
_FIELD_WIDTH = 356
_CHECK_INDENT = 24
_DELETING = (
    "Its record there goes at once and for good. Whether the picture's public address ends with "
    "it, the service's documents do not agree; after 7 days all is gone anyway."
)
_NEVER_SENDING = "Nothing leaves this machine: Generate stays off until this is taken back."


class SettingsDialog(QDialog):
    """Show it with `open()`; call `show_desk` first if it is made after the desk's last change."""

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        parent: QWidget | None = None,
        ask_profile: Callable[[], Path | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self._workbench = workbench
        self._may_send = True
        self._wheel_guard = WheelGuard(self)
        padding = theme.size("padding")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(padding, padding, padding, padding)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, 96)
        self._grid.setColumnMinimumWidth(1, _FIELD_WIDTH)
        self._key_row = KeyRow(workbench, theme)
        self._add_row("Service", self._service_segments())
        self._add_row("API key", self._key_row)
        self._add_line()
        self._build_caps()
        self._add_line()
        self._build_privacy()
        self._add_line()
        self._build_places()
        self._display = DisplayRow(ask_profile)
        self._add_row("Display", self._display)
        self._metadata = QCheckBox("Exports keep the original's EXIF, XMP and IPTC")
        self._metadata.setObjectName("keepMetadata")
        self._grid.addWidget(self._metadata, self._grid.rowCount(), 1)
        self._build_advanced()

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # as high as what it says
        column.addWidget(FittingScroll(self._grid))
        column.addWidget(hairline())
        column.addLayout(self._button_row(padding))
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter belongs to the field it is pressed in
        workbench.desk_changed.connect(self.show_desk)

    def show_desk(self, desk: Desk) -> None:
        self._key_row.show_state(desk.key_text, desk.key_tone)
        if desk.library is not None:
            self._library.setText(desk.library.folder)
        if desk.may_send != self._may_send:
            self._may_send = desk.may_send
            self._never.setChecked(not desk.may_send)

    # Building

    def _service_segments(self) -> QWidget:
        self._practice, self._real = QPushButton("Practice"), QPushButton("Real")
        self._practice.setToolTip("A stand-in that draws: no key, no cost")
        self._real.setToolTip("The service itself: every image is paid for")
        for button in (self._practice, self._real):
            button.setObjectName(f"mode{button.text()}")
        return Segments((self._practice, self._real))

    def _build_caps(self) -> None:
        self._cap = self._make_cap("dailyCap")
        self._cap.valueChanged.connect(self._show_cap_hint)
        self._cap_hint = Words(kind="secondary")
        self._batch_cap = self._make_cap("batchCap")
        self._document_cap = self._make_cap("documentCap")
        self._flights = self._make_count("jobsInFlight", _MOST_IN_FLIGHT)
        self._submits = self._make_count("submitsPerMinute", _MOST_PER_MINUTE)
        for name, box, hint in (
            ("Daily cap", self._cap, self._cap_hint),
            ("Order cap", self._batch_cap, Words("What one click may cost", "secondary")),
            (
                "Picture cap",
                self._document_cap,
                Words("What all edits of one may cost", "secondary"),
            ),
            ("Edits at once", self._flights, Words("A new account may run 3", "secondary")),
            ("Edits a minute", self._submits, Words("A new account may send 10", "secondary")),
        ):
            self._add_row(name, box, hint)
            box.setFixedWidth(96)
            align_figures(box)
            self._wheel_guard.watch(box)

    def _make_cap(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setObjectName(name)
        box.setPrefix("$")
        box.setDecimals(2)
        box.setRange(0, _LARGEST_CAP)
        box.setSpecialValueText("No cap")  # instead of 0
        box.setToolTip("0: no cap")
        return box

    def _make_count(self, name: str, most: int) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(name)
        box.setRange(1, most)
        return box

    def _build_privacy(self) -> None:
        self._delete = QCheckBox("Delete edits at the service once they are safe here")
        self._delete.setObjectName("deleteAfterDownload")
        self._never = QCheckBox("Never send anything from this library")
        self._never.setObjectName("neverSend")
        for box, sentence in ((self._delete, _DELETING), (self._never, _NEVER_SENDING)):
            box.setAccessibleDescription(sentence)
            words = Words(sentence, "secondary", lines=3)
            words.setContentsMargins(_CHECK_INDENT, 0, 0, 0)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(box)
            column.addWidget(words)
            self._grid.addLayout(column, self._grid.rowCount(), 1)
        label = QLabel("Privacy")
        label.setProperty("kind", "heading")
        label.setMinimumHeight(28)
        self._grid.addWidget(label, self._grid.rowCount() - 2, 0, Qt.AlignmentFlag.AlignTop)

    def _build_places(self) -> None:
        self._library = QLineEdit()
        self._library.setObjectName("libraryFolder")
        self._library.setReadOnly(True)
        self._library.setToolTip("Where pictures and results are kept")
        self._add_row("Library", self._library)
        self._copied = QSpinBox()
        self._copied.setObjectName("copyUpTo")
        self._copied.setRange(0, _LARGEST_COPY)
        self._copied.setSuffix(" MB")
        self._copied.setToolTip("A larger original stays where it is and is referred to")
        self._copied.setFixedWidth(96)
        align_figures(self._copied)
        self._wheel_guard.watch(self._copied)
        hint = Words("Larger originals stay where they are", "secondary")
        self._add_row("Copy up to", self._copied, hint)
        self._network = QCheckBox("Open libraries on network shares all the same")
        self._network.setObjectName("allowNetwork")
        self._network.setToolTip("Slower, and only one program at a time may have it open")
        self._grid.addWidget(self._network, self._grid.rowCount(), 1)

    def _build_advanced(self) -> None:
        self._endpoint = QLineEdit()
        self._endpoint.setObjectName("endpoint")
        self._endpoint.setToolTip("Advanced: another address for the same API")
        self._endpoint.textEdited.connect(lambda _: self._check_endpoint())
        self._endpoint_problem = Words(kind="secondary", lines=3)
        self._endpoint_problem.setObjectName("endpointProblem")
        self._add_row("Endpoint", self._endpoint)
        self._grid.addWidget(self._endpoint_problem, self._grid.rowCount(), 1)

    def _button_row(self, padding: int) -> QHBoxLayout:
        save, cancel = QPushButton("Save"), QPushButton("Cancel")
        save.setObjectName("saveSettings")
        cancel.setObjectName("cancelSettings")
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.reject)
        boxes = (
            self._cap,
            self._batch_cap,
            self._document_cap,
            self._flights,
            self._submits,
            self._copied,
        )
        for field in (self._endpoint, *(box.lineEdit() for box in boxes)):
            field.returnPressed.connect(self._save)
        row = QHBoxLayout()
        row.setContentsMargins(padding, 8, padding, 8)
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(save)
        return row

    def _add_row(self, text: str, field: QWidget, hint: Words | None = None) -> None:
        label = QLabel(text)
        label.setProperty("kind", "heading")
        label.setMinimumHeight(28)
        label.setBuddy(field)
        field.setAccessibleName(text)
        row = QHBoxLayout()
        row.setSpacing(8)
        wide = isinstance(field, QLineEdit | KeyRow | DisplayRow)
        row.addWidget(field, 1 if wide else 0)
        if hint is not None:
            row.addWidget(hint, 1)
        elif not wide:
            row.addStretch(1)
        place = self._grid.rowCount()
        self._grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(row, place, 1)

    def _add_line(self) -> None:
        self._grid.addWidget(hairline(), self._grid.rowCount(), 0, 1, 2)

    # Values

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        settings = self._workbench.settings
        self._practice.setChecked(settings.mode == "practice")
        self._real.setChecked(settings.mode == "real")
        self._cap.setValue(settings.daily_cap / USD)
        self._show_cap_hint()
        self._batch_cap.setValue(settings.batch_cap / USD)
        self._document_cap.setValue(settings.document_cap / USD)
        self._flights.setValue(settings.jobs_in_flight)
        self._submits.setValue(settings.submits_per_minute)
        self._copied.setValue(settings.copy_up_to // 1_000_000)
        self._delete.setChecked(settings.delete_after_download)
        self._display.show_choice(settings.display)
        self._metadata.setChecked(settings.keep_metadata)
        self._network.setChecked(settings.allow_network)
        self._never.setChecked(not self._may_send)
        self._endpoint.setText(settings.endpoint)
        if not self._library.text():
            self._library.setText(str(library_folder(os.environ, settings.library)))
        self._check_endpoint()

    def _show_cap_hint(self) -> None:
        self._cap_hint.show_text("Nothing more is sent that day" if self._cap.value() else "")

    def _check_endpoint(self) -> bool:
        good = is_endpoint(self._endpoint.text().strip())
        mark(self._endpoint, "error", not good)
        sentence = "An address that begins with https://, or http:// on this machine."
        self._endpoint_problem.show_text("" if good else sentence)
        self._endpoint_problem.setVisible(not good)
        return good

    def _save(self) -> None:
        if not self._check_endpoint():
            self._endpoint.setFocus()
            return
        settings = self._workbench.settings
        mode = settings.mode
        if self._practice.isChecked():
            mode = "practice"
        elif self._real.isChecked():
            mode = "real"
        wanted = settings._replace(
            mode=mode,
            endpoint=self._endpoint.text().strip().rstrip("/"),
            daily_cap=round(self._cap.value() * USD),
            batch_cap=round(self._batch_cap.value() * USD),
            document_cap=round(self._document_cap.value() * USD),
            jobs_in_flight=self._flights.value(),
            submits_per_minute=self._submits.value(),
            copy_up_to=self._copied.value() * 1_000_000,
            delete_after_download=self._delete.isChecked(),
            display=self._display.choice,
            keep_metadata=self._metadata.isChecked(),
            allow_network=self._network.isChecked(),
        )
        if self._never.isChecked() == self._may_send:
            self._workbench.put_may_send(not self._never.isChecked())
        if wanted != settings:
            self._workbench.set_settings(wanted)
        self.accept()


def is_endpoint(text: str) -> bool:
    """Whether a key may be sent there: https, or plain http that never leaves this machine."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment:
        return False
    if any(letter.isspace() for letter in text):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
