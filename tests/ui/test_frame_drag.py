"""Rectangles under the hand: inside the picture, in their shape, what is opposite in its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.framing import has_shape, is_inside
from kontext_desktop.model import Frame, Size
from kontext_desktop.ui.frame_drag import LEAST, Handle, drawn, moved, resized
from kontext_desktop.ui.viewport import Point

SIZE = Size(6000, 4000)
sides = st.integers(1, 20_000)
sizes = st.builds(Size, sides, sides)
anywhere = st.builds(Point, st.floats(-30_000, 30_000), st.floats(-30_000, 30_000))
ratios = st.sampled_from([None, *(ratio.ratio for ratio in KONTEXT_MAX.ratios)])
handles = st.sampled_from([Handle(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y])


@st.composite
def frames(draw: st.DrawFn) -> tuple[Size, Frame]:
    size = draw(sizes)
    width, height = (draw(st.integers(1, side)) for side in size)
    x = draw(st.integers(0, size.width - width))
    return size, Frame(x, draw(st.integers(0, size.height - height)), width, height)


@given(sizes, anywhere, anywhere, ratios)
def test_what_is_drawn_out_is_a_part_of_the_picture_in_its_shape(size, start, end, ratio):
    frame = drawn(start, end, ratio, size)
    assert is_inside(frame, size)
    assert ratio is None or has_shape(frame.size, ratio)


@given(frames(), handles, anywhere, ratios)
def test_what_is_resized_is_a_part_of_the_picture_in_its_shape(picture, handle, to, ratio):
    size, frame = picture
    new = resized(frame, handle, to, ratio, size)
    assert is_inside(new, size)
    assert ratio is None or has_shape(new.size, ratio)
    if handle.x == -1:
        assert new.x + new.width == frame.x + frame.width
    if handle.x == 1:
        assert new.x == frame.x
    if handle.y == -1:
        assert new.y + new.height == frame.y + frame.height
    if handle.y == 1:
        assert new.y == frame.y


@given(frames(), st.floats(-30_000, 30_000), st.floats(-30_000, 30_000))
def test_moving_keeps_the_size_and_stays_inside(picture, across, down):
    size, frame = picture
    new = moved(frame, across, down, size)
    assert new.size == frame.size
    assert is_inside(new, size)


def test_the_corner_follows_the_hand_exactly():
    assert drawn(Point(100.4, 200.2), Point(700.2, 900.4), None, SIZE) == (100, 200, 600, 700)
    assert drawn(Point(700, 900), Point(100, 200), None, SIZE) == (100, 200, 600, 700)
    assert resized(Frame(100, 200, 600, 700), Handle(1, 0), Point(901, 5), None, SIZE) == (
        *(100, 200, 801, 700),
    )


def test_a_locked_shape_follows_the_hand_that_is_further_out():
    assert drawn(Point(100, 200), Point(700, 300), 1.5, SIZE) == (100, 200, 600, 400)
    assert drawn(Point(100, 200), Point(200, 600), 1.5, SIZE) == (100, 200, 600, 400)


def test_a_locked_shape_grows_around_the_middle_of_a_held_edge():
    frame = Frame(1000, 1000, 600, 400)
    assert resized(frame, Handle(1, 0), Point(2200, 0), 1.5, SIZE) == (1000, 800, 1200, 800)
    assert resized(frame, Handle(0, -1), Point(0, 600), 1.5, SIZE) == (700, 600, 1200, 800)
    at_edge = Frame(0, 0, 600, 400)
    assert resized(at_edge, Handle(0, 1), Point(0, 800), 1.5, SIZE) == (0, 0, 1200, 800)


def test_what_is_too_small_to_be_meant_is_not_drawn():
    assert drawn(Point(5, 5), Point(6, 6), None, SIZE).size == (LEAST, LEAST)
    assert drawn(Point(5, 5), Point(6, 6), None, Size(20, 9)).size == (15, 4)
