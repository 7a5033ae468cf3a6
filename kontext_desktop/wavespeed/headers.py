"""What the head of an answer says of time: the service's clock, and how long it asks us to wait.

Pure functions on header fields; nothing here raises. Source of the forms: RFC 9110, 5.6.7 (dates)
and 10.2.3 (Retry-After). The service documents neither header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 150.0
"""Seconds. The service counts by the minute: a longer wait is a mistake, or means no good."""


def find_date(headers: Mapping[str, str]) -> float | None:
    """The service's clock as it answered, in seconds since 1970, cut to a whole second by its
    form; None where it does not say. `headers` are looked up in lower case."""
    return _as_http_date(headers.get("date", ""))


def find_wait(headers: Mapping[str, str], wall: float) -> float | None:
    """The seconds to wait before the next try, at most 150; None for what asks for no such thing.

    Retry-After has seconds, or a date: one of the service's clock, so it is held against the
    answer's own Date, and against ours (`wall`, seconds since 1970) only where there is none.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,9})?", value):
        return min(float(value), LONGEST_WAIT)
    until = _as_http_date(value)
    if until is None:
        return None
    date = find_date(headers)
    wait = until - (wall if date is None else date)
    return min(wait, LONGEST_WAIT) if wait >= 0 else None


def _as_http_date(value: str) -> float | None:
    if not re.fullmatch(r"[A-Z][a-z]{2,8},? [\x20-\x7e]{10,40}", value.strip()):
        return None
    try:
        moment = parsedate_to_datetime(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
