"""Erased for good: rows, words, small pictures and files are gone, what it cost stays."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, erasing
from kontext_desktop.model import Document, Draft, Job, JobState, Origin, Spend, Version

PutDocument = Callable[..., Document]
Edit = Callable[..., Version]
REAL = Origin("https://api.example.com", False)
SECRET = "xylophone"


def traces(folder: Path, word: str) -> list[str]:
    """Files in which `word` stands, in any of its spellings."""
    spellings = [word.encode(code) for code in ("utf-8", "utf-16-le")]
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in spellings)
    ]


def counts(folder: Path) -> dict[str, int]:
    """Rows of every table."""
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for [name] in names.fetchall()
            if not name.startswith("search_")
        }


@pytest.fixture
def secret(library: Library, put_document: PutDocument, edit: Edit) -> tuple[Document, Version]:
    """A document, and a version of it that says a word in every place a word can stand."""
    document = put_document()
    edit(document)
    version = edit(
        document,
        title=f"A {SECRET}",
        prompt=f"Paint a {SECRET}.",
        data=f"picture of a {SECRET}".encode(),
        origin=REAL,
    )
    library.put_annotation(version.id, name=SECRET, note=f"the {SECRET}", tags=[SECRET])
    library.put_cached(f"{version.id}-320.jpg", SECRET.encode())
    return document, version


def test_nothing_of_a_version_is_left_in_the_library(
    library: Library, folder: Path, secret: tuple[Document, Version]
) -> None:
    document, version = secret
    assert any(name.startswith("sidecars") for name in traces(folder, SECRET))
    library.put_in_trash(version.id)
    library.erase(version.id)
    assert traces(folder, SECRET) == []
    assert traces(folder, version.id) == []
    assert len(library.list_versions(document.id)) == 2
    assert library.list_trash() == []
    with pytest.raises(LibraryError, match="No version"):
        library.get_version(version.id)
    library.close()
    assert traces(folder, SECRET) == []
    assert counts(folder)["tombstones"] == 0


def test_nothing_of_a_document_is_left_in_the_library(
    library: Library, folder: Path, put_document: PutDocument, edit: Edit
) -> None:
    kept = put_document("kept.jpg")
    before = counts(folder)
    document = put_document(
        f"{SECRET}.jpg", source_path=SECRET, master_sha256=library.blobs.put(SECRET.encode())
    )
    child = edit(document, edit(document, prompt=SECRET))
    library.put_annotation(child.id, note=SECRET)
    library.put_current_version(document.id, child.id)
    library.put_draft(document.id, Draft(3.5, 1, SECRET))
    library.put_in_trash(child.id)
    library.put_in_trash(document.id)
    library.erase(document.id)
    assert library.list_documents() == [kept]
    # The books keep the name under which the work was billed.
    assert {charge.document_name for charge in library.list_charges()} == {f"{SECRET}.jpg"}
    library.close()
    left = counts(folder)
    assert {name for name in left if left[name] != before[name]} == {"erased_jobs", "charges"}
    assert traces(folder / "blobs", SECRET) == []


def test_what_it_cost_stays_in_the_books_without_what_was_asked(
    library: Library, secret: tuple[Document, Version]
) -> None:
    document, version = secret
    library.put_client(document.id, "A. Client")
    before = library.list_charges()
    spent = library.spend(REAL, 0), library.spend(REAL, 0, document.id)
    assert spent == (Spend(80_000, 0), Spend(80_000, 0))
    predictions = library.list_predictions(REAL)
    library.put_in_trash(version.id)
    library.erase(version.id)
    after = library.list_charges()
    assert [charge.erased for charge in after] == [False, True]
    assert [charge.job_id for charge in after] == [charge.job_id for charge in before]
    assert (after[1].client, after[1].amount, after[1].charged) == ("A. Client", 80_000, "yes")
    assert (library.spend(REAL, 0), library.spend(REAL, 0, document.id)) == spent
    assert library.list_predictions(REAL) == predictions
    assert SECRET not in repr(after)


def test_file_that_another_version_needs_stays(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    first, second = (edit(document, data=b"the very same") for _ in range(2))
    sha256 = library.get_result(first.layers[0].result_id).sha256
    library.put_in_trash(first.id)
    library.erase(first.id)
    assert library.blobs.read(sha256) == b"the very same"
    library.put_in_trash(second.id)
    library.erase(second.id)
    assert not library.blobs.has(sha256)
    assert library.blobs.has(document.master_sha256)


def test_nothing_of_an_unfinished_job_is_erased(
    library: Library,
    put_document: PutDocument,
    edit: Edit,
    put_job: Callable[..., Job],
    clock: SimpleNamespace,
) -> None:
    document = put_document()
    version = edit(document)
    job = put_job(JobState.RUNNING, document, parent=version.id)
    library.put_in_trash(version.id)
    with pytest.raises(LibraryError, match="still under way"):
        library.erase(version.id)
    clock.time += 31 * 86_400
    assert library.empty_trash(clock.time) == 0
    library.move_job(job, JobState.EXPIRED, "gone")
    assert library.empty_trash(clock.time) == 1
    with pytest.raises(LibraryError, match="No job"):
        library.get_job(job.id)


def test_only_what_is_in_the_trash_is_erased(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    version = edit(document)
    for one in (version.id, document.id):
        with pytest.raises(LibraryError, match="Only what is in the trash"):
            library.erase(one)
    assert len(library.list_versions(document.id)) == 2


def test_trash_is_emptied_of_what_has_been_there_for_thirty_days(
    library: Library, put_document: PutDocument, edit: Edit, clock: SimpleNamespace
) -> None:
    document = put_document()
    old, new, inside = edit(document), edit(document), edit(document)
    library.put_in_trash(edit(document, old).id)
    library.put_in_trash(old.id)
    clock.time += 15 * 86_400
    library.put_in_trash(new.id)
    assert library.empty_trash(clock.time) == 0
    clock.time += 15 * 86_400
    assert library.empty_trash(clock.time) == 2
    assert [entry.id for entry in library.list_trash()] == [new.id]
    clock.time += 15 * 86_400
    library.keep_up()
    assert library.list_trash() == []
    assert [version.id for version in library.list_versions(document.id)][1:] == [inside.id]


def test_one_of_two_pictures_of_a_job_can_be_erased(
    library: Library,
    put_document: PutDocument,
    put_job: Callable[..., Job],
    received: Callable[..., object],
) -> None:
    document = put_document()
    job = put_job(JobState.DOWNLOADING, document)
    job, [first, second] = library.finish_job(
        job,
        [received(b"one", 0), received(b"two", 1)],
        "Two",  # type: ignore[list-item]
    )
    gone = library.get_result(first.layers[0].result_id)
    library.put_in_trash(first.id)
    library.erase(first.id)
    assert not library.blobs.has(gone.sha256)
    assert [one.id for one in library.list_results(job.id)] == [second.layers[0].result_id]
    assert library.get_job(job.id) == job


def test_erasing_that_a_crash_interrupted_is_finished_at_the_next_start(
    library: Library,
    folder: Path,
    secret: tuple[Document, Version],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, version = secret
    library.put_in_trash(version.id)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(erasing, "remove_files", crash)
        with pytest.raises(KeyboardInterrupt):
            library.erase(version.id)
    library.close()
    assert traces(folder, SECRET)
    with Library.open(folder, program="tests", wait=0) as again:
        assert again.list_trash() == []
        assert traces(folder, SECRET) == []


def test_erasing_cut_off_at_any_statement_is_undone_or_finished(
    library: Library, folder: Path, tmp_path: Path, secret: tuple[Document, Version]
) -> None:
    """The files are taken as they lie at the beginning of each statement, as a kill leaves them."""
    document, version = secret
    library.put_in_trash(version.id)
    moments: list[Path] = []

    def take(statement: str) -> None:
        moments.append(tmp_path / "moments" / f"{len(moments):03}")
        ignored = shutil.ignore_patterns("*-shm", "lock", "owner.json")
        shutil.copytree(folder, moments[-1], ignore=ignored)

    with library._reading() as connection:
        connection.set_trace_callback(take)
    library.erase(version.id)
    with library._reading() as connection:
        connection.set_trace_callback(None)
    kept: list[bool] = []
    for moment in moments:
        with Library.open(moment, program="tests", wait=0) as again:
            kept.append([entry.id for entry in again.list_trash()] == [version.id])
            assert len(again.list_versions(document.id)) == 2
            assert [charge.amount for charge in again.list_charges()] == [80_000, 80_000]
            if kept[-1]:
                again.restore(version.id)
                [layer] = again.get_version(version.id).layers
                again.blobs.read(again.get_result(layer.result_id).sha256)
            else:
                assert traces(moment, SECRET) == []
    assert kept == sorted(kept, reverse=True)
    assert {True, False} == set(kept)


def test_erased_version_leaves_no_hole_in_undo(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    first, second = edit(document), edit(document)
    for version in (first, second):
        library.put_current_version(document.id, version.id)
        library.put_annotation(version.id, note=f"of {version.id}")
    library.put_in_trash(first.id)
    library.erase(first.id)
    while library.undo(document.id):
        pass
    assert library.get_document(document.id).current_version_id == document.current_version_id
    while library.redo(document.id):
        pass
    assert library.get_document(document.id).current_version_id == second.id
