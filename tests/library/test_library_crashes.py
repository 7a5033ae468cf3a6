"""A process killed at any moment: what it had acknowledged is there, whole, and work goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import kontext_desktop
from kontext_desktop.library import Library
from kontext_desktop.model import EMBEDDED_PRACTICE, JobState

WORKER = """
import os, sys
from pathlib import Path
from kontext_desktop.library import Library, NewJob
from kontext_desktop.model import EMBEDDED_PRACTICE, Frame, JobState, Received, Recipe, Size

with Library.open(Path(sys.argv[1]), program="worker") as library:
    master = library.blobs.put(os.urandom(50_000))
    document = library.put_document(name="a.png", source_path="", master_sha256=master,
                                    size=Size(8, 8), format="PNG", depth=8, title="Original")
    print("document", document.id, flush=True)
    recipe = Recipe("model", "Warmer.", 3.5, None, 1, document.current_version_id,
                    Frame(0, 0, 8, 8))
    while True:
        sent = library.blobs.put(os.urandom(20_000))
        new = NewJob(document.id, recipe, EMBEDDED_PRACTICE, 1, sent, 20_000, os.urandom(8).hex())
        for job in library.put_jobs([new, new]):
            print("queued", job.id, flush=True)
            job = library.move_job(job, JobState.SENDING, "")
            job = library.move_job(job, JobState.RUNNING, "", prediction_id=job.id)
            job = library.move_job(job, JobState.DOWNLOADING, "")
            data = os.urandom(30_000)
            picture = Received(library.blobs.put(data), len(data), Size(8, 8), "PNG", 0, None)
            _, [version] = library.finish_job(job, [picture], "Warmer")
            print("done", version.id, flush=True)
"""


def run_and_kill(folder: Path, lines: int) -> list[list[str]]:
    """What the worker had acknowledged: it is killed after `lines` lines, in the middle of the
    next act; more may have come by then."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(kontext_desktop.__file__).parents[1])},
    ) as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        return [line.split() for line in [*first, *process.stdout] if line.endswith("\n")]


@pytest.mark.skipif(sys.platform == "win32", reason="the kill is a POSIX signal")
def test_what_was_acknowledged_survives_a_kill(folder: Path) -> None:
    acknowledged = []
    for seed in range(12):
        acknowledged += run_and_kill(folder, random.Random(seed).randint(1, 12))
        with Library.open(folder, program="tests", wait=0) as library:
            check(library, acknowledged)
    assert len(acknowledged) > 24


def check(library: Library, acknowledged: list[list[str]]) -> None:
    for kind, row_id in acknowledged:
        match kind:
            case "document":
                library.blobs.read(library.get_document(row_id).master_sha256)
            case "queued":
                library.blobs.read(library.get_job(row_id).input_sha256)
            case "done":
                for layer in library.get_version(row_id).layers:
                    library.blobs.read(library.get_result(layer.result_id).sha256)
    jobs = library.list_jobs()
    batches = [job.batch_id for job in jobs]
    assert all(batches.count(batch) == 2 for batch in batches), "half a batch"
    versions = [
        version
        for document in library.list_documents()
        for version in library.list_versions(document.id)
    ]
    done = [job.id for job in jobs if job.state is JobState.DONE]
    assert sorted(done) == sorted(version.job_id for version in versions if version.job_id)
    for job in jobs:
        assert len(library.list_results(job.id)) == (job.state is JobState.DONE)
        assert library.list_events(job.id)[-1].state is job.state
    spent = library.spend(EMBEDDED_PRACTICE, 0)
    assert spent.certain == sum(job.prediction_id is not None for job in jobs)
    assert list((library.folder / "tmp").iterdir()) == []
