"""A library of 100,000 versions, beside bare SQLite on the same file in the same run.

The versions are made in bulk, in one transaction: their rows are written by the library's own
functions (seals, search index and all), but a Job is put down as it is when it is done, without the
four moves in between, which would take five minutes. All pictures are one blob. Reading is compared
with a statement by hand that brings the same lines; opening with connecting and reading the newest
200; a commit with appending as many bytes to a file and `fdatasync`. In turns, medians.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kontext_desktop.library import Library, NewJob, documents, jobs, records, search
from kontext_desktop.library.opinions import write
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Annotation,
    Document,
    Frame,
    Job,
    JobState,
    Layer,
    Origin,
    Received,
    Recipe,
    Result,
    Search,
    Size,
    Version,
)

VERSIONS, DOCUMENTS, PAGE, ROUNDS, COMMITS = 100_000, 700, 200, 101, 301
REAL = Origin("https://api.example.com", False)
VERBS = (
    "remove",
    "replace",
    "brighten",
    "darken",
    "soften",
    "sharpen",
    "recolour",
    "straighten",
    "warm",
    "cool",
)
THINGS = (
    "sky",
    "wall",
    "shirt",
    "lamp",
    "shadow",
    "road",
    "river",
    "glass",
    "chair",
    "window",
    "hair",
    "skin",
    "dress",
    "leaf",
)
LOOKS = (
    "pale",
    "blue",
    "deep",
    "red",
    "soft",
    "grey",
    "warm",
    "golden",
    "cold",
    "silver",
    "plain",
    "dark",
    "clear",
    "misty",
)
RARE = [
    f"{first}{second}{third}"
    for first in "bdfgklmnprstvz"
    for second in "aeiou"
    for third in "bdfgklmnprstvz"
]
SIZE = Size(6000, 4000)
FRAME = Frame(0, 0, 6000, 4000)

BARE_LINES = """
    SELECT v.sequence, v.id, v.job_id, v.document_id, d.name, v.title, j.prompt, j.seed,
        j.aspect_ratio, j.state, c.amount, v.practice, v.created_at, a.name, a.rating, a.flag,
        a.tags
    FROM {start} JOIN documents d ON d.id = v.document_id
        LEFT JOIN jobs j ON j.id = v.job_id LEFT JOIN charges c ON c.job_id = v.job_id
        LEFT JOIN annotations a ON a.sequence = v.sequence
    ORDER BY {order} DESC LIMIT 200
"""
BARE_NEWEST = BARE_LINES.format(start="versions v", order="v.sequence")
BARE_SEARCH = BARE_LINES.format(
    start="(SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 200) s"
    " CROSS JOIN versions v ON v.sequence = s.rowid",
    order="s.rowid",
)


def prompt(chance: random.Random) -> str:
    words = [
        *(chance.choice(VERBS), "the", chance.choice(THINGS), "and make it", chance.choice(LOOKS)),
        *(chance.choice(RARE), chance.choice(RARE)),
    ]
    return f"Keep the {chance.choice(THINGS)} as it is. " + " ".join(words).capitalize() + "."


def fill(library: Library, count: int) -> None:
    chance = random.Random(1)
    digest = library.blobs.put(b"picture")
    begun = time.time() - 3 * 365 * 86_400
    with library._writing() as writing:
        made: list[tuple[Document, list[Version]]] = []
        for number in range(DOCUMENTS):
            document = documents.put(
                writing,
                name=f"{chance.choice(THINGS)} {number:04}.tif",
                source_path=f"/pictures/{number:04}.tif",
                master_sha256=f"{number:064x}",
                size=SIZE,
                format="TIFF",
                depth=16,
                title="Original",
            )
            original = documents.get_version(writing.connection, document.current_version_id)
            made.append((document, [original]))
        for number in range(count - DOCUMENTS):
            document, versions = made[min(int(chance.expovariate(0.006)), DOCUMENTS - 1)]
            at = begun + number * 3 * 365 * 86_400 / count
            version = add(writing, document, chance.choice(versions[-8:]), digest, chance, at)
            if len(version.layers) < 6:
                versions.append(version)
        writing.touched.clear()  # no sidecars: they are files beside what is measured


def add(
    writing: Writing,
    document: Document,
    parent: Version,
    digest: str,
    chance: random.Random,
    at: float,
) -> Version:
    """A done Job with its charge, event, Result and Version; one in five is spoken of."""
    origin = EMBEDDED_PRACTICE if chance.random() < 0.2 else REAL
    text = prompt(chance)
    recipe = Recipe(
        "wavespeed-ai/flux-kontext-max", text, 3.5, None, chance.getrandbits(31), parent.id, FRAME
    )
    job = Job(
        id=writing.new_id(),
        sequence=writing.next_sequence(),
        batch_id=writing.new_id(),
        document_id=document.id,
        recipe=recipe,
        origin=origin,
        state=JobState.DONE,
        price=80_000,
        charged="yes",
        input_sha256=digest,
        input_length=7,
        created_at=at,
        updated_at=at + 8,
        permitted_at=at,
        account="0badcafe",
        sent_at=at + 1,
        prediction_id=writing.new_id().replace("-", ""),
        output_urls=("https://cdn.example.com/outputs/0123456789abcdef.png",),
        nsfw=(False,),
        server_seconds=6.5,
    )
    writing.insert("jobs", records.job_values(job))
    writing.connection.execute(
        "INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)"
        " VALUES (?, ?, ?, ?, 'yes', ?)",
        (job.id, origin.endpoint, origin.practice, job.price, job.sent_at),
    )
    jobs._record(writing, job, "received")
    assert job.prediction_id is not None
    result = Result(
        id=writing.new_id(),
        job_id=job.id,
        output_index=0,
        sha256=digest,
        length=7,
        size=Size(1248, 832),
        format="PNG",
        frame=FRAME,
        origin=origin,
        model_id=recipe.model_id,
        prediction_id=job.prediction_id,
        seed=recipe.seed,
        price=job.price,
        server_seconds=6.5,
        wall_seconds=8.0,
        nsfw=False,
        created_at=at,
    )
    writing.insert("results", records.result_values(result, writing.next_sequence()))
    version = Version(
        id=writing.new_id(),
        sequence=writing.next_sequence(),
        document_id=document.id,
        parent_ids=(parent.id,),
        layers=(*parent.layers, Layer.filling(result.id, result.size, FRAME)),
        job_id=job.id,
        title=text.rpartition(". ")[2] or text,
        practice=origin.practice or parent.practice,
        created_at=at,
    )
    documents.put_version(writing, version)
    if chance.random() < 0.2:
        said = Annotation("", chance.randrange(6), "pick", "for print", frozenset({"client"}))
        write(writing, version, said)
    else:
        search.index_version(writing, version.sequence)
    return version


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def compare(
    ours: Callable[[], object], bare: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Milliseconds of both, medians, taken in turns."""
    pairs = [(timed(ours), timed(bare)) for _ in range(rounds)]
    mine, other = zip(*pairs[1:], strict=True)
    return statistics.median(mine), statistics.median(other)


def figure(name: str, value: float, unit: str, goal: str, good: bool) -> None:
    print(f"{name}: {value:.2f} {unit} | goal: {goal} | {'ok' if good else 'short'}", flush=True)


def against(name: str, both: tuple[float, float], most: float, bare: str) -> None:
    mine, other = both
    print(f"{name}: ours {mine:.2f} ms, {bare} {other:.2f} ms")
    figure(name, mine / other, f"x {bare}", f"<= {most:g}", mine / other <= most)


def measure_opening(folder: Path) -> None:
    path = folder / "library.db"

    def ours() -> None:
        with Library.open_reading(folder) as library:
            assert len(library.search_versions(Search())) == PAGE

    def writing() -> None:
        with Library.open(folder, program="benchmark") as library:
            assert len(library.search_versions(Search())) == PAGE

    def bare() -> None:
        with closing(sqlite3.connect(path)) as connection:
            assert len(connection.execute(BARE_NEWEST).fetchall()) == PAGE

    against("opening for reading, to the newest 200", compare(ours, bare), 3, "bare SQLite")
    against("opening for writing, to the newest 200", compare(writing, bare), 3, "bare SQLite")


def measure_reading(library: Library) -> None:
    with closing(sqlite3.connect(library.folder / "library.db")) as connection:
        for name, query, match in (
            ("newest page of 200", Search(), None),
            ("page of 200 by one word", Search(text="golden"), '"golden"'),
            ("page of 200 by a beginning", Search(text="gol"), '"gol"*'),
            ("page of 200 by a rare word", Search(text=RARE[7]), f'"{RARE[7]}"'),
        ):
            statement, values = (BARE_SEARCH, (match,)) if match else (BARE_NEWEST, ())

            def ours(query: Search = query) -> None:
                assert library.search_versions(query)

            def bare(statement: str = statement, values: tuple[str, ...] = values) -> None:  # type: ignore[assignment]
                assert connection.execute(statement, values).fetchall()

            against(name, compare(ours, bare), 3, "bare SQLite")
    old = library.search_versions(Search(), after=VERSIONS * 2)
    for name, act in {
        "a page in the middle": lambda: library.search_versions(Search(), after=old[-1].sequence),
        "by a beginning of one letter": lambda: library.search_versions(Search(text="g")),
        "by two words": lambda: library.search_versions(Search(text="golden river")),
        "rated 5": lambda: library.search_versions(Search(rating=5)),
        "tagged": lambda: library.search_versions(Search(tag="client")),
        "by a seed that is not there": lambda: library.search_versions(Search(seed=5)),
        "practice only": lambda: library.search_versions(Search(practice=True)),
        "of the first month": lambda: library.search_versions(Search(until=old[-1].created_at)),
        "of no day": lambda: library.search_versions(Search(since=0, until=1)),
        "failed": lambda: library.search_versions(Search(state=JobState.FAILED)),
        "documents by a word": lambda: library.list_documents("golden", 100),
    }.items():
        print(f"{name}: {statistics.median(timed(act) for _ in range(7)):.2f} ms", flush=True)


def measure_commits(library: Library, folder: Path) -> None:
    """The last act of an edit: state, charge, event, Result, Version and search in one transaction.

    Its bytes are what an emptied log grows by; the time is taken with a log that is there already,
    as in daily work. The sidecar, a file of its own that is written afterwards, is left out.
    """
    log = folder / "library.db-wal"
    document = library.list_documents(limit=1)[0]
    digest = library.blobs.put(b"picture")
    chance = random.Random(2)
    numbers = iter(range(1_000_000))

    def commit() -> float:
        job = download(library, document, digest, prompt(chance), next(numbers))
        picture = Received(digest, 7, Size(1248, 832), "PNG", 0, False)
        if not timing:
            with library._reading() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        def finish() -> None:
            with library._writing() as writing:
                jobs.finish(writing, job, [picture], "Warmer")
                writing.touched.clear()

        return timed(finish)

    timing = False
    sizes = []
    for _ in range(9):
        commit()
        sizes.append(log.stat().st_size)
    size = int(statistics.median(sizes))
    timing = True
    with (folder / "appended").open("wb", buffering=0) as file:

        def append() -> float:
            data = os.urandom(size)

            def act() -> None:
                file.write(data)
                os.fdatasync(file.fileno())

            return timed(act)

        pairs = [(commit(), append()) for _ in range(COMMITS)]
    print(f"a commit writes {size} bytes")
    mine, bare = zip(*pairs, strict=True)
    both = statistics.median(mine), statistics.median(bare)
    against("commit of a version", both, 2.5, "append + fdatasync")


def download(library: Library, document: Document, digest: str, text: str, number: int) -> Job:
    recipe = Recipe("model", text, 3.5, None, number, document.current_version_id, FRAME)
    new = NewJob(document.id, recipe, EMBEDDED_PRACTICE, 80_000, digest, 7, f"batch {number}")
    [job] = library.put_jobs([new])
    job = library.move_job(job, JobState.SENDING, "")
    job = library.move_job(job, JobState.RUNNING, "", prediction_id=f"commit-{number}")
    return library.move_job(job, JobState.DOWNLOADING, "")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else VERSIONS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "library"
        with Library.open(folder, program="benchmark") as library:
            seconds = timed(lambda: fill(library, count)) / 1000
        print(f"made {count} versions in {seconds:.0f} s")
        size = (folder / "library.db").stat().st_size
        print(f"size: {size / count:.0f} bytes a version, {size / 1e6:.0f} MB")
        measure_opening(folder)
        with Library.open(folder, program="benchmark") as library:
            measure_reading(library)
            measure_commits(library, folder)


if __name__ == "__main__":
    main()
