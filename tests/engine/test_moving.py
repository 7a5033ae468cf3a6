"""Documents that go to another library, with real pictures in them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_tools import edit

from kontext_desktop.engine import intake, moving, preview, render
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import LibraryError, OriginalError, ParameterError
from kontext_desktop.library import Library
from kontext_desktop.model import Progress, Size, Version


def test_a_version_looks_the_same_in_another_library(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    version = edit(studio, original, aspect_ratio="1:1")
    told: list[Progress] = []
    moving.pack(studio.library, [version.document_id], tmp_path / "a.zip", report=told.append)
    assert (told[-1].done, told[-1].total) == (told[-1].total, told[-1].total)
    with Library.open(tmp_path / "other", program="tests") as other:
        moving.unpack(other, tmp_path / "a.zip")
        there = other.get_version(version.id)
        assert np.array_equal(render.render(other, there), render.render(studio.library, version))
        assert preview.thumbnail(other, there).size == Size(320, 213)
        assert there.practice == version.practice


def test_what_is_packed_never_replaces_a_file(
    studio: Studio, original: Version, tmp_path: Path
) -> None:
    target = tmp_path / "mine.zip"
    target.write_bytes(b"precious")
    with pytest.raises(ParameterError):
        moving.pack(studio.library, [original.document_id], target)
    assert target.read_bytes() == b"precious"


@pytest.mark.changes_originals
def test_nothing_is_left_of_what_could_not_be_packed(
    studio: Studio, picture: Path, tmp_path: Path
) -> None:
    document = intake.bring_in(studio.library, picture, copy_up_to=0).document
    moving.pack(studio.library, [document.id], tmp_path / "light.zip")
    picture.unlink()
    with pytest.raises(OriginalError):
        moving.pack(studio.library, [document.id], tmp_path / "a.zip", originals=True)
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["light.zip"]
    assert list(tmp_path.glob(".kontext-*")) == []
    with Library.open(tmp_path / "other", program="tests") as other:
        moving.unpack(other, tmp_path / "light.zip")
        (version,) = other.list_versions(document.id)
        assert preview.review(other, version).levels[0].size == Size(600, 400)


@pytest.mark.parametrize("lie", ["result", "document"])
def test_a_picture_that_is_not_what_is_said_of_it_is_refused(
    studio: Studio, original: Version, tmp_path: Path, lie: str
) -> None:
    edit(studio, original)
    moving.pack(studio.library, [original.document_id], tmp_path / "a.zip")

    def change(told: dict[str, Any]) -> None:
        (result,) = (row["result"] for row in told["rows"] if "result" in row)
        (result if lie == "result" else told["document"])["size"] = [6000, 4000]

    _rewrite(tmp_path / "a.zip", tmp_path / "b.zip", change)
    with Library.open(tmp_path / "other", program="tests") as other:
        with pytest.raises(LibraryError, match="not what it is said to be"):
            moving.unpack(other, tmp_path / "b.zip")
        assert other.list_documents() == []
        assert not [path for path in (other.folder / "blobs").rglob("*") if path.is_file()]


def _rewrite(source: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("documents/"):
                told = json.loads(data)
                change(told)
                data = json.dumps(told).encode()
            new.writestr(name, data)
    target.write_bytes(file.getvalue())
