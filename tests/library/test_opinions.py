"""What is said of versions: names, ratings, flags, notes, tags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kontext_desktop.errors import LibraryError, ParameterError
from kontext_desktop.library import Library
from kontext_desktop.model import Annotation, Document, Version

PutDocument = Callable[..., Document]
Edit = Callable[..., Version]


def test_annotation_is_changed_part_by_part(library: Library, put_document: PutDocument) -> None:
    version = put_document().current_version_id
    assert library.get_annotation(version) == Annotation()
    library.put_annotation(version, rating=4, tags=["sky", "client  A"])
    library.put_annotation(version, name=" Hero\n shot ", note="line one\nline two", flag="pick")
    wanted = Annotation(
        "Hero shot", 4, "pick", "line one\nline two", frozenset({"sky", "client A"})
    )
    assert library.get_annotation(version) == wanted
    assert library.put_annotation(version, tags=[], flag="", rating=0).tags == frozenset()
    assert library.get_annotation(version[:8]) == Annotation("Hero shot", note="line one\nline two")


def test_annotations_come_with_their_versions_in_one_statement(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    document = put_document()
    for rating in range(1, 6):
        library.put_annotation(edit(document).id, rating=rating)
    statements: list[str] = []
    with library._reading() as connection:
        connection.set_trace_callback(statements.append)
    found = library.list_versions(document.id)
    assert [version.annotation.rating for version in found] == [0, 1, 2, 3, 4, 5]
    assert len(statements) == 1


def test_annotation_survives_a_restart(
    library: Library, folder: Path, put_document: PutDocument
) -> None:
    version = put_document().current_version_id
    said = library.put_annotation(version, rating=3, tags=["b", "a"])
    library.close()
    with Library.open_reading(folder) as reader:
        assert reader.get_annotation(version) == said


@pytest.mark.parametrize(
    "wrong",
    [
        {"rating": 6},
        {"rating": -1},
        {"flag": "maybe"},
        {"name": "x" * 201},
        {"tags": ["x" * 61]},
        {"tags": [str(number) for number in range(101)]},
    ],
)
def test_annotation_out_of_bounds_is_refused(
    library: Library, put_document: PutDocument, wrong: dict[str, object]
) -> None:
    version = put_document().current_version_id
    with pytest.raises(ParameterError) as refusal:
        library.put_annotation(version, **wrong)  # type: ignore[arg-type]
    assert refusal.value.hint
    assert library.get_annotation(version) == Annotation()


def test_tags_that_differ_in_case_only_are_one(library: Library, put_document: PutDocument) -> None:
    first, second = (put_document().current_version_id for _ in range(2))
    assert len(library.put_annotation(first, tags=["Sky", "sky", "SKY", " "]).tags) == 1
    library.put_annotation(second, tags=["sky", "hair"])
    assert [tag.casefold() for tag in library.list_tags()] == ["hair", "sky"]


def test_what_is_in_the_trash_is_not_annotated(
    library: Library, put_document: PutDocument, edit: Edit
) -> None:
    version = edit(put_document())
    library.put_annotation(version.id, tags=["gone"])
    library.put_in_trash(version.id)
    with pytest.raises(LibraryError, match="in the trash"):
        library.put_annotation(version.id, rating=1)
    assert library.list_tags() == []


def test_any_text_may_be_said(library: Library, put_document: PutDocument) -> None:
    version = put_document().current_version_id
    for text in ('quote " and \\', "ünï 🌅", "\0", "\udcff", "' --", "[1]"):
        said = library.put_annotation(version, name=text, note=text, tags=[text])
        assert library.get_annotation(version) == said
