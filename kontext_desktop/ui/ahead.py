"""Load while nobody waits what comes with the first picture: then it would hold up the window.

PySide makes a class when it is first named, and two threads that name classes at once crash it (in
15 of 40 tries; PySide6 6.11.3, Python 3.11). So whatever names them is loaded on the GUI thread, a
little between two events, and no other thread touches PySide beyond what is made already.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial

from PySide6 import QtWidgets
from PySide6.QtCore import QObject, QTimer

_PARTS = (
    *("ui.pixels", "ui.pyramid", "ui.version_rows", "ui.version_view", "ui.version_list"),
    *("ui.frame_words", "ui.frame_controls", "ui.frame_tool", "ui.heat", "ui.comparing"),
    *("ui.contact_sheet", "ui.picking", "ui.navigator", "ui.compare_bar", "ui.gamut", "ui.looking"),
    *("workbench.listing", "framing"),
)


def load_ahead(parent: QObject) -> None:
    """GUI thread. Returns at once; the rest is done in the event loop."""
    steps = _list_steps()
    timer = QTimer(parent)

    def take_step() -> None:
        step = next(steps, None)
        if step is None:
            timer.deleteLater()
        else:
            step()

    timer.timeout.connect(take_step)
    timer.start(0)


def _list_steps() -> Iterator[Callable[[], object]]:
    for name in _PARTS:
        yield partial(importlib.import_module, f"kontext_desktop.{name}")
    # All of these are made at once when PySide is handed a widget that Qt has made, as the first
    # list does: 20 milliseconds.
    for name in dir(QtWidgets):
        yield partial(getattr, QtWidgets, name)
