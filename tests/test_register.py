"""What libraries on one machine tell each other of their requests."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_tools import Clock

from kontext_desktop import register
from kontext_desktop.register import KEPT, Register

SERVICE = "https://api.example.com"
YEARS = 10 * 365 * 86_400.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pair(tmp_path: Path, clock: Clock) -> tuple[Register, Register]:
    return Register(tmp_path, "one", clock), Register(tmp_path, "other", clock)


def test_a_clock_years_ahead_for_a_day_forgets_nobody(
    pair: tuple[Register, Register], clock: Clock
) -> None:
    one, other = pair
    one.claim(SERVICE, "job-1", "prediction-1")
    clock.wait(YEARS)
    other.announce(SERVICE, "job-2")
    clock.wait(-YEARS)
    assert other.look(SERVICE).predictions == {"prediction-1"}
    assert not other.claim(SERVICE, "job-2", "prediction-1")


def test_a_request_that_never_got_an_answer_is_no_rival_for_ever(
    pair: tuple[Register, Register], clock: Clock
) -> None:
    one, other = pair
    one.announce(SERVICE, "job-1")
    assert other.look(SERVICE).unanswered == 1
    clock.wait(KEPT + 1)
    assert other.look(SERVICE).unanswered == 0


def test_the_file_does_not_grow_for_ever(
    pair: tuple[Register, Register], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "FEW", 3)
    one, other = pair
    for number in range(9):
        one.claim(SERVICE, f"job-{number}", f"prediction-{number}")
        clock.wait(KEPT / 4)
    one.settle(SERVICE, "none")
    clock.wait(KEPT)
    assert other.look(SERVICE).predictions == {"prediction-6", "prediction-7", "prediction-8"}
