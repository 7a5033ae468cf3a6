"""The connection of the next paid request, made ahead of time: used once, or thrown away.

A paid request goes over a connection of its own, for one that has been used may be dead without a
sign, and then nobody knows what arrived. Making it takes three or four ways to the service and
back, which can be done while the person is still typing. Of the request itself nothing is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx

from kontext_desktop.wavespeed.transport import KEPT, Transport

_RENEWED = KEPT / 2
"""Seconds after which one that is there is replaced all the same: it is to be young when used."""


_Made = tuple[Transport, float, float]
"""With the moment of both clocks when it was connected."""


class Spare:
    """At most one connection to `url`, made within `seconds`. Any thread.

    Its age counts by `now` and by the wall clock: one of them stands still while a machine sleeps,
    and what was connected before is dead after.
    """

    def __init__(
        self,
        url: httpx.URL,
        seconds: float,
        *,
        now: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._url = url
        self._seconds = seconds
        self._now = now
        self._wall = wall
        self._lock = threading.Lock()
        self._closed = False
        self._made: _Made | None = None

    def prepare(self) -> None:
        """Have a young one. Never raises for a service that cannot be reached."""
        with self._lock:
            if self._closed or self._is_younger(_RENEWED):
                return
        transport = Transport(self._now)
        try:
            transport.connect(self._url, self._seconds)
        except httpx.TransportError:
            transport.close()
            return
        self._keep((transport, self._now(), self._wall()))

    def take(self) -> Transport:
        """A transport for one request, connected already if all went well; the caller closes it."""
        with self._lock:
            young, made = self._is_younger(KEPT), self._made
            self._made = None
        if made is not None and young:
            return made[0]
        _close(made)
        return Transport(self._now)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            made, self._made = self._made, None
        _close(made)

    def _keep(self, made: _Made | None) -> None:
        """This one in place of the one before; neither, if all was closed meanwhile."""
        with self._lock:
            if not self._closed:
                self._made, made = made, self._made
        _close(made)

    def _is_younger(self, seconds: float) -> bool:
        if self._made is None:
            return False
        _, now, wall = self._made
        return 0 <= self._now() - now <= seconds and 0 <= self._wall() - wall <= seconds


def _close(made: _Made | None) -> None:
    if made is not None:
        made[0].close()
