"""Undo and redo: the pointer and the annotations of one document go back and forth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kontext_desktop.library import Library
from kontext_desktop.model import Annotation, Document, Version

PutDocument = Callable[..., Document]
Edit = Callable[..., Version]


@pytest.fixture
def document(put_document: PutDocument) -> Document:
    return put_document()


def current(library: Library, document: Document) -> str:
    return library.get_document(document.id).current_version_id


def test_pointer_goes_back_and_forth(library: Library, document: Document, edit: Edit) -> None:
    original, first, second = document.current_version_id, edit(document).id, edit(document).id
    assert library.undo(document.id) is None
    library.put_current_version(document.id, first)
    library.put_current_version(document.id, second)
    library.put_current_version(document.id, second)  # nothing changed: no act
    undone = library.undo(document.id)
    assert undone is not None
    assert (undone.kind, undone.before, undone.after, undone.state) == (
        *("current", first, second),
        "undone",
    )
    assert current(library, document) == first
    assert library.undo(document.id)
    assert current(library, document) == original
    assert library.undo(document.id) is None
    assert library.redo(document.id)
    assert library.redo(document.id)
    assert current(library, document) == second
    assert library.redo(document.id) is None


def test_annotations_go_back_and_forth_and_are_found_as_they_are(
    library: Library, document: Document
) -> None:
    version = document.current_version_id
    library.put_annotation(version, name="elephant", tags=["grey"])
    library.put_annotation(version, rating=5)
    library.undo(document.id)
    assert library.get_annotation(version) == Annotation("elephant", tags=frozenset({"grey"}))
    library.undo(document.id)
    assert library.get_annotation(version) == Annotation()
    assert library.list_documents("elephant") == []
    assert library.list_tags() == []
    library.redo(document.id)
    assert [one.id for one in library.list_documents("elephant")] == [document.id]
    assert library.list_tags() == ["grey"]


def test_new_act_drops_what_was_undone_but_truncates_nothing(
    library: Library, document: Document, edit: Edit
) -> None:
    first, second = edit(document).id, edit(document).id
    library.put_current_version(document.id, first)
    library.undo(document.id)
    library.put_current_version(document.id, second)
    assert library.redo(document.id) is None
    assert [act.state for act in library.list_acts(document.id)] == ["done", "dropped"]
    library.undo(document.id)
    assert library.undo(document.id) is None
    assert [act.state for act in library.list_acts(document.id)] == ["undone", "dropped"]
    assert len(library.list_acts(document.id, limit=1)) == 1


def test_undo_survives_a_restart(
    library: Library, folder: Path, document: Document, edit: Edit
) -> None:
    version = edit(document).id
    library.put_current_version(document.id, version)
    library.put_annotation(version, flag="reject")
    library.undo(document.id)
    library.close()
    with Library.open(folder, program="tests", wait=0) as again:
        again.redo(document.id)
        assert again.get_annotation(version).flag == "reject"
        again.undo(document.id)
        again.undo(document.id)
        assert current(again, document) == document.current_version_id


def test_documents_are_undone_each_by_itself(
    library: Library, document: Document, put_document: PutDocument
) -> None:
    other = put_document()
    library.put_annotation(document.current_version_id, rating=1)
    library.put_annotation(other.current_version_id, rating=2)
    library.undo(document.id)
    assert library.undo(document.id) is None
    assert library.get_annotation(other.current_version_id).rating == 2


def test_what_is_in_the_trash_is_passed_over_until_it_is_back(
    library: Library, document: Document, edit: Edit
) -> None:
    first, second = edit(document), edit(document)
    library.put_annotation(document.current_version_id, rating=1)
    library.put_current_version(document.id, first.id)
    library.put_annotation(first.id, rating=4)
    library.put_current_version(document.id, second.id)
    library.put_in_trash(first.id)
    undone = library.undo(document.id)  # back to `first`, and its rating, cannot be done
    assert undone is not None
    assert undone.before == document.current_version_id
    library.restore(first.id)
    library.redo(document.id)
    assert current(library, document) == first.id
    assert library.get_annotation(first.id).rating == 4
