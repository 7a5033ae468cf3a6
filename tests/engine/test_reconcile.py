"""What becomes of requests without an answer: found, asked about, known never to have arrived."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine_tools import Clock, carry, draft
from fault_server import Spoil
from promises import open_studio as desk
from promises import start_service

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.engine import intake, reconcile, runner
from kontext_desktop.engine.order import place_order, repeat_order
from kontext_desktop.engine.recovery import recover
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import LibraryError, ParameterError, UnansweredError
from kontext_desktop.model import Job, JobState, Spend, Version
from kontext_desktop.practice import Fault, PracticeService
from kontext_desktop.wavespeed import Client

LOST = Fault("submit", "close-after")
NEVER_ARRIVED = Fault("submit", "close")


def lose(studio: Studio, service: PracticeService, version: Version, **changes: object) -> Job:
    """An edit that was accepted and whose reply was lost."""
    service.faults.add(LOST)
    (job,) = place_order(studio, version, draft(**changes))
    while (step := runner.advance(studio, job.id)).job.state is JobState.QUEUED:
        assert step.again_in is not None
    assert step.job.state is JobState.UNSURE
    return step.job


@pytest.mark.parametrize("habits", [{"echoes": True}])
def test_an_equal_echo_is_adopted_without_asking(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (done,) = carry(studio, [lose(studio, service, original)])
    assert (done.state, done.charged) == (JobState.DONE, "yes")
    assert done.prediction_id == service.ledger[0].id
    assert len(service.ledger) == 1


@pytest.mark.parametrize("habits", [{"echoes": True}])
def test_two_lost_answers_with_echoes_each_find_their_own(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    jobs = [lose(studio, service, original, seed=seed) for seed in (7, 8)]
    done = carry(studio, jobs)
    seeds = {accepted.id: accepted.inputs["seed"] for accepted in service.ledger}
    assert [seeds[job.prediction_id or ""] for job in done] == [7, 8]


def test_one_candidate_is_fetched_and_asked_about(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    assert (job.state, job.charged) == (JobState.UNSURE, "maybe")
    assert reconcile.is_probable(studio, job)
    assert job.problem is not None
    assert "probably" in job.problem.message
    (candidate,) = reconcile.list_candidates(studio, job)
    (picture,) = candidate.received
    assert studio.library.blobs.has(picture.sha256)
    clock.wait(8 * 86_400)  # the service has deleted it: what was fetched is enough
    step = reconcile.choose(studio, job.id, candidate.prediction_id)
    assert (step.job.state, step.job.charged) == (JobState.DONE, "yes")
    (version,) = step.versions
    assert studio.library.get_result(version.layers[-1].result_id).sha256 == picture.sha256
    assert len(service.ledger) == 1


@pytest.mark.parametrize("act", ["move_job", "finish_job"])
def test_a_choice_that_is_broken_off_is_carried_out_later_with_what_was_fetched(
    studio: Studio,
    original: Version,
    service: PracticeService,
    clock: Clock,
    open_studio: Callable[..., Studio],
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    (candidate,) = reconcile.list_candidates(studio, job)
    clock.wait(8 * 86_400)  # the service has it no more
    real = getattr(studio.library, act)

    def full(*given: Any, **changes: Any) -> Any:
        if JobState.RUNNING in given:
            return real(*given, **changes)
        raise LibraryError("The disk is full.")

    monkeypatch.setattr(studio.library, act, full)
    with pytest.raises(LibraryError, match="full"):
        reconcile.choose(studio, job.id, candidate.prediction_id)
    again = open_studio()
    (done,) = carry(again, recover(again))
    assert (done.state, done.charged) == (JobState.DONE, "yes")
    (result,) = again.library.list_results(done.id)
    assert result.sha256 == candidate.received[0].sha256


def test_several_candidates_are_a_choice_and_never_a_guess(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    first, second = (lose(studio, service, original, seed=seed) for seed in (7, 8))
    asked = carry(studio, [first, second])
    for job in asked:
        assert job.state is JobState.UNSURE
        assert not reconcile.is_probable(studio, job)
        assert len(reconcile.list_candidates(studio, job)) == 2
    seeds = {accepted.inputs["seed"]: accepted.id for accepted in service.ledger}
    reconcile.choose(studio, first.id, seeds[7])
    (left,) = reconcile.list_candidates(studio, second)
    assert left.prediction_id == seeds[8]
    assert reconcile.is_probable(studio, second)
    with pytest.raises(ParameterError):
        reconcile.choose(studio, second.id, seeds[7])


def test_what_turned_out_to_be_anothers_is_not_spoken_of_any_more(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    first, second = (lose(studio, service, original, seed=seed) for seed in (7, 8))
    carry(studio, [first, second])
    seeds = {accepted.inputs["seed"]: accepted.id for accepted in service.ledger}
    reconcile.refuse(studio, second.id, [seeds[8]])
    reconcile.choose(studio, first.id, seeds[7])
    clock.wait(1)
    step = runner.advance(studio, second.id)
    assert reconcile.list_candidates(studio, step.job) == []
    assert step.job.problem is not None
    assert "got no answer" in step.job.problem.message


def test_a_clock_that_is_set_back_does_not_make_the_looking_up_endless(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(NEVER_ARRIVED)
    (job,) = place_order(studio, original, draft())
    while (step := runner.advance(studio, job.id)).job.state is JobState.QUEUED:
        pass
    clock.wait(-30 * 86_400)
    (settled,) = carry(studio, [step.job])
    assert settled.state is JobState.FAILED
    lists = [request for request in service.requests if request.path.endswith("/predictions")]
    assert len(lists) < 12


def test_the_services_clock_counts_even_if_it_was_not_known_at_the_sending(
    studio: Studio,
    original: Version,
    service: PracticeService,
    clock: Clock,
    open_studio: Callable[..., Studio],
) -> None:
    """This machine is an hour late, and the request is the first thing that is said in this run."""
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    clock.wait(7_200)
    late = open_studio()
    late.now = late.library._now = lambda: clock() - 3_600
    late.quotes[job.origin, job.recipe.model_id] = (late.now(), job.price)
    runner.permit(late, job.id)
    service.faults.add(LOST)
    step = runner.advance(late, job.id)
    assert (step.job.state, step.job.clock_offset) == (JobState.UNSURE, 0)
    while step.again_in is not None:
        clock.wait(step.again_in)
        step = runner.advance(late, job.id)
    assert step.job.state is JobState.UNSURE
    assert len(reconcile.list_candidates(late, step.job)) == 1


def test_what_the_person_refuses_is_not_shown_again(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    (candidate,) = reconcile.list_candidates(studio, job)
    reconcile.refuse(studio, job.id, [candidate.prediction_id])
    (settled,) = carry(studio, [job])
    assert (settled.state, settled.charged) == (JobState.FAILED, "maybe"), "a person can err"
    assert reconcile.list_candidates(studio, settled) == []


def test_a_request_that_never_arrived_is_known_after_enough_clean_listings(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(NEVER_ARRIVED)
    jobs = place_order(studio, original, draft())
    begun = clock()
    (job,) = carry(studio, jobs)
    assert (job.state, job.charged) == (JobState.FAILED, "no")
    assert clock() - begun >= reconcile.HORIZON
    assert studio.library.spend(job.origin, 0) == Spend()
    (again,) = carry(studio, repeat_order(studio, job, job.price))
    assert again.state is JobState.DONE
    assert len(service.ledger) == 1


@pytest.mark.parametrize("habits", [{"listing_lag": 120.0}])
def test_a_prediction_that_is_listed_late_is_found_all_the_same(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    assert len(reconcile.list_candidates(studio, job)) == 1


@pytest.mark.parametrize("habits", [{"listing_lag": 1e6}])
def test_a_charge_without_a_listing_may_have_been_billed(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    assert (job.state, job.charged) == (JobState.FAILED, "maybe")
    assert job.problem is not None
    assert "billed" in job.problem.message
    assert studio.library.spend(job.origin, 0) == Spend(0, job.price)


@pytest.mark.parametrize("habits", [{"forbidden": frozenset({"list"})}])
def test_a_key_that_may_not_look_leaves_it_open(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (job,) = carry(studio, [lose(studio, service, original)])
    assert (job.state, job.charged) == (JobState.UNSURE, "maybe")
    assert job.problem is not None
    assert "may not look" in job.problem.message


def test_what_could_not_be_looked_up_for_a_week_may_have_been_billed(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    job = lose(studio, service, original)
    service.faults.add(Fault("list", "status:500", times=999))
    clock.wait(7.1 * 86_400)
    (given_up,) = carry(studio, [job])
    assert (given_up.state, given_up.charged) == (JobState.FAILED, "maybe")
    searched = reconcile.search_again(studio, job.id)
    assert (searched.state, searched.charged) == (JobState.UNSURE, "maybe")


@pytest.mark.parametrize("habits", [{"forbidden": frozenset({"billings"})}])
def test_an_empty_list_says_nothing_of_what_is_older_than_the_service_remembers(
    studio: Studio,
    original: Version,
    service: PracticeService,
    clock: Clock,
    open_studio: Callable[..., Studio],
) -> None:
    job = lose(studio, service, original)
    clock.wait(8 * 86_400)
    again = open_studio()
    (settled,) = carry(again, recover(again))
    assert (settled.state, settled.charged) == (JobState.FAILED, "maybe")
    assert settled.problem is not None
    assert "may have been billed" in settled.problem.message
    (searched,) = carry(again, [reconcile.search_again(again, job.id)])
    assert (searched.state, searched.charged) == (JobState.FAILED, "maybe")


def test_listings_that_fail_are_not_clean(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    job = lose(studio, service, original)
    service.faults.add(Fault("list", "short", times=4))
    service.faults.add(Fault("list", "html", times=4))
    (asked,) = carry(studio, [job])
    assert len(reconcile.list_candidates(studio, asked)) == 1


def test_the_answers_of_other_jobs_are_no_candidates(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (known,) = carry(studio, place_order(studio, original, draft(seed=3)))
    lost = lose(studio, service, original)
    (job,) = carry(studio, [lost])
    found = [candidate.prediction_id for candidate in reconcile.list_candidates(studio, job)]
    assert found == [service.ledger[1].id]
    assert known.prediction_id not in found


def test_two_libraries_on_one_key_never_adopt_each_others(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[..., Studio],
    picture: Path,
) -> None:
    beside = open_studio("beside")
    theirs = beside.library.list_versions(intake.bring_in(beside.library, picture).document.id)[0]
    (answered,) = carry(beside, place_order(beside, theirs, draft(seed=3)))
    first = lose(studio, service, original)
    second = lose(beside, service, theirs, seed=8)
    (mine,) = carry(studio, [first])
    found = {candidate.prediction_id for candidate in reconcile.list_candidates(studio, mine)}
    assert answered.prediction_id not in found
    # Both lost one: neither library can know which is whose.
    assert len(found) == 2
    assert not reconcile.is_probable(studio, mine)
    seeds = {accepted.inputs["seed"]: accepted.id for accepted in service.ledger}
    carry(beside, [second])
    reconcile.choose(beside, second.id, seeds[8])
    assert [c.prediction_id for c in reconcile.list_candidates(studio, mine)] == [seeds[7]]
    assert reconcile.is_probable(studio, mine)
    with pytest.raises(LibraryError, match="another library"):
        reconcile.adopt(studio, studio.get_service(), mine, seeds[8])


def test_the_edit_of_another_library_is_taken_from_no_answer(
    tmp_path: Path, clock: Clock, picture: Path
) -> None:
    """Whatever the service says, one prediction never becomes two Jobs'."""
    with start_service(tmp_path / "confused", clock) as server:
        jobs = []
        for name, seed in (("one", 7), ("other", 8)):
            studio = desk(tmp_path / name, server.url, clock)
            document = intake.bring_in(studio.library, picture).document
            version = studio.library.list_versions(document.id)[0]
            jobs += carry(studio, place_order(studio, version, draft(seed=seed)), limit=1e5)
            studio.close()
            first = server.ledger[0].id
            server.spoil("submit", Spoil("field", path=("data", "id"), value=first))
        assert [job.prediction_id for job in jobs] == [first, None]
        assert (jobs[1].state, jobs[1].charged) == (JobState.UNSURE, "maybe")
        assert len(server.ledger) == 2


def test_a_lost_answer_is_not_looked_for_with_another_key(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[..., Studio],
    clock: Clock,
) -> None:
    job = lose(studio, service, original)
    other = open_studio(key="another-key-altogether")
    listed = len([request for request in service.requests if request.path.endswith("/predictions")])
    (held,) = carry(other, recover(other))
    assert held.state is JobState.UNSURE
    assert held.problem is not None
    assert "another key" in held.problem.message
    after = len([request for request in service.requests if request.path.endswith("/predictions")])
    assert after == listed
    back = open_studio()
    carry(back, recover(back))
    assert len(reconcile.list_candidates(back, back.library.get_job(job.id))) == 1
    clock.wait(8 * 86_400)
    late = open_studio(key="another-key-altogether")
    (given_up,) = carry(late, recover(late))
    assert (given_up.state, given_up.charged) == (JobState.FAILED, "maybe")


def test_the_very_same_edit_is_not_ordered_while_it_has_no_answer(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    job = lose(studio, service, original)
    with pytest.raises(UnansweredError):
        place_order(studio, original, draft())
    assert place_order(studio, original, draft(seed=99))
    assert repeat_order(studio, job, job.price), "a click on Send again knows what it does"


def test_a_refusal_for_too_many_that_was_taken_after_all_is_not_sent_again(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    """A gateway may say 429 to what the service behind it has accepted."""
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    service.faults.add(Fault("submit", "status:429"))
    step = runner.advance(studio, job.id)
    assert step.job.state is JobState.QUEUED
    # The service made it all the same.
    body = {"prompt": "Make the light warmer.", "image": job.upload_url, "seed": 7}
    client = studio.get_service().client
    client.submit(KONTEXT_MAX, body)
    clock.wait(step.again_in or 0)
    (settled,) = carry(studio, [step.job])
    assert settled.state is JobState.UNSURE
    assert len(service.ledger) == 1
    assert json.dumps([e.note for e in studio.library.list_events(job.id)]).count("sending") == 2


def refuse_for_now(studio: Studio, service: PracticeService, version: Version) -> Job:
    """An edit to which the service has said "too many requests"."""
    (job,) = place_order(studio, version, draft())
    job = runner.advance(studio, job.id).job
    service.faults.add(Fault("submit", "status:429"))
    job = runner.advance(studio, job.id).job
    assert job.state is JobState.QUEUED
    return job


def test_what_was_refused_for_now_and_cancelled_is_looked_up_before_it_is_free(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    cancelled = runner.cancel(studio, refuse_for_now(studio, service, original).id)
    assert (cancelled.state, cancelled.charged, cancelled.hidden) == (
        JobState.UNSURE,
        "maybe",
        True,
    )
    (ended,) = carry(studio, [cancelled], limit=1e4)
    assert (ended.state, ended.charged, ended.hidden) == (JobState.FAILED, "no", True)
    assert studio.library.spend(ended.origin, 0) == Spend()


@pytest.mark.parametrize("habits", [{"echoes": True}])
def test_what_was_refused_and_made_after_all_is_collected_though_it_was_cancelled(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    job = refuse_for_now(studio, service, original)
    recipe = job.recipe
    body = {"prompt": recipe.prompt, "image": job.upload_url, "seed": recipe.seed}
    studio.get_service().client.submit(KONTEXT_MAX, body)
    (done,) = carry(studio, [runner.cancel(studio, job.id)])
    assert (done.state, done.charged, done.hidden) == (JobState.DONE, "yes", True)
    assert len(service.ledger) == 1


def test_a_candidate_without_a_picture_is_not_asked_about_for_ever(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    """One that failed at the service never gets one."""
    job = lose(studio, service, original)
    stranger = {"prompt": "Another's.", "image": job.upload_url, "seed": 1}
    service.faults.add(Fault("submit", "fail:1403"))
    studio.get_service().client.submit(KONTEXT_MAX, stranger)
    (asked,) = carry(studio, [job], limit=1e4)  # fails unless an end is found to it
    found = reconcile.list_candidates(studio, asked)
    assert sorted(bool(one.received) for one in found) == [False, True]


def test_a_service_that_tells_no_time_leaves_it_open_whether_it_was_billed(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "clock_offset", property(lambda _: None))
    service.faults.add(NEVER_ARRIVED)
    (ended,) = carry(studio, place_order(studio, original, draft()), limit=1e4)
    assert (ended.state, ended.charged) == (JobState.FAILED, "maybe")
    assert ended.problem is not None


def test_a_copied_library_does_not_adopt_what_the_other_copy_has_sent(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[..., Studio],
    tmp_path: Path,
) -> None:
    studio.close()
    shutil.copytree(tmp_path / "library", tmp_path / "copy")
    one, other = open_studio(), open_studio("copy")
    assert one.library.id == other.library.id
    sent = carry(one, place_order(one, original, draft(seed=3)))
    (lost,) = carry(other, [lose(other, service, original, seed=8)])
    found = [candidate.prediction_id for candidate in reconcile.list_candidates(other, lost)]
    assert found == [service.ledger[1].id]
    assert sent[0].prediction_id == service.ledger[0].id
