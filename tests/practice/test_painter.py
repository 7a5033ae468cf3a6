"""The practice painter: the same each time, of the model's sizes, and doing what is asked."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.errors import ImageError
from kontext_desktop.practice.painter import paint, paint_plainly


@pytest.fixture(scope="module")
def still():
    """A lit red ball before a grey wall with some dark specks, 3:2."""
    y, x = np.mgrid[0:416, 0:624].astype(np.float32)
    wall = (150 - 60 * y / 416)[..., None] * np.array([1.0, 0.98, 0.94])
    ball = np.hypot(x - 312, y - 208) / 100
    lit = np.clip(0.35 + 0.65 * (1 - np.hypot(x - 280, y - 170) / 150), 0.2, 1)[..., None]
    still = np.where((ball < 1)[..., None], lit * np.array([210.0, 45.0, 35.0]), wall)
    for centre_x, centre_y in ((60, 60), (560, 340), (70, 330), (540, 80)):
        still[np.hypot(x - centre_x, y - centre_y) < 7] = (30, 30, 34)
    output = io.BytesIO()
    Image.fromarray(still.astype(np.uint8)).save(output, "PNG")
    return output.getvalue()


@pytest.fixture(scope="module")
def plain(still):
    """As good as untouched: one weak look, and the wear every result has."""
    return painted(still, "slightly sharper", guidance=1.0)


def painted(image, prompt, seed=7, guidance=3.5, ratio=None):
    """As float32 0..1; loaded as it is, so that nothing but RGB passes."""
    with Image.open(io.BytesIO(paint(image, prompt, seed, guidance, ratio))) as output:
        assert output.mode == "RGB"
        return np.asarray(output, np.float32) / 255


def warmth(pixels):
    return float((pixels[..., 0] - pixels[..., 2]).mean())


def chroma(pixels):
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


def corners(pixels):
    height, width = pixels.shape[:2]
    y, x = height // 10, width // 10
    parts = (pixels[:y, :x], pixels[:y, -x:], pixels[-y:, :x], pixels[-y:, -x:])
    return np.concatenate([part.reshape(-1, 3) for part in parts])


def centre(pixels):
    height, width = pixels.shape[:2]
    return pixels[height // 2 - 60 : height // 2 + 60, width // 2 - 60 : width // 2 + 60]


def detail(pixels):
    return float(np.abs(np.diff(pixels.mean(axis=2), axis=1)).mean())


def test_same_request_gives_the_same_bytes_and_another_seed_others(still):
    first, again, other = (paint(still, "warmer", seed, 3.5, None) for seed in (7, 7, 8))
    assert first == again
    assert np.abs(decoded(first) - decoded(other)).mean() > 0.01


def decoded(content):
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image, np.float32) / 255


@pytest.mark.parametrize("ratio", ["21:9", "1:1", "3:4"])
def test_asked_ratio_gives_exactly_the_model_s_size(still, ratio):
    expected = KONTEXT_MAX.get_ratio(ratio)
    assert painted(still, "x", ratio=ratio).shape == (expected.height, expected.width, 3)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((300, 200), (1248, 832)), ((200, 300), (832, 1248)), ((64, 64), (1024, 1024))],
)
def test_without_a_ratio_the_nearest_is_taken(size, expected):
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, "PNG")
    assert painted(output.getvalue(), "x").shape[1::-1] == expected


def test_output_carries_no_metadata(still):
    source = Image.open(io.BytesIO(still))
    exif = Image.Exif()
    exif[0x010F] = "maker"
    output = io.BytesIO()
    source.save(output, "JPEG", exif=exif, icc_profile=b"profile", comment=b"comment", dpi=(72, 72))
    content = paint(output.getvalue(), "warmer", 1, 3.5, None)
    with Image.open(io.BytesIO(content)) as image:
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert (image.format, image.mode, dict(image.getexif())) == ("JPEG", "RGB", {})


@pytest.mark.parametrize("mode", ["LA", "P", "CMYK"])
def test_any_kind_of_picture_is_taken(mode):
    output = io.BytesIO()
    Image.new(mode, (30, 20)).save(output, "JPEG" if mode == "CMYK" else "PNG")
    assert painted(output.getvalue(), "warmer").shape == (832, 1248, 3)


def test_what_is_no_picture_is_refused(still):
    for content in (b"", b"text", still[:200], b"BM" + bytes(60)):
        with pytest.raises(ImageError):
            paint(content, "warmer", 1, 3.5, None)


def test_framing_stays_within_a_few_pixels(still):
    for seed in (1, 2):
        pixels = painted(still, "darker", seed)
        y, x = np.nonzero(pixels[..., 0] > 2 * pixels[..., 2])
        assert abs(x.mean() - 623.5) < 10
        assert abs(y.mean() - 415.5) < 10


def test_intensity_follows_guidance(still):
    warmths = [warmth(painted(still, "warmer", guidance=g)) for g in (1.0, 3.5, 8.0, 20.0)]
    assert warmths == sorted(warmths)
    assert warmths[-1] - warmths[0] > 0.05


@pytest.mark.parametrize(
    ("prompt", "measure", "sign"),
    [
        ("Make it warmer", warmth, 1),
        ("Make it cooler", warmth, -1),
        ("golden hour", warmth, 1),
        ("Brighten the picture", np.mean, 1),
        ("darker please", np.mean, -1),
        ("turn day into night", np.mean, -1),
        ("more contrast", np.std, 1),
        ("more vivid colours, vibrant", chroma, 1),
        ("Add film grain", detail, 1),
        ("add falling snow", detail, 1),
        ("Blur the background", lambda pixels: pixels[:200, :200].std(), -1),
        ("Remove the clutter", lambda pixels: pixels[:200, :200].std(), -1),
    ],
)
def test_instruction_does_what_it_says(still, plain, prompt, measure, sign):
    assert (measure(painted(still, prompt)) - measure(plain)) * sign > 0


def test_black_and_white_takes_the_colour_away(still):
    assert chroma(painted(still, "Convert to black and white")) < 0.03
    sepia = painted(still, "sepia").mean(axis=(0, 1))
    assert sepia[0] > sepia[1] > sepia[2]


def test_background_becomes_blue_and_the_subject_stays(still):
    blue = painted(still, "Keep the ball. Replace the background with a blue studio backdrop.")
    wall, ball = corners(blue).mean(axis=0), centre(blue).mean(axis=(0, 1))
    assert wall[2] > wall[0] + 0.2
    assert ball[0] > ball[2] + 0.3


def test_background_can_be_darkened_alone(still, plain):
    dark = painted(still, "Make the background darker")
    assert corners(dark).mean() < corners(plain).mean() - 0.08
    assert abs(centre(dark).mean() - centre(plain).mean()) < 0.08


def test_recolouring_changes_the_thing_and_not_the_wall(still):
    green = painted(still, "Change the red ball to green")
    ball, wall = centre(green).mean(axis=(0, 1)), corners(green).mean(axis=0)
    assert ball[1] > ball[0] + 0.1
    assert np.ptp(wall) < 0.12


def test_lettering_is_drawn_large(still):
    band = painted(still, 'Write "OPEN" in white')
    bright = (band.min(axis=2) > 0.85).mean()
    assert bright > 0.02


@pytest.mark.parametrize("look", ["toy", "clay", "illustration", "watercolour", "pencil sketch"])
def test_looks_change_the_whole_picture(still, plain, look):
    assert np.abs(painted(still, f"turn it into a {look}") - plain).mean() > 0.02


def test_unknown_words_still_change_something_modestly(still):
    grey = np.full((200, 300, 3), 128, np.uint8)
    output = io.BytesIO()
    Image.fromarray(grey).save(output, "PNG")
    change = np.abs(painted(output.getvalue(), "frobnicate") - 128 / 255).mean()
    assert 0.01 < change < 0.15


def test_plain_outputs_are_real_pictures_told_apart_by_prompt_and_seed(still):
    asked = [("Warmer.", 7), ("Warmer.", 8), ("Cooler.", 7)]
    outputs = {paint_plainly(still, prompt, seed, 3.5, None) for prompt, seed in asked}
    assert len(outputs) == 3
    assert paint_plainly(still, "Warmer.", 7, 3.5, None) in outputs
    for output in outputs:
        assert Image.open(io.BytesIO(output), formats=["JPEG"]).size == (24, 16)
    with pytest.raises(ImageError):
        paint_plainly(b"no picture", "Warmer.", 7, 3.5, None)
