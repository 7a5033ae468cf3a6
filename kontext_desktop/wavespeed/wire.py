"""An edit as the service writes it: parse leniently, send strictly, say plainly why it failed.

Pure functions on mappings; nothing here knows HTTP. Source of the shapes and the codes: the
service's API pages and its official clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kontext_desktop.catalog import ModelSpec
from kontext_desktop.errors import Charged, FailedError, ParameterError
from kontext_desktop.wavespeed.fields import (
    as_addresses,
    as_flags,
    as_mapping,
    as_moment,
    as_number,
    as_seconds,
    as_whole,
    as_words,
)

SENT_NAMES = frozenset({"prompt", "image", "seed", "guidance_scale", "aspect_ratio"})
"""All that is ever sent. The service drops a misspelt name in silence and bills the edit."""

Outcome = Literal["running", "completed", "failed"]

_ID = "[A-Za-z0-9_-]{8,64}"
_FAILED_WORDS = frozenset({"failed", "cancelled", "canceled", "timeout", "deleted"})


@dataclass(frozen=True, slots=True)
class Prediction:
    """The service's record of one edit, with everything doubtful left out.

    `status` is the service's own word; `outcome` is ours, and an unknown word means "running", for
    the edit is paid for. `outputs` are addresses as received, unchecked. `created_at` is in seconds
    since 1970 by the service's clock, `server_seconds` its own figure; `inputs` the echo of what
    was sent, where there is one; `model` the model's id, "" where it names none.
    """

    id: str
    outcome: Outcome
    status: str
    outputs: tuple[str, ...] = ()
    nsfw: tuple[bool, ...] = ()
    error: str = ""
    error_code: int | None = None
    created_at: float | None = None
    server_seconds: float | None = None
    inputs: Mapping[str, object] | None = None
    model: str = ""


def rescue_id(body: bytes) -> Prediction | None:
    """The one prediction id in a body that is not JSON (cut short, or spoilt elsewhere).

    For answers to a paid request only: there an id is worth more than good form.
    """
    found = set(re.findall(rf'"id"\s*:\s*"({_ID})"'.encode(), body))
    return Prediction(found.pop().decode(), "running", "") if len(found) == 1 else None


def is_id(text: str) -> bool:
    """Whether this can be a prediction's id, and so may stand in the path of a request."""
    return re.fullmatch(_ID, text) is not None


def parse_prediction(data: Mapping[str, object]) -> Prediction | None:
    """A prediction from any object with a usable `id`; whatever else is odd is left out."""
    prediction_id, status = data.get("id"), as_words(data.get("status"))
    if not isinstance(prediction_id, str) or not is_id(prediction_id):
        return None
    times = (
        as_mapping(data.get("timings")).get("inference"),
        data.get("executionTime"),
        data.get("execution_time"),
    )
    return Prediction(
        id=prediction_id,
        outcome=_outcome(status),
        status=status,
        outputs=as_addresses(data.get("outputs")),
        nsfw=as_flags(data.get("has_nsfw_contents")),
        error=as_words(data.get("error")),
        error_code=as_whole(data.get("code")),
        created_at=as_moment(data.get("created_at")),
        server_seconds=next((s for s in map(as_seconds, times) if s is not None), None),
        inputs=_echo(data.get("inputs")) or _echo(data.get("input")),
        model=as_words(data.get("model")),
    )


def _outcome(status: str) -> Outcome:
    word = status.lower()
    if word == "completed":
        return "completed"
    return "failed" if word in _FAILED_WORDS else "running"


def _echo(value: object) -> dict[str, object] | None:
    """Of the echoed inputs only what we may have sent, in the types we send."""
    kept: dict[str, object] = {}
    for name, item in as_mapping(value).items():
        if name in SENT_NAMES and isinstance(item, str):
            kept[name] = item.encode("utf-8", "replace").decode()
        elif name in SENT_NAMES and as_number(item) is not None:
            kept[name] = item
    return kept or None


def submit_body(
    model: ModelSpec,
    *,
    prompt: str,
    image: str,
    seed: int,
    guidance_scale: float,
    aspect_ratio: str | None,
) -> dict[str, object]:
    """The body of one paid request: documented names only, and never the mode that waits.

    No ratio means the field is left out: the picture's own. Raises ParameterError for what the
    model would not take.
    """
    guidance, seeds = model.guidance_scale, model.seed
    ratios = [ratio.name for ratio in model.ratios]
    if not prompt.strip():
        raise ParameterError("The instruction is empty.", "Say what should change.")
    if not image:
        raise ParameterError("There is no picture to edit.", "Open a picture first.")
    if not seeds.minimum <= seed <= seeds.maximum:
        allowed = f"from {seeds.minimum:.0f} to {seeds.maximum:.0f}"
        raise ParameterError(f"The seed {seed} is out of range.", f"Use a whole number {allowed}.")
    if not guidance.minimum <= guidance_scale <= guidance.maximum:
        allowed = f"from {guidance.minimum:g} to {guidance.maximum:g}"
        raise ParameterError(f"Guidance {guidance_scale} is out of range.", f"Use {allowed}.")
    if aspect_ratio is not None and aspect_ratio not in ratios:
        raise ParameterError(
            f"The model has no ratio {aspect_ratio}.", f"Use one of {', '.join(ratios)}."
        )
    body: dict[str, object] = {
        "prompt": prompt,
        "image": image,
        "seed": seed,
        "guidance_scale": guidance_scale,
    }
    return body if aspect_ratio is None else body | {"aspect_ratio": aspect_ratio}


def explain_failure(prediction: Prediction) -> FailedError:
    """Why an accepted edit did not come to be.

    `charged` is never "no": the service charges on acceptance and gives failed edits back later.
    """
    lead, hint, charged = _FAILURES[_failure_code(prediction)]
    detail = f"{prediction.id}: status {prediction.status}, code {prediction.error_code}"
    hint = f"{hint} {_REFUND}" if charged == "maybe" else hint
    return FailedError(sentence(lead, prediction.error), hint, detail, charged=charged)


TOP_UP = "Top up the account at wavespeed.ai, then generate again."
_REFUND = "The service gives charges for failed edits back within 3 hours."

_AGAIN = "Generate again, or word it differently."
_LATER = "Generate again later."
_CHECK = "Check guidance, seed and ratio."

_FAILURES: dict[int, tuple[str, str, Charged]] = {
    0: ("The service could not do this edit", _AGAIN, "maybe"),
    1200: (
        "The service's content check stopped this edit",
        "Change the picture or the words. No refund is promised here: count it as charged.",
        "yes",
    ),
    1400: ("The service misses a parameter of this edit", _CHECK, "maybe"),
    1401: ("The service could not use a parameter of this edit", _CHECK, "maybe"),
    1402: (
        "The service could not fetch the uploaded picture",
        "Generate again: it is uploaded anew.",
        "maybe",
    ),
    1403: ("The model failed at this edit", _AGAIN, "maybe"),
    1405: ("The model failed at this edit", _AGAIN, "maybe"),
    1406: ("The service tried several times and gave up", _LATER, "maybe"),
    1407: ("The account has no credit left", TOP_UP, "maybe"),
    5000: ("The service had a fault of its own", _LATER, "maybe"),
    5003: ("The model is not available now", _LATER, "maybe"),
    5004: ("The edit took the service too long", "Generate again.", "maybe"),
}


def _failure_code(prediction: Prediction) -> int:
    """A key of the table above: the service's code, or what its words amount to; 0 for none."""
    words = prediction.error.lower()
    named = (int(code) for code in re.findall(r"\b(?:code|error)\W{0,3}(\d{4})\b", words))
    for code in (prediction.error_code, *named):
        if code and code in _FAILURES:
            return code
    if any(word in words for word in ("moderat", "nsfw", "sensitive", "content policy")):
        return 1200
    if "insufficient" in words:
        return 1407
    return 5004 if prediction.status.lower() == "timeout" else 0


def sentence(lead: str, said: str) -> str:
    return f"{lead}: {said.rstrip('.')}." if said else f"{lead}."
