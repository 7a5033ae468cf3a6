"""The register that keeps libraries on one account from taking each other's predictions."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from engine_tools import Clock

from kontext_desktop import register
from kontext_desktop.errors import LibraryError
from kontext_desktop.register import KEPT, Entries, Register

YEARS = 10 * 365 * 86_400.0
PLACE = "https://api.example.com"


NOTHING = Entries({}, frozenset())


def make(folder: Path, at: float = 1000.0) -> Register:
    return Register(folder, lambda: at)


def test_what_one_library_has_is_seen_by_the_others(tmp_path: Path) -> None:
    one, two = make(tmp_path), make(tmp_path)
    one.announce(PLACE, "job-1")
    one.announce(PLACE, "job-2")
    assert one.claim(PLACE, "job-2", "prediction-2")
    assert two.look(PLACE) == Entries({"prediction-2": "job-2"}, frozenset({"job-1"}))
    one.settle(PLACE, "job-1")
    assert two.look(PLACE).unanswered == frozenset()
    assert two.look("https://elsewhere.example.com") == NOTHING


def test_a_prediction_is_taken_once(tmp_path: Path) -> None:
    one, two = make(tmp_path), make(tmp_path)
    assert one.claim(PLACE, "job-1", "prediction")
    assert not two.claim(PLACE, "job-2", "prediction")
    assert one.claim(PLACE, "job-1", "prediction"), "again by its owner"


def test_of_many_that_claim_at_once_one_wins(tmp_path: Path) -> None:
    won: list[int] = []

    def claim(number: int) -> None:
        if make(tmp_path).claim(PLACE, f"job-{number}", "prediction"):
            won.append(number)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[1]", b'{"job": 1}', b"\xff\xfe", b'{"job":{}}']
)
def test_a_file_that_cannot_be_understood_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    register = make(tmp_path)
    register.announce(PLACE, "job")
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(content)
    assert make(tmp_path).look(PLACE) == NOTHING
    assert register.claim(PLACE, "job", "prediction")


def test_a_folder_that_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LibraryError, match="cannot be used") as raised:
        make(tmp_path / "file").announce(PLACE, "job")
    assert raised.value.hint


def test_the_files_are_the_persons_own(tmp_path: Path) -> None:
    make(tmp_path / "register").announce(PLACE, "job")
    assert (tmp_path / "register").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "register").iterdir())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pair(tmp_path: Path, clock: Clock) -> tuple[Register, Register]:
    return Register(tmp_path, clock), Register(tmp_path, clock)


def test_a_clock_years_ahead_for_a_day_forgets_nobody(
    pair: tuple[Register, Register], clock: Clock
) -> None:
    one, other = pair
    one.claim(PLACE, "job-1", "prediction-1")
    clock.wait(YEARS)
    other.announce(PLACE, "job-2")
    clock.wait(-YEARS)
    assert other.look(PLACE).predictions == {"prediction-1": "job-1"}
    assert not other.claim(PLACE, "job-2", "prediction-1")


def test_a_request_that_never_got_an_answer_is_no_rival_for_ever(
    pair: tuple[Register, Register], clock: Clock
) -> None:
    one, other = pair
    one.announce(PLACE, "job-1")
    assert other.look(PLACE).unanswered == {"job-1"}
    clock.wait(KEPT + 1)
    assert other.look(PLACE).unanswered == set()


def test_the_file_does_not_grow_for_ever(
    pair: tuple[Register, Register], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "FEW", 3)
    one, other = pair
    for number in range(9):
        one.claim(PLACE, f"job-{number}", f"prediction-{number}")
        clock.wait(KEPT / 4)
    one.settle(PLACE, "none")
    clock.wait(KEPT)
    assert set(other.look(PLACE).predictions) == {"prediction-6", "prediction-7", "prediction-8"}
