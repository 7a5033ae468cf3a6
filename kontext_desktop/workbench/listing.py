"""Turn versions into the lines of their list. Pure functions, no Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

from kontext_desktop.model import Job, Version

DEEPEST = 3
"""Branches further down are indented no more, so that their titles keep room."""


class Joint(Enum):
    """How a row hangs on what it was made from."""

    NONE = auto()
    BRANCH = auto()
    """By a line from the left, which goes on to the next of the same parent."""
    LAST = auto()
    STRAIGHT = auto()
    """The only one made from the row above: right below it, not indented further."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of the tree of versions. `depth`: how far it is indented."""

    version: Version
    depth: int
    title: str
    note: str
    """Secondary line: "drift 2.1 · seed 77", "untouched"."""
    tooltip: str
    joint: Joint = Joint.NONE
    rails: tuple[int, ...] = ()
    """Depths at which a line passes by, from a row above to one below."""
    goes_on: bool = False
    """Whether a line leads from this row to the next one."""
    made: int = 0
    """How many versions were made from it, and from those."""


class _Place(NamedTuple):
    version: Version
    depth: int
    joint: Joint = Joint.NONE
    rails: tuple[int, ...] = ()


def list_rows(
    versions: Sequence[Version],
    jobs: Mapping[str, Job],
    drifts: Mapping[str, float] = MappingProxyType({}),
) -> list[VersionRow]:
    """The tree, with the original at its foot; `versions` oldest first. What was made from an edit
    stands below it, the newest first: branches are indented, one edit after the other is not.
    `drifts`: how far the results moved from what was sent, as far as that is known."""
    known = {version.id: version for version in versions}
    parents = {
        version.id: next((one for one in version.parent_ids if one in known), "")
        for version in versions
    }
    children: dict[str, list[Version]] = defaultdict(list)
    made = dict.fromkeys(known, 0)
    for version in reversed(versions):
        parent = parents[version.id]
        children[parent].append(version)
        if parent:
            made[parent] += made[version.id] + 1
    places = [
        place
        for original in children[""]
        for place in (*_list_below(original, children), _Place(original, 0))
    ]
    rows = []
    for place, following in zip(places, [*places[1:], None], strict=False):
        version = place.version
        leads = following is not None and parents[following.version.id] == version.id
        above = known.get(parents[version.id])
        rows.append(
            _row(
                place,
                jobs.get(version.job_id or ""),
                drifts.get(version.id),
                following is not None and leads and following.joint is not Joint.NONE,
                made[version.id],
                above.name if above is not None else "",
            )
        )
    return rows


def _list_below(original: Version, children: Mapping[str, list[Version]]) -> list[_Place]:
    """Without recursion: a hundred edits, one after the other, are nothing unusual."""
    places = []
    waiting = [_Place(version, 0) for version in reversed(children[original.id])]
    while waiting:
        place = waiting.pop()
        places.append(place)
        below = children.get(place.version.id, [])
        waiting += reversed(_hang(place, below))
    return places


def _hang(place: _Place, below: Sequence[Version]) -> list[_Place]:
    """Where those stand that were made from one."""
    depth, rails = place.depth, place.rails
    if len(below) == 1 and depth > 0:
        return [_Place(below[0], depth, Joint.STRAIGHT, rails)]
    if depth == DEEPEST:
        return [_Place(version, depth, Joint.NONE, rails) for version in below]
    return [
        *(_Place(version, depth + 1, Joint.BRANCH, (*rails, depth)) for version in below[:-1]),
        *(_Place(version, depth + 1, Joint.LAST, rails) for version in below[-1:]),
    ]


def _row(
    place: _Place, job: Job | None, drift: float | None, goes_on: bool, made: int, above: str
) -> VersionRow:
    version = place.version
    title = version.name
    if job is None:
        note, tips = "" if version.parent_ids else "untouched", [title]
    else:
        note, tips = f"seed {job.recipe.seed}", [job.recipe.prompt]
    if drift is not None:
        note = f"drift {drift:.1f} · {note}"
        tips.append(
            f"Drift {drift:.1f}: how far the whole moved from what was sent (mean delta E 2000)."
        )
    if place.depth == DEEPEST and place.joint is Joint.NONE:
        note = f"from {above} · {note}"
    if place.depth > 0:
        tips.append(f"Made from: {above}")
    said = version.annotation
    if said.tags:
        tips.append(f"Tags: {', '.join(sorted(said.tags))}")
    if said.note:
        tips.append(f"Note: {said.note}")
    return VersionRow(
        version,
        place.depth,
        title,
        note,
        "\n".join(tips),
        place.joint,
        place.rails,
        goes_on,
        made,
    )
