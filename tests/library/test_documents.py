"""Documents, versions, drafts, and finding them again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, records
from kontext_desktop.model import Document, Draft, Frame, Job, JobState, Size

PutDocument = Callable[..., Document]


def test_document_comes_with_its_original(library: Library, put_document: PutDocument) -> None:
    document = put_document("portrait.tif", size=Size(6000, 4000), depth=16)
    [original] = library.list_versions(document.id)
    assert document.current_version_id == original.id
    assert (original.layers, original.parent_ids, original.job_id) == ((), (), None)
    assert not original.practice
    assert (document.size, document.depth) == (Size(6000, 4000), 16)
    assert library.get_document(document.id) == document
    assert library.find_document_by_master(document.master_sha256) == document
    assert library.find_document_by_master("0" * 64) is None


def test_document_without_its_master_is_refused(
    library: Library, put_document: PutDocument
) -> None:
    with pytest.raises(LibraryError, match="missing"):
        put_document(master_sha256="0" * 64)
    assert library.list_documents() == []


def test_name_that_is_no_valid_text_is_kept_readable(put_document: PutDocument) -> None:
    assert put_document("stra\udcffy.jpg").name == "stra?y.jpg"


def test_pointer_moves_freely_but_not_to_another_document(
    library: Library, put_document: PutDocument
) -> None:
    document, other = put_document(), put_document()
    with pytest.raises(ValueError, match="is not of document"):
        library.put_current_version(document.id, other.current_version_id)
    library.put_current_version(document.id, document.current_version_id)
    assert library.get_document(document.id) == document


def test_document_can_be_marked_never_to_be_sent(
    library: Library, put_document: PutDocument
) -> None:
    document = put_document()
    library.put_never_send(document.id, True)
    assert library.get_document(document.id).never_send
    library.put_never_send(document.id, False)
    assert library.get_document(document.id) == document


def test_a_draft_from_before_there_were_frames_can_be_read() -> None:
    kept = '{"guidance_scale": 3.5, "seed": 7, "prompt": "Warmer.", "count": 2}'
    assert records.read_draft("id", kept) == Draft(3.5, 7, "Warmer.", count=2)


def test_draft_comes_back_as_it_was(library: Library, put_document: PutDocument) -> None:
    document = put_document()
    assert library.find_draft(document.id) is None
    draft = Draft(
        4.2, 7, 'Say "hello" in ünï¢ode 🌅 \udcff\0', "16:9", True, 4, Frame(1, 2, 30, 40)
    )
    library.put_draft(document.id, draft)
    assert library.find_draft(document.id) == draft
    with pytest.raises(LibraryError, match="No document"):
        library.put_draft("unknown", draft)


def test_what_was_worked_on_last_comes_first(library: Library, put_document: PutDocument) -> None:
    first, second, _ = (put_document(name) for name in ("1.jpg", "2.jpg", "3.jpg"))
    library.put_draft(first.id, Draft(3.5, 7))
    assert [one.name for one in library.list_documents()] == ["1.jpg", "3.jpg", "2.jpg"]
    library.put_current_version(second.id, second.current_version_id)
    assert [one.name for one in library.list_documents(limit=2)] == ["2.jpg", "1.jpg"]


def test_id_is_found_by_a_unique_beginning(folder: Path) -> None:
    ids = count(1)
    with Library.open(folder, program="t", new_id=lambda: f"abcd-{next(ids):04}") as library:
        for name in ("first.jpg", "second.jpg"):  # library -0001, documents -0002 and -0004
            library.put_document(
                name=name,
                source_path="",
                master_sha256=library.blobs.put(name.encode()),
                size=Size(1, 1),
                format="JPEG",
                depth=8,
                title="Original",
            )
        assert library.get_document("abcd-0002").name == "first.jpg"
        assert library.get_document("abcd-0004").name == "second.jpg"
        with pytest.raises(LibraryError, match="more than one document"):
            library.get_document("abcd-00")
        with pytest.raises(LibraryError, match="No document begins"):
            library.get_document("abce")
        with pytest.raises(LibraryError, match="begins more than one"):
            library.get_document("abc")
        with pytest.raises(LibraryError, match="No version begins"):
            library.get_version("abcd-0002")


def test_beginning_of_four_is_enough(library: Library, put_document: PutDocument) -> None:
    document = put_document()
    assert library.get_document(document.id[:4]) == document
    assert library.get_version(document.current_version_id[:13]).document_id == document.id


@pytest.fixture
def found(
    library: Library, put_document: PutDocument, put_job: Callable[..., Job]
) -> Callable[[str], list[str]]:
    """Search among three pictures, of which one was edited."""
    put_document("IMG_2041 harbour.jpg")
    put_document('Müller "final" AND cut.png')
    beach = put_document("beach.tif")
    put_job(JobState.DONE, beach, prompt="Replace the sky with a sunset.")
    return lambda search: [document.name for document in library.list_documents(search)]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["beach.tif", 'Müller "final" AND cut.png', "IMG_2041 harbour.jpg"]),
        ("harb", ["IMG_2041 harbour.jpg"]),
        ("img_20", ["IMG_2041 harbour.jpg"]),
        ("muller", ['Müller "final" AND cut.png']),
        ("SUNS", ["beach.tif"]),
        ("beach sunset", ["beach.tif"]),  # one word of the name, one of the prompt
        ("warmer", ["beach.tif"]),  # the version's title
        ("beach harbour", []),
        ("AND", ['Müller "final" AND cut.png']),
        ('"final"', ['Müller "final" AND cut.png']),
        ("sunset 🌅", ["beach.tif"]),
    ],
)
def test_search_finds_words_by_their_beginnings(
    found: Callable[[str], list[str]], search: str, names: list[str]
) -> None:
    assert found(search) == names


@pytest.mark.parametrize(
    "search",
    ['"', "*", "🌅", "\0", "q\0b", "NEAR(", "text:x", "-^+", "' OR 1=1 --", "\udcff", "x " * 5000],
)
def test_search_takes_any_text(found: Callable[[str], list[str]], search: str) -> None:
    assert found(search) == ([] if search.strip("\0") else found(""))  # blank finds all
