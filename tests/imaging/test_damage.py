"""Random damage to small valid files gives a picture or an ImageError, and nothing else."""

import io

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import colour, probe, read
from kontext_desktop.model import Size


def _samples():
    noise = np.random.default_rng(3).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((35, 25))
    deep = Image.fromarray(np.arange(35 * 25, dtype=np.uint16).reshape(25, 35) * 70)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = {"save_all": True, "append_images": [picture.rotate(90)]}
    told = {"icc_profile": colour.srgb_profile(), "exif": exif}
    for image, format, options in (
        (picture, "PNG", told),
        (picture, "JPEG", told),
        (picture, "WEBP", told),
        (picture, "TIFF", told),
        (picture, "JPEG", {"progressive": True}),
        (picture, "GIF", frames),
        (picture, "PNG", frames),
        (picture, "WEBP", frames | {"lossless": True}),
        (picture.convert("CMYK"), "JPEG", {}),
        (picture.convert("LAB"), "TIFF", {}),
        (picture.convert("LA"), "PNG", {}),
        (picture.convert("P"), "PNG", {"transparency": 3}),
        (deep, "PNG", {}),
        (deep, "TIFF", {}),
        (picture, "TIFF", {"compression": "tiff_lzw"}),
        (picture, "TIFF", {"compression": "jpeg"}),
    ):
        file = io.BytesIO()
        image.save(file, format, **options)
        yield file.getvalue()


SAMPLES = list(_samples())


@st.composite
def damaged(draw):
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 6))):
        # Headers are short and do the most harm, so half of the hits go there.
        reach = min(len(data), draw(st.sampled_from([200, len(data)])))
        data[draw(st.integers(0, reach - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(1, len(data)) | st.just(len(data)))])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(), st.sampled_from([None, Size(8, 6)]))
def test_damage_gives_a_picture_or_an_image_error(data, within):
    try:
        pixels = read(data, max_pixels=1_000_000, within=within)
        found = probe(data, max_pixels=1_000_000)
    except ImageError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    if within is None:
        assert pixels.shape[1::-1] == found.size
