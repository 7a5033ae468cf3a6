"""What is promised of every Job, held against the books of the service itself.

Nothing paid is ever lost, nothing is ever paid twice; and wherever it ends, words say what to do
next. The tests that spoil, kill and shuffle share this: a program over a library, driven by a clock
that is moved on, and `check_promises`, which is true at every moment of every run.

Seeds tell requests apart: each Job that a test orders has one of its own.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from canary import KEY
from engine_tools import Clock
from fault_server import FaultServer
from PIL import Image

from kontext_desktop.engine import intake, reconcile, runner
from kontext_desktop.engine.sending import PATIENCE
from kontext_desktop.engine.studio import Studio, Target
from kontext_desktop.errors import AccessError, KontextError
from kontext_desktop.imaging import encode
from kontext_desktop.keys import Keys
from kontext_desktop.library import Library
from kontext_desktop.model import Job, JobState, Version
from kontext_desktop.practice.book import Accepted
from kontext_desktop.practice.painter import paint_plainly
from kontext_desktop.register import Register
from kontext_desktop.wavespeed import Deadlines

THOROUGH = os.environ.get("KONTEXT_THOROUGH") == "1"
"""Run everything there is, however long it takes; else what stands for it."""

STEADY = Deadlines(connect=30, answer=30, listing=60, submit=30, upload=30, download=30)
"""So long that a busy machine never reaches them."""
_PICTURE = encode(np.zeros((2, 2, 3), np.uint8), "PNG", bare=True)
NEVER = 1e9
"""Seconds until the services of these tests refund: what is charged stays charged."""


def start_service(folder: Path, clock: Callable[[], float], **habits: object) -> FaultServer:
    """A service that counts as a real one, and paints plainly. To be entered."""
    options = {"seconds": 0.05, "refund_after": NEVER, **habits}
    return FaultServer(folder, now=clock, announces=False, plainly=True, **options)  # type: ignore[arg-type]


def open_studio(
    folder: Path,
    url: str,
    clock: Callable[[], float],
    key: str = KEY,
    deadlines: Deadlines = STEADY,
) -> Studio:
    """The program over the library `folder`; the register lies beside it."""
    library = Library.open(folder, program="tests", now=clock)
    return Studio(
        library=library,
        keys=Keys({"WAVESPEED_API_KEY": key}),
        target=Target(url, embedded_practice=False),
        register=Register(folder.parent / "register", clock),
        now=clock,
        deadlines=deadlines,
    )


def bring_in(library: Library, folder: Path, colour: tuple[int, int, int]) -> Version:
    """A small picture of one colour, and its first Version."""
    path = folder / f"{'-'.join(map(str, colour))}.png"
    if not path.exists():
        Image.new("RGB", (48, 32), colour).save(path)
    document = intake.bring_in(library, path).document
    return library.list_versions(document.id)[0]


@dataclass
class Driver:
    """Advances the Jobs of one program as the window does: when their time has come, and not again
    after an error of the key."""

    studio: Studio
    due: dict[str, float] = field(default_factory=dict)
    """When each Job that has a next step is to be advanced."""
    stopped: dict[str, KontextError] = field(default_factory=dict)
    """What a Job's last step raised; it goes on when it is taken up again."""
    timer: Clock | None = None
    """What waiting is measured by, where that is not the studio's clock."""
    _idle: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert isinstance(self.studio.now, Clock)
        self.timer = self.timer or self.studio.now

    def take_up(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self.due[job.id] = self.now()

    def now(self) -> float:
        assert self.timer is not None
        return self.timer()

    def run(self, seconds: float) -> None:
        """Until nothing has a next step, or for so long."""
        end = self.now() + seconds
        while self.due and min(self.due.values()) <= end:
            self.step()

    def find_next(self) -> str:
        """The Job whose turn it is; there must be one."""
        return min(self.due, key=lambda job_id: self.due[job_id])

    def step(self) -> Job:
        """One step of the Job whose turn it is, waiting for its time."""
        assert self.timer is not None
        job_id = self.find_next()
        self.timer.wait(max(0.0, self.due.pop(job_id) - self.now()))
        before = self.studio.library.get_job(job_id)
        try:
            step = runner.advance(self.studio, job_id)
        except AccessError as error:
            self.stopped[job_id] = error
            return self.studio.library.get_job(job_id)
        self.stopped.pop(job_id, None)
        if step.again_in is not None:
            self._watch(before, step.job, step.again_in)
            self.due[job_id] = self.now() + step.again_in
        elif step.job.state is JobState.QUEUED and step.job.problem is None:
            waited = self.studio.now() - step.job.permitted_at
            assert not -PATIENCE <= waited <= PATIENCE, f"nobody knows why it waits: {step.job}"
        return step.job

    def _watch(self, before: Job, after: Job, again_in: float) -> None:
        """A step that asks for the next one at once has got somewhere."""
        assert 0 <= again_in < NEVER
        moved = before.state is not after.state or before.upload_url != after.upload_url
        idle = 0 if moved or again_in > 0 else self._idle.get(after.id, 0) + 1
        self._idle[after.id] = idle
        assert idle < 5, f"it goes round and round: {after}"


def check_promises(
    server: FaultServer,
    drivers: Sequence[Driver],
    *,
    since: int = 0,
    mistaken: frozenset[str] = frozenset(),
) -> None:
    """All that is true at any moment. `since`: so many accepted requests were others'. `mistaken`:
    predictions that a person has judged wrongly; they are nobody's twice, and no more is said."""
    jobs = [job for driver in drivers for job in driver.studio.library.list_jobs()]
    ledger = server.ledger[since:]
    check_sent_once(ledger, jobs)
    for driver in drivers:
        for accepted in ledger:
            check_explained(accepted, driver, mistaken)
        check_pictures(driver.studio.library, ledger, mistaken)
        for job in driver.studio.library.list_jobs():
            check_next_step(job, driver)
    check_money(ledger, drivers, mistaken)


def check_sent_once(ledger: Sequence[Accepted], jobs: Sequence[Job]) -> None:
    """Every accepted request was a Job's, no Job's was accepted twice, no prediction has two."""
    seeds = [job.recipe.seed for job in jobs]
    assert len(seeds) == len(set(seeds)), "the test gives two Jobs one seed"
    accepted = [entry.inputs["seed"] for entry in ledger]
    assert len(accepted) == len(set(accepted)), "a Job was paid twice"
    assert set(accepted) <= set(seeds)
    owned = [job.prediction_id for job in jobs if job.prediction_id is not None]
    assert len(owned) == len(set(owned)), "two Jobs have one prediction"
    assert set(owned) <= {entry.id for entry in ledger}


def check_explained(
    accepted: Accepted, driver: Driver, mistaken: frozenset[str] = frozenset()
) -> None:
    """What was accepted belongs to the Job that asked for it, or that one says it may be billed."""
    library = driver.studio.library
    asking = [job for job in library.list_jobs() if job.recipe.seed == accepted.inputs["seed"]]
    if not asking or accepted.id in mistaken:
        return
    (job,) = asking
    assert accepted.inputs["image"] == job.upload_url
    assert accepted.inputs["prompt"] == job.recipe.prompt
    if job.prediction_id == accepted.id:
        assert job.charged != "no", job
    elif job.prediction_id not in mistaken or job.prediction_id is None:
        assert job.prediction_id is None, "it has the answer of another"
        assert job.state in (JobState.SENDING, JobState.UNSURE, JobState.FAILED), job
        assert job.charged == "maybe", job


def check_pictures(library: Library, ledger: Sequence[Accepted], mistaken: frozenset[str]) -> None:
    """Every Version shows the very bytes that the service painted for the Job's own request."""
    painted = {entry.id: entry.inputs for entry in ledger}
    for job in library.list_jobs():
        results = library.list_results(job.id)
        assert bool(results) == (job.state is JobState.DONE)
        for result in results:
            inputs = painted[result.prediction_id]
            picture = paint_plainly(_PICTURE, inputs["prompt"], inputs["seed"], 0, None)
            assert library.blobs.read(result.sha256) == picture, "foreign bytes"
            assert result.prediction_id == job.prediction_id
            assert inputs["seed"] == job.recipe.seed or result.prediction_id in mistaken


def check_next_step(job: Job, driver: Driver) -> None:
    """What is not done goes on by itself, or says in words what to do."""
    done = job.state in (JobState.DONE, JobState.CANCELLED)
    if job.problem is not None:
        check_words(job.problem.message, job.problem.hint)
    elif job.id in driver.stopped:
        error = driver.stopped[job.id]
        check_words(error.message, error.hint)
    elif not done and job.id not in driver.due:
        assert job.state is JobState.QUEUED, job  # one that waits for a click says so


def check_words(*sentences: str) -> None:
    for words in sentences:
        assert words.strip()
        assert words.isprintable()
        assert len(words) < 500
        assert KEY not in words


def check_money(
    ledger: Sequence[Accepted], drivers: Sequence[Driver], mistaken: frozenset[str]
) -> None:
    """The bill lies between what is shown as certain and what is shown as possible on top."""
    billed = sum(entry.price for entry in ledger)
    excused = sum(entry.price for entry in ledger if entry.id in mistaken)
    spends = []
    for driver in drivers:
        for origin in {job.origin for job in driver.studio.library.list_jobs()}:
            spends.append(driver.studio.library.spend(origin, 0.0))
    certain = sum(spend.certain for spend in spends)
    possible = sum(spend.possible for spend in spends)
    assert certain - excused <= billed <= certain + possible + excused


def help_by_hand(driver: Driver, server: FaultServer) -> None:
    """What a person who knows the truth clicks, and nothing of it may bill anything twice: sends
    what waits, tells lost answers apart, looks and collects once more."""
    studio = driver.studio
    truth = {entry.inputs["seed"]: entry.id for entry in server.ledger}
    for job in studio.library.list_jobs():
        theirs = truth.get(job.recipe.seed)
        match job.state:
            case JobState.QUEUED:
                driver.take_up([runner.permit(studio, job.id)])
            case JobState.UNSURE if theirs in _found(studio, job):
                assert theirs is not None
                driver.take_up([reconcile.choose(studio, job.id, theirs).job])
            case JobState.UNSURE:
                reconcile.refuse(studio, job.id, _found(studio, job))
                driver.take_up([job])
            case JobState.FAILED if job.charged == "maybe" and job.prediction_id is None:
                driver.take_up([reconcile.search_again(studio, job.id)])
            case _ if runner.can_collect(job, studio.now()):
                driver.take_up([runner.collect_again(studio, job.id)])
            case _ if not job.state.ended:
                driver.take_up([job])


def has_failed(server: FaultServer, prediction_id: str) -> bool:
    """Whether the service itself says that it could not do it."""
    request = urllib.request.Request(
        f"{server.practice.url}/api/v3/predictions/{prediction_id}/result",
        headers={"Authorization": "Bearer any"},
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return bool(json.load(reply)["data"]["status"] == "failed")
    except urllib.error.HTTPError as error:
        error.close()
        return False


def _found(studio: Studio, job: Job) -> list[str]:
    return [candidate.prediction_id for candidate in reconcile.list_candidates(studio, job)]
