"""Our own client, which shares no code with the practice service, is satisfied with it, too."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import AccessError, RefusedError
from kontext_desktop.practice import Fault
from kontext_desktop.wavespeed import BillingRow, Client, submit_body

BODY = submit_body(
    KONTEXT_MAX,
    prompt="warmer",
    image="http://127.0.0.1:1/media/none",
    seed=7,
    guidance_scale=3.5,
    aspect_ratio=None,
)


@pytest.fixture
def meet(start, clock):
    """A service with these habits and a client of it whose own clock is an hour behind."""
    with ExitStack() as stack:

        def meet(**habits):
            service = start(**habits).service
            client = Client(
                service.url, lambda: "any-key", version="0", wall=lambda: clock() - 3600
            )
            return service, stack.enter_context(client)

        yield meet


def test_what_was_submitted_is_found_again_by_the_service_s_clock(meet, clock):
    _, client = meet(echoes=True)
    prediction = client.submit(KONTEXT_MAX, BODY)
    assert client.clock_offset == pytest.approx(3600, abs=1)
    now = clock() - 3600 + client.clock_offset
    window = {"after": now - 60, "before": now + 60}
    (listed,) = client.list_predictions(KONTEXT_MAX, **window)
    assert (listed.id, listed.model, listed.inputs) == (prediction.id, KONTEXT_MAX.id, None)
    assert listed.created_at == pytest.approx(clock(), abs=1e-3)
    assert client.get_result(prediction.id).inputs == BODY
    assert client.list_charges(**window) == [
        BillingRow("deduct", KONTEXT_MAX.price, pytest.approx(clock(), abs=1e-3), prediction.id)
    ]
    clock.wait(13)
    refund, _ = client.list_charges(**window)
    assert (refund.kind, refund.amount) == ("refund", KONTEXT_MAX.price)
    assert client.delete([prediction.id, "f" * 32]) == 1
    assert client.list_predictions(KONTEXT_MAX, **window) == []
    assert len(client.list_charges(**window)) == 2


def test_more_than_a_page_is_found_whole(meet, clock):
    service, client = meet()
    for _ in range(101):
        client.submit(KONTEXT_MAX, BODY)
    window = {"after": clock() - 1, "before": clock() + 1}
    accepted = {accepted.id for accepted in service.ledger}
    assert {p.id for p in client.list_predictions(KONTEXT_MAX, **window)} == accepted
    assert {row.prediction_id for row in client.list_charges(**window)} == accepted
    late = {"after": clock() + 1, "before": clock() + 2}
    assert client.list_predictions(KONTEXT_MAX, **late) == client.list_charges(**late) == []


def test_limits_and_rights_are_told_as_what_they_are(meet):
    service, client = meet(per_minute=1, forbidden=frozenset({"list", "billings"}))
    client.submit(KONTEXT_MAX, BODY)
    with pytest.raises(RefusedError) as caught:
        client.submit(KONTEXT_MAX, BODY)
    assert (caught.value.retry, caught.value.retry_after) == (True, 60)
    with pytest.raises(AccessError, match="role"):
        client.list_predictions(KONTEXT_MAX, after=0, before=4e9)
    with pytest.raises(AccessError, match="role"):
        client.list_charges(after=0, before=4e9)
    service.faults.add(Fault("delete", "status:429:5"))
    with pytest.raises(RefusedError) as caught:
        client.delete(["f" * 32])
    assert caught.value.retry_after == 5
    assert len(service.ledger) == 1
