"""What the service says: the envelope around every answer, what is inside, and what it means.

A reply that is not the service's JSON (a gateway's page, a sign-in page) is not the service
speaking, whatever its status number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kontext_desktop.catalog import USD
from kontext_desktop.errors import AccessError, RefusedError, ServiceError
from kontext_desktop.wavespeed.fields import (
    as_address,
    as_mapping,
    as_number,
    as_whole,
    as_words,
    is_header,
)
from kontext_desktop.wavespeed.wire import TOP_UP, Prediction, parse_prediction, sentence

_DEFINITE = frozenset({400, 401, 402, 403, 404, 413, 415, 422, 429})
"""HTTP statuses that mean: read, understood, and not done."""

_FRAMING_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Facts of the connection, which sets them itself; said twice they spoil the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the API, opened: `{code, message, data}`.

    `content` is None for what is no JSON object; `said` are the service's own words as plain text;
    `retry_after` are the seconds it asked us to wait, where it did.
    """

    http: int
    content: Mapping[str, object] | None
    said: str = ""
    retry_after: float | None = None
    key: str = field(default="", repr=False)
    """The key the question was asked with: it must not come into our messages from the answer."""

    @property
    def delivered(self) -> bool:
        return 200 <= self.http < 300

    @property
    def code(self) -> int | None:
        return as_whole(as_mapping(self.content).get("code"))

    @property
    def status(self) -> int:
        """What the service means: the envelope's `code` where HTTP says all is well, else HTTP's
        number. Both have to be looked at: it reports errors inside an HTTP 200, too."""
        return self.code if self.delivered and self.code is not None else self.http

    @property
    def granted(self) -> bool:
        return self.delivered and self.code in (None, 200)

    @property
    def data(self) -> Mapping[str, object]:
        return as_mapping(as_mapping(self.content).get("data"))

    @property
    def refused(self) -> bool:
        """The service read the request and said no: nothing was made, nothing charged.

        A code of its own trouble (5xx, 5xxx) inside an HTTP 200 is not a no, and neither is one
        that speaks of success (0, 2xx) or of nothing we know.
        """
        if self.content is None:
            return False
        if not self.delivered:
            return self.http in _DEFINITE
        code = self.code or 0
        own_trouble = code in (408, 409, 425) or 5000 <= code < 6000
        return (400 <= code < 500 or 1000 <= code < 10_000) and not own_trouble

    @property
    def prediction(self) -> Prediction | None:
        """The prediction in here, wherever it is; None without a usable id."""
        inner = as_mapping(self.content).get("data")
        first = inner[0] if isinstance(inner, list) and inner else None
        found = (parse_prediction(as_mapping(place)) for place in (inner, first, self.content))
        prediction = next((prediction for prediction in found if prediction is not None), None)
        if prediction is None or not self.key:
            return prediction
        return replace(
            prediction,
            status=prediction.status.replace(self.key, "…"),
            error=prediction.error.replace(self.key, "…"),
        )

    @property
    def detail(self) -> str:
        """For the log: numbers and the service's words, never addresses or bodies."""
        shape = "" if self.content is not None else ", not a JSON object"
        return f"HTTP {self.http}, code {self.code}{shape}: {self.said}".rstrip(": ")


def read_answer(http: int, body: bytes, retry_after: float | None = None) -> Answer:
    """Open an answer. Never raises: what cannot be read is an Answer without content."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return Answer(http, None, retry_after=retry_after)
    words = (as_words(content.get(name)) for name in ("message", "error", "detail", "errors"))
    return Answer(http, content, next((text for text in words if text), ""), retry_after)


def granted(answer: Answer) -> Answer:
    """The answer to a free question, if it is one; else what `explain_*` make of it is raised."""
    if answer.refused:
        raise explain_refusal(answer)
    if not answer.granted:
        raise explain_trouble(answer)
    return answer


@dataclass(frozen=True, slots=True)
class Ticket:
    """Permission to PUT one file: where, with which headers, and its address afterwards."""

    put_url: str
    headers: Mapping[str, str]
    download_url: str


def read_ticket(answer: Answer) -> Ticket:
    """The upload ticket. Raises ServiceError when it cannot be used."""
    upload = as_mapping(answer.data.get("upload"))
    put_url, headers = as_address(upload.get("url")), as_mapping(upload.get("headers"))
    usable = all(is_header(name, value) for name, value in headers.items())
    if put_url is None or not usable or upload.get("method", "PUT") != "PUT":
        raise unusable("the upload", answer)
    kept = {
        name: str(value) for name, value in headers.items() if name.lower() not in _FRAMING_HEADERS
    }
    return Ticket(put_url, kept, read_upload(answer))


def read_upload(answer: Answer) -> str:
    """The address of what was uploaded. Raises ServiceError when there is none."""
    address = as_address(answer.data.get("download_url"))
    if address is None:
        raise unusable("the upload", answer)
    return address


def read_balance(answer: Answer) -> int:
    """The balance in millionths of a dollar. Raises ServiceError when there is none."""
    balance = as_number(answer.data.get("balance"))
    if balance is None:
        raise unusable("the balance", answer)
    return round(balance * USD)


def read_price(answer: Answer) -> int:
    """What one edit costs in millionths of a dollar: the discounted price where there is one.

    Raises ServiceError when there is none. Nothing costs nothing: caps and sums built on that would
    hold nothing back.
    """
    for name in ("discounted_price", "price", "unit_price"):
        price = as_number(answer.data.get(name))
        if price is not None and round(price * USD) > 0:
            return round(price * USD)
    raise unusable("the price", answer)


def explain_refusal(answer: Answer) -> AccessError | RefusedError:
    """A definite no, in words. Nothing was charged."""
    status = 402 if _is_about_credit(answer) else answer.status
    if status in _KEY_REFUSALS:
        lead, hint = _KEY_REFUSALS[status]
        return AccessError(sentence(lead, answer.said), hint, answer.detail)
    lead, hint = _REFUSALS.get(status, _REFUSALS[400])
    return RefusedError(
        sentence(lead, answer.said),
        hint,
        answer.detail,
        retry=status == 429,
        retry_after=answer.retry_after,
    )


def explain_trouble(answer: Answer) -> ServiceError:
    """An answer to a free question that is neither what was asked for nor a definite no."""
    if answer.status == 429:
        lead, hint = _REFUSALS[429]
    elif answer.content is None and answer.http < 500:
        lead = "Something else than the service answered"
        hint = "A sign-in page of the network may stand in between: open any web page, then retry."
    else:
        lead, hint = "The service could not answer", "Try again in a moment."
    passing = answer.http in (408, 409, 425, 429)
    final = answer.content is not None and 400 <= answer.http < 500 and not passing
    return ServiceError(
        sentence(lead, answer.said),
        hint,
        answer.detail,
        retry=not final,
        retry_after=answer.retry_after,
    )


def unusable(subject: str, answer: Answer) -> ServiceError:
    """For what the service granted, and did not give in a shape that can be relied on."""
    return ServiceError(
        f"The service's answer about {subject} cannot be used.",
        "Try again in a moment.",
        answer.detail,
        retry=True,
    )


_KEY_REFUSALS = {
    401: (
        "The service does not accept this API key",
        "Check the key; a new one works only after the account's first top-up.",
    ),
    403: (
        "The service does not let this API key do that",
        "The account may be suspended, or the key's role too small: see wavespeed.ai.",
    ),
}

_REFUSALS = {
    400: ("The service did not accept the request", "Change what it names, then send again."),
    402: ("The account has no credit left", TOP_UP),
    404: (
        "The service does not know what was asked for",
        "The model may have been withdrawn: look for it at wavespeed.ai.",
    ),
    413: ("The picture is too large for the service", "Send a smaller one."),
    415: ("The service does not take this kind of file", "Send a JPEG or a PNG."),
    429: ("The service has had enough requests for now", "Wait a minute, then try again."),
}


def _is_about_credit(answer: Answer) -> bool:
    codes = (answer.status, answer.code, as_whole(as_mapping(answer.content).get("error_code")))
    words = answer.said.lower()
    about_rights = any(word in words for word in ("permission", "role", "privilege", "scope"))
    return 402 in codes or 1407 in codes or ("insufficient" in words and not about_rights)
