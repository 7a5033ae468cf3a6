"""What the service remembers of this account, in full or not at all.

An empty list means that the service has nothing, and decides about money. So whatever is odd about
an answer (cut short, mistyped, an entry that cannot be read) is an error, and never a list with
less in it. Knows no HTTP: `ask` puts one free question. Shapes: the service's API pages (list,
delete) and the source of its command line client (billing rows).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from kontext_desktop.catalog import USD
from kontext_desktop.errors import ServiceError
from kontext_desktop.wavespeed.answer import Answer, granted, unusable
from kontext_desktop.wavespeed.fields import as_mapping, as_moment, as_number, as_whole
from kontext_desktop.wavespeed.wire import Prediction, is_id, parse_prediction

Ask = Callable[[str, Mapping[str, object]], Answer]
"""POSTs a body to a path of the service."""

_PAGE_SIZE = 100
_MOST_PAGES = 50
_LATEST = 253_402_300_799
"""Seconds since 1970 of the last moment a timestamp can name."""


@dataclass(frozen=True, slots=True)
class BillingRow:
    """One entry of the account's bill: `amount` in millionths of a dollar, never negative; `at` in
    seconds since 1970 by the service's clock. A row need not name a time or a prediction."""

    kind: Literal["deduct", "refund"]
    amount: int
    at: float | None
    prediction_id: str | None


_KINDS: Mapping[object, Literal["deduct", "refund"]] = {"deduct": "deduct", "refund": "refund"}


def list_predictions(ask: Ask, model_id: str, after: float, before: float) -> list[Prediction]:
    """The edits of one model made in a window of the service's clock, each once."""
    query = {
        "model": model_id,
        "created_after": _timestamp(math.floor(after * 1000)),
        "created_before": _timestamp(math.ceil(before * 1000)),
    }
    found: dict[str, Prediction] = {}
    for answer, items in _pages(ask, "/api/v3/predictions", query, _lists_more):
        for item in items:
            prediction = parse_prediction(as_mapping(item))
            if prediction is None:
                raise unusable("earlier edits", answer)
            found[prediction.id] = prediction
    return [
        prediction
        for prediction in found.values()
        # One that names no model or time is kept: it was asked for by both.
        if prediction.model in ("", model_id) and _is_within(prediction.created_at, after, before)
    ]


def list_charges(ask: Ask, after: float, before: float) -> list[BillingRow]:
    """The billing rows of a window of the service's clock, each once."""
    query = {
        "start_time": _timestamp(math.floor(after * 1000)),
        "end_time": _timestamp(math.ceil(before * 1000)),
    }
    found: dict[str, BillingRow] = {}
    for answer, items in _pages(ask, "/api/v3/billings/search", query, _bills_more):
        for item in items:
            name, row = as_mapping(item).get("uuid"), _parse_row(as_mapping(item))
            if row is None or not isinstance(name, str) or not name:
                raise unusable("charges", answer)
            found[name] = row
    return [row for row in found.values() if _is_within(row.at, after, before)]


def delete(ask: Ask, prediction_ids: Sequence[str]) -> int:
    """Have the service forget these edits; how many it knew."""
    if not all(is_id(prediction_id) for prediction_id in prediction_ids):
        raise ServiceError("An edit to be deleted has no usable id.")
    if not prediction_ids:
        return 0
    answer = ask("/api/v3/predictions/delete", {"ids": list(prediction_ids)})
    count = _read_data(answer).get("deleted_count")
    if type(count) is not int or count < 0:
        raise unusable("the deletion", answer)
    return count


def _pages(
    ask: Ask,
    path: str,
    query: Mapping[str, object],
    has_more: Callable[[Answer, int, int], bool],
) -> Iterator[tuple[Answer, list[object]]]:
    """Page after page, while `has_more(answer, entries in it, entries so far)`."""
    seen = 0
    for number in range(1, _MOST_PAGES + 1):
        answer = ask(path, {"page": number, "page_size": _PAGE_SIZE, **query})
        items = _read_items(answer, number)
        seen += len(items)
        yield answer, items
        if not has_more(answer, len(items), seen):
            return
        if not items:  # it says that there are more and gives none
            raise unusable("this account", answer)
    raise ServiceError(
        "The service has more entries for this time than can be looked through.",
        "Look at wavespeed.ai what became of the edit.",
        f"over {_MOST_PAGES} pages of {path}",
    )


def _read_items(answer: Answer, number: int) -> list[object]:
    """The entries of a page, if it is the one asked for."""
    data = _read_data(answer)
    items, page = data.get("items", ""), data.get("page", number)
    if items is None and "page" in data:
        items = []  # how an empty list may be written; the service's own client reads it so, too
    if not isinstance(items, list) or type(page) is not int or page != number:
        raise unusable("this account", answer)
    return items


def _read_data(answer: Answer) -> Mapping[str, object]:
    """What is inside an answer that says yes in both places where it can say so."""
    if granted(answer).http != 200 or answer.code != 200:
        raise unusable("this account", answer)
    return answer.data


def _lists_more(answer: Answer, count: int, seen: int) -> bool:
    """A full page may be followed by another; a short one is the last, unless `total` (given by
    older versions of the service) says that entries are missing."""
    total = answer.data.get("total")
    if total is not None and as_whole(total) is None:
        raise unusable("earlier edits", answer)
    return count >= _PAGE_SIZE or seen < (as_whole(total) or 0)


def _bills_more(answer: Answer, count: int, seen: int) -> bool:
    more = answer.data.get("has_more")
    if not isinstance(more, bool):
        raise unusable("charges", answer)
    return more


def _parse_row(data: Mapping[str, object]) -> BillingRow | None:
    """A billing row, if all that counts in it can be read."""
    word, price = data.get("billing_type"), as_number(data.get("price"))
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None or price is None:
        return None
    amount, at = round(abs(price) * USD), as_moment(data.get("created_at"))
    if data.get("prediction") is None:
        return BillingRow(kind, amount, at, None)
    prediction_id = as_mapping(data.get("prediction")).get("uuid")
    if not isinstance(prediction_id, str) or not is_id(prediction_id):
        return None
    return BillingRow(kind, amount, at, prediction_id)


def _is_within(at: float | None, after: float, before: float) -> bool:
    return at is None or after <= at <= before


def _timestamp(milliseconds: int) -> str:
    """ISO 8601 in UTC; the service takes fractions of a second, as its own clients send them."""
    seconds, rest = divmod(min(max(milliseconds, 0), _LATEST * 1000), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
