"""One listening port: connections, bodies, the request log, and the faults that happen on the wire.

Knows HTTP and nothing of the service: what a request means is its `route`'s business.
"""

from __future__ import annotations

import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kontext_desktop.practice.exchange import Answer, Call, LoggedRequest, RequestLog
from kontext_desktop.practice.faults import Fault, FaultScript

LARGEST_BODY = 64 << 20
_HANG_SECONDS = 30.0
_CHUNK = 1 << 20
_PAGE = b"<!doctype html><html><body><h1>Welcome to this network</h1></body></html>"


class Listener(ThreadingHTTPServer):
    """Binds a loopback port when made (OSError when it is taken), serves from `start` to `close`.

    Connections are kept alive, each in a named thread; `close` ends them and joins the threads.
    """

    daemon_threads = True
    request_queue_size = 128
    # Elsewhere than on POSIX this would let two programs listen on one port.
    allow_reuse_address = os.name == "posix"

    def __init__(
        self,
        name: str,
        port: int,
        *,
        log: RequestLog,
        faults: FaultScript,
        now: Callable[[], float],
        closing: threading.Event,
    ) -> None:
        self.name = name
        self.log = log
        self.faults = faults
        self.now = now
        self.closing = closing
        self.route: Callable[[LoggedRequest], Call | Answer] = lambda _: Answer.error(503)
        self._lock = threading.Lock()
        self._live: dict[threading.Thread, socket.socket] = {}
        self._accepting: threading.Thread | None = None
        self._ended = threading.Event()
        super().__init__(("127.0.0.1", port), _Connection)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self, route: Callable[[LoggedRequest], Call | Answer]) -> None:
        self.route = route
        self._accepting = threading.Thread(
            target=self._accept, name=f"practice-{self.name}", daemon=True
        )
        self._accepting.start()

    def close(self) -> None:
        if self._accepting is not None:
            self._ended.set()
            socket.create_connection(
                ("127.0.0.1", self.server_port)
            ).close()  # wakes the accepting thread
            self._accepting.join()
        self.server_close()
        with self._lock:
            live = dict(self._live)
        for connection in live.values():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker
        for thread in live:
            thread.join()

    def _accept(self) -> None:
        """Instead of `serve_forever`, which wakes up many times a second to see whether it shall
        end."""
        while True:
            try:
                connection, address = self.get_request()
            except OSError:  # the client gave up already, or too many files are open
                self._ended.wait(0.05)
                continue
            if self._ended.is_set():
                connection.close()
                return
            self.process_request(connection, address)

    def server_bind(self) -> None:
        """Without the base class's look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._serve_connection,
            args=(request, client_address),
            name=f"practice-{self.name}-connection",
            daemon=True,
        )
        with self._lock:
            self._live[thread] = request
        thread.start()

    def _serve_connection(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._live[threading.current_thread()]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; all else is a bug and printed by the base class."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One connection: reads a request, logs it, lets it be answered, again and again."""

    server: Listener
    protocol_version = "HTTP/1.1"
    server_version = "kontext-practice"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    timeout = 75  # idle seconds; longer than clients keep connections for reuse

    def do_GET(self) -> None:
        self._exchange()

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on standard error: the request log has it all."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.now() if timestamp is None else timestamp)

    def _exchange(self) -> None:
        arrival = self.server.now()
        body = self._read_body()
        if body is None:
            return
        request = LoggedRequest(
            self.server.name,
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            body,
            arrival,
        )
        self.server.log.add(request)
        call = self.server.route(request)
        if isinstance(call, Answer):
            self._send(call)
            return
        fault = self.server.faults.take(call.operation)
        if fault is None or not self._refuse_by_fault(fault):
            self._answer(call, fault)

    def _refuse_by_fault(self, fault: Fault) -> bool:
        """Carry out a fault that happens before the act; False when it is none of those."""
        if fault.name == "status":
            self._send(Answer.error(fault.number, retry_after=fault.retry_after))
        elif fault.name == "html":
            self._send(Answer(200, _PAGE, "text/html; charset=utf-8"))
        elif fault.name == "close":
            self.close_connection = True
        elif fault.name == "hang":
            self.server.closing.wait(_HANG_SECONDS)
            self.close_connection = True
        else:
            return False
        return True

    def _answer(self, call: Call, fault: Fault | None) -> None:
        answer = call.act(fault)
        if fault is not None and fault.name == "close-after":
            self.close_connection = True
        else:
            self._send(answer, cut=fault is not None and fault.name == "short")

    def _send(self, answer: Answer, cut: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.retry_after is not None:
            self.send_header("Retry-After", str(answer.retry_after))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.close_connection = self.close_connection or cut

    def _read_body(self) -> bytes | None:
        """The body; None when it was refused. One too large is read and dropped, as a client that
        is still sending would not hear the answer."""
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            self._send(Answer.error(411))
            return None
        declared = self.headers.get("content-length", "0")
        if not declared.isdecimal():
            self.close_connection = True
            self._send(Answer.error(400, "invalid Content-Length"))
            return None
        length = int(declared)
        if length <= LARGEST_BODY:
            return self._read_exactly(length)
        self.close_connection = True
        while length > 0:
            length -= len(self._read_exactly(min(length, _CHUNK)))
        self._send(Answer.error(413))
        return None

    def _read_exactly(self, length: int) -> bytes:
        content = self.rfile.read(length)
        if len(content) < length:
            raise ConnectionAbortedError("the client went away in the middle of its request")
        return content
