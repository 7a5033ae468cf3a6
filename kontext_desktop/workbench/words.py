"""Longer sentences of the workbench: what was spent, what is offered. Pure, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kontext_desktop.catalog import dollars
from kontext_desktop.errors import KontextError
from kontext_desktop.workbench.state import Deed, Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.workbench.errands import Standing


def describe_spend(
    standing: Standing, refunds: Mapping[str, str], balance: int | None, balance_at: float
) -> str:
    """What was spent today, a line for each thing that is known."""
    if standing.practice:
        return "Practice costs nothing."
    certain, possible = standing.spent
    lines = [f"{dollars(certain)} was charged for certain today."]
    if possible:
        lines.append(
            f"{dollars(possible)} more may have been billed: an edit got no answer, or failed and "
            "its refund was not seen yet. Caps count it as spent."
        )
    states = list(refunds.values())
    for state, words in _REFUNDS.items():
        number = states.count(state)
        if number:
            lines.append(f"{number} refund{'s' if number > 1 else ''} {words}.")
    if balance is not None:
        at = datetime.fromtimestamp(balance_at)
        lines.append(f"Balance {dollars(balance)}, as the service said at {at:%H:%M}.")
    return "\n".join(lines)


def offer_unsent(job_ids: Sequence[str], price: int) -> Notice:
    """What an earlier run left unsent. `price`: of one image, now."""
    number, cost = len(job_ids), dollars(len(job_ids) * price)
    ids, one = tuple(job_ids), len(job_ids) == 1
    return Notice(
        Tone.LOOK,
        f"{'1 edit was' if one else f'{number} edits were'} not sent yet ({cost}).",
        "Nothing is sent by itself after a start.",
        deeds=(
            Deed("send_all", f"Send · {cost}" if one else f"Send all · {cost}", ids, price),
            Deed("cancel_all", "Cancel" if one else "Cancel all", ids),
        ),
    )


def offer_way_out(error: KontextError) -> Notice:
    """The same edit was sent before and has no answer; `error.detail` is that Job's id."""
    return Notice(
        Tone.LOOK,
        error.message,
        "Nothing was sent. Look at that one, or take another seed and generate again.",
        deeds=(Deed("look", "Look…", (error.detail,)), Deed("other_seed", "Another seed")),
    )


_REFUNDS = {
    "expected": "expected: the service promises it within 3 hours",
    "overdue": "overdue: promised within 3 hours and not seen; ask their support",
    "seen": "seen in the last days",
}
