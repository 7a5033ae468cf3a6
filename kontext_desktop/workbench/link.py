"""The workbench's way to the engine: a Studio opened away from here, and errands run over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from kontext_desktop.dispatch import Dispatcher, Pool, Report
from kontext_desktop.errors import KontextError

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


class StudioLink(QObject):
    """Lives on the GUI thread. Errands asked for before the Studio is there wait for it; where it
    cannot be opened, each fails with the reason."""

    opened = Signal()
    trouble = Signal(object)
    """KontextError of an errand that names no `failed` of its own"""

    def __init__(self, dispatcher: Dispatcher, parent: QObject) -> None:
        super().__init__(parent)
        self._dispatcher = dispatcher
        self._studio: Studio | None = None
        self._unavailable: KontextError | None = None
        self._waiting: list[Callable[[], None]] = []

    def open(self, build: Callable[[], Studio]) -> None:
        """Build the Studio on a pool thread."""
        self._dispatcher.run(lambda _: build(), self._ready, self._failed)

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
        studio, failed = self._studio, failed or self.trouble.emit
        if self._unavailable is not None:
            failed(self._unavailable)
        elif studio is None:
            self._waiting.append(
                lambda: self.run_reporting(work, done, failed, progressed=progressed, pool=pool)
            )
        else:
            self._dispatcher.run(
                lambda report: work(studio, report),
                done,
                failed,
                progressed=progressed,
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
        if self._studio is not None:
            try:
                last(self._studio)
            finally:
                if still:
                    self._studio.close()
        return still

    @property
    def is_open(self) -> bool:
        return self._studio is not None

    def _ready(self, studio: Studio) -> None:
        self._studio = studio
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()
        self.opened.emit()

    def _failed(self, error: KontextError) -> None:
        # Told once: each errand that waited would only say the same again.
        self._unavailable = error
        self._waiting.clear()
        self.trouble.emit(error)
