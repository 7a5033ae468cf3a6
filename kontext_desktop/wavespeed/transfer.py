"""Carrying bytes: one bounded exchange, and the storage side, which never sees a key.

There is no `httpx.Client` in this room. A client follows redirects, keeps cookies, reads proxies
from the environment, adds headers to requests for any host and logs every address; each would have
to be turned off and kept off. A transport does one request, and only what the request says.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx

from kontext_desktop.errors import GoneError, NotSentError, ServiceError
from kontext_desktop.model import Progress
from kontext_desktop.wavespeed.transport import is_public

Report = Callable[[Progress], None]

MAX_ANSWER = 2_000_000
MAX_OUTPUT = 64_000_000
_MAX_REDIRECTS = 3
_PIECE = 65_536

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Line:
    """A transport and its clock. `connect`: seconds to be connected in."""

    transport: httpx.BaseTransport
    now: Callable[[], float]
    connect: float


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: httpx.Headers
    body: bytes


def exchange(
    line: Line,
    request: httpx.Request,
    seconds: float,
    *,
    limit: int = MAX_ANSWER,
    report: Report | None = None,
) -> Reply:
    """One request and the whole of its answer, within `seconds` and `limit` bytes. Blocks.

    Raises NotSentError when provably nothing of the request has left (not connected, and httpx's
    trace has seen no byte of it go), else ServiceError, retry=True where the way was at fault.
    `report` hears of the bytes that arrive.
    """
    sent = False

    def trace(event: str, _details: Mapping[str, object]) -> None:
        nonlocal sent
        sent = sent or event.endswith("send_request_headers.started")

    until = line.now() + seconds
    timeouts = {"connect": line.connect, "read": seconds, "write": seconds}
    request.extensions = {"trace": trace, "timeout": timeouts}
    try:
        response = line.transport.handle_request(request)
        try:
            body = b"".join(_received(response, limit, line.now, until, report))
        finally:
            response.close()
    except httpx.TransportError as error:
        detail = f"{type(error).__name__}: {error}"
        if isinstance(error, _NOT_CONNECTED) and not sent:
            raise NotSentError(
                f"{request.url.host} cannot be reached.",
                "Check the network connection; nothing was sent.",
                detail,
            ) from error
        raise ServiceError(
            f"The connection to {request.url.host} broke off.",
            "Check the network connection, then try again.",
            detail,
            retry=True,
        ) from error
    return Reply(response.status_code, response.headers, body)


def _received(
    response: httpx.Response,
    limit: int,
    now: Callable[[], float],
    until: float,
    report: Report | None,
) -> Iterator[bytes]:
    """The body as it comes off the wire. Compressed ones were not asked for, and could unfold to
    any size."""
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ServiceError(
            "The service sent a compressed answer.",
            "Something in between may have changed it: try again in a moment.",
            retry=True,
        )
    declared = response.headers.get("content-length", "")
    total = int(declared) if re.fullmatch("[0-9]{1,12}", declared) else 0
    done = 0
    assert isinstance(response.stream, httpx.SyncByteStream)
    for piece in response.stream:
        done += len(piece)
        if done > limit:
            raise ServiceError(
                "The service sent far too much.", "Try again later.", f"over {limit} bytes"
            )
        if now() > until:
            raise httpx.ReadTimeout("the time for the whole call is over")
        if report is not None:
            report(Progress("Downloading", done, total))
        yield piece


def pieces(data: bytes, report: Report | None) -> Iterator[bytes]:
    """A request's body, with `report` told as it leaves."""
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
        if report is not None:
            report(Progress("Uploading", min(start + _PIECE, len(data)), len(data)))


def put(
    line: Line,
    url: httpx.URL,
    headers: Mapping[str, str],
    data: bytes,
    seconds: float,
    report: Report | None,
) -> int:
    """PUT with exactly these headers, and return the status. Raises as `exchange` does."""
    request = httpx.Request(
        "PUT",
        url,
        headers={**headers, "Content-Length": str(len(data))},
        content=pieces(data, report),
    )
    return exchange(line, request, seconds).status


def fetch(line: Line, url: str, seconds: float, *, local: bool, report: Report | None) -> bytes:
    """The bytes at an address, exactly; `local` as in `check_address`.

    Raises GoneError when they are not there any more (a fresh look at the prediction may name a new
    address), ServiceError otherwise.
    """
    until = line.now() + seconds
    address = check_address(url, local=local)
    for _ in range(1 + _MAX_REDIRECTS):
        request = httpx.Request("GET", address, headers={"Accept-Encoding": "identity"})
        reply = exchange(line, request, until - line.now(), limit=MAX_OUTPUT, report=report)
        if reply.status not in (301, 302, 303, 307, 308):
            break
        address = check_address(reply.headers.get("location", ""), base=address, local=local)
    if reply.status == 200 and reply.body:
        return reply.body
    detail = f"HTTP {reply.status} from {address.host}, {len(reply.body)} bytes"
    if reply.status in (403, 404, 410):
        raise GoneError(
            "The finished picture is no longer at its address.",
            "Ask the service for the result again.",
            detail,
            retry=True,
        )
    raise ServiceError(
        "The finished picture could not be fetched.", "Try again in a moment.", detail, retry=True
    )


def check_address(url: str, *, base: httpx.URL | None = None, local: bool) -> httpx.URL:
    """An address that came from the service, if it may be asked; else ServiceError.

    It must be https, without a user, outside this machine and its network. `local`: the service
    itself is on this machine, so its storage may be, too; not in the network around it. Names are
    checked once more by where they lead, when they are connected to (`Transport`).
    """
    try:
        address = httpx.URL(url) if base is None else base.join(url)
        host = address.host  # decoded only now: a name that cannot be is noticed here
    except (httpx.InvalidURL, ValueError) as error:
        raise _odd_address(type(error).__name__) from error
    if address.userinfo or not host:
        raise _odd_address("a user, or no host")
    near = local and is_loopback_host(host)
    if address.scheme != "https" and not (near and address.scheme == "http"):
        raise _odd_address(f"scheme {address.scheme[:20]}")
    if not near and not _may_be_public(host):
        raise _odd_address("inside the local network")
    return address


def is_loopback_host(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))


def _odd_address(detail: str) -> ServiceError:
    return ServiceError(
        "The service named an address that is not safe to ask.",
        "Nothing was fetched from there.",
        detail,
    )
