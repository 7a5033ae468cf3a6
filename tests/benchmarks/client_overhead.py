"""How long an edit takes beyond the service's own time, beside the official client.

Both bring the same PNG to the same loopback server, ask for the same edit and hold the finished
picture in the end: upload, submit, looks, download. Ours also keeps every state and the picture
durably on the way. The server is a process of its own; each request costs a round trip of 60 ms, a
new connection two more (TCP, then TLS). A prediction takes 2.4 to 3.6 s, by its seed, so both meet
the same durations, in turns. Ours has learned from 30 edits before, and connected while "typing".
"""

from __future__ import annotations

import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from kontext_desktop.engine import intake, runner  # noqa: E402
from kontext_desktop.engine.order import place_order  # noqa: E402
from kontext_desktop.engine.studio import Studio, Target  # noqa: E402
from kontext_desktop.keys import Keys  # noqa: E402
from kontext_desktop.library import Library  # noqa: E402
from kontext_desktop.model import Draft, Job, JobState, Settings, Version  # noqa: E402
from kontext_desktop.register import Register  # noqa: E402

LESSONS, ROUNDS = 30, 15
ROUND_TRIP, SECONDS = 0.06, 3.0
OVERHEAD, LOOKS, APART = 0.35, 1.5, 0.5
MODEL = "wavespeed-ai/flux-kontext-max"

SERVER = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from fault_server import FaultServer
options = dict(seconds=float(sys.argv[3]), round_trip=float(sys.argv[4]), announces=False)
with FaultServer(Path(sys.argv[1]), **options) as server:
    print(server.url, flush=True)
    for _ in sys.stdin:  # each line asks for what has happened so far
        looks = [[r.path, r.at] for r in server.practice.requests if r.path.endswith("/result")]
        taken = {a.id: [a.inputs["seed"], a.at] for a in server.ledger}
        print(json.dumps({"looks": looks, "taken": taken}), flush=True)
"""


class Bench:
    def __init__(self, folder: Path, server: subprocess.Popen[str]) -> None:
        assert server.stdout is not None
        self.server = server
        url = server.stdout.readline().strip()
        library = Library.open(folder / "library", program="benchmark")
        self.studio = Studio(
            library=library,
            keys=Keys({"WAVESPEED_API_KEY": "benchmark"}),
            target=Target(url, embedded_practice=False),
            register=Register(folder / "register", time.time),
            settings=Settings(daily_cap=0, submits_per_minute=10_000),
        )
        sample = next((ROOT / "resources" / "samples").glob("*.jpg"))
        document = intake.bring_in(library, sample).document
        self.original = library.list_versions(document.id)[0]
        self.picture = folder / "picture.png"
        self.official = _official(url)

    def order(self, seed: int, count: int = 1) -> list[Job]:
        draft = Draft(guidance_scale=3.5, seed=seed, prompt="Make the light warmer.", count=count)
        return place_order(self.studio, self.original, draft)

    def ask(self) -> dict[str, Any]:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write("\n")
        self.server.stdin.flush()
        answer: dict[str, Any] = json.loads(self.server.stdout.readline())
        return answer

    def ours(self, job: Job) -> Version:
        """The engine's own steps, waited for as the window does."""
        while True:
            step = runner.advance(self.studio, job.id)
            if step.again_in is None:
                assert step.job.state is JobState.DONE, step.job.problem
                return step.versions[0]
            time.sleep(step.again_in)

    def theirs(self, seed: int) -> bytes:
        """What the official package offers for this: `upload`, `run`, and the picture's address."""
        import requests

        image = self.official.upload(str(self.picture))
        inputs = {"prompt": "Make the light warmer.", "image": image, "seed": seed}
        outputs = self.official.run(MODEL, inputs)["outputs"]
        return requests.get(outputs[0], timeout=60).content

    def learn(self) -> None:
        jobs = self.order(1, 15) + self.order(16, 15)
        due = {job.id: time.monotonic() for job in jobs}
        while due:
            job_id = min(due, key=lambda item: due[item])
            time.sleep(max(0.0, due.pop(job_id) - time.monotonic()))
            step = runner.advance(self.studio, job_id)
            if step.again_in is not None:
                due[job_id] = time.monotonic() + step.again_in
            else:
                assert step.job.state is JobState.DONE, step.job.problem


def _official(url: str) -> Any:
    from wavespeed import Client

    return Client(api_key="benchmark", base_url=url)


def timed(act: Callable[[], object]) -> float:
    start = time.monotonic()
    act()
    return time.monotonic() - start


def durations(seed: int) -> float:
    """How long the practice service takes for a seed."""
    return SECONDS * random.Random(seed).uniform(0.8, 1.2)


def figure(name: str, value: float, unit: str, goal: str, good: bool) -> None:
    print(f"{name}: {value:.2f} {unit} | goal: {goal} | {'ok' if good else 'short'}")


def run(bench: Bench) -> None:
    bench.learn()
    studio = bench.studio
    client = studio.get_service().client
    mine: list[float] = []
    official: list[float] = []
    for seed in range(1000, 1000 + ROUNDS):
        (job,) = bench.order(seed)
        # Not the same bytes twice: an upload that is there already is not made anew.
        blob = studio.library.blobs.read(job.input_sha256)
        bench.picture.write_bytes(blob)
        for known in studio.library.list_jobs(ended=True):
            if known.upload_url:
                studio.library.move_job(known, known.state, "forgotten", upload_url=None)
        client.warm()
        client.prepare_submit()
        mine.append(timed(lambda job=job: bench.ours(job)) - durations(seed))  # type: ignore[misc]
        official.append(timed(lambda seed=seed: bench.theirs(seed)) - durations(seed))  # type: ignore[misc]
    seen = bench.ask()
    by_id: dict[str, list[float]] = {}
    for path, at in seen["looks"]:
        by_id.setdefault(path.split("/")[-2], []).append(at)
    ids = [job.prediction_id for job in studio.library.list_jobs() if job.recipe.seed >= 1000]
    our_looks = statistics.fmean(len(by_id[name]) for name in ids if name)
    others = [name for name, (seed, _) in seen["taken"].items() if seed >= 1000 and name not in ids]
    their_looks = statistics.fmean(len(by_id[name]) for name in others)
    all_ours = {job.prediction_id for job in studio.library.list_jobs()}
    gaps = [
        later - earlier
        for name, times in by_id.items()
        if name in all_ours
        for earlier, later in itertools.pairwise(times)
    ]
    ratio = statistics.median(mine) / statistics.median(official)
    print(
        f"overhead, medians of {ROUNDS}: ours {statistics.median(mine) * 1000:.0f} ms, official "
        f"{statistics.median(official) * 1000:.0f} ms"
    )
    figure("client overhead", ratio, "x official", f"<= {OVERHEAD}", ratio <= OVERHEAD)
    share = our_looks / their_looks
    figure("looks at a prediction", share, "x official", f"<= {LOOKS}", share <= LOOKS)
    shortest = min(gaps, default=APART)
    figure("shortest time between looks", shortest, "s", f">= {APART}", shortest >= APART)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-c", SERVER, str(folder / "service"), str(ROOT / "tests")]
        command += [str(SECONDS), str(ROUND_TRIP)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, **pipes) as server:  # type: ignore[call-overload]
            bench = Bench(folder, server)
            try:
                run(bench)
            finally:
                bench.studio.close()
                server.stdin.close()


if __name__ == "__main__":
    main()
