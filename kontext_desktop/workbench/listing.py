"""Turn versions into the lines of their list. Pure functions, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kontext_desktop.model import Job, Version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of the list of versions, newest first. `depth`: how far a branch is indented."""

    version: Version
    depth: int
    title: str
    note: str
    """Secondary line: "seed 77", "untouched"."""
    tooltip: str


DEEPEST = 4
"""Branches further down are indented no more, so that their titles keep room."""


def list_rows(versions: Sequence[Version], jobs: Mapping[str, Job]) -> list[VersionRow]:
    """Newest first; `versions` oldest first. What was made from an edit is indented below it."""
    depths: dict[str, int] = {}
    for version in versions:
        above = [depths[parent] for parent in version.parent_ids if parent in depths]
        depths[version.id] = min(above) + 1 if above else 0
    return [
        _row(version, jobs.get(version.job_id or ""), max(0, depths[version.id] - 1))
        for version in reversed(versions)
    ]


def _row(version: Version, job: Job | None, depth: int) -> VersionRow:
    if job is None:
        note = "" if version.parent_ids else "untouched"
        return VersionRow(version, min(depth, DEEPEST), version.title, note, version.title)
    note = f"seed {job.recipe.seed}"
    return VersionRow(version, min(depth, DEEPEST), version.title, note, job.recipe.prompt)
