from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Frame,
    Job,
    JobState,
    Origin,
    Problem,
    Recipe,
    Version,
)
from kontext_desktop.workbench.listing import list_rows, list_tiles
from kontext_desktop.workbench.state import Tone

JOB = Job(
    id="job",
    sequence=1,
    batch_id="batch",
    document_id="doc",
    recipe=Recipe("model", "Make it warmer.", 3.5, None, 77, "v1", Frame(0, 0, 10, 10)),
    origin=Origin("https://api.example.com", False),
    state=JobState.QUEUED,
    price=80_000,
    charged="no",
    input_sha256="",
    input_length=0,
    created_at=100.0,
    updated_at=100.0,
    permitted_at=100.0,
)


def version(number: int, *parents: str, job_id: str | None = None) -> Version:
    return Version(f"v{number}", number, "doc", parents, (), job_id, f"Step {number}", False, 0.0)


def tile(job: Job, now: float = 104.0, waits: bool = False):
    (made,) = list_tiles([job], {}, now, lambda _: waits, price=90_000)
    return made


def test_the_newest_version_is_on_top_and_branches_are_indented() -> None:
    versions = [version(1), version(2, "v1", job_id="job"), version(3, "v2"), version(4, "v1")]
    rows = list_rows(versions, {"job": JOB})
    assert [(row.version.id, row.depth) for row in rows] == [
        ("v4", 0),
        ("v3", 1),
        ("v2", 0),
        ("v1", 0),
    ]
    assert [row.note for row in rows[2:]] == ["seed 77", "untouched"]
    assert rows[2].tooltip == "Make it warmer."


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("waits", [False, True])
def test_every_state_has_words_and_what_costs_money_names_its_price(
    state: JobState, waits: bool
) -> None:
    made = tile(replace(JOB, state=state, sent_at=101.0), waits=waits)
    assert made.text
    price = "$0.08" if state is JobState.QUEUED else "$0.09"  # its own, or what one costs now
    assert (made.action == "retry") == (price in made.action_text)
    assert made.cancellable == (state is JobState.QUEUED and waits)
    assert bool(made.action) == bool(made.action_text)
    assert (made.action == "") == (state is JobState.DONE)


def test_cancelling_is_offered_only_while_it_is_free() -> None:
    assert tile(JOB).action == "cancel"
    for state in (JobState.SENDING, JobState.UNSURE, JobState.RUNNING, JobState.DOWNLOADING):
        assert tile(replace(JOB, state=state, sent_at=101.0)).action == "hide"


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


def test_a_flagged_picture_and_a_practice_job_are_marked() -> None:
    flagged = tile(replace(JOB, state=JobState.DONE, nsfw=(True,)))
    assert "flagged" in flagged.detail
    assert flagged.tone is Tone.LOOK
    assert tile(replace(JOB, origin=EMBEDDED_PRACTICE)).practice
    assert not tile(JOB).practice
