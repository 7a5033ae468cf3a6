"""The strip in words: each state with a next step, and nothing that costs without its price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from workbench_tools import JOB

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.model import EMBEDDED_PRACTICE, Job, JobState, Problem
from kontext_desktop.workbench.state import Tone
from kontext_desktop.workbench.tiles import Known, Tile, list_tiles

DAY = 86_400.0
SENT = replace(JOB, sent_at=100.0, prediction_id="p-1", charged="yes")
FAILED = replace(SENT, state=JobState.FAILED)
LOST = replace(JOB, state=JobState.UNSURE, sent_at=100.0, charged="maybe")


def tile(job: Job, now: float = 104.0, going_on: bool = False, **known: Any) -> Tile:
    at_work = frozenset({job.id} if going_on else ())
    (made,) = list_tiles([job], Known(price=90_000, now=now, going_on=at_work, **known))
    return made


def actions(made: Tile) -> list[str]:
    return [offer.action for offer in made.buttons]


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("going_on", [False, True])
def test_every_state_has_words_and_what_costs_money_names_todays_price(
    state: JobState, going_on: bool
) -> None:
    made = tile(replace(JOB, state=state, sent_at=101.0), going_on=going_on)
    assert made.text
    assert len(made.buttons) <= 2
    assert bool(made.buttons) == (state is not JobState.DONE)
    for offer in (*made.buttons, *made.menu):
        assert offer.text
        assert (offer.action == "retry") == ("$0.09" in offer.text)
    assert "retry" not in [offer.action for offer in made.menu]
    assert not {offer.action for offer in made.menu} & set(actions(made))


def test_cancelling_is_offered_only_while_it_is_free() -> None:
    assert actions(tile(JOB, going_on=True)) == ["cancel"]
    assert actions(tile(JOB)) == ["retry", "cancel"]
    for state in (JobState.SENDING, JobState.UNSURE, JobState.RUNNING, JobState.DOWNLOADING):
        assert actions(tile(replace(JOB, state=state, sent_at=101.0), going_on=True)) == ["hide"]


def test_hiding_says_that_it_is_collected_and_may_be_billed() -> None:
    for state in (JobState.SENDING, JobState.UNSURE):
        (hide,) = tile(replace(LOST, state=state), going_on=True).buttons
        assert hide.tip == "Hidden from the strip; still collected; it may be billed"
    (hide,) = tile(replace(SENT, state=JobState.RUNNING), going_on=True).buttons
    assert "still collected" in hide.tip


def test_a_lost_answer_is_looked_up_then_found_then_may_be_billed() -> None:
    looked_up = tile(LOST, going_on=True)
    assert (looked_up.text, looked_up.detail) == ("Looking it up", "may be billed")
    found = tile(LOST, going_on=True, found={"job": 1})
    assert (found.text, found.tone, actions(found)) == ("Found?", Tone.LOOK, ["look"])
    given_up = tile(replace(LOST, state=JobState.FAILED))
    assert (given_up.text, given_up.tone) == ("May be billed", Tone.TROUBLE)
    assert actions(given_up) == ["look"], "it is not sent again without a look"


def test_what_was_made_and_not_fetched_is_collected_again_before_it_is_paid_again() -> None:
    assert actions(tile(FAILED)) == ["collect", "retry"]
    assert actions(tile(replace(FAILED, state=JobState.EXPIRED))) == ["collect", "retry"]
    assert actions(tile(FAILED, now=100 + 8 * DAY)) == ["retry"], "it is gone there"
    failed_there = tile(replace(FAILED, charged="maybe"))
    assert (failed_there.text, actions(failed_there)) == ("May be billed", ["retry"])
    assert "collect" in [offer.action for offer in failed_there.menu]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, ""),
        (4.5, "2 days left to collect"),
        (5.5, "1 day left to collect"),
        (6.5, "12 hours left to collect"),
        (6.99, "Less than an hour left to collect"),
        (7.5, ""),
    ],
)
@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.UNSURE, JobState.FAILED])
def test_the_days_left_at_the_service_are_counted_down(
    state: JobState, days: float, words: str
) -> None:
    made = tile(replace(SENT, state=state), now=100 + days * DAY)
    assert made.detail.startswith(words)
    assert words in made.tooltip
    assert words or "left" not in made.tooltip


def test_the_menu_has_the_id_the_log_the_received_bytes_and_deleting() -> None:
    (running,) = [tile(replace(SENT, state=JobState.RUNNING))]
    assert [offer.action for offer in running.menu] == ["log", "copy_id"]
    assert running.prediction_id == "p-1"
    kept = tile(replace(FAILED, quarantine=("sha",)))
    assert [offer.action for offer in kept.menu] == [
        "log",
        "copy_id",
        "save_received",
        "delete",
        "hide",
    ]
    assert [offer.action for offer in tile(JOB).menu] == ["log"]


def test_a_refund_is_told_of_as_long_as_it_is_not_seen() -> None:
    assert "promises the money back" in tile(FAILED, refunds={"job": "expected"}).tooltip
    assert "ask their support" in tile(FAILED, refunds={"job": "overdue"}).tooltip


def test_the_time_that_is_left_is_the_learned_one() -> None:
    running = replace(SENT, state=JobState.RUNNING)
    assert tile(running, 104.0).detail == "about 4 s"
    assert tile(running, 104.0, expected={"job": 20.0}).detail == "about 16 s"


def test_progress_grows_and_never_claims_the_end() -> None:
    running = replace(JOB, state=JobState.RUNNING, sent_at=100.0)
    shown = [tile(running, now).progress for now in (100, 104, 108, 120, 1_000, 100_000)]
    assert None not in shown
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] <= 0.95


def test_a_problem_is_said_with_what_to_do_next() -> None:
    failed = replace(
        JOB, state=JobState.FAILED, problem=Problem("refused", "No credit.", "Top up.")
    )
    made = tile(failed)
    assert (made.tone, made.detail, made.tooltip) == (
        Tone.TROUBLE,
        "No credit.",
        "No credit. Top up.",
    )
    capped = replace(JOB, problem=Problem("budget", "One image costs $0.09 now, not $0.08.", ""))
    assert tile(capped).detail == "One image costs $0.09 now, not $0.08."
    assert tile(capped).buttons[0].text == "Send · $0.09"


def test_a_flagged_picture_and_a_practice_job_are_marked() -> None:
    flagged = tile(replace(JOB, state=JobState.DONE, nsfw=(True,)))
    assert "flagged" in flagged.detail
    assert flagged.tone is Tone.LOOK
    assert tile(replace(JOB, origin=EMBEDDED_PRACTICE)).practice
    assert not tile(JOB).practice


def test_a_model_that_is_gone_from_the_catalogue_is_shown_all_the_same() -> None:
    recipe = replace(JOB.recipe, model_id=KONTEXT_MAX.id + "-of-old")
    assert tile(replace(FAILED, recipe=recipe)).text == "Failed"
