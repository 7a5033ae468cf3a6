"""The plain data: prompts, frames and placements mean what they say."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_desktop.model import CLAUSES, Frame, JobState, Layer, Prompt, Recipe, Size


def test_clauses_become_sentences_in_the_order_the_guide_recommends():
    written = Prompt.from_clauses(
        {
            "match": "the original light",
            "change": "replace the sky with dusk",
            "keep": "the face and pose",
            "ensure": "the edges are clean.",
        }
    )
    assert written.text == (
        "Keep the face and pose. Replace the sky with dusk. "
        "Ensure the edges are clean. Match the original light."
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("the sky to dusk", "Change the sky to dusk."),
        ("remove the cup", "Remove the cup."),
        ("A calmer sky please", "A calmer sky please."),
        ("  ", ""),
    ],
)
def test_a_change_reads_as_a_sentence_however_it_is_begun(change, text):
    assert Prompt.from_clauses({"change": change}).text == text


def test_free_text_is_all_change():
    prompt = Prompt("Make it warmer. And the table darker")
    assert prompt.clauses["change"] == "Make it warmer. And the table darker"
    assert not any(prompt.clauses[name] for name in CLAUSES if name != "change")
    assert prompt.title == "Make it warmer. And the table darker"


def test_clauses_are_found_in_a_text_somebody_typed():
    found = Prompt("Keep the face. Turn the wall blue. Match the grain. Keep the pose.").clauses
    assert found == {
        "keep": "the face; the pose",
        "change": "Turn the wall blue",
        "ensure": "",
        "match": "the grain",
    }


def test_an_abbreviation_does_not_cut_a_clause_in_two():
    assert Prompt("Keep the sign at St. Pancras. Remove the bus.").clauses == {
        "keep": "the sign at St. Pancras",
        "change": "Remove the bus",
        "ensure": "",
        "match": "",
    }


words = st.text("abcdefg", min_size=1, max_size=6)
phrases = st.lists(words, min_size=1, max_size=5).map(" ".join)


@given(st.dictionaries(st.sampled_from(CLAUSES), phrases))
def test_form_and_free_text_are_two_views_of_one_prompt(clauses):
    once = Prompt.from_clauses(clauses)
    again = Prompt.from_clauses(once.clauses)
    assert again.text == once.text


sides = st.integers(1, 20_000)


@given(sides, sides, st.floats(0.1, 10))
def test_a_centred_frame_lies_inside_touches_two_edges_and_has_the_shape(width, height, ratio):
    frame = Frame.centred(Size(width, height), ratio)
    assert frame.x >= 0
    assert frame.y >= 0
    assert frame.x + frame.width <= width
    assert frame.y + frame.height <= height
    assert frame.width == width or frame.height == height
    assert min(frame.size) >= 1
    # Whole pixels: half a pixel too wide or too tall at most, but never less than one.
    assert frame.width <= max(1, frame.height * ratio + 0.5 + ratio / 2)
    assert frame.height <= max(1, frame.width / ratio + 0.5 + 0.5 / ratio)


@given(sides, sides, st.integers(0, 500), st.integers(0, 500), sides, sides)
def test_a_result_is_placed_exactly_onto_its_frame(width, height, x, y, frame_width, frame_height):
    frame = Frame(x, y, frame_width, frame_height)
    a, b, c, d, e, f = Layer.filling("r", Size(width, height), frame).placement
    assert (b, d) == (0, 0)
    assert (c, f) == (x, y)
    assert a * width + c == pytest.approx(x + frame_width)
    assert e * height + f == pytest.approx(y + frame_height)


def test_a_job_ends_in_one_of_four_states_and_unsure_is_none_of_them():
    assert {state for state in JobState if state.ended} == {
        "done",
        "failed",
        "expired",
        "cancelled",
    }


def test_a_recipe_cannot_change_once_it_is_written():
    recipe = Recipe("m", "Make it warmer.", 3.5, None, 7, "v", Frame(0, 0, 1, 1))
    with pytest.raises(FrozenInstanceError):
        recipe.seed = 8


def test_sizes_are_shown_with_a_multiplication_sign():
    assert f"{Size(1248, 832)}" == "1248 × 832"
