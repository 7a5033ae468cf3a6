"""The practice service as a whole: two ports, a folder, and what tests may look at.

It may be started by the engine or alone in a process; it knows neither the client nor the library.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from kontext_desktop.errors import ServiceError
from kontext_desktop.practice.api import Api
from kontext_desktop.practice.billing import Billing
from kontext_desktop.practice.book import Accepted, Book
from kontext_desktop.practice.exchange import LoggedRequest, RequestLog
from kontext_desktop.practice.faults import FaultScript
from kontext_desktop.practice.gate import Gate
from kontext_desktop.practice.habits import Habits
from kontext_desktop.practice.listener import Listener
from kontext_desktop.practice.painter import paint, paint_plainly
from kontext_desktop.practice.predictions import Predictions
from kontext_desktop.practice.storage import Storage


@dataclass(frozen=True, slots=True)
class _Running:
    book: Book
    predictions: Predictions
    api: Listener
    storage: Listener


class PracticeService:
    """The stand-in: starts and closes once; any thread.

    `folder` keeps predictions, uploads, outputs and the ledger; a later service on the same folder
    goes on with them. `seconds` is how long a prediction takes, `retention` how long results are
    kept, `now` the clock of both. With `announces`, GET / on the API port says that this is
    practice. With `plainly`, outputs are a little noise, for tests.
    A port of 0 means the one of the last run if it is still free, so that URLs a client has kept
    stay good, else any. The rest is said at `Habits`; a forbidden operation that does not
    exist is a ValueError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        storage_port: int = 0,
        seconds: float = 3.0,
        retention: float = 7 * 86400,
        now: Callable[[], float] = time.time,
        announces: bool = True,
        plainly: bool = False,
        refund_after: float = 0.0,
        listing_lag: float = 0.0,
        echoes: bool = False,
        forbidden: frozenset[str] = frozenset(),
        in_flight_limit: int | None = None,
        per_minute: int | None = None,
    ) -> None:
        self._folder = folder
        self._ports = (port, storage_port)
        self._seconds = seconds
        self._retention = retention
        self._now = now
        self._announces = announces
        self._painter = paint_plainly if plainly else paint
        self._habits = Habits(
            refund_after=refund_after,
            listing_lag=listing_lag,
            echoes=echoes,
            forbidden=forbidden,
            in_flight_limit=in_flight_limit,
            per_minute=per_minute,
        )
        self._log = RequestLog()
        self._closing = threading.Event()
        self._running: _Running | None = None
        self.faults = FaultScript()

    def start(self) -> None:
        """Returns when both ports listen. Raises ServiceError when a port is taken or the folder
        cannot be used."""
        book = self._open_book()
        last = book.find_ports()
        with ExitStack() as undo:
            api_listener = self._listen("api", self._ports[0], last[0])
            undo.callback(api_listener.close)
            storage_listener = self._listen("storage", self._ports[1], last[1])
            undo.callback(storage_listener.close)
            book.put_ports(api_listener.server_port, storage_listener.server_port)
            self._serve(book, api_listener, storage_listener)
            undo.pop_all()

    def _serve(self, book: Book, api_listener: Listener, storage_listener: Listener) -> None:
        predictions = Predictions(
            book,
            painter=self._painter,
            seconds=self._seconds,
            retention=self._retention,
            now=self._now,
            closing=self._closing,
        )
        storage = Storage(
            book, predictions, storage_listener.url, retention=self._retention, now=self._now
        )
        habits = self._habits
        api = Api(
            predictions,
            storage,
            Billing(book, predictions, refund_after=habits.refund_after, now=self._now),
            Gate(
                book,
                predictions,
                in_flight_limit=habits.in_flight_limit,
                per_minute=habits.per_minute,
                now=self._now,
            ),
            habits,
            url=api_listener.url,
            announces=self._announces,
            now=self._now,
        )
        predictions.resume()
        storage.forget_expired()
        storage_listener.start(storage.route)
        api_listener.start(api.route)
        self._running = _Running(book, predictions, api_listener, storage_listener)

    def close(self) -> None:
        """End every connection and join every thread; a picture being painted is finished first.
        Closing again does nothing."""
        running = self._running
        if running is None or self._closing.is_set():
            return
        self._closing.set()
        running.predictions.close()
        running.api.close()
        running.storage.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The API's base URL, "http://127.0.0.1:PORT"."""
        return self._get_running().api.url

    @property
    def storage_url(self) -> str:
        """The base URL of uploads and outputs."""
        return self._get_running().storage.url

    @property
    def ledger(self) -> list[Accepted]:
        """The accepted submits of all runs on this folder, in order."""
        return self._get_running().book.list_accepted()

    @property
    def requests(self) -> list[LoggedRequest]:
        """The requests of this run on both ports, in order of arrival."""
        return self._log.list_requests()

    def _get_running(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the practice service has not been started")
        return self._running

    def _open_book(self) -> Book:
        try:
            return Book(self._folder)
        except (OSError, ValueError, TypeError) as error:
            raise ServiceError(
                f"The practice service cannot use its folder {self._folder}.",
                "Check that the folder is yours, or move it away to begin anew.",
                str(error),
            ) from error

    def _listen(self, name: str, port: int, last: int) -> Listener:
        """A listener on `port`; for 0 on the last run's, else on any."""
        try:
            return self._bind(name, port or last)
        except OSError as error:
            if port:
                raise ServiceError(
                    f"Port {port} on this machine is already in use.",
                    "Choose another port, or stop the program that listens there.",
                    str(error),
                ) from error
            return self._bind(name, 0)

    def _bind(self, name: str, port: int) -> Listener:
        return Listener(
            name, port, log=self._log, faults=self.faults, now=self._now, closing=self._closing
        )
