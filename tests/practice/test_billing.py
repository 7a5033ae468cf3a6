"""The bill: what was taken, what is given back, and that nothing done since changes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.practice import Fault

UNFETCHED = {"prompt": "secret wish", "image": "http://127.0.0.1:1/media/none", "seed": 7}
"""Accepted and charged, and fails within 12 seconds: no picture is there."""


def submit(caller):
    return caller.submit(**UNFETCHED).json()["data"]["id"]


def bill(caller, **filters):
    answer = caller.post("/billings/search", {"page": 1, "page_size": 100} | filters)
    return answer.json()["data"]["items"]


def entries(caller, **filters):
    return [
        (row["billing_type"], row["prediction"]["uuid"], row["price"])
        for row in bill(caller, **filters)
    ]


def iso(at):
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def test_a_submit_is_on_the_bill_from_acceptance_on(caller, clock, picture, held_to):
    prediction = caller.accepted(picture)
    (row,) = bill(caller)
    assert (row["billing_type"], row["price"]) == ("deduct", 0.08)
    assert row["prediction"] == {
        "uuid": prediction,
        "model_uuid": KONTEXT_MAX.id,
        "status": "created",
    }
    assert datetime.fromisoformat(row["created_at"]).timestamp() == pytest.approx(clock.at)
    clock.wait(13)
    assert caller.result(prediction)["status"] == "completed"
    assert bill(caller)[0]["prediction"]["status"] == "completed"
    assert entries(caller) == [("deduct", prediction, 0.08)]
    held_to("billings", caller.post("/billings/search", {"page": 1, "page_size": 1}).json())


def test_what_was_refused_is_not_on_the_bill(caller):
    caller.submit(**UNFETCHED | {"seed": -5})
    caller.service.faults.add(Fault("submit", "status:503"))
    caller.submit(**UNFETCHED)
    assert bill(caller) == []


def test_a_failed_prediction_is_given_back_when_its_time_has_come(start, clock):
    caller = start(refund_after=100.0)
    prediction = submit(caller)
    clock.wait(13)
    assert caller.result(prediction)["status"] == "failed"
    clock.wait(86)
    assert entries(caller) == [("deduct", prediction, 0.08)]
    assert caller.get("/balance").json()["data"]["balance"] == pytest.approx(9.92)
    clock.wait(13)
    assert entries(caller) == [("refund", prediction, 0.08), ("deduct", prediction, 0.08)]
    assert caller.get("/balance").json()["data"]["balance"] == 10.0


def test_a_picture_that_cannot_be_painted_is_given_back_at_once(caller, clock):
    prediction = caller.accepted(b"no picture")
    clock.wait(13)
    assert caller.result(prediction)["status"] == "failed"
    assert [kind for kind, _, _ in entries(caller)] == ["refund", "deduct"]


def test_moderation_is_not_given_back(caller, clock, picture):
    caller.service.faults.add(Fault("submit", "fail:1200"))
    prediction = caller.accepted(picture)
    clock.wait(10_000)
    assert caller.result(prediction)["status"] == "failed"
    assert entries(caller) == [("deduct", prediction, 0.08)]


def test_deleting_takes_nothing_off_the_bill(start, clock, picture):
    caller = start(refund_after=100.0)
    failed, sound = submit(caller), caller.accepted(picture)
    clock.wait(13)
    late = submit(caller)
    caller.post("/predictions/delete", {"ids": [failed, sound, late]})
    clock.wait(200)
    assert sorted(entries(caller)) == sorted(
        [
            ("deduct", failed, 0.08),
            ("deduct", sound, 0.08),
            ("deduct", late, 0.08),
            ("refund", failed, 0.08),
        ]
    )
    assert {row["prediction"]["status"] for row in bill(caller)} == {"deleted"}


def test_the_bill_survives_a_restart_and_the_end_of_the_results(start, clock):
    first = start(retention=100.0)
    kept, deleted = submit(first), submit(first)
    clock.wait(13)
    first.post("/predictions/delete", {"ids": [deleted]})
    before = bill(first)
    first.service.close()
    clock.wait(100)
    second = start(retention=100.0)
    after = bill(second)
    assert [row["uuid"] for row in after] == [row["uuid"] for row in before]
    assert len({row["uuid"] for row in after}) == 4
    assert sorted(kind for kind, name, _ in entries(second) if name == kept) == ["deduct", "refund"]


def test_a_refund_torn_by_a_power_cut_is_dropped(start, clock, tmp_path):
    first = start()
    prediction = submit(first)
    clock.wait(13)
    first.post("/predictions/delete", {"ids": [prediction]})
    first.service.close()
    with (tmp_path / "practice" / "refunds.jsonl").open("a") as file:
        file.write('["to')
    assert len(entries(start())) == 2


def test_the_bill_is_newest_first_in_pages_that_say_whether_there_are_more(caller, clock):
    ids = []
    for _ in range(5):
        ids.append(submit(caller))
        clock.wait(1)
    pages = [
        caller.post("/billings/search", {"page": page, "page_size": 2}).json()["data"]
        for page in (1, 2, 3, 4)
    ]
    listed = [[row["prediction"]["uuid"] for row in page["items"]] for page in pages]
    assert listed == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]
    assert [page["has_more"] for page in pages] == [True, True, False, False]
    assert [page["page"] for page in pages] == [1, 2, 3, 4]


def test_the_bill_keeps_to_its_window_and_filters(caller, clock):
    early = clock.at
    first = submit(caller)
    clock.wait(100)
    second = submit(caller)
    assert entries(caller, start_time=iso(early + 50)) == [("deduct", second, 0.08)]
    assert [kind for kind, _, _ in entries(caller, end_time=iso(early + 50))] == [
        "refund",
        "deduct",
    ]
    assert entries(caller, billing_type="refund") == [("refund", first, 0.08)]
    assert len(entries(caller, billing_type="deduct", model_uuid=KONTEXT_MAX.id)) == 2
    assert entries(caller, model_uuid="other") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"page": 0, "page_size": 9},
        {"page": 1, "page_size": 101},
        {"page": 1, "page_size": 9, "start_time": "yesterday"},
        {"page": 1, "page_size": 9, "billing_type": "gift"},
    ],
)
def test_a_bill_without_a_sound_window_is_refused(caller, body):
    assert caller.post("/billings/search", body).status_code == 400
