"""Caps, prices, refunds, marks that forbid sending, and the books."""

from __future__ import annotations

import csv
import io
from threading import Barrier, Thread

import pytest
from engine_tools import Clock, carry, draft, edit

from kontext_desktop.engine import refunds, runner, statement
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import BudgetError, ParameterError
from kontext_desktop.model import JobState, Settings, Spend, Version
from kontext_desktop.practice import Fault, PracticeService
from kontext_desktop.wavespeed import BillingRow, Client

PRICE = 80_000


def test_one_order_keeps_its_cap(studio: Studio, original: Version) -> None:
    studio.settings = Settings(batch_cap=2 * PRICE)
    assert place_order(studio, original, draft(count=2))
    with pytest.raises(BudgetError, match="one order"):
        place_order(studio, original, draft(count=3))


def test_a_document_keeps_its_cap_when_ordering_and_when_sending(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    studio.settings = Settings(document_cap=2 * PRICE)
    edit(studio, original)
    jobs = place_order(studio, original, draft(seed=8))
    with pytest.raises(BudgetError, match="this document's"):
        place_order(studio, original, draft(seed=9))
    studio.settings = Settings(document_cap=PRICE)
    (held,) = carry(studio, jobs)
    assert held.state is JobState.QUEUED
    assert held.problem is not None
    assert held.problem.kind == "budget"
    assert len(service.ledger) == 1


def test_what_may_be_billed_counts_against_the_caps(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    service.faults.add(Fault("submit", "close-after"))
    carry(studio, place_order(studio, original, draft()))
    studio.settings = Settings(daily_cap=PRICE)
    with pytest.raises(BudgetError):
        place_order(studio, original, draft(seed=8))


def test_a_changed_price_stops_the_queue_and_asks(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    jobs = place_order(studio, original, draft(count=2))
    origin = jobs[0].origin
    studio.quotes[origin, jobs[0].recipe.model_id] = (clock(), 2 * PRICE)
    held = carry(studio, jobs)
    assert [job.state for job in held] == [JobState.QUEUED] * 2
    for job in held:
        assert job.problem is not None
        assert "$0.16" in job.problem.message
    assert not service.ledger
    with pytest.raises(BudgetError):
        runner.permit(studio, held[0].id, expected_price=PRICE)
    permitted = runner.permit(studio, held[0].id, expected_price=2 * PRICE)
    (done,) = carry(studio, [permitted])
    assert (done.state, done.price) == (JobState.DONE, 2 * PRICE)
    assert studio.library.spend(origin, 0) == Spend(2 * PRICE)


def test_nothing_of_a_marked_document_or_library_leaves(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    queued = place_order(studio, original, draft())
    before = len(service.requests)
    studio.library.put_never_send(original.document_id, True)
    with pytest.raises(ParameterError, match="never to be sent"):
        place_order(studio, original, draft())
    (held,) = carry(studio, queued)
    assert held.state is JobState.QUEUED
    studio.library.put_never_send(original.document_id, False)
    studio.library.put_may_send(False)
    with pytest.raises(ParameterError, match="library is marked"):
        place_order(studio, original, draft())
    (held,) = carry(studio, [runner.permit(studio, held.id)])
    assert held.state is JobState.QUEUED
    sent = [request for request in service.requests[before:] if "price" not in request.path]
    assert not sent
    studio.library.put_may_send(True)
    (done,) = carry(studio, [runner.permit(studio, held.id)])
    assert done.state is JobState.DONE


def charge_of(studio: Studio) -> refunds.Charge:
    (charge,) = studio.library.list_charges()
    return charge


@pytest.mark.parametrize("habits", [{"refund_after": 1800.0}])
def test_a_refund_is_expected_then_seen_and_taken_off(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(Fault("submit", "fail:1403"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert (job.state, job.charged) == (JobState.FAILED, "maybe")
    assert refunds.describe(charge_of(studio), clock()) == "expected"
    assert refunds.check(studio, studio.get_service()) == []
    assert studio.library.spend(job.origin, 0) == Spend(0, PRICE)
    clock.wait(1900)
    (refunded,) = refunds.check(studio, studio.get_service())
    assert refunded.charged == "no"
    assert refunded.problem is not None
    assert "$0.08 back" in refunded.problem.hint
    assert refunds.describe(charge_of(studio), clock()) == "seen"
    assert studio.library.spend(job.origin, 0) == Spend()
    assert refunds.check(studio, studio.get_service()) == []


def test_a_refund_that_two_see_at_once_is_taken_off_once(
    studio: Studio, original: Version, service: PracticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.faults.add(Fault("submit", "fail:1403"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    both = Barrier(2)
    row = BillingRow("refund", 30_000, None, job.prediction_id)

    def list_charges(_client: Client, **_window: float) -> list[BillingRow]:
        both.wait(10)
        return [row]

    monkeypatch.setattr(Client, "list_charges", list_charges)
    threads = [Thread(target=refunds.check, args=(studio, studio.get_service())) for _ in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert studio.library.get_refunded(job.id) == 30_000
    assert studio.library.spend(job.origin, 0) == Spend(PRICE - 30_000)


@pytest.mark.parametrize("habits", [{"refund_after": 1e6}])
def test_a_refund_that_does_not_come_is_overdue(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(Fault("submit", "fail:5000"))
    carry(studio, place_order(studio, original, draft()))
    clock.wait(refunds.PROMISED + 60)
    assert refunds.check(studio, studio.get_service()) == []
    assert refunds.describe(charge_of(studio), clock()) == "overdue"


def test_no_refund_is_promised_for_what_moderation_stopped(
    studio: Studio, original: Version, service: PracticeService, clock: Clock
) -> None:
    service.faults.add(Fault("submit", "fail:1200"))
    (job,) = carry(studio, place_order(studio, original, draft()))
    assert job.charged == "yes"
    assert refunds.describe(charge_of(studio), clock()) == ""


def test_the_books_have_a_line_for_each_charge_and_nothing_a_spreadsheet_runs(
    studio: Studio, original: Version, clock: Clock
) -> None:
    edit(studio, original)
    studio.library.put_client(original.document_id, "=HYPERLINK(1)")
    jobs = place_order(studio, original, draft(seed=9))
    runner.cancel(studio, jobs[0].id)
    text = statement.write_csv(statement.list_lines(studio.library, 0, 1e12, clock()))
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["client"] == "'=HYPERLINK(1)"
    assert line["amount_usd"] == "0.080000"
    assert line["charged"] == "yes"
    assert line["document"] == "holiday of mine.jpg"


def test_what_is_safe_here_is_deleted_there_when_wished(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    studio.settings = studio.settings._replace(delete_after_download=True)
    version = edit(studio, original)
    job = studio.library.get_job(version.job_id or "")
    assert studio.library.list_events(job.id)[-1].note == "deleted at the service"
    again = runner.collecting.delete_at_service(studio, studio.get_service(), job)
    assert again.state is JobState.DONE
    assert "nothing to delete" in studio.library.list_events(job.id)[-1].note
