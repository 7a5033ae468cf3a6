"""What one key has sent and another is to collect."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from engine_tools import Clock, carry, draft

from kontext_desktop.engine import runner
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio, Target
from kontext_desktop.errors import AccessError, GoneError, KontextError
from kontext_desktop.model import Job, JobState, Origin, Version
from kontext_desktop.wavespeed import Client, Prediction


def test_a_new_key_of_the_same_account_collects_what_the_old_one_sent(
    original: Version, open_studio: Callable[..., Studio]
) -> None:
    running = _send(open_studio(), original)
    renewed = open_studio(key="the-same-account-s-new-key")
    (done,) = carry(renewed, [running])
    assert (done.state, done.problem) == (JobState.DONE, None)


@pytest.mark.parametrize("refusal", [GoneError("unknown"), AccessError("not yours")])
def test_another_accounts_key_waits_for_the_right_one_and_blocks_no_new_edit(
    original: Version,
    open_studio: Callable[..., Studio],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    refusal: KontextError,
) -> None:
    first = open_studio()
    jobs = [_send(first, original, seed=seed) for seed in (1, 2, 3)]
    other = open_studio(key="another-account-s-key")
    real = Client.get_result

    def get_result(client: Client, prediction_id: str) -> Prediction:
        if prediction_id in [job.prediction_id for job in jobs]:
            raise refusal
        return real(client, prediction_id)

    monkeypatch.setattr(Client, "get_result", get_result)
    clock.wait(3_600)
    for held in carry(other, jobs):
        assert held.state is JobState.RUNNING
        assert held.problem is not None
        assert "another key" in held.problem.message
    (new,) = carry(other, place_order(other, original, draft(seed=9)))
    assert new.state is JobState.DONE
    monkeypatch.undo()
    back = carry(open_studio(), jobs)
    assert [(job.state, job.problem) for job in back] == [(JobState.DONE, None)] * 3


@pytest.mark.parametrize(
    "written",
    ["HTTPS://API.wavespeed.ai", "https://api.wavespeed.ai:443", "https://api.wavespeed.ai/"],
)
def test_one_service_is_one_origin_however_its_address_is_written(
    studio: Studio, written: str
) -> None:
    studio.target = Target(written, embedded_practice=False)
    assert studio.get_origin() == Origin("https://api.wavespeed.ai", False)
    assert studio.get_service().origin == studio.get_origin()


def _send(studio: Studio, original: Version, **changes: object) -> Job:
    (job,) = place_order(studio, original, draft(**changes))
    while job.state is JobState.QUEUED:
        job = runner.advance(studio, job.id).job
    assert job.state is JobState.RUNNING
    return job
