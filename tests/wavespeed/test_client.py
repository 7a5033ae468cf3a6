"""The service's calls against a line that answers anything, and notes every request."""

import contextlib
import json
import re
import traceback

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wavespeed_tools import API, KEY, WIRE, Fake, Raw, example, reply

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import (
    AccessError,
    GoneError,
    KontextError,
    NotSentError,
    ParameterError,
    RefusedError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.wavespeed.api import is_loopback
from kontext_desktop.wavespeed.wire import SENT_NAMES, Prediction, submit_body

ID = "3f7c9a1e5b2d4c68a0e1f2938475bacd"
BODY = submit_body(
    KONTEXT_MAX,
    prompt="Warmer light.",
    image="https://cdn.example.net/in.png",
    seed=7,
    guidance_scale=3.5,
    aspect_ratio="16:9",
)


def a_working_service(request):
    """Every call of the service in its documented shape."""
    answers = {
        "/api/v3/wavespeed-ai/flux-kontext-max": "submit_created",
        f"/api/v3/predictions/{ID}/result": "result_completed",
        "/api/v3/media/uploads": "upload_ticket",
        "/api/v3/media/upload/binary": "upload_form",
        "/api/v3/balance": "balance",
        "/api/v3/model/price": "price",
        "/api/v3/model/pricing": "price_legacy",
    }
    if request.url.host == "api.wavespeed.ai":
        return reply(200, example(answers[request.url.path]))
    return reply(200, b"picture" if request.method == "GET" else b"")


def drive(fake):
    """One of each call."""
    client = fake.client
    image = client.upload(b"\x89PNG" * 17_500, "5d1c.png", "image/png")
    client.get_price(KONTEXT_MAX, BODY)
    prediction = client.submit(KONTEXT_MAX, {**BODY, "image": image})
    client.download(client.get_result(prediction.id).outputs[0])
    client.get_balance()


# What leaves the machine


def test_the_key_goes_to_the_api_and_nowhere_else():
    fake = Fake(a_working_service)
    drive(fake)
    with_key = {r.url.host for r in fake.requests if KEY in str(r.headers.raw)}
    assert with_key == {"api.wavespeed.ai"}
    for request in fake.requests:
        if request.url.host == "api.wavespeed.ai":
            assert request.headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in str(request.url)
        assert KEY.encode() not in request.content


def test_storage_gets_exactly_the_headers_of_the_ticket():
    fake = Fake(a_working_service)
    drive(fake)
    stored = next(request for request in fake.requests if request.method == "PUT")
    assert dict(stored.headers) == {
        "content-type": "image/png",
        "x-upload-token": "t-1",
        "content-length": "70000",
        "host": "uploads.example.net",
    }
    fetched = next(r for r in fake.requests if r.method == "GET" and "api." not in r.url.host)
    assert set(fetched.headers) == {"host", "accept-encoding"}


def test_a_paid_request_has_documented_names_only():
    fake = Fake(a_working_service)
    fake.client.submit(KONTEXT_MAX, BODY)
    assert json.loads(fake.requests[0].content).keys() == SENT_NAMES
    with pytest.raises(ParameterError, match="asp_ratio"):
        fake.client.submit(KONTEXT_MAX, {**BODY, "asp_ratio": "1:1"})
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://api.wavespeed.ai",
        "http://192.168.0.5",
        "https://user@api.wavespeed.ai",
        "https://api.wavespeed.ai?a=b",
        "https://api.wavespeed.ai#x",
        "https://api.wavespeed.ai\\@evil.example",
        "https://api.wavespeed.ai/other",
        "https://",
        "api.wavespeed.ai",
        "ftp://localhost",
        "https://[::1",
        "https://xn--",
        "",
    ],
)
def test_an_endpoint_that_would_show_the_key_is_refused(endpoint):
    with pytest.raises(ParameterError):
        Fake(a_working_service, endpoint)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.9.9.9", "[::1]:80", "localhost"])
def test_only_this_machine_may_be_asked_without_tls(host):
    fake = Fake(lambda _: reply(200, {"service": "kontext-practice"}), f"http://{host}")
    assert is_loopback(f"http://{host}")
    assert fake.client.announces_practice()
    assert "authorization" not in fake.requests[0].headers


def test_a_distant_service_is_not_even_asked_whether_it_is_practice():
    fake = Fake(a_working_service)
    assert not fake.client.announces_practice()
    assert not is_loopback(API)
    assert fake.requests == []


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "clé"])
def test_an_impossible_key_is_noticed_before_anything_is_sent(key):
    fake = Fake(a_working_service, key=key)
    with pytest.raises(AccessError) as caught:
        fake.client.submit(KONTEXT_MAX, BODY)
    assert fake.requests == []
    assert not key.strip() or key not in str(vars(caught.value))


def test_a_failed_edit_that_names_the_key_does_not_bring_it_into_our_words():
    told = {"id": ID, "status": f"failed {KEY}", "error": f"Bearer {KEY} was refused"}
    prediction = Fake(lambda _: reply(200, {"code": 200, "data": told})).client.get_result(ID)
    assert KEY not in repr(prediction)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
def test_no_error_repeats_the_key(status):
    echo = {"code": status, "message": f"key {KEY} is odd", "error": KEY}
    fake = Fake(lambda r: reply(status, echo, {"Location": f"https://x/{KEY}", "X": KEY}))
    calls = [
        lambda: fake.client.submit(KONTEXT_MAX, BODY),
        lambda: fake.client.get_result(ID),
        lambda: fake.client.upload(b"x", "x.png", "image/png"),
        fake.client.get_balance,
    ]
    for call in calls:
        with pytest.raises(KontextError) as caught:
            call()
        assert KEY not in str(vars(caught.value))
        assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in repr(fake.client)


# The paid request


def raising(error):
    def answer(request):
        raise error

    return answer


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 415, 422, 429])
def test_a_definite_no_costs_nothing(status):
    fake = Fake(lambda _: reply(status, {"code": status, "message": "no"}))
    with pytest.raises((RefusedError, AccessError)) as caught:
        fake.client.submit(KONTEXT_MAX, BODY)
    assert isinstance(caught.value, AccessError) == (status in (401, 403))
    assert caught.value.charged == "no"
    assert caught.value.retry == (status == 429)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        *[lambda _, s=s: reply(s, {"code": s}) for s in (408, 409, 425, 500, 502, 503, 504, 520)],
        *[lambda _, s=s: reply(s, b"", {"Location": "/x"}) for s in (301, 302, 303, 307, 308)],
        *[lambda _, s=s: reply(s, b"<html>sign in</html>") for s in (200, 400, 401, 403, 404)],
        lambda _: reply(200, {}),
        lambda _: reply(200, {"code": 200, "data": None}),
        lambda _: reply(200, {"code": 200, "data": {"id": "../../x", "status": "created"}}),
        lambda _: reply(200, {"code": 500, "message": "internal"}),
        lambda _: reply(200, {"code": 5003}),
        *[lambda _, c=c: reply(200, {"code": c, "data": {"task": 1}}) for c in (0, 201, 202, -1)],
        lambda _: reply(200, b""),
        lambda _: reply(200, b"null"),
        lambda _: reply(200, b"[]"),
        lambda _: reply(200, b"[" * 100_000),
        lambda _: reply(200, b'{"code": ' + b"9" * 100_000 + b"}"),
        lambda _: reply(200, b"\xff\xfe\x00"),
        lambda _: reply(200, b" " * 2_000_001),
        lambda _: reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}),
        raising(httpx.ReadTimeout("late")),
        raising(httpx.ReadError("reset")),
        raising(httpx.WriteError("reset")),
        raising(httpx.RemoteProtocolError("closed")),
    ],
)
def test_a_lost_reply_is_never_sent_again_and_may_have_cost(answer):
    fake = Fake(answer)
    with pytest.raises(UnansweredError) as caught:
        fake.client.submit(KONTEXT_MAX, BODY)
    assert caught.value.charged == "maybe"
    assert not caught.value.retry
    assert len(fake.requests) == 1


def test_what_never_left_is_free_to_try_again():
    with pytest.raises(NotSentError):
        Fake(raising(httpx.ConnectError("refused"))).client.submit(KONTEXT_MAX, BODY)


def test_a_connection_error_after_the_first_byte_is_not_trusted():
    def answer(request):
        request.extensions["trace"]("http11.send_request_headers.started", {})
        raise httpx.ConnectError("odd")

    with pytest.raises(UnansweredError):
        Fake(answer).client.submit(KONTEXT_MAX, BODY)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"code": 500, "message": "wait", "data": {"id": ID}}),
        (400, {"code": 400, "data": [{"id": ID}]}),
        (504, {"id": ID}),
        (200, {"code": 5004, "data": {"id": ID, "status": "processing"}}),
        (200, json.dumps({"data": {"id": ID, "status": "created"}}).encode()[:-10]),
        (200, b'\xef\xbb\xbf{"data": {"id": "x", "id": "%b"}}' % ID.encode()),
    ],
)
def test_an_id_is_never_lost_wherever_it_is(status, body):
    prediction = Fake(lambda _: reply(status, body)).client.submit(KONTEXT_MAX, BODY)
    assert (prediction.id, prediction.outcome) == (ID, "running")


@pytest.mark.parametrize(("said", "wait"), [("30", 30), ("9" * 9, 150), ("-1", None), ("x", None)])
def test_a_refused_submit_says_how_long_to_wait(said, wait):
    answer = reply(429, example("refused_rate"), {"Retry-After": said})
    with pytest.raises(RefusedError) as caught:
        Fake(lambda _: answer).client.submit(KONTEXT_MAX, BODY)
    assert (caught.value.retry, caught.value.retry_after) == (True, wait)
    assert caught.value.charged == "no"


@pytest.mark.parametrize("status", [429, 503])
def test_a_look_that_came_too_often_says_how_long_to_wait(status):
    answer = reply(status, {"code": status}, {"Retry-After": "7"})
    with pytest.raises(ServiceError) as caught:
        Fake(lambda _: answer).client.get_result(ID)
    assert (caught.value.retry, caught.value.retry_after) == (True, 7)


# Free questions


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry"),
    [
        (401, {"code": 401}, AccessError, False),
        (403, {"code": 403}, AccessError, False),
        (404, {"code": 404}, GoneError, True),
        (200, {"code": 404, "data": None}, GoneError, True),
        (404, b"<html>gateway</html>", ServiceError, True),
        (302, b"", ServiceError, True),
        (429, {"code": 429}, ServiceError, True),
        *[(passing, {"code": passing}, ServiceError, True) for passing in (408, 409, 425)],
        (503, b"", ServiceError, True),
        (400, {"code": 400}, ServiceError, False),
        (200, b"{", ServiceError, True),
        (200, {"code": 200, "data": {"id": "another-prediction", "status": "completed"}},
         ServiceError, True),
    ],
)  # fmt: skip
def test_a_look_that_failed_says_whether_to_look_again(status, body, kind, retry):
    with pytest.raises(ServiceError if kind is not AccessError else AccessError) as caught:
        Fake(lambda _: reply(status, body)).client.get_result(ID)
    assert type(caught.value) is kind
    assert caught.value.retry == retry


def test_a_result_is_asked_for_at_our_own_address_only():
    moved = example("result_processing")
    moved["data"]["urls"]["get"] = "https://evil.example/steal"
    fake = Fake(lambda _: reply(200, moved))
    assert fake.client.get_result(ID).outcome == "running"
    assert str(fake.requests[0].url) == f"{API}/api/v3/predictions/{ID}/result"
    with pytest.raises(ServiceError):
        fake.client.get_result("../../balance")
    assert len(fake.requests) == 1


def test_no_price_of_nothing_is_believed():
    said = {"discounted_price": 0, "price": 0.08}
    fake = Fake(lambda _: reply(200, {"code": 200, "data": said}))
    assert fake.client.get_price(KONTEXT_MAX, BODY) == 80_000
    said["price"] = 0.0
    with pytest.raises(ServiceError):
        fake.client.get_price(KONTEXT_MAX, BODY)


def test_money_is_read_in_whole_millionths():
    client = Fake(a_working_service).client
    assert client.get_balance() == 12_340_000
    assert client.get_price(KONTEXT_MAX, BODY) == 72_000


@pytest.mark.parametrize("missing", [404, 405])
def test_the_older_price_endpoint_is_asked_where_the_newer_is_missing(missing):
    def answer(request):
        if request.url.path.endswith("/price"):
            return reply(missing)
        return a_working_service(request)

    assert Fake(answer).client.get_price(KONTEXT_MAX, BODY) == 80_000


# The service's clock

NOON = 1_772_366_400.0
AT_NOON = {"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}


def test_the_service_s_clock_is_held_against_the_middle_of_the_exchange():
    walls = iter([NOON + 100, NOON + 104, NOON + 200, NOON + 204])
    fake = Fake(lambda _: reply(200, example("balance"), AT_NOON), wall=lambda: next(walls))
    assert fake.client.clock_offset is None
    fake.client.get_balance()
    assert fake.client.clock_offset == pytest.approx(-102, abs=0.5)
    fake.client.get_balance()
    assert fake.client.clock_offset == pytest.approx(-202, abs=0.5)


def test_a_refusal_tells_the_time_too():
    fake = Fake(lambda _: reply(403, example("refused_role"), AT_NOON), wall=lambda: NOON)
    with pytest.raises(AccessError):
        fake.client.get_balance()
    assert fake.client.clock_offset == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<html>sign in</html>", AT_NOON),
        ({"code": 200}, {}),
        ({"code": 200}, {"Date": "noon"}),
        ({"code": 200}, {"Date": "1772366400"}),
    ],
)
def test_only_the_service_itself_tells_its_time(body, headers):
    answers = [reply(200, example("balance"), AT_NOON), reply(200, body, headers)]
    fake = Fake(lambda _: answers.pop(0), wall=lambda: NOON + 60)
    fake.client.get_balance()
    before = fake.client.clock_offset
    with pytest.raises(ServiceError):
        fake.client.get_balance()
    assert fake.client.clock_offset == before


def test_the_storage_s_clock_is_not_the_service_s():
    fake = Fake(lambda _: reply(200, b"picture", AT_NOON))
    fake.client.download("https://cdn.example.net/1.jpeg")
    assert fake.client.clock_offset is None


# Uploads and downloads


@pytest.mark.parametrize("missing", [404, 405, 501])
def test_without_tickets_a_picture_is_uploaded_as_a_form(missing):
    def answer(request):
        if request.url.path.endswith("/uploads"):
            return reply(missing)
        return a_working_service(request)

    fake = Fake(answer)
    address = fake.client.upload(b"pixels", "5d1c.png", "image/png")
    assert address == example("upload_form")["data"]["download_url"]
    assert b"pixels" in fake.requests[1].content
    assert b'name="file"; filename="5d1c.png"' in fake.requests[1].content


@pytest.mark.parametrize(
    "address", ["x", "/media/1.png", "file:///1.png", "https://10.0.0.1/1.png"]
)
@pytest.mark.parametrize("tickets", [True, False])
def test_a_picture_at_no_address_is_not_uploaded(tickets, address):
    """The edit would be charged, and then fail for want of a picture."""

    def answer(request):
        if request.url.path.endswith("/uploads") and not tickets:
            return reply(404)
        content = example("upload_ticket" if tickets else "upload_form")
        content["data"]["download_url"] = address
        return reply(200, content)

    fake = Fake(answer)
    with pytest.raises(ServiceError):
        fake.client.upload(b"pixels", "5d1c.png", "image/png")
    assert all(request.method != "PUT" for request in fake.requests)


def test_an_expired_ticket_is_replaced_once():
    def answer(request):
        return reply(403) if request.method == "PUT" else a_working_service(request)

    fake = Fake(answer)
    with pytest.raises(ServiceError) as caught:
        fake.client.upload(b"pixels", "5d1c.png", "image/png")
    assert [request.method for request in fake.requests] == ["POST", "PUT", "POST", "PUT"]
    assert (caught.value.retry, caught.value.charged) == (True, "no")


@pytest.mark.parametrize(
    ("status", "retry"),
    [(302, True), (400, False), (404, False), (408, True), (425, True), (429, True), (503, True)],
)
def test_an_upload_that_failed_says_whether_to_try_again(status, retry):
    def answer(request):
        return reply(status) if request.method == "PUT" else a_working_service(request)

    with pytest.raises(ServiceError) as caught:
        Fake(answer).client.upload(b"pixels", "5d1c.png", "image/png")
    assert (caught.value.retry, caught.value.charged) == (retry, "no")


def test_a_compressed_answer_is_worth_another_look():
    with pytest.raises(ServiceError) as caught:
        Fake(lambda _: reply(200, b"", {"Content-Encoding": "br"})).client.get_result(ID)
    assert caught.value.retry


def test_progress_counts_the_bytes():
    fake, heard = Fake(a_working_service), []
    fake.client.upload(b"x" * 70_000, "5d1c.png", "image/png", heard.append)
    assert [(step.done, step.total) for step in heard] == [(65_536, 70_000), (70_000, 70_000)]


def test_downloaded_bytes_are_exactly_what_was_sent():
    data = bytes(range(256)) * 5
    fake = Fake(lambda _: reply(200, data, {"Content-Type": "text/html"}))
    assert fake.client.download("https://cdn.example.net/1.jpeg") == data


UNSAFE = [
    "http://cdn.example.net/1.jpeg",
    "https://user@cdn.example.net/1.jpeg",
    "https://127.0.0.1/1.jpeg",
    "https://169.254.169.254/latest",
    "https://10.0.0.1/1.jpeg",
    "https://[::1]/1.jpeg",
    "https://[::ffff:192.168.0.1]/1.jpeg",
    "https://localhost/1.jpeg",
    "https://printer.local/1.jpeg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "//cdn.example.net/1.jpeg",
    "/1.jpeg",
    "https://\ud800.example/",
    "https://x:port/",
    "https://xn--/1.jpeg",
    "",
]


@pytest.mark.parametrize("url", UNSAFE)
def test_an_unsafe_address_is_never_asked(url):
    fake = Fake(a_working_service)
    with pytest.raises(ServiceError):
        fake.client.download(url)
    assert fake.requests == []


@pytest.mark.parametrize("url", UNSAFE[:9])
def test_a_redirect_to_an_unsafe_address_is_not_followed(url):
    fake = Fake(lambda _: reply(302, b"", {"Location": url}))
    with pytest.raises(ServiceError):
        fake.client.download("https://cdn.example.net/1.jpeg")
    assert len(fake.requests) == 1


def test_a_practice_service_may_keep_its_pictures_on_this_machine():
    fake = Fake(lambda _: reply(200, b"picture"), "http://127.0.0.1:8080")
    assert fake.client.download("http://127.0.0.1:8081/1.jpeg") == b"picture"


@pytest.mark.parametrize(
    "url", [url for url in UNSAFE if not re.search("//(127|localhost|.::1)", url)]
)
def test_a_service_on_this_machine_leads_nowhere_else_in_the_network(url):
    fake = Fake(a_working_service, "http://127.0.0.1:8080")
    with pytest.raises(ServiceError):
        fake.client.download(url)
    assert fake.requests == []


def test_at_most_three_redirects_are_followed():
    fake = Fake(lambda _: reply(302, b"", {"Location": "/again"}))
    with pytest.raises(ServiceError):
        fake.client.download("https://cdn.example.net/1.jpeg")
    assert len(fake.requests) == 4


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_picture_is_told_from_a_broken_line(status):
    with pytest.raises(GoneError):
        Fake(lambda _: reply(status)).client.download("https://cdn.example.net/1.jpeg")


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (206, b"part", {}),
        (200, b"", {}),
        (500, b"", {}),
        (200, b"\x1f\x8b", {"Content-Encoding": "gzip"}),
    ],
)
def test_half_a_picture_is_no_picture(status, body, headers):
    with pytest.raises(ServiceError):
        Fake(lambda _: reply(status, body, headers)).client.download("https://cdn.example.net/1")


def test_a_picture_without_end_is_cut_off():
    piece = b"x" * 1_000_000

    def answer(_):
        return httpx.Response(200, stream=Raw(*[piece] * 1000))

    with pytest.raises(ServiceError, match="far too much") as caught:
        Fake(answer).client.download("https://cdn.example.net/1.jpeg")
    assert caught.value.hint


def test_bytes_that_keep_dripping_do_not_stretch_the_deadline():
    clock = [0.0]

    class Drip(httpx.SyncByteStream):
        def __iter__(self):
            while clock[0] < 10_000:
                clock[0] += 1
                yield b" "

    fake = Fake(lambda _: httpx.Response(200, stream=Drip()), now=lambda: clock[0])
    with pytest.raises(ServiceError) as caught:
        fake.client.get_result(ID)
    assert caught.value.retry
    assert clock[0] == 21


# Anything at all

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["\ud800", "9" * 50, "../../x", "completed", "1e999", "2026-99-99", "x" * 5000]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
NAMES = sorted(path.stem for path in WIRE.glob("*.json") if not path.stem.startswith("practice_"))


def places(value, path=()):
    """The path to every value inside."""
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield (*path, name)
            yield from places(value[name], (*path, name))


@st.composite
def spoilt(draw):
    """An example with up to three values replaced or removed; now and then cut short."""
    answer = {"all": example(draw(st.sampled_from(NAMES)))}
    for _ in range(draw(st.integers(0, 3))):
        *path, name = draw(st.sampled_from(list(places(answer))))
        holder = answer
        for step in path:
            holder = holder[step]
        if path and draw(st.booleans()):
            del holder[name]
        else:
            holder[name] = draw(JUNK)
    text = json.dumps(answer["all"]).encode()
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 9)) == 0 else text


@settings(max_examples=300, deadline=None)
@given(body=spoilt(), status=st.sampled_from([200, 200, 200, 400, 401, 404, 429, 500]))
def test_any_answer_ends_in_a_value_or_in_one_of_our_errors(body, status):
    client = Fake(lambda r: reply(status if r.url.host == "api.wavespeed.ai" else 200, body)).client
    calls = {
        "submit": lambda: client.submit(KONTEXT_MAX, BODY),
        "look": lambda: client.get_result(ID),
        "upload": lambda: client.upload(b"x", "x.png", "image/png"),
        "balance": client.get_balance,
        "price": lambda: client.get_price(KONTEXT_MAX, BODY),
        "list": lambda: client.list_predictions(KONTEXT_MAX, after=0, before=4e9),
        "charges": lambda: client.list_charges(after=0, before=4e9),
        "delete": lambda: client.delete([ID]),
    }
    for name, call in calls.items():
        try:
            value = call()
        except KontextError:
            continue
        if name in ("submit", "look"):
            assert isinstance(value, Prediction)
            assert all(url.isprintable() for url in value.outputs)
            str(value).encode()
        elif name in ("list", "charges"):
            assert isinstance(value, list)
            str(value).encode()
        else:
            assert isinstance(value, str if name == "upload" else int)


@settings(max_examples=200, deadline=None)
@given(url=st.text(max_size=30) | st.from_regex(r"https?://[^/]{0,20}(:[0-9]{1,6})?/.{0,10}"))
def test_any_output_address_ends_in_bytes_or_in_one_of_our_errors(url):
    with contextlib.suppress(KontextError):
        assert Fake(lambda _: reply(200, b"x")).client.download(url) == b"x"
