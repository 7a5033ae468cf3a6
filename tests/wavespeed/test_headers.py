"""What the head of an answer says of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop.wavespeed.headers import find_date, find_wait

NOON = 1_772_366_400.0
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    "form", [DATE, "Sunday, 01-Mar-26 12:00:00 GMT", "Sun Mar  1 12:00:00 2026"]
)
def test_every_form_of_a_date_is_the_same_moment(form):
    assert find_date({"date": form}) == NOON


@pytest.mark.parametrize("value", ["0", "30", " 30 ", "7.5"])
def test_seconds_are_seconds(value):
    assert find_wait({"retry-after": value}, 0) == float(value)


@pytest.mark.parametrize("value", ["151", "1000000000", "9" * 20])
def test_no_wait_is_longer_than_the_cap(value):
    assert find_wait({"retry-after": value}, 0) == 150
    assert find_wait({"retry-after": DATE}, NOON - 10_000) == 150


def test_a_date_is_held_against_the_service_s_own_clock_where_it_shows_one():
    until = {"retry-after": "Sun, 01 Mar 2026 12:00:40 GMT"}
    assert find_wait(until | {"date": DATE}, NOON - 5_000) == 40
    assert find_wait(until, NOON + 15) == 25
    assert find_wait(until | {"date": "noon"}, NOON + 15) == 25


@pytest.mark.parametrize(
    "value",
    ["", "-5", "+5", "1e3", "five", "5 s", "5, 10", "0x10", "nan", "inf", "٣٠", "9" * 21, "Sun",
     "Sun, 01 Mar 2026", "Sun, 99 Foo 2026 99:99:99 GMT", "Sun, 01 Mar 99999 12:00:00 GMT",
     "Sun, 01 Mar 2026 12:00:00 +99999999"],
)  # fmt: skip
def test_garbage_asks_for_no_wait(value):
    assert find_wait({"retry-after": value}, NOON) is None


def test_a_date_that_is_past_asks_for_no_wait():
    assert find_wait({"retry-after": DATE}, NOON + 1) is None
    assert find_wait({}, NOON) is None


@given(
    date=st.text(max_size=50) | st.from_regex(r"[A-Z][a-z]{2}, .{10,40}"),
    value=st.text(max_size=50) | st.from_regex(r"[A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9: +-]+"),
)
def test_any_head_ends_in_a_wait_within_the_cap_or_in_none(date, value):
    wait = find_wait({"date": date, "retry-after": value}, NOON)
    assert wait is None or 0 <= wait <= 150
