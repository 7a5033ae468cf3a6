"""What was lost of the library and the service still has; and disks without room for an edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_tools import Clock, carry, draft, edit

from kontext_desktop.engine import mend, runner
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import LibraryError
from kontext_desktop.model import JobState, Version
from kontext_desktop.practice import PracticeService


def lose_result(studio: Studio, version: Version) -> Path:
    assert version.job_id is not None
    [result] = studio.library.list_results(version.job_id)
    path = studio.library.blobs.path(result.sha256)
    path.unlink()
    return path


def test_lost_result_is_fetched_once_more_free_of_charge(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    version = edit(studio, original)
    before = studio.library.spend(studio.get_origin(), 0)
    path = lose_result(studio, version)
    assert len(mend.list_lost(studio)) == 1
    assert len(mend.collect_lost(studio)) == 1
    assert path.exists()
    assert mend.collect_lost(studio) == []
    assert studio.library.spend(studio.get_origin(), 0) == before


def test_result_that_the_service_has_deleted_stays_lost(
    studio: Studio, original: Version, clock: Clock
) -> None:
    version = edit(studio, original)
    lose_result(studio, version)
    clock.wait(8 * 86_400.0)
    assert mend.list_lost(studio) == []
    clock.wait(-8 * 86_400.0)
    assert mend.collect_lost(studio)


def test_nothing_is_ordered_without_room_for_it(studio: Studio, original: Version) -> None:
    studio.library._free = lambda _: 1_000_000_000
    with pytest.raises(LibraryError, match="GB left") as refusal:
        place_order(studio, original, draft())
    assert refusal.value.charged == "no"
    assert studio.library.list_jobs() == []


def test_nothing_is_sent_without_room_for_it(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    [job] = place_order(studio, original, draft())
    free = studio.library._free
    studio.library._free = lambda _: 1_000_000_000
    [held] = carry(studio, [job])
    assert held.state is JobState.QUEUED
    assert held.problem is not None
    assert held.problem.kind == "library"
    assert studio.library.spend(studio.get_origin(), 0).certain == 0
    studio.library._free = free
    [done] = carry(studio, [runner.permit(studio, job.id)])
    assert done.state is JobState.DONE
