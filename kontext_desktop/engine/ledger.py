"""Prices, caps, and what was spent. Caps are enforced here, whoever asks."""

from __future__ import annotations

from datetime import datetime

from kontext_desktop.catalog import ModelSpec, dollars
from kontext_desktop.engine.studio import Service, Studio
from kontext_desktop.errors import AccessError, BudgetError, ServiceError
from kontext_desktop.model import Job, JobState, Origin, Spend

QUOTE_LASTS = 600.0
"""Seconds for which a price the service named is taken as current."""


def quote(studio: Studio, service: Service, model: ModelSpec) -> int:
    """The price of one image, in millionths of a dollar, as the service names it. Free to ask.

    Falls back to the published price where the service names none: some keys may not ask, and the
    price of this model is flat.
    """
    known = studio.quotes.get((service.origin, model.id))
    if known is not None and studio.now() - known[0] < QUOTE_LASTS:
        return known[1]
    try:
        price = service.client.get_price(model, {})
    except AccessError:
        # A key of a lesser role may send and yet not ask for prices; a bad key fails at the submit.
        return model.price
    except ServiceError:
        return model.price
    studio.quotes[service.origin, model.id] = (studio.now(), price)
    return price


def authorise(studio: Studio, origin: Origin, cost: int, max_cost: int | None = None) -> None:
    """Raise BudgetError when `cost` is over `max_cost`, or over what today's cap leaves.

    Possible charges and what is ordered but not sent yet count as spent: the cap holds even if
    every unanswered request was billed.
    Practice is rehearsed against `max_cost` only: its charges are never money.
    """
    if max_cost is not None and cost > max_cost:
        raise BudgetError(
            f"This would cost {dollars(cost)}, over the limit of {dollars(max_cost)} you gave.",
            "Ask for fewer variations or raise the limit.",
        )
    queued = studio.library.list_jobs(origin=origin, ended=False)
    ordered = sum(job.price for job in queued if job.state is JobState.QUEUED)
    _keep_cap(studio, origin, cost, ordered)


def authorise_sending(studio: Studio, job: Job) -> None:
    """Raise BudgetError when sending this Job now would pass today's cap, whatever allowed it."""
    _keep_cap(studio, job.origin, job.price, 0)


def _keep_cap(studio: Studio, origin: Origin, cost: int, ordered: int) -> None:
    if origin.practice or not studio.daily_cap:
        return
    spent = spent_today(studio, origin)
    left = max(0, studio.daily_cap - spent.certain - spent.possible - ordered)
    if cost > left:
        waiting = f" ({dollars(ordered)} of it is ordered and not sent yet)" if ordered else ""
        raise BudgetError(
            f"This would cost {dollars(cost)}; of today's {dollars(studio.daily_cap)} "
            f"{dollars(left)} is left{waiting}.",
            "Ask for fewer variations, or raise the daily cap in Settings.",
        )


def spent_today(studio: Studio, origin: Origin) -> Spend:
    """What `origin` has charged since local midnight."""
    midnight = datetime.fromtimestamp(studio.now()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return studio.library.spend(origin, midnight.timestamp())
