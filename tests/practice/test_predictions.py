"""The life of a prediction on a clock that only moves when told to, and over restarts."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image

from kontext_desktop.catalog import KONTEXT_MAX

UNFETCHED = {"prompt": "secret wish", "image": "http://127.0.0.1:1/media/none"}
"""Accepted and charged without anything being painted."""


def iso(at):
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def test_prediction_is_created_then_processing_then_completed(
    bare, caller, clock, picture, held_to
):
    prediction = caller.accepted(picture)
    created = caller.result(prediction)
    assert (created["status"], created["outputs"]) == ("created", [])
    clock.wait(7)
    processing = caller.result(prediction)
    assert (processing["status"], processing["outputs"]) == ("processing", [])
    clock.wait(6)
    completed = caller.result(prediction)
    held_to("result_completed", {"code": 200, "message": "success", "data": completed})
    assert (completed["status"], completed["error"]) == ("completed", "")
    assert completed["has_nsfw_contents"] == [False]
    assert 8000 <= completed["timings"]["inference"] <= 12000
    (url,) = completed["outputs"]
    assert url.startswith(caller.service.storage_url)
    with Image.open(io.BytesIO(bare.get(url).content)) as output:
        assert output.format == "JPEG"
        assert output.size == (1248, 832)


def test_ids_and_times_look_like_the_service_s(caller, clock):
    result = caller.submit(**UNFETCHED).json()["data"]
    assert len(bytes.fromhex(result["id"])) == 16
    assert len(result["created_at"]) == len("2026-03-01T12:34:56.948268264Z")
    at = datetime.fromisoformat(result["created_at"]).timestamp()
    assert at == pytest.approx(clock.at, abs=1e-3)
    assert result["urls"]["get"].endswith(f"/api/v3/predictions/{result['id']}/result")


def test_output_cannot_be_fetched_before_its_time(bare, caller, clock, picture):
    prediction = caller.accepted(picture)
    url = f"{caller.service.storage_url}/predictions/{prediction}/1.jpeg"
    assert bare.get(url).status_code == 403
    clock.wait(13)
    assert bare.get(url).status_code == 200


def test_prediction_goes_on_in_the_next_service(bare, start, clock, picture):
    first = start()
    prediction = first.accepted(picture)
    first.service.close()
    clock.wait(13)
    second = start()
    result = second.result(prediction)
    assert result["status"] == "completed"
    assert bare.get(result["outputs"][0]).status_code == 200
    assert second.service.ledger == first.service.ledger
    assert [accepted.id for accepted in second.service.ledger] == [prediction]
    assert second.get("/balance").json()["data"]["balance"] == pytest.approx(9.92)


def test_urls_stay_good_over_a_restart(bare, start, picture):
    first = start()
    upload = first.upload(picture)
    first.service.close()
    second = start()
    assert second.service.url == first.service.url
    assert bare.get(upload).content == picture


def test_ledger_line_torn_by_a_power_cut_is_dropped(start, tmp_path):
    first = start()
    first.submit(**UNFETCHED)
    first.service.close()
    with (tmp_path / "practice" / "ledger.jsonl").open("a") as file:
        file.write('{"id": "to')
    second = start()
    assert second.service.ledger == first.service.ledger
    second.submit(**UNFETCHED)
    second.service.close()
    assert len(start().service.ledger) == 2


def test_results_and_their_files_expire(bare, start, clock, picture):
    caller = start(retention=100.0)
    prediction = caller.accepted(picture)
    upload = caller.service.ledger[0].inputs["image"]
    clock.wait(50)
    (output,) = caller.result(prediction)["outputs"]
    clock.wait(51)
    assert caller.get(f"/predictions/{prediction}/result").status_code == 404
    assert bare.get(output).status_code == 403
    assert bare.get(upload).status_code == 404
    assert caller.post("/predictions", {"page": 1, "page_size": 9}).json()["data"]["items"] == []
    assert len(caller.service.ledger) == 1


def test_expired_files_are_swept_at_the_next_start(start, clock, tmp_path, picture):
    caller = start(retention=100.0)
    caller.accepted(picture)
    caller.service.close()
    clock.wait(101)
    start(retention=100.0)
    kept = [path for path in (tmp_path / "practice").rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == ["ledger.jsonl", "ports.json"]


def test_list_is_newest_first_in_pages_and_without_inputs(caller, clock, held_to):
    ids = []
    for _ in range(5):
        answer = caller.submit(**UNFETCHED)
        ids.append(answer.json()["data"]["id"])
        clock.wait(1)
    pages = [caller.post("/predictions", {"page": page, "page_size": 2}) for page in (1, 2, 3, 4)]
    listed = [[item["id"] for item in page.json()["data"]["items"]] for page in pages]
    assert listed == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]
    assert "secret wish" not in pages[0].text
    held_to("list", pages[0].json())


def test_list_keeps_to_its_window_and_filters(caller, clock):
    def listed(**filters):
        answer = caller.post("/predictions", {"page": 1, "page_size": 100} | filters)
        return [item["id"] for item in answer.json()["data"]["items"]]

    def submitted_later():
        clock.wait(100)
        return caller.submit(**UNFETCHED).json()["data"]["id"]

    early = clock.at
    first, second = submitted_later(), submitted_later()
    assert listed(created_after=iso(early + 150)) == [second]
    assert listed(created_before=iso(early + 150)) == [first]
    assert listed(created_after=iso(early + 100)) == [second, first]
    assert listed(status="failed") == [first]
    assert listed(status="created") == [second]
    assert listed(model=KONTEXT_MAX.id) == [second, first]
    assert listed(model="other") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"page": 0, "page_size": 9},
        {"page": 1, "page_size": 101},
        {"page": 1, "page_size": 9, "created_after": "yesterday"},
    ],
)
def test_list_without_a_sound_window_is_refused(caller, body):
    assert caller.post("/predictions", body).status_code == 400


def test_deleted_prediction_is_gone_but_was_charged(bare, caller, clock, picture):
    prediction = caller.accepted(picture)
    clock.wait(13)
    (output,) = caller.result(prediction)["outputs"]
    answer = caller.post("/predictions/delete", {"ids": [prediction, "0" * 32, "../ledger"]})
    assert answer.json()["data"] == {"deleted_count": 1}
    assert caller.get(f"/predictions/{prediction}/result").status_code == 404
    assert bare.get(output).status_code == 403
    assert [accepted.id for accepted in caller.service.ledger] == [prediction]


def test_closing_ends_threads_and_connections_and_may_be_repeated(start, picture):
    caller = start()
    caller.accepted(picture)
    caller.service.close()
    caller.service.close()
    with pytest.raises(httpx.TransportError):
        caller.get("/balance")
