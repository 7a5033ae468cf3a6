"""What is said of a frame before anything is paid: how much comes back, what is taken along or cut.

Plain data to plain text; knows no widget.
"""

from __future__ import annotations

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.first_words import Frame, Size
from kontext_desktop.framing import Plan
from kontext_desktop.framing import plan as make_plan

_NO_BREAK = "\u00a0"


def describe_part(plan: Plan, picture: Size, region: Frame | None, ratio: str | None) -> str:
    """Which part is sent, in a few words."""
    if plan.frame == Frame.whole(picture):
        return "Whole picture" if not ratio else f"Whole picture in {ratio}"
    if region is None:
        return f"Centre {ratio} · {plan.frame.size}"
    return " ".join(["Region", *([ratio] if ratio else []), "·", str(plan.frame.size)])


def describe_return(plan: Plan, picture: Size) -> str:
    """How large the result comes back, and how much of the picture's own detail that is."""
    detail = f"{share(plan)} of" if plan.detail < 0.995 else "all of"
    size = str(plan.returns).replace(" ", _NO_BREAK)
    text = f"Comes back as {size}: {detail} this picture's detail on each side"
    if plan.frame == Frame.whole(picture):
        return f"{text}."
    whole = make_plan(KONTEXT_MAX, picture)
    return f"{text}." if whole.detail >= plan.detail else f"{text}; the whole: {share(whole)}."


def describe_change(plan: Plan, picture: Size, region: Frame | None) -> str:
    """What the shape adds or leaves out; empty where that is nothing."""
    said = []
    if region is None:
        cut = 1 - _pixels(plan.frame.size) / _pixels(picture)
        if cut >= 0.005:
            said.append(f"{_percent(cut)} of the picture stays as it is.")
    else:
        more = _pixels(plan.frame.size) / _pixels(region.size) - 1
        if more >= 0.005:
            said.append(f"{_percent(more)} more around the region is sent along.")
    if plan.is_padded and mirrored(plan) >= 0.005:
        said.append(
            f"{_percent(mirrored(plan))} of what is sent is mirrored border, taken off again."
        )
    return " ".join(said)


def describe_ratio(plan: Plan, picture: Size, region: Frame | None) -> str:
    """What a ratio would do, for its button's tooltip."""
    text = f"{plan.shape.name}, comes back as {plan.returns}. "
    return text + (describe_change(plan, picture, region) or "Nothing is added or left out.")


def sign(plan: Plan, picture: Size, region: Frame | None) -> str:
    """The same in the few signs that a button has room for."""
    if mirrored(plan) >= 0.02:
        return f"mirror {_percent(mirrored(plan))}"
    base = region.size if region is not None else picture
    change = _pixels(plan.frame.size) / _pixels(base) - 1
    if abs(change) < 0.005:
        return ""
    return f"{'+' if change > 0 else '−'}{_percent(abs(change))}"


def share(plan: Plan) -> str:
    """How much of the picture's detail comes back, on a side."""
    return _percent(min(plan.detail, 1.0))


def mirrored(plan: Plan) -> float:
    """The part of all that is sent that is border."""
    return 1 - _pixels(plan.inner.size) / _pixels(plan.sent)


def _percent(value: float) -> str:
    return f"{max(1, round(100 * value))}{_NO_BREAK}%"


def _pixels(size: Size) -> int:
    return size.width * size.height
