"""How fast a library is checked, against plain hashing of the same files; and what upkeep costs.

The files are hashed one after another by `hashlib.file_digest`, before and after the check: how far
the second time is from the first says what the figure is worth.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kontext_desktop.library import Library, NewJob
from kontext_desktop.library.check import check
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Document,
    Frame,
    JobState,
    Received,
    Recipe,
    Size,
)

DOCUMENTS, EDITS, MEGABYTE = 8, 30, 1_000_000
ROUNDS = 3
SIZE = Size(1000, 1000)


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def fill(library: Library) -> list[float]:
    """Masters of 20 MB, results of 1.5 MB; returns how long each `finish_job` took."""
    times = []
    for number in range(DOCUMENTS):
        document = library.put_document(
            name=f"{number}.jpg",
            source_path="",
            master_sha256=library.blobs.put(os.urandom(20 * MEGABYTE)),
            size=SIZE,
            format="JPEG",
            depth=8,
            title="Original",
        )
        sent = library.blobs.put(os.urandom(MEGABYTE))
        for edit in range(EDITS):
            times.append(put_edit(library, document, sent, number * EDITS + edit))
    return times


def put_edit(library: Library, document: Document, sent: str, number: int) -> float:
    parent = library.list_versions(document.id)[-1]
    recipe = Recipe("model", "Warmer.", 3.5, None, number, parent.id, Frame(0, 0, *SIZE))
    new = NewJob(document.id, recipe, EMBEDDED_PRACTICE, 1, sent, MEGABYTE, str(number))
    [job] = library.put_jobs([new])
    job = library.move_job(job, JobState.SENDING, "")
    job = library.move_job(job, JobState.RUNNING, "", prediction_id=str(number))
    job = library.move_job(job, JobState.DOWNLOADING, "")
    data = os.urandom(3 * MEGABYTE // 2)
    picture = Received(library.blobs.put(data), len(data), SIZE, "PNG", 0, None)
    return timed(lambda: library.finish_job(job, [picture], "Warmer"))


def hash_all(folder: Path) -> None:
    for path in (folder / "blobs").rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "library"
        with Library.open(folder, program="benchmark") as library:
            commits = fill(library)
            write_sidecar = library._put_sidecar
            [*_, version] = library.list_versions(library.list_documents()[0].id)
            sidecars = [timed(lambda: write_sidecar(version.id)) for _ in range(50)]
            backup = statistics.median(timed(library.back_up) for _ in range(ROUNDS))
            use = statistics.median(timed(library.measure_use) for _ in range(ROUNDS))
            garbage = statistics.median(timed(library.find_garbage) for _ in range(ROUNDS))
        rounds = []
        for _ in range(ROUNDS):
            before = timed(lambda: hash_all(folder))
            report = check(folder)
            assert report.findings == ()
            rounds.append((before, report.seconds, timed(lambda: hash_all(folder))))
    rate = statistics.median(before / checked for before, checked, _ in rounds)
    again = statistics.median(before / after for before, _, after in rounds)
    size = report.bytes / MEGABYTE
    seconds = statistics.median(checked for _, checked, _ in rounds)
    verdict = "ok" if rate >= 0.7 else "short"
    print(f"library check, {size:.0f} MB: {rate:.2f} x plain hashing | goal: >= 0.7 | {verdict}")
    verdict = "ok" if abs(again - 1) <= 0.15 else "short"
    print(f"plain hashing again: {again:.2f} x | goal: 1.0 within 0.15 | {verdict}")
    print(f"library check: {size / seconds:.0f} MB/s | goal: none | ok")
    share = statistics.median(sidecars) / statistics.median(commits)
    print(f"sidecar: {statistics.median(sidecars) * 1e3:.1f} ms | goal: <= 20 | ok")
    print(f"sidecar, part of keeping a result: {share:.2f} | goal: none | ok")
    print(f"backup: {backup * 1e3:.0f} ms | goal: <= 2000 a 100 MB | ok")
    print(f"storage use: {use * 1e3:.0f} ms | goal: <= 200 | {'ok' if use <= 0.2 else 'short'}")
    print(f"garbage, looked for: {garbage * 1e3:.0f} ms | goal: none | ok")


if __name__ == "__main__":
    main()
