"""A socket as HTTP messages, taken apart no further than needed and passed on byte for byte."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
_PIECE = 65_536


class Wire:
    """One connection, read in whole heads and bodies. For one thread; `shut` for any."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._read = b""

    def read_head(self) -> bytes:
        """Up to and with the empty line; nothing when the other side is gone before."""
        while END_OF_HEAD not in self._read:
            if not self._receive():
                return b""
        head, end, self._read = self._read.partition(END_OF_HEAD)
        return head + end

    def read(self, length: int) -> bytes:
        """That many bytes; fewer when the other side is gone before."""
        while len(self._read) < length and self._receive():
            pass
        body, self._read = self._read[:length], self._read[length:]
        return body

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def shut(self) -> None:
        """Make every read and write on it end."""
        with contextlib.suppress(OSError):  # the other side was quicker
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Close with an RST in place of a FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _receive(self) -> bool:
        piece = self._socket.recv(_PIECE)
        self._read += piece
        return bool(piece)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the practice service answered, byte for byte; cut short where it cut it short."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    @property
    def complete(self) -> bool:
        return bool(self.head) and len(self.body) == int(read_headers(self.head)["content-length"])

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def with_body(self, body: bytes) -> Reply:
        """Another body, and the length that goes with it."""
        length = b"Content-Length: %d" % len(body)
        return Reply(re.sub(rb"(?i)content-length: \d+", length, self.head), body)

    def with_header(self, name: str, value: str) -> Reply:
        line = f"\r\n{name}: {value}".encode()
        return replace(self, head=self.head[: -len(END_OF_HEAD)] + line + END_OF_HEAD)

    def without_length(self) -> Reply:
        return replace(self, head=re.sub(rb"(?i)content-length: \d+\r\n", b"", self.head))

    def with_status(self, status: int) -> Reply:
        _, end, rest = self.head.partition(b"\r\n")
        return replace(self, head=status_line(status) + end + rest)


@dataclass(slots=True)
class Arrival:
    """A request that reached the fault server.

    Header names in lower case. `body` is empty as long as nobody read it. `reply` is what the
    practice service said, before it was spoilt; None as long as it has said nothing.
    """

    door: str
    operation: str
    method: str
    path: str
    headers: dict[str, str]
    head: bytes
    body: bytes = b""
    forwarded: bool = False
    reply: Reply | None = None

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", "0"))

    @property
    def status(self) -> int:
        """What the practice service said; 0 as long as it has not."""
        return 0 if self.reply is None else self.reply.status


def read_headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return {name.lower(): value.strip() for name, _, value in pairs}


def status_line(status: int) -> bytes:
    words = next((known.phrase for known in HTTPStatus if known == status), "Odd")
    return f"HTTP/1.1 {status} {words}".encode()
