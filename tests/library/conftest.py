"""A library on disk, and short ways to put something into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kontext_desktop.library import Library, NewJob
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Document,
    Frame,
    Job,
    JobState,
    Origin,
    Received,
    Recipe,
    Size,
    Version,
)

WAYS = {
    JobState.QUEUED: "",
    JobState.SENDING: "sending",
    JobState.UNSURE: "sending unsure",
    JobState.RUNNING: "sending running",
    JobState.DOWNLOADING: "sending running downloading",
    JobState.DONE: "sending running downloading",
    JobState.FAILED: "sending failed",
    JobState.EXPIRED: "sending running expired",
    JobState.CANCELLED: "cancelled",
}
"""The moves that bring a new Job to each state; `done` takes a `finish_job` on top."""


@pytest.fixture
def clock() -> SimpleNamespace:
    return SimpleNamespace(time=1000.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path, clock: SimpleNamespace) -> Iterator[Library]:
    with Library.open(folder, program="tests", now=lambda: clock.time, wait=0) as library:
        yield library


@pytest.fixture
def put_document(library: Library) -> Callable[..., Document]:
    numbers = count()

    def put(name: str = "still life.jpg", **facts: Any) -> Document:
        master = library.blobs.put(f"master {next(numbers)}".encode())
        return library.put_document(
            **{
                "name": name,
                "source_path": f"/pictures/{name}",
                "master_sha256": master,
                "size": Size(4000, 3000),
                "format": "JPEG",
                "depth": 8,
                "title": "Original",
                **facts,
            }
        )

    return put


@pytest.fixture
def new_job(library: Library) -> Callable[..., NewJob]:
    def make(
        document: Document,
        *,
        prompt: str = "Make the light warmer.",
        origin: Origin = EMBEDDED_PRACTICE,
        parent: str | None = None,
        price: int = 80_000,
    ) -> NewJob:
        recipe = Recipe(
            model_id="wavespeed-ai/flux-kontext-max",
            prompt=prompt,
            guidance_scale=3.5,
            aspect_ratio=None,
            seed=7,
            parent_version_id=parent or document.current_version_id,
            frame=Frame(0, 0, 4000, 3000),
        )
        sent = b"what is sent"
        digest = library.blobs.put(sent)
        return NewJob(document.id, recipe, origin, price, digest, len(sent), "batch")

    return make


@pytest.fixture
def received(library: Library) -> Callable[..., Received]:
    def make(data: bytes = b"a result", index: int = 0, size: Size | None = None) -> Received:
        sha256 = library.blobs.put(data)
        return Received(sha256, len(data), size or Size(1000, 750), "JPEG", index, False)

    return make


@pytest.fixture
def put_job(
    library: Library,
    put_document: Callable[..., Document],
    new_job: Callable[..., NewJob],
    received: Callable[..., Received],
) -> Callable[..., Job]:
    """A Job that has come to `state`, of a document of its own unless one is given."""
    numbers = count()

    def put(state: JobState, document: Document | None = None, **facts: Any) -> Job:
        [job] = library.put_jobs([new_job(document or put_document(), **facts)])
        for step in WAYS[state].split():
            adopted = {"prediction_id": f"prediction-{next(numbers)}"} if step == "running" else {}
            job = library.move_job(job, JobState(step), f"to {step}", **adopted)
        if state is JobState.DONE:
            job, _ = library.finish_job(job, [received()], "Warmer")
        return job

    return put


@pytest.fixture
def edit(
    library: Library, new_job: Callable[..., NewJob], received: Callable[..., Received]
) -> Callable[..., Version]:
    """A Version made from the document's version `parent`, its current one unless one is given.
    `data`: the picture that came."""
    numbers = count()

    def make(
        document: Document,
        parent: Version | None = None,
        *,
        title: str = "Warmer",
        data: bytes | None = None,
        **facts: Any,
    ) -> Version:
        number = next(numbers)
        [job] = library.put_jobs([new_job(document, parent=parent.id if parent else None, **facts)])
        for step in WAYS[JobState.DONE].split():
            adopted = {"prediction_id": f"made-{number}"} if step == "running" else {}
            job = library.move_job(job, JobState(step), f"to {step}", **adopted)
        picture = received(data if data is not None else f"picture {number}".encode())
        _, [version] = library.finish_job(job, [picture], title)
        return version

    return make
