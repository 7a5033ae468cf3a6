"""Sockets for HTTP/1.1 whose timeouts are totals, and which can be kept out of the local network.

The transports that come with httpx count their timeouts anew with each read, so a server that drips
one byte at a time holds a call for ever. This one hands its pool of connections *moments* in place
of durations: the pool passes those numbers on to the sockets without looking at them, and the
sockets, here, know how much is left. Nothing here knows the service.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from kontext_desktop.errors import ServiceError

KEPT = 20.0
"""Seconds that a connection is kept without being used. Whoever closes idle ones (services,
routers) takes longer for it."""


class Transport(httpx.BaseTransport):
    """Connections kept open between requests. Any thread.

    The seconds in a request's `timeout` extension count from the start of the request.
    `public_only`: a name that leads to this machine or its network is refused with a ServiceError,
    by the address really connected to and before anything is sent.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        public_only: bool = False,
        trust: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._now = now
        self._trust = trust or _trust
        self._sockets = _Sockets(now, public_only)
        self._lock = threading.Lock()
        self._pools: dict[str, _Pool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        start = self._now()
        timeouts = request.extensions["timeout"]
        moments = {name: start + seconds for name, seconds in timeouts.items()}
        with _in_httpx_terms():
            response = self._pool(request.url.scheme).core.handle_request(
                httpcore.Request(
                    request.method,
                    _as_core(request.url),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={**request.extensions, "timeout": moments},
                )
            )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def connect(self, url: httpx.URL, seconds: float) -> None:
        """Have a connection ready for the next request to where `url` is, unless one is already:
        its certificate checked, not one byte of a request sent. It is good for 20 seconds, and
        taken only while the other side has neither spoken nor hung up.

        Raises httpx.ConnectError when there is none within `seconds`.
        """
        pool, origin = self._pool(url.scheme), _as_core(url).origin
        if any(c.is_idle() and not c.has_expired() for c in pool.core.connections):
            return
        with _in_httpx_terms():
            self._sockets.prepare(
                origin.host.decode("ascii"), origin.port, pool.trusted, self._now() + seconds
            )

    def close(self) -> None:
        with self._lock:
            for pool in self._pools.values():
                pool.core.close()
            self._pools.clear()
        self._sockets.close()

    def _pool(self, scheme: str) -> _Pool:
        """One pool for each scheme, so that certificates are loaded only when there is TLS."""
        with self._lock:
            if scheme not in self._pools:
                trusted = self._trust() if scheme == "https" else None
                core = httpcore.ConnectionPool(
                    ssl_context=trusted,
                    max_connections=None,
                    max_keepalive_connections=4,
                    keepalive_expiry=KEPT,
                    retries=0,
                    network_backend=self._sockets,
                )
                self._pools[scheme] = _Pool(core, trusted)
            return self._pools[scheme]


@dataclass(frozen=True, slots=True)
class _Pool:
    core: httpcore.ConnectionPool
    trusted: ssl.SSLContext | None


_STAND_INS = ipaddress.ip_network("198.18.0.0/15")
"""No network of anybody's: VPN programs give these out in place of public addresses."""


def is_public(address: str) -> bool:
    """Whether a numeric address leads out of this machine and its network.

    Raises ValueError for what is no numeric address.
    """
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    leads_to = mapped or found
    return leads_to.is_global or leads_to in _STAND_INS


def _trust() -> ssl.SSLContext:
    """The certificates that this machine trusts; verification cannot be turned off."""
    import truststore  # only here: programs without TLS (practice) never pay for it

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _as_core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@contextlib.contextmanager
def _in_httpx_terms() -> Iterator[None]:
    """The three errors callers tell apart: not connected, too late, broken."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise httpx.ConnectError(str(error)) from error
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise httpx.ReadError(str(error)) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _in_httpx_terms():
            yield from self._response.iter_stream()

    def close(self) -> None:
        if _has_leftovers(self._response):
            self._response.extensions["network_stream"].close()
        self._response.close()


def _has_leftovers(response: httpcore.Response) -> bool:
    """Whether more has come than the message said, or nobody can tell.

    A connection keeps such bytes, and would take them for the answer to its next request: each
    answer from then on would be another question's. The pool looks only at what is still to be
    read, and offers no way to ask; so this goes by its insides, and without them none is kept.
    """
    connection = getattr(getattr(response.stream, "_stream", None), "_connection", None)
    left: object = getattr(getattr(connection, "_h11_state", None), "trailing_data", None)
    return left != (b"", False)


class _Sockets(httpcore.NetworkBackend):
    """Makes connections, and keeps at most one that was made ahead of time."""

    def __init__(self, now: Callable[[], float], public_only: bool) -> None:
        self._plain = httpcore.SyncBackend()
        self._now = now
        self._public_only = public_only
        self._lock = threading.Lock()
        self._ready: _Ready | None = None
        self._closed = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        ready = self._swap(None)
        if ready and (ready.host, ready.port) == (host, port) and self._is_good(ready):
            return ready.stream
        _close(ready)
        left = _left(timeout, self._now, httpcore.ConnectTimeout)
        try:
            stream = self._plain.connect_tcp(host, port, left, local_address, socket_options)
        except (UnicodeError, OverflowError) as error:  # a name or a port that cannot be
            raise httpcore.ConnectError(str(error)) from error
        if self._public_only:
            _refuse_local(stream)
        return _Stream(stream, self._now)

    def prepare(self, host: str, port: int, trusted: ssl.SSLContext | None, until: float) -> None:
        """Have a connection ready for `connect_tcp`, with TLS if there is a context for it."""
        ready = self._swap(None)
        if ready is None or not self._is_good(ready):
            _close(ready)
            stream = self.connect_tcp(host, port, until)
            if trusted is not None:
                trusted.set_alpn_protocols(["http/1.1"])
                stream = stream.start_tls(trusted, host, until)
            ready = _Ready(host, port, stream, self._now())
        _close(self._swap(ready))

    def close(self) -> None:
        """Nothing is kept from here on."""
        ready = self._swap(None)
        with self._lock:
            self._closed = True
        _close(ready)

    def _swap(self, ready: _Ready | None) -> _Ready | None:
        """Keep this one, if any; the one to be used or closed in its place."""
        with self._lock:
            if self._closed:
                return ready
            before, self._ready = self._ready, ready
        return before

    def _is_good(self, ready: _Ready) -> bool:
        return 0 <= self._now() - ready.at <= KEPT and _is_silent(ready.stream)


@dataclass(frozen=True, slots=True)
class _Ready:
    host: str
    port: int
    stream: httpcore.NetworkStream
    at: float


def _close(ready: _Ready | None) -> None:
    if ready is not None:
        ready.stream.close()


def _is_silent(stream: httpcore.NetworkStream) -> bool:
    """Whether nothing has come on an unused connection, not even its end.

    It has to be read, not only looked at: TLS sends session tickets by itself.
    """
    socket = stream.get_extra_info("socket")
    try:
        socket.settimeout(0)
        socket.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    return False


def _refuse_local(stream: httpcore.NetworkStream) -> None:
    try:
        peer = stream.get_extra_info("server_addr")[0]
    except OSError as error:  # away again already
        stream.close()
        raise httpcore.ConnectError(str(error)) from error
    if not is_public(peer):
        stream.close()
        raise ServiceError(
            "The service named an address inside the local network.",
            "Nothing was fetched from there; tell the service.",
        )


class _Stream(httpcore.NetworkStream):
    """A connection; its `timeout` arguments are moments of the clock. `secured`: TLS has been
    started, perhaps ahead of time, and is not started again."""

    def __init__(
        self, stream: httpcore.NetworkStream, now: Callable[[], float], *, secured: bool = False
    ) -> None:
        self._stream = stream
        self._now = now
        self._secured = secured

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, self._now, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, self._now, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        if self._secured:
            return self
        left = _left(timeout, self._now, httpcore.ConnectTimeout)
        secured = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(secured, self._now, secured=True)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(
    moment: float | None, now: Callable[[], float], late: type[httpcore.TimeoutException]
) -> float | None:
    if moment is None:
        return None
    left = moment - now()
    if left <= 0:
        raise late("the time for the whole call is over")
    return left
