"""The workbench's way to the engine: a Studio opened away from here, and errands run over it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from kontext_desktop.dispatch import Dispatcher, Pool, Report
from kontext_desktop.errors import KontextError

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


class _Held:
    """An open Studio, and how many errands are out with it. One that is left is closed by the
    last of them to come to an end, on its thread."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.closed = threading.Event()
        self._lock = threading.Lock()
        self._out = 0
        self._left = False

    def go_out(self) -> None:
        with self._lock:
            self._out += 1

    def come_in(self) -> None:
        with self._lock:
            self._out -= 1
            last = self._left and self._out == 0
        if last:
            try:
                self.studio.close()
            finally:
                self.closed.set()

    def leave(self) -> None:
        """Nothing goes out any more. May close the Studio at once: not for the GUI thread."""
        self.go_out()
        self._left = True
        self.come_in()


class StudioLink(QObject):
    """Lives on the GUI thread. Errands asked for before the Studio is there wait for it; where it
    cannot be opened, each fails with the reason."""

    opened = Signal()
    trouble = Signal(object)
    """KontextError of an errand that names no `failed` of its own"""

    def __init__(self, dispatcher: Dispatcher, parent: QObject) -> None:
        super().__init__(parent)
        self._dispatcher = dispatcher
        self._held: _Held | None = None
        self._left: list[_Held] = []
        """Studios that were left and may still be busy."""
        self._unavailable: KontextError | None = None
        self._waiting: list[Callable[[], None]] = []

    def open(self, build: Callable[[], Studio]) -> None:
        """Build the Studio on a pool thread."""
        self._dispatcher.run(lambda _: build(), self._ready, self._failed)

    def replace(
        self,
        build: Callable[[], Studio],
        done: Callable[[], None],
        failed: Callable[[KontextError], None],
    ) -> None:
        """Open another Studio in place of this one, which stays where that fails.

        What is out with the old one comes to its end there, and brings nothing home any more; then
        that Studio is closed. `done` is called before anything goes out with the new one.
        """

        def built(studio: Studio) -> None:
            held = self._let_go()
            done()
            self._ready(studio)
            if held is not None:
                self._dispatcher.run(lambda _: held.leave(), lambda _: None, self.trouble.emit)

        self._dispatcher.run(lambda _: build(), built, failed)

    def reopen(
        self,
        between: Callable[[], Any],
        build: Callable[[], Studio],
        done: Callable[[Any], None],
        failed: Callable[[KontextError], None],
        lost: Callable[[], None],
    ) -> None:
        """Close the Studio, do something that needs the library closed, and open it again, also
        where that failed. `done` or `failed` is called before anything goes out again, `lost` where
        the Studio cannot be opened any more."""
        held = self._let_go()

        def work(_: Report) -> tuple[Any, KontextError | None, Studio]:
            result, error = None, None
            if held is not None:
                held.leave()
                held.closed.wait()  # each errand that is still out has an end
            try:
                result = between()
            except KontextError as trouble:
                error = trouble
            return result, error, build()

        def built(answer: tuple[Any, KontextError | None, Studio]) -> None:
            result, error, studio = answer
            done(result) if error is None else failed(error)
            self._ready(studio)

        def unavailable(error: KontextError) -> None:
            lost()
            self._failed(error)

        self._dispatcher.run(work, built, unavailable, pool="long")

    def _let_go(self) -> _Held | None:
        """Errands wait for the next Studio from now on."""
        held, self._held = self._held, None
        if held is not None:
            self._left.append(held)
        return held

    def run(
        self,
        work: Callable[[Studio], Any],
        done: Callable[[Any], None] = lambda _: None,
        failed: Callable[[KontextError], None] | None = None,
        *,
        pool: Pool = "local",
    ) -> None:
        """Call `work(studio)` away from here, then `done(result)` or `failed(error)` here."""
        self.run_reporting(lambda studio, _: work(studio), done, failed, pool=pool)

    def run_reporting(
        self,
        work: Callable[[Studio, Report], Any],
        done: Callable[[Any], None],
        failed: Callable[[KontextError], None] | None = None,
        *,
        progressed: Report | None = None,
        pool: Pool = "local",
    ) -> None:
        """The same for work that reports on the way."""
        held, failed = self._held, failed or self.trouble.emit
        if self._unavailable is not None:
            failed(self._unavailable)
        elif held is None:
            self._waiting.append(
                lambda: self.run_reporting(work, done, failed, progressed=progressed, pool=pool)
            )
        else:
            self._send(held, work, done, failed, progressed, pool)

    def _send(
        self,
        held: _Held,
        work: Callable[[Studio, Report], Any],
        done: Callable[[Any], None],
        failed: Callable[[KontextError], None],
        progressed: Report | None,
        pool: Pool,
    ) -> None:
        def act(report: Report) -> Any:
            try:
                return work(held.studio, report)
            finally:
                held.come_in()

        def home(call: Callable[[Any], None]) -> Callable[[Any], None]:
            """What an errand of a Studio that was left brings home concerns nobody here."""
            return lambda value: call(value) if held is self._held else None

        held.go_out()
        self._dispatcher.run(
            act,
            home(done),
            home(failed),
            progressed=home(progressed) if progressed is not None else None,
            pool=pool,
        )

    def run_apart(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Call `work()` away from here, then `done(result)` here: no Studio is needed for it."""
        self._dispatcher.run(lambda _: work(), done, self.trouble.emit)

    def close(self, wait: float, last: Callable[[Studio], None]) -> bool:
        """Wait up to `wait` seconds for what is away, then do `last` here and close the Studio.

        False when a thread did not come to rest: the Studio is left open for it.
        """
        still = self._dispatcher.close(wait)
        if still:
            for left in self._left:
                left.studio.close()  # one whose errands were dropped; again does nothing
        if self._held is not None:
            try:
                last(self._held.studio)
            finally:
                if still:
                    self._held.studio.close()
        return still

    @property
    def is_open(self) -> bool:
        return self._held is not None

    @property
    def reading_only(self) -> bool:
        """Whether the library that is open can only be read."""
        return self._held is not None and self._held.studio.library.reading_only

    def _ready(self, studio: Studio) -> None:
        self._unavailable = None
        self._held = _Held(studio)
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()
        self.opened.emit()

    def _failed(self, error: KontextError) -> None:
        # Told once: each errand that waited would only say the same again.
        self._unavailable = error
        self._waiting.clear()
        self.trouble.emit(error)
