"""Faults happen to the call they were written for, as often as they say, and to no other."""

from __future__ import annotations

import threading

import httpx
import pytest

from kontext_desktop.practice import Fault, FaultScript

SUBMIT = {"prompt": "warmer", "image": "http://127.0.0.1:1/media/none", "seed": 3}


def test_script_skips_then_repeats_then_moves_on():
    script = FaultScript()
    script.add(Fault("result", "close", times=2, after=1))
    script.add(Fault("result", "html"))
    kinds = [fault and fault.kind for fault in (script.take("result") for _ in range(5))]
    assert kinds == [None, "close", "close", "html", None]
    assert script.take("submit") is None


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("sumbit", "close"), ("submit", "explode"), ("submit", "status:20"), ("result", "nsfw")],
)
def test_misspelt_fault_is_no_fault(operation, kind):
    with pytest.raises(ValueError, match=r"fault|operation"):
        Fault(operation, kind)


def test_status_is_answered_once_and_nothing_accepted(caller):
    caller.service.faults.add(Fault("submit", "status:503"))
    answer = caller.submit(**SUBMIT)
    assert answer.status_code == 503
    assert answer.json() == {"code": 503, "message": "Service Unavailable"}
    assert caller.service.ledger == []
    assert caller.submit(**SUBMIT).status_code == 200


def test_status_no_standard_knows_is_answered_too(caller):
    caller.service.faults.add(Fault("balance", "status:520"))
    assert caller.get("/balance").json()["code"] == 520


def test_page_of_html_is_answered_with_200(caller):
    caller.service.faults.add(Fault("balance", "html"))
    answer = caller.get("/balance")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert caller.get("/balance").json()["code"] == 200


@pytest.mark.parametrize(("kind", "charged"), [("close", 0), ("close-after", 1)])
def test_closed_connection_says_nothing_of_the_charge(caller, kind, charged):
    caller.service.faults.add(Fault("submit", kind))
    with pytest.raises(httpx.RemoteProtocolError):
        caller.submit(**SUBMIT)
    assert len(caller.service.ledger) == charged
    assert caller.submit(**SUBMIT).status_code == 200
    assert len(caller.service.ledger) == charged + 1


def test_prediction_fails_with_the_code_it_was_given(caller, clock, picture, held_to):
    caller.service.faults.add(Fault("submit", "fail:1200"))
    flawed, sound = caller.accepted(picture), caller.accepted(picture)
    assert caller.result(flawed)["status"] == "created"
    clock.wait(13)
    result = caller.get(f"/predictions/{flawed}/result").json()
    held_to("result_failed", result)
    assert (result["data"]["status"], result["data"]["code"]) == ("failed", 1200)
    assert result["data"]["error"]
    assert caller.result(sound)["status"] == "completed"
    assert len(caller.service.ledger) == 2


def test_flagged_result_is_still_delivered(caller, clock, picture):
    caller.service.faults.add(Fault("submit", "nsfw"))
    prediction = caller.accepted(picture)
    clock.wait(13)
    result = caller.result(prediction)
    assert result["has_nsfw_contents"] == [True]
    assert len(result["outputs"]) == 1


def test_short_output_breaks_off_and_is_whole_the_next_time(bare, caller, clock, picture):
    prediction = caller.accepted(picture)
    clock.wait(13)
    (url,) = caller.result(prediction)["outputs"]
    caller.service.faults.add(Fault("output", "short"))
    with pytest.raises(httpx.RemoteProtocolError):
        bare.get(url)
    assert bare.get(url).content.endswith(b"\xff\xd9")


def test_upload_faults_hit_their_own_step(bare, caller, picture):
    caller.service.faults.add(Fault("upload-put", "status:403"))
    body = {"filename": "a.png", "size": len(picture)}
    ticket = caller.post("/media/uploads", body).json()["data"]["upload"]
    codes = [bare.put(ticket["url"], content=picture, headers=ticket["headers"]) for _ in range(2)]
    assert [answer.status_code for answer in codes] == [403, 200]


def test_hanging_call_ends_when_the_service_closes(caller):
    caller.service.faults.add(Fault("balance", "hang"))
    outcome: list[BaseException] = []

    def call() -> None:
        try:
            caller.get("/balance")
        except httpx.TransportError as error:
            outcome.append(error)

    waiting = threading.Thread(target=call)
    waiting.start()
    while not caller.service.requests:
        waiting.join(0.01)
    assert waiting.is_alive()
    caller.service.close()
    waiting.join()
    assert len(outcome) == 1
