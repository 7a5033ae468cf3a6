"""The history as lines: what is found, in which order, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kontext_desktop.library import Library, history
from kontext_desktop.library.search import quoted
from kontext_desktop.model import Document, Job, JobState, Line, Origin, Search, Version

PutDocument = Callable[..., Document]
Edit = Callable[..., Version]
REAL = Origin("https://api.example.com", False)


def titles(library: Library, query: Search, **page: int) -> list[str]:
    return [line.title for line in library.search_versions(query, **page)]


@pytest.fixture
def shelf(
    library: Library, put_document: PutDocument, edit: Edit, clock: SimpleNamespace
) -> dict[str, Version]:
    """Two documents with five versions: beach (sky, then sea), portrait (skin, hair, eyes)."""
    beach, portrait = put_document("beach.tif"), put_document("Müller portrait.jpg")
    made: dict[str, Version] = {}
    for document, title, facts in (
        (beach, "sky", {"prompt": "Keep the sand. Replace the sky with a sunset."}),
        (beach, "sea", {"prompt": "Calm the sea.", "origin": REAL, "price": 40_000}),
        (portrait, "skin", {"prompt": "Smooth the skin.", "origin": REAL}),
        (portrait, "hair", {"prompt": "Darken the hair.", "origin": REAL}),
        (portrait, "eyes", {"prompt": "Open the eyes."}),
    ):
        clock.time += 100
        made[title] = edit(document, title=title, **facts)
    library.put_annotation(made["sky"].id, rating=4, flag="pick", tags=["for print", "Hero"])
    library.put_annotation(made["sea"].id, rating=2, name="Calm water", note="ask the client")
    library.put_annotation(made["hair"].id, rating=5, flag="reject", tags=["hero"])
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Search(), "eyes hair skin sea sky Original Original"),
        (Search("suns"), "sky"),
        (Search("SAND"), "sky"),  # a clause of the prompt
        (Search("beach"), "sea sky Original"),  # the file's name
        (Search("muller dark"), "hair"),  # one word of the name, one of the prompt
        (Search("water"), "sea"),  # the given name
        (Search("client"), "sea"),  # the note
        (Search("print"), "sky"),  # a tag
        (Search("origin"), "Original Original"),  # the title
        (Search("calm hair"), ""),
        (Search(rating=3), "hair sky"),
        (Search(flag="pick"), "sky"),
        (Search(flag="reject"), "hair"),
        (Search(flag="", document_id="beach"), "sea Original"),
        (Search(tag="hero"), "hair sky"),
        (Search(tag=" For  PRINT"), "sky"),
        (Search(tag="her"), ""),
        (Search("the", tag="hero", rating=5), "hair"),
        (Search(practice=True), "eyes sky"),
        (Search(practice=False), "hair skin sea Original Original"),
        (Search(seed=7), "eyes hair skin sea sky"),
        (Search(seed=8), ""),
        (Search(seed=7, document_id="beach"), "sea sky"),
        (Search(oldest_first=True), "Original Original sky sea skin hair eyes"),
        (Search("the", oldest_first=True), "sky sea skin hair eyes"),
        (Search(tag="hero", oldest_first=True), "sky hair"),
        (Search(ratio=""), "eyes hair skin sea sky"),
        (Search(ratio="1:1"), ""),
        (Search(cost=(1, 50_000)), "sea"),
        (Search(cost=(50_000, 100_000), practice=False), "hair skin"),
        (Search(since=1200, until=1400), "skin sea"),
        (Search(state=JobState.DONE), "eyes hair skin sea sky"),
        (Search("hair", state=JobState.FAILED), ""),
    ],
)
def test_every_filter_lets_through_what_it_says(
    library: Library, shelf: dict[str, Version], query: Search, found: str
) -> None:
    if query.document_id is not None:
        query = replace(query, document_id=shelf["sky"].document_id)
    assert titles(library, query) == found.split()


def test_line_says_what_a_list_shows(library: Library, shelf: dict[str, Version]) -> None:
    version = shelf["sky"]
    [line] = library.search_versions(Search("sunset"))
    assert line == Line(
        sequence=version.sequence,
        version_id=version.id,
        job_id=version.job_id or "",
        document_id=version.document_id,
        document_name="beach.tif",
        title="sky",
        prompt="Keep the sand. Replace the sky with a sunset.",
        seed=7,
        ratio=None,
        state=JobState.DONE,
        cost=80_000,
        practice=True,
        created_at=version.created_at,
        name="",
        rating=4,
        flag="pick",
        tags=("Hero", "for print"),
    )


def test_pages_join_without_gap_or_repetition(
    library: Library, shelf: dict[str, Version], edit: Edit
) -> None:
    whole = library.search_versions(Search())
    for query in (
        Search(),
        Search("the"),
        Search(rating=1),
        Search(practice=False),
        Search(seed=7),
    ):
        whole = library.search_versions(query)
        paged: list[Line] = []
        while page := library.search_versions(query, paged[-1].sequence if paged else None, 2):
            paged += page
            if len(paged) == 2:  # what arrives meanwhile is newer, and moves nothing
                edit(library.get_document(shelf["sky"].document_id), title="late")
        assert paged == whole


def test_pages_of_the_oldest_go_on_with_newer_ones(
    library: Library, shelf: dict[str, Version]
) -> None:
    for query in (Search(oldest_first=True), Search("the", oldest_first=True)):
        whole = library.search_versions(query)
        paged: list[Line] = []
        while page := library.search_versions(query, paged[-1].sequence if paged else None, 2):
            paged += page
        assert paged == whole == library.search_versions(replace(query, oldest_first=False))[::-1]


def test_jobs_that_made_no_version_are_found_by_their_state(
    library: Library, put_job: Callable[..., Job], put_document: PutDocument
) -> None:
    document = put_document("beach.tif")
    failed = put_job(JobState.FAILED, document, prompt="Paint an elephant.")
    put_job(JobState.RUNNING, document, prompt="Paint an elephant.")
    [line] = library.search_versions(Search("eleph", state=JobState.FAILED))
    assert (line.version_id, line.job_id, line.state) == ("", failed.id, JobState.FAILED)
    assert (line.cost, line.prompt) == (0, "Paint an elephant.")
    assert library.search_versions(Search("eleph")) == []
    assert library.search_versions(Search("eleph", state=JobState.FAILED, rating=1)) == []
    assert [one.id for one in library.list_documents("elephant")] == [document.id]


def test_what_is_in_the_trash_is_not_found(
    library: Library, shelf: dict[str, Version], put_job: Callable[..., Job]
) -> None:
    document = library.get_document(shelf["sky"].document_id)
    put_job(JobState.FAILED, document, parent=shelf["sky"].id, prompt="An elephant.")
    library.put_in_trash(shelf["sky"].id)
    for query in (
        *(Search("sunset"), Search(flag="pick"), Search(tag="print")),
        *(Search(rating=4, practice=True), Search(state=JobState.FAILED)),
    ):
        assert library.search_versions(query) == []
    assert "sky" not in titles(library, Search())
    library.put_in_trash(document.id)
    assert titles(library, Search("beach")) == []
    library.restore(document.id)
    library.restore(shelf["sky"].id)
    assert titles(library, Search("beach")) == ["sea", "sky", "Original"]


def test_what_is_said_is_found_and_what_was_said_is_not(
    library: Library, shelf: dict[str, Version]
) -> None:
    library.put_annotation(shelf["eyes"].id, note="an elephant", tags=["zoo"])
    assert titles(library, Search("elephant")) == ["eyes"]
    assert titles(library, Search(tag="ZOO")) == ["eyes"]
    library.put_annotation(shelf["eyes"].id, note="a mouse", tags=[])
    assert titles(library, Search("elephant")) == []
    assert titles(library, Search(tag="zoo")) == []
    assert titles(library, Search("mouse")) == ["eyes"]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(max_size=30) | st.text('"*-^:(){}+ANDORNEAT\0 x', max_size=30))
def test_any_text_may_be_searched_for(library: Library, text: str) -> None:
    for query in (Search(text), Search(tag=text), Search(text, state=JobState.FAILED)):
        assert library.search_versions(query) == []
    assert library.list_documents(text) == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.lists(st.text("abcxyzäß1", min_size=1, max_size=6), min_size=1, max_size=4))
def test_every_beginning_of_every_word_finds(
    library: Library, put_document: PutDocument, words: list[str]
) -> None:
    version = put_document().current_version_id
    library.put_annotation(version, note=" ".join(words))
    for word in words:
        for length in range(1, len(word) + 1):
            found = library.search_versions(Search(word[:length]), limit=10_000)
            assert version in {line.version_id for line in found}
    library.put_annotation(version, note="")


def test_damaged_line_costs_one_line(library: Library, shelf: dict[str, Version]) -> None:
    with library._writing() as writing:
        writing.connection.execute("UPDATE annotations SET tags = '[\"' WHERE rating = 5")
    assert titles(library, Search()) == ["eyes", "skin", "sea", "sky", "Original", "Original"]
    assert len(library.list_damaged()) == 1


@pytest.mark.parametrize(
    ("query", "walks"),
    [
        (Search(), "SEARCH versions USING INTEGER PRIMARY KEY (rowid<?)"),
        (Search("sky"), "SCAN search VIRTUAL TABLE"),
        (Search("sky", rating=3, tag="x", seed=1, practice=True), "SCAN search VIRTUAL TABLE"),
        (Search(tag="x", rating=3), "SEARCH tags USING PRIMARY KEY"),
        (Search(rating=3), "SEARCH rated USING INTEGER PRIMARY KEY (rowid<?)"),
        (Search(flag="pick"), "SEARCH rated USING INTEGER PRIMARY KEY (rowid<?)"),
        (Search(seed=1), "SEARCH seeded USING"),
        (Search(document_id="x"), "SEARCH versions USING INDEX versions_by_document"),
        (Search(practice=True), "SEARCH versions USING INDEX versions_by_practice"),
        (Search(since=1.0), "versions"),
        (Search(oldest_first=True), "SEARCH versions USING INTEGER PRIMARY KEY (rowid>?)"),
        (Search("sky", oldest_first=True), "SCAN search VIRTUAL TABLE"),
        (Search(rating=3, oldest_first=True), "SEARCH rated USING INTEGER PRIMARY KEY (rowid>?)"),
        (Search(state=JobState.FAILED), "SEARCH jobs USING INDEX jobs_by_state"),
        (Search("sky", state=JobState.FAILED), "SCAN search VIRTUAL TABLE"),
    ],
)
def test_every_page_is_walked_in_its_order_without_sorting(
    library: Library, query: Search, walks: str
) -> None:
    statement, values = history.compose(query, quoted(query.text), 100, 200)
    with library._reading() as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    steps = [row["detail"] for row in plan]
    assert walks in steps[0]
    scans = [step for step in steps[1:] if step.startswith("SCAN")]
    assert scans == []
    if query.seed is None or query.text:
        sorting = [step for step in steps if "TEMP B-TREE" in step]
        assert sorting == [], steps


def test_lists_of_one_document_and_of_jobs_use_an_index(library: Library) -> None:
    statements: list[str] = []
    with library._reading() as connection:
        connection.set_trace_callback(statements.append)
    library.list_documents()
    library.list_versions("x")
    library.list_jobs(document_id="x")
    library.list_acts("x")
    library.list_trash()
    library.list_charges(10.0, 20.0)
    with library._reading() as connection:
        connection.set_trace_callback(None)
        for statement in [one for one in statements if one.lstrip().startswith("SELECT")]:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            inner = [row["detail"] for row in plan[1:] if row["detail"].startswith("SCAN")]
            assert inner == [], (statement, inner)
