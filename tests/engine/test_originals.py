"""Originals that stay where they are: looked at by their proxy, worked on by their bytes."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from engine_tools import draft, edit
from PIL import Image

from kontext_desktop import paths
from kontext_desktop.engine import export, intake, preview, render
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import OriginalError
from kontext_desktop.imaging import read
from kontext_desktop.library import Library
from kontext_desktop.model import Size, Version


@pytest.fixture
def referred(studio: Studio, picture: Path) -> Version:
    """A version whose original was too large to be copied."""
    document = intake.bring_in(studio.library, picture, copy_up_to=0).document
    assert studio.library.masters.find_reference(document.master_sha256) is not None
    return studio.library.list_versions(document.id)[0]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every kind of picture that can be brought in, and the samples."""
    folder = tmp_path_factory.mktemp("pictures")
    image = Image.effect_mandelbrot((90, 60), (-2, -1, 1, 1), 50)
    files: list[Path] = []

    def keep(name: str, mode: str, **options: object) -> None:
        image.convert(mode).save(folder / name, **options)
        files.append(folder / name)

    keep("grey.png", "L")
    keep("colour.png", "RGB")
    keep("clear.png", "RGBA")
    keep("palette.gif", "P")
    keep("small.webp", "RGB", lossless=True)
    keep("plain.tif", "RGB")
    keep("packed.tif", "RGB", compression="tiff_lzw")
    keep("ink.jpg", "CMYK")
    keep("progressive.jpg", "RGB", progressive=True)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        keep(f"turned-{orientation}.jpg", "RGB", exif=exif)
    deep = np.linspace(0, 65_535, 90 * 60).astype(np.uint16).reshape(60, 90)
    Image.fromarray(deep).save(folder / "deep.png")
    files.append(folder / "deep.png")
    for sample in sorted((paths.resources() / "samples").glob("*.jpg")):
        files.append(Path(shutil.copy2(sample, folder)))
    return files


def state(path: Path) -> tuple[object, ...]:
    found = path.stat()
    return (
        hashlib.sha256(path.read_bytes()).hexdigest(),
        *(found.st_ino, found.st_mtime_ns, found.st_mode, found.st_nlink, found.st_size),
    )


@pytest.mark.parametrize("copy_up_to", [0, intake.COPY_UP_TO])
def test_no_original_is_changed_by_anything_that_is_done_with_it(
    tmp_path: Path, pictures: list[Path], copy_up_to: int
) -> None:
    before = [state(path) for path in pictures]
    folder = pictures[0].parent
    names = sorted(path.name for path in folder.iterdir())
    with Library.open(tmp_path / "library", program="tests") as library:
        for number, path in enumerate(pictures):
            document = intake.bring_in(library, path, copy_up_to=copy_up_to).document
            (version,) = library.list_versions(document.id)
            preview.review(library, version)
            preview.thumbnail(library, version)
            export.export_version(library, version, tmp_path / f"{number}.png", force=False)
            assert np.array_equal(read(tmp_path / f"{number}.png"), read(path))
            if copy_up_to == 0:
                intake.relocate(library, document, folder)
    assert [state(path) for path in pictures] == before
    assert sorted(path.name for path in folder.iterdir()) == names


def test_a_large_original_is_not_copied_and_works_all_the_same(
    studio: Studio, referred: Version, picture: Path, tmp_path: Path
) -> None:
    document = studio.library.get_document(referred.document_id)
    assert not studio.library.blobs.has(document.master_sha256)
    version = edit(studio, referred, aspect_ratio="1:1")
    assert np.array_equal(render.render(studio.library, referred), read(picture))
    export.export_version(studio.library, version, tmp_path / "whole.png", force=False)
    assert np.array_equal(read(tmp_path / "whole.png")[:, :100], read(picture)[:, :100])


@pytest.mark.changes_originals
def test_without_its_original_a_picture_is_looked_at_and_not_worked_on(
    studio: Studio, referred: Version, picture: Path, tmp_path: Path
) -> None:
    version = edit(studio, referred, aspect_ratio="1:1")
    whole = render.render(studio.library, version)
    picture.rename(tmp_path / "elsewhere.jpg")
    seen = preview.review(studio.library, version).levels[0]
    assert seen.size == Size(600, 400)
    shown = np.frombuffer(seen.data, np.uint8).reshape(400, 600, 4)[..., 2::-1]
    assert np.abs(shown.astype(int) - whole).mean() < 4
    assert preview.thumbnail(studio.library, version).size == Size(320, 213)
    jobs = len(studio.library.list_jobs())
    for act in (
        lambda: place_order(studio, referred, draft(seed=99)),
        lambda: export.export_version(studio.library, version, tmp_path / "a.png", force=False),
        lambda: preview.whole(studio.library, version),
    ):
        with pytest.raises(OriginalError) as raised:
            act()
        assert "Find the original" in raised.value.hint
    assert len(studio.library.list_jobs()) == jobs
    assert not (tmp_path / "a.png").exists()
    document = studio.library.get_document(version.document_id)
    assert intake.relocate(studio.library, document, tmp_path) == tmp_path / "elsewhere.jpg"
    assert np.array_equal(render.render(studio.library, version), whole)


@pytest.mark.changes_originals
def test_what_was_received_leaves_without_the_original(
    studio: Studio, referred: Version, picture: Path, tmp_path: Path
) -> None:
    version = edit(studio, referred)
    picture.unlink()
    result = export.last_result(studio.library, version)
    export.export_received(studio.library, result, tmp_path / "a.jpg", force=False)
    # It covers the picture: nothing of the original shows.
    export.export_version(studio.library, version, tmp_path / "b.png", force=False)


@pytest.mark.changes_originals
def test_a_picture_opened_again_somewhere_else_is_the_same_document(
    studio: Studio, referred: Version, picture: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(picture, tmp_path / "copy.jpg"))
    for _ in range(2):
        again = intake.bring_in(studio.library, copy, copy_up_to=0).document
        assert again.id == referred.document_id
        place = studio.library.masters.get_path(again)
        assert place == (picture if picture.exists() else copy)
        picture.unlink(missing_ok=True)


@pytest.fixture
def unreadable(studio: Studio, original: Version) -> Iterator[Version]:
    """The original of a document whose bytes nobody can read any more."""
    edit(studio, original, aspect_ratio="1:1")
    document = studio.library.get_document(original.document_id)
    path = studio.library.blobs.path(document.master_sha256)
    kept = path.read_bytes()
    path.write_bytes(b"unreadable")
    yield original
    path.write_bytes(kept)


def test_a_second_look_reads_no_original(studio: Studio, unreadable: Version) -> None:
    for version in studio.library.list_versions(unreadable.document_id):
        assert preview.review(studio.library, version).levels[0].size == Size(600, 400)
        assert preview.thumbnail(studio.library, version).size == Size(320, 213)


def test_a_result_has_its_small_picture_when_it_arrives(studio: Studio, original: Version) -> None:
    for ratio in (None, "1:1"):
        version = edit(studio, original, aspect_ratio=ratio)
        kept = studio.library.find_cached(f"{version.id}-320.jpg")
        assert kept is not None
        drawn = render.render(studio.library, version, size=Size(320, 213))
        assert np.abs(read(kept).astype(int) - drawn).mean() < 4


def test_what_is_kept_for_review_fills_a_screen_in_the_colours_of_screens(
    studio: Studio, tmp_path: Path
) -> None:
    wide = Image.radial_gradient("L").resize((5200, 2600)).convert("RGB")
    wide.save(tmp_path / "wide.jpg", quality=90)
    document = intake.bring_in(studio.library, tmp_path / "wide.jpg", copy_up_to=0).document
    reference = studio.library.masters.find_reference(document.master_sha256)
    assert reference is not None
    with Image.open(
        io.BytesIO(studio.library.blobs.read(reference.proxy_sha256)), formats=["JPEG"]
    ) as proxy:
        assert proxy.size == (2560, 1280)
        assert "exif" not in proxy.info
