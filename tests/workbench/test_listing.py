from __future__ import annotations

from dataclasses import replace

from workbench_tools import JOB

from kontext_desktop.model import Annotation, Version
from kontext_desktop.workbench.listing import DEEPEST, Joint, list_rows


def version(number: int, *parents: str, job_id: str | None = None) -> Version:
    return Version(f"v{number}", number, "doc", parents, (), job_id, f"Step {number}", False, 0.0)


def test_what_was_made_from_an_edit_stands_below_it_and_the_original_at_the_foot() -> None:
    versions = [version(1), version(2, "v1", job_id="job"), version(3, "v2"), version(4, "v1")]
    rows = list_rows(versions, {"job": JOB})
    assert [(row.version.id, row.depth, row.made) for row in rows] == [
        ("v4", 0, 0),
        ("v2", 0, 1),
        ("v3", 1, 0),
        ("v1", 0, 3),
    ]
    assert [row.note for row in rows] == ["", "seed 77", "", "untouched"]
    assert rows[1].tooltip == "Make it warmer."
    assert rows[2].tooltip == "Step 3\nMade from: Step 2"


def test_lines_lead_from_each_edit_to_all_that_was_made_from_it() -> None:
    """v2 has the branches v3 and v5; v4 goes on from v3."""
    versions = [version(1), version(2, "v1"), version(3, "v2"), version(4, "v3"), version(5, "v2")]
    rows = list_rows(versions, {})
    assert [(row.version.id, row.depth, row.joint, row.rails, row.goes_on) for row in rows] == [
        ("v2", 0, Joint.NONE, (), True),
        ("v5", 1, Joint.BRANCH, (0,), False),
        ("v3", 1, Joint.LAST, (), True),
        ("v4", 1, Joint.STRAIGHT, (), False),
        ("v1", 0, Joint.NONE, (), False),
    ]


def test_one_edit_after_the_other_stays_in_its_column_however_many() -> None:
    chain = [version(1), *(version(number, f"v{number - 1}") for number in range(2, 3000))]
    rows = list_rows(chain, {})
    assert max(row.depth for row in rows) == 1
    assert rows[-1].made == len(chain) - 1


def test_what_branches_too_deep_says_what_it_was_made_from() -> None:
    versions = [version(1)]
    for number in range(2, 20, 2):
        parent = f"v{number - 1}" if number > 2 else "v1"
        versions += [version(number, parent), version(number + 1, parent)]
    rows = list_rows(versions, {})
    assert max(row.depth for row in rows) == DEEPEST
    deep = [row for row in rows if row.depth == DEEPEST and row.joint is Joint.NONE]
    assert deep
    assert all(row.note.startswith("from Step ") for row in deep)


def test_what_the_person_says_of_it_comes_first() -> None:
    said = Annotation(name="For the cover", note="Ask Kim", tags=frozenset({"print", "a"}))
    (row,) = list_rows([replace(version(1), annotation=said)], {})
    assert row.title == "For the cover"
    assert row.tooltip == "For the cover\nTags: a, print\nNote: Ask Kim"


def test_how_far_a_result_moved_is_said_once_it_is_known() -> None:
    (row,) = list_rows([version(2, "v1", job_id="job")], {"job": JOB}, {"v2": 2.14})
    assert row.note == "drift 2.1 · seed 77"
    assert "delta E 2000" in row.tooltip
