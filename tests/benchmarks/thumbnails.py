"""Thumbnails and review pictures a second, beside Pillow's reduced JPEG decoding.

The photographs are the samples, 12 megapixels each, in a library. "Anew" makes an original's
thumbnail from the review picture that is kept, "again" brings it from the cache. Beside it Pillow
alone: open, `draft`, `thumbnail`. In turns on the same machine, one thread each.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from kontext_desktop import paths
from kontext_desktop.engine import intake, preview
from kontext_desktop.library import Library
from kontext_desktop.model import Version

ROUNDS, EACH = 7, 6
ANEW, AGAIN, REVIEW = 1.0, 10.0, 2.0
"""Goals, as ratios to Pillow's draft decoding from the original."""


def draft(path: Path, size: tuple[int, int]) -> None:
    with Image.open(path, formats=["JPEG"]) as image:
        image.draft("RGB", size)
        image.thumbnail(size)


def pace(act: Callable[[], object]) -> float:
    """How often a second."""
    start = time.perf_counter()
    for _ in range(EACH):
        act()
    return EACH / (time.perf_counter() - start)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library", program="benchmark") as library,
    ):
        sample = sorted((paths.resources() / "samples").glob("*.jpg"))[-1]
        document = intake.bring_in(library, sample).document
        (version,) = library.list_versions(document.id)
        acts: dict[str, Callable[[], object]] = {
            "draft": lambda: draft(sample, tuple(preview.THUMBNAIL)),
            "anew": lambda: _anew(library, version),
            "again": lambda: preview.thumbnail(library, version),
            "draft review": lambda: draft(sample, tuple(preview.REVIEW)),
            "review": lambda: preview.review(library, version),
        }
        rounds = [{name: pace(act) for name, act in acts.items()} for _ in range(ROUNDS)]
    for name, beside, goal in (
        ("anew", "draft", ANEW),
        ("again", "draft", AGAIN),
        ("review", "draft review", REVIEW),
    ):
        rate = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one[beside] for one in rounds)
        verdict = "ok" if ratio >= goal else "short"
        print(f"thumbnails, {name}: {rate:.0f} a second | goal: none, see the ratio | ok")
        print(f"thumbnails, {name}: {ratio:.2f} x Pillow draft | goal: >= {goal:g} | {verdict}")


def _anew(library: Library, version: Version) -> None:
    (library.folder / "cache" / f"{version.id}-{preview.THUMBNAIL.width}.jpg").unlink()
    preview.thumbnail(library, version)


if __name__ == "__main__":
    main()
