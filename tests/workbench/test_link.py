"""One Studio in the place of another: nothing of the first is lost, none of it comes home."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.errors import LibraryError
from kontext_desktop.workbench.link import StudioLink


class Fake:
    """As far as a link looks at a Studio."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = threading.Event()
        self.library = SimpleNamespace(reading_only=False)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def link(qtbot: QtBot) -> Iterator[StudioLink]:
    parent = QObject()
    link = StudioLink(Dispatcher(2, parent=parent), parent)
    yield link
    assert link.close(5, lambda _: None)
    parent.deleteLater()


def begin(link: StudioLink, qtbot: QtBot, studio: Fake) -> None:
    with qtbot.waitSignal(link.opened):
        link.open(lambda: studio)  # type: ignore[arg-type, return-value]


def test_the_one_before_is_closed_by_the_last_that_was_out_and_brings_nothing_home(
    link: StudioLink, qtbot: QtBot
) -> None:
    first, second = Fake("first"), Fake("second")
    begin(link, qtbot, first)
    go_on, ended, home = threading.Event(), threading.Event(), []  # type: ignore[var-annotated]

    def slow(studio: Any) -> str:
        assert go_on.wait(10)
        assert not studio.closed.is_set(), "it is still needed"
        ended.set()
        return "of the first"

    link.run(slow, home.append, home.append)
    with qtbot.waitSignal(link.opened):
        link.replace(lambda: second, lambda: None, home.append)  # type: ignore[arg-type, return-value]
    link.run(lambda studio: studio.name, home.append)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: home == ["second"])
    assert not first.closed.is_set()
    go_on.set()
    qtbot.waitUntil(lambda: first.closed.is_set())
    assert ended.is_set()
    qtbot.wait(50)
    assert home == ["second"]
    assert not second.closed.is_set()


def test_where_the_next_cannot_be_opened_the_present_one_stays(
    link: StudioLink, qtbot: QtBot
) -> None:
    first = Fake("first")
    begin(link, qtbot, first)
    home: list[Any] = []

    def refuse() -> Any:
        raise LibraryError("It is taken.")

    link.replace(refuse, lambda: home.append("done"), home.append)
    qtbot.waitUntil(lambda: bool(home))
    assert home[0].message == "It is taken."
    link.run(lambda studio: studio.name, home.append)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: home[1:] == ["first"])
    assert not first.closed.is_set()


def test_between_closing_and_opening_again_nobody_holds_it_and_errands_wait(
    link: StudioLink, qtbot: QtBot
) -> None:
    first, again = Fake("first"), Fake("again")
    begin(link, qtbot, first)
    home: list[Any] = []

    def between() -> str:
        assert first.closed.is_set()
        raise LibraryError("No such backup.")

    link.reopen(
        between,
        lambda: again,  # type: ignore[arg-type, return-value]
        lambda _: home.append("done"),
        lambda error: home.append(error.message),
        lambda: home.append("lost"),
    )
    link.run(lambda studio: studio.name, home.append)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: home == ["No such backup.", "again"])


def test_a_studio_that_cannot_be_opened_again_is_said_once(link: StudioLink, qtbot: QtBot) -> None:
    begin(link, qtbot, Fake("first"))
    home: list[Any] = []
    link.trouble.connect(lambda error: home.append(error.message))

    def refuse() -> Any:
        raise LibraryError("It is gone.")

    link.reopen(lambda: None, refuse, home.append, home.append, lambda: home.append("lost"))
    qtbot.waitUntil(lambda: home == ["lost", "It is gone."])
    link.run(lambda studio: studio, home.append, lambda error: home.append(error.message))
    assert home[-1] == "It is gone."
