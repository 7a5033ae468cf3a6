"""The sample pictures are what a camera would hand over: large, upright only after turning."""

import pytest
from PIL import Image

from kontext_desktop import paths
from kontext_desktop.imaging import probe, read
from kontext_desktop.model import Size


@pytest.mark.parametrize(
    ("name", "size", "orientation"),
    [("still-life", Size(4256, 2832), 1), ("portrait", Size(2832, 4256), 6)],
)
def test_samples_are_photographs_with_profile_and_exif(name, size, orientation):
    path = paths.resources() / "samples" / f"{name}.jpg"
    found = probe(path)
    assert (found.format, found.size, found.depth, found.notes) == ("JPEG", size, 8, ())
    assert "sRGB" in found.profile
    assert path.stat().st_size < 3_500_000
    with Image.open(path, formats=["JPEG"]) as stored:
        exif = stored.getexif()
        assert exif[0x010F] == "Kontext Desktop samples"
        assert exif[0x0112] == orientation
    assert read(path, within=Size(300, 300)).shape[0] * size.width == pytest.approx(
        read(path, within=Size(300, 300)).shape[1] * size.height, rel=0.01
    )
