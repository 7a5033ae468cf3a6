"""Reading plain data nobody has vouched for: exactly what is expected, or a ValueError.

A check takes a value as JSON gives it, and returns it as the program wants it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

Check = Callable[[Any], Any]
Spec = Mapping[str, Check]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_PARTS = 2_000_000
"""Lists, objects and their members in one JSON text: what it takes in memory is bounded so."""


def parse_json(data: bytes) -> Any:
    """What a JSON text says. No member twice, no infinities, no more than can be held. Raises
    ValueError."""
    if sum(map(data.count, (b"[", b"{", b","))) > _MOST_PARTS:
        raise ValueError("too many parts")
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def record(spec: Spec) -> Callable[[Any], dict[str, Any]]:
    """An object with exactly these members."""

    def check(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueError("not an object")
        if value.keys() != spec.keys():
            odd = sorted(value.keys() ^ spec.keys())
            raise ValueError(f"members that are missing or unknown: {', '.join(odd)[:200]}")
        found = {}
        for name, part in spec.items():
            try:
                found[name] = part(value[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        return found

    return check


def listed(part: Check, most: int) -> Callable[[Any], tuple[Any, ...]]:
    def check(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) > most:
            raise ValueError("not a list, or too long a one")
        return tuple(part(item) for item in value)

    return check


def optional(part: Check) -> Check:
    return lambda value: None if value is None else part(value)


def words(most: int) -> Callable[[Any], str]:
    """Text that can be kept and shown."""

    def check(value: Any) -> str:
        if type(value) is not str or len(value) > most or "\0" in value:
            raise ValueError("not a text, or too long a one")
        value.encode("utf-8")  # raises ValueError for half a sign
        return value

    return check


def matching(pattern: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if type(value) is not str or not compiled.fullmatch(value):
            raise ValueError(f"not what it should look like: {value!r:.80}")
        return value

    return check


uuid = matching(_UUID.pattern)
sha256 = matching(_SHA256.pattern)


def one_of(values: Collection[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if type(value) is not str or value not in values:
            raise ValueError(f"none of what it can be: {value!r:.80}")
        return value

    return check


def integer(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"not a whole number from {least} to {most}")
        return value

    return check


def number(least: float, most: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(f"not a number from {least:g} to {most:g}")
        if not math.isfinite(value):
            raise ValueError("not a number")
        return cast("float", value)  # a whole one stays so: written again, it is the same text

    return check


def truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
