"""What goes over one of the two ports, as data, and the log of it. Knows nothing of sockets."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from kontext_desktop.practice.faults import Fault

_LOG_ENTRIES = 20_000
_LOG_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request as it came in: header names in lower case, path with its query, body in full."""

    server: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = "application/json"
    retry_after: int | None = None
    """Seconds, said in the head of the answer."""

    @classmethod
    def json(
        cls, status: int, content: Mapping[str, Any], retry_after: int | None = None
    ) -> Answer:
        body = json.dumps(content, ensure_ascii=False).encode()
        return cls(status, body, retry_after=retry_after)

    @classmethod
    def data(cls, data: Any) -> Answer:
        """Success in the service's envelope."""
        return cls.json(200, {"code": 200, "message": "success", "data": data})

    @classmethod
    def error(
        cls,
        status: int,
        message: str = "",
        error_code: int = 0,
        retry_after: int | None = None,
    ) -> Answer:
        """A refusal in the service's envelope; without a message, the status in words."""
        known = next((known.phrase for known in HTTPStatus if known == status), "Unknown Error")
        content: dict[str, Any] = {"code": status, "message": message or known}
        if error_code:
            content["error_code"] = error_code
        return cls.json(status, content, retry_after)


@dataclass(frozen=True, slots=True)
class Call:
    """A request understood: the operation's name for the fault script, and the act itself.

    The act takes the fault meant for it (only a submit has any that change its outcome).
    """

    operation: str
    act: Callable[[Fault | None], Answer]


class RequestLog:
    """The requests of this run on both ports, in order of arrival. Any thread.

    Bounded, because a window may stay open for weeks: the oldest fall away beyond 20,000 entries or
    64 MB of bodies.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[LoggedRequest] = deque()
        self._bytes = 0

    def add(self, request: LoggedRequest) -> None:
        with self._lock:
            self._entries.append(request)
            self._bytes += len(request.body)
            while len(self._entries) > _LOG_ENTRIES or self._bytes > _LOG_BYTES:
                self._bytes -= len(self._entries.popleft().body)

    def list_requests(self) -> list[LoggedRequest]:
        with self._lock:
            return list(self._entries)
