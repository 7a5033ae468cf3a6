"""The window's queue of Jobs, over a real library, real pools and a real service."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from engine_tools import draft
from promises import bring_in, open_studio, start_service
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from kontext_desktop.app import JOB_THREADS
from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import KontextError
from kontext_desktop.library import NewJob
from kontext_desktop.model import Job, JobState, Step
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.queue import JobQueue

MANY, FIRST_FEW = 1000, 6


def order_many(studio: Studio, folder: Path) -> list[Job]:
    """MANY Jobs of one order, as they are right after the click."""
    version = bring_in(studio.library, folder, (90, 120, 60))
    (first,) = place_order(studio, version, draft(seed=1))
    more = [
        NewJob(
            document_id=first.document_id,
            recipe=replace(first.recipe, seed=seed),
            origin=first.origin,
            price=first.price,
            input_sha256=first.input_sha256,
            input_length=first.input_length,
            batch_id=first.batch_id,
        )
        for seed in range(2, MANY + 1)
    ]
    return [first, *studio.library.put_jobs(more)]


def list_pooled_threads() -> set[str]:
    """Threads of Qt's pools in this process; the kernel knows them by name."""
    found = set()
    for path in Path("/proc/self/task").glob("*/comm"):
        with suppress(OSError):  # it has ended meanwhile
            if path.read_text().startswith("Thread (pooled"):
                found.add(path.parent.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_a_thousand_jobs_wait_on_a_handful_of_threads(qtbot: QtBot, tmp_path: Path) -> None:
    with start_service(tmp_path / "service", time.time, seconds=0.05) as server:
        studio = open_studio(tmp_path / "library", server.url, time.time)
        studio.settings = studio.settings._replace(daily_cap=0, submits_per_minute=1000)
        jobs = order_many(studio, tmp_path)
        parent = QObject()
        dispatcher = Dispatcher(JOB_THREADS, parent=parent)
        link = StudioLink(dispatcher, parent)
        queue = JobQueue(link, parent)
        looked_at: Counter[str] = Counter()
        threads: list[int] = []
        before = list_pooled_threads()  # of an earlier test: they go after half a minute
        failed: list[KontextError] = []

        def see(step: Step) -> None:
            looked_at[step.job.id] += 1
            threads.append(len(list_pooled_threads() - before))

        queue.stepped.connect(see)
        queue.failed.connect(failed.append)
        link.open(lambda: studio)
        queue.carry_on(jobs)

        def has_begun() -> bool:
            done = sum(job.state is JobState.DONE for job in queue.jobs.values())
            return done >= FIRST_FEW and len(looked_at) == MANY

        qtbot.waitUntil(has_begun, timeout=120_000)
        assert dispatcher.close(30)
        assert failed == []
        assert 0 < max(threads) <= JOB_THREADS + 1  # and the one that has opened the library
        assert queue.going_on >= {job.id for job in jobs[MANY // 2 :]}, "they wait, each a timer"
        assert len(server.ledger) < MANY // 2
        studio.close()
