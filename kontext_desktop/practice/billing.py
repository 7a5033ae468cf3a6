"""The account's bill: what was taken for each accepted submit, and what was given back.

Nothing is kept here: the bill is what the ledger and the ends of predictions amount to by the
clock. Practice dollars throughout.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kontext_desktop.practice.book import Accepted, Book
from kontext_desktop.practice.predictions import Predictions

_SPACE = uuid.UUID("5a1b8a52-6b0e-4f0e-9a86-51d5e0c1f9b7")
"""Makes the names of rows, the same each time they are asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """A charge or a refund of one prediction; `price` in millionths of a dollar."""

    id: str
    kind: Literal["deduct", "refund"]
    at: float
    price: int
    prediction_id: str
    model_id: str
    status: str


class Billing:
    """Any thread."""

    def __init__(
        self,
        book: Book,
        predictions: Predictions,
        *,
        refund_after: float,
        now: Callable[[], float],
    ) -> None:
        self._book = book
        self._predictions = predictions
        self._refund_after = refund_after
        self._now = now

    def list_newest(self) -> list[Row]:
        """Charges from acceptance on, also of what was deleted since; refunds once they are due."""
        rows = []
        for accepted in self._book.list_accepted():
            rows.append(self._row("deduct", accepted.at, accepted))
            refunded_at = self._find_refund(accepted)
            if refunded_at is not None:
                rows.append(self._row("refund", refunded_at, accepted))
        return sorted(reversed(rows), key=lambda row: row.at, reverse=True)

    def get_spent(self) -> int:
        """What was taken and not given back so far, in millionths of a dollar."""
        kept = (a for a in self._book.list_accepted() if self._find_refund(a) is None)
        return sum(accepted.price for accepted in kept)

    def _find_refund(self, accepted: Accepted) -> float | None:
        failed_at = self._predictions.find_failure(accepted.id)
        if failed_at is None or failed_at + self._refund_after > self._now():
            return None
        return failed_at + self._refund_after

    def _row(self, kind: Literal["deduct", "refund"], at: float, accepted: Accepted) -> Row:
        prediction = self._predictions.find(accepted.id)
        status = self._predictions.get_status(prediction, 0)[1] if prediction else "deleted"
        name = uuid.uuid5(_SPACE, f"{kind} {accepted.id}").hex
        return Row(name, kind, at, accepted.price, accepted.id, accepted.model_id, status)
