"""Every call that a Job makes against everything that can go wrong with it, through the engine.

A cell is an operation, a fault of it, and which of its calls is hit: the first, one in the middle,
the last, or the first and all that follow until the service is calm again. Three Jobs run into it;
then the service is calm; then the program ends without a word and starts again; then a person helps
who knows the truth. What is promised holds after each part, and in the end everything that the
service made and charged for is there.

The ordinary run takes some faults of each kind and one place for each; KONTEXT_THOROUGH=1 takes
them all.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from canary import KEY
from engine_tools import Clock, draft
from fault_server import FAULTS_OF, PATIENT, FaultServer
from keyring.backend import KeyringBackend
from promises import (
    STEADY,
    THOROUGH,
    Driver,
    bring_in,
    check_promises,
    check_words,
    has_failed,
    help_by_hand,
    open_studio,
    start_service,
)

from kontext_desktop.engine.access import accept_key
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.recovery import recover
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import AccessError
from kontext_desktop.keys import Keys, NoKeyringError
from kontext_desktop.library import Library
from kontext_desktop.model import Job, JobState, Settings
from kontext_desktop.wavespeed import Deadlines

Where = str
PLACES: dict[Where, tuple[float, int]] = {
    "first": (0.0, 1),
    "middle": (0.5, 1),
    "last": (1.0, 1),
    "from-the-first": (0.0, 1_000_000),
}
"""Which of the calls of a sound run is hit, as a share of them, and for how many calls."""
ONCE = frozenset({"first", "middle", "last"})

SHORT = 0.5
"""Seconds for the call that a patient fault holds up."""
HASTY: dict[str, Deadlines] = {
    operation: replace(STEADY, **{name: SHORT})
    for operation, name in {
        "upload-ticket": "answer",
        "upload-put": "upload",
        "upload-binary": "upload",
        "submit": "submit",
        "result": "answer",
        "output": "download",
        "price": "answer",
        "list": "answer",
        "billings": "answer",
        "delete": "answer",
    }.items()
}

CALLS = {"upload-binary": 3, "upload-ticket": 3, "upload-put": 3, "submit": 3, "output": 3}
CALLS |= {"result": 3, "list": 3, "billings": 3, "price": 1, "delete": 3}
"""How often each is called in a run at least."""

REPRESENTATIVE = re.compile(
    r"""
    reset-at-accept | reset-after-body | close-before | early-answer | hang | lost-reply |
    short-body | stalled-body | garbage | bad-chunk | no-length | switching | extra-bytes |
    says-stay-and-closes | gzip-bomb |
    (400|401|403|404|500)-before | 429-retry-after-seconds | 503-after | 404-page-after |
    200-page-before | 302-after | 307-elsewhere-after |
    body-(empty|truncated) | code-401-before | code-5000-after | code-400-with-reply |
    data-a-list | says-ansi |
    status-(backwards|unknown) | two-ids | outputs-null | created-in-the-future |
    failed-with-ansi | other-id | output-(file|metadata-service|line-break|no-port) |
    upload-(private|relative) |
    html-inside | cut-short | empty-picture | bomb | expired-403 | redirect-chain-4 | part
    """,
    re.VERBOSE,
)
"""Of each kind of fault some."""

UNKNOWABLE = frozenset({"another-picture"})
"""A whole picture that is not the one: no call can tell it from the right one."""


@dataclass(frozen=True)
class Cell:
    operation: str
    fault: str
    where: Where
    echoes: bool = True
    """Whether the service says what was asked for, so that lost answers find their Jobs."""

    def __str__(self) -> str:
        silent = "" if self.echoes else "-silent"
        return f"{self.operation}-{self.fault}-{self.where}{silent}"


def list_cells() -> list[Cell]:
    operations = [name for name in FAULTS_OF if name != "balance"]  # see the test of the key
    cells = []
    for operation in operations:
        for fault in FAULTS_OF[operation].keys() - UNKNOWABLE:
            at_accept = FAULTS_OF[operation][fault].at_accept  # counted by connection, not by call
            once = CALLS[operation] == 1 or at_accept
            for where in ("first", "from-the-first") if once else PLACES:
                cells.append(Cell(operation, fault, where))
                if operation == "submit":
                    cells.append(Cell(operation, fault, where, echoes=False))
    return sorted(cells, key=str)


def is_ordinary(cell: Cell) -> bool:
    """One place for each representative, another for each operation. What holds every call up
    takes its time."""
    if not REPRESENTATIVE.fullmatch(cell.fault):
        return False
    alike = (x for x in ALL if (x.operation, x.fault) == (cell.operation, cell.fault))
    places = sorted({x.where for x in alike if x.fault not in PATIENT or x.where in ONCE})
    return cell.where == places[zlib.crc32(f"{cell.operation} {cell.fault}".encode()) % len(places)]


ALL = list_cells()
CELLS = ALL if THOROUGH else list(filter(is_ordinary, ALL))


@dataclass
class Stage:
    """A service for many cells, one after the other; hours lie between them."""

    server: FaultServer
    clock: Clock
    template: Path
    """A library with three small pictures."""
    seeds: Iterator[int]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Stage]]:
    """By whether the service echoes."""
    base, clock = tmp_path_factory.mktemp("matrix"), Clock()
    template = base / "template"
    with Library.open(template, program="tests", now=clock) as library:
        for colour in ((200, 40, 40), (40, 200, 40), (40, 40, 200)):
            bring_in(library, base, colour)
    with (
        start_service(base / "echoing", clock, echoes=True) as echoing,
        start_service(base / "silent", clock) as silent,
    ):
        yield {
            echoes: Stage(server, clock, template, count(1))
            for echoes, server in ((True, echoing), (False, silent))
        }


@pytest.fixture(scope="module", autouse=True)
def tally(figures: list[str]) -> None:
    figures.append(f"fault matrix: {len(CELLS)} of {len(ALL)} cells")


@dataclass
class Run:
    """One cell under way: the program over a library of its own."""

    cell: Cell
    stage: Stage
    folder: Path
    driver: Driver
    before: int
    """Entries in the ledger that are other cells'."""
    spoilt: int
    """Faults that were other cells'."""

    @property
    def studio(self) -> Studio:
        return self.driver.studio

    def check(self) -> None:
        check_promises(self.stage.server, [self.driver], since=self.before)

    def jobs(self) -> list[Job]:
        return self.studio.library.list_jobs()


def open_program(cell: Cell, stage: Stage, folder: Path) -> Studio:
    """Waits little for what never comes, and no less than it needs for all else. Who the service
    is has been asked already."""
    deadlines = HASTY[cell.operation] if cell.fault in PATIENT else STEADY
    studio = open_studio(folder, stage.server.url, stage.clock, deadlines=deadlines)
    studio.settings = Settings(delete_after_download=cell.operation == "delete")
    studio.get_service()
    return studio


def order(run: Run) -> list[Job]:
    """Three variations; or, where uploads are the matter, three pictures."""
    seeds = [next(run.stage.seeds) for _ in range(3)]
    documents = sorted(run.studio.library.list_documents(), key=lambda found: found.sequence)
    originals = [run.studio.library.list_versions(found.id)[0] for found in documents]
    if run.cell.operation.startswith("upload"):
        return [
            job
            for seed, version in zip(seeds, originals, strict=True)
            for job in place_order(run.studio, version, draft(seed=seed))
        ]
    return place_order(run.studio, originals[0], draft(seed=seeds[0], count=3))


def set_scene(run: Run) -> None:
    """What it takes for the operation to be called at all."""
    server = run.stage.server
    match run.cell.operation:
        case "upload-binary":
            server.spoil("upload-ticket", "404-before", times=1_000_000)
        case "list":
            server.spoil("submit", "lost-reply", times=3)
        case "billings":
            server.spoil("submit", "close-before", times=3)


def spoil(run: Run) -> None:
    cell = run.cell
    share, times = PLACES[cell.where]
    after = round(share * (CALLS[cell.operation] - 1))
    run.stage.server.spoil(cell.operation, FAULTS_OF[cell.operation][cell.fault], after, times)


@pytest.fixture
def start(stages: dict[bool, Stage], tmp_path: Path) -> Iterator[Callable[[Cell], Run]]:
    runs = []

    def start_one(cell: Cell) -> Run:
        stage = stages[cell.echoes]
        stage.clock.wait(7_200.0)  # what other cells sent is nobody's lost answer any more
        folder = tmp_path / "library"
        shutil.copytree(stage.template, folder)
        driver = Driver(open_program(cell, stage, folder))
        run = Run(cell, stage, folder, driver, len(stage.server.ledger), len(stage.server.spoilt))
        runs.append(run)
        return run

    yield start_one
    for run in runs:
        run.stage.server.calm()
        run.studio.close()
    shutil.rmtree(tmp_path / "library")  # thousands of them


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_paid_twice(
    start: Callable[[Cell], Run], cell: Cell
) -> None:
    run = start(cell)
    set_scene(run)
    if cell.operation == "price":
        spoil(run)  # it is asked when the order is placed
    jobs = order(run)
    if cell.operation != "price":
        spoil(run)
    run.driver.take_up(jobs)
    # What holds up every call is not borne for long, unless that comes late only.
    patient = cell.fault in PATIENT and cell.where not in ONCE
    run.driver.run(20.0 if patient and cell.operation != "billings" else 1_200.0)
    assert FAULTS_OF[cell.operation][cell.fault] in run.stage.server.spoilt[run.spoilt :]
    run.check()

    run.stage.server.calm()
    run.driver.take_up(job for job in run.jobs() if not job.state.ended)
    run.driver.run(7_200.0)
    run.check()

    restart(run)
    run.driver.run(7_200.0)
    run.check()
    if is_free_and_passing(cell):
        assert [job.state for job in run.jobs()] == [JobState.DONE] * 3

    for _ in range(3):
        help_by_hand(run.driver, run.stage.server)
        run.driver.run(7_200.0)
        run.check()
    made = {entry.inputs["seed"]: entry.id for entry in run.stage.server.ledger[run.before :]}
    for job in run.jobs():
        if job.recipe.seed not in made:
            assert (job.state, job.charged) == (JobState.FAILED, "no"), job
        elif has_failed(run.stage.server, made[job.recipe.seed]):
            # The picture it was to begin from never came, whatever was said of the upload.
            assert cell.operation.startswith("upload")
            assert (job.state, job.charged) == (JobState.FAILED, "maybe"), job
        else:
            assert job.state is JobState.DONE, job


def restart(run: Run) -> None:
    """The program ends in the middle of anything, and starts again."""
    run.studio.close()
    run.driver = Driver(open_program(run.cell, run.stage, run.folder))
    run.driver.take_up(recover(run.studio))


def is_free_and_passing(cell: Cell) -> bool:
    """Whether one bad answer to a free question is nothing to trouble a person with."""
    if cell.where not in ONCE or cell.operation in ("submit", "billings"):
        return False
    if cell.operation.startswith("upload") or cell.fault.endswith("-at-accept"):
        return False
    return not cell.fault.startswith("failed-with-")


def without_keyring() -> KeyringBackend:
    raise NoKeyringError("There is no keyring here.")


@pytest.mark.parametrize("fault", sorted(FAULTS_OF["balance"].keys() - PATIENT))
def test_a_key_is_refused_or_kept_whatever_becomes_of_the_question_about_it(
    stages: dict[bool, Stage], fault: str
) -> None:
    server, keys = stages[True].server, Keys({}, backend=without_keyring)
    spent = len(server.ledger)
    server.spoil("balance", FAULTS_OF["balance"][fault])
    try:
        check_words(accept_key(keys, server.url, KEY))
    except AccessError as error:
        check_words(error.message, error.hint)
        assert keys.find(server.url) is None
    server.calm()
    accept_key(keys, server.url, KEY)
    found = keys.find(server.url)
    assert found is not None
    assert found.key.reveal() == KEY
    assert len(server.ledger) == spent
