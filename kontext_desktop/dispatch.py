"""Send a plain function away to a Qt thread pool and bring its result home to the GUI thread.

The Dispatcher owns the signal that carries results: a runnable that owned it would have it
destroyed on the pool's thread. Two pools, so that slow Jobs never delay opening a picture.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from kontext_desktop.errors import Cancelled, KontextError

T = TypeVar("T")
Pool = Literal["jobs", "local"]
Report = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class _Home:
    """Something on its way back: what to call on the GUI thread, and with what."""

    call: Callable[[Any], None]
    value: object


class Dispatcher(QObject):
    crashed = Signal(str)
    """A bug: the stack of an exception outside the error tree, as text."""
    _returned = Signal(object)

    def __init__(self, jobs: int, local: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[Pool, QThreadPool] = {
            "jobs": QThreadPool(self),
            "local": QThreadPool(self),
        }
        self._pools["jobs"].setMaxThreadCount(jobs)
        self._pools["local"].setMaxThreadCount(local)
        self._open = True
        self._returned.connect(self._bring_home, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[Report], T],
        done: Callable[[T], None],
        failed: Callable[[KontextError], None],
        *,
        progressed: Report | None = None,
        pool: Pool = "local",
    ) -> None:
        """Call `work(report)` on a pool thread, then `done(result)` or `failed(error)` here.

        `work` gets what it needs as values, snapshotted by the caller. Each `report(value)` arrives
        as `progressed(value)`. After `close` nothing is called any more.
        """

        def report(value: object) -> None:
            if progressed is not None:
                self._returned.emit(_Home(progressed, value))

        def act() -> None:
            try:
                home = _Home(done, work(report))
            except Cancelled:
                return
            except KontextError as error:
                home = _Home(failed, error)
            except Exception:
                # The one place where a bug on a pool thread can still be told to anyone.
                home = _Home(self.crashed.emit, traceback.format_exc())
            self._returned.emit(home)

        if self._open:
            # Not QRunnable.create: PySide6 6.11 keeps its wrapper after the runnable is gone, and
            # hands it out for whatever is allocated at the same address next.
            self._pools[pool].start(act)

    def close(self, wait: float) -> bool:
        """Drop what has not begun, wait up to `wait` seconds for the rest. True: all is still."""
        self._open = False
        for pool in self._pools.values():
            pool.clear()
        milliseconds = int(wait * 1000 / len(self._pools))
        return all([pool.waitForDone(milliseconds) for pool in self._pools.values()])

    def _bring_home(self, home: _Home) -> None:
        if self._open:
            home.call(home.value)
