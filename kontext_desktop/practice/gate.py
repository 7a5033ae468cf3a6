"""How many submits an account gets through, as its tier allows."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kontext_desktop.practice.book import Book
from kontext_desktop.practice.predictions import Predictions

_MINUTE = 60.0


class TooMany(Exception):
    """No place now. `retry_after`: the seconds until there is one, where that is known."""

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Gate:
    """Lets submits through one after another, so that none slips in between. Any thread."""

    def __init__(
        self,
        book: Book,
        predictions: Predictions,
        *,
        in_flight_limit: int | None,
        per_minute: int | None,
        now: Callable[[], float],
    ) -> None:
        self._book = book
        self._predictions = predictions
        self._in_flight_limit = in_flight_limit
        self._per_minute = per_minute
        self._now = now
        self._lock = threading.Lock()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Holds the place while a submit is accepted. Raises TooMany when there is none."""
        with self._lock:
            self._check_minute()
            self._check_in_flight()
            yield

    def _check_minute(self) -> None:
        limit, now = self._per_minute, self._now()
        if limit is None:
            return
        recent = [a.at for a in self._book.list_accepted() if a.at > now - _MINUTE]
        if len(recent) >= limit:
            wait = recent[-limit] + _MINUTE - now if limit else _MINUTE
            raise TooMany(f"too many requests: at most {limit} images a minute", math.ceil(wait))

    def _check_in_flight(self) -> None:
        if self._in_flight_limit is None:
            return
        statuses = (
            self._predictions.get_status(prediction, 0)[1]
            for prediction in self._predictions.list_newest()
        )
        if sum(s not in ("completed", "failed") for s in statuses) >= self._in_flight_limit:
            raise TooMany(f"too many concurrent tasks: at most {self._in_flight_limit} at once")
