"""What the canvas gives the screen is what littleCMS would: file to monitor, in one step."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest
import tifffile
from picture_tools import display_p3_profile, matrix_profile, pro_photo_profile, wide_rgb_profile
from PIL import Image, ImageCms
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kontext_desktop.engine import preview
from kontext_desktop.imaging import read_native
from kontext_desktop.imaging.colour import srgb_profile
from kontext_desktop.model import Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.canvas import Canvas
from kontext_desktop.ui.comparing import Comparison, Mode
from kontext_desktop.ui.display import check_screen, describe_screen
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Picture

SIDE = 8
STEPS = np.array([0, 1, 5, 12, 30, 64, 100, 128, 160, 200, 230, 250, 255])
COLOURS = np.stack(np.meshgrid(STEPS, STEPS, STEPS), -1).reshape(13, 169, 3)
RGB = {
    "sRGB": srgb_profile(),
    "Adobe RGB": wide_rgb_profile(),
    "ProPhoto": pro_photo_profile(),
    "Display P3": display_p3_profile(),
}
MONITORS = {
    "sRGB": b"",
    "Display P3": display_p3_profile(),
    "Adobe RGB": wide_rgb_profile(),
    "warm": matrix_profile((0.46, 0.24, 0.01), (0.36, 0.68, 0.08), (0.144, 0.08, 0.735), 2.1),
}


def grey_profile() -> bytes:
    """Grey with a gamma of 1.8."""
    text = matrix_profile((0.4, 0.2, 0.0), (0.4, 0.7, 0.1), (0.1642, 0.1, 0.7249), 1.8)
    return text.replace(b"mntrRGB ", b"mntrGRAY", 1).replace(b"rTRC", b"kTRC", 1)


def inks_profile() -> bytes:
    """CMYK whose inks are what sRGB's opposites are, less black: by a table of 2 in each."""
    import struct

    lab = ImageCms.createProfile("LAB")
    way = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    nodes = b""
    for node in range(16):
        c, m, y, k = ((node >> shift) & 1 for shift in (3, 2, 1, 0))
        light = tuple(int((20 + 225 * (1 - ink)) * (0.15 if k else 1)) for ink in (c, m, y))
        lightness, a, b = way.apply(Image.new("RGB", (1, 1), light)).getpixel((0, 0))
        nodes += bytes([lightness, (a + 128) % 256, (b + 128) % 256])
    same = bytes(range(256))
    unity = b"".join(struct.pack(">i", value << 16) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + unity + same * 4 + nodes + same * 3
    text = b"Inks\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
        b"A2B0": lut,
    }
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4x4s", start + len(body), b"\x02\x10\0\0") + b"prtrCMYKLab "
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body


def png(codes: np.ndarray, profile: bytes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(codes).save(file, "PNG", icc_profile=profile)
    return file.getvalue()


def tiff(codes: np.ndarray, profile: bytes, photometric: str = "rgb") -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, codes, photometric=photometric, iccprofile=profile or None)
    return file.getvalue()


def lcms(codes: np.ndarray, source: bytes, target: bytes, space: str = "rgb") -> np.ndarray:
    """littleCMS, exact: relative colorimetric with black point compensation."""
    done: np.ndarray = imagecodecs.cms_transform(
        np.ascontiguousarray(codes),
        source or srgb_profile(),
        target or srgb_profile(),
        colorspace=space,
        outcolorspace="rgb",
        outdtype=np.uint16,
        intent=1,
        flags=0x2100,
    )
    return done / 257


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas(Theme.read(resources()))
    qtbot.addWidget(canvas)
    canvas.resize(COLOURS.shape[1], COLOURS.shape[0] + 40)
    canvas.show()
    return canvas


def picture_of(data: bytes, screen: bytes | None, name: str = "a") -> Picture:
    native = read_native(data)
    shown = preview.show(native, screen or b"")
    height, width = native.pixels.shape[:2]
    return Picture(name, Size(width, height), shown.levels, False, shown.numbers)


def grabbed(canvas: Canvas, size: tuple[int, int]) -> np.ndarray:
    """The picture's pixels as the real widget paints them, drawn 1:1."""
    canvas.zoom_to(1.0)
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    shape = (image.height(), image.bytesPerLine() // 4, 4)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(shape)
    x, y = canvas._viewport.origin
    height, width = size
    return pixels[y : y + height, x : x + width, 2::-1].astype(float)


@pytest.fixture(params=MONITORS)
def monitor(request: pytest.FixtureRequest) -> bytes:
    return MONITORS[request.param]


@pytest.mark.parametrize("space", [*RGB, "untagged"])
@pytest.mark.parametrize("deep", [False, True], ids=["8 bit", "16 bit"])
def test_canvas_pixels_agree_with_littlecms(
    canvas: Canvas, monitor: bytes, space: str, deep: bool
) -> None:
    profile = RGB.get(space, b"")
    codes = COLOURS.astype(np.uint8)
    data = png(codes, profile)
    if deep:
        codes = COLOURS.astype(np.uint16) * 257 + (COLOURS % 7 * 11).astype(np.uint16)
        codes[COLOURS == 255] = 65535
        data = tiff(codes, profile)
    screen = check_screen(monitor)
    canvas.set_picture(picture_of(data, screen))
    found = grabbed(canvas, (13, 169))
    assert np.abs(found - lcms(codes, profile, monitor)).max() <= 2


@pytest.mark.parametrize("deep", [False, True], ids=["8 bit", "16 bit"])
def test_greys_agree_with_littlecms(canvas: Canvas, monitor: bytes, deep: bool) -> None:
    codes = np.arange(256, dtype=np.uint8).repeat(8).reshape(16, 128)
    if deep:
        codes = codes.astype(np.uint16) * 257
    screen = check_screen(monitor)
    for profile in (b"", grey_profile()):
        canvas.set_picture(
            picture_of(tiff(codes, profile, "minisblack"), screen, str(len(profile)))
        )
        found = grabbed(canvas, (16, 128))
        if profile:
            expected = lcms(codes, profile, monitor, "gray")
        else:
            expected = lcms(np.stack([codes] * 3, -1), b"", monitor)
        assert np.abs(found - expected).max() <= 2


def test_inks_agree_with_littlecms(canvas: Canvas) -> None:
    steps = np.array([0, 60, 130, 200, 255])
    inks = np.stack(np.meshgrid(*[steps] * 4), -1).reshape(25, 25, 4).astype(np.uint8)
    profile = inks_profile()
    file = io.BytesIO()
    Image.frombytes("CMYK", (25, 25), inks.tobytes()).save(file, "TIFF", icc_profile=profile)
    screen = check_screen(b"")
    canvas.set_picture(picture_of(file.getvalue(), screen))
    expected = lcms(inks, profile, b"", "cmyk")
    assert expected[..., 0].max() - expected[..., 0].min() > 150
    assert np.abs(grabbed(canvas, (25, 25)) - expected).max() <= 2


def test_a_wide_screen_shows_what_srgb_cannot(canvas: Canvas) -> None:
    """To convert by way of 8-bit sRGB would be wrong here: the test above would see it."""
    wide, p3 = wide_rgb_profile(), display_p3_profile()
    by_srgb = lcms(lcms(COLOURS.astype(np.uint8), wide, b"").round().astype(np.uint8), b"", p3)
    assert np.abs(by_srgb - lcms(COLOURS.astype(np.uint8), wide, p3)).max() > 20


def test_panes_and_thumbnails_are_made_ready_for_the_screen_too(canvas: Canvas) -> None:
    p3 = display_p3_profile()
    screen = check_screen(p3)
    codes = np.full((40, 60, 3), (30, 200, 60), np.uint8)
    canvas.set_picture(picture_of(png(codes, b""), screen, "now"))
    canvas.set_before(picture_of(png(codes, wide_rgb_profile()), screen, "before"))
    canvas.compare(Comparison(Mode.SPLIT))
    found = grabbed(canvas, (40, 60))
    expected = [lcms(codes, profile, p3)[0, 0] for profile in (wide_rgb_profile(), b"")]
    for column, wanted in zip((4, 55), expected, strict=True):
        assert np.abs(found[36, column] - wanted).max() <= 2


def test_the_pixel_under_the_pointer_is_told_in_the_documents_numbers(
    canvas: Canvas, qtbot: QtBot
) -> None:
    screen = check_screen(display_p3_profile())
    wide = wide_rgb_profile()
    deep = np.full((40, 60, 3), (7711, 51403, 15422), np.uint16)
    for data, numbers, depth, profile in (
        (tiff(deep, wide), (7711, 51403, 15422), 16, wide),
        (tiff(deep, b""), (7711, 51403, 15422), 16, b""),
        (png((deep // 257).astype(np.uint8), wide), (30, 200, 60), 8, wide),
        (png((deep // 257).astype(np.uint8), b""), (30, 200, 60), 8, b""),
        (png((deep // 257).astype(np.uint8), display_p3_profile()), (30, 200, 60), 8, b"p3"),
    ):
        canvas.set_picture(picture_of(data, screen, str(len(data))))
        canvas.zoom_to(1.0)
        told: list[object] = []
        canvas.pixel_hovered.connect(told.append)
        x, y = canvas._viewport.origin
        qtbot.mouseMove(canvas, QPoint(x + 5, y + 7))
        qtbot.mouseMove(canvas, QPoint(x + 6, y + 7))
        column, row, reading = told[-1]
        assert (column, row) == (6, 7)
        assert (reading.numbers, reading.depth) == (numbers, depth)
        assert reading.is_srgb == (not profile)
        source = display_p3_profile() if profile == b"p3" else profile
        srgb = lcms(np.array([[numbers]], np.uint16 if depth == 16 else np.uint8), source, b"")
        assert np.abs(np.array(reading.srgb) - srgb[0, 0]).max() <= 2


def test_what_is_no_screens_profile_is_refused() -> None:
    for wrong in (b"no profile", grey_profile(), inks_profile()):
        assert check_screen(wrong) is None
    assert check_screen(srgb_profile()) == b""
    assert check_screen(wide_rgb_profile()) == wide_rgb_profile()
    assert describe_screen(b"") == "sRGB"
    assert describe_screen(wide_rgb_profile()) == "Made for a test"
