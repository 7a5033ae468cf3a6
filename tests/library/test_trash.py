"""The trash: what is put there is nowhere to be seen, and comes back as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, NewJob
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

PutDocument = Callable[..., Document]
Edit = Callable[..., Version]


def visible(library: Library, document: Document) -> list[str]:
    return [version.id for version in library.list_versions(document.id)]


def current(library: Library, document: Document) -> str:
    return library.get_document(document.id).current_version_id


def test_branch_goes_to_the_trash_and_comes_back_whole(
    library: Library, put_document: PutDocument, edit: Edit, clock: SimpleNamespace
) -> None:
    document = put_document("beach.jpg")
    root = edit(document, title="Root", prompt="A red elephant.")
    library.put_annotation(root.id, name="For the cover")
    root = library.get_version(root.id)
    child, aside = edit(document, root), edit(document)
    library.put_current_version(document.id, child.id)
    before = library.list_versions(document.id)
    entry = library.put_in_trash(root.id)
    assert (entry.id, entry.title, entry.versions, entry.is_document) == (root.id, "Root", 2, False)
    assert entry.name == "For the cover"
    assert (entry.document_name, entry.erased_at) == ("beach.jpg", clock.time + 30 * 86_400)
    assert library.list_trash() == [entry]
    assert visible(library, document) == [document.current_version_id, aside.id]
    assert current(library, document) == document.current_version_id
    assert library.list_documents("elephant") == []
    assert library.get_version(child.id) == child
    assert {version.id for version in library.restore(root.id)} == {root.id, child.id}
    assert library.list_versions(document.id) == before
    assert library.list_trash() == []
    assert library.list_documents("elephant") != []


def test_document_goes_to_the_trash_and_comes_back_whole(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document, other = put_document("beach.jpg"), put_document("hill.jpg")
    version, thrown = edit(document), edit(document)
    library.put_in_trash(thrown.id)
    entry = library.put_in_trash(document.id)
    assert (entry.is_document, entry.versions) == (True, 2)
    assert [one.id for one in library.list_documents()] == [other.id]
    assert library.list_documents("beach") == []
    assert library.find_document_by_master(document.master_sha256) is None
    assert library.list_versions(document.id) == []
    library.restore(document.id)
    assert visible(library, document) == [document.current_version_id, version.id]
    assert [one.id for one in library.list_trash()] == [thrown.id]


def test_picture_in_the_trash_that_is_brought_in_again_is_a_new_document(
    library: Library, put_document: PutDocument
) -> None:
    document = put_document(master_sha256=library.blobs.put(b"the same"))
    library.put_in_trash(document.id)
    again = put_document(master_sha256=document.master_sha256)
    assert again.id != document.id
    assert library.list_documents() == [again]


def test_child_comes_back_with_its_ancestors_and_without_their_other_branches(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    root = edit(document)
    middle, other = edit(document, root), edit(document, root)
    child, below_other = edit(document, middle), edit(document, other)
    library.put_in_trash(child.id)
    library.put_in_trash(root.id)
    library.restore(child.id)
    original = document.current_version_id
    assert visible(library, document) == [original, root.id, middle.id, child.id]
    [left] = library.list_trash()
    assert (left.id, left.versions) == (other.id, 2)
    library.restore(below_other.id)
    assert library.list_trash() == []


def test_version_of_a_document_in_the_trash_brings_the_document_back(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    first, second = edit(document), edit(document)
    library.put_in_trash(document.id)
    library.restore(first.id)
    assert [one.id for one in library.list_documents()] == [document.id]
    assert visible(library, document) == [document.current_version_id, first.id]
    assert [one.id for one in library.list_trash()] == [second.id]


def test_original_goes_only_with_its_document(library: Library, put_document: PutDocument) -> None:
    document = put_document()
    with pytest.raises(LibraryError, match="only with its whole document"):
        library.put_in_trash(document.current_version_id)
    with pytest.raises(LibraryError, match="not in the trash"):
        library.restore(document.current_version_id)
    library.put_in_trash(document.id)
    with pytest.raises(LibraryError, match="in the trash already"):
        library.put_in_trash(document.id)
    with pytest.raises(LibraryError, match="No version or document"):
        library.put_in_trash("unknown")


def test_nothing_is_made_from_or_shown_of_what_is_in_the_trash(
    library: Library, put_document: PutDocument, edit: Edit, new_job: Callable[..., NewJob]
) -> None:
    document = put_document()
    version = edit(document)
    library.put_in_trash(version.id)
    with pytest.raises(LibraryError, match="in the trash"):
        library.put_current_version(document.id, version.id)
    with pytest.raises(LibraryError, match="in the trash"):
        library.put_jobs([new_job(document, parent=version.id)])


def test_result_of_an_edit_of_what_is_in_the_trash_joins_it_there(
    library: Library,
    put_document: PutDocument,
    edit: Edit,
    put_job: Callable[..., Job],
    received: Callable[..., Received],
) -> None:
    document = put_document()
    version = edit(document)
    job = put_job(JobState.DOWNLOADING, document, parent=version.id)
    library.put_in_trash(version.id)
    _, [late] = library.finish_job(job, [received(b"late")], "Late")
    assert late.id not in visible(library, document)
    assert library.list_trash()[0].versions == 2
    assert late.id in {one.id for one in library.restore(version.id)}


def test_ended_jobs_of_what_is_in_the_trash_are_not_shown(
    library: Library, put_document: PutDocument, edit: Edit, put_job: Callable[..., Job]
) -> None:
    document = put_document()
    version, other = edit(document), edit(document)
    failed = put_job(JobState.FAILED, document, parent=version.id)
    running = put_job(JobState.RUNNING, document, parent=version.id)
    library.put_in_trash(version.id)
    shown = [job.id for job in library.list_jobs(document_id=document.id, shown=True)]
    assert shown == [other.job_id, running.id]
    everything = [job.id for job in library.list_jobs(document_id=document.id)]
    assert everything == [version.job_id, other.job_id, failed.id, running.id]


# Any order of acts, held against a model that is nothing but sets of ids


class Model:
    """What is hidden, by the number of the act that hid it."""

    def __init__(self) -> None:
        self.parents: list[int | None] = [None]
        self.hidden: dict[int, int] = {}
        self.count = 0

    def ancestors(self, version: int) -> list[int]:
        parent = self.parents[version]
        return [] if parent is None else [parent, *self.ancestors(parent)]

    def put(self, version: int) -> None:
        self.count += 1
        for one in range(len(self.parents)):
            if one not in self.hidden and version in [one, *self.ancestors(one)]:
                self.hidden[one] = self.count

    def restore(self, version: int) -> None:
        entry = self.hidden[version]
        back = {version, *self.ancestors(version)}
        for one, parent in enumerate(self.parents):
            # With it comes what is below it and went by the same act, without a gap.
            same = self.hidden.get(one) == entry
            if same and parent in back and version in [one, *self.ancestors(one)]:
                back.add(one)
        for one in back:
            self.hidden.pop(one, None)

    def add(self, parent: int) -> None:
        self.parents.append(parent)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "library"
    Library.open(folder, program="tests").close()
    return folder


ACTS = st.lists(
    st.tuples(st.sampled_from(["edit", "trash", "restore", "show", "undo", "redo"]), st.integers()),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_any_order_of_acts_keeps_the_tree_sound(
    acts: list[tuple[str, int]], template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any") / "library"
    shutil.copytree(template, folder)
    with Library.open(folder, program="tests", wait=0) as library:
        _replay(library, acts)
    shutil.rmtree(folder.parent)


def _replay(library: Library, acts: list[tuple[str, int]]) -> None:
    sent = library.blobs.put(b"sent")
    document = library.put_document(
        name="a.png",
        source_path="",
        master_sha256=sent,
        size=Size(8, 8),
        format="PNG",
        depth=8,
        title="Original",
    )
    ids = [document.current_version_id]
    model = Model()
    for act, number in acts:
        shown = [one for one in range(len(ids)) if one not in model.hidden]
        away = sorted(model.hidden)
        match act:
            case "edit":
                parent = shown[number % len(shown)]
                ids.append(_edit(library, document, ids[parent], sent))
                model.add(parent)
            case "trash" if shown[1:]:
                version = shown[1:][number % len(shown[1:])]
                library.put_in_trash(ids[version])
                model.put(version)
            case "restore" if away:
                version = away[number % len(away)]
                library.restore(ids[version])
                model.restore(version)
            case "show":
                library.put_current_version(document.id, ids[shown[number % len(shown)]])
            case "undo":
                library.undo(document.id)
            case "redo":
                library.redo(document.id)
        _check(library, document, ids, model)


def _check(library: Library, document: Document, ids: list[str], model: Model) -> None:
    seen = visible(library, document)
    assert seen == [one for number, one in enumerate(ids) if number not in model.hidden]
    assert current(library, document) in seen
    entries = library.list_trash()
    assert sum(entry.versions for entry in entries) == len(model.hidden)
    for entry in entries:
        parents = library.get_version(entry.id).parent_ids
        went_apart = model.hidden[ids.index(entry.id)] != model.hidden.get(ids.index(parents[0]))
        assert parents[0] in seen or went_apart


def _edit(library: Library, document: Document, parent: str, sent: str) -> str:
    recipe = Recipe("model", "Warmer.", 3.5, None, 1, parent, Frame(0, 0, 8, 8))
    new = NewJob(document.id, recipe, EMBEDDED_PRACTICE, 1, sent, 4, "batch")
    [job] = library.put_jobs([new])
    steps: list[tuple[JobState, dict[str, Any]]] = [
        (JobState.SENDING, {}),
        (JobState.RUNNING, {"prediction_id": job.id}),
        (JobState.DOWNLOADING, {}),
    ]
    for state, changes in steps:
        job = library.move_job(job, state, "", **changes)
    _, [version] = library.finish_job(
        job, [Received(sent, 4, Size(8, 8), "PNG", 0, None)], "Warmer"
    )
    return version.id
