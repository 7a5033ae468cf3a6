"""Turn versions into the lines of their list. Pure functions, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kontext_desktop.model import Job, Version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of the list of versions, newest first. `depth`: how far a branch is indented."""

    version: Version
    depth: int
    title: str
    note: str
    """Secondary line: "drift 2.1 · seed 77", "untouched"."""
    tooltip: str


DEEPEST = 4
"""Branches further down are indented no more, so that their titles keep room."""


def list_rows(
    versions: Sequence[Version],
    jobs: Mapping[str, Job],
    drifts: Mapping[str, float] = MappingProxyType({}),
) -> list[VersionRow]:
    """Newest first; `versions` oldest first. What was made from an edit is indented below it.
    `drifts`: how far the results moved from what was sent, as far as that is known."""
    depths: dict[str, int] = {}
    for version in versions:
        above = [depths[parent] for parent in version.parent_ids if parent in depths]
        depths[version.id] = min(above) + 1 if above else 0
    return [
        _row(
            version,
            jobs.get(version.job_id or ""),
            max(0, depths[version.id] - 1),
            drifts.get(version.id),
        )
        for version in reversed(versions)
    ]


def _row(version: Version, job: Job | None, depth: int, drift: float | None) -> VersionRow:
    if job is None:
        note = "" if version.parent_ids else "untouched"
        return VersionRow(version, min(depth, DEEPEST), version.title, note, version.title)
    note, tip = f"seed {job.recipe.seed}", job.recipe.prompt
    if drift is not None:
        note = f"drift {drift:.1f} · {note}"
        tip += (
            f"\nDrift {drift:.1f}: how far the whole moved from what was sent (mean delta E 2000)."
        )
    return VersionRow(version, min(depth, DEEPEST), version.title, note, tip)
