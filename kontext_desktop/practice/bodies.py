"""What a request's body says, and the refusal of one that says it wrongly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from kontext_desktop.practice.exchange import Answer, LoggedRequest

_Item = TypeVar("_Item")


class Refusal(Exception):
    """Leaves an endpoint as an error in the envelope."""

    def __init__(
        self,
        status: int,
        message: str = "",
        error_code: int = 0,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.answer = Answer.error(status, message, error_code, retry_after)


def read_json(request: LoggedRequest) -> Mapping[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise Refusal(400, "the request body is not valid JSON", 1401) from error
    if not isinstance(body, dict):
        raise Refusal(400, "the request body must be a JSON object", 1401)
    return body


def read_integer(body: Mapping[str, Any], name: str, minimum: int, maximum: int) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise Refusal(400, f"property {name} must be from {minimum} to {maximum}", 1401)
    return value


def _read_time(body: Mapping[str, Any], name: str) -> float | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Refusal(400, f"property {name} must be an ISO 8601 time", 1401) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


Window = tuple[float | None, float | None]


def read_window(body: Mapping[str, Any], after: str, before: str) -> Window:
    """From when to when, both ends included; each may be left open."""
    return _read_time(body, after), _read_time(body, before)


def is_within(at: float, window: Window) -> bool:
    after, before = window
    return (after is None or at >= after) and (before is None or at <= before)


def cut_page(body: Mapping[str, Any], items: list[_Item]) -> tuple[int, list[_Item], bool]:
    """The number of the page asked for, what is on it, and whether there are more."""
    page = read_integer(body, "page", 1, 1 << 31)
    size = read_integer(body, "page_size", 1, 100)
    return page, items[(page - 1) * size : page * size], len(items) > page * size
