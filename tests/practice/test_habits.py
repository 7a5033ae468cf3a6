"""The stand-in can be as unkind as the real service may be."""

from __future__ import annotations

import threading

import pytest

from kontext_desktop.practice import Fault

UNFETCHED = {"prompt": "secret wish", "image": "http://127.0.0.1:1/media/none", "seed": 7}

CALLS = {
    "list": lambda caller: caller.post("/predictions", {"page": 1, "page_size": 9}),
    "billings": lambda caller: caller.post("/billings/search", {"page": 1, "page_size": 9}),
    "delete": lambda caller: caller.post("/predictions/delete", {"ids": []}),
    "models": lambda caller: caller.get("/models"),
    "balance": lambda caller: caller.get("/balance"),
    "submit": lambda caller: caller.submit(**UNFETCHED),
    "result": lambda caller: caller.get("/predictions/none/result"),
}


def listed(caller):
    return [item["id"] for item in CALLS["list"](caller).json()["data"]["items"]]


def test_a_new_prediction_is_listed_only_after_the_lag_and_known_by_its_id_at_once(start, clock):
    caller = start(listing_lag=30.0)
    prediction = caller.submit(**UNFETCHED).json()["data"]["id"]
    clock.wait(29)
    assert listed(caller) == []
    assert caller.result(prediction)["id"] == prediction
    clock.wait(1)
    assert listed(caller) == [prediction]


def test_inputs_are_echoed_by_results_and_by_nothing_else(start, clock, picture, held_to):
    caller = start(echoes=True)
    prediction = caller.accepted(picture, prompt="secret wish")
    created = caller.get(f"/predictions/{prediction}/result").json()
    held_to("result_completed", created)
    assert created["data"]["input"] == caller.service.ledger[0].inputs
    assert created["data"]["input"]["seed"] == 7
    for answer in (caller.submit(**UNFETCHED), CALLS["list"](caller)):
        assert "secret wish" not in answer.text


def test_nothing_is_echoed_unless_told_to(caller):
    prediction = caller.submit(**UNFETCHED).json()["data"]["id"]
    assert "secret wish" not in caller.get(f"/predictions/{prediction}/result").text


@pytest.mark.parametrize("operation", CALLS)
def test_what_a_lesser_key_may_not_do_is_refused_by_its_role(start, held_to, operation):
    caller = start(forbidden=frozenset({operation}))
    answer = CALLS[operation](caller)
    assert answer.status_code == 403
    assert "role" in answer.json()["message"]
    held_to("refused_role", answer.json())
    assert caller.service.ledger == []
    for other in CALLS.keys() - {operation}:
        assert CALLS[other](caller).status_code != 403


@pytest.mark.parametrize("operation", ["lists", "output", "upload-put"])
def test_an_operation_that_needs_no_key_cannot_be_forbidden(start, operation):
    with pytest.raises(ValueError, match=operation):
        start(forbidden=frozenset({operation}))


def test_no_more_than_the_limit_run_at_once(start, clock, held_to):
    caller = start(in_flight_limit=2)
    for _ in range(2):
        assert caller.submit(**UNFETCHED).status_code == 200
    refused = caller.submit(**UNFETCHED)
    assert refused.status_code == 429
    assert "retry-after" not in refused.headers
    held_to("refused_rate", refused.json())
    assert len(caller.service.ledger) == 2
    clock.wait(13)
    assert caller.submit(**UNFETCHED).status_code == 200


def test_no_more_than_the_limit_are_accepted_within_a_minute(start, clock):
    caller = start(per_minute=2)
    caller.submit(**UNFETCHED)
    clock.wait(20)
    caller.submit(**UNFETCHED)
    clock.wait(10.5)
    refused = caller.submit(**UNFETCHED)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert len(caller.service.ledger) == 2
    clock.wait(30)
    assert caller.submit(**UNFETCHED).status_code == 200
    assert caller.submit(**UNFETCHED).status_code == 429


def test_a_submit_that_is_refused_anyway_takes_no_place(start):
    caller = start(per_minute=1, in_flight_limit=1)
    assert caller.submit(prompt="").status_code == 400
    assert caller.submit(**UNFETCHED).status_code == 200


def test_submits_at_the_same_moment_do_not_slip_through_together(start):
    caller = start(in_flight_limit=3)
    statuses = []

    def submit():
        statuses.append(caller.submit(**UNFETCHED).status_code)

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 3 + [429] * 5
    assert len(caller.service.ledger) == 3


def test_a_fault_may_ask_to_wait(caller):
    caller.service.faults.add(Fault("billings", "status:429:30"))
    caller.service.faults.add(Fault("delete", "status:429"))
    answer = CALLS["billings"](caller)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "retry-after" not in CALLS["delete"](caller).headers
    assert CALLS["billings"](caller).status_code == 200
