"""Files say where they came from; what is uploaded says nothing at all."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import encode, probe, read
from kontext_desktop.model import Size

FORMATS = ["PNG", "JPEG", "TIFF", "WEBP"]
PICTURE = np.array(
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(
        (80, 60), Image.Resampling.BICUBIC
    )
)


def told(data):
    """The file's metadata as Pillow finds it: its XMP as text, its profile."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.load()
        return image.info.get("xmp", b"").decode(), image.info.get("icc_profile", b"")


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_the_same_picture(format):
    data = encode(PICTURE, format)
    assert probe(data).format == format
    assert probe(data).size == Size(80, 60)
    allowed = 0 if format in ("PNG", "TIFF") else 32
    assert np.abs(read(data).astype(int) - PICTURE).max() <= allowed
    assert encode(PICTURE, format) == data


@pytest.mark.parametrize("format", FORMATS)
def test_an_edit_is_declared_as_made_with_a_model(format):
    xmp, profile = told(encode(PICTURE, format))
    assert "digitalsourcetype/compositeWithTrainedAlgorithmicMedia<" in xmp
    assert b"acsp" in profile


@pytest.mark.parametrize("format", FORMATS)
def test_practice_is_declared_as_no_work_of_a_model(format):
    xmp, _ = told(encode(PICTURE, format, practice=True))
    assert "Practice stand-in" in xmp
    assert "No AI model" in xmp
    assert "TrainedAlgorithmicMedia" not in xmp


def test_what_was_not_edited_is_not_declared_as_edited():
    xmp, _ = told(encode(PICTURE, "PNG", edited=False))
    assert "Kontext Desktop" in xmp
    assert "TrainedAlgorithmicMedia" not in xmp


@pytest.mark.parametrize("format", FORMATS)
def test_bare_files_carry_pixels_and_nothing_else(format):
    data = encode(PICTURE, format, bare=True)
    assert told(data) == ("", b"")
    assert b"Kontext" not in data
    if format == "PNG":
        assert set(png_chunks(data)) == {b"IHDR", b"IDAT", b"IEND"}
    if format == "JPEG":
        assert set(jpeg_segments(data)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # JFIF, tables, picture
    if format == "WEBP":
        assert data[12:16] == b"VP8 "  # no extended header, so no room for any


def png_chunks(data):
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8]
        at += 12 + length


def jpeg_segments(data):
    at = 2
    while data[at + 1] != 0xDA:
        yield data[at + 1]
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]


def test_a_picture_too_long_for_a_format_is_refused_with_a_way_out():
    ribbon = np.zeros((1, 16_384, 3), np.uint8)
    with pytest.raises(ImageError, match="16,383") as caught:
        encode(ribbon, "WEBP")
    assert "PNG" in caught.value.hint
    assert probe(encode(ribbon, "PNG")).size == Size(16_384, 1)
