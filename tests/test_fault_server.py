"""The fault server is what it says: transparent by itself, and on the wire exactly as spoilt.

Seen from a bare socket, as a client's view would hide half of it.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fault_server import FAULTS, FAULTS_OF, PATIENT, FaultServer, Spoil, mutations

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.wavespeed import Client, submit_body

NOW = 1_772_366_400.25
SUBMIT = "/api/v3/wavespeed-ai/flux-kontext-max"
UNFETCHABLE = {"prompt": "Warmer.", "image": "http://127.0.0.1:1/media/none", "seed": 7}
"""A submit that is accepted and charged, and never painted."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultServer]:
    with FaultServer(tmp_path / "service", now=lambda: NOW) as server:
        yield server


class Caller:
    """A bare socket. `ended` says how the other side left: "closed", "reset", or "open"."""

    def __init__(self, base: str) -> None:
        # Connected without a timeout: with one, a reset right after accepting can come before it.
        self.socket = socket.create_connection(("127.0.0.1", urlsplit(base).port))
        self.socket.settimeout(30)
        self.ended = "open"

    def ask(self, method: str, path: str, content: object = None) -> bytes:
        self.socket.sendall(message(method, path, content))
        return self.listen()

    def listen(self, patience: float = 0.15) -> bytes:
        """All that comes until the other side leaves, or has been still for a moment."""
        heard = b""
        try:
            while piece := self.socket.recv(1 << 20):
                heard += piece
                self.socket.settimeout(patience)
            self.ended = "closed"
        except TimeoutError:
            pass
        except ConnectionError:
            self.ended = "reset"
        return heard

    def close(self) -> None:
        self.socket.close()


@contextlib.contextmanager
def calling(base: str) -> Iterator[Caller]:
    caller = Caller(base)
    try:
        yield caller
    finally:
        caller.close()


def ask(base: str, method: str, path: str, content: object = None) -> bytes:
    """The whole answer on a connection that says at once that nothing more will be asked."""
    with calling(base) as caller:
        caller.socket.sendall(message(method, path, content))
        with contextlib.suppress(OSError):  # reset already
            caller.socket.shutdown(socket.SHUT_WR)
        return caller.listen(patience=30)


def message(method: str, path: str, content: object = None) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def body_of(reply: bytes) -> bytes:
    return reply.partition(b"\r\n\r\n")[2]


@pytest.fixture
def prediction(server: FaultServer) -> str:
    """The id of an edit that was accepted before the fault server saw anything."""
    return str(
        json.loads(body_of(ask(server.practice.url, "POST", SUBMIT, UNFETCHABLE)))["data"]["id"]
    )


# Transparent


def test_plain_traffic_is_passed_on_byte_for_byte(server: FaultServer, prediction: str) -> None:
    questions = [
        ("GET", "/", None),
        ("GET", "/api/v3/balance", None),
        ("GET", "/api/v3/models", None),
        ("GET", "/nothing", None),
        ("GET", f"/api/v3/predictions/{prediction}/result", None),
        ("POST", "/api/v3/predictions", {"page": 1, "page_size": 10}),
        ("POST", "/api/v3/model/price", {"model_id": KONTEXT_MAX.id, "inputs": {}}),
        ("POST", SUBMIT, {"prompt": ""}),
    ]
    for question in questions:
        here = ask(server.url, *question)
        there = ask(server.practice.url, *question)
        assert server.practice.url.encode() not in here
        assert here == there.replace(server.practice.url.encode(), server.url.encode())
    assert [request.method for request in server.requests] == [q[0] for q in questions]


def test_a_missing_file_of_the_storage_is_missing_here_too(server: FaultServer) -> None:
    path = f"/predictions/{'0' * 32}/1.jpeg"
    assert ask(server.storage_url, "GET", path) == ask(server.practice.storage_url, "GET", path)


def test_the_real_client_makes_an_edit_through_it_and_never_leaves_it(tmp_path: Path) -> None:
    picture = (Path(__file__).parent.parent / "resources/samples/still-life.jpg").read_bytes()
    with (
        FaultServer(tmp_path / "service") as server,
        Client(server.url, lambda: "some-key", version="0") as client,
    ):
        image = client.upload(picture, "5d1c.jpg", "image/jpeg")
        body = submit_body(
            KONTEXT_MAX,
            prompt="Warmer.",
            image=image,
            seed=7,
            guidance_scale=3.5,
            aspect_ratio=None,
        )
        prediction = client.submit(KONTEXT_MAX, body)
        while prediction.outcome == "running":
            prediction = client.get_result(prediction.id)
        (output,) = prediction.outputs
        assert image.startswith(server.storage_url)
        assert output.startswith(server.storage_url)
        assert client.download(output).startswith(b"\xff\xd8")
        assert [accepted.id for accepted in server.ledger] == [prediction.id]
        assert server.accepted_posts == 1
        operations = dict.fromkeys(request.operation for request in server.requests)
        assert list(operations) == ["upload-ticket", "upload-put", "submit", "result", "output"]


@pytest.mark.parametrize(
    ("port", "method", "path", "operation"),
    [
        ("api", "POST", "/api/v3/media/uploads", "upload-ticket"),
        ("api", "POST", "/api/v3/media/upload/binary", "upload-binary"),
        ("api", "POST", f"{SUBMIT}?webhook=x", "submit"),
        ("api", "GET", "/api/v3/predictions/abc/result", "result"),
        ("api", "POST", "/api/v3/model/price", "price"),
        ("api", "POST", "/api/v3/model/pricing", "price"),
        ("api", "GET", "/api/v3/balance", "balance"),
        ("api", "POST", "/api/v3/predictions", "list"),
        ("api", "POST", "/api/v3/billings/search", "billings"),
        ("api", "POST", "/api/v3/predictions/delete", "delete"),
        ("api", "GET", "/api/v3/models", "other"),
        ("storage", "PUT", "/upload/abc", "upload-put"),
        ("storage", "GET", "/predictions/abc/1.jpeg", "output"),
    ],
)
def test_each_path_has_its_operation(
    server: FaultServer, port: str, method: str, path: str, operation: str
) -> None:
    ask(server.url if port == "api" else server.storage_url, method, path, {})
    (request,) = server.requests
    assert (request.door, request.operation, request.path) == (port, operation, path)
    assert request.forwarded
    assert request.body == b"{}"


def test_practice_options_are_passed_on(tmp_path: Path) -> None:
    with FaultServer(tmp_path / "service", announces=False) as server:
        assert ask(server.url, "GET", "/").startswith(b"HTTP/1.1 404 ")


# The script


def balances(server: FaultServer, count: int) -> list[int]:
    return [int(ask(server.url, "GET", "/api/v3/balance").split(b" ")[1]) for _ in range(count)]


def test_a_fault_hits_the_calls_it_was_meant_for_and_no_others(server: FaultServer) -> None:
    assert balances(server, 1) == [200]
    server.spoil("balance", "503-before", after=1, times=2)
    server.spoil("balance", Spoil("status", status=402), after=4)
    server.spoil("price", "500-before")
    assert balances(server, 6) == [200, 503, 503, 200, 402, 200]
    assert [spoil.options["status"] for spoil in server.spoilt] == [503, 503, 402]


def test_calm_forgets_what_did_not_come_to_pass(server: FaultServer) -> None:
    server.spoil("balance", "503-before")
    server.calm()
    assert balances(server, 1) == [200]


def test_a_misspelt_fault_or_operation_is_none(server: FaultServer) -> None:
    with pytest.raises(ValueError, match="no such operation"):
        server.spoil("sumbit", "hang")
    with pytest.raises(KeyError):
        server.spoil("submit", "hnag")
    with pytest.raises(ValueError, match="no such fault"):
        Spoil("hnag")
    with pytest.raises(TypeError):
        Spoil("hang", second=1)


def test_what_never_reached_the_service_is_noted_as_such(server: FaultServer) -> None:
    server.spoil("submit", "503-before")
    ask(server.url, "POST", SUBMIT, UNFETCHABLE)
    server.spoil("submit", "lost-reply")
    ask(server.url, "POST", SUBMIT, UNFETCHABLE)
    assert [(r.forwarded, r.status) for r in server.requests] == [(False, 0), (True, 200)]
    assert server.accepted_posts == len(server.ledger) == 1


# On the wire


def spoilt(server: FaultServer, spoil: Spoil | str) -> tuple[bytes, str]:
    """What a spoilt submit hears, and how the connection ended."""
    server.spoil("submit", spoil)
    with calling(server.url) as caller:
        try:
            heard = caller.ask("POST", SUBMIT, UNFETCHABLE)
        except ConnectionError:
            return b"", "reset"
        return heard, caller.ended


@pytest.mark.parametrize(
    ("name", "ended", "acted"),
    [
        ("reset-at-accept", "reset", False),
        ("reset-after-head", "reset", False),
        ("reset-after-body", "reset", False),
        ("close-before", "closed", False),
        ("hang", "open", False),
        ("hang-after", "open", True),
        ("lost-reply", "closed", True),
    ],
)
def test_some_answers_have_not_a_single_byte(
    server: FaultServer, name: str, ended: str, acted: bool
) -> None:
    server.spoil("submit", name)
    with calling(server.url) as caller, contextlib.suppress(ConnectionError):
        caller.ended = "reset"
        caller.socket.settimeout(0.3 if name in PATIENT else 30)
        caller.socket.sendall(message("POST", SUBMIT, UNFETCHABLE))
        caller.ended = "open"
        assert caller.listen() == b""
    assert caller.ended == ended
    assert len(server.ledger) == acted
    assert [request.forwarded for request in server.requests] in ([], [acted])


def test_a_close_at_accept_comes_before_anything_is_sent(server: FaultServer) -> None:
    server.spoil("submit", "close-at-accept")
    with calling(server.url) as caller:
        assert caller.listen() == b""
        assert caller.ended == "closed"
    assert server.requests == []
    assert balances(server, 1) == [200]


def test_a_fault_at_accept_ends_the_open_connections_first(server: FaultServer) -> None:
    with calling(server.url) as caller:
        assert caller.ask("GET", "/api/v3/balance").startswith(b"HTTP/1.1 200 ")
        server.spoil("balance", "reset-at-accept")
        assert caller.listen() == b""
        assert caller.ended == "closed"


def test_a_reset_after_the_head_does_not_wait_for_the_body(server: FaultServer) -> None:
    server.spoil("submit", "reset-after-head")
    with calling(server.url) as caller:
        caller.socket.sendall(message("POST", SUBMIT, UNFETCHABLE)[:-20])
        assert caller.listen() == b""
        assert caller.ended == "reset"
    assert server.requests[0].body == b""


def test_an_early_answer_does_not_wait_for_the_body(server: FaultServer) -> None:
    server.spoil("submit", "early-answer")
    with calling(server.url) as caller:
        caller.socket.sendall(message("POST", SUBMIT, UNFETCHABLE)[:-20])
        assert caller.listen().startswith(b"HTTP/1.1 413 ")
    assert not server.requests[0].forwarded


@pytest.mark.parametrize(
    ("name", "ended"),
    [("reset-reply", "reset"), ("short-body", "closed"), ("stalled-body", "open")],
)
def test_some_bodies_stop_in_the_middle(server: FaultServer, name: str, ended: str) -> None:
    heard, how = spoilt(server, name)
    head, _, body = heard.partition(b"\r\n\r\n")
    assert how == ended
    declared = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert 0 < len(body) < declared
    assert len(server.ledger) == 1


def test_half_a_head_is_no_head(server: FaultServer) -> None:
    heard, ended = spoilt(server, "half-head")
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in heard
    assert ended == "closed"


@pytest.mark.parametrize("name", ["slow-head", "slow-body"])
def test_a_dripping_answer_is_a_whole_one_a_byte_at_a_time(server: FaultServer, name: str) -> None:
    server.spoil("submit", Spoil(name, interval=0.0))
    with calling(server.url) as caller:
        heard = caller.ask("POST", SUBMIT, UNFETCHABLE)
    assert json.loads(body_of(heard))["data"]["id"] == server.ledger[0].id


SIGNS = {
    "garbage": b"\x00\x01\x02\x03",
    "no-head": b'{"code": 200',
    "endless-headers": b"Set-Cookie: c9999=x\r\n",
    "long-header": b"X-Long: " + b"x" * 1_000_000,
    "length-and-chunked": b"\r\nTransfer-Encoding: chunked\r\n",
    "bad-chunk": b"zz\r\nrest\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\n",
    "continue-flood": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + b"HTTP/1.1 200 ",
    "extra-bytes": b"}" + b"x" * 99,
    "says-close-and-stays": b"\r\nConnection: close\r\n",
    "says-stay-and-closes": b"\r\nConnection: keep-alive\r\n",
    "gzip": b"\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
    "encoding-br": b'\r\nContent-Encoding: br\r\n\r\n{"code": 200',
    "302-after": b"HTTP/1.1 302 Found\r\n",
    "522-after": b"HTTP/1.1 522 ",
    "502-with-reply": b'"status": "created"',
    "body-utf-16": b"\xff\xfe{\x00",
    "body-bom": b"\xef\xbb\xbf{",
    "body-deep": b"[" * 100_000,
    "code-as-text": b'"code": "200"',
    "two-ids": b'"data": [{',
    "failed-with-nul": b"no\\u0000",
}
BREAKS_OFF = {
    *("garbage", "no-head", "endless-headers", "long-header", "two-lengths", "bad-chunk"),
    *("length-and-chunked", "switching", "says-stay-and-closes"),
}


@pytest.mark.parametrize("name", SIGNS)
def test_odd_answers_come_after_the_act_and_are_as_odd_as_they_say(
    server: FaultServer, name: str
) -> None:
    heard, ended = spoilt(server, name)
    assert SIGNS[name] in heard
    assert len(server.ledger) == 1
    assert ended == ("closed" if name in BREAKS_OFF else "open")


def test_two_lengths_are_two(server: FaultServer) -> None:
    heard, _ = spoilt(server, "two-lengths")
    lengths = re.findall(rb"\r\nContent-Length: (\d+)", heard)
    assert len(set(lengths)) == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    ("to", "place"),
    [("moved", "{url}/moved"), ("elsewhere", "{elsewhere_url}" + SUBMIT)],
)
def test_a_redirect_names_its_place(server: FaultServer, status: int, to: str, place: str) -> None:
    heard, ended = spoilt(server, f"{status}-{to}")
    where = place.format(url=server.url, elsewhere_url=server.elsewhere_url)
    assert heard.startswith(b"HTTP/1.1 %d " % status)
    assert f"\r\nLocation: {where}\r\n".encode() in heard
    assert (ended, server.ledger) == ("open", [])


def test_who_follows_a_redirect_elsewhere_is_seen(server: FaultServer) -> None:
    answer = ask(server.elsewhere_url, "POST", SUBMIT, UNFETCHABLE)
    assert answer.startswith(b"HTTP/1.1 200 ")
    (request,) = server.requests
    assert (request.door, request.operation, request.forwarded) == ("elsewhere", "elsewhere", False)
    assert request.headers["authorization"] == "Bearer k"


def test_a_redirect_chain_ends_and_a_loop_does_not(server: FaultServer) -> None:
    path = f"/predictions/{'0' * 32}/1.jpeg"

    def statuses(count: int) -> list[bytes]:
        return [ask(server.storage_url, "GET", path).split(b" ")[1] for _ in range(count)]

    server.spoil("output", "redirect-chain-3")
    assert statuses(4) == [b"302", b"302", b"302", b"403"]
    server.spoil("output", "redirect-loop")
    assert statuses(8) == [b"302"] * 8


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("429-retry-after-")])
def test_a_429_says_when_to_come_again_in_its_way(server: FaultServer, name: str) -> None:
    heard, _ = spoilt(server, name)
    assert heard.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"\r\nRetry-After: " in heard
    assert server.ledger == []


@pytest.mark.parametrize("name", ["too-large", "too-large-undeclared"])
def test_a_picture_can_be_larger_than_any_picture(server: FaultServer, name: str) -> None:
    server.spoil("output", Spoil("too-large", **{**FAULTS[name].options, "megabytes": 3}))
    heard = ask(server.storage_url, "GET", f"/predictions/{'0' * 32}/1.jpeg")
    assert len(body_of(heard)) == 3_000_000


@pytest.mark.parametrize("name", sorted(FAULTS_OF["submit"].keys() - PATIENT))
def test_names_say_whether_the_service_acted(server: FaultServer, name: str) -> None:
    server.spoil("submit", name)
    heard = b""
    with contextlib.suppress(ConnectionError):
        heard = ask(server.url, "POST", SUBMIT, UNFETCHABLE)
    acted = len(server.ledger)
    assert [repr(spoil) for spoil in server.spoilt[:1]] == [repr(FAULTS[name])]
    assert server.accepted_posts == acted
    if "-before" in name:
        assert acted == 0
    if name.endswith("-after") or name.startswith(("body-", "failed-with-")):
        assert acted == 1
    if re.match(rb"HTTP/1.1 4(?!08|09|25).*\"code\": 4", heard, re.DOTALL):
        assert acted == 0  # a refusal in the service's own words is true


# Outages


def test_when_away_connections_end_and_new_ones_are_refused_until_it_is_back(
    server: FaultServer,
) -> None:
    urls = server.url, server.storage_url
    with calling(server.url) as caller:
        caller.ask("GET", "/api/v3/balance")
        server.away()
        assert caller.listen() == b""
        assert caller.ended == "closed"
    for url in urls:
        with pytest.raises(ConnectionRefusedError):
            Caller(url)
    server.back()
    assert (server.url, server.storage_url) == urls
    assert balances(server, 1) == [200]


@pytest.mark.parametrize("name", sorted(PATIENT))
@pytest.mark.parametrize("end", ["away", "calm"])
def test_what_is_held_ends_with_the_server(server: FaultServer, name: str, end: str) -> None:
    server.spoil("submit", name)
    with calling(server.url) as caller:
        caller.socket.sendall(message("POST", SUBMIT, UNFETCHABLE))
        waiting = threading.Thread(target=lambda: caller.listen(patience=30))
        waiting.start()
        while not server.spoilt:
            waiting.join(0.01)
        getattr(server, end)()
        waiting.join()
        assert caller.ended in ("closed", "reset")
    assert [t.name for t in threading.enumerate() if t.name == "fault-server-api"] == (
        [] if end == "away" else ["fault-server-api"]
    )


# Mutations


def test_mutations_change_one_field_each_and_leave_no_kind_out() -> None:
    document = {"code": 200, "data": {"outputs": ["a", "b"], "error": ""}}
    found = list(mutations(document))
    assert len(found) == len({name for name, _, _ in found}) == 5 * 10 - 1
    assert {path for _, path, _ in found} == {
        ("code",),
        ("data",),
        ("data", "outputs"),
        ("data", "outputs", 0),
        ("data", "error"),
    }


def test_a_mutated_field_is_all_that_differs(server: FaultServer, prediction: str) -> None:
    path = f"/api/v3/predictions/{prediction}/result"
    plain = json.loads(body_of(ask(server.url, "GET", path)))
    for name, place, value in mutations(plain):
        server.spoil("result", Spoil("field", path=place, value=value))
        changed = json.loads(body_of(ask(server.url, "GET", path)))
        assert changed != plain
        *holders, last = place
        a, b = plain, changed
        for step in holders:
            a, b = a[step], b[step]
        if name.endswith("=missing"):
            assert last not in b
        else:
            assert json.dumps(b[last]) == json.dumps(value)
