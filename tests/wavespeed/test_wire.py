"""Reading what the service writes, writing what it reads."""

import json
from pathlib import Path

import pytest

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import AccessError, ParameterError, RefusedError
from kontext_desktop.wavespeed.answer import explain_refusal, read_answer
from kontext_desktop.wavespeed.wire import (
    Prediction,
    explain_failure,
    parse_prediction,
    rescue_id,
    submit_body,
)

WIRE = Path(__file__).parents[1] / "data" / "wire"
ID = "3f7c9a1e5b2d4c68a0e1f2938475bacd"


def example(name):
    return read_answer(200, (WIRE / f"{name}.json").read_bytes()).prediction


def ask(**changes):
    values = dict(prompt="Warmer.", image="https://x/i.png", seed=7, guidance_scale=3.5)
    return submit_body(KONTEXT_MAX, **({"aspect_ratio": None} | values | changes))


def test_the_completed_example_is_read_in_full():
    found = example("result_completed")
    assert (found.id, found.outcome, found.nsfw) == (ID, "completed", (False,))
    assert found.outputs == (f"https://d1q70pf5vjeyhc.cloudfront.net/predictions/{ID}/1.jpeg",)
    assert found.server_seconds == 8.123
    assert found.created_at == pytest.approx(1772368496.948268)
    assert found.inputs["seed"] == 7
    assert "enable_sync_mode" not in found.inputs


def test_a_wait_that_ended_is_not_an_edit_that_failed():
    assert example("result_wait_over").outcome == "running"


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("completed", "completed"),
        *[(word, "failed") for word in ["failed", "cancelled", "canceled", "timeout", "deleted"]],
        *[(word, "running") for word in ("created", "processing", "pending", "queued", "", None)],
        *[(word, "running") for word in ("a new word", 7, ["failed", "completed"], {})],
    ],
)
def test_only_known_words_end_a_paid_edit(word, outcome):
    if isinstance(word, list):
        word = {"odd": word}
    assert parse_prediction({"id": ID, "status": word}).outcome == outcome


@pytest.mark.parametrize("bad", ["", "short", "a" * 65, "../../etc/passwd", ID + "\n", 7, None])
def test_an_id_that_could_steer_a_path_is_no_id(bad):
    assert parse_prediction({"id": bad, "status": "completed"}) is None


def test_outputs_may_be_objects_or_one_text_and_nothing_else():
    assert parse_prediction({"id": ID, "outputs": "https://a/1"}).outputs == ("https://a/1",)
    mixed = [{"url": "https://a/1"}, "https://a/2", 3, None, {"uri": "x"}, "", "a\nb", "a" * 9000]
    assert parse_prediction({"id": ID, "outputs": mixed}).outputs == ("https://a/1", "https://a/2")


def test_words_of_the_service_cannot_steer_a_terminal_or_fill_a_screen():
    error = "\x1b[31m<b>no</b>\u202egnp.\x00\n" + "x" * 10_000
    said = parse_prediction({"id": ID, "error": {"message": error}}).error
    assert said.isprintable()
    assert "<b>no</b>" in said
    assert len(said) == 300


def test_the_body_has_documented_names_only():
    assert ask() == {
        "prompt": "Warmer.",
        "image": "https://x/i.png",
        "seed": 7,
        "guidance_scale": 3.5,
    }
    assert ask(aspect_ratio="16:9")["aspect_ratio"] == "16:9"


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": " \n"},
        {"image": ""},
        {"seed": -1},
        {"seed": 2**31},
        {"guidance_scale": 20.1},
        {"guidance_scale": float("nan")},
        {"aspect_ratio": ""},
        {"aspect_ratio": "5:4"},
    ],
)
def test_what_the_model_would_not_take_is_never_a_body(changes):
    with pytest.raises(ParameterError):
        ask(**changes)


def test_a_lone_id_is_saved_from_a_spoilt_answer():
    cut = (WIRE / "submit_created.json").read_bytes()[:150]
    assert rescue_id(cut).id == ID
    assert rescue_id(cut[:60]) is None
    assert rescue_id(cut + b'"id": "another-one-1"') is None


@pytest.mark.parametrize(
    ("code", "error", "status", "charged", "says"),
    [
        (1200, "", "failed", "yes", "content check"),
        (None, "Content flagged as potentially sensitive.", "failed", "yes", "content check"),
        (1401, "", "failed", "maybe", "parameter"),
        (1402, "", "failed", "maybe", "fetch"),
        (1405, "", "failed", "maybe", "model failed"),
        (None, "insufficient credits", "failed", "maybe", "no credit"),
        (None, "failed with code 5003", "failed", "maybe", "not available"),
        (None, "input is 1200 x 900", "failed", "maybe", "could not do"),
        (None, "", "timeout", "maybe", "too long"),
        (999999, "", "deleted", "maybe", "could not do"),
    ],
)
def test_every_failure_is_told_in_words_with_what_became_of_the_money(
    code, error, status, charged, says
):
    problem = explain_failure(Prediction(ID, "failed", status, error=error, error_code=code))
    assert says in problem.message
    assert problem.hint
    assert problem.charged == charged
    assert ("3 hours" in problem.hint) == (charged == "maybe")


@pytest.mark.parametrize(
    ("http", "body", "kind", "says"),
    [
        (401, {"message": "Invalid key"}, AccessError, "Invalid key"),
        (403, {"message": "insufficient permission for this role"}, AccessError, "role"),
        (403, {"message": "Insufficient balance"}, RefusedError, "no credit"),
        (400, {"code": 400, "error_code": 1407}, RefusedError, "no credit"),
        (402, {}, RefusedError, "no credit"),
        (422, {"detail": [{"msg": "seed is odd"}]}, RefusedError, "seed is odd"),
        (413, {}, RefusedError, "too large"),
        (200, {"code": 400, "message": "bad ratio"}, RefusedError, "bad ratio"),
    ],
)
def test_a_refusal_says_what_the_service_said_and_costs_nothing(http, body, kind, says):
    problem = explain_refusal(read_answer(http, json.dumps(body).encode()))
    assert type(problem) is kind
    assert says in problem.message
    assert problem.hint
    assert problem.charged == "no"
