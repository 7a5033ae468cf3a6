"""Every way in which one field of a reply can be of the wrong type, or missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

MISSING = object()
"""In place of a value: none at all."""

WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "0": 0,
    "-1": -1,
    "1.5e300": 1.5e300,
    '""': "",
    '"x"': "x",
    "[]": [],
    "{}": {},
    "missing": MISSING,
}


def mutations(document: Any) -> Iterator[tuple[str, Path, Any]]:
    """All of them, each with a name that can be read, such as data.outputs.0=null."""
    for path in places(document):
        for word, value in WRONG.items():
            if json.dumps(find(document, path)) != word:  # else it is right as it is
                yield f"{'.'.join(map(str, path))}={word}", path, value


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path to each value inside another, however deep; of a list the first stands for all."""
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value[:1])):
            yield (*path, name)
            yield from places(value[name], (*path, name))


def mutate(document: Any, path: Path, value: Any) -> None:
    """Put a value into its place, or take away what is there."""
    *holders, name = path
    holder = find(document, tuple(holders))
    if value is MISSING:
        del holder[name]
    else:
        holder[name] = value


def find(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document
