"""Real sockets on loopback, where only the truth of the wire counts."""

import contextlib
import socket
import ssl
import struct

import httpx
import pytest
from wavespeed_tools import WIRE, whole

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import NotSentError, ServiceError, UnansweredError
from kontext_desktop.wavespeed.transfer import Line, exchange, fetch
from kontext_desktop.wavespeed.transport import Transport, is_public
from kontext_desktop.wavespeed.wire import submit_body

ID = "3f7c9a1e5b2d4c68a0e1f2938475bacd"
BODY = submit_body(
    KONTEXT_MAX,
    prompt="Warmer.",
    image="https://x/i.png",
    seed=7,
    guidance_scale=3.5,
    aspect_ratio=None,
)
CREATED = (WIRE / "submit_created.json").read_bytes()


def reset(connection, _request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_closed_door_means_not_sent(make):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSentError):
        make(f"http://127.0.0.1:{port}").submit(KONTEXT_MAX, BODY)


def test_a_failed_handshake_means_not_sent(serve, make):
    server = serve(lambda *_: whole(b"{}"))
    with pytest.raises(NotSentError):
        make(f"https://127.0.0.1:{server.port}", connect=0.3).submit(KONTEXT_MAX, BODY)
    assert server.requests == []


@pytest.mark.parametrize(
    "script",
    [
        reset,
        lambda *_: None,
        lambda line, _: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
        lambda line, _: line.sendall(b"garbage\r\n\r\n"),
        lambda *_: whole(b"", b"307 Moved", b"Location: /elsewhere\r\n"),
    ],
)
def test_after_the_first_byte_a_broken_answer_is_unsure_and_sent_once(serve, make, script):
    server = serve(script)
    with pytest.raises(UnansweredError):
        make(server.url).submit(KONTEXT_MAX, BODY)
    assert len(server.requests) == len(server.connections) == 1


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX: ", whole(b" " * 9999)[:60]]
)
def test_a_dripping_server_does_not_outlast_the_deadline(serve, make, start):
    """A byte every few milliseconds: no single wait is long, so only a total ends the call."""

    def drip(connection, _request):
        connection.sendall(start)
        for _ in range(200):
            if server.stop.wait(0.02):
                break
            connection.sendall(b" ")

    server = serve(drip)
    with pytest.raises(UnansweredError) as caught:
        make(server.url, submit=0.3).submit(KONTEXT_MAX, BODY)
    assert "ReadTimeout" in caught.value.detail


def test_looks_share_a_connection_and_each_paid_request_has_its_own(serve, make):
    server = serve(lambda *_: whole(CREATED))
    client = make(server.url)
    for _ in range(3):
        client.get_result(ID)
    assert len(server.connections) == 1
    for _ in range(3):
        client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == 4


def purse(dollars):
    return whole(b'{"code": 200, "data": {"balance": %d}}' % dollars)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(purse(1) + purse(2), id="an-answer-twice"),
        pytest.param(whole(b"page", b"304 Not Modified"), id="a-body-where-none-can-be"),
        pytest.param(purse(1) + b"x", id="a-byte-too-many"),
    ],
)
def test_no_question_is_answered_by_what_was_left_of_another_answer(serve, make, odd):
    """The list of edits decides about money; a picture that is another's would be shown as ours."""
    answers = iter([odd])
    server = serve(lambda *_: next(answers, purse(3)))
    client = make(server.url)
    with contextlib.suppress(ServiceError):
        client.get_balance()
    assert [client.get_balance() for _ in range(2)] == [3_000_000] * 2
    assert len(server.connections) == 2


def test_a_picture_goes_up_and_comes_down_byte_for_byte(serve, make):
    picture = bytes(range(256)) * 2000
    storage = serve(lambda _, request: whole(picture if request[:3] == b"GET" else b""))
    ticket = (WIRE / "upload_ticket.json").read_bytes()
    local = ticket.replace(b"https://uploads.example.net", storage.url.encode())
    api = serve(lambda *_: whole(local))
    client = make(api.url)
    client.upload(picture, "5d1c.png", "image/png")
    head, _, body = storage.requests[0].partition(b"\r\n\r\n")
    assert body == picture
    assert b"some-key" not in head
    assert b"some-key" in api.requests[0]
    assert client.download(f"{storage.url}/1.jpeg") == picture
    assert b"some-key" not in storage.requests[1]


def test_a_name_that_leads_into_the_local_network_hears_nothing(serve):
    server = serve(lambda *_: whole(b"secret"))
    request = httpx.Request("GET", f"http://localhost:{server.port}/")
    with (
        Transport(lambda: 0.0, public_only=True) as transport,
        pytest.raises(ServiceError, match="local network"),
    ):
        exchange(Line(transport, lambda: 0.0, 1), request, 5)
    assert server.requests == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:99999/", f"https://{'a' * 70}.example/"])
def test_a_host_that_cannot_be_is_one_of_our_errors(url):
    with Transport(lambda: 0.0) as transport, pytest.raises(ServiceError):
        fetch(Line(transport, lambda: 0.0, 1), url, 5, local=True, report=None)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.1.1", "::1", "fe80::1", "::ffff:10.0.0.1", "fd00::1"],
)
def test_addresses_of_this_machine_and_network_are_not_public(address):
    assert not is_public(address)
    assert is_public("1.1.1.1")


def test_certificates_are_always_verified():
    from kontext_desktop.wavespeed.transport import _trust

    context = _trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
