from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any, NoReturn

import pytest
from engine_tools import Clock, carry, draft

from kontext_desktop.engine import reconcile, runner, sending
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.recovery import recover
from kontext_desktop.engine.studio import Studio, Target
from kontext_desktop.errors import LibraryError
from kontext_desktop.model import JobState, Step, Version
from kontext_desktop.practice import Fault, PracticeService
from kontext_desktop.wavespeed import Client, Prediction


def test_a_job_that_was_being_sent_may_be_billed_and_is_not_repeated(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[[], Studio],
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    studio.library.claim_sending(job, 3, 99, sent_at=studio.now())
    later = open_studio()
    (found,) = recover(later)
    assert (found.state, found.charged) == (JobState.UNSURE, "maybe")
    assert found.problem is not None
    assert found.problem.hint
    carry(later, [found])
    assert not service.ledger


def test_running_and_downloading_jobs_go_on_after_a_restart(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[[], Studio],
    clock: Clock,
) -> None:
    first, second = place_order(studio, original, draft(count=2))
    for _ in range(2):
        first = runner.advance(studio, first.id).job
        second = runner.advance(studio, second.id).job
    clock.wait(10)
    second = runner.advance(studio, second.id).job
    assert second.state is JobState.DOWNLOADING
    assert first.state is JobState.RUNNING
    later = open_studio()
    done = carry(later, recover(later))
    assert [job.state for job in done] == [JobState.DONE] * 2
    assert len(service.ledger) == 2


def test_queued_jobs_wait_for_a_click(
    studio: Studio,
    original: Version,
    service: PracticeService,
    open_studio: Callable[[], Studio],
) -> None:
    place_order(studio, original, draft())
    later = open_studio()
    assert recover(later) == []
    assert later.library.list_jobs()[0].state is JobState.QUEUED
    assert not service.ledger


def test_only_jobs_of_the_chosen_service_are_touched(
    studio: Studio, original: Version, open_studio: Callable[[], Studio]
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    studio.library.claim_sending(job, 3, 99, sent_at=studio.now())
    later = open_studio()
    later.target = Target(later.target.endpoint, embedded_practice=True)
    assert recover(later) == []
    assert later.library.get_job(job.id).state is JobState.SENDING
    assert runner.advance(later, job.id).again_in is None


def test_a_job_under_way_in_this_run_is_not_taken_for_a_lost_one(
    studio: Studio, original: Version
) -> None:
    recover(studio)
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    studio.library.claim_sending(job, 3, 99, sent_at=studio.now())
    (found,) = recover(studio)
    assert found.state is JobState.SENDING


def test_what_is_sent_before_the_recovery_is_not_taken_for_lost(
    studio: Studio, original: Version
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    # What a pool thread does just before it sends.
    assert sending._claim(studio, studio.get_service(), job) is not None
    (found,) = recover(studio)
    assert found.state is JobState.SENDING


@pytest.mark.parametrize(
    ("status", "state"), [(400, JobState.FAILED), (429, JobState.QUEUED), (401, JobState.QUEUED)]
)
def test_a_refusal_counts_also_when_the_register_cannot_be_written(
    studio: Studio,
    original: Version,
    service: PracticeService,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    state: JobState,
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    service.faults.add(Fault("submit", f"status:{status}"))
    monkeypatch.setattr(studio.register, "settle", _full)
    step = runner.advance(studio, job.id)
    assert (step.job.state, step.job.charged) == (state, "no")


def test_an_id_that_could_not_be_written_down_is_written_down_later(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    real = studio.library.move_job
    monkeypatch.setattr(studio.library, "move_job", _full)
    with pytest.raises(LibraryError, match="accepted"):
        runner.advance(studio, job.id)
    monkeypatch.setattr(studio.library, "move_job", real)
    left = studio.library.get_job(job.id)
    assert (left.state, left.charged) == (JobState.SENDING, "maybe")
    (done,) = carry(studio, [left])
    assert (done.state, done.charged) == (JobState.DONE, "yes")
    assert len(service.ledger) == 1


def test_what_a_failure_left_being_sent_is_looked_up_in_the_same_run(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    service.faults.add(Fault("submit", "close-after"))
    real = studio.library.move_job
    monkeypatch.setattr(studio.library, "move_job", _full)
    with pytest.raises(LibraryError):
        runner.advance(studio, job.id)
    monkeypatch.setattr(studio.library, "move_job", real)
    step = runner.advance(studio, job.id)
    assert (step.job.state, step.job.charged) == (JobState.UNSURE, "maybe")
    carry(studio, [step.job])
    assert len(reconcile.list_candidates(studio, step.job)) == 1
    assert len(service.ledger) == 1


def test_a_job_that_another_thread_sends_is_waited_for_and_not_sent_twice(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = place_order(studio, original, draft())
    job = runner.advance(studio, job.id).job
    seen: list[Step] = []
    real = Client.submit

    def submit(client: Client, *given: Any) -> Prediction:
        other = Thread(target=lambda: seen.append(runner.advance(studio, job.id)))
        other.start()
        other.join()
        return real(client, *given)

    monkeypatch.setattr(Client, "submit", submit)
    assert runner.advance(studio, job.id).job.state is JobState.RUNNING
    (step,) = seen
    assert step.job.state is JobState.SENDING
    assert step.again_in
    assert len(service.ledger) == 1


def _full(*_given: object, **_changes: object) -> NoReturn:
    raise LibraryError("The disk is full.")
