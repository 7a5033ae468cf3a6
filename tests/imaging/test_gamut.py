"""The gamut warning: marked is what the screen cannot show, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from picture_tools import display_p3_profile, pro_photo_profile, wide_rgb_profile

from kontext_desktop.imaging.colour import between, srgb_profile
from kontext_desktop.imaging.gamut import find_outside

P3, PRO_PHOTO, WIDE = display_p3_profile(), pro_photo_profile(), wide_rgb_profile()
STEPS = np.linspace(0, 255, 9).astype(np.uint8)
CUBE = np.stack(np.meshgrid(STEPS, STEPS, STEPS), -1).reshape(9, -1, 3)


def greys(dtype: type) -> np.ndarray:
    top = np.iinfo(dtype).max
    return np.linspace(0, top, 33).astype(dtype).reshape(1, -1, 1).repeat(3, 2)


@pytest.mark.parametrize("screen", [b"", srgb_profile(), P3, WIDE])
def test_a_larger_or_equal_gamut_shows_all(screen: bytes) -> None:
    assert not find_outside(CUBE, b"", screen).any()


@pytest.mark.parametrize("profile", [P3, PRO_PHOTO, WIDE])
def test_srgb_colours_written_in_a_wide_profile_are_not_marked(profile: bytes) -> None:
    inner = between(CUBE, b"", profile).astype(np.uint16) * 257
    assert find_outside(inner, profile, b"").mean() < 0.02  # rounding may push an edge across


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("profile", [P3, PRO_PHOTO, WIDE])
def test_pure_colours_of_a_wide_profile_are_marked_and_greys_are_not(
    profile: bytes, dtype: type
) -> None:
    top = np.iinfo(dtype).max
    pure = np.array([[[top, 0, 0], [0, top, 0]]], dtype)
    assert find_outside(pure, profile, b"").all()
    assert not find_outside(greys(dtype), profile, b"").any()


def test_the_screen_decides() -> None:
    green = np.array([[[0, 255, 0]]], np.uint8)
    assert find_outside(green, P3, b"").all()
    assert not find_outside(green, P3, P3).any()
    assert find_outside(green, PRO_PHOTO, P3).all()
