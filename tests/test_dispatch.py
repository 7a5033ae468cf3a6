from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.errors import Cancelled, KontextError, LibraryError


@pytest.fixture
def dispatcher(qtbot: QtBot) -> Iterator[Dispatcher]:
    made = Dispatcher(jobs=2, local=1)
    yield made
    assert made.close(5)


def test_work_is_done_elsewhere_and_its_result_comes_home(
    qtbot: QtBot, dispatcher: Dispatcher
) -> None:
    threads: list[object] = []
    homes: list[tuple[object, object]] = []

    def work(report: object) -> int:
        threads.append(threading.current_thread())
        return 7

    dispatcher.run(work, lambda value: homes.append((value, QThread.currentThread())), pytest.fail)
    qtbot.waitUntil(lambda: bool(homes))
    application = QCoreApplication.instance()
    assert application is not None
    assert homes == [(7, application.thread())]
    assert threads[0] is not threading.main_thread()


def test_progress_arrives_before_the_result_and_in_order(
    qtbot: QtBot, dispatcher: Dispatcher
) -> None:
    said: list[object] = []
    dispatcher.run(
        lambda report: [report(number) for number in range(100)] and "end",
        said.append,
        pytest.fail,
        progressed=said.append,
    )
    qtbot.waitUntil(lambda: said[-1:] == ["end"])
    assert said == [*range(100), "end"]


def test_an_error_of_the_tree_is_a_value_and_a_bug_is_told_with_its_stack(
    qtbot: QtBot, dispatcher: Dispatcher
) -> None:
    errors: list[KontextError] = []
    stacks: list[str] = []
    dispatcher.crashed.connect(stacks.append)

    def refuse(report: object) -> None:
        raise LibraryError("No.", "Next.")

    def bug(report: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    dispatcher.run(refuse, pytest.fail, errors.append)
    dispatcher.run(bug, pytest.fail, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 2 and bool(stacks))
    assert errors[0].message == "No."
    assert "mistake" in errors[1].message, "whoever asked must not wait for ever"
    assert "a mistake of ours" in stacks[0]
    assert "in bug" in stacks[0]


def test_what_was_cancelled_says_nothing(qtbot: QtBot, dispatcher: Dispatcher) -> None:
    done: list[object] = []

    def give_up(report: object) -> None:
        raise Cancelled

    dispatcher.run(give_up, pytest.fail, pytest.fail)
    dispatcher.run(lambda report: 1, done.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(done))


def test_slow_jobs_never_delay_local_work(qtbot: QtBot, dispatcher: Dispatcher) -> None:
    release = threading.Event()
    ended: list[str] = []
    for _ in range(5):
        dispatcher.run(
            lambda report: release.wait(10), lambda _: ended.append("job"), pytest.fail, pool="jobs"
        )
    dispatcher.run(lambda report: "local", ended.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == ["local"]
    release.set()
    qtbot.waitUntil(lambda: len(ended) == 6)


def test_after_closing_nothing_is_called_and_what_waited_is_dropped(qtbot: QtBot) -> None:
    dispatcher = Dispatcher(jobs=1, local=1)
    release, begun = threading.Event(), threading.Event()
    ran: list[int] = []

    def slow(report: object) -> None:
        begun.set()
        release.wait(10)

    dispatcher.run(slow, pytest.fail, pytest.fail, pool="jobs")
    dispatcher.run(lambda report: ran.append(1), pytest.fail, pytest.fail, pool="jobs")
    assert begun.wait(10)
    assert not dispatcher.close(0.05)
    release.set()
    assert dispatcher.close(10)
    QCoreApplication.processEvents()
    assert ran == []


def test_work_leaves_no_stale_wrapper_behind(qtbot: QtBot) -> None:
    """What is allocated where a runnable was must not be taken for it (PySide6 6.11)."""
    dispatcher = Dispatcher(jobs=2, local=2)
    done: list[object] = []
    for _ in range(30):
        for _ in range(40):
            dispatcher.run(lambda report: None, done.append, pytest.fail)
        qtbot.waitUntil(lambda: len(done) % 40 == 0)
        fields = [QPlainTextEdit() for _ in range(10)]
        for field in fields:
            assert isinstance(field.document(), QTextDocument)
    assert dispatcher.close(10)


def test_what_was_to_be_written_is_written_before_closing_ends(qtbot: QtBot) -> None:
    dispatcher = Dispatcher(jobs=1, local=1)
    written: list[int] = []
    for number in range(50):
        dispatcher.run(
            lambda report, number=number: written.append(number),
            lambda _: None,
            pytest.fail,
            pool="writes",
        )
    assert dispatcher.close(1)
    assert written == list(range(50))
