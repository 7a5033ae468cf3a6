"""What is saved has the original's depth, colours and words, or it is said that it has not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from engine_tools import edit
from picture_tools import wide_rgb_profile
from PIL import Image

from kontext_desktop.engine import export, intake, render
from kontext_desktop.engine.studio import Studio
from kontext_desktop.imaging import encode, into_srgb, read, read_metadata, read_native
from kontext_desktop.imaging.metadata import EXIF_IFD, GPS_IFD
from kontext_desktop.model import Version

XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    b' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" tiff:Orientation="6"'
    b' photoshop:City="Ghent"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
IPTC = b"\x1c\x02\x5a\x00\x05Ghent"


def make_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera works"
    exif[0x8298] = "Somebody"
    exif.get_ifd(EXIF_IFD).update({0x9003: "2026:01:02 03:04:05", 0x829A: 0.01, 0xA002: 48})
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (51.0, 3.0, 15.0)})
    return exif


def deep_codes(height: int = 90, width: int = 120) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    codes = np.stack([x * 500, y * 700, (x + y) * 300], -1).astype(np.uint16) + 37
    return codes


@pytest.fixture(params=[b"", wide_rgb_profile()], ids=["untagged", "wide"])
def deep(request: pytest.FixtureRequest, studio: Studio, tmp_path: Path) -> Version:
    """An original of 16 bits."""
    path = tmp_path / "deep.tif"
    profile = request.param or None
    tifffile.imwrite(path, deep_codes(), photometric="rgb", iccprofile=profile)
    document = intake.bring_in(studio.library, path).document
    return studio.library.list_versions(document.id)[0]


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_all_bits_of_an_original_are_exported(
    studio: Studio, deep: Version, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    export.export_version(studio.library, deep, target, force=False)
    native = read_native(target)
    assert (native.pixels == deep_codes()).all()
    document = studio.library.get_document(deep.document_id)
    with studio.library.masters.reading(document) as path:
        assert native.profile == read_native(path).profile
    assert export.tell_losses(document, target) == ""
    assert export.tell_losses(document, tmp_path / "out.jpg").startswith("The original has 16 bits")


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_an_edit_over_sixteen_bits_leaves_the_rest_exactly_as_it_was(
    studio: Studio, deep: Version, tmp_path: Path, suffix: str
) -> None:
    version = edit(studio, deep, aspect_ratio="1:1", prompt="Make it black and white.")
    left = round(version.layers[0].placement[2])
    assert left > 5
    target = tmp_path / f"edited{suffix}"
    export.export_version(studio.library, version, target, force=False)
    native = read_native(target)
    assert native.pixels.dtype == np.uint16
    assert (native.pixels[:, :left] == deep_codes()[:, :left]).all()
    inside = native.pixels[5:-5, left + 5 : -left - 5]
    assert not (inside == deep_codes()[5:-5, left + 5 : -left - 5]).all()
    # Drawn up from eight bits, it is smooth: steps of 257 would be seen in a sky.
    assert len(np.unique(inside % 257)) > 100
    # The same appearance as what is sent, which is sRGB of 8 bits.
    sent = render.render(studio.library, version).astype(int)
    assert np.abs(into_srgb(*native).astype(int) - sent).mean() < 1.5


def test_an_edit_that_covers_all_still_has_the_originals_depth_and_profile(
    studio: Studio, deep: Version, tmp_path: Path
) -> None:
    version = edit(studio, deep)
    export.export_version(studio.library, version, tmp_path / "all.tif", force=False)
    native = read_native(tmp_path / "all.tif")
    document = studio.library.get_document(deep.document_id)
    with studio.library.masters.reading(document) as path:
        assert native.profile == read_native(path).profile
    assert native.pixels.dtype == np.uint16


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_wide_profile_goes_with_the_export(studio: Studio, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "wide.png"
    profile = wide_rgb_profile()
    Image.new("RGB", (64, 48), (30, 200, 60)).save(path, icc_profile=profile)
    document = intake.bring_in(studio.library, path).document
    original = studio.library.list_versions(document.id)[0]
    target = tmp_path / f"out{suffix}"
    export.export_version(studio.library, original, target, force=False)
    native = read_native(target)
    assert native.profile == profile
    assert np.abs(native.pixels.astype(int) - (30, 200, 60)).max() <= 3
    assert np.abs(read(target).astype(int) - read(path)).max() <= 4


def masters(tmp_path: Path) -> dict[str, Path]:
    """Files of several formats with everything that they can say."""
    image = Image.fromarray((deep_codes(32, 48) >> 8).astype(np.uint8))
    found = {name: tmp_path / f"master.{name}" for name in ("jpg", "png", "webp", "tif", "avif")}
    segment = b"Photoshop 3.0\0008BIM\x04\x04\0\0" + len(IPTC).to_bytes(4, "big") + IPTC
    segment = b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment
    image.save(found["jpg"], exif=make_exif(), xmp=XMP, extra=segment)
    image.save(found["webp"], exif=make_exif(), xmp=XMP)
    image.save(found["avif"], exif=make_exif(), xmp=XMP)
    from PIL import PngImagePlugin

    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", XMP.decode())
    image.save(found["png"], exif=make_exif(), pnginfo=chunks)
    exif = make_exif()
    exif[700], exif[33723] = XMP, IPTC
    for directory in (EXIF_IFD, GPS_IFD):
        exif[directory] = exif.get_ifd(directory)
    image.save(found["tif"], exif=exif)
    return found


@pytest.mark.parametrize("source", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_what_the_original_says_is_kept_and_its_turn_is_not(
    studio: Studio, tmp_path: Path, source: str, suffix: str
) -> None:
    document = intake.bring_in(studio.library, masters(tmp_path)[source]).document
    assert document.size == (32, 48)
    original = studio.library.list_versions(document.id)[0]
    target = tmp_path / f"out{suffix}"
    export.export_version(studio.library, original, target, force=False)
    with Image.open(target, formats=["JPEG", "PNG", "WEBP", "TIFF"]) as image:
        image.load()
        exif = image.getexif()
        assert exif[0x010F] == "Camera works"
        assert exif[0x8298] == "Somebody"
        assert exif.get(0x0112, 1) == 1
        inner, place = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
        assert inner[0x9003] == "2026:01:02 03:04:05"
        assert inner[0xA002] == 32
        assert place[1] == "N"
        assert float(place[2][2]) == 15
        xmp = image.info.get("xmp") or image.tag_v2[700]
    assert b"Ghent" in xmp
    assert b"Orientation" not in xmp
    assert b"Kontext Desktop" in xmp
    assert (read(target).shape[1], read(target).shape[0]) == (32, 48)
    if source in ("jpg", "tif") and suffix in (".jpg", ".tif"):
        assert read_metadata(target).iptc == IPTC
    bare = tmp_path / f"bare{suffix}"
    export.export_version(studio.library, original, bare, force=False, metadata=False)
    found = read_metadata(bare)
    assert found.iptc == b""
    assert b"Camera works" not in found.exif
    assert b"Ghent" not in found.xmp


def test_hostile_metadata_is_dropped_and_ours_is_written() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
    from kontext_desktop.imaging import Metadata

    pixels = np.zeros((4, 4, 3), np.uint8)
    for xmp in (bomb, b"<not xml", b"\xff\xfe\0", b"<a/>" * 9):
        for format_ in ("JPEG", "PNG", "TIFF", "WEBP"):
            data = encode(pixels, format_, kept=Metadata(b"no exif", xmp, b""))
            assert b"Kontext Desktop" in read_metadata(data).xmp
            assert b"no exif" not in data


def test_what_is_sent_is_srgb_of_eight_bits_and_says_nothing(studio: Studio, deep: Version) -> None:
    version = edit(studio, deep)
    job = studio.library.get_job(version.job_id or "")
    sent = studio.library.blobs.read(job.input_sha256)
    with Image.open(io.BytesIO(sent), formats=["PNG"]) as image:
        image.load()
        assert image.mode == "RGB"
        assert set(image.info) <= {"dpi"}
    assert read_native(sent).pixels.dtype == np.uint8
