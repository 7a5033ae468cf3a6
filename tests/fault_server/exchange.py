"""One request and what becomes of it: the few verbs of which every fault is made."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from fault_server.wire import END_OF_HEAD, Arrival, Reply, Wire, status_line

JSON = "application/json"


class Stage(Protocol):
    """The server, as far as a fault may use it."""

    @property
    def url(self) -> str: ...
    @property
    def storage_url(self) -> str: ...
    @property
    def elsewhere_url(self) -> str: ...


@dataclass(slots=True)
class Connection:
    """One client's connection. `end` may be called from any thread."""

    wire: Wire
    ended: threading.Event = field(default_factory=threading.Event)
    upstream: Wire | None = None

    def end(self) -> None:
        self.ended.set()
        for wire in (self.wire, self.upstream):
            if wire is not None:
                wire.shut()


class Exchange:
    """A request waiting for its answer.

    A connection whose exchange ended with `pass_on`, `reply` or `answer` alone may be used again;
    any other ends with its exchange. A fault at accept has an exchange without a request.
    """

    def __init__(
        self,
        stage: Stage,
        connection: Connection,
        request: Arrival,
        act: Callable[[Arrival, Connection], Reply],
        again: Callable[[Any], None],
    ) -> None:
        self.stage = stage
        self.request = request
        self.again = again
        """Spoil the next call of this operation, too."""
        self.answered_whole = False
        self._connection = connection
        self._act = act
        self._body_read = False

    @property
    def own_url(self) -> str:
        """The base URL of the port this came in by."""
        return self.stage.url if self.request.door == "api" else self.stage.storage_url

    @property
    def ended(self) -> bool:
        """Whether the server ended the connection."""
        return self._connection.ended.is_set()

    def read_body(self) -> None:
        if not self._body_read:
            self._body_read = True
            self.request.body = self._connection.wire.read(self.request.length)
            if len(self.request.body) < self.request.length:
                raise ConnectionAbortedError("the client went away in the middle of its request")

    def forward(self) -> Reply:
        """Let the service act, and have its reply."""
        self.read_body()
        return self._act(self.request, self._connection)

    def pass_on(self, reply: Reply) -> None:
        """Send a reply of the service, or one made from it."""
        self._connection.wire.send(reply.raw)
        self.answered_whole = reply.complete

    def reply(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A well-formed answer of our own."""
        self.read_body()
        lines = {"Content-Type": content_type, **(headers or {}), "Content-Length": str(len(body))}
        self._connection.wire.send(make_head(status, lines) + body)
        self.answered_whole = True

    def answer(
        self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """A well-formed answer of our own, in JSON."""
        self.reply(status, json.dumps(content).encode(), JSON, headers)

    def send(self, data: bytes) -> None:
        """These bytes, whatever they mean."""
        self._connection.wire.send(data)
        self.answered_whole = False

    def drip(self, data: bytes, interval: float) -> None:
        """These bytes, one at a time."""
        for position in range(len(data)):
            self.send(data[position : position + 1])
            if self.hold(interval):
                return

    def hold(self, seconds: float) -> bool:
        """Wait; True when the server ends the connection meanwhile."""
        return self._connection.ended.wait(seconds)

    def close(self) -> None:
        self._connection.wire.close()
        self.answered_whole = False

    def reset(self) -> None:
        self._connection.wire.reset()
        self.answered_whole = False


def make_head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    return status_line(status) + lines.encode("utf-8") + END_OF_HEAD
