"""One field of foreign JSON at a time: a sane value, or nothing.

Nothing here knows what a field is for, and nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

_MAX_ITEMS = 16
_MAX_WORDS = 300
_MAX_ADDRESS = 8192


def as_words(value: object) -> str:
    """A text, or the one inside an error object or list: on one line, cut to 300 characters.

    What is not printable goes: it could steer a terminal or turn the direction of writing.
    """
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("message") or value.get("msg")
    if not isinstance(value, str):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in value[: 10 * _MAX_WORDS])
    text = " ".join(plain.split())
    return text if len(text) <= _MAX_WORDS else text[: _MAX_WORDS - 1] + "…"


def as_number(value: object) -> float | None:
    """A finite number of a size that can be meant; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -1e15 < value < 1e15 else None


def as_whole(value: object) -> int | None:
    """A whole number, also one written as a text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    number = as_number(value)
    return int(number) if number is not None and number.is_integer() else None


def as_address(value: object) -> str | None:
    """A web address as received, unchecked; other models of the service wrap it as `{url}`."""
    if isinstance(value, Mapping):
        value = value.get("url")
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_ADDRESS:
        return None
    return value if value.isprintable() else None


def as_addresses(value: object) -> tuple[str, ...]:
    """The addresses of a list, at most 16 (the model draws one picture), or a single one."""
    items = value if isinstance(value, list) else [value]
    found = (as_address(item) for item in items[:_MAX_ITEMS])
    return tuple(address for address in found if address is not None)


def as_flags(value: object) -> tuple[bool, ...]:
    items = value[:_MAX_ITEMS] if isinstance(value, list) else []
    return tuple(item is True for item in items)


def as_moment(value: object) -> float | None:
    """Seconds since 1970 of an ISO 8601 text; UTC where it names no zone."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def as_seconds(milliseconds: object) -> float | None:
    number = as_number(milliseconds)
    return number / 1000 if number is not None and number >= 0 else None


def as_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def is_header(name: str, value: object) -> bool:
    """Whether this can stand in a request as it is."""
    return (
        re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) is not None
        and isinstance(value, str)
        and re.fullmatch(r"[\x20-\x7e]*", value) is not None
    )
