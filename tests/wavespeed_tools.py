"""A client whose service is one function, a server that is one, and the JSON they may answer."""

import contextlib
import json
import socket
import threading
from pathlib import Path

import httpx
from canary import SHORT_KEY as KEY

from kontext_desktop.wavespeed.client import Client

WIRE = Path(__file__).parent / "data" / "wire"
API = "https://api.wavespeed.ai"


def example(name):
    return json.loads((WIRE / f"{name}.json").read_bytes())


class Raw(httpx.SyncByteStream):
    """A body that arrives as given, decoded by nobody on the way."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces


def reply(status, body=b"", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers=headers, stream=Raw(data))


class Fake:
    """A client whose two lines answer from one function. `requests`: all that was asked."""

    def __init__(self, answer, endpoint=API, key=f" {KEY}\n", **more):
        self.requests = []

        def note(request):
            self.requests.append(request)
            return answer(request)

        line = httpx.MockTransport(note)
        self.client = Client(
            endpoint, lambda: key, version="0", api_transport=line, storage_transport=line, **more
        )

    @property
    def paths(self):
        return [request.url.path for request in self.requests]


def whole(body, status=b"200 OK", extra=b""):
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, extra, len(body), body)


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


class Server:
    """Answers each request with what `script(connection, request)` returns; None hangs up. With
    `tls`, a context of the ssl module, over TLS."""

    def __init__(self, script, tls=None):
        self.script = script
        self.tls = tls
        self.requests = []
        self.connections = []
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            if self.stop.is_set():
                connection.close()
                return
            self.connections.append(connection)
            self.threads.append(threading.Thread(target=self.talk, args=[connection]))
            self.threads[-1].start()

    def talk(self, connection):
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.suppress(OSError))
            stack.enter_context(connection)
            if self.tls is not None:
                place = self.connections.index(connection)
                connection = stack.enter_context(self.tls.wrap_socket(connection, server_side=True))
                self.connections[place] = connection
            while request := read_request(connection):
                self.requests.append(request)
                answer = self.script(connection, request)
                if answer is None:
                    return
                connection.sendall(answer)

    def close(self):
        self.stop.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.listener.close()
