"""How far a result moved: the published pairs of the formula, and pictures that moved or not."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_desktop.imaging.drift import delta_e_2000, heat_map, measure_drift
from kontext_desktop.model import HEAT_SCALE

PUBLISHED = [
    # Sharma, Wu and Dalal (2005), table 1: hue across zero, greys, the blue turn, large and small
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0010), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (50.0, 3.2972, 0.0), 1.0),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "published"), PUBLISHED)
def test_delta_e_is_the_published_one(
    one: tuple[float, ...], other: tuple[float, ...], published: float
) -> None:
    pair = np.array(one), np.array(other)
    assert float(delta_e_2000(*pair)) == pytest.approx(published, abs=5e-5)
    assert float(delta_e_2000(*reversed(pair))) == pytest.approx(published, abs=5e-5)


def make_picture(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = 40 * np.sin(x / 9) * np.cos(y / 7)
    return np.stack([120 + waves, 110 - waves, 90 + waves / 2], axis=2).astype(np.uint8)


def test_the_same_picture_has_not_moved() -> None:
    drift = measure_drift(make_picture(320, 200), make_picture(320, 200))
    assert drift.delta_e == 0.0
    assert drift.similarity == pytest.approx(1.0)


def test_a_picture_of_another_size_is_brought_to_the_same() -> None:
    large = make_picture(640, 400)
    reduced = large.reshape(200, 2, 320, 2, 3).mean(axis=(1, 3)).astype(np.uint8)
    drift = measure_drift(large, reduced)
    assert drift.delta_e < 1
    assert drift.similarity > 0.98


def test_what_moved_further_has_more_drift() -> None:
    sent = make_picture(320, 200)
    a_little = np.clip(sent.astype(int) + 3, 0, 255).astype(np.uint8)
    much = sent[:, ::-1].copy()
    near, far = measure_drift(sent, a_little), measure_drift(sent, much)
    assert 0.5 < near.delta_e < 3 < far.delta_e
    assert near.similarity > 0.99 > far.similarity


def test_single_pixels_can_be_measured() -> None:
    one = np.zeros((1, 1, 3), np.uint8)
    drift = measure_drift(one, np.full((1, 1, 3), 255, np.uint8))
    assert drift.delta_e == pytest.approx(100, abs=0.1)


def test_the_heat_map_is_black_where_nothing_changed_and_has_the_scales_colours_elsewhere() -> None:
    one = np.full((4, 6, 3), 120, np.uint8)
    other = one.copy()
    other[:, 3:] = (255, 40, 40)  # much further than the scale goes
    other[0, 0] = 123  # about 1.2
    heat, mean = heat_map(one, other)
    assert heat.shape == (4, 6, 3)
    assert (heat[1:, :3] == HEAT_SCALE[0][1]).all()
    assert (heat[:, 3:] == HEAT_SCALE[-1][1]).all()
    assert HEAT_SCALE[1][1] < tuple(heat[0, 0]) < HEAT_SCALE[2][1]
    assert mean > 20 / 2
