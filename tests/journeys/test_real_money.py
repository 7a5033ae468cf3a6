"""With a service that is not known for practice: spending as a range, refunds, balance, offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtTest import QTest
from window_person import Person

from kontext_desktop.engine import ledger
from kontext_desktop.practice import Fault, PracticeService
from kontext_desktop.practice.api import Api
from kontext_desktop.wavespeed import Client

Enter = Callable[..., Person]


@pytest.fixture
def habits() -> dict[str, float]:
    return {}


@pytest.fixture
def real(tmp_path: Path, habits: dict[str, float]) -> Iterator[PracticeService]:
    """Says nothing of being a stand-in, so that all of it counts."""
    with PracticeService(tmp_path / "real", seconds=0.5, announces=False, **habits) as running:
        yield running


def order(person: Person, picture: Path) -> None:
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")


def read(person: Person, name: str) -> str:
    label = person.find(name)
    return label.text() if label.isVisible() else ""


def test_the_balance_is_shown_and_what_was_charged(
    enter: Enter, real: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", real.url)
    person.wait(lambda: read(person, "balance").startswith("Balance $"))
    order(person, picture)
    person.wait(lambda: [tile.text for tile in person.tiles] == ["Ready"])
    person.wait(lambda: read(person, "spentTodayStatus") == "Today $0.08")
    asked = [request for request in real.requests if "balance" in request.path]
    assert len(asked) == 1, "a charge a moment later does not ask again"


def test_a_failed_edit_is_a_range_until_its_refund_is_seen(
    enter: Enter, real: PracticeService, picture: Path
) -> None:
    real.faults.add(Fault("submit", "fail:1403"))
    person = enter("--endpoint", real.url)
    order(person, picture)
    person.wait(lambda: [tile.text for tile in person.tiles] == ["May be billed"])
    person.wait(lambda: read(person, "spentTodayStatus") == "Today $0.00 to $0.08")
    person.wait(lambda: "promises the money back" in person.tiles[0].tooltip)
    assert person.desk is not None
    assert "1 refund expected" in person.desk.spend_note

    again = enter("--endpoint", real.url)
    again.wait(lambda: read(again, "spentTodayStatus") == "Today $0.00")
    assert again.desk is not None
    again.wait(lambda: "1 refund seen" in again.desk.spend_note)


def test_being_offline_is_said_and_the_edit_goes_on_by_itself(
    enter: Enter, real: PracticeService, picture: Path, tmp_path: Path
) -> None:
    ports = [int(url.rpartition(":")[2]) for url in (real.url, real.storage_url)]
    person = enter("--endpoint", real.url)
    order(person, picture)
    person.wait(lambda: any(tile.text == "Generating" for tile in person.tiles))
    real.close()
    person.wait(lambda: read(person, "lineState").startswith("Offline since "))
    assert read(person, "lineState").endswith("goes on by itself")
    with PracticeService(
        tmp_path / "real", port=ports[0], storage_port=ports[1], announces=False
    ) as back:
        person.wait(lambda: [tile.text for tile in person.tiles] == ["Ready"])
        person.wait(lambda: read(person, "lineState") == "")
        submits = [r for r in back.requests if r.method == "POST" and "flux" in r.path]
        assert not submits
    assert not person.notices


@pytest.mark.parametrize("habits", [{"refund_after": 1e6}])
def test_an_edit_that_may_be_billed_stays_in_sight_until_it_is_put_away(
    enter: Enter, real: PracticeService, picture: Path
) -> None:
    real.faults.add(Fault("submit", "fail:1403"))
    person = enter("--endpoint", real.url)
    order(person, picture)
    person.wait(lambda: [tile.text for tile in person.tiles] == ["May be billed"])
    person.write("prompt", "Make it colder.")
    person.wait(lambda: person.find("generate").isEnabled())
    QTest.qWait(1_050)  # a second click within a second is taken for a slip
    person.click("generate")
    person.wait(lambda: [tile.text for tile in person.tiles] == ["May be billed", "Ready"])

    again = enter("--endpoint", real.url)
    again.wait(lambda: "May be billed" in [tile.text for tile in again.tiles])
    (tile,) = [tile for tile in again.tiles if tile.text == "May be billed"]
    again.workbench.act_on_tile(tile.job_id, "hide")
    again.wait(lambda: "May be billed" not in [tile.text for tile in again.tiles])


def test_a_price_that_changes_between_the_click_and_the_sending_is_asked_about(
    enter: Enter, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = Event()

    def name_price(_api: object, _request: object) -> dict[str, object]:
        price = 0.09 if raised.is_set() else 0.08
        return {"price": price, "discounted_price": price, "currency": "USD"}

    monkeypatch.setattr(Api, "_get_price", name_price)
    monkeypatch.setattr(ledger, "QUOTE_LASTS", 0.0)
    upload = Client.upload
    monkeypatch.setattr(Client, "upload", lambda *given: (raised.set(), upload(*given))[1])
    with PracticeService(tmp_path / "dear", seconds=0.1, announces=False) as service:
        person = enter("--endpoint", service.url)
        order(person, picture)
        person.wait(lambda: [tile.text for tile in person.tiles] == ["Not sent"])
        assert person.tiles[0].detail.startswith("One image costs $0.09 now, not $0.08.")
        assert not service.ledger
        person.wait(lambda: person.tiles[0].buttons[0].text == "Send · $0.09")
        person.workbench.act_on_tile(person.tiles[0].job_id, "retry")
        person.wait(lambda: [tile.text for tile in person.tiles] == ["Ready"])
        assert len(service.ledger) == 1
