"""Send a plain function away to a Qt thread pool and bring its result home to the GUI thread.

The Dispatcher owns the signal that carries results: a runnable that owned it would have it
destroyed on the pool's thread. Four pools, so that slow Jobs never delay opening a picture.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from kontext_desktop.errors import Cancelled, KontextError

T = TypeVar("T")
Pool = Literal["jobs", "local", "writes", "long"]
"""Steps of Jobs (they speak to the network); decoding, drawing, exporting; small ordered writes;
what goes through a whole library, one after the other."""
Report = Callable[[Any], None]


LOCAL_WAIT = 10.0
"""Seconds that closing waits for local work, an export for instance, that has begun."""


class _Home(NamedTuple):
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
            "writes": QThreadPool(self),
            "long": QThreadPool(self),
        }
        self._pools["jobs"].setMaxThreadCount(jobs)
        self._pools["local"].setMaxThreadCount(local)
        for one_by_one in ("writes", "long"):  # as they were asked for
            self._pools[one_by_one].setMaxThreadCount(1)
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
            except Exception as error:
                # The one place where a bug on a pool thread can still be told to anyone; whoever
                # asked must not wait for ever.
                logging.getLogger(__name__).exception("a mistake on a pool thread")
                self._returned.emit(_Home(self.crashed.emit, traceback.format_exc()))
                home = _Home(failed, _bug(error))
            self._returned.emit(home)

        if self._open:
            # Not QRunnable.create: PySide6 6.11 keeps its wrapper after the runnable is gone, and
            # hands it out for whatever is allocated at the same address next.
            self._pools[pool].start(act)

    def close(self, wait: float) -> bool:
        """Drop jobs' steps and local work that have not begun, wait for what has; True: all is
        still. Writes are all done. Up to `wait` seconds for what speaks to the network, and
        longer for files being written: those end by themselves.
        """
        self._open = False
        self._pools["jobs"].clear()
        self._pools["local"].clear()
        self._pools["long"].clear()
        waits = {"writes": LOCAL_WAIT, "local": LOCAL_WAIT, "long": LOCAL_WAIT, "jobs": wait}
        return all(
            [pool.waitForDone(int(waits[name] * 1000)) for name, pool in self._pools.items()]
        )

    def _bring_home(self, home: _Home) -> None:
        if self._open:
            home.call(home.value)


def _bug(error: Exception) -> KontextError:
    return KontextError(
        "The program made a mistake here; this was not done.",
        "Your work is safe. Please send us the details.",
        repr(error),
    )
