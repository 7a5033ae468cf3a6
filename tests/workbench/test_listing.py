from __future__ import annotations

from workbench_tools import JOB

from kontext_desktop.model import Version
from kontext_desktop.workbench.listing import list_rows


def version(number: int, *parents: str, job_id: str | None = None) -> Version:
    return Version(f"v{number}", number, "doc", parents, (), job_id, f"Step {number}", False, 0.0)


def test_the_newest_version_is_on_top_and_branches_are_indented() -> None:
    versions = [version(1), version(2, "v1", job_id="job"), version(3, "v2"), version(4, "v1")]
    rows = list_rows(versions, {"job": JOB})
    assert [(row.version.id, row.depth) for row in rows] == [
        ("v4", 0),
        ("v3", 1),
        ("v2", 0),
        ("v1", 0),
    ]
    assert [row.note for row in rows[2:]] == ["seed 77", "untouched"]
    assert rows[2].tooltip == "Make it warmer."


def test_how_far_a_result_moved_is_said_once_it_is_known() -> None:
    (row,) = list_rows([version(2, "v1", job_id="job")], {"job": JOB}, {"v2": 2.14})
    assert row.note == "drift 2.1 · seed 77"
    assert "delta E 2000" in row.tooltip
