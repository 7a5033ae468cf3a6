"""Looking after the library: what it takes, checking and mending, backups, packing and unpacking.

One long act at a time, on a thread of its own; each says how far it is, and most can be stopped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from kontext_desktop.dispatch import Report
from kontext_desktop.errors import Cancelled, KontextError
from kontext_desktop.model import Progress
from kontext_desktop.workbench import care_errands as errands
from kontext_desktop.workbench.care_errands import Health
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Notice, Tone, Work

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

_SELDOM = 0.05
"""Seconds between two reports of progress that are shown, at least."""
_STOPPED = object()


class Upkeep(QObject):
    working = Signal(object)
    """Work that is under way, and how far it is; None: nothing (any more)"""
    surveyed = Signal(object)
    """Survey"""
    checked = Signal(object)
    """Health"""
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""
    unpacked = Signal(object)
    """TakenIn"""

    def __init__(
        self,
        link: StudioLink,
        open_studio: Callable[[Path], Studio],
        leave: Callable[[], None],
        come_back: Callable[[], None],
        parent: QObject,
    ) -> None:
        """`leave` forgets what is known of the library before it is closed for a while, and
        `come_back` begins with it anew."""
        super().__init__(parent)
        self._link, self._open_studio = link, open_studio
        self._leave, self._come_back = leave, come_back
        self._stop = threading.Event()
        self.work: Work | None = None

    # ---- what there is

    def survey(self) -> None:
        """Measure what the library takes; `surveyed` brings it."""
        self._link.run(errands.survey, self.surveyed.emit, self.failed.emit)

    # ---- long acts

    def stop(self) -> None:
        """Stop what is under way, where it can be; nothing half done is left."""
        self._stop.set()

    def check(self) -> None:
        """Look for damage in all records and files."""
        self._begin("Checking", lambda studio, report: errands.check(studio, report), self._take)

    def repair(self) -> None:
        """Check, and mend what can be mended, after a backup."""

        def done(health: Health) -> None:
            self._take(health)
            self.survey()

        self._begin("Mending", errands.repair, done, can_stop=False)

    def back_up(self) -> None:
        def done(name: str) -> None:
            self.told.emit(Notice(Tone.GOOD, f"Backed up: {name}."))
            self.survey()

        self._begin("Backing up", lambda studio, _: errands.back_up(studio), done, can_stop=False)

    def remove_garbage(self) -> None:
        def done(sentence: str) -> None:
            self.told.emit(Notice(Tone.GOOD, sentence))
            self.survey()

        self._begin("Tidying", lambda studio, _: errands.tidy(studio), done, can_stop=False)

    def restore(self, folder: str, backup: Path) -> None:
        """Put a backup in the place of the records; the present ones are kept. The library in
        `folder` is closed for it, and opened again."""
        if self.work is not None:
            return

        def over(notice: Notice) -> None:
            self._end()
            self._come_back()
            self.told.emit(notice)

        def failed(error: KontextError) -> None:
            self._end()
            self._come_back()
            self.failed.emit(error)

        self._leave()
        self._show(Work("Putting the backup in place", 0, 0, False))
        self._link.reopen(
            lambda: errands.restore(Path(folder), backup),
            lambda: self._open_studio(Path(folder)),
            over,
            failed,
            self._end,
        )

    def pack(self, document_ids: tuple[str, ...], target: Path, *, originals: bool) -> None:
        """Write these documents, or with none the whole library, to one file."""

        def done(sentence: str) -> None:
            self.told.emit(Notice(Tone.GOOD, sentence))

        self._begin(
            "Packing",
            lambda studio, report: errands.pack(studio, document_ids, target, originals, report),
            done,
        )

    def unpack(self, source: Path) -> None:
        """Take in what was packed elsewhere: all or nothing."""

        def done(found: errands.TakenIn) -> None:
            self.told.emit(Notice(Tone.GOOD, found.sentence))
            self.unpacked.emit(found)

        self._begin(
            "Unpacking", lambda studio, report: errands.unpack(studio, source, report), done
        )

    # ---- inside

    def _begin(
        self,
        text: str,
        act: Callable[[Studio, Report], Any],
        done: Callable[[Any], None],
        *,
        can_stop: bool = True,
    ) -> None:
        if self.work is not None:
            self.told.emit(Notice(Tone.PLAIN, f"{self.work.text}: wait for that, or stop it."))
            return
        stop = self._stop = threading.Event()

        def work(studio: Studio, report: Report) -> Any:
            shown = 0.0

            def tell(progress: Progress) -> None:
                nonlocal shown
                if stop.is_set() and can_stop:
                    raise Cancelled
                now = time.monotonic()
                if now - shown >= _SELDOM:
                    shown = now
                    report(progress)

            try:
                return act(studio, tell)
            except Cancelled:
                return _STOPPED

        def home(result: Any) -> None:
            self._end()
            if result is not _STOPPED:
                done(result)

        def failed(error: KontextError) -> None:
            self._end()
            self.failed.emit(error)

        def progressed(progress: Progress) -> None:
            if self.work is not None:
                text = progress.text[:1].upper() + progress.text[1:]
                self._show(Work(text, progress.done, progress.total, can_stop))

        self._show(Work(text, 0, 0, can_stop))
        self._link.run_reporting(work, home, failed, progressed=progressed, pool="long")

    def _take(self, health: Health) -> None:
        self.checked.emit(health)

    def _show(self, work: Work | None) -> None:
        self.work = work
        self.working.emit(work)

    def _end(self) -> None:
        self._show(None)
