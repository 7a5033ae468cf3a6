"""What the practice painter takes a prompt to ask for."""

from __future__ import annotations

import pytest

from kontext_desktop.practice.reading import read


def words(prompt):
    return " | ".join(phrase.text for phrase in read(prompt).phrases)


@pytest.mark.parametrize(
    "prompt",
    [
        "Keep the warm light unchanged. Make it brighter.",
        "Make it brighter, keeping the warm light.",
        "Make it brighter without a warm cast.",
        "Make it brighter and leave the warm tones as they are.",
    ],
)
def test_what_shall_stay_asks_for_nothing(prompt):
    assert "warm" not in words(prompt)
    assert "brighter" in words(prompt)


def test_ensure_and_match_are_read_too():
    assert "crisp" in words("Keep the vase. Ensure crisp edges.")
    assert "golden hour" in words("Add a lamp. Match golden hour light.")


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Replace the background with navy", "navy"),
        ("Change the background to a deep, plain navy, softly lit", "navy"),
        ("Put it on a navy backdrop", "navy"),
        ("Make the ball red and the background navy", "navy"),
        ("Replace the white background with navy", "navy"),
        ("Remove background clutter", None),
        ("Blur the background and make the ball navy", None),
        ("Keep the navy background. Make it warmer", None),
        ("Make the background darker", None),
    ],
)
def test_backdrop_colour_is_the_one_asked_for(prompt, named):
    plain = read("Replace the background with navy").backdrop
    assert read(prompt).backdrop == (plain if named else None)


def test_pastel_is_paler_and_deep_is_darker():
    pastel, plain, deep = (
        sum(read(f"Replace the background with {shade} blue").backdrop or ())
        for shade in ("pastel", "", "deep")
    )
    assert pastel > plain > deep


@pytest.mark.parametrize(
    ("prompt", "colours"),
    [
        ("Change the red ball to green", 2),
        ("Make the ball green", 1),
        ("Make the background green", 0),
        ("Add green light", 0),
        ("A green ball", 0),
    ],
)
def test_recolouring_names_its_old_and_new_colour(prompt, colours):
    recolour = read(prompt).recolour
    assert sum(colour is not None for colour in recolour or ()) == colours


def test_lettering_is_what_is_quoted_in_its_own_case():
    for prompt in ('Add the text "Big Sale" in red', "Replace 'Old' with 'Big Sale' in red"):
        assert read(prompt).lettering == "Big Sale"
        assert read(prompt).lettering_colour == read("Make it red").recolour[1]
    assert read("Change the vase's colour, don't change the flower's").lettering is None


def test_emphasis_weighs_only_its_own_phrase():
    emphases = [
        phrase.emphasis for phrase in read("Make it slightly warmer and much darker").phrases
    ]
    assert emphases[0] < 1 < emphases[1]
