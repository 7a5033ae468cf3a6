"""What was spent as a table for the books: one line for each charge, CSV."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

from kontext_desktop.catalog import USD
from kontext_desktop.engine import refunds
from kontext_desktop.model import Charge

if TYPE_CHECKING:
    from kontext_desktop.library import Library

COLUMNS = (
    "day",
    "time",
    "client",
    "document",
    "amount_usd",
    "charged",
    "refunded_usd",
    "refund",
    "service",
    "practice",
    "model",
    "seed",
    "state",
    "job",
    "prediction",
)


def list_lines(library: Library, since: float, until: float, now: float) -> list[dict[str, str]]:
    """The charges of that time by `COLUMNS`; what was never sent is left out. Days and times are
    this machine's; amounts in dollars, exact."""
    return [
        _line(charge, now)
        for charge in library.list_charges(since, until)
        if charge.charged != "no" or charge.refunded
    ]


def write_csv(lines: list[dict[str, str]]) -> str:
    """The lines as CSV with a header, for any spreadsheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _harmless(value) for name, value in line.items()})
    return text.getvalue()


def _line(charge: Charge, now: float) -> dict[str, str]:
    when = datetime.fromtimestamp(charge.at)
    return {
        "day": f"{when:%Y-%m-%d}",
        "time": f"{when:%H:%M:%S}",
        "client": charge.client,
        "document": charge.document_name,
        "amount_usd": f"{charge.amount / USD:.6f}",
        "charged": charge.charged,
        "refunded_usd": f"{charge.refunded / USD:.6f}",
        "refund": refunds.describe(charge, now),
        "service": charge.origin.endpoint,
        "practice": "yes" if charge.origin.practice else "no",
        "model": charge.model_id,
        "seed": str(charge.seed),
        "state": charge.state.value,
        "job": charge.job_id,
        "prediction": charge.prediction_id or "",
    }


def _harmless(value: str) -> str:
    """A spreadsheet takes a text that begins so for a formula; a file's name may be anything."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
