"""The ports, the script of faults, and what tests may look at."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from fault_server.exchange import Connection, Exchange
from fault_server.faults import FAULTS, FAULTS_OF, Spoil
from fault_server.wire import Arrival, Reply, Wire, read_headers
from kontext_desktop.practice import PracticeService
from kontext_desktop.practice.book import Accepted

_OPERATIONS = {
    ("POST", "/api/v3/media/uploads"): "upload-ticket",
    ("POST", "/api/v3/media/upload/binary"): "upload-binary",
    ("POST", "/api/v3/predictions"): "list",
    ("POST", "/api/v3/predictions/delete"): "delete",
    ("POST", "/api/v3/billings/search"): "billings",
    ("POST", "/api/v3/model/price"): "price",
    ("POST", "/api/v3/model/pricing"): "price",
    ("GET", "/api/v3/balance"): "balance",
}
_PATTERNS = [
    ("GET", re.compile(r"/api/v3/predictions/[^/]+/result"), "result"),
    ("POST", re.compile(r"/api/v3/[^/]+/.+"), "submit"),
]
_STORAGE_OPERATIONS = {("PUT", "upload"): "upload-put", ("GET", "predictions"): "output"}

_STRANGER = {"code": 200, "message": "success", "data": {"id": "e" * 32, "status": "created"}}
"""What is answered elsewhere: it looks like success, and nothing of it is true."""


class FaultServer:
    """A practice service behind ports of its own, from entering to leaving the `with`.

    A third port, `elsewhere_url`, is nobody's business: redirects lead there, and who follows one
    is seen in `requests`. `round_trip` seconds pass with each request, and twice as many before a
    new connection is of use (TCP, then TLS), as with a service far away.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seconds: float = 0.05,
        round_trip: float = 0.0,
        **practice_options: Any,
    ) -> None:
        self._round_trip = round_trip
        self.practice = PracticeService(folder, seconds=seconds, **practice_options)
        self.requests: list[Arrival] = []
        """What arrived, in order, also what never reached the practice service."""
        self.spoilt: list[Spoil] = []
        """The faults that were carried out, in order."""
        self.finished: list[Spoil] = []
        """Those of them that were carried out to their end, before the client left or we did."""
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._script: list[_Line] = []
        self._doors = {name: _Door(name, self._talk) for name in ("api", "storage", "elsewhere")}

    def __enter__(self) -> Self:
        self.practice.start()
        self.back()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for door in self._doors.values():
            door.close()
        self.practice.close()

    @property
    def url(self) -> str:
        return self._doors["api"].url

    @property
    def storage_url(self) -> str:
        return self._doors["storage"].url

    @property
    def elsewhere_url(self) -> str:
        return self._doors["elsewhere"].url

    @property
    def ledger(self) -> list[Accepted]:
        """The accepted submits: what was really charged."""
        return self.practice.ledger

    @property
    def accepted_posts(self) -> int:
        """Submits that were passed on and taken."""
        with self._lock:
            return sum(r.operation == "submit" and r.status == 200 for r in self.requests)

    def spoil(self, operation: str, spoil: Spoil | str, after: int = 0, times: int = 1) -> None:
        """Spoil the call number `after` of that operation, counted from now, and the next ones.

        Faults at accept come before any request is read, so they hit new connections of the
        operation's port; the ones that are open end, so that the next call needs a new one.
        """
        if operation not in FAULTS_OF:
            raise ValueError(f"no such operation: {operation}")
        spoil = FAULTS[spoil] if isinstance(spoil, str) else spoil
        door = "storage" if operation in _STORAGE_OPERATIONS.values() else "api"
        counted = f"{door} connection" if spoil.at_accept else operation
        if spoil.at_accept:
            self._doors[door].drop()
        self._add(counted, spoil, after, times)

    def calm(self) -> None:
        """Forget all faults that did not come to pass, and end every connection."""
        with self._lock:
            self._script.clear()
        self.settle()

    def settle(self) -> None:
        """End every connection; what is on its way has arrived then, or never will."""
        for door in self._doors.values():
            door.drop()

    def away(self) -> None:
        """An outage: connections end, new ones are refused, until `back`."""
        for door in self._doors.values():
            door.shut()

    def back(self) -> None:
        for door in self._doors.values():
            door.open()

    def _add(self, counted: str, spoil: Spoil, after: int, times: int) -> None:
        with self._lock:
            first = self._calls[counted] + after
            self._script.append(_Line(counted, range(first, first + times), spoil))

    def _take(self, counted: str) -> Spoil | None:
        """The fault meant for this call."""
        with self._lock:
            call = self._calls[counted]
            self._calls[counted] += 1
            due = (x.spoil for x in self._script if x.counted == counted and call in x.calls)
            spoil = next(due, None)
            if spoil is not None:
                self.spoilt.append(spoil)
            return spoil

    def _talk(self, door: str, connection: Connection) -> None:
        """All of one connection, in a thread of its own."""
        time.sleep(2 * self._round_trip)
        spoil = self._take(f"{door} connection")
        if spoil is not None:
            nothing = Arrival(door, "connection", "", "", {}, b"")
            self._carry_out(spoil, self._exchange(connection, nothing))
            return
        while head := connection.wire.read_head():
            request = _read_request(door, head)
            with self._lock:
                self.requests.append(request)
            time.sleep(self._round_trip)
            exchange = self._exchange(connection, request)
            spoil = self._take(request.operation)
            if spoil is not None:
                self._carry_out(spoil, exchange)
            elif door == "elsewhere":
                exchange.answer(_STRANGER)
            else:
                exchange.pass_on(exchange.forward())
            if not exchange.answered_whole or request.headers.get("connection") == "close":
                return

    def _carry_out(self, spoil: Spoil, exchange: Exchange) -> None:
        spoil.carry_out(exchange)
        if not exchange.ended:
            self.finished.append(spoil)

    def _exchange(self, connection: Connection, request: Arrival) -> Exchange:
        def again(spoil: Spoil) -> None:
            self._add(request.operation, spoil, 0, 1)

        return Exchange(self, connection, request, self._forward, again)

    def _forward(self, request: Arrival, connection: Connection) -> Reply:
        base = self.practice.url if request.door == "api" else self.practice.storage_url
        request.forwarded = True
        with socket.create_connection(("127.0.0.1", urlsplit(base).port)) as upstream:
            wire = connection.upstream = Wire(upstream)
            wire.send(request.head + request.body)
            head = wire.read_head()
            headers = read_headers(head)
            reply = Reply(head, wire.read(int(headers.get("content-length", "0"))))
            connection.upstream = None
        if headers.get("content-type") == "application/json":
            reply = reply.with_body(self._through_here(reply.body))
        request.reply = reply if head else None
        return reply

    def _through_here(self, body: bytes) -> bytes:
        """The service's own addresses become ours, so that all of it comes by here."""
        ours = {
            self.practice.url.encode(): self.url.encode(),
            self.practice.storage_url.encode(): self.storage_url.encode(),
        }
        theirs = b"|".join(map(re.escape, ours))
        return re.sub(rb"(?:%b)(?![0-9])" % theirs, lambda found: ours[found[0]], body)


@dataclass(frozen=True, slots=True)
class _Line:
    """A fault and the calls it is meant for, by their number."""

    counted: str
    calls: range
    spoil: Spoil


def _read_request(door: str, head: bytes) -> Arrival:
    method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    path = urlsplit(target).path
    if door == "elsewhere":
        operation = door
    elif door == "storage":
        operation = _STORAGE_OPERATIONS.get((method, path.split("/")[1]), "other")
    else:
        matching = (x[2] for x in _PATTERNS if x[0] == method and x[1].fullmatch(path))
        operation = _OPERATIONS.get((method, path)) or next(matching, "other")
    return Arrival(door, operation, method, target, read_headers(head), head)


class _Door:
    """One port, the same for the whole run. Connections have a thread each, joined at the end."""

    def __init__(self, name: str, talk: Callable[[str, Connection], None]) -> None:
        self._name = name
        self._talk = talk
        self._lock = threading.Lock()
        self._live: dict[threading.Thread, Connection] = {}
        self._shutting = False
        self._accepting: threading.Thread | None = None
        self._listener = self._bind(0)
        self._port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        self._shutting = False
        self._listener.listen(128)
        self._accepting = self._start(self._accept)

    def shut(self) -> None:
        """Listen no longer and end all connections. The port stays bound, so it stays ours."""
        if self._accepting is None:
            return
        self._shutting = True
        socket.create_connection(("127.0.0.1", self._port)).close()  # wakes the accepting thread
        self._accepting.join()
        self._accepting = None
        self._listener.close()
        self._listener = self._bind(self._port)
        self.drop()

    def drop(self) -> None:
        """End all connections."""
        with self._lock:
            live = dict(self._live)
        for connection in live.values():
            connection.end()
        for thread in live:
            thread.join()

    def close(self) -> None:
        self.shut()
        self._listener.close()

    def _bind(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        return listener

    def _start(self, target: Callable[..., None], *arguments: Any) -> threading.Thread:
        name = f"fault-server-{self._name}"
        thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            accepted, _ = self._listener.accept()
            if self._shutting:
                accepted.close()
                return
            connection = Connection(Wire(accepted))
            with self._lock:  # held until it is entered, which the thread's own end waits for
                self._live[self._start(self._serve, connection)] = connection

    def _serve(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(OSError):  # the client went away, or we ended it
                self._talk(self._name, connection)
        finally:
            connection.wire.close()
            with self._lock:
                del self._live[threading.current_thread()]
