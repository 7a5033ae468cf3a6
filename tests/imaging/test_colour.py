"""Whatever a file holds becomes 8-bit sRGB, and what is lost on the way is said."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import probe, read, to_depth


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def flat(mode, colour, format="PNG", **options):
    return saved(Image.new(mode, (8, 6), colour), format, **options)


def test_wide_gamut_colours_are_converted_not_relabelled(wide_profile):
    green = flat("RGB", (100, 200, 100), icc_profile=wide_profile)
    found = read(green)[0, 0].astype(int)
    assert found[0] < 70  # a greener green than the same codes mean in sRGB
    assert abs(found[1] - 201) <= 3
    assert probe(green).profile == "Made for a test"
    assert probe(green).notes == ()


def test_neutral_tones_stay_neutral_through_a_profile(wide_profile):
    found = read(flat("RGB", (128, 128, 128), icc_profile=wide_profile))[0, 0].astype(int)
    assert np.ptp(found) <= 1


def test_srgb_by_any_name_is_left_exactly_alone():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    codes = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert (read(saved(Image.fromarray(codes), "PNG", icc_profile=profile)) == codes).all()


def test_broken_profile_is_noted_and_read_as_srgb(wide_profile):
    for broken in (wide_profile[:200], b"no profile", wide_profile.replace(b"acsp", b"acsq")):
        data = flat("RGB", (10, 200, 30), icc_profile=broken)
        assert read(data)[0, 0].tolist() == [10, 200, 30]
        assert "profile" in probe(data).notes[0]


def test_profile_of_another_kind_of_picture_is_noted(ink_profile):
    data = flat("RGB", (10, 200, 30), icc_profile=ink_profile)
    assert read(data)[0, 0].tolist() == [10, 200, 30]
    assert "profile" in probe(data).notes[0]


def test_grey_takes_grey_and_colour_profiles(grey_profile, wide_profile):
    assert read(flat("L", 128, icc_profile=grey_profile))[0, 0, 0] > 180
    assert abs(int(read(flat("L", 128, icc_profile=wide_profile))[0, 0, 0]) - 128) <= 2


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_uses_its_own_profile_or_says_it_guesses(format, ink_profile):
    cyan = (255, 0, 0, 0)
    with_profile = flat("CMYK", cyan, format, icc_profile=ink_profile)
    assert np.ptp(read(with_profile)[0, 0].astype(int)) <= 3
    assert probe(with_profile).notes == ("CMYK: converted with its own profile.",)
    without = flat("CMYK", cyan, format)
    assert read(without)[0, 0, 0] < 10 < 200 < read(without)[0, 0, 2]
    assert "approximate" in probe(without).notes[0]


def test_lab_is_converted():
    data = flat("LAB", (128, 128, 128), "TIFF")
    assert np.ptp(read(data)[0, 0].astype(int)) <= 2
    assert abs(int(read(data)[0, 0, 0]) - 119) <= 2  # L* 50
    assert probe(data).notes == ("Lab: converted to sRGB.",)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, [255, 255, 255]),
        ("L", 77, [77, 77, 77]),
        ("RGBA", (200, 0, 0, 0), [255, 255, 255]),
        ("RGBA", (0, 0, 0, 51), [204, 204, 204]),
        ("LA", (0, 102), [153, 153, 153]),
    ],
)
def test_every_kind_of_pixel_becomes_rgb_on_white(mode, colour, expected):
    data = flat(mode, colour)
    assert read(data)[0, 0].tolist() == expected
    assert ("Transparency is shown on white." in probe(data).notes) == ("A" in mode)


def test_palettes_and_their_transparent_colour():
    image = Image.new("P", (8, 6), 1)
    image.putpalette([9, 9, 9, 40, 80, 120])
    assert read(saved(image, "PNG"))[0, 0].tolist() == [40, 80, 120]
    assert read(saved(image, "GIF"))[0, 0].tolist() == [40, 80, 120]
    assert read(saved(image, "PNG", transparency=1))[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_sixteen_bit_grey_is_scaled_not_clipped(format, order):
    ramp = np.linspace(0, 65535, 48).round().astype(order).reshape(6, 8)
    data = saved(Image.fromarray(ramp), format)
    expected = np.rint(ramp.astype(float) / 257).astype(int)
    assert np.abs(read(data)[..., 1].astype(int) - expected).max() <= 1
    found = probe(data)
    assert found.depth == 16
    assert found.notes == ()


def test_sixteen_bit_grey_whose_zero_means_white_is_not_read_as_a_negative():
    data = saved(Image.fromarray(np.full((6, 8), 65535, np.uint16)), "TIFF", tiffinfo={262: 0})
    assert read(data)[0, 0].tolist() == [0, 0, 0]


def test_floating_point_is_refused_rather_than_guessed():
    data = saved(Image.fromarray(np.full((6, 8), 0.5, np.float32)), "TIFF")
    for look in (probe, read):
        with pytest.raises(ImageError, match="agreed white"):
            look(data)


def test_sixteen_bits_are_rounded_to_eight():
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    assert (to_depth(every, np.uint8) == np.rint(every / 257)).all()
