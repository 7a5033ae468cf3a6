"""Good pictures open upright and whole; bad ones end in one plain sentence."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, _imaging

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import MAX_PIXELS, probe, read, sniff, verify_output
from kontext_desktop.model import Size

CORNERS = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 0], [255, 0, 255], [0, 255, 255]]],
    np.uint8,
)


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def blocks(format, **options):
    """A picture of 3 × 2 plain squares, 16 pixels each: survives JPEG, shows how it is turned."""
    return saved(Image.fromarray(CORNERS.repeat(16, 0).repeat(16, 1)), format, **options)


def oriented(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png(width, height):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF"])
def test_each_format_opens_from_bytes_and_from_a_file(format, tmp_path):
    data = blocks(format)
    path = tmp_path / "wrong-name.txt"
    path.write_bytes(data)
    assert sniff(data) == format
    assert probe(path) == probe(data)
    assert (probe(path).format, probe(path).size, probe(path).depth) == (format, Size(48, 32), 8)
    pixels = read(path)
    assert pixels.shape == (32, 48, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    assert np.abs(pixels[8::16, 8::16].astype(int) - CORNERS).max() < 40


TURNED = {  # what EXIF 2.3 says of rows and columns, in numpy's words
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda stored: np.rot90(stored, 1),
}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("value", [*TURNED, 0, 9, 65535])
def test_orientation_is_applied_and_nonsense_ignored(format, value):
    data = blocks(format, exif=oriented(value))
    expected = TURNED.get(value, TURNED[1])(CORNERS)
    found = read(data)[8::16, 8::16].astype(int)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 40
    assert probe(data).size == Size(expected.shape[1] * 16, expected.shape[0] * 16)


def test_reduced_reading_covers_what_was_asked_and_no_less():
    big = Image.fromarray(CORNERS.repeat(200, 0).repeat(200, 1))
    for data in (saved(big, "JPEG", exif=oriented(6)), saved(big, "TIFF", exif=oriented(6))):
        full = read(data)
        assert full.shape == (600, 400, 3)
        small = read(data, within=Size(90, 140))
        assert small.shape == (150, 100, 3)
        assert np.abs(small[25::50, 25::50].astype(int) - full[100::200, 100::200]).max() < 8
        assert read(data, within=Size(4000, 9)).shape == full.shape


def test_pillow_gives_memory_back_block_by_block(monkeypatch):
    left = []
    give_back = _imaging.clear_cache
    monkeypatch.setattr(_imaging, "clear_cache", lambda n: (left.append(n), give_back(n)))
    size = _imaging.get_block_size()
    _imaging.set_block_size(1 << 20)
    try:
        read(saved(Image.new("RGB", (1000, 1000)), "PNG"))
    finally:
        _imaging.set_block_size(size)
    assert left == list(reversed(range(len(left))))
    assert len(left) >= 4, "a megabyte each"
    assert _imaging.get_stats()["blocks_cached"] == 0


def test_the_first_of_several_pictures_is_used_and_said():
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    for format in ("GIF", "PNG", "WEBP", "TIFF"):
        data = saved(first, format, save_all=True, append_images=[second])
        assert read(data)[0, 0, 0] > 200
        assert probe(data).notes == ("It holds several pictures: the first is used.",)


def test_size_is_checked_before_anything_is_decoded():
    with pytest.raises(ImageError, match="400 megapixels, more than the 300"):
        read(huge_png(20_000, 20_000))
    with pytest.raises(ImageError, match="more than the 64"):
        verify_output(huge_png(8_001, 8_000))
    assert probe(huge_png(MAX_PIXELS // 20_000, 20_000)).size == Size(15_000, 20_000)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "GIF"])
def test_a_result_cut_short_is_no_result(format):
    whole = saved(Image.effect_noise((64, 64), 90).convert("RGB"), format)
    assert verify_output(whole)[0].size == Size(64, 64)
    for length in (12, 40, len(whole) // 2, len(whole) * 9 // 10):
        with pytest.raises(ImageError) as caught:
            verify_output(whole[:length])
        assert caught.value.message == "The picture is damaged or incomplete."
        assert caught.value.hint
        assert caught.value.detail


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.png", b"", "“empty.png” is empty."),
        ("notes.jpg", b"hello", "“notes.jpg” is not a picture this program knows."),
        ("a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0", "damaged or incomplete"),
        ("a.png", b"\0\0\0\x18ftypavif\0\0\0\0", "damaged or incomplete"),
        ("a.jpg", b"8BPS\0\x01", "damaged or incomplete"),
        ("a.psd", b"8BPS\0\x03", "not a picture this program knows"),
        ("a.mov", b"\0\0\0\x18ftypqt  \0\0\0\0", "video"),
        ("a.jpg", b"%PDF-1.7", "PDF"),
        ("a.jpg", b"<?xml version='1.0'?>\n<svg xmlns=''/>", "SVG"),
        ("a.eps", b"%!PS-Adobe", "PostScript"),
        ("a.NEF", b"II*\0\x08\0\0\0", "camera raw"),
        ("a.tif", b"II*\0\x10\0\0\0CR\x02\0", "camera raw"),
        ("a.bmp", b"BM\x36\0", "BMP"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    for look in (probe, read):
        with pytest.raises(ImageError) as caught:
            look(path)
        assert sentence in caught.value.message
        assert caught.value.hint


def test_raw_pictures_that_call_themselves_tiff_do_not_open_as_their_thumbnail():
    with pytest.raises(ImageError, match="camera raw"):
        read(blocks("TIFF", tiffinfo={50706: b"\x01\x04\0\0"}))


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
def test_what_is_no_file_is_told_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    for path, sentence in (
        (tmp_path / "none.png", "does not exist"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.png", "is not a file"),
        (tmp_path / "loop.png", "cannot be read"),
        (tmp_path / "nul\0.png", "cannot be read"),
    ):
        with pytest.raises(ImageError, match=sentence):
            probe(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_forbidden_file_is_told(tmp_path):
    path = tmp_path / "mine.png"
    path.write_bytes(blocks("PNG"))
    path.chmod(0)
    with pytest.raises(ImageError, match="may not be read"):
        probe(path)


def test_a_hostile_name_cannot_reach_into_the_sentence(tmp_path):
    path = tmp_path / "a\n\x1b[31m\u202egnp.jpg"
    path.write_bytes(b"")
    with pytest.raises(ImageError) as caught:
        probe(path)
    assert caught.value.message.isprintable()
