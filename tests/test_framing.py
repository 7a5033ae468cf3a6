"""What is sent has the shape that comes back, and everything goes back where it came from."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.framing import (
    Plan,
    carried,
    find_area,
    find_inner,
    find_region,
    fit,
    grown,
    has_shape,
    is_inside,
    plan,
)
from kontext_desktop.model import Frame, Layer, Size

NAMES = [ratio.name for ratio in KONTEXT_MAX.ratios]
sides = st.integers(1, 20_000)
sizes = st.builds(Size, sides, sides)
ratios = st.sampled_from([None, *NAMES])
named = st.sampled_from(NAMES)


@st.composite
def regions(draw: st.DrawFn, least: int = 1) -> tuple[Size, Frame]:
    """A picture, and a part of it."""
    longest = st.integers(least, 20_000)
    size = Size(draw(longest), draw(longest))
    width, height = (draw(st.integers(least, side)) for side in size)
    x = draw(st.integers(0, size.width - width))
    y = draw(st.integers(0, size.height - height))
    return size, Frame(x, y, width, height)


def make_plan(size: Size, ratio: str | None, region: Frame | None) -> Plan:
    return plan(KONTEXT_MAX, size, ratio, region)


@given(regions(), ratios, st.booleans(), st.data())
def test_every_point_goes_there_and_back(picture, ratio, whole, data):
    """Document to what is sent, to the result in whatever size it comes, to the document."""
    size, region = picture
    planned = make_plan(size, ratio, None if whole else region)
    frame, inner, sent = planned.frame, planned.inner, planned.sent
    result = data.draw(st.sampled_from([planned.returns, sent, Size(640, 480)]))
    x = data.draw(st.floats(frame.x, frame.x + frame.width))
    y = data.draw(st.floats(frame.y, frame.y + frame.height))
    # As `render_plan` draws the frame into the middle of what is sent …
    sent_x = inner.x + (x - frame.x) * inner.width / frame.width
    sent_y = inner.y + (y - frame.y) * inner.height / frame.height
    # … the service draws all of that in its own size …
    result_x, result_y = sent_x * result.width / sent.width, sent_y * result.height / sent.height
    # … and a layer puts it into its place.
    area = find_area(KONTEXT_MAX.id, frame, ratio)
    a, _, c, _, e, f = Layer.filling("r", result, area).placement
    assert a * result_x + c == pytest.approx(x, abs=0.01)
    assert e * result_y + f == pytest.approx(y, abs=0.01)


@given(regions(), ratios, st.booleans())
def test_what_is_sent_is_drawn_as_it_is(picture, ratio, whole):
    """The model has nothing to crop or stretch: its shape is that of the pixels sent."""
    size, region = picture
    planned = make_plan(size, ratio, None if whole else region)
    sent, shape = planned.sent, planned.shape
    assert KONTEXT_MAX.nearest_ratio(*sent) == shape
    assert ratio in (None, shape.name)
    assert has_shape(sent, shape.ratio)
    assert min(sent) >= KONTEXT_MAX.least_side - 1
    assert sent.width <= shape.width
    assert sent.height <= shape.height
    assert is_inside(planned.frame, size)
    assert is_inside(planned.inner, sent)


@given(regions(), ratios)
def test_nothing_of_a_region_is_cut(picture, ratio):
    size, region = picture
    frame = make_plan(size, ratio, region).frame
    assert frame.x <= region.x
    assert frame.y <= region.y
    assert frame.x + frame.width >= region.x + region.width
    assert frame.y + frame.height >= region.y + region.height


@given(regions(), ratios)
def test_a_border_is_mirrored_only_where_the_picture_ends(picture, ratio):
    size, region = picture
    planned = make_plan(size, ratio, region)
    assume(ratio is not None)
    if planned.inner.width < planned.sent.width:
        assert planned.frame.width == size.width
    if planned.inner.height < planned.sent.height:
        assert planned.frame.height == size.height


@given(sizes, named)
def test_a_ratio_alone_takes_the_largest_part_of_that_shape(size, name):
    planned = make_plan(size, name, None)
    assert not planned.is_padded
    assert planned.frame.width == size.width or planned.frame.height == size.height


@given(sizes)
def test_without_ratio_and_region_the_whole_picture_is_sent(size):
    planned = make_plan(size, None, None)
    assert planned.frame == Frame.whole(size)
    nearest = KONTEXT_MAX.nearest_ratio(*size)
    assert planned.returns == (nearest.width, nearest.height)


@given(regions(least=16), ratios)
def test_a_frame_that_was_sent_is_sent_again(picture, ratio):
    """A recipe keeps no region, and none is missed."""
    size, region = picture
    first = make_plan(size, ratio, region)
    again = find_region(KONTEXT_MAX, size, ratio, first.frame)
    assert make_plan(size, ratio, again) == first


@given(sizes, ratios)
def test_what_needs_no_region_gets_none(size, ratio):
    assert find_region(KONTEXT_MAX, size, ratio, make_plan(size, ratio, None).frame) is None


@given(regions())
def test_a_small_frame_keeps_its_own_pixels(picture):
    size, region = picture
    planned = make_plan(size, None, region)
    fits = planned.frame.width <= planned.shape.width
    fits &= planned.frame.height <= planned.shape.height
    exact = has_shape(planned.frame.size, planned.shape.ratio)
    if fits and exact and min(planned.frame.size) >= KONTEXT_MAX.least_side:
        assert planned.sent == planned.frame.size


def test_the_region_stays_in_the_middle_as_far_as_the_picture_reaches():
    size = Size(6000, 4000)
    assert grown(Frame(1000, 1000, 300, 300), 2.0, size) == Frame(850, 1000, 600, 300)
    assert grown(Frame(10, 1000, 300, 300), 2.0, size) == Frame(0, 1000, 600, 300)
    assert grown(Frame(5690, 1000, 300, 300), 2.0, size) == Frame(5400, 1000, 600, 300)
    assert grown(Frame(0, 0, 6000, 4000), 1.0, size) == Frame(0, 0, 6000, 4000)


def test_a_whole_picture_in_another_shape_gets_a_border():
    planned = fit(KONTEXT_MAX, Frame(0, 0, 6000, 4000), "1:1")
    assert planned.sent == (1024, 1024)
    assert planned.inner == Frame(0, 170, 1024, 683)
    x, y, width, height = planned.area
    assert (x, width) == (0, 6000)
    assert y == pytest.approx(-1000, abs=6)
    assert height == pytest.approx(6000, abs=6)


def test_a_little_off_the_shape_needs_no_border():
    """4:3 of a camera is sent as 1184 × 880 and drawn back as it was."""
    planned = make_plan(Size(4000, 3000), None, None)
    assert planned.sent == (1184, 880)
    assert planned.area == (0, 0, 4000, 3000)
    small = make_plan(Size(800, 600), None, None)
    assert small.sent == (807, 600)
    assert small.area == (0, 0, 800, 600)
    assert make_plan(Size(1920, 1080), None, None).is_padded, "4 % is more than that"


def test_how_much_detail_comes_back():
    whole = make_plan(Size(6000, 4000), None, None)
    assert whole.detail == pytest.approx(0.208)
    part = make_plan(Size(6000, 4000), "3:2", Frame(0, 0, 1300, 867))
    assert part.detail == pytest.approx(0.96, abs=0.001)


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(KeyError):
        make_plan(Size(60, 40), "5:4", None)
    for odd in (Frame(-1, 0, 9, 9), Frame(0, 0, 61, 9), Frame(0, 32, 9, 9), Frame(0, 0, 0, 9)):
        with pytest.raises(ValueError, match="not inside"):
            make_plan(Size(60, 40), None, odd)


@given(regions(), ratios, st.booleans(), sizes)
def test_the_border_of_a_result_is_told_from_the_frame(picture, ratio, whole, result):
    size, region = picture
    planned = make_plan(size, ratio, None if whole else region)
    sent = find_inner(KONTEXT_MAX.id, planned.frame, ratio, planned.sent)
    assert sent == planned.inner
    assert is_inside(find_inner(KONTEXT_MAX.id, planned.frame, ratio, result), result)


def test_a_paid_result_of_another_release_has_a_place():
    frame = Frame(3, 4, 50, 60)
    assert find_area("another/model", frame, "7:5") == frame
    assert find_area(KONTEXT_MAX.id, frame, "7:5") == frame


@given(regions(), sizes)
def test_a_part_is_carried_to_a_picture_of_another_size(picture, other):
    size, region = picture
    there = carried(region, size, other)
    assert is_inside(there, other)
    assert carried(region, size, size) == region
