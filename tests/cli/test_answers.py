"""What only a person can decide, in the terminal: lost answers, the books, marks."""

from __future__ import annotations

import csv
from pathlib import Path

from terminal_tools import CHANGE, Terminal

from kontext_desktop.practice import Fault, PracticeService


def real(service: PracticeService) -> dict[str, str]:
    return {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": service.url}


def test_a_lost_answer_is_shown_and_becomes_a_version_by_a_word(
    terminal: Terminal, photo: Path, away: PracticeService
) -> None:
    away.faults.add(Fault("submit", "close-after"))
    (job,) = terminal.json("edit", photo, *CHANGE, status=8, **real(away))["jobs"]
    assert (job["state"], job["charged"]) == ("unsure", "maybe")
    asked = terminal.json("answer", job["id"], status=8, **real(away))
    (found,) = asked["candidates"]
    assert found["prediction_id"] == away.ledger[0].id
    (picture,) = found["files"]
    assert Path(picture).read_bytes()[:2] == b"\xff\xd8"
    out, _ = terminal.run("answer", job["id"], status=8, **real(away))
    assert "--mine" in out
    kept = terminal.json("answer", job["id"], "--mine", found["prediction_id"][:8], **real(away))
    assert (kept["state"], kept["charged"]) == ("done", "yes")
    (version_id,) = kept["version_ids"]
    assert any(
        "found at the service" in event for event in terminal.json("show", version_id)["events"]
    )
    assert len(away.ledger) == 1
    terminal.run("answer", job["id"], "--none", status=2, **real(away))


def test_what_was_no_picture_is_collected_again(
    terminal: Terminal, photo: Path, away: PracticeService
) -> None:
    away.faults.add(Fault("output", "html", times=4))
    (job,) = terminal.json("edit", photo, *CHANGE, status=4, **real(away))["jobs"]
    shown = terminal.json("show", job["id"])
    assert b"<html" in Path(shown["received"][0]).read_bytes()
    collected = terminal.json("collect", job["id"], **real(away))
    assert collected["state"] == "done"
    assert terminal.json("delete-remote", job["id"], **real(away))["message"] == (
        "deleted at the service"
    )
    terminal.run("collect", job["id"], status=2, **real(away))
    assert len(away.ledger) == 1


def test_the_books_name_day_client_and_document(
    terminal: Terminal, photo: Path, away: PracticeService, tmp_path: Path
) -> None:
    (job,) = terminal.json("edit", photo, *CHANGE, **real(away))["jobs"]
    terminal.run("mark", job["document"], "--client", "Ito & Sons")
    target = tmp_path / "charges.csv"
    terminal.run("charges", "--csv", target)
    with target.open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["client"], line["document"]) == ("Ito & Sons", "photo.jpg")
    assert (line["amount_usd"], line["charged"]) == ("0.080000", "yes")
    terminal.run("charges", "--csv", target, status=2)
    assert terminal.json("charges", "--until", "2001-01-01") == []


def test_what_is_marked_is_never_sent_whoever_asks(
    terminal: Terminal, photo: Path, away: PracticeService
) -> None:
    (job,) = terminal.json("edit", photo, *CHANGE, **real(away))["jobs"]
    terminal.run("mark", job["document"], "--never-send")
    before = len(away.ledger)
    _, err = terminal.run("edit", photo, *CHANGE, "--seed", 3, status=2, **real(away))
    assert "never to be sent" in err
    terminal.run("mark", job["document"], "--may-send")
    terminal.run("mark", "--never-send")
    _, err = terminal.run("edit", photo, *CHANGE, "--seed", 3, status=2, **real(away))
    assert "library is marked" in err
    assert len(away.ledger) == before
    terminal.run("mark", status=2)
