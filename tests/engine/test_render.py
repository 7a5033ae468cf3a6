from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine_tools import edit
from PIL import Image

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.engine import export, intake, preview, render
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import ImageError, ParameterError
from kontext_desktop.framing import plan
from kontext_desktop.imaging import place, probe, read, scale
from kontext_desktop.model import Frame, Layer, Size, Version


def test_the_original_is_the_file_turned_the_right_way(
    studio: Studio, original: Version, picture: Path
) -> None:
    pixels = render.render(studio.library, original)
    assert pixels.shape == (400, 600, 3)
    assert np.array_equal(pixels, read(picture))
    assert pixels[:, -1, 0].mean() > 240 > 15 > pixels[:, 0, 0].mean()


def test_what_lies_outside_the_frame_comes_from_the_master(
    studio: Studio, original: Version
) -> None:
    version = edit(studio, original, aspect_ratio="1:1", prompt="Make it black and white.")
    before, after = (render.render(studio.library, item) for item in (original, version))
    assert version.layers[0].placement[2] == 100
    assert np.array_equal(before[:, :100], after[:, :100])
    assert np.array_equal(before[:, 500:], after[:, 500:])
    inside = after[50:-50, 150:450].astype(int)
    assert np.abs(inside[..., 0] - inside[..., 2]).mean() < 12


def test_a_small_region_is_sent_in_its_own_pixels_and_comes_back_onto_them(
    studio: Studio, original: Version
) -> None:
    region = Frame(100, 40, 384, 256)
    planned = plan(KONTEXT_MAX, Size(600, 400), "3:2", region)
    whole = render.render(studio.library, original)
    sent = render.render_plan(studio.library, original, planned)
    assert np.array_equal(sent, whole[40:296, 100:484])
    version = edit(studio, original, aspect_ratio="3:2", frame=region)
    [job] = studio.library.list_jobs()
    assert job.recipe.frame == region
    assert np.array_equal(read(studio.library.blobs.read(job.input_sha256)), sent)
    after = render.render(studio.library, version)
    outside = np.ones(whole.shape[:2], bool)
    outside[40:296, 100:484] = False
    assert np.array_equal(after[outside], whole[outside])
    assert (after != whole)[~outside].mean() > 0.5


def test_where_the_picture_ends_its_border_is_mirrored_and_taken_off_again(
    studio: Studio, original: Version, picture: Path
) -> None:
    """What is drawn exactly as it was sent changes nothing."""
    planned = plan(KONTEXT_MAX, Size(600, 400), "1:1", Frame(0, 0, 600, 400))
    sent = render.render_plan(studio.library, original, planned)
    whole = read(picture)
    assert sent.shape == (600, 600, 3)
    assert np.array_equal(sent[100:500], whole)
    assert np.array_equal(sent[:100], whole[99::-1])
    assert np.array_equal(sent[500:], whole[:-101:-1])
    placement = Layer.filling("r", Size(600, 600), planned.area).placement
    assert np.array_equal(place(np.zeros_like(whole), sent, placement), whole)


def test_a_converted_result_is_without_the_border_it_was_sent_with(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    version = edit(studio, original, aspect_ratio="1:1", frame=Frame(0, 0, 600, 400))
    result = export.last_result(studio.library, version)
    assert result.size == (1024, 1024)
    export.export_result(studio.library, result, version, tmp_path / "out.png", force=False)
    assert probe(tmp_path / "out.png").size == (1024, 683)
    version = edit(studio, original, aspect_ratio="1:1")
    result = export.last_result(studio.library, version)
    export.export_result(studio.library, result, version, tmp_path / "cut.png", force=False)
    assert probe(tmp_path / "cut.png").size == (1024, 1024)


def test_a_part_rendered_alone_equals_that_part_of_the_whole(
    studio: Studio, original: Version
) -> None:
    version = edit(studio, original)
    whole = render.render(studio.library, version)
    frame = Frame(120, 40, 300, 200)
    part = render.render(studio.library, version, frame)
    assert part.shape == (200, 300, 3)
    difference = np.abs(part.astype(int) - whole[40:240, 120:420])
    assert difference.mean() < 1.5


def test_thumbnails_are_kept_and_survive_a_damaged_cache(studio: Studio, original: Version) -> None:
    first = preview.thumbnail(studio.library, original)
    assert first.size == Size(320, 213)
    seen = preview.review(studio.library, original).levels[0]
    kept = list((studio.library.folder / "cache").iterdir())
    assert len(kept) == 2
    for file in kept:
        file.write_bytes(b"rubbish")
    assert preview.thumbnail(studio.library, original).size == first.size
    assert preview.review(studio.library, original).levels[0].size == seen.size


def test_an_export_has_the_masters_size_and_says_practice(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    version = edit(studio, original)
    target = tmp_path / "out.png"
    export.export_version(studio.library, version, target, force=False)
    assert probe(target).size == Size(600, 400)
    assert np.array_equal(read(target), render.render(studio.library, version))
    assert b"compositeWithTrainedAlgorithmicMedia" in target.read_bytes()
    assert b"DigitalSourceType" not in _exported(studio, original, tmp_path / "plain.png")


def _exported(studio: Studio, version: Version, target: Path) -> bytes:
    export.export_version(studio.library, version, target, force=False)
    return target.read_bytes()


def test_an_export_never_replaces_a_file_unasked(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    target = tmp_path / "mine.jpg"
    target.write_bytes(b"precious")
    with pytest.raises(ParameterError):
        export.export_version(studio.library, original, target, force=False)
    assert target.read_bytes() == b"precious"
    export.export_version(studio.library, original, target, force=True)
    assert probe(target).format == "JPEG"
    assert [path.name for path in tmp_path.glob(".kontext-*")] == []


def test_received_bytes_leave_as_they_came(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    version = edit(studio, original)
    result = export.last_result(studio.library, version)
    export.export_received(studio.library, result, tmp_path / "a.jpg", force=False)
    assert (tmp_path / "a.jpg").read_bytes() == studio.library.blobs.read(result.sha256)
    with pytest.raises(ParameterError):
        export.last_result(studio.library, original)


def test_the_same_bytes_are_one_document_and_the_file_is_only_read(
    studio: Studio, original: Version, picture: Path
) -> None:
    before = picture.stat()
    copy = picture.with_name("copy.jpg")
    copy.write_bytes(picture.read_bytes())
    again = intake.bring_in(studio.library, copy).document
    assert again.id == original.document_id
    assert picture.stat().st_mtime_ns == before.st_mtime_ns
    assert studio.library.blobs.read(again.master_sha256) == picture.read_bytes()


@pytest.mark.parametrize("kind", ["empty", "text", "truncated", "folder", "missing"])
def test_a_bad_picture_stores_nothing(
    studio: Studio, picture: Path, tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / "bad.jpg"
    if kind == "empty":
        bad.touch()
    elif kind == "text":
        bad.write_text("not a picture")
    elif kind == "truncated":
        bad.write_bytes(picture.read_bytes()[:-400])
    elif kind == "folder":
        bad.mkdir()
    with pytest.raises(ImageError) as raised:
        intake.bring_in(studio.library, bad)
    assert raised.value.hint
    assert studio.library.list_documents() == []
    assert not [path for path in (studio.library.folder / "blobs").rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [(6001, 4003), (8255, 5503)])
def test_what_is_sent_of_a_large_picture_is_not_shifted(
    studio: Studio, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    wave = (
        127 + 100 * np.sin(np.arange(width) / 40)[None, :] * np.cos(np.arange(height) / 40)[:, None]
    )
    Image.fromarray(wave.astype(np.uint8)).convert("RGB").save(tmp_path / "waves.jpg", quality=95)
    document = intake.bring_in(studio.library, tmp_path / "waves.jpg").document
    version = studio.library.list_versions(document.id)[0]
    frame = Frame(width - 3003, height - 2001, 3003, 2001)
    sent = render.render(studio.library, version, frame, Size(300, 200))[..., 0].astype(float)
    whole = read(tmp_path / "waves.jpg")
    exact = scale(whole[frame.y :, frame.x :], Size(300, 200))[..., 0].astype(float)
    for axis in (0, 1):
        slope = np.gradient(exact, axis=axis)
        shift = ((sent - exact) * slope).sum() / (slope**2).sum() * 10
        assert abs(shift) < 0.25, "in pixels of the original"
