from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from canary import KEY
from engine_tools import Clock, carry, draft, edit
from fault_server import Spoil
from PIL import Image
from promises import Driver, open_studio, start_service

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.engine import collecting, intake, render, runner, sending
from kontext_desktop.engine.order import place_order, repeat_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import ParameterError
from kontext_desktop.imaging import read
from kontext_desktop.model import JobState, Settings, Size, Version
from kontext_desktop.practice import Fault, PracticeService

SUBMIT = f"/api/v3/{KONTEXT_MAX.id}"


def submits(service: PracticeService) -> list[dict[str, object]]:
    return [
        json.loads(request.body)
        for request in service.requests
        if request.method == "POST" and request.path == SUBMIT
    ]


def test_an_edit_becomes_a_version_with_the_received_bytes(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    jobs = place_order(studio, original, draft(count=2))
    done = carry(studio, jobs)
    assert [job.state for job in done] == [JobState.DONE] * 2
    assert [job.charged for job in done] == ["yes"] * 2
    results = [studio.library.list_results(job.id)[0] for job in done]
    assert [result.seed for result in results] == [7, 8]
    for job, result in zip(done, results, strict=True):
        prediction = studio.get_service().client.get_result(job.prediction_id or "")
        assert studio.library.blobs.read(result.sha256) == studio.get_service().client.download(
            prediction.outputs[0]
        )
        assert result.price == KONTEXT_MAX.price
        assert result.model_id == KONTEXT_MAX.id
        assert not result.origin.practice
    assert len(service.ledger) == 2
    assert len(submits(service)) == 2


def test_only_documented_names_are_sent_and_the_key_only_to_the_api(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    edit(studio, original, aspect_ratio="1:1")
    (body,) = submits(service)
    assert set(body) == {"prompt", "image", "seed", "guidance_scale", "aspect_ratio"}
    api = [request for request in service.requests if request.server == "api"]
    storage = [request for request in service.requests if request.server == "storage"]
    assert all(
        request.headers.get("authorization") == f"Bearer {KEY}"
        for request in api
        if request.path != "/"
    )
    assert storage
    assert not [request for request in storage if KEY in str(request.headers)]


def test_the_uploaded_bytes_say_nothing_of_the_file(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    edit(studio, original)
    (upload,) = [request for request in service.requests if request.method == "PUT"]
    image = Image.open(io.BytesIO(upload.body), formats=["PNG"])
    assert image.mode == "RGB"
    assert not image.info
    assert not image.getexif()
    everything = (
        b"".join(request.body for request in service.requests)
        + repr([(request.path, request.headers) for request in service.requests]).encode()
    )
    assert b"SECRET-CAMERA" not in everything
    assert b"holiday" not in everything


def test_an_upload_that_could_not_be_fetched_is_made_anew_as_the_hint_says(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("submit", "fail:1402"))
    (failed,) = carry(studio, place_order(studio, original, draft()))
    assert failed.problem is not None
    assert "uploaded anew" in failed.problem.hint
    (again,) = carry(studio, repeat_order(studio, failed, failed.price))
    assert again.state is JobState.DONE
    assert again.upload_url != failed.upload_url


def test_an_upload_dated_by_a_wrong_clock_is_made_anew(
    studio: Studio, original: Version, clock: Clock
) -> None:
    (job,) = place_order(studio, original, draft())
    uploaded = runner.advance(studio, job.id).job
    clock.wait(-30 * 86_400)
    runner.permit(studio, job.id)
    step = runner.advance(studio, job.id)
    assert step.job.state is JobState.QUEUED
    assert step.job.upload_url != uploaded.upload_url


def test_each_upload_is_the_appearance_of_the_version_it_starts_from(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    first = edit(studio, original)
    second = edit(studio, first, prompt="Make it black and white.")
    third = edit(studio, original, prompt="Make it cooler.")
    assert second.parent_ids == (first.id,)
    assert third.parent_ids == (original.id,)
    assert [len(version.layers) for version in (first, second, third)] == [1, 2, 1]
    uploads = [read(request.body) for request in service.requests if request.method == "PUT"]
    size = Size(600, 400)
    for sent, parent in zip(uploads, (original, first), strict=True):
        assert sent.shape == (400, 600, 3)
        assert np.array_equal(sent, render.render(studio.library, parent, size=size))
    addresses = [body["image"] for body in submits(service)]
    assert addresses[0] == addresses[2] != addresses[1], "the same bytes are uploaded once"


def test_the_same_seed_gives_the_same_pixels_and_another_gives_others(
    studio: Studio, original: Version
) -> None:
    one, again, other = (edit(studio, original, seed=seed) for seed in (7, 7, 8))
    pixels = [render.render(studio.library, version) for version in (one, again, other)]
    assert np.array_equal(pixels[0], pixels[1])
    assert not np.array_equal(pixels[0], pixels[2])


def test_a_lost_reply_is_never_sent_again(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[[], Studio],
) -> None:
    service.faults.add(Fault("submit", "close-after"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert job.state is JobState.UNSURE
    assert job.charged == "maybe"
    assert job.problem is not None
    assert job.problem.kind == "unanswered"
    again = open_studio()
    carry(again, [job])
    assert len(service.ledger) == 1
    assert len(submits(service)) == 1


@pytest.mark.parametrize(
    ("fault", "state", "charged"),
    [
        ("status:400", JobState.FAILED, "no"),
        ("status:402", JobState.FAILED, "no"),
        ("status:404", JobState.FAILED, "no"),
        ("status:413", JobState.FAILED, "no"),
        ("status:500", JobState.FAILED, "no"),
        ("status:503", JobState.FAILED, "no"),
        ("html", JobState.FAILED, "no"),
        ("close", JobState.FAILED, "no"),
        ("short", JobState.UNSURE, "maybe"),
        ("fail:1403", JobState.FAILED, "maybe"),
    ],
)
def test_every_answer_to_a_submit_ends_in_a_state_with_a_next_step(
    studio: Studio,
    original: Version,
    service: PracticeService,
    fault: str,
    state: JobState,
    charged: str,
) -> None:
    service.faults.add(Fault("submit", fault))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert (job.state, job.charged) == (state, charged)
    assert job.problem is not None
    assert job.problem.message
    assert job.problem.hint
    assert len(submits(service)) == 1


def test_a_flagged_picture_is_kept_and_said(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("submit", "nsfw"))
    version = edit(studio, original)
    assert studio.library.get_result(version.layers[-1].result_id).nsfw is True


def test_an_expired_address_is_asked_anew(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("output", "status:500"))
    service.faults.add(Fault("output", "short"))
    edit(studio, original)
    assert len(service.ledger) == 1


def test_an_unreadable_picture_is_kept_because_it_was_paid_for(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("output", "html", times=1 + collecting.UNREADABLE_TRIES))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert (job.state, job.charged) == (JobState.FAILED, "yes")
    assert job.problem is not None
    (kept,) = job.quarantine
    assert b"<html" in studio.library.blobs.read(kept).lower()
    runner.collect_again(studio, job.id)
    (collected,) = carry(studio, [job])
    assert (collected.state, collected.charged) == (JobState.DONE, "yes")
    assert len(service.ledger) == 1


def test_a_page_in_place_of_a_picture_is_fetched_again_without_a_person(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("output", "html"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert (job.state, job.charged) == (JobState.DONE, "yes")
    assert len(job.quarantine) == 1


def test_a_picture_that_is_kept_from_us_is_not_said_to_be_deleted(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("output", "status:403", times=100))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert (job.state, job.charged) == (JobState.FAILED, "yes")
    assert job.problem is not None
    assert "collect it again" in job.problem.hint
    fetched = len([request for request in service.requests if request.server == "storage"])
    assert fetched < 30


def test_a_service_with_another_address_each_time_is_not_asked_without_a_pause(
    tmp_path: Path, clock: Clock, picture: Path
) -> None:
    """As addresses that are signed anew for each question are."""
    with start_service(tmp_path / "signing", clock) as server:
        studio = open_studio(tmp_path / "library", server.url, clock)
        document = intake.bring_in(studio.library, picture).document
        version = studio.library.list_versions(document.id)[0]
        for number in range(100):
            address = f"{server.storage_url}/predictions/{number:032x}.jpeg"
            outputs = Spoil("field", path=("data", "outputs"), value=[address])
            server.spoil("result", outputs, after=1 + number)
        driver = Driver(studio)
        driver.take_up(place_order(studio, version, draft()))
        driver.run(60.0)
        looks = [request for request in server.requests if request.operation == "result"]
        assert len(looks) < 12
        server.calm()
        driver.run(600.0)
        (job,) = studio.library.list_jobs()
        assert job.state is JobState.DONE
        studio.close()


def test_a_service_that_is_away_keeps_the_job_until_it_is_back(
    studio: Studio, original: Version, service: PracticeService, tmp_path: Path
) -> None:
    jobs = place_order(studio, original, draft())
    port = int(service.url.rpartition(":")[2])
    service.close()
    step = runner.advance(studio, jobs[0].id)
    assert step.job.state is JobState.QUEUED
    assert step.again_in is not None
    assert step.job.problem is not None
    with PracticeService(tmp_path / "service", port=port, seconds=0.05, announces=False) as back:
        (job,) = carry(studio, jobs)
        assert job.state is JobState.DONE
        assert len(back.ledger) == 1


def test_a_queued_job_is_not_sent_by_itself_after_two_minutes(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    (job,) = place_order(studio, original, draft())
    clock.wait(sending.PATIENCE + 1)
    assert runner.advance(studio, job.id).again_in is None
    assert not submits(service)
    runner.permit(studio, job.id)
    (done,) = carry(studio, [job])
    assert done.state is JobState.DONE


def test_cancel_before_sending_is_free_and_after_it_only_hides(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    first, second = place_order(studio, original, draft(count=2))
    cancelled = runner.cancel(studio, first.id)
    assert (cancelled.state, cancelled.charged) == (JobState.CANCELLED, "no")
    runner.advance(studio, second.id)
    runner.advance(studio, second.id)
    assert runner.cancel(studio, second.id).hidden
    (done,) = carry(studio, [second])
    assert done.state is JobState.DONE
    assert done.hidden
    assert len(submits(service)) == 1


def test_a_cancel_while_it_is_uploaded_is_no_trouble(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = place_order(studio, original, draft())
    client = studio.get_service().client

    def upload(*_: object) -> str:
        runner.cancel(studio, job.id)
        return "https://example.com/picture.png"

    monkeypatch.setattr(client, "upload", upload)
    step = runner.advance(studio, job.id)
    assert (step.job.state, step.again_in) == (JobState.CANCELLED, None)
    assert service.ledger == []


def test_looks_that_fail_for_a_week_come_to_an_end(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    (job,) = place_order(studio, original, draft())
    while runner.advance(studio, job.id).job.state is JobState.QUEUED:
        pass
    service.faults.add(Fault("result", "status:500", times=999))
    clock.wait(7.1 * 86_400)
    (expired,) = carry(studio, [job])
    assert (expired.state, expired.charged) == (JobState.EXPIRED, "yes")
    assert expired.problem is not None


def test_what_was_sent_is_never_permitted_again(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    studio.library.claim_sending(job, 3, 99, sent_at=studio.now())
    with pytest.raises(ParameterError):
        runner.permit(studio, job.id)
    assert studio.library.get_job(job.id).state is JobState.SENDING
    assert not service.ledger


def test_a_job_waiting_for_a_free_place_keeps_its_permission(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    studio.settings = Settings(jobs_in_flight=1)
    first, second = place_order(studio, original, draft(count=2))
    for _ in range(2):
        runner.advance(studio, first.id)
    for _ in range(5):
        clock.wait(50)
        step = runner.advance(studio, second.id)
        step = runner.advance(studio, second.id)
        assert step.again_in is not None
        assert step.job.state is JobState.QUEUED
    done = carry(studio, [first, second])
    assert [job.state for job in done] == [JobState.DONE] * 2


def test_the_daily_cap_holds_at_the_moment_of_sending(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    jobs = place_order(studio, original, draft(count=3))
    studio.settings = Settings(daily_cap=160_000)
    settled = carry(studio, jobs)
    assert [job.state for job in settled].count(JobState.DONE) == 2
    (held,) = [job for job in settled if job.state is JobState.QUEUED]
    assert held.problem is not None
    assert held.problem.kind == "budget"
    assert len(service.ledger) == 2
