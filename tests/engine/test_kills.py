"""The process really killed, at every boundary of one edit: what was paid for is there afterwards.

The service runs here, the program in a process of its own (see `mortal`) that dies at its first
boundary, then another at its second, and so on until one lives to the end. After each the program
starts anew over what is left on the disk.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_tools import Clock
from fault_server import FaultServer
from promises import (
    THOROUGH,
    Driver,
    bring_in,
    check_explained,
    check_promises,
    check_sent_once,
    help_by_hand,
    open_studio,
    start_service,
)

import kontext_desktop
from kontext_desktop.engine.recovery import recover
from kontext_desktop.library import Library
from kontext_desktop.model import JobState

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills by a signal")

Live = Callable[..., list[str] | None]


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """One life of the program: the boundaries it passed, or None when it was killed."""
    root = Path(kontext_desktop.__file__).parents[1]
    paths = os.pathsep.join(map(str, (root, root / "tests")))
    with subprocess.Popen(
        [sys.executable, "-m", "mortal"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def one(boundary: int | None, **life: object) -> list[str] | None:
            print(json.dumps({"boundary": boundary, **life}), file=stdin, flush=True)
            end = json.loads(stdout.readline())
            if end["signal"] == signal.SIGKILL:
                return None
            assert end["signal"] == 0
            passed: list[str] = json.loads(end["passed"])
            return passed

        yield one
        stdin.close()


SCENES = [("sound", True), ("lost-reply", True)]
SCENES += [
    (fault, echoes)
    for fault in ("sound", "lost-reply", "close-before", "429-before", "short-body")
    for echoes in (True, False)
    if THOROUGH and (fault, echoes) not in SCENES
]
"""What becomes of the paid request, and whether the service says what it was asked for."""


@pytest.mark.parametrize(("fault", "echoes"), SCENES)
def test_killed_at_any_boundary_it_loses_nothing_and_pays_nothing_twice(
    live: Live, tmp_path: Path, figures: list[str], fault: str, echoes: bool
) -> None:
    clock = Clock()
    template = tmp_path / "template"
    with Library.open(template, program="tests", now=clock) as library:
        bring_in(library, tmp_path, (200, 40, 40))
    with start_service(tmp_path / "service", clock, seconds=0.0, echoes=echoes) as server:
        passed = None
        points = -1
        while passed is None:
            points += 1
            clock.wait(7_200.0)  # what was sent in the life before is nobody's lost answer now
            shutil.rmtree(tmp_path / "life", ignore_errors=True)
            folder = shutil.copytree(template, tmp_path / "life" / "library")
            since = len(server.ledger)
            if fault != "sound":
                server.spoil("submit", fault)
            passed = live(points, folder=str(folder), url=server.url, time=clock(), seed=points + 1)
            server.calm()  # what is on its way arrives, or never will
            go_on(folder, server, clock, since, echoes)
    assert points == len(passed) > 60
    figures.append(f"kills: {points} points, {fault}, {'echoing' if echoes else 'silent'} service")


def go_on(folder: Path, server: FaultServer, clock: Clock, since: int, echoes: bool) -> None:
    """Start anew over what a life has left, and see that it all comes right."""
    studio = open_studio(folder, server.url, clock)
    try:
        assert list((folder / "tmp").iterdir()) == []
        driver = Driver(studio)
        left = studio.library.list_jobs()
        assert len(left) <= 1
        accepted = server.ledger[since:]
        check_sent_once(accepted, left)
        for entry in accepted:
            check_explained(entry, driver)
        driver.take_up(recover(studio))
        driver.run(7_200.0)
        check_promises(server, [driver], since=since)
        assert len(server.ledger) == since + len(accepted), "it spent without a click"
        for job in studio.library.list_jobs():
            if accepted and (echoes or left[0].prediction_id is not None):
                assert job.state is JobState.DONE, job
        for _ in range(2):
            help_by_hand(driver, server)
            driver.run(7_200.0)
            check_promises(server, [driver], since=since)
        for job in studio.library.list_jobs():
            if server.ledger[since:]:
                assert job.state is JobState.DONE, job
            else:
                assert (job.state, job.charged) == (JobState.FAILED, "no"), job
    finally:
        studio.close()
