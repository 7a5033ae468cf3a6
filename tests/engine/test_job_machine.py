"""Anything that can happen to Jobs, in any order; after every single thing the promises hold.

Two programs over two libraries share one key, one register and one service. People click, click
twice, cancel, and say of lost answers whose they are, truly or not. Programs end between or within
steps and start again, keys are changed, the machine's clock jumps, answers get lost, the service
refuses, goes away, comes back and forgets after a week.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from canary import KEY
from engine_tools import Clock, draft
from fault_server import FAULTS_OF, FaultServer, Spoil
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from promises import (
    THOROUGH,
    Driver,
    bring_in,
    check_explained,
    check_money,
    check_pictures,
    check_promises,
    check_sent_once,
    help_by_hand,
    open_studio,
    start_service,
)

from kontext_desktop.engine import reconcile, runner
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.recovery import recover
from kontext_desktop.engine.sending import PATIENCE
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import KontextError, ParameterError, ServiceError
from kontext_desktop.keys import Keys
from kontext_desktop.library import Conflict, Library
from kontext_desktop.model import Job, JobState

OTHER_KEY = "canary-another-5e21"
WEEK = 7 * 86_400.0
YEARS = 10 * 365 * 86_400.0

SPOILS = {
    "submit": (
        "lost-reply reset-after-body close-before short-body garbage body-truncated body-empty "
        "400-before 401-before 404-page-after 429-before 429-retry-after-seconds 503-after "
        "code-5000-after code-400-with-reply 200-page-before 307-elsewhere-after"
    ),
    "result": "500-before 401-before 403-before 404-before body-html status-backwards lost-reply",
    "output": "200-page-before expired-403 short-body empty-picture 503-before",
    "list": "500-before 401-before 403-before body-truncated lost-reply 429-retry-after-seconds",
    "billings": "500-before 403-before body-truncated",
    "upload-ticket": "500-before 401-before 404-before body-html",
    "upload-put": "503-after 403-before lost-reply",
    "price": "500-before 403-before",
}
FAULTS = [(operation, name) for operation in SPOILS for name in SPOILS[operation].split()]
"""Answers lost, cut short, garbled and refused."""
LOSSES = ["lost-reply", "short-body", "garbage", "503-after", "close-before", "429-before"]


class Killed(BaseException):
    """The program has ended, here and now."""


class MachineClock(Clock):
    """The clock of the programs' machine: true time and how far it is off.

    The program looks at it before and after each transaction and each exchange: the moments for
    something else to happen, in the midst of whatever it does.
    """

    def __init__(self, true: Clock) -> None:
        super().__init__()
        self.true = true
        self.off = 0.0
        self.at_each_look: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        self.at_each_look()
        return self.true() + self.off

    def wait(self, seconds: float) -> None:
        self.true.wait(seconds)


@dataclass
class Program:
    folder: Path
    open: Callable[[Path, str], Studio]
    timer: Clock
    key: str = KEY
    driver: Driver = field(init=False)
    running: bool = True
    permitted: dict[str, float] = field(default_factory=dict)
    """When each Job was last clicked for, or was visited and only waited for its turn."""

    def __post_init__(self) -> None:
        self.start()

    @property
    def studio(self) -> Studio:
        return self.driver.studio

    def start(self) -> None:
        self.driver = Driver(self.open(self.folder, self.key), timer=self.timer)
        self.running = True

    def crash(self) -> None:
        """The library is there to be looked at; nothing else is left of the run."""
        states = {job.id: job.state for job in self.jobs()}
        self.studio.close()
        self.start()
        self.running = False
        assert states == {job.id: job.state for job in self.jobs()}

    def jobs(self) -> list[Job]:
        return self.studio.library.list_jobs()

    def pick(self, number: int, *states: JobState) -> Job | None:
        found = [job for job in self.jobs() if not states or job.state in states]
        return found[number % len(found)] if found else None

    def click(self, jobs: list[Job]) -> None:
        """The person wants these sent, now."""
        self.permitted |= {job.id: self.studio.now() for job in jobs}
        self.driver.take_up(jobs)


class Jobs(RuleBasedStateMachine):
    base: Path
    template: Path
    """A library with one small picture."""
    examples = 0
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.folder = self.base / f"{self.examples}"
        self.true = Clock()
        self.clock = MachineClock(self.true)
        self.seed = 0
        self.mistaken: frozenset[str] = frozenset()
        self.forgotten: set[str] = set()
        """What the service has deleted after a week."""
        self.programs: list[Program] = []

    @initialize(
        echoes=st.booleans(),
        seconds=st.sampled_from([0.05, 20.0]),
        limit=st.sampled_from([None, None, 1]),
    )
    def begin(self, echoes: bool, seconds: float, limit: int | None) -> None:
        self.server: FaultServer = start_service(
            self.folder / "service",
            self.true,
            echoes=echoes,
            seconds=seconds,
            in_flight_limit=limit,
        ).__enter__()
        self.away = False
        for name in ("first", "second"):
            folder = self.folder / name
            shutil.copytree(self.template / name, folder)
            self.programs.append(Program(folder, self.open, self.true))

    def open(self, folder: Path, key: str) -> Studio:
        studio = open_studio(folder, self.server.url, self.clock, key=key)
        if not self.away:
            studio.get_service()
        return studio

    def teardown(self) -> None:
        if not self.programs:
            return
        try:
            self.settle()
        finally:
            for program in self.programs:
                program.studio.close()
            self.server.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """All is well again, and people know the truth: what was paid for is there."""
        self.clock.off = 0.0
        self.come_back()
        self.server.calm()
        for key in (KEY, OTHER_KEY, KEY):
            self.start_all(key)
            for _ in range(3):
                self.run(7_200.0)
                for program in self.programs:
                    help_by_hand(program.driver, self.server)
                    program.permitted |= dict.fromkeys(program.driver.due, self.true())
            self.run(7_200.0)
        self.promises_hold()
        made = {entry.inputs["seed"]: entry for entry in self.server.ledger}
        for program in self.programs:
            for job in program.jobs():
                entry = made.get(job.recipe.seed)
                if job.prediction_id in self.mistaken:
                    continue
                if entry is None:
                    # "maybe": others were charged at that time; or it waits for its own key.
                    assert job.state in (JobState.FAILED, JobState.CANCELLED, JobState.UNSURE), job
                    assert job.charged != "yes", job
                elif self.true() - entry.at < WEEK - 86_400.0 and not self.mistaken:
                    assert job.state is JobState.DONE, job

    def start_all(self, key: str) -> None:
        for program in self.programs:
            program.studio.close()
            program.key = key
            program.start()
            program.driver.take_up(recover(program.studio))

    @invariant()
    def promises_hold(self) -> None:
        type(self).steps += 1
        if not self.programs:
            return
        drivers = [program.driver for program in self.programs]
        if all(program.running for program in self.programs):
            check_promises(self.server, drivers, mistaken=self.mistaken)
            return
        ledger = self.server.ledger
        check_sent_once(ledger, [job for program in self.programs for job in program.jobs()])
        for driver in drivers:
            check_pictures(driver.studio.library, ledger, self.mistaken)
            for entry in ledger:
                check_explained(entry, driver, self.mistaken)
        check_money(ledger, drivers, self.mistaken)

    # What programs do

    def step(self, program: Program) -> None:
        """One step of the Job whose turn it is; if it sends, that was wished a moment ago."""
        job_id = program.driver.find_next()
        sent = self.count_submits()
        job = program.driver.step()
        now = program.studio.now()
        if self.count_submits() > sent:
            assert self.count_submits() == sent + 1
            assert abs(now - program.permitted[job_id]) <= PATIENCE, "sent without a click"
        if job.state is JobState.QUEUED and job_id in program.driver.due:
            note = program.studio.library.list_events(job_id)[-1].note
            if job.problem is None or note == "waiting for its turn":
                program.permitted[job_id] = now

    def count_submits(self) -> int:
        return sum(request.operation == "submit" for request in self.server.requests)

    def run(self, seconds: float) -> None:
        """Everything that has its time within so many seconds."""
        end = self.true() + seconds
        for _ in range(5_000):
            waiting = [x for x in self.programs if x.running and x.driver.due]
            if not waiting:
                break
            program = min(waiting, key=lambda x: min(x.driver.due.values()))
            if min(program.driver.due.values()) > end:
                break
            self.step(program)
        self.true.wait(max(0.0, end - self.true()))

    @rule(seconds=st.sampled_from([0.0, 3.0, 20.0, 150.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(seconds)

    @precondition(lambda self: self.is_busy())
    @rule(which=st.integers(0, 1), steps=st.integers(1, 8))
    def tick(self, which: int, steps: int) -> None:
        program = self.programs[which]
        for _ in range(steps):
            if program.running and program.driver.due:
                self.step(program)

    @rule(which=st.integers(0, 1))
    def crash(self, which: int) -> None:
        self.programs[which].crash()

    @precondition(lambda self: self.is_busy())
    @rule(which=st.integers(0, 1), looks=st.integers(0, 40))
    def crash_within_a_step(self, which: int, looks: int) -> None:
        left = iter(range(looks))
        self.crash_when(self.programs[which], lambda: next(left, None) is None)

    @rule(which=st.integers(0, 1), restarts=st.booleans())
    def crash_when_it_is_sent(self, which: int, restarts: bool) -> None:
        """The paid request has left, and its answer is written nowhere."""
        sent = self.count_submits()
        self.click(which, 1)
        self.crash_when(self.programs[which], lambda: self.count_submits() > sent)
        if restarts:
            self.restart(which, False)

    def crash_when(self, program: Program, is_the_end: Callable[[], bool]) -> None:
        def look() -> None:
            if is_the_end():
                raise Killed

        try:
            self.clock.at_each_look = look
            for _ in range(5):
                if program.running and program.driver.due:
                    program.driver.step()
        except Killed:
            pass
        finally:
            self.clock.at_each_look = lambda: None
        self.server.settle()
        program.crash()

    def is_busy(self) -> bool:
        return any(program.running and program.driver.due for program in self.programs)

    def has(self, *states: JobState) -> bool:
        return any(
            program.running and program.pick(0, *states) is not None for program in self.programs
        )

    @rule(which=st.integers(0, 1), eager=st.booleans())
    def restart(self, which: int, eager: bool) -> None:
        """As the program does; or one that goes on with everything it finds."""
        program = self.programs[which]
        if program.running:
            program.crash()
        try:
            program.driver.take_up(recover(program.studio))
        except ServiceError:
            return  # a service on this machine is asked who it is, and is away
        if eager:
            program.driver.take_up(job for job in program.jobs() if not job.state.ended)
        program.running = True

    # What people do

    @rule(which=st.integers(0, 1), count=st.integers(1, 3))
    def click(self, which: int, count: int) -> None:
        program = self.programs[which]
        if not program.running:
            return
        self.seed += 10
        (document,) = program.studio.library.list_documents()
        version = program.studio.library.list_versions(document.id)[0]
        order = draft(seed=self.seed, count=count)
        try:
            program.click(place_order(program.studio, version, order))
        except ServiceError:
            assert self.away

    @rule(which=st.integers(0, 1), count=st.integers(1, 2), fault=st.sampled_from(LOSSES))
    def click_and_lose_an_answer(self, which: int, count: int, fault: str) -> None:
        self.server.spoil("submit", FAULTS_OF["submit"][fault])
        self.click(which, count)
        self.tick(which, 5)

    @precondition(lambda self: self.has(JobState.QUEUED))
    @rule(which=st.integers(0, 1), number=st.integers(0, 9))
    def permit_twice(self, which: int, number: int) -> None:
        program = self.programs[which]
        job = program.pick(number)
        if not program.running or job is None:
            return
        for _ in range(2):
            try:
                program.click([runner.permit(program.studio, job.id)])
            except ParameterError:
                assert job.state is not JobState.QUEUED
            except ServiceError:
                assert self.away

    @precondition(lambda self: self.is_busy())
    @rule(which=st.integers(0, 1))
    def two_threads_take_the_same_step(self, which: int) -> None:
        """As two timers might that were started for one Job."""
        program = self.programs[which]
        if not (program.running and program.driver.due):
            return
        job_id = program.driver.find_next()
        if program.studio.library.get_job(job_id).upload_url is None:
            self.step(program)  # on to the one that costs
        driver, sent = program.driver, self.count_submits()
        odd: list[BaseException] = []
        both, met = threading.Barrier(2), set[int]()

        def meet() -> None:
            """At the first look, when each has seen the Job as it is now."""
            if threading.get_ident() not in met:
                met.add(threading.get_ident())
                with contextlib.suppress(threading.BrokenBarrierError):
                    both.wait(1.0)

        def advance() -> None:
            try:
                runner.advance(program.studio, job_id)
            except KontextError:
                pass  # of two that want to move one Job, one does
            except BaseException as error:
                odd.append(error)

        threads = [threading.Thread(target=advance) for _ in range(2)]
        self.clock.at_each_look = meet
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.clock.at_each_look = lambda: None
        assert odd == []
        assert self.count_submits() <= sent + 1
        driver.take_up([program.studio.library.get_job(job_id)])

    @precondition(lambda self: self.has())
    @rule(which=st.integers(0, 1), number=st.integers(0, 9))
    def cancel(self, which: int, number: int) -> None:
        program = self.programs[which]
        job = program.pick(number)
        if not program.running or job is None:
            return
        cancelled = runner.cancel(program.studio, job.id)
        refused = job.sent_at is not None  # for now: it is looked up before it is free
        expected = {JobState.QUEUED: JobState.UNSURE if refused else JobState.CANCELLED}
        assert cancelled.state is expected.get(job.state, job.state)
        if cancelled.state is JobState.UNSURE:
            program.driver.take_up([cancelled])

    @precondition(lambda self: self.has(JobState.UNSURE))
    @rule(which=st.integers(0, 1), number=st.integers(0, 9), errs=st.booleans())
    def say_which_it_is(self, which: int, number: int, errs: bool) -> None:
        program = self.programs[which]
        job = program.pick(number, JobState.UNSURE)
        if not program.running or job is None:
            return
        found = [x.prediction_id for x in reconcile.list_candidates(program.studio, job)]
        theirs = self.find_theirs(job)
        wrong = [prediction_id for prediction_id in found if prediction_id != theirs]
        if errs and wrong:
            chosen = wrong[number % len(wrong)]
        elif theirs in found:
            assert theirs is not None
            chosen = theirs
        else:
            return
        try:
            step = reconcile.choose(program.studio, job.id, chosen)
        except ServiceError:
            assert self.away
            return
        except Conflict:
            assert chosen != theirs
            return
        if chosen != theirs:
            self.mistaken |= {chosen, theirs or chosen}
        program.driver.take_up([step.job])

    @precondition(lambda self: self.has(JobState.UNSURE))
    @rule(which=st.integers(0, 1), number=st.integers(0, 9), errs=st.booleans())
    def say_that_none_is(self, which: int, number: int, errs: bool) -> None:
        program = self.programs[which]
        job = program.pick(number, JobState.UNSURE)
        if not program.running or job is None:
            return
        found = {x.prediction_id for x in reconcile.list_candidates(program.studio, job)}
        theirs = self.find_theirs(job)
        refused = found if errs else found - {theirs}
        if theirs in refused:
            self.mistaken |= {theirs}
        program.driver.take_up([reconcile.refuse(program.studio, job.id, list(refused))])

    def find_theirs(self, job: Job) -> str | None:
        made = {entry.inputs["seed"]: entry.id for entry in self.server.ledger}
        return made.get(job.recipe.seed)

    @precondition(lambda self: self.has(JobState.FAILED, JobState.EXPIRED))
    @rule(which=st.integers(0, 1), number=st.integers(0, 9))
    def look_once_more(self, which: int, number: int) -> None:
        program = self.programs[which]
        job = program.pick(number, JobState.FAILED, JobState.EXPIRED)
        if not program.running or job is None:
            return
        if job.charged == "maybe" and job.prediction_id is None:
            program.driver.take_up([reconcile.search_again(program.studio, job.id)])
        elif runner.can_collect(job, program.studio.now()):
            program.driver.take_up([runner.collect_again(program.studio, job.id)])

    @rule(which=st.integers(0, 1))
    def change_the_key(self, which: int) -> None:
        program = self.programs[which]
        program.key = OTHER_KEY if program.key == KEY else KEY
        program.studio.keys = Keys({"WAVESPEED_API_KEY": program.key})
        program.studio.forget_key()
        if program.running:  # as the window does: what only read waits no longer
            going_on = [x for x in program.jobs() if not x.state.ended]
            program.driver.take_up(x for x in going_on if x.state is not JobState.QUEUED)

    # What else happens

    @rule(fault=st.sampled_from(FAULTS), after=st.integers(0, 2), times=st.sampled_from([1, 1, 9]))
    def spoil(self, fault: tuple[str, str], after: int, times: int) -> None:
        operation, name = fault
        self.server.spoil(operation, FAULTS_OF[operation][name], after, times)

    @precondition(lambda self: self.has(JobState.DONE))
    @rule(number=st.integers(0, 9))
    def answer_with_the_id_of_another(self, number: int) -> None:
        jobs = [job for program in self.programs for job in program.jobs()]
        owned = [job.prediction_id for job in jobs if job.prediction_id is not None]
        if owned:
            value = owned[number % len(owned)]
            self.server.spoil("submit", Spoil("field", path=("data", "id"), value=value))

    @rule()
    def calm(self) -> None:
        self.server.calm()

    @rule()
    def go_away(self) -> None:
        if not self.away:
            self.away = True
            self.server.away()

    @precondition(lambda self: self.away)
    @rule()
    def come_back(self) -> None:
        if self.away:
            self.away = False
            self.server.back()

    @precondition(lambda self: self.is_busy())
    @rule(seconds=st.sampled_from([60.0, 150.0, 10_800.0]))
    def an_outage(self, seconds: float) -> None:
        self.go_away()
        self.run(seconds)
        self.come_back()

    @rule(jump=st.sampled_from([-86_400.0, -40.0, 40.0, 86_400.0, YEARS, None, None]))
    def the_clock_is_set(self, jump: float | None) -> None:
        """Forward, back, or right again."""
        self.clock.off = 0.0 if jump is None else jump

    @rule()
    def a_week_passes(self) -> None:
        self.true.wait(WEEK + 3_600.0)


def test_whatever_happens_in_whatever_order_the_promises_hold(
    tmp_path: Path, figures: list[str]
) -> None:
    template = tmp_path / "template"
    for name in ("first", "second"):
        with Library.open(template / name, program="tests", now=Clock()) as library:
            bring_in(library, tmp_path, (200, 40, 40))
    machine = type("Machine", (Jobs,), {"base": tmp_path / "lives", "template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=2_000 if THOROUGH else 60,
            stateful_step_count=50 if THOROUGH else 30,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    figures.append(f"job machine: {machine.examples} lives, {machine.steps} moments looked at")
