"""When a paid request gets no answer: it is looked up, decided about, and never sent twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from window_person import Person

from kontext_desktop.practice import Fault, PracticeService
from kontext_desktop.ui.tile import TileView

Enter = Callable[..., Person]


def count_submits(service: PracticeService) -> int:
    return sum(request.method == "POST" and "flux" in request.path for request in service.requests)


def texts(person: Person) -> list[str]:
    return [tile.text for tile in person.tiles]


def press(person: Person, button: str, within: QWidget | None = None) -> None:
    """Once the button listens: it does not to a click that may have been meant for another."""
    found = (within or person.window).findChild(QPushButton, button)
    assert found is not None, button
    person.bot.wait(1_050)
    settling = person.window.findChildren(QTimer, "noticeSettling")
    person.wait(lambda: not any(timer.isActive() for timer in settling))  # it is not exact
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def lose_an_edit(enter: Enter, service: PracticeService, picture: Path) -> Person:
    """The service accepts an edit, and its answer is lost on the way."""
    service.faults.add(Fault("submit", "close-after"))
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: texts(person) == ["Looking it up"])
    return person


def look(person: Person) -> QWidget:
    tile = person.window.findChild(TileView)
    assert tile is not None
    press(person, "tileAction", tile)
    person.wait(lambda: person.window.findChild(QPushButton, "mine") is not None)
    return person.find("found")


def test_a_lost_answer_is_found_shown_and_taken(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = lose_an_edit(enter, service, picture)
    assert person.desk is not None
    assert person.desk.looking_up == 1
    person.wait(lambda: texts(person) == ["Found?"])
    assert [offer.text for offer in person.tiles[0].buttons] == ["Look…"]
    dialog = look(person)
    mine = dialog.findChild(QPushButton, "mine")
    assert mine is not None
    assert dialog.focusWidget() is mine, "there is one, and nobody else's"
    press(person, "mine", dialog)
    person.wait(lambda: texts(person) == ["Ready"])
    person.wait(lambda: len(person.rows) == 2)
    person.wait(lambda: person.window.findChild(QWidget, "found") is None)
    person.look_at(person.rows[0].version.id)
    assert count_submits(service) == 1
    assert len(service.ledger) == 1


def test_none_of_these_leaves_sending_again_to_a_click_with_its_price(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = lose_an_edit(enter, service, picture)
    person.wait(lambda: texts(person) == ["Found?"])
    dialog = look(person)
    press(person, "noneOfThese", dialog)
    person.wait(lambda: texts(person) == ["Looking it up"])
    send = dialog.findChild(QPushButton, "sendAgain")
    assert send is not None
    assert send.text() == "Send again · $0.08 (may be billed twice)"
    assert count_submits(service) == 1
    press(person, "sendAgain", dialog)
    person.wait(lambda: "Ready" in texts(person))
    assert count_submits(service) == 2


def test_what_happened_is_read_from_the_tile(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = lose_an_edit(enter, service, picture)
    person.window.strip.asked.emit(person.tiles[0].job_id, "log")
    person.wait(lambda: person.window.findChild(QWidget, "jobLog") is not None)
    events = person.find("jobEvents").toPlainText()
    assert "sending" in events
    assert "unsure" in events


def test_the_same_edit_is_not_ordered_while_it_has_no_answer(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = lose_an_edit(enter, service, picture)
    sent = person.tiles[0].job_id
    draft = person.workbench.draft
    person.workbench.set_draft(person.workbench.draft.__class__(**_seeded(person, sent, draft)))
    person.wait(lambda: person.find("generate").isEnabled())
    QTest.qWait(1_050)
    person.click("generate")
    person.wait(lambda: any(notice.deeds for notice in person.notices))
    notice = next(notice for notice in person.notices if notice.deeds)
    assert [deed.name for deed in notice.deeds] == ["look", "other_seed"]
    assert count_submits(service) == 1
    press(person, "deed look")
    person.wait(lambda: person.window.findChild(QWidget, "found") is not None)


def _seeded(person: Person, job_id: str, draft: object) -> dict[str, object]:
    """The draft of the edit that was lost: the seed was rolled on once it was ordered."""
    job = person.workbench._queue.jobs[job_id]
    names = ("guidance_scale", "prompt", "aspect_ratio", "seed_locked", "count")
    return {name: getattr(draft, name) for name in names} | {"seed": job.recipe.seed}


def test_unsent_edits_of_an_earlier_run_are_offered_once_for_all(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    service.faults.add(Fault("upload-ticket", "status:503", times=50))
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.find("variations").setFocus()
    person.write("variations", "2")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: texts(person) == ["Waiting", "Waiting"])

    again = enter("--endpoint", service.url)
    again.wait(lambda: any(notice.deeds for notice in again.notices))
    (notice,) = [notice for notice in again.notices if notice.deeds]
    assert notice.message == "2 edits were not sent yet ($0.16)."
    again.wait(lambda: texts(again) == ["Not sent", "Not sent"])
    press(again, "deed cancel_all")
    again.wait(lambda: "Not sent" not in texts(again))
    assert count_submits(service) == 0


def test_a_picture_that_is_never_to_be_sent_is_not(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.window.actions_by_name["never_send"].trigger()
    person.wait(lambda: not person.find("generate").isEnabled())
    assert person.desk is not None
    assert "never to be sent" in person.desk.why_not
    assert person.window.actions_by_name["never_send"].isChecked()
    person.window.actions_by_name["never_send"].trigger()
    person.wait(lambda: person.find("generate").isEnabled())
    person.workbench.put_may_send(False)
    person.wait(lambda: not person.find("generate").isEnabled())


def test_a_refused_key_is_told_once_however_many_jobs_it_stops(
    enter: Enter, service: PracticeService, picture: Path
) -> None:
    service.faults.add(Fault("result", "status:401", times=500))
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.find("variations").setFocus()
    person.write("variations", "3")
    person.wait(lambda: person.find("generate").isEnabled())
    person.click("generate")
    person.wait(lambda: bool(person.notices))
    person.wait(lambda: person.desk is not None and person.desk.running == 0)
    QTest.qWait(500)
    assert len(person.notices) == 1, person.notices


def test_charges_are_saved_as_a_table(
    enter: Enter, service: PracticeService, picture: Path, tmp_path: Path
) -> None:
    person = enter("--endpoint", service.url)
    person.open(picture)
    person.answers.said = "Lumen & Sons"
    person.window.actions_by_name["client"].trigger()
    person.write("prompt", "Make it warmer.")
    person.generate(1)
    person.answers.to_write = tmp_path / "charges.csv"
    person.window.actions_by_name["charges"].trigger()
    person.wait(lambda: any("charges.csv" in notice.message for notice in person.notices))
    lines = (tmp_path / "charges.csv").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert "Lumen & Sons" in lines[1]
