"""The account at the chosen service: its balance, and money that is to come back. Asked seldom,
away from here, and never in anybody's way: what cannot be found out is just not shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_desktop.errors import KontextError
from kontext_desktop.workbench.link import StudioLink

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.model import Job, Origin

BALANCE_EVERY = 300.0
"""Seconds between two questions for the balance, at least."""
REFUNDS_EVERY_MS = 15 * 60_000


class Looked(NamedTuple):
    """`balance` None: not known. `refunds`: how each stands that is expected, overdue or seen, by
    Job. `changed`: Jobs whose refund has come."""

    origin: Origin
    balance: int | None
    refunds: dict[str, str]
    changed: list[Job]


class Account(QObject):
    changed = Signal()
    refunded = Signal(object)
    """list[Job] whose money has come back"""

    def __init__(self, link: StudioLink, now: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._now = now
        self._origin: Origin | None = None
        self._asked_at: float | None = None
        self.balance: int | None = None
        self.balance_at = 0.0
        self.refunds: dict[str, str] = {}
        self._refund_tick = QTimer(self, interval=REFUNDS_EVERY_MS)
        self._refund_tick.timeout.connect(lambda: self._look(False, True))
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(lambda: self._look(True, False))

    def begin(self, origin: Origin | None) -> None:
        """This is the service from now on; asked for everything when it was another before."""
        if origin == self._origin:
            self.count()
            return
        self.forget()
        self._origin = origin
        self._look(True, True)

    def forget(self) -> None:
        """What is known is of another account."""
        self._origin, self._asked_at, self.balance, self.refunds = None, None, None, {}
        self._later.stop()

    def count(self) -> None:
        """Something was charged, or is no longer: look at what is written down, and ask for the
        balance unless that was asked just now."""
        wait = 0.0
        if self._asked_at is not None:
            wait = BALANCE_EVERY - (self._now() - self._asked_at)
        due = not 0 < wait <= BALANCE_EVERY  # a clock that was set back must not stop it
        if not due and not self._later.isActive():
            self._later.start(round(wait * 1000))
        self._look(due, False)

    def stop(self) -> None:
        self._refund_tick.stop()
        self._later.stop()

    def _look(self, balance: bool, refunds: bool) -> None:
        if balance:
            self._asked_at = self._now()
            self._later.stop()
        self._link.run(
            lambda studio: _look(studio, balance, refunds), self._take, _log, pool="jobs"
        )

    def _take(self, looked: Looked) -> None:
        if looked.origin != self._origin:
            return  # another service was chosen meanwhile
        if looked.balance is not None:
            self.balance, self.balance_at = looked.balance, self._now()
        self.refunds = looked.refunds
        waits = "expected" in self.refunds.values() or "overdue" in self.refunds.values()
        if waits != self._refund_tick.isActive():
            self._refund_tick.start() if waits else self._refund_tick.stop()
        if looked.changed:
            self.refunded.emit(looked.changed)
        self.changed.emit()


def _look(studio: Studio, balance: bool, refunds: bool) -> Looked:
    """On a pool thread. Practice money is no money: its balance is not asked for."""
    from kontext_desktop.engine import refunds as coming_back

    service = studio.get_service()
    changed: list[Job] = []
    amount = None
    try:
        if refunds:
            changed = coming_back.check(studio, service)
        if balance and not service.origin.practice:
            amount = service.client.get_balance()
    except KontextError as error:
        _log(error)
    now = studio.now()
    known = {
        charge.job_id: coming_back.describe(charge, now)
        for charge in studio.library.list_charges(now - 8 * 86_400.0)
        if charge.origin == service.origin
    }
    standing: dict[str, str] = {job_id: state for job_id, state in known.items() if state}
    return Looked(service.origin, amount, standing, changed)


def _log(error: KontextError) -> None:
    logging.getLogger(__name__).info("%s %s", error.message, error.detail)
