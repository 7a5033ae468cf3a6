"""The formats that Pillow alone does not open, or not with all their bits."""

import io
import struct
import subprocess
import sys

import imagecodecs
import numpy as np
import pytest
import tifffile
from picture_tools import HEIC, heic_turned, photoshop
from PIL import Image

from kontext_desktop.errors import ImageError
from kontext_desktop.imaging import probe, read, read_native
from kontext_desktop.model import Size

BLOCKS = (
    np.array(
        [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 0], [255, 0, 255], [0, 255, 255]]],
        np.uint8,
    )
    .repeat(32, 0)
    .repeat(32, 1)
)
MIDDLES = np.s_[16::32, 16::32]
DEEP = np.random.default_rng(3).integers(0, 65536, (37, 53, 3), dtype=np.uint16)


def tiff(codes, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, codes, **options)
    return file.getvalue()


def deep_png(codes):
    return imagecodecs.png_encode(np.ascontiguousarray(codes))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "lzw"},
        {"compression": "lzw", "predictor": True},
        {"compression": "deflate", "predictor": True, "tile": (16, 16)},
        {"compression": "zstd"},
        {"bigtiff": True, "compression": "deflate"},
        {"byteorder": ">"},
        {"rowsperstrip": 5},
    ],
    ids=str,
)
def test_sixteen_bits_of_a_tiff_are_all_kept(options):
    data = tiff(DEEP, photometric="rgb", **options)
    assert (probe(data).format, probe(data).depth) == ("TIFF", 16)
    assert probe(data).size == Size(53, 37)
    native = read_native(data)
    assert native.pixels.dtype == np.uint16
    assert (native.pixels == DEEP).all()
    assert np.abs(read(data).astype(float) - DEEP / 257).max() <= 0.51


def test_planes_of_a_tiff_are_put_together():
    for codes in (DEEP, (DEEP >> 8).astype(np.uint8)):
        planes = np.moveaxis(codes, -1, 0)
        data = tiff(planes, photometric="rgb", planarconfig="separate")
        assert (read_native(data).pixels == codes).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_of_a_png_are_all_kept(channels):
    codes = np.dstack([DEEP, DEEP[..., :1]])[..., :channels]
    if channels in (2, 4):
        codes = codes.copy()
        codes[..., -1] = 65535
    data = deep_png(codes[..., 0] if channels == 1 else codes)
    assert probe(data).depth == 16
    native = read_native(data).pixels
    colours = codes[..., :3] if channels > 2 else codes[..., :1].repeat(3, 2)
    assert native.dtype == np.uint16
    assert (native == colours).all()
    assert ("Transparency is shown on white." in probe(data).notes) == (channels in (2, 4))


def test_transparency_of_sixteen_bits_lies_on_white():
    codes = np.zeros((4, 4, 4), np.uint16)
    codes[..., 3] = 13107  # a fifth
    for data in (deep_png(codes), tiff(codes, photometric="rgb", extrasamples=["unassalpha"])):
        assert read_native(data).pixels[0, 0].tolist() == [52428] * 3
        assert read(data)[0, 0].tolist() == [204] * 3


def test_premultiplied_colours_are_not_darkened_twice():
    codes = np.full((4, 4, 4), 32768, np.uint16)
    data = tiff(codes, photometric="rgb", extrasamples=["assocalpha"])
    assert read(data)[0, 0].tolist() == [255] * 3


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("deep", [False, True])
def test_every_tiff_is_turned(turn, deep):
    codes = BLOCKS.astype(np.uint16) * 257 if deep else BLOCKS
    # Planes are what Pillow leaves to tifffile in 8 bits.
    planes = np.moveaxis(codes, -1, 0)
    data = tiff(
        planes, photometric="rgb", planarconfig="separate", extratags=[(274, 3, 1, turn, 1)]
    )
    plain = io.BytesIO()
    exif = Image.Exif()
    exif[274] = turn
    Image.fromarray(BLOCKS).save(plain, "TIFF", exif=exif)
    expected = read(plain.getvalue())
    assert (read(data) == expected).all()
    assert probe(data).size == Size(expected.shape[1], expected.shape[0])


@pytest.mark.parametrize("turn", range(1, 9))
def test_avif_is_turned(turn):
    avif, jpeg = io.BytesIO(), io.BytesIO()
    for file, format, sampling in ((avif, "AVIF", "4:4:4"), (jpeg, "JPEG", 0)):
        exif = Image.Exif()  # Pillow takes the orientation out of it when it writes AVIF
        exif[274] = turn
        image = Image.fromarray(BLOCKS)
        image.save(file, format, exif=exif, quality=95, subsampling=sampling)
    found = read(avif.getvalue())
    assert probe(avif.getvalue()).format == "AVIF"
    expected = read(jpeg.getvalue())
    assert found.shape == expected.shape
    assert np.abs(found[MIDDLES].astype(int) - expected[MIDDLES]).max() < 30


def test_ten_bits_of_an_avif_are_kept():
    ramp = np.ascontiguousarray(
        np.broadcast_to(np.arange(1024, dtype=np.uint16)[None, :, None], (16, 1024, 3))
    )
    data = imagecodecs.avif_encode(ramp, bitspersample=10, level=100)
    assert probe(data).depth == 10
    native = read_native(data).pixels
    assert len(np.unique(native)) > 1000
    assert native.max() == 65535


def test_heic_opens_and_its_exif_turns_nothing():
    """In HEIF its own boxes turn the picture; EXIF only repeats what they say, or is wrong."""
    data = (HEIC / "blocks.heic").read_bytes()
    assert (probe(data).format, probe(data).size) == ("HEIC", Size(96, 64))
    assert np.abs(read(data)[MIDDLES].astype(int) - BLOCKS[MIDDLES]).max() < 4


@pytest.mark.parametrize(
    ("boxes", "turn"),
    [
        ({"angle": 0}, lambda upright: upright),
        ({"axis": 1}, lambda upright: upright[:, ::-1]),
        ({"angle": 2}, lambda upright: upright[::-1, ::-1]),
        ({"axis": 0}, lambda upright: upright[::-1]),
        ({"angle": 3, "axis": 1}, lambda upright: upright.swapaxes(0, 1)),
        ({"angle": 3}, lambda upright: np.rot90(upright, -1)),
        ({"angle": 3, "axis": 0}, lambda upright: upright.swapaxes(0, 1)[::-1, ::-1]),
        ({"angle": 1}, np.rot90),
    ],
    ids=str,
)
def test_heic_is_turned_by_its_boxes(boxes, turn):
    data = heic_turned(**boxes)
    expected = turn(BLOCKS[MIDDLES])
    found = read(data)[MIDDLES]
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() < 4
    assert probe(data).size == Size(expected.shape[1] * 32, expected.shape[0] * 32)


def test_ten_bits_of_a_heic_are_kept():
    data = (HEIC / "ramp-10-bit.heic").read_bytes()
    assert probe(data).depth == 10
    native = read_native(data).pixels
    assert native.dtype == np.uint16
    assert np.abs(native[32, :, 1] - np.linspace(0, 65535, 96)).max() < 400


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("codes", [BLOCKS, DEEP], ids=["8", "16"])
def test_photoshop_documents_open_flattened(large, codes):
    data = photoshop(np.moveaxis(codes, -1, 0), large=large)
    found = probe(data)
    height, width = codes.shape[:2]
    assert (found.format, found.size) == ("PSB" if large else "PSD", Size(width, height))
    assert found.depth == codes.dtype.itemsize * 8
    assert (read_native(data).pixels == codes).all()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_alpha_channels_and_layer_masks_are_listed(kind, large):
    planes = np.zeros((5, 4, 6), kind)
    layers = [("Base", False), ("Skin", True), ("Sky", True)]
    data = photoshop(planes, layers=layers, names=["Hair", "Dress"], large=large)
    assert probe(data).notes == (
        "Its layers are shown as Photoshop flattened them.",
        "Alpha channels: Hair, Dress.",
        "Layer masks: Skin, Sky.",
    )
    assert read(data)[0, 0].tolist() == [0, 0, 0]  # a saved selection hides nothing


def test_a_transparent_photoshop_document_lies_on_white():
    planes = np.zeros((4, 4, 6), np.uint8)
    data = photoshop(planes, layers=[("One", False)], transparent=True)
    assert read(data)[0, 0].tolist() == [255] * 3
    assert "Transparency is shown on white." in probe(data).notes


def test_photoshop_inks_and_lab(ink_profile):
    cyan = np.zeros((4, 4, 6), np.uint8) + np.array([0, 255, 255, 255], np.uint8)[:, None, None]
    with_profile = photoshop(cyan, mode=4, profile=ink_profile)
    assert np.ptp(read(with_profile)[0, 0].astype(int)) <= 3
    assert "CMYK: converted with its own profile." in probe(with_profile).notes
    assert read(photoshop(cyan, mode=4))[0, 0].tolist() == [0, 255, 255]
    lab = np.zeros((3, 4, 6), np.uint8) + 128
    assert np.abs(read(photoshop(lab, mode=9))[0, 0].astype(int) - 119).max() <= 1


def test_lab_of_sixteen_bits():
    # CIELab counts a* and b* with a sign, in 256ths.
    codes = np.zeros((4, 4, 3), np.uint16)
    codes[..., 0] = 32768
    data = tiff(codes, photometric=8)
    native = read_native(data).pixels
    assert native.dtype == np.uint16
    assert np.abs(native[0, 0].astype(int) - 119 * 257).max() < 257
    assert "Lab: converted to sRGB." in probe(data).notes


def test_a_wide_profile_stays_with_its_pixels(wide_profile):
    deep = tiff(DEEP, photometric="rgb", iccprofile=wide_profile)
    native = read_native(deep)
    assert native.profile == wide_profile
    assert (native.pixels == DEEP).all()
    shallow = io.BytesIO()
    Image.fromarray(BLOCKS).save(shallow, "PNG", icc_profile=wide_profile)
    assert read_native(shallow.getvalue()).profile == wide_profile
    # 8 and 16 bits of one colour are one colour in sRGB.
    flat = np.full((4, 4, 3), (100, 200, 100), np.uint8)
    wide = tiff(flat.astype(np.uint16) * 257, photometric="rgb", iccprofile=wide_profile)
    same = tiff(flat, photometric="rgb", iccprofile=wide_profile)
    assert np.abs(read(wide)[0, 0].astype(int) - read(same)[0, 0]).max() <= 1


def test_reduced_reading_of_deep_files_is_a_mean():
    codes = np.zeros((40, 60, 3), np.uint16)
    codes[:, ::2] = 65535
    for data in (tiff(codes, photometric="rgb"), deep_png(codes)):
        small = read_native(data, within=Size(30, 20)).pixels
        assert small.shape == (20, 30, 3)
        assert np.abs(small.astype(int) - 32768).max() <= 1
        assert read_native(data, within=Size(31, 20)).pixels.shape == (40, 60, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (3, 7)])
def test_odd_sizes_open_in_every_format(size):
    width, height = size
    shallow = np.full((height, width, 3), (10, 200, 30), np.uint8)
    deep = shallow.astype(np.uint16) * 257
    files = [
        tiff(deep, photometric="rgb", compression="lzw"),
        deep_png(deep),
        photoshop(np.moveaxis(shallow, -1, 0)),
        photoshop(np.moveaxis(deep, -1, 0), large=True),
    ]
    for format in ("PNG", "TIFF", "JPEG", "GIF", "WEBP", "AVIF"):
        if format in ("WEBP", "AVIF") and max(size) > 16_000:
            continue
        file = io.BytesIO()
        Image.fromarray(shallow).save(file, format)
        files.append(file.getvalue())
    for data in files:
        assert probe(data).size == Size(*size)
        assert read(data).shape == shallow.shape
        assert np.abs(read_native(data).pixels[0, 0] / np.array([10, 200, 30])).max() > 0


def test_damage_and_bombs_end_in_one_sentence():
    bomb = tiff(DEEP, photometric="rgb", compression="deflate")
    for tag, length in ((256, 53), (257, 37)):
        entry = struct.pack("<HHII", tag, 4, 1, length)
        assert entry in bomb
        bomb = bomb.replace(entry, struct.pack("<HHII", tag, 4, 1, 65535))
    with pytest.raises(ImageError, match="megapixels, more than"):
        read(bomb)
    large = photoshop(np.zeros((3, 1, 1), np.uint8))
    large = large[:14] + (30_000).to_bytes(4, "big") * 2 + large[22:]
    with pytest.raises(ImageError, match="megapixels, more than"):
        probe(large)
    whole = [
        tiff(DEEP, photometric="rgb", compression="lzw"),
        deep_png(DEEP),
        photoshop(np.moveaxis(DEEP, -1, 0)),
        (HEIC / "blocks.heic").read_bytes(),
        imagecodecs.avif_encode(np.ascontiguousarray(DEEP >> 6), bitspersample=10),
    ]
    for data in whole:
        for length in (5, 30, len(data) // 2, len(data) * 9 // 10):
            with pytest.raises(ImageError) as caught:
                read(data[:length])
            assert caught.value.message.endswith(".")


def test_what_has_no_agreed_white_is_refused_in_every_shape():
    for kind in (np.float16, np.float32, np.uint32):
        codes = (DEEP % 2).astype(kind)
        with pytest.raises(ImageError) as caught:
            read(tiff(codes, photometric="rgb"))
        assert "16 or 8 bits" in caught.value.hint


def test_a_tiff_that_leads_in_a_circle_ends():
    data = bytearray(tiff(DEEP, photometric="rgb"))
    first = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[first : first + 2], "little")
    data[first + 2 + 12 * count :][:4] = b"\0\0\0\0"
    end = first + 2 + 12 * count
    data[end : end + 4] = first.to_bytes(4, "little")
    assert (read_native(bytes(data)).pixels == DEEP).all()


def test_decoders_are_loaded_when_their_format_comes():
    code = (
        "import sys, kontext_desktop.imaging; "
        "print({'tifffile', 'imagecodecs', 'pi_heif', 'psd_tools'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "set()", done.stderr
