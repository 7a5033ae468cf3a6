from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from engine_tools import carry, draft
from PIL import Image

from kontext_desktop.engine import intake, ledger
from kontext_desktop.engine.order import copy_recipe, draft_of, place_order
from kontext_desktop.engine.studio import Studio, Target
from kontext_desktop.errors import AccessError, BudgetError, ParameterError
from kontext_desktop.keys import Keys, NoKeyringError
from kontext_desktop.model import EMBEDDED_PRACTICE, Frame, Settings, Spend, Version
from kontext_desktop.practice import PracticeService


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "  "},
        {"guidance_scale": 0.9},
        {"guidance_scale": 20.1},
        {"guidance_scale": float("nan")},
        {"aspect_ratio": "5:4"},
        {"seed": -1},
        {"seed": 2_147_483_648},
        {"seed": 2_147_483_647, "count": 2},
        {"count": 0},
        {"count": 17},
    ],
)
def test_a_draft_the_service_would_refuse_is_refused_here(
    studio: Studio, original: Version, service: PracticeService, changes: dict[str, object]
) -> None:
    with pytest.raises(ParameterError) as raised:
        place_order(studio, original, draft(**changes))
    assert raised.value.hint
    assert studio.library.list_jobs() == []
    assert not [request for request in service.requests if request.method == "PUT"]


def test_caps_are_kept_by_the_engine(studio: Studio, original: Version) -> None:
    with pytest.raises(BudgetError, match=r"\$0\.32.*\$0\.10"):
        place_order(studio, original, draft(count=4), max_cost=100_000)
    studio.settings = Settings(daily_cap=200_000)
    jobs = place_order(studio, original, draft(count=2))
    with pytest.raises(BudgetError, match=r"\$0\.04 is left.*not sent yet"):
        place_order(studio, original, draft())
    carry(studio, jobs)
    with pytest.raises(BudgetError, match=r"\$0\.04 is left"):
        place_order(studio, original, draft())
    assert len(studio.library.list_jobs()) == 2


def test_practice_is_rehearsed_without_the_daily_cap(studio: Studio, original: Version) -> None:
    studio.settings, studio.practice_seconds = Settings(daily_cap=100_000), 0.05
    studio.target = Target(studio.target.endpoint, embedded_practice=True)
    assert len(place_order(studio, original, draft(count=2))) == 2
    with pytest.raises(BudgetError):
        place_order(studio, original, draft(count=2), max_cost=100_000)


def test_a_changed_price_stops_the_order(studio: Studio, original: Version) -> None:
    with pytest.raises(BudgetError, match=r"costs \$0\.08 now, not \$0\.07"):
        place_order(studio, original, draft(), expected_price=70_000)
    assert studio.library.list_jobs() == []


def test_a_document_never_to_be_sent_is_refused(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    studio.library.put_never_send(original.document_id, True)
    with pytest.raises(ParameterError, match="never"):
        place_order(studio, original, draft())
    assert not service.requests or {request.path for request in service.requests} == {"/"}


def test_without_a_key_nothing_is_ordered(studio: Studio, original: Version) -> None:
    studio.keys = Keys({}, backend=_no_keyring)
    studio.forget_key()
    with pytest.raises(AccessError, match="no key"):
        place_order(studio, original, draft())
    assert studio.library.list_jobs() == []


def _no_keyring() -> NoReturn:
    raise NoKeyringError("This machine offers no keyring.", "")


def test_practice_and_real_are_never_summed(
    studio: Studio, original: Version, service: PracticeService
) -> None:
    (real,) = carry(studio, place_order(studio, original, draft()))
    studio.practice_seconds = 0.05
    studio.target = Target(service.url, embedded_practice=True)
    (practised,) = carry(studio, place_order(studio, original, draft()))
    assert practised.origin == EMBEDDED_PRACTICE
    assert ledger.spent_today(studio, real.origin) == Spend(80_000, 0)
    assert ledger.spent_today(studio, EMBEDDED_PRACTICE) == Spend(80_000, 0)
    versions = studio.library.list_versions(original.document_id)
    assert [version.practice for version in versions] == [False, False, True]
    assert len(service.ledger) == 1


def test_a_version_is_made_again_from_its_own_recipe(studio: Studio, original: Version) -> None:
    asked = draft(seed=41, guidance_scale=4.5, aspect_ratio="1:1")
    [job] = carry(studio, place_order(studio, original, asked))
    made = studio.library.list_versions(original.document_id)[1]
    again = draft_of(studio, made)
    assert again == asked._replace(seed_locked=True)
    [second] = place_order(studio, original, again)
    assert second.recipe == job.recipe
    with pytest.raises(ParameterError, match="brought in"):
        draft_of(studio, original)


def test_a_region_is_part_of_the_recipe(studio: Studio, original: Version, tmp_path: Path) -> None:
    """Sent, made again, and carried in proportion to a picture of another size."""
    [job] = carry(studio, place_order(studio, original, draft(frame=Frame(30, 20, 300, 150))))
    assert job.recipe.frame == Frame(30, 14, 300, 162)  # with the context that 16:9 needs
    made = studio.library.list_versions(original.document_id)[1]
    again = draft_of(studio, made)
    assert again.frame == job.recipe.frame
    [second] = place_order(studio, original, again)
    assert second.recipe == job.recipe
    assert second.input_sha256 == job.input_sha256
    Image.new("RGB", (1200, 800), "grey").save(tmp_path / "other.png")
    other = intake.bring_in(studio.library, tmp_path / "other.png").document
    assert copy_recipe(studio, made, other).frame == Frame(60, 28, 600, 324)


def test_a_region_outside_of_the_picture_is_refused(studio: Studio, original: Version) -> None:
    with pytest.raises(ParameterError, match="not inside the picture"):
        place_order(studio, original, draft(frame=Frame(400, 20, 300, 150)))
    assert studio.library.list_jobs() == []


def test_a_recipe_goes_to_another_document_with_a_frame_of_its_own(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    [job] = carry(studio, place_order(studio, original, draft(seed=41, aspect_ratio="1:1")))
    made = studio.library.list_versions(original.document_id)[1]
    Image.new("RGB", (500, 300), "grey").save(tmp_path / "other.png")
    other = intake.bring_in(studio.library, tmp_path / "other.png").document
    copied = copy_recipe(studio, made, other)
    assert copied.frame == Frame(100, 0, 300, 300)
    assert copied.parent_version_id == other.current_version_id
    assert replace(copied, frame=job.recipe.frame, parent_version_id=original.id) == job.recipe
    assert studio.library.list_jobs(document_id=other.id) == []
