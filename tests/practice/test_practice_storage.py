"""The storage port: tickets, uploads, and that it is another origin, which needs no key."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def ticket(caller, size, **more):
    body = {"filename": "a.png", "size": size, "content_type": "image/png"} | more
    return caller.post("/media/uploads", body).json()["data"]


@pytest.fixture
def put(bare):
    def put(ticket, content, headers=None):
        upload = ticket["upload"]
        headers = upload["headers"] if headers is None else headers
        return bare.put(upload["url"], content=content, headers=headers)

    return put


def test_ticket_leads_to_the_bytes_on_the_other_port(put, bare, caller, picture):
    given = ticket(caller, len(picture))
    assert given["upload"]["url"].startswith(caller.service.storage_url)
    assert bare.get(given["download_url"]).status_code == 404
    assert put(given, picture).status_code == 200
    assert bare.get(given["download_url"]).content == picture


def test_put_needs_exactly_the_given_headers(put, bare, caller, picture):
    given = ticket(caller, len(picture))
    headers = given["upload"]["headers"]
    for name in headers:
        assert put(given, picture, headers | {name: "other"}).status_code == 403
    assert put(given, picture, {}).status_code == 403
    assert bare.get(given["download_url"]).status_code == 404


def test_ticket_holds_for_its_size_and_its_time(put, caller, picture, clock):
    given = ticket(caller, len(picture))
    assert put(given, picture + b"x").status_code == 400
    clock.wait(3600)
    assert put(given, picture).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"size": 9}, 400),
        ({"filename": "a.png"}, 400),
        ({"filename": "a.png", "size": 0}, 400),
        ({"filename": "a.png", "size": (64 << 20) + 1}, 413),
    ],
)
def test_ticket_for_nonsense_is_refused(caller, body, status):
    assert caller.post("/media/uploads", body).status_code == status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(content=st.binary(min_size=1).map(lambda tail: b"\r\n--x\r\n\n\r" + tail + b"\r\n"))
def test_multipart_upload_keeps_every_byte(bare, caller, content):
    assert bare.get(caller.upload(content)).content == content


def test_form_without_a_file_is_refused(caller):
    answer = caller.http.post(
        f"{caller.service.url}/api/v3/media/upload/binary", files={"other": b"x"}
    )
    assert answer.status_code == 400


def test_key_is_logged_on_the_port_it_was_sent_to(put, bare, caller, picture):
    given = ticket(caller, len(picture))
    put(given, picture, given["upload"]["headers"] | {"Authorization": "Bearer leaked"})
    bare.get(given["download_url"])
    keys = [(r.server, r.method, r.headers.get("authorization")) for r in caller.service.requests]
    assert keys == [
        ("api", "POST", "Bearer any-key"),
        ("storage", "PUT", "Bearer leaked"),
        ("storage", "GET", None),
    ]
    assert caller.service.requests[1].body == picture


@pytest.mark.parametrize(
    "image",
    [
        "https://example.com/picture.jpg",
        "http://127.0.0.1:9/media/nothing",
        "file:///etc/hostname",
        "data:image/png;base64,####",
        "not a url",
    ],
)
def test_image_that_cannot_be_fetched_fails_the_prediction(caller, clock, image):
    answer = caller.submit(prompt="warmer", image=image, seed=1)
    assert answer.status_code == 200
    clock.wait(20)
    result = caller.result(answer.json()["data"]["id"])
    assert (result["status"], result["code"], result["outputs"]) == ("failed", 1402, [])


def test_upload_of_no_picture_fails_the_prediction(caller, clock):
    prediction = caller.accepted(b"no picture")
    clock.wait(20)
    assert caller.result(prediction)["status"] == "failed"


def test_data_uri_is_taken(caller, clock, picture):
    uri = "data:image/png;base64," + base64.b64encode(picture).decode()
    prediction = caller.submit(prompt="warmer", image=uri, seed=1).json()["data"]["id"]
    clock.wait(20)
    assert caller.result(prediction)["status"] == "completed"


def test_body_of_unknown_length_is_refused(put, caller, picture):
    given = ticket(caller, len(picture))
    assert put(given, iter([picture])).status_code == 411
