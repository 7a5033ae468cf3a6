"""Changing size keeps tones and positions; placing touches what it covers and nothing else."""

import numpy as np
import pytest

from kontext_desktop.imaging import place, scale
from kontext_desktop.model import Frame, Layer, Size


def noise(width, height, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def ramp(width, height):
    """Red rises from left to right, green from top to bottom: tells where a pixel came from."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = ((np.arange(width) + 0.5) / width * 255)[None, :]
    picture[..., 1] = ((np.arange(height) + 0.5) / height * 255)[:, None]
    return picture


def test_scaling_keeps_the_mean_tone_and_the_place_of_things():
    small = scale(ramp(600, 400), Size(61, 47))
    assert small.shape == (47, 61, 3)
    assert np.abs(small.astype(int) - ramp(61, 47)).max() <= 4
    assert abs(scale(noise(600, 400), Size(60, 40)).mean() - noise(600, 400).mean()) < 0.5


def test_fine_patterns_shrink_to_grey_and_not_to_stripes():
    stripes = np.zeros((64, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.ptp(scale(stripes, Size(290, 19))[2:-2, 8:-8].astype(int)) <= 12


def test_scaling_to_the_same_size_is_exact_and_a_copy():
    picture = noise(40, 30)
    same = scale(picture, Size(40, 30))
    assert (same == picture).all()
    assert not np.shares_memory(same, picture)


def test_parts_of_a_picture_scale_like_pictures():
    picture = noise(80, 60)
    part = picture[10:50, 20:70]
    assert (scale(part, Size(25, 20)) == scale(part.copy(), Size(25, 20))).all()


def test_placing_one_to_one_copies_exactly_and_touches_nothing_else():
    canvas, before, stamp = noise(50, 40), noise(50, 40), noise(20, 10, seed=2)
    assert place(canvas, stamp, (1, 0, 7, 0, 1, 5)) is canvas
    assert (canvas[5:15, 7:27] == stamp).all()
    before[5:15, 7:27] = stamp
    assert (canvas == before).all()


def test_a_result_lands_on_its_frame_at_any_scale_of_the_canvas():
    document, frame = Size(1200, 800), Frame(300, 200, 600, 400)
    a, b, c, d, e, f = Layer.filling("r", Size(120, 80), frame).placement
    for shrink in (1.0, 0.5, 0.3):
        canvas = np.zeros((round(800 * shrink), round(document.width * shrink), 3), np.uint8)
        placement = tuple(value * shrink for value in (a, b, c, d, e, f))
        place(canvas, np.full((80, 120, 3), 200, np.uint8), placement)
        inside = canvas[
            round(200 * shrink) : round(600 * shrink), round(300 * shrink) : round(900 * shrink)
        ]
        assert (inside == 200).all()
        assert canvas.sum() == inside.sum()


def test_pixels_covered_in_part_are_mixed_in_proportion():
    canvas = np.zeros((10, 10, 3), np.uint8)
    place(canvas, np.full((4, 4, 3), 200, np.uint8), (1, 0, 2.25, 0, 1, 3))
    assert canvas[4, :8, 0].tolist() == [0, 0, 150, 200, 200, 200, 50, 0]
    assert canvas[2, 4, 0] == canvas[7, 4, 0] == 0


def test_enlarging_places_each_detail_where_it_belongs():
    canvas = np.zeros((1700, 900, 3), np.uint8)  # taller than one band
    place(canvas, ramp(90, 170), (10, 0, 0, 0, 10, 0))
    difference = np.abs(canvas.astype(int) - ramp(900, 1700))
    assert difference[20:-20, 20:-20].max() <= 3
    assert (np.diff(canvas[20:-20, 400, 1].astype(int)) >= 0).all()  # no step between bands


def test_what_sticks_out_is_cut_off():
    canvas, big = np.zeros((30, 40, 3), np.uint8), ramp(80, 60)
    place(canvas, big, (1, 0, -15, 0, 1, -20))
    assert (canvas == big[20:50, 15:55]).all()
    untouched = noise(20, 20)
    place(untouched, big, (1, 0, 500, 0, 1, 0))
    place(untouched, big, (0.1, 0, -30, 0, 0.1, 0))
    assert (untouched == noise(20, 20)).all()


@pytest.mark.parametrize(
    "placement",
    [(1, 0.1, 0, 0, 1, 0), (1, 0, 0, 0.1, 1, 0), (-1, 0, 9, 0, 1, 0), (0, 0, 0, 0, 1, 0)],
)
def test_turned_or_mirrored_placements_are_refused_rather_than_drawn_wrongly(placement):
    with pytest.raises(ValueError, match="upright"):
        place(noise(9, 9), noise(3, 3), placement)
