"""What is done about the open picture beyond editing it, by menu: written out, marked, found."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtWidgets import QWidget

from kontext_desktop.ui.ask import Ask
from kontext_desktop.workbench import Desk, Workbench


def export(workbench: Workbench, ask: Ask, desk: Desk, window: QWidget) -> None:
    if desk.document is None:
        return
    source = desk.document.source_path
    folder = Path(source).parent if source else Path.home()
    target = ask.place_to_write(window, folder / workbench.exports.propose_name())
    if target is not None:
        workbench.exports.write(desk.shown_version_id, target, force=True)


def save_charges(workbench: Workbench, ask: Ask, desk: Desk, window: QWidget) -> None:
    proposed = Path.home() / time.strftime("kontext-charges-%Y-%m-%d.csv")
    target = ask.place_to_save(window, "Save charges", proposed, "Table (*.csv)")
    if target is not None:
        workbench.exports.save_charges(target)


def ask_client(workbench: Workbench, ask: Ask, desk: Desk, window: QWidget) -> None:
    if desk.document is None:
        return
    question = "Whom this picture is for (stands beside its charges):"
    client = ask.words(window, "Client", question, desk.document.client)
    if client is not None:
        workbench.put_client(client)


def put_never_send(workbench: Workbench, ask: Ask, desk: Desk, window: QWidget) -> None:
    if desk.document is not None:
        workbench.put_never_send(not desk.document.never_send)


def find_original(workbench: Workbench, ask: Ask, desk: Desk, window: QWidget) -> None:
    """The person shows where a file that was too large to be copied has gone."""
    if desk.document is not None:
        source = Path(desk.document.source_path)
        folder = source.parent if source.name else Path.home()
        place = ask.picture_to_open(window, folder)
        if place is not None:
            workbench.relocate(place)
