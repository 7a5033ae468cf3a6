"""When a running prediction is looked at, and how a service that is away is treated."""

from __future__ import annotations

import itertools
import random
import statistics
from collections.abc import Callable

import pytest
from engine_tools import Clock, carry, draft

from kontext_desktop.engine import runner, waiting
from kontext_desktop.engine.line import CALM_GAP, GAP, KNOCKS, Line
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.recovery import recover
from kontext_desktop.engine.studio import Studio
from kontext_desktop.model import JobState, Settings, Version
from kontext_desktop.practice import Fault, PracticeService


def looks(seen: list[float], duration: float) -> list[float]:
    """The ages at which a prediction of `duration` seconds is looked at until it is ready."""
    ages = [0.0]
    while ages[-1] < duration:
        ages.append(ages[-1] + waiting.pause(seen, ages[-1], 8.0))
    return ages[1:]


def test_no_two_looks_are_within_half_a_second() -> None:
    draw = random.Random(1)
    for seen in ([], [3.0] * 5, [draw.lognormvariate(1.1, 0.12) for _ in range(30)], [0.05] * 40):
        for duration in (0.01, 1, 3, 8, 40, 400, 4000):
            ages = looks(seen, duration)
            gaps = [later - earlier for earlier, later in itertools.pairwise(ages)]
            assert all(gap >= 0.5 for gap in gaps)
            assert max(gaps, default=0) <= waiting.OVERDUE_PAUSE + 1e-6


def test_after_thirty_predictions_a_ready_one_waits_little_and_is_looked_at_seldom() -> None:
    draw = random.Random(2)
    seen = [draw.lognormvariate(1.1, 0.12) for _ in range(30)]
    durations = [draw.lognormvariate(1.1, 0.12) for _ in range(200)]
    late = [looks(seen, duration)[-1] - duration for duration in durations]
    assert statistics.median(late) < 0.3
    assert statistics.mean(len(looks(seen, duration)) for duration in durations) < 4


def test_what_takes_longer_than_all_before_is_looked_at_ever_less_often() -> None:
    ages = [age for age in looks([3.0] * 30, 900) if age > 8]
    gaps = [round(later - earlier, 6) for earlier, later in itertools.pairwise(ages)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == waiting.OVERDUE_PAUSE


def test_durations_are_learned_and_survive_a_restart(
    studio: Studio, original: Version, open_studio: Callable[..., Studio]
) -> None:
    jobs = carry(studio, place_order(studio, original, draft(count=4)))
    learned = waiting.expected(studio, jobs[0])
    assert 2.0 < learned < 5.0
    assert waiting.expected(open_studio(), jobs[0]) == learned


def test_a_duration_seen_late_is_not_taken_for_long(
    studio: Studio, original: Version, clock: Clock
) -> None:
    """The program was closed for an hour: the service says how long it really took."""
    (job,) = place_order(studio, original, draft())
    for _ in range(2):
        job = runner.advance(studio, job.id).job
    clock.wait(3600)
    carry(studio, [job])
    assert waiting.expected(studio, job) < 10


def test_one_knocks_while_the_service_is_away_and_the_others_wait() -> None:
    line = Line()
    assert line.wait("one", 100.0) == 0
    assert line.lost(100.0) == KNOCKS[0]
    assert line.away_since == 100.0
    assert line.wait("one", 101.0) == pytest.approx(1.0)
    assert line.wait("one", 102.0) == 0, "one may knock"
    assert line.wait("two", 102.0) > 0, "the next may not"
    pauses = []
    now = 102.0
    for _ in range(8):
        pauses.append(line.lost(now))
        now += pauses[-1]
    assert pauses[-1] == KNOCKS[-1]
    assert pauses == sorted(pauses)


def test_the_return_is_calm() -> None:
    line = Line()
    line.lost(0.0)
    line.reached(10.0)
    assert line.away_since is None
    turns, now = [], 10.0
    for _ in range(20):
        now += line.wait("one", now)
        assert line.wait("one", now) == 0
        turns.append(now)
    assert all(later - earlier >= CALM_GAP for earlier, later in itertools.pairwise(turns))


def test_a_clock_set_back_stops_nothing() -> None:
    line = Line()
    line.wait("one", 1e9)
    line.wait("two", 1e9)
    assert line.wait("two", 1000.0) <= KNOCKS[-1]
    line.wait("two", 1e9)
    line.lost(1e9)
    assert line.wait("two", 1000.0) <= KNOCKS[-1]


def test_of_a_thousand_that_wait_none_comes_in_vain() -> None:
    line = Line()
    due = {f"job {number}": line.wait(f"job {number}", 0.0) for number in range(1000)}
    assert due.pop("job 0") == 0
    assert max(due.values()) == pytest.approx(999 * GAP)
    for job_id, at in sorted(due.items(), key=lambda item: item[1]):
        assert line.wait(job_id, at) == 0
        assert line.wait(job_id, at) > 998 * GAP, "again only behind all others"


def test_fifty_jobs_through_a_three_hour_outage_are_all_done_and_paid_once(
    studio: Studio,
    original: Version,
    service: PracticeService,
    clock: Clock,
    tmp_path: object,
) -> None:
    studio.settings = Settings(jobs_in_flight=50, submits_per_minute=1000, daily_cap=0)
    jobs = []
    for batch in range(5):
        jobs += place_order(studio, original, draft(seed=100 * batch + 1, count=10))
    sent = [runner.advance(studio, job.id).job for job in jobs]
    sent = [runner.advance(studio, job.id).job for job in sent[:40]]
    assert all(job.state is JobState.RUNNING for job in sent)
    assert len(service.ledger) == 40

    ports = [int(url.rpartition(":")[2]) for url in (service.url, service.storage_url)]
    folder = service._folder
    service.close()
    begun, due = clock(), {job.id: clock() for job in jobs}
    tries = 0
    while clock() < begun + 3 * 3600 and due:
        job_id = min(due, key=due.__getitem__)
        clock.wait(max(0.0, due.pop(job_id) - clock()))
        step = runner.advance(studio, job_id)
        tries += 1
        assert not step.job.state.ended
        if step.again_in is not None:
            due[job_id] = clock() + step.again_in
    assert studio.get_line(jobs[0].origin).away_since is not None
    clock.wait(max(0.0, begun + 3 * 3600 - clock()))

    with PracticeService(
        folder, port=ports[0], storage_port=ports[1], now=clock, announces=False
    ) as back:
        at = len(back.requests)
        going_on = recover(studio)
        assert len(going_on) == 40, "what was not sent waits for a click"
        carry(studio, going_on)
        arrivals = sorted(
            request.at for request in back.requests[at:] if request.path.endswith("/result")
        )
        gaps = [later - earlier for earlier, later in itertools.pairwise(arrivals)]
        assert statistics.median(gaps) >= 0.9, "a calm return: about one question a second"
        waiting_ones = [job for job in jobs[40:]]
        for job in waiting_ones:
            runner.permit(studio, job.id)
        carry(studio, waiting_ones)
        done = [studio.library.get_job(job.id) for job in jobs]
        assert [job.state for job in done] == [JobState.DONE] * 50
        assert len(back.ledger) == 50
        assert len({job.prediction_id for job in done}) == 50


def test_retry_after_is_kept_and_fewer_are_sent_at_once(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    jobs = place_order(studio, original, draft(count=3))
    service.faults.add(Fault("submit", "status:429:30", after=1))
    begun = clock()
    done = carry(studio, jobs)
    assert [job.state for job in done] == [JobState.DONE] * 3
    assert len(service.ledger) == 3
    submits = [r.at for r in service.requests if r.path.endswith("flux-kontext-max")]
    assert len(submits) == 4
    assert submits[2] - submits[1] >= 30
    assert clock() - begun < 120


@pytest.mark.parametrize("habits", [{"in_flight_limit": 1}])
def test_a_service_that_takes_one_at_a_time_is_learned(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    done = carry(studio, place_order(studio, original, draft(count=4)))
    assert [job.state for job in done] == [JobState.DONE] * 4
    submits = [r for r in service.requests if r.path.endswith("flux-kontext-max")]
    assert len(submits) <= 6, "after the first refusals it sends one at a time"


def test_no_more_than_ten_are_sent_in_a_minute(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    studio.settings = Settings(jobs_in_flight=16)
    done = carry(studio, place_order(studio, original, draft(count=16)))
    assert [job.state for job in done] == [JobState.DONE] * 16
    at = [accepted.at for accepted in service.ledger]
    assert all(at[number + 10] - at[number] >= 60 for number in range(6))


def test_a_small_edit_goes_before_a_long_batch(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    studio.settings = Settings(jobs_in_flight=1)
    batch = place_order(studio, original, draft(count=8, seed=100))
    for job in batch:
        runner.advance(studio, job.id)
    (edit,) = place_order(studio, original, draft(seed=1))
    carry(studio, [*batch, edit])
    seeds = [accepted.inputs["seed"] for accepted in service.ledger]
    assert seeds.index(1) <= 1


def test_a_long_wait_that_the_service_asks_for_needs_no_click(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("submit", "status:429:150"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert job.state is JobState.DONE, job.problem
    assert service.ledger[0].at - job.created_at >= 150


def test_a_clock_set_back_makes_nobody_ask_more_often(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(Fault("submit", "close"))
    jobs = place_order(studio, original, draft())
    while runner.advance(studio, jobs[0].id).job.state is JobState.QUEUED:
        pass
    clock.wait(-86_400.0)
    (job,) = carry(studio, jobs)
    assert (job.state, job.charged) == (JobState.FAILED, "no")
    asked = [request for request in service.requests if request.path.endswith("/predictions")]
    assert len(asked) < 20


def test_an_order_from_a_clock_set_back_holds_nobody_up(
    studio: Studio, original: Version, clock: Clock
) -> None:
    studio.settings = Settings(jobs_in_flight=1)
    (single,) = place_order(studio, original, draft(seed=1))
    runner.advance(studio, single.id)  # uploaded; then it is not gone on with
    clock.wait(-86_400.0)
    done = carry(studio, place_order(studio, original, draft(seed=10, count=2)))
    assert [job.state for job in done] == [JobState.DONE] * 2


def test_an_upload_dated_by_a_wrong_clock_is_made_anew(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    clock.wait(1e6)
    (job,) = place_order(studio, original, draft())
    assert runner.advance(studio, job.id).job.upload_url
    clock.wait(-1e6)
    runner.permit(studio, job.id)
    (done,) = carry(studio, [job])
    assert done.state is JobState.DONE
    assert len([request for request in service.requests if request.method == "PUT"]) == 2
