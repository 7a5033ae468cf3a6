"""Everything that can go wrong with an exchange: acts, what they are called, where they make sense.

An act is a function over an Exchange. Where the service is to act before the reply is spoilt, it
says `forward`; where it does not, nothing was accepted and nothing charged. A connection that an
act leaves without a whole answer is closed.
"""

from __future__ import annotations

import gzip
import inspect
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from fault_server.exchange import JSON, Exchange, make_head
from fault_server.mutations import Path, mutate
from fault_server.wire import Reply

PAGE = b"<!doctype html><html><body><h1>Bad <i>gateway</i></h1></body></html>"
STRANGE_ID = "0" * 31 + "1"
_LONG = 60.0
"""Seconds that a held exchange waits at most; callers give up long before."""

ACTS: dict[str, Callable[..., None]] = {}


def act(function: Callable[..., None]) -> Callable[..., None]:
    ACTS[function.__name__.replace("_", "-")] = function
    return function


class Spoil:
    """An act and its options: `Spoil("lost-reply")`, `Spoil("status", status=502, acts=True)`."""

    def __init__(self, name: str, **options: Any) -> None:
        if name not in ACTS:
            raise ValueError(f"no such fault: {name}")
        inspect.signature(ACTS[name]).bind(None, **options)
        self.name = name
        self.options = options

    def __repr__(self) -> str:
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"Spoil({self.name!r}{options})"

    @property
    def at_accept(self) -> bool:
        return self.name.endswith("-at-accept")

    def carry_out(self, exchange: Exchange) -> None:
        ACTS[self.name](exchange, **self.options)


# The line: before the service acts


@act
def reset_at_accept(exchange: Exchange) -> None:
    exchange.reset()


@act
def close_at_accept(exchange: Exchange) -> None:
    exchange.close()


@act
def reset_after_head(exchange: Exchange) -> None:
    exchange.reset()


@act
def reset_after_body(exchange: Exchange) -> None:
    exchange.read_body()
    exchange.reset()


@act
def close_before(exchange: Exchange) -> None:
    exchange.read_body()


@act
def hang(exchange: Exchange, seconds: float = _LONG, acts: bool = False) -> None:
    """No answer for so long, then the connection ends."""
    if acts:
        exchange.forward()
    exchange.read_body()
    exchange.hold(seconds)


@act
def early_answer(exchange: Exchange, status: int = 413) -> None:
    """Refuses when it has read the head and nothing else of the request."""
    body = json.dumps({"code": status, "message": "too large"}).encode()
    lines = {"Content-Type": JSON, "Content-Length": str(len(body)), "Connection": "close"}
    exchange.send(make_head(status, lines) + body)
    exchange.read_body()


# The line: after it has acted


@act
def lost_reply(exchange: Exchange) -> None:
    exchange.forward()


@act
def reset_reply(exchange: Exchange) -> None:
    reply = _with_some_body(exchange.forward())
    exchange.send(reply.head + _half(reply.body))
    exchange.reset()


@act
def short_body(exchange: Exchange) -> None:
    reply = _with_some_body(exchange.forward())
    exchange.send(reply.head + _half(reply.body))


@act
def half_head(exchange: Exchange) -> None:
    exchange.send(_half(exchange.forward().head))


@act
def slow_head(exchange: Exchange, interval: float = 0.1) -> None:
    reply = exchange.forward()
    exchange.drip(reply.head, interval)
    exchange.send(reply.body)


@act
def slow_body(exchange: Exchange, interval: float = 0.1, longest: int = 600) -> None:
    """The whole reply, its body a byte at a time; never sooner than after `longest` intervals."""
    reply = exchange.forward()
    body = b" " * (longest - len(reply.body)) + reply.body
    exchange.send(reply.with_body(body).head)
    exchange.drip(body, interval)


@act
def stalled_body(exchange: Exchange, seconds: float = _LONG) -> None:
    reply = _with_some_body(exchange.forward())
    exchange.send(reply.head + _half(reply.body))
    exchange.hold(seconds)


@act
def garbage(exchange: Exchange) -> None:
    exchange.forward()
    exchange.send(bytes(range(256)) * 4)


@act
def no_head(exchange: Exchange) -> None:
    """The body alone, as HTTP/0.9 had it."""
    exchange.send(exchange.forward().body or b"\n")


@act
def endless_headers(exchange: Exchange, count: int = 10_000) -> None:
    reply = exchange.forward()
    start, _, rest = reply.raw.partition(b"\r\n")
    lines = "".join(f"Set-Cookie: c{number}=x\r\n" for number in range(count))
    exchange.send(start + b"\r\n" + lines.encode() + rest)


@act
def long_header(exchange: Exchange, length: int = 1_000_000) -> None:
    exchange.send(exchange.forward().with_header("X-Long", "x" * length).raw)


@act
def two_lengths(exchange: Exchange) -> None:
    reply = exchange.forward()
    exchange.send(reply.with_header("Content-Length", str(len(reply.body) + 7)).raw)


@act
def length_and_chunked(exchange: Exchange) -> None:
    reply = exchange.forward().with_header("Transfer-Encoding", "chunked")
    exchange.send(reply.head + _chunked(reply.body))


@act
def chunked(exchange: Exchange) -> None:
    """Well-formed, if unusual."""
    reply = exchange.forward().without_length().with_header("Transfer-Encoding", "chunked")
    exchange.send(reply.head + _chunked(reply.body))


@act
def bad_chunk(exchange: Exchange) -> None:
    reply = exchange.forward().without_length().with_header("Transfer-Encoding", "chunked")
    exchange.send(reply.head + _chunked(_half(reply.body))[:-5] + b"zz\r\nrest\r\n")


@act
def no_length(exchange: Exchange) -> None:
    """Well-formed, if old: the body ends with the connection."""
    exchange.send(exchange.forward().without_length().raw)


@act
def continue_flood(exchange: Exchange, count: int = 1000) -> None:
    exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n" * count)
    exchange.pass_on(exchange.forward())


@act
def switching(exchange: Exchange) -> None:
    """Changes to a protocol nobody asked for."""
    exchange.forward()
    exchange.send(make_head(101, {"Connection": "Upgrade", "Upgrade": "other"}) + b"\x00" * 99)


@act
def extra_bytes(exchange: Exchange, data: bytes = b"x" * 99) -> None:
    """A whole reply and more, on a connection that stays open."""
    reply = exchange.forward()
    exchange.pass_on(Reply(reply.head, reply.body + data))
    exchange.answered_whole = True


@act
def answer_twice(exchange: Exchange) -> None:
    reply = exchange.forward()
    exchange.pass_on(Reply(reply.head, reply.body + reply.raw))
    exchange.answered_whole = True


@act
def says_close_and_stays(exchange: Exchange) -> None:
    exchange.pass_on(exchange.forward().with_header("Connection", "close"))


@act
def says_stay_and_closes(exchange: Exchange) -> None:
    exchange.pass_on(exchange.forward().with_header("Connection", "keep-alive"))
    exchange.close()


# Statuses


@act
def status(
    exchange: Exchange,
    status: int,
    acts: bool = False,
    html: bool = False,
    headers: Mapping[str, str] | None = None,
    message: str = "refused",
) -> None:
    """That status: in the service's own JSON, or as a page of something in between."""
    if acts:
        exchange.forward()
    if html:
        exchange.reply(status, PAGE, "text/html", headers)
    else:
        exchange.answer({"code": status, "message": message}, status, headers)


@act
def status_with_reply(exchange: Exchange, status: int) -> None:
    """The true reply under a wrong status."""
    exchange.pass_on(exchange.forward().with_status(status))


@act
def envelope(exchange: Exchange, code: int, acts: bool = False) -> None:
    """An error inside an HTTP 200."""
    if acts:
        exchange.forward()
    exchange.answer({"code": code, "message": "refused", "data": None})


@act
def redirect(exchange: Exchange, status: int, to: str, acts: bool = False) -> None:
    """To another path ("moved"), another port ("elsewhere") or another name ("other-host")."""
    if acts:
        exchange.forward()
    away = exchange.stage.elsewhere_url + exchange.request.path
    places = {
        "moved": f"{exchange.own_url}/moved",
        "elsewhere": away,
        "other-host": away.replace("127.0.0.1", "localhost"),
        "no-host": "http://",
        "file": "file:///etc/hostname",
    }
    exchange.reply(status, headers={"Location": places[to]})


@act
def redirect_chain(exchange: Exchange, hops: int) -> None:
    """To itself, so many times."""
    if hops > 1:
        exchange.again(Spoil("redirect-chain", hops=hops - 1))
    exchange.reply(302, headers={"Location": exchange.own_url + exchange.request.path})


# Bodies


@act
def body(exchange: Exchange, kind: str) -> None:
    """The service acts; its reply comes with another body, or with the same in other bytes."""
    reply = exchange.forward()
    exchange.pass_on(reply.with_body(BODIES[kind](reply.body)))


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "null": lambda _: b"null",
    "list": lambda _: b"[]",
    "text": lambda _: b'"success"',
    "html": lambda _: PAGE,
    "malformed": lambda body: body.replace(b":", b"="),
    "truncated": lambda body: body[:-9],
    "truncated-early": lambda body: body[:30],
    "duplicate-keys": lambda body: body.replace(b'"id":', b'"id": "x", "id":').replace(
        b'"code":', b'"code": 500, "code":'
    ),
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "utf-16": lambda body: body.decode().encode("utf-16"),
    "latin-1": lambda body: body.replace(b"success", "succès".encode("latin-1")),
    "nan": lambda body: body.replace(b'"data":', b'"x": [NaN, Infinity, -Infinity], "data":'),
    "nan-code": lambda body: body.replace(b'"code": 200', b'"code": NaN'),
    "huge-int": lambda body: body.replace(b'"code": 200', b'"code": 2' + b"0" * 100_000),
    "large-int": lambda body: body.replace(b'"code": 200', b'"code": 2' + b"0" * 400),
    "deep": lambda _: b'{"data": ' + b"[" * 100_000,
    "deep-and-whole": lambda body: body[:-1] + b', "x": %b%b}' % (b"[" * 100_000, b"]" * 100_000),
    "too-large": lambda body: b" " * 2_000_001 + body,
    "nul": lambda body: body.replace(b"success", b"\x00"),
}


@act
def encoded(exchange: Exchange, encoding: str, bomb: int = 0) -> None:
    """A compressed reply nobody asked for; `bomb`: with so many spaces in front."""
    reply = exchange.forward()
    compressed = gzip.compress(b" " * bomb + reply.body)
    exchange.pass_on(reply.with_body(compressed).with_header("Content-Encoding", encoding))


@act
def wrongly_encoded(exchange: Exchange, encoding: str) -> None:
    """Says that it is compressed, and is not."""
    exchange.pass_on(exchange.forward().with_header("Content-Encoding", encoding))


# Fields


@act
def field(exchange: Exchange, path: Path, value: Any) -> None:
    """The true reply with one field of it replaced, or missing; a refusal stays what it is."""

    def change(document: Any) -> None:
        if document.get("data") is not None or path[0] != "data":
            mutate(document, path, value)

    _edit(exchange, change)


@act
def prediction(exchange: Exchange, kind: str) -> None:
    """The true reply with another prediction in it; a refusal has none, and stays as it is."""

    def change(document: Any) -> None:
        if "data" in document:
            document["data"] = PREDICTIONS[kind](document["data"])

    _edit(exchange, change)


PREDICTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "status-backwards": lambda p: p | {"status": "processing", "outputs": []},
    "status-unknown": lambda p: p | {"status": "reticulating"},
    "status-in-capitals": lambda p: p | {"status": "COMPLETED"},
    "two-ids": lambda p: [p, p | {"id": STRANGE_ID}],
    "outputs-null": lambda p: p | {"status": "completed", "outputs": None},
    "outputs-text": lambda p: p | {"outputs": "".join(p["outputs"])},
    "outputs-objects": lambda p: p | {"outputs": [{"url": url} for url in p["outputs"]]},
    "outputs-many": lambda p: p | {"outputs": p["outputs"] * 10_000},
    "created-in-the-future": lambda p: p | {"created_at": "9999-12-31T23:59:59.999999999Z"},
    "timings-huge": lambda p: p | {"timings": {"inference": 10**300}},
}


@act
def failed_with(exchange: Exchange, error: str) -> None:
    """The prediction has failed, with these words."""

    def fail(document: dict[str, Any]) -> None:
        document["data"] |= {"status": "failed", "outputs": [], "error": error, "code": 1405}

    _edit(exchange, fail)


WORDS = {
    "html": '<b onclick="x()">no</b> <script>alert(1)</script>',
    "ansi": "\x1b[2J\x1b[31mno\x1b]0;title\x07",
    "nul": "no\x00\x01\n\r\tno",
    "rtl": "no \u202egnp.exe\u2066 \u200b",
    "lone-surrogate": "no \ud800",
    "1-mb": "no " * 350_000,
}
"""What a service may say in words."""

ADDRESSES = {
    "data": "data:image/png;base64,iVBORw0KGgo=",
    "file": "file:///etc/hostname",
    "ftp": "ftp://127.0.0.1/1.jpeg",
    "relative": "/predictions/1.jpeg",
    "protocol-relative": "//127.0.0.1/1.jpeg",
    "downgrade": "http://cdn.example.net/1.jpeg",
    "private": "https://10.0.0.1/1.jpeg",
    "metadata-service": "https://169.254.169.254/latest",
    "printer": "https://printer.local/1.jpeg",
    "userinfo": "https://user:secret@127.0.0.1/1.jpeg",
    "100-kb": "https://127.0.0.1/" + "x" * 100_000,
    "no-port": "http://127.0.0.1:99999/1.jpeg",
    "no-name": "https://xn--/1.jpeg",
    "script": "javascript:alert(1)",
    "line-break": "http://127.0.0.1/1.jpeg\r\nX-Injected: 1",
}
"""None of these may be asked, for a picture or with one."""


# Pictures


@act
def picture(exchange: Exchange, kind: str) -> None:
    """An output that is there, and is not what it should be."""
    reply = exchange.forward()
    exchange.pass_on(reply.with_body(PICTURES[kind](reply.body)))


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


PICTURES: dict[str, Callable[[bytes], bytes]] = {
    "html-inside": lambda _: PAGE,
    "cut-short": lambda body: body[: len(body) // 2],
    "empty-picture": lambda _: b"",
    "another-picture": lambda _: _png(8, 8, (b"\x00" + b"\x80" * 8) * 8),
    "bomb": lambda _: _png(65_535, 65_535, b"\x00"),
}


@act
def part(exchange: Exchange) -> None:
    """Half of it, as if a range had been asked for."""
    reply = exchange.forward()
    half, size = _half(reply.body), len(reply.body)
    told = reply.with_header("Content-Range", f"bytes 0-{len(half) - 1}/{size}")
    exchange.pass_on(told.with_body(half).with_status(206))


@act
def expired(exchange: Exchange, status: int) -> None:
    exchange.reply(status, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")


@act
def too_large(exchange: Exchange, megabytes: int = 66, declared: bool = True) -> None:
    """More than a picture can be; what is declared is known beforehand."""
    piece = b"x" * 1_000_000
    lines = {"Content-Length": str(megabytes * len(piece))} if declared else {}
    exchange.send(make_head(200, {"Content-Type": "image/jpeg", **lines}))
    for _ in range(megabytes):
        exchange.send(piece)


def _edit(exchange: Exchange, change: Callable[[Any], None]) -> None:
    reply = exchange.forward()
    document = reply.document
    change(document)
    exchange.pass_on(reply.with_body(json.dumps(document).encode()))


def _with_some_body(reply: Reply) -> Reply:
    """Something to break off in the middle of."""
    return reply if reply.body else reply.with_body(b"<Stored/>")


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


# What they are called, and where they make sense

_LINE: dict[str, Spoil] = {
    name: Spoil(name)
    for name in (
        "reset-at-accept",
        "close-at-accept",
        "reset-after-head",
        "reset-after-body",
        "close-before",
        "early-answer",
        "hang",
        "lost-reply",
        "reset-reply",
        "short-body",
        "half-head",
        "slow-head",
        "slow-body",
        "stalled-body",
        "garbage",
        "no-head",
        "endless-headers",
        "long-header",
        "two-lengths",
        "length-and-chunked",
        "chunked",
        "bad-chunk",
        "no-length",
        "continue-flood",
        "switching",
        "extra-bytes",
        "answer-twice",
        "says-close-and-stays",
        "says-stay-and-closes",
    )
}
_LINE["hang-after"] = Spoil("hang", acts=True)
_LINE["gzip"] = Spoil("encoded", encoding="gzip")
_LINE["gzip-bomb"] = Spoil("encoded", encoding="gzip", bomb=16_000_000)
_LINE |= {f"encoding-{x}": Spoil("wrongly-encoded", encoding=x) for x in ("gzip", "br", "odd")}

_REFUSALS = (400, 401, 402, 403, 404, 405, 406, 410, 413, 415, 422, 429, 451)
_TROUBLE = (408, 409, 425, 500, 501, 502, 503, 504, 507, *range(520, 530))
_STATUS = {f"{x}-before": Spoil("status", status=x) for x in (300, 304, *_REFUSALS, *_TROUBLE, 999)}
_STATUS |= {f"{x}-page-before": Spoil("status", status=x, html=True) for x in (200, *_REFUSALS)}
# A refusal in the service's own words is believed: after acting there is only a gateway's page.
_STATUS |= {f"{x}-page-after": Spoil("status", status=x, acts=True, html=True) for x in _REFUSALS}
_STATUS |= {f"{x}-after": Spoil("status", status=x, acts=True) for x in (302, *_TROUBLE, 999)}
_STATUS |= {
    f"{status}-{to}{'-after' if acts else ''}": Spoil("redirect", status=status, to=to, acts=acts)
    for acts in (False, True)
    for status in (301, 302, 307, 308)
    for to in ("moved", "elsewhere", "other-host")
}
_STATUS |= {f"302-{to}": Spoil("redirect", status=302, to=to) for to in ("no-host", "file")}
_STATUS["redirect-loop"] = Spoil("redirect-chain", hops=99)
_STATUS |= {
    f"429-retry-after-{name}": Spoil("status", status=429, headers={"Retry-After": value})
    for name, value in {
        "seconds": "2",
        "date": "Wed, 21 Oct 2099 07:28:00 GMT",
        "garbage": "soon",
        "for-ever": "1000000000",
        "negative": "-5",
        "none": "",
    }.items()
}

_REPLIES = {f"body-{kind}": Spoil("body", kind=kind) for kind in BODIES}
_REPLIES |= {f"{x}-with-reply": Spoil("status-with-reply", status=x) for x in (201, 400, 502)}
_REPLIES |= {f"code-{x}-before": Spoil("envelope", code=x) for x in (400, 401, 402, 404, 422, 429)}
_REPLIES |= {
    f"code-{x}-after": Spoil("envelope", code=x, acts=True)
    for x in (200, 409, 500, 503, 5000, 5004)
}
_REPLIES["code-as-text"] = Spoil("field", path=("code",), value="200")
_REPLIES["code-400-with-reply"] = Spoil("field", path=("code",), value=400)
_REPLIES["data-a-list"] = Spoil("field", path=("data",), value=[])
_REPLIES |= {f"says-{x}": Spoil("status", status=400, message=WORDS[x]) for x in WORDS}

_PREDICTION = {kind: Spoil("prediction", kind=kind) for kind in PREDICTIONS}
_PREDICTION |= {f"failed-with-{x}": Spoil("failed-with", error=WORDS[x]) for x in WORDS}

_RESULT = {
    f"output-{name}": Spoil("field", path=("data", "outputs"), value=[address])
    for name, address in ADDRESSES.items()
}
_RESULT["other-id"] = Spoil("field", path=("data", "id"), value=STRANGE_ID)

_TICKET = {
    f"upload-{name}": Spoil("field", path=("data", "upload", "url"), value=address)
    for name, address in ADDRESSES.items()
}

_OUTPUT = {kind: Spoil("picture", kind=kind) for kind in PICTURES}
_OUTPUT |= {f"expired-{x}": Spoil("expired", status=x) for x in (403, 404, 410)}
_OUTPUT |= {f"redirect-chain-{x}": Spoil("redirect-chain", hops=x) for x in (3, 4)}
_OUTPUT["part"] = Spoil("part")
_OUTPUT["too-large"] = Spoil("too-large")
_OUTPUT["too-large-undeclared"] = Spoil("too-large", declared=False)

_EVERYWHERE = _LINE | _STATUS

FAULTS_OF: Mapping[str, Mapping[str, Spoil]] = {
    "upload-ticket": _EVERYWHERE | _REPLIES | _TICKET,
    "upload-put": _EVERYWHERE,
    "upload-binary": _EVERYWHERE | _REPLIES,
    "submit": _EVERYWHERE | _REPLIES | _PREDICTION,
    "result": _EVERYWHERE | _REPLIES | _PREDICTION | _RESULT,
    "output": _EVERYWHERE | _OUTPUT,
    "price": _EVERYWHERE | _REPLIES,
    "balance": _EVERYWHERE | _REPLIES,
    "list": _EVERYWHERE | _REPLIES,
    "billings": _EVERYWHERE | _REPLIES,
    "delete": _EVERYWHERE | _REPLIES,
}
"""For each operation what makes sense there, by its name."""

FAULTS: Mapping[str, Spoil] = {
    name: spoil for faults in FAULTS_OF.values() for name, spoil in faults.items()
}

PATIENT = frozenset({"hang", "hang-after", "slow-head", "slow-body", "stalled-body"})
"""Faults that outlast every caller: only a deadline ends them."""
