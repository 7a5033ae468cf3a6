"""Rasters carry the pixels unchanged; each level of a pyramid is the mean of the last."""

import numpy as np
import pytest

from kontext_desktop.imaging import from_raster, pyramid, to_raster
from kontext_desktop.model import Size


def noise(width, height):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("format", ["bgrx8", "rgb8"])
def test_pixels_survive_the_way_there_and_back(format):
    picture = noise(13, 7)
    raster = to_raster(picture[:, ::-1], format)
    assert (raster.size, raster.format) == (Size(13, 7), format)
    assert len(raster.data) == 13 * 7 * (4 if format == "bgrx8" else 3)
    back = from_raster(raster)
    assert (back == picture[:, ::-1]).all()
    back[:] = 0  # its own memory, and writable


def test_screen_pixels_are_blue_first_and_opaque():
    picture = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    assert bytes(to_raster(picture).data) == bytes([3, 2, 1, 255, 6, 5, 4, 255])


def test_each_level_is_the_mean_of_two_by_two():
    picture = noise(2048, 1024)
    levels = pyramid(picture)
    assert [level.size for level in levels] == [(2048, 1024), (1024, 512), (512, 256)]
    assert (from_raster(levels[0]) == picture).all()
    means = picture.reshape(512, 2, 1024, 2, 3).mean((1, 3))
    assert np.abs(from_raster(levels[1]) - means).max() <= 0.5
    assert (np.frombuffer(levels[2].data, np.uint8)[3::4] == 255).all()


def test_odd_sizes_keep_their_last_row_and_column():
    picture = noise(1025, 513)
    levels = pyramid(picture)
    assert [level.size for level in levels] == [(1025, 513), (513, 257), (257, 129)]
    last = picture[0:2, 1024].mean(0)
    assert np.abs(from_raster(levels[1])[0, -1] - last).max() <= 0.5


def test_small_pictures_have_one_level():
    assert [level.size for level in pyramid(noise(512, 1))] == [(512, 1)]
