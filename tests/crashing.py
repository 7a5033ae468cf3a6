"""Six pieces of work over a library, to be killed on the way; see `library/test_crash_sweep`.

Run as a program it reads one JSON line for each life: {"script", "folder", "acks", "mutant"}, forks
(so that everything is imported once), prints the child's id and then how it ended. The child stops
itself first, so that whoever kills it can get hold of it. What it has promised it writes, a JSON
line each, to the file `acks`, which lies on another disk than the library.

A mutant is a mistake on purpose, to show that the sweep would see it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, NewJob, blobs, schema
from kontext_desktop.model import (
    EMBEDDED_PRACTICE,
    Document,
    Frame,
    Job,
    JobState,
    Received,
    Recipe,
    Size,
    Version,
)

Ack = Callable[..., None]
LENGTH = 20_000
PICTURES = 20


def bytes_of(name: str) -> bytes:
    return random.Random(name).randbytes(LENGTH)


def put_document(library: Library, name: str) -> Document:
    return library.put_document(
        name=f"{name}.png",
        source_path="",
        master_sha256=library.blobs.put(bytes_of(name)),
        size=Size(8, 8),
        format="PNG",
        depth=8,
        title="Original",
    )


def order(library: Library, document: Document, count: int) -> list[Job]:
    sent = library.blobs.put(bytes_of(f"input of {document.id}"))
    recipe = Recipe(
        "model", "Warmer.", 3.5, None, 1, document.current_version_id, Frame(0, 0, 8, 8)
    )
    new = NewJob(document.id, recipe, EMBEDDED_PRACTICE, 1, sent, LENGTH, document.id)
    return library.put_jobs([new] * count)


def carry(library: Library, job: Job) -> Version:
    job = library.move_job(job, JobState.SENDING, "")
    job = library.move_job(job, JobState.RUNNING, "", prediction_id=job.id)
    job = library.move_job(job, JobState.DOWNLOADING, "")
    data = bytes_of(f"result of {job.sequence}")
    received = Received(library.blobs.put(data), LENGTH, Size(8, 8), "PNG", 0, None)
    _, [version] = library.finish_job(job, [received], "Warmer")
    return version


def edit(folder: Path, ack: Ack, count: int = 1) -> None:
    with Library.open(folder, program="worker") as library:
        [document] = library.list_documents()
        ordered = order(library, document, count)
        for job in ordered:
            ack("queued", id=job.id)
        for job in ordered:
            ack("version", id=carry(library, job).id)


def edit_four(folder: Path, ack: Ack) -> None:
    edit(folder, ack, count=4)


def import_twenty(folder: Path, ack: Ack) -> None:
    with Library.open(folder, program="worker") as library:
        for number in range(PICTURES):
            ack("document", id=put_document(library, f"picture {number}").id)


def delete(folder: Path, ack: Ack) -> None:
    with Library.open(folder, program="worker") as library:
        [document] = library.list_documents()
        _, first, second, third = library.list_versions(document.id)
        library.put_in_trash(first.id)
        ack("trashed", id=first.id)
        library.put_in_trash(second.id)
        library.restore(second.id)
        ack("version", id=second.id)
        library.erase(first.id)
        ack("erased", id=first.id)
        library.remove_garbage()
        ack("version", id=third.id)


def back_up(folder: Path, ack: Ack) -> None:
    with Library.open(folder, program="worker") as library:
        for _ in range(2):
            ack("backup", path=str(library.back_up().relative_to(library.folder)))
        library.keep_up()
        ack("version", id=library.list_documents()[0].current_version_id)


def upgrade(folder: Path, ack: Ack) -> None:
    with Library.open(folder, program="worker") as library:
        for document in library.list_documents():
            ack("upgraded", id=document.id)


SCRIPTS: dict[str, Callable[[Path, Ack], None]] = {
    "edit": edit,
    "four variations": edit_four,
    "import twenty": import_twenty,
    "delete": delete,
    "backup": back_up,
    "upgrade": upgrade,
}


# Mistakes on purpose


def row_before_blob() -> None:
    """Rows first, and their files right after the commit."""
    late: list[tuple[blobs.Blobs, bytes]] = []
    put, finish = blobs.Blobs.put, Library.finish_job

    def put_late(self: blobs.Blobs, data: bytes) -> str:
        late.append((self, data))
        return hashlib.sha256(data).hexdigest()

    def finish_first(self: Library, *given: Any) -> Any:
        done = finish(self, *given)
        for kept, data in late:
            put(kept, data)
        late.clear()
        return done

    blobs.Blobs.put = put_late  # type: ignore[method-assign]
    blobs.Blobs.require = lambda *_: None  # type: ignore[method-assign]
    Library.finish_job = finish_first  # type: ignore[method-assign]


def no_sync_of_files() -> None:
    blobs.sync = lambda _: None  # type: ignore[assignment]


def no_sync_of_folders() -> None:
    blobs.sync_folder = lambda _: None  # type: ignore[assignment]


def synchronous_normal() -> None:
    schema._WRITING_PRAGMAS = tuple(  # type: ignore[assignment]
        ("synchronous", "NORMAL", 1) if pragma[0] == "synchronous" else pragma
        for pragma in schema._WRITING_PRAGMAS
    )


def fixed_temporary_name() -> None:
    @contextlib.contextmanager
    def incoming(library: Path) -> Iterator[Path]:
        path = library / blobs.TEMPORARY / "new"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    blobs.incoming = incoming


MUTANTS = {
    mistake.__name__: mistake
    for mistake in (
        row_before_blob,
        no_sync_of_files,
        no_sync_of_folders,
        synchronous_normal,
        fixed_temporary_name,
    )
}


def live(life: dict[str, str]) -> None:
    handle = os.open(life["acks"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def ack(kind: str, **facts: str) -> None:
        line = json.dumps({"kind": kind, **facts}).encode() + b"\n"
        try:
            os.write(handle, line)
        except OSError:  # the failure was meant for the library's disk
            os.write(handle, line)

    if life["mutant"]:
        MUTANTS[life["mutant"]]()
    os.kill(os.getpid(), signal.SIGSTOP)
    try:
        SCRIPTS[life["script"]](Path(life["folder"]), ack)
    except LibraryError as error:
        ack("refused", message=error.message, hint=error.hint)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                live(json.loads(line))
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
