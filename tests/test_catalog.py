"""The catalogue agrees with the service's own page and with itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop.catalog import KONTEXT_MAX, MODELS, dollars

sides = st.integers(16, 20_000)


def test_what_the_service_documents_is_what_is_asked_for():
    assert KONTEXT_MAX.id == "wavespeed-ai/flux-kontext-max"
    assert list(MODELS.values()) == [KONTEXT_MAX]
    guidance = KONTEXT_MAX.guidance_scale
    assert (guidance.minimum, guidance.maximum, guidance.default) == (1.0, 20.0, 3.5)
    assert [ratio.name for ratio in KONTEXT_MAX.ratios] == (
        "21:9 16:9 4:3 3:2 1:1 2:3 3:4 9:16 9:21".split()  # noqa: SIM905 - as the page lists them
    )
    assert dollars(KONTEXT_MAX.price) == "$0.08"


def test_outputs_are_near_a_megapixel_and_near_the_shape_they_are_named_for():
    for ratio in KONTEXT_MAX.ratios:
        across, down = map(int, ratio.name.split(":"))
        assert ratio.width % 16 == ratio.height % 16 == 0
        assert 0.98e6 < ratio.width * ratio.height < 1.07e6
        assert ratio.ratio == pytest.approx(across / down, rel=0.06)


@given(sides, sides)
def test_no_ratio_is_nearer_than_the_nearest(width, height):
    def distance(ratio):
        return abs(math.log(ratio.ratio * height / width))

    nearest = KONTEXT_MAX.nearest_ratio(width, height)
    assert distance(nearest) == min(map(distance, KONTEXT_MAX.ratios))


def test_an_unknown_ratio_is_an_error():
    with pytest.raises(KeyError):
        KONTEXT_MAX.get_ratio("5:4")


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0.00"), (80_000, "$0.08"), (160_000, "$0.16"), (12_500, "$0.0125"), (1, "$0.000001"),
     (10_000_000, "$10.00"), (1_280_000, "$1.28")],
)  # fmt: skip
def test_money_shows_cents_and_more_only_where_it_matters(amount, text):
    assert dollars(amount) == text
