"""Connections made ahead of time: ready sooner, and in no doubt what was sent."""

import datetime
import ipaddress
import socket
import ssl
import time

import httpx
import pytest
from wavespeed_tools import WIRE, whole

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import NotSentError, UnansweredError
from kontext_desktop.wavespeed import submit_body
from kontext_desktop.wavespeed.transport import Transport

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


class Clock:
    def __init__(self, read):
        self.read = read
        self.ahead = 0.0

    def __call__(self):
        return self.read() + self.ahead


def answering(_connection, _request):
    return whole(CREATED)


def accepted(server, kind=socket.socket):
    """The first connection, once the server has taken it."""
    while not (server.connections and isinstance(server.connections[0], kind)):
        time.sleep(0.005)
    return server.connections[0]


@pytest.mark.parametrize("ahead", ["warm", "prepare_submit"])
def test_a_connection_made_ahead_says_nothing_by_itself(make, ahead):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make(f"http://127.0.0.1:{listener.getsockname()[1]}")
        getattr(client, ahead)()
        connection, _ = listener.accept()
        client.close()
        with connection:
            assert connection.recv(1) == b""


@pytest.mark.parametrize("ahead", ["warm", "prepare_submit"])
def test_a_service_that_cannot_be_reached_is_no_error_before_it_is_asked(make, ahead):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = make(f"http://127.0.0.1:{port}", connect=0.3)
    getattr(client, ahead)()
    with pytest.raises(NotSentError):
        client.submit(KONTEXT_MAX, BODY)


@pytest.mark.parametrize("ahead", ["warm", "prepare_submit"])
def test_a_service_whose_certificate_is_not_trusted_is_not_connected_to(serve, make, ahead):
    server = serve(answering)
    client = make(f"https://127.0.0.1:{server.port}", connect=0.3)
    getattr(client, ahead)()
    with pytest.raises(NotSentError):
        client.submit(KONTEXT_MAX, BODY)
    assert server.requests == []


@pytest.mark.parametrize("ahead", ["warm", "prepare_submit"])
def test_nothing_stays_connected_once_the_client_is_closed(make, ahead):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make(f"http://127.0.0.1:{listener.getsockname()[1]}")
        client.close()
        getattr(client, ahead)()
        with socket.create_connection(listener.getsockname()) as last:
            while (connection := listener.accept()[0]).getpeername() != last.getsockname():
                with connection:
                    connection.settimeout(5)
                    assert connection.recv(1) == b""
            connection.close()


def test_the_warm_connection_is_the_one_that_looks_use(serve, make):
    server = serve(answering)
    client = make(server.url)
    for _ in range(3):
        client.warm()
        client.get_result(ID)
    client.warm()
    client.get_result(ID)
    assert (len(server.connections), len(server.requests)) == (1, 4)


def test_a_prepared_connection_carries_one_paid_request_and_no_look(serve, make):
    server = serve(answering)
    client = make(server.url)
    for _ in range(3):
        client.prepare_submit()
    client.get_result(ID)
    for _ in range(2):
        client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == 3  # prepared and used, the look's, the second submit's
    methods = [request[:4] for request in server.requests]
    assert methods == [b"GET ", b"POST", b"POST"]


@pytest.mark.parametrize("clock", ["now", "wall"])
@pytest.mark.parametrize(("seconds", "connections"), [(15, 1), (21, 2), (-3600, 2)])
def test_a_prepared_connection_is_used_only_while_it_is_young_by_both_clocks(
    serve, make, clock, seconds, connections
):
    server = serve(answering)
    clocks = {"now": Clock(time.monotonic), "wall": Clock(time.time)}
    client = make(server.url, **clocks)
    client.prepare_submit()
    clocks[clock].ahead = seconds
    client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == connections
    assert len(server.requests) == 1


def test_a_prepared_connection_is_renewed_before_it_is_old(serve, make):
    server = serve(answering)
    now = Clock(time.monotonic)
    client = make(server.url, now=now)
    for now.ahead in (0, 9, 18, 27):
        client.prepare_submit()
    client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == 2
    assert len(server.requests) == 1


@pytest.mark.parametrize("ahead", ["warm", "prepare_submit"])
def test_a_connection_that_died_waiting_costs_nothing(serve, make, ahead):
    """Found dead before the first byte, it is replaced: nothing was sent over it."""
    server = serve(answering)
    client = make(server.url)
    getattr(client, ahead)()
    accepted(server).shutdown(socket.SHUT_RDWR)
    if ahead == "warm":
        client.get_result(ID)
    else:
        client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == 2
    assert len(server.requests) == 1


def test_a_connection_that_died_waiting_and_cannot_be_replaced_means_not_sent(make):
    listener = socket.create_server(("127.0.0.1", 0))
    client = make(f"http://127.0.0.1:{listener.getsockname()[1]}")
    client.prepare_submit()
    listener.accept()[0].close()
    listener.close()
    with pytest.raises(NotSentError):
        client.submit(KONTEXT_MAX, BODY)


def test_a_connection_on_which_somebody_spoke_first_is_not_used(serve, make):
    server = serve(answering)
    client = make(server.url)
    client.prepare_submit()
    accepted(server).sendall(whole(CREATED))
    client.submit(KONTEXT_MAX, BODY)
    assert len(server.connections) == 2


def test_a_prepared_connection_that_breaks_after_the_first_byte_is_unsure(serve, make):
    server = serve(lambda *_: None)
    client = make(server.url)
    client.prepare_submit()
    with pytest.raises(UnansweredError):
        client.submit(KONTEXT_MAX, BODY)
    assert len(server.requests) == len(server.connections) == 1


# Over TLS, where the other side sends session tickets without being asked


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 and its key, in one file."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "practice")])
    today = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def secure(serve, certificate):
    """A server over TLS, and a transport that trusts its certificate and no other."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    server = serve(answering, server_side)

    def trust():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(certificate)
        return context

    with Transport(time.monotonic, trust=trust) as transport:
        yield server, transport


def ask(server, transport, name="127.0.0.1"):
    request = httpx.Request("GET", f"https://{name}:{server.port}/", extensions={"timeout": {}})
    response = transport.handle_request(request)
    body = b"".join(response.stream)
    response.close()
    return body


def test_session_tickets_do_not_spoil_a_connection_made_ahead(secure):
    server, transport = secure
    transport.connect(httpx.URL(f"https://127.0.0.1:{server.port}"), 5)
    time.sleep(0.1)  # tickets arrive
    assert ask(server, transport) == CREATED
    assert len(server.connections) == 1


def test_a_hang_up_over_tls_is_noticed_before_the_first_byte(secure):
    server, transport = secure
    transport.connect(httpx.URL(f"https://127.0.0.1:{server.port}"), 5)
    accepted(server, ssl.SSLSocket).shutdown(socket.SHUT_RDWR)
    assert ask(server, transport) == CREATED
    assert len(server.connections) == 2


def test_the_certificate_is_checked_ahead_of_time_for_the_name_that_is_asked(secure):
    server, transport = secure
    with pytest.raises(httpx.ConnectError):
        transport.connect(httpx.URL(f"https://localhost:{server.port}"), 5)
    with pytest.raises(httpx.ConnectError):
        ask(server, transport, "localhost")
    assert server.requests == []
