"""Prices, caps, and what was spent. Caps are enforced here, whoever asks.

Possible charges count as spent: a cap holds even if every unanswered request was billed. Practice
is rehearsed against `max_cost` only: its charges are never money.
"""

from __future__ import annotations

from datetime import datetime

from kontext_desktop.catalog import ModelSpec, dollars
from kontext_desktop.engine.studio import Service, Studio
from kontext_desktop.errors import AccessError, BudgetError, ServiceError
from kontext_desktop.model import Document, Job, JobState, Origin, Spend

QUOTE_LASTS = 60.0
"""Seconds for which a price the service named is taken as current."""


def quote(studio: Studio, service: Service, model: ModelSpec) -> int:
    """The price of one image, in millionths of a dollar, as the service names it. Free to ask.

    Falls back to what it named last, else to the published price, where it names none: some keys
    may not ask, and the price of this model is flat.
    """
    known = studio.quotes.get((service.origin, model.id))
    if known is not None and 0 <= studio.now() - known[0] < QUOTE_LASTS:
        return known[1]
    try:
        price = service.client.get_price(model, {})
    except (AccessError, ServiceError):
        # A key of a lesser role may send and yet not ask for prices; a bad key fails at the submit.
        return model.price if known is None else known[1]
    studio.quotes[service.origin, model.id] = (studio.now(), price)
    return price


def changed_price(now: int, shown: int) -> BudgetError:
    """The price is another than the person was shown: nothing is sent before they were asked."""
    return BudgetError(
        f"One image costs {dollars(now)} now, not {dollars(shown)}.",
        "Nothing was sent. Send it again to go on at this price.",
    )


def authorise(
    studio: Studio,
    origin: Origin,
    cost: int,
    *,
    max_cost: int | None = None,
    document: Document | None = None,
) -> None:
    """Raise BudgetError when an order of `cost` is over `max_cost`, over the cap for one order, or
    over what the caps of the day and of `document` leave.

    What is ordered but not sent yet counts, too.
    """
    if max_cost is not None and cost > max_cost:
        raise BudgetError(
            f"This would cost {dollars(cost)}, over the limit of {dollars(max_cost)} you gave.",
            "Ask for fewer variations or raise the limit.",
        )
    cap = studio.settings.batch_cap
    if cap and cost > cap and not origin.practice:
        raise BudgetError(
            f"This would cost {dollars(cost)}; one order may cost {dollars(cap)}.",
            "Ask for fewer variations, or raise the cap for one order in Settings.",
        )
    queued = studio.library.list_jobs(origin=origin, ended=False)
    ordered = [job for job in queued if job.state is JobState.QUEUED]
    _keep_caps(studio, origin, cost, ordered, document)


def authorise_sending(studio: Studio, job: Job) -> None:
    """Raise BudgetError when sending this Job now would pass a cap, whatever allowed it."""
    document = studio.library.get_document(job.document_id)
    _keep_caps(studio, job.origin, job.price, [], document)


def spent_today(studio: Studio, origin: Origin) -> Spend:
    """What `origin` has charged since local midnight."""
    midnight = datetime.fromtimestamp(studio.now()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return studio.library.spend(origin, midnight.timestamp())


def _keep_caps(
    studio: Studio, origin: Origin, cost: int, ordered: list[Job], document: Document | None
) -> None:
    if origin.practice:
        return
    settings = studio.settings
    if settings.daily_cap:
        spent = spent_today(studio, origin)
        waiting = sum(job.price for job in ordered)
        _keep_cap("today's", settings.daily_cap, spent, waiting, cost, "the daily cap")
    if settings.document_cap and document is not None:
        spent = studio.library.spend(origin, 0.0, document.id)
        waiting = sum(job.price for job in ordered if job.document_id == document.id)
        _keep_cap("this document's", settings.document_cap, spent, waiting, cost, "its cap")


def _keep_cap(whose: str, cap: int, spent: Spend, ordered: int, cost: int, name: str) -> None:
    left = max(0, cap - spent.certain - spent.possible - ordered)
    if cost > left:
        waiting = f" ({dollars(ordered)} of it is ordered and not sent yet)" if ordered else ""
        raise BudgetError(
            f"This would cost {dollars(cost)}; of {whose} {dollars(cap)} "
            f"{dollars(left)} is left{waiting}.",
            f"Ask for fewer variations, or raise {name} in Settings.",
        )
