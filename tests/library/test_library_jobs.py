"""The life of a Job on disk: its moves, one winner each, charges in step, Versions at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Conflict, Library, NewJob
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Document,
    Frame,
    Job,
    JobState,
    Layer,
    Origin,
    Problem,
    Received,
    Size,
    Spend,
)

PutDocument = Callable[..., Document]
PutJob = Callable[..., Job]
MakeNewJob = Callable[..., NewJob]
MakeReceived = Callable[..., Received]

REAL = Origin("https://api.example.com", False)
LIFE = {
    "queued": "queued sending failed cancelled unsure",
    "sending": "sending running unsure failed queued",
    "unsure": "unsure running failed",
    "running": "running downloading failed expired unsure",
    "downloading": "downloading failed expired",
    "done": "done",
    "failed": "failed unsure running",
    "expired": "expired running",
    "cancelled": "cancelled",
}


@pytest.mark.parametrize("state", JobState)
def test_job_moves_along_its_life_and_no_other_way(
    library: Library, put_document: PutDocument, put_job: PutJob, state: JobState
) -> None:
    document = put_document()
    for to in JobState:
        job = put_job(state, document)
        if to in LIFE[state].split():
            adopted = {"prediction_id": "adopted"} if to is JobState.RUNNING else {}
            moved = library.move_job(job, to, "a reason", **adopted)
            assert moved.state is to
            assert library.get_job(job.id) == moved
            assert library.list_events(job.id)[-1].note == "a reason"
        else:
            before = library.list_events(job.id)
            with pytest.raises(ValueError, match="never goes"):
                library.move_job(job, to, "")
            assert library.get_job(job.id) == job
            assert library.list_events(job.id) == before


def test_jobs_are_queued_all_or_none(
    library: Library, put_document: PutDocument, new_job: MakeNewJob
) -> None:
    document = put_document()
    with pytest.raises(LibraryError):
        library.put_jobs([new_job(document), new_job(document, parent="unknown")])
    assert library.list_jobs() == []
    assert library.spend(EMBEDDED_PRACTICE, 0) == Spend()
    jobs = library.put_jobs([new_job(document, prompt=text) for text in ("One.", "Two.")])
    assert library.list_jobs() == jobs
    assert [job.recipe.prompt for job in jobs] == ["One.", "Two."]
    assert [event.state for event in library.list_events(jobs[0].id)] == [JobState.QUEUED]


def test_changes_are_kept_and_what_another_thread_changed_stays(
    library: Library, put_job: PutJob, clock: SimpleNamespace
) -> None:
    seen = put_job(JobState.RUNNING)
    clock.time = 1060
    library.move_job(seen, JobState.RUNNING, "hidden", hidden=True)
    job = library.move_job(
        seen,
        JobState.DOWNLOADING,
        "completed",
        output_urls=("https://a/1", "https://a/2"),
        nsfw=(True, False),
        server_seconds=6.25,
        problem=Problem("service", "Slow.", "Wait."),
    )
    assert job.hidden
    assert job.output_urls == ("https://a/1", "https://a/2")
    assert job.nsfw == (True, False)
    assert job.problem == Problem("service", "Slow.", "Wait.")
    assert (job.created_at, job.updated_at) == (1000, 1060)
    assert library.get_job(job.id) == job


def test_facts_of_a_job_never_change(library: Library, put_job: PutJob) -> None:
    job = put_job(JobState.QUEUED)
    for change in ({"recipe": None}, {"origin": REAL}, {"id": "x"}, {"nonsense": 1}):
        with pytest.raises(ValueError, match="do not change"):
            library.move_job(job, JobState.QUEUED, "", **change)


def test_job_never_runs_without_a_prediction(library: Library, put_job: PutJob) -> None:
    job = put_job(JobState.SENDING)
    with pytest.raises(ValueError, match="prediction"):
        library.move_job(job, JobState.RUNNING, "accepted")
    assert library.get_job(job.id) == job


def test_of_two_threads_exactly_one_moves_a_job(library: Library, put_job: PutJob) -> None:
    ready = threading.Barrier(2)

    def move(job: Job, to: JobState) -> Job | None:
        ready.wait()
        try:
            return library.move_job(job, to, "")
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            job = put_job(JobState.QUEUED)
            tries = [pool.submit(move, job, to) for to in (JobState.SENDING, JobState.CANCELLED)]
            [winner] = [won for one in tries if (won := one.result())]
            assert library.get_job(job.id) == winner
            assert len(library.list_events(job.id)) == 2


def test_no_more_are_in_flight_than_allowed(
    library: Library, put_document: PutDocument, put_job: PutJob, new_job: MakeNewJob
) -> None:
    document = put_document()
    put_job(JobState.UNSURE, document)  # neither of these two counts against the limit
    put_job(JobState.RUNNING, document, origin=REAL)
    jobs = library.put_jobs([new_job(document)] * 16)
    ready = threading.Barrier(8)

    def claim(own: list[Job]) -> list[Job]:
        ready.wait()
        return [won for job in own if (won := library.claim_sending(job, 3, 99, sent_at=1234.0))]

    with ThreadPoolExecutor(8) as pool:
        claimed = [
            job for won in pool.map(claim, [jobs[start::8] for start in range(8)]) for job in won
        ]
    assert len(claimed) == 3
    assert {(job.state, job.sent_at, job.charged) for job in claimed} == {
        (JobState.SENDING, 1234.0, "maybe")
    }
    with pytest.raises(Conflict):
        library.claim_sending(replace(claimed[0], state=JobState.QUEUED), 99, 99, sent_at=0)
    library.move_job(claimed[0], JobState.FAILED, "refused")
    waiting = next(job for job in library.list_jobs() if job.state is JobState.QUEUED)
    assert library.claim_sending(waiting, 3, 99, sent_at=1300.0) is not None


def test_smaller_orders_and_older_ones_come_first(
    library: Library, put_document: PutDocument, new_job: MakeNewJob
) -> None:
    document = put_document()

    def order(name: str, count: int) -> list[Job]:
        return library.put_jobs([replace(new_job(document), batch_id=name)] * count)

    batch, pair, other_pair = order("batch", 5), order("pair", 2), order("other pair", 2)
    ahead = {job.id: library.count_ahead(job, 0) for job in library.list_jobs()}
    assert [ahead[job.id] for job in pair + other_pair + batch] == list(range(9))
    library.move_job(pair[0], JobState.CANCELLED, "cancelled")
    library.move_job(pair[1], JobState.QUEUED, "held", problem=Problem("budget", "Too dear.", ""))
    assert library.count_ahead(batch[0], 0) == 2
    assert library.count_ahead(batch[0], batch[0].permitted_at + 1) == 0, "their click is too old"


def test_an_upload_is_found_again_unless_an_edit_has_failed_with_it(
    library: Library, put_document: PutDocument, new_job: MakeNewJob
) -> None:
    document = put_document()
    first, second, third = library.put_jobs([new_job(document)] * 3)
    uploads = {first.id: ("https://a", 100.0), second.id: ("https://b", 200.0)}
    for job in (first, second):
        url, at = uploads[job.id]
        library.move_job(job, JobState.QUEUED, "uploaded", upload_url=url, uploaded_at=at)
    assert library.find_upload(third, 50, 300) == uploads[first.id]
    assert library.find_upload(third, 150, 300) == uploads[second.id]
    assert library.find_upload(third, 250, 300) is None
    forgotten = library.move_job(second, JobState.QUEUED, "forgotten", upload_url=None)
    assert library.find_upload(third, 150, 300) is None
    url, at = uploads[second.id]
    library.move_job(forgotten, JobState.QUEUED, "again", upload_url=url, uploaded_at=at)
    sent = library.claim_sending(first, 3, 99, sent_at=250.0)
    assert sent is not None
    library.move_job(sent, JobState.FAILED, "could not be fetched")
    assert library.find_upload(third, 50, 300) == uploads[second.id]


@pytest.mark.parametrize(
    ("state", "spent"),
    [
        (JobState.QUEUED, Spend(0, 0)),
        (JobState.CANCELLED, Spend(0, 0)),
        (JobState.SENDING, Spend(0, 80_000)),
        (JobState.UNSURE, Spend(0, 80_000)),
        (JobState.RUNNING, Spend(80_000, 0)),
        (JobState.DOWNLOADING, Spend(80_000, 0)),
        (JobState.DONE, Spend(80_000, 0)),
        (JobState.EXPIRED, Spend(80_000, 0)),
        (JobState.FAILED, Spend(0, 0)),  # refused while sending
    ],
)
def test_charge_follows_the_state(
    library: Library, put_job: PutJob, state: JobState, spent: Spend
) -> None:
    put_job(state)
    assert library.spend(EMBEDDED_PRACTICE, 0) == spent


@pytest.mark.parametrize(
    ("state", "to", "changes", "spent"),
    [
        (JobState.SENDING, JobState.QUEUED, {}, Spend(0, 0)),
        (JobState.UNSURE, JobState.FAILED, {}, Spend(0, 80_000)),
        (JobState.UNSURE, JobState.FAILED, {"charged": "no"}, Spend(0, 0)),
        (JobState.RUNNING, JobState.FAILED, {}, Spend(80_000, 0)),
        (JobState.RUNNING, JobState.FAILED, {"charged": "no"}, Spend(0, 0)),
        (JobState.FAILED, JobState.FAILED, {"charged": "maybe"}, Spend(0, 80_000)),
    ],
)
def test_charge_is_what_the_caller_knows_better(
    library: Library,
    put_job: PutJob,
    state: JobState,
    to: JobState,
    changes: dict[str, Any],
    spent: Spend,
) -> None:
    library.move_job(put_job(state), to, "", **changes)
    assert library.spend(EMBEDDED_PRACTICE, 0) == spent


def test_sums_of_two_origins_never_mix(
    library: Library, put_document: PutDocument, put_job: PutJob
) -> None:
    document = put_document()
    lookalike = Origin(REAL.endpoint, True)
    put_job(JobState.RUNNING, document, origin=EMBEDDED_PRACTICE, price=1)
    put_job(JobState.RUNNING, document, origin=REAL, price=20)
    put_job(JobState.UNSURE, document, origin=REAL, price=300)
    put_job(JobState.RUNNING, document, origin=lookalike, price=4000)
    assert library.spend(EMBEDDED_PRACTICE, 0) == Spend(1, 0)
    assert library.spend(REAL, 0) == Spend(20, 300)
    assert library.spend(lookalike, 0) == Spend(4000, 0)
    assert [job.price for job in library.list_jobs(origin=REAL)] == [20, 300]


def test_spend_counts_from_when_it_was_sent(
    library: Library, put_job: PutJob, clock: SimpleNamespace
) -> None:
    job = put_job(JobState.QUEUED)
    clock.time = 5000
    sent = library.claim_sending(job, 1, 99, sent_at=5000)
    assert sent is not None
    assert library.spend(EMBEDDED_PRACTICE, 4000) == Spend(0, 80_000)
    assert library.spend(EMBEDDED_PRACTICE, 5001) == Spend()


def test_jobs_are_listed_oldest_first_and_by_what_is_asked(
    library: Library, put_document: PutDocument, put_job: PutJob
) -> None:
    document, other = put_document(), put_document()
    first = put_job(JobState.DONE, document)
    second = put_job(JobState.QUEUED, other)
    third = put_job(JobState.UNSURE, document)
    assert library.list_jobs() == [first, second, third]
    assert library.list_jobs(ended=True) == [first]
    assert library.list_jobs(ended=False, document_id=document.id) == [third]
    assert library.list_jobs(limit=2) == [first, second]


def test_one_prediction_is_one_jobs(
    library: Library, put_document: PutDocument, put_job: PutJob
) -> None:
    document = put_document()
    first = put_job(JobState.RUNNING, document)
    second = put_job(JobState.UNSURE, document)
    taken = {"prediction_id": first.prediction_id}
    with pytest.raises(Conflict, match="another"):
        library.move_job(second, JobState.RUNNING, "adopted", **taken)
    assert library.get_job(second.id) == second
    elsewhere = put_job(JobState.UNSURE, document, origin=REAL)
    assert library.move_job(elsewhere, JobState.RUNNING, "adopted", **taken)


def test_result_and_version_are_what_came(
    library: Library, put_job: PutJob, received: MakeReceived, clock: SimpleNamespace
) -> None:
    job = library.move_job(put_job(JobState.RUNNING), JobState.DOWNLOADING, "", server_seconds=6.25)
    clock.time = 1012
    done, [version] = library.finish_job(job, [received(b"jpeg", size=Size(1000, 750))], "Warmer")
    [result] = library.list_results(job.id)
    assert library.get_job(job.id) == done
    assert (done.state, done.charged) == (JobState.DONE, "yes")
    assert library.blobs.read(result.sha256) == b"jpeg"
    assert (result.length, result.size, result.format) == (4, Size(1000, 750), "JPEG")
    assert (result.seed, result.price, result.model_id) == (7, 80_000, job.recipe.model_id)
    assert (result.prediction_id, result.origin) == (job.prediction_id, EMBEDDED_PRACTICE)
    assert (result.server_seconds, result.wall_seconds, result.nsfw) == (6.25, 12, False)
    assert version.layers == (Layer(result.id, (4.0, 0.0, 0, 0.0, 4.0, 0)),)
    assert (version.title, version.job_id, version.practice) == ("Warmer", job.id, True)
    assert library.get_result(result.id[:8]) == result
    assert library.get_version(version.id) == version


def test_second_edit_stands_on_the_first_and_a_branch_beside_it(
    library: Library, put_document: PutDocument, put_job: PutJob, received: MakeReceived
) -> None:
    document = put_document()

    def edit(parent: str) -> tuple[Job, str]:
        job = put_job(JobState.DOWNLOADING, document, parent=parent)
        done, [version] = library.finish_job(job, [received()], "Edited")
        return done, version.id

    original = document.current_version_id
    _, first = edit(original)
    _, second = edit(first)
    _, branch = edit(original)
    versions = {version.id: version for version in library.list_versions(document.id)}
    assert list(versions) == [original, first, second, branch]
    assert [len(version.layers) for version in versions.values()] == [0, 1, 2, 1]
    assert versions[second].layers[:1] == versions[first].layers
    assert [version.parent_ids for version in versions.values()] == [
        (),
        (original,),
        (first,),
        (original,),
    ]
    assert library.get_document(document.id).current_version_id == original


def test_each_output_of_a_job_is_a_version(
    library: Library, put_job: PutJob, received: MakeReceived
) -> None:
    job = put_job(JobState.DOWNLOADING)
    pictures = [received(b"one", 0), received(b"two", 1)]
    _, versions = library.finish_job(job, pictures, "Warmer")
    assert [len(version.layers) for version in versions] == [1, 1]
    assert [one.output_index for one in library.list_results(job.id)] == [0, 1]


def test_job_is_finished_once_and_only_with_its_pictures(
    library: Library, put_job: PutJob, received: MakeReceived
) -> None:
    job = put_job(JobState.DOWNLOADING)
    lost = Received("0" * 64, 1, Size(1, 1), "JPEG", 0, None)
    with pytest.raises(LibraryError, match="missing"):
        library.finish_job(job, [received(), lost], "")
    assert library.get_job(job.id) == job
    done, _ = library.finish_job(job, [received()], "")
    for seen in (job, done):
        with pytest.raises(Conflict):
            library.finish_job(seen, [received()], "")
    assert len(library.list_results(job.id)) == 1
    with pytest.raises(Conflict):
        library.finish_job(put_job(JobState.RUNNING), [received()], "")


def test_version_with_anything_of_practice_in_it_is_marked(
    library: Library, put_document: PutDocument, put_job: PutJob, received: MakeReceived
) -> None:
    document = put_document()
    marks = []
    parent = document.current_version_id
    for origin in (REAL, EMBEDDED_PRACTICE, REAL):
        job = put_job(JobState.DOWNLOADING, document, origin=origin, parent=parent)
        _, [version] = library.finish_job(job, [received()], "")
        marks.append(version.practice)
        parent = version.id
    assert marks == [False, True, True]


def test_frame_of_the_recipe_places_the_result(
    library: Library, put_document: PutDocument, new_job: MakeNewJob, received: MakeReceived
) -> None:
    document = put_document()
    new = new_job(document)
    assert new.recipe.frame == Frame(0, 0, 4000, 3000)
    recipe = replace(new.recipe, frame=Frame(200, 100, 2496, 1664), aspect_ratio="3:2")
    [job] = library.put_jobs([replace(new, recipe=recipe)])
    job = library.move_job(job, JobState.SENDING, "")
    job = library.move_job(job, JobState.RUNNING, "", prediction_id="a-prediction")
    job = library.move_job(job, JobState.DOWNLOADING, "")
    _, [version] = library.finish_job(job, [received(size=Size(1248, 832))], "")
    assert version.layers[0].placement == (2.0, 0.0, 200, 0.0, 2.0, 100)
