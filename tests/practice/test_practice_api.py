"""The practice service's API port: what it refuses, what it answers, in whose shape."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import ServiceError
from kontext_desktop.practice import PracticeService

GOOD = {"prompt": "warmer", "image": "http://127.0.0.1:1/media/none"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prompt": None}, 1401),
        ({"prompt": " "}, 1401),
        ({"image": ""}, 1401),
        ({"image": 7}, 1401),
        ({"seed": -2}, 1401),
        ({"seed": 2_147_483_648}, 1401),
        ({"seed": 1.5}, 1401),
        ({"seed": True}, 1401),
        ({"seed": "7"}, 1401),
        ({"guidance_scale": 0.9}, 1401),
        ({"guidance_scale": 20.1}, 1401),
        ({"guidance_scale": "3.5"}, 1401),
        ({"aspect_ratio": "5:4"}, 1401),
        ({"aspect_ratio": ""}, 1401),
        ({"aspect_ratio": ["1:1"]}, 1401),
        ({"enable_sync_mode": 1}, 1401),
    ],
)
def test_submit_out_of_range_is_refused_and_not_charged(caller, change, code):
    answer = caller.submit(**GOOD | change)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert answer.json()["error_code"] == code
    assert next(iter(change)) in answer.json()["message"]
    assert caller.service.ledger == []


@pytest.mark.parametrize("missing", ["prompt", "image"])
def test_missing_required_input_is_refused(caller, missing):
    answer = caller.submit(**{name: text for name, text in GOOD.items() if name != missing})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == 1400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"prompt": "a", "guidance_scale": NaN}'])
def test_body_that_is_no_sound_json_object_is_refused(caller, body):
    answer = caller.http.post(
        f"{caller.service.url}/api/v3/wavespeed-ai/flux-kontext-max", content=body
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("seed", [-1, 0, 2_147_483_647])
@pytest.mark.parametrize("guidance", [1, 20.0])
def test_bounds_themselves_are_accepted(caller, seed, guidance):
    assert caller.submit(**GOOD, seed=seed, guidance_scale=guidance).status_code == 200


def test_unknown_keys_are_ignored_and_billed_with_defaults(caller):
    answer = caller.submit(**GOOD, aspectratio="16:9", guidance=9, num_images=4)
    assert answer.status_code == 200
    (accepted,) = caller.service.ledger
    assert accepted.inputs["guidance_scale"] == KONTEXT_MAX.guidance_scale.default
    assert "aspect_ratio" not in accepted.inputs
    assert accepted.price == KONTEXT_MAX.price


@pytest.mark.parametrize("inputs", [{}, {"seed": -1}])
def test_seed_that_is_not_given_is_drawn(caller, inputs):
    for _ in range(2):
        caller.submit(**GOOD, **inputs)
    seeds = [accepted.inputs["seed"] for accepted in caller.service.ledger]
    assert seeds[0] != seeds[1]
    assert all(1 <= seed <= KONTEXT_MAX.seed.maximum for seed in seeds)


def test_other_models_and_paths_are_unknown(caller):
    assert caller.post("/wavespeed-ai/flux-kontext-pro", GOOD).status_code == 404
    assert caller.post("/model/price", {"model_id": "other", "inputs": {}}).status_code == 404
    assert caller.get("/nothing").status_code == 404
    assert caller.get("/predictions/../../etc/result").status_code == 404
    assert caller.service.ledger == []


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "any-key"])
def test_call_without_a_bearer_key_is_refused(bare, caller, header):
    headers = {} if header is None else {"Authorization": header}
    answer = bare.get(f"{caller.service.url}/api/v3/balance", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": answer.json()["message"]}


def test_practice_announces_itself_unless_told_not_to(start):
    assert start().http.get(start().service.url + "/").json() == {"service": "kontext-practice"}
    silent = start(announces=False)
    assert silent.http.get(silent.service.url + "/").status_code == 404


def test_balance_shrinks_with_each_accepted_submit_and_never_runs_dry(caller):
    def balance() -> float:
        return caller.get("/balance").json()["data"]["balance"]

    assert balance() == 10.0
    caller.submit(**GOOD)
    assert balance() == pytest.approx(9.92)
    caller.submit(prompt="")
    assert balance() == pytest.approx(9.92)
    for _ in range(124):
        caller.submit(**GOOD)
    assert balance() == 10.0


def test_listed_schema_is_the_catalogue_s(caller):
    (model,) = caller.get("/models").json()["data"]
    schema = model["api_schema"]["api_schemas"][0]["request_schema"]
    assert schema["required"] == ["prompt", "image"]
    assert set(schema["properties"]) == set(schema["x-order-properties"])
    assert schema["properties"]["seed"] == {
        "type": "integer",
        "minimum": -1,
        "maximum": 2_147_483_647,
    }
    assert len(schema["properties"]["aspect_ratio"]["enum"]) == 9


def test_answers_carry_the_service_s_clock(caller, clock):
    date = parsedate_to_datetime(caller.get("/balance").headers["date"])
    assert date == datetime.fromtimestamp(int(clock.at), UTC)


def test_connection_is_kept_for_the_next_call(caller):
    with socket.create_connection(("127.0.0.1", httpx.URL(caller.service.url).port)) as raw:
        for _ in range(2):
            raw.sendall(b"GET / HTTP/1.1\r\nHost: practice\r\n\r\n")
            assert raw.recv(4096).startswith(b"HTTP/1.1 200")


def test_body_over_the_limit_is_refused_and_not_acted_on(caller):
    answer = caller.http.post(
        f"{caller.service.url}/api/v3/wavespeed-ai/flux-kontext-max",
        content=bytes((64 << 20) + 1),
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == 413


def test_taken_port_is_named(start):
    port = httpx.URL(start().service.url).port
    with pytest.raises(ServiceError, match=f"Port {port} "):
        start(port=port)


def test_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match="file"):
        PracticeService(tmp_path / "file").start()


EXAMPLES: dict[str, Callable[[Any, bytes], Any]] = {
    "balance": lambda caller, _: caller.get("/balance"),
    "price": lambda caller, _: caller.post("/model/price", {"model_id": KONTEXT_MAX.id}),
    "price_legacy": lambda caller, _: caller.post("/model/pricing", {"model_id": KONTEXT_MAX.id}),
    "refused_parameter": lambda caller, _: caller.submit(**GOOD, seed=-2),
    "refused_key": lambda caller, _: caller.http.get(
        f"{caller.service.url}/api/v3/balance", headers={"Authorization": ""}
    ),
    "submit_created": lambda caller, _: caller.submit(**GOOD),
    "upload_ticket": lambda caller, _: caller.post(
        "/media/uploads", {"filename": "a.png", "size": 9, "content_type": "image/png"}
    ),
    "upload_form": lambda caller, picture: caller.http.post(
        f"{caller.service.url}/api/v3/media/upload/binary",
        files={"file": ("a.png", picture, "image/png")},
    ),
    "practice_models": lambda caller, _: caller.get("/models"),
    "delete": lambda caller, _: caller.post("/predictions/delete", {"ids": []}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_answers_have_the_shape_the_client_is_held_to(caller, picture, held_to, name):
    held_to(name, EXAMPLES[name](caller, picture).json())
