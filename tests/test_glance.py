"""A first look shows the same picture, smaller; and nothing where it cannot."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from picture_tools import display_p3_profile, wide_rgb_profile
from PIL import Image

from kontext_desktop import glance as module
from kontext_desktop.glance import begin, glance, take_early
from kontext_desktop.imaging import pyramid, read, read_native
from kontext_desktop.workbench.first_look import make_picture


def photograph(path: Path, turn: int = 1, profile: bytes = b"", size: int = 4100) -> Path:
    y, x = np.mgrid[0 : size * 2 // 3, 0:size]
    codes = np.stack([x * 255 // size, y * 255 // size, (x + y) % 4100 // 17], -1)
    exif = Image.Exif()
    exif[0x0112] = turn
    image = Image.fromarray(codes.astype(np.uint8))
    image.save(path, "JPEG", quality=95, exif=exif, icc_profile=profile)
    return path


def pixels_of(picture) -> np.ndarray:
    level = picture.levels[0]
    width, height = level.size
    return np.frombuffer(level.data, np.uint8).reshape(height, width, 4)[..., 2::-1].astype(int)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_look_is_upright_and_reduced(tmp_path: Path, turn: int) -> None:
    path = photograph(tmp_path / "a.jpg", turn)
    picture = make_picture(glance(path), b"")
    assert picture is not None
    whole = read(path)
    assert picture.size == (whole.shape[1], whole.shape[0])
    assert picture.preview
    found = pixels_of(picture)
    assert max(found.shape) == 2050
    assert np.abs(found - whole[::2, ::2][: found.shape[0], : found.shape[1]]).mean() < 3


@pytest.mark.parametrize("screen", [b"", display_p3_profile()], ids=["sRGB", "P3"])
@pytest.mark.parametrize("profile", [b"", wide_rgb_profile()], ids=["untagged", "wide"])
def test_a_look_has_the_colours_that_the_whole_will_have(
    tmp_path: Path, screen: bytes, profile: bytes
) -> None:
    path = photograph(tmp_path / "a.jpg", 1, profile, size=600)
    picture = make_picture(glance(path), screen)
    assert picture is not None
    level = pyramid(*read_native(path), screen)[0]
    height, width = level.size.height, level.size.width
    whole = np.frombuffer(level.data, np.uint8).reshape(height, width, 4)[..., 2::-1]
    assert np.abs(pixels_of(picture) - whole).max() <= 5
    if profile or screen:
        plain = pixels_of(make_picture(glance(path)._replace(profile=b""), b""))
        assert np.abs(plain - whole).max() > 20


def test_what_is_no_plain_jpeg_is_left_alone(tmp_path: Path) -> None:
    good = photograph(tmp_path / "a.jpg", size=600).read_bytes()
    inks = io.BytesIO()
    Image.new("CMYK", (60, 40)).save(inks, "JPEG")
    png = io.BytesIO()
    Image.new("RGB", (60, 40)).save(png, "PNG")
    for data in (
        b"",
        good[:2],
        good[:300],
        good[: len(good) // 2],
        inks.getvalue(),
        png.getvalue(),
    ):
        (tmp_path / "b.jpg").write_bytes(data)
        assert glance(tmp_path / "b.jpg") is None
    assert glance(tmp_path / "none.jpg") is None
    assert glance(tmp_path) is None
    assert make_picture(None, b"") is None


def test_a_large_picture_is_looked_at_whatever_pillow_thinks_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert glance(photograph(tmp_path / "a.jpg", size=600)) is not None


def test_a_broken_profile_changes_nothing(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", 1, wide_rgb_profile()[:200], size=600)
    picture = make_picture(glance(path), b"")
    assert np.abs(pixels_of(picture) - read(path)).max() <= 2


def test_the_first_file_of_the_command_line_is_looked_at_once(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", size=600)
    begin(["--practice", "--library", str(tmp_path), str(path), str(tmp_path / "b.jpg")])
    assert take_early(tmp_path / "b.jpg") is None
    early = take_early(path)
    assert early is not None
    assert early.wait() == glance(path)
    assert take_early(path) is None
    assert module._early == []


def test_a_look_loads_no_arrays(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.jpg", size=600)
    code = f"""
import sys
from pathlib import Path
from kontext_desktop.glance import glance
assert glance(Path({str(path)!r})) is not None
print(sorted({{"numpy", "PySide6", "kontext_desktop.imaging"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "[]", done.stderr
