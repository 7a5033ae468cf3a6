"""The service's calls, each made once, each ending in a value or an error of our tree.

Blocking, for any thread. It decides nothing about jobs: when to look, to wait or to try again is
its caller's business.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from kontext_desktop.catalog import ModelSpec
from kontext_desktop.errors import (
    GoneError,
    NotSentError,
    ParameterError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.wavespeed import history
from kontext_desktop.wavespeed.answer import (
    Answer,
    explain_refusal,
    explain_trouble,
    granted,
    read_answer,
    read_balance,
    read_price,
    read_ticket,
    read_upload,
)
from kontext_desktop.wavespeed.api import Api
from kontext_desktop.wavespeed.history import Ask, BillingRow
from kontext_desktop.wavespeed.spare import Spare
from kontext_desktop.wavespeed.transfer import (
    Line,
    Report,
    check_address,
    exchange,
    fetch,
    is_loopback_host,
    put,
)
from kontext_desktop.wavespeed.transport import Transport
from kontext_desktop.wavespeed.wire import SENT_NAMES, Prediction, is_id, rescue_id

_SLOWEST = 50_000
"""Bytes a second: an upload slower than that is given up."""

_LOST_HINT = "It may have arrived, and is looked up; it is never sent twice."


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for a whole call, however the bytes trickle; `connect` is a part of each.

    `answer` is for looks, prices, the balance and each page of a list, `listing` for all its pages;
    an upload has its size over 50 kB/s on top.
    """

    connect: float = 10
    answer: float = 20
    listing: float = 90
    submit: float = 90
    upload: float = 60
    download: float = 180


_DEADLINES = Deadlines()


class Client:
    """One service. `key` gives the API key, or raises AccessError, each time one is needed.

    A `*_transport` takes the place of real connections; it gets one plain request at a time. `now`
    measures waiting; `wall` is this machine's clock, in seconds since 1970.
    Raises ParameterError for an endpoint that a key must not be sent to.
    """

    def __init__(
        self,
        endpoint: str,
        key: Callable[[], str],
        *,
        version: str,
        deadlines: Deadlines = _DEADLINES,
        api_transport: httpx.BaseTransport | None = None,
        storage_transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._api = Api(endpoint, key, version=version, wall=wall)
        self._local = is_loopback_host(self._api.endpoint.host)
        self._deadlines = deadlines
        self._now = now
        self._given = api_transport
        self._spare = Spare(self._api.endpoint, deadlines.connect, now=now, wall=wall)
        self._looks = self._line(api_transport or Transport(now))
        self._storage = self._line(storage_transport or Transport(now, public_only=not self._local))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._spare.close()
        self._looks.transport.close()
        self._storage.transport.close()

    @property
    def clock_offset(self) -> float | None:
        """The service's clock minus this machine's, in seconds, by the last answer of the API that
        bore a Date; None before the first.

        Both clocks are taken at the middle of the exchange, and a Date is cut to a whole second: so
        this is exact to half a second and half of what the exchange took.
        """
        return self._api.clock_offset

    def warm(self) -> None:
        """Connect ahead of time for looks, prices and uploads, if there is no connection. Sends no
        key and no request. Blocks; never raises for a service that cannot be reached."""
        if isinstance(self._looks.transport, Transport):
            with contextlib.suppress(httpx.TransportError):
                self._looks.transport.connect(self._api.endpoint, self._deadlines.connect)

    def prepare_submit(self) -> None:
        """Connect ahead of time for the next paid request; called again and again while a person
        makes up their mind, for it lasts 20 seconds. Otherwise as `warm`."""
        if self._given is None:
            self._spare.prepare()

    def announces_practice(self) -> bool:
        """Whether a practice service answers here. Sends no key, and asks this machine only.

        Raises NotSentError when nobody is there, ServiceError when the answer is lost.
        """
        if not self._local:
            return False
        request = httpx.Request("GET", self._api.url("/"), headers=self._api.headers)
        reply = exchange(self._looks, request, self._deadlines.answer)
        content = read_answer(reply.status, reply.body).content
        return content is not None and content.get("service") == "kontext-practice"

    def upload(
        self, data: bytes, name: str, content_type: str, report: Report | None = None
    ) -> str:
        """Put a picture where the service can fetch it, free of charge; the address for `image`.

        Whoever knows the address can fetch it, for up to 7 days. By ticket where the service gives
        tickets, else as a form. An address nobody can fetch from is an error here, as the edit
        would be paid for in vain. Raises AccessError, RefusedError, ServiceError.
        """
        seconds = self._deadlines.upload + len(data) / _SLOWEST
        order = {"filename": name, "size": len(data), "content_type": content_type}
        for _ in range(2):
            answer = self._ask("POST", "/api/v3/media/uploads", order)
            if answer.http in (404, 405, 501):
                return self._upload_form(data, name, content_type, seconds, report)
            ticket = read_ticket(granted(answer))
            url = check_address(ticket.put_url, local=self._local)
            check_address(ticket.download_url, local=self._local)
            status = put(self._storage, url, ticket.headers, data, seconds, report)
            if 200 <= status < 300:
                return ticket.download_url
            if status != 403:  # 403: the ticket ran out; tickets are never used twice
                break
        raise ServiceError(
            "The picture could not be uploaded.",
            "Nothing was charged; try again in a moment.",
            f"HTTP {status} from the storage",
            # Redirects are a network's sign-in page: a storage has none for a PUT.
            retry=status < 400 or status in (403, 408, 409, 425, 429) or status >= 500,
        )

    def submit(self, model: ModelSpec, body: Mapping[str, object]) -> Prediction:
        """Ask for one edit. The only call that costs money, made once, on a connection of its own
        that no request has used (see `Spare`).

        Raises NotSentError, RefusedError, AccessError (nothing charged), UnansweredError (perhaps).
        """
        unknown = body.keys() - SENT_NAMES
        if unknown:
            raise ParameterError(f"The model has no parameter {', '.join(sorted(unknown))}.")
        line = self._line(self._given or self._spare.take())
        try:
            reply, answer = self._api.exchange(
                line, "POST", f"/api/v3/{model.id}", body, self._deadlines.submit
            )
        except NotSentError:
            raise
        except ServiceError as error:
            raise UnansweredError(
                "The service's answer to this edit was lost.", _LOST_HINT, error.detail
            ) from error
        finally:
            if line.transport is not self._given:
                line.transport.close()
        prediction = answer.prediction or rescue_id(reply.body)
        if prediction is not None:
            return prediction
        if answer.refused:
            raise explain_refusal(answer)
        raise UnansweredError(
            "The service did not say whether it took this edit.", _LOST_HINT, answer.detail
        )

    def get_result(self, prediction_id: str) -> Prediction:
        """Look at an edit, free of charge.

        Raises GoneError when the service does not know it (retry=True: a young one may be on its
        way), AccessError, NotSentError, ServiceError.
        """
        if not is_id(prediction_id):
            raise ServiceError("This edit has no usable id.", detail=repr(prediction_id[:80]))
        answer = self._ask("GET", f"/api/v3/predictions/{prediction_id}/result")
        prediction = answer.prediction if answer.delivered else None
        if prediction is not None and prediction.id == prediction_id:
            return prediction
        if answer.content is not None and answer.status in (404, 410):
            raise GoneError(
                "The service does not know this edit.",
                "It keeps edits for 7 days, and shows new ones after a moment.",
                answer.detail,
                retry=True,
            )
        if answer.content is not None and answer.status in (401, 403):
            raise explain_refusal(answer)
        raise explain_trouble(answer)

    def download(self, url: str, report: Report | None = None) -> bytes:
        """The received bytes exactly, at most 64 MB, fetched without a key.

        Raises GoneError when the address has expired, NotSentError, ServiceError.
        """
        seconds = self._deadlines.download
        return fetch(self._storage, url, seconds, local=self._local, report=report)

    def get_balance(self) -> int:
        """What is left on the account, in millionths of a dollar."""
        return read_balance(granted(self._ask("GET", "/api/v3/balance")))

    def get_price(self, model: ModelSpec, body: Mapping[str, object]) -> int:
        """What this edit would cost, in millionths of a dollar; asking is free."""
        question = {"model_id": model.id, "inputs": dict(body)}
        answer = self._ask("POST", "/api/v3/model/price", question)
        if answer.http in (404, 405):
            answer = self._ask("POST", "/api/v3/model/pricing", question)
        return read_price(granted(answer))

    def list_predictions(
        self, model: ModelSpec, *, after: float, before: float
    ) -> list[Prediction]:
        """The edits of `model` that this account made in a window, from here or elsewhere, each
        once; free. The service keeps them for 7 days and shows new ones after a moment.

        The window is in seconds since 1970 of the *service's* clock (`clock_offset`), both ends
        included. An empty list means that the service has nothing: whatever is odd about its
        answer is a ServiceError. Raises AccessError (also for the role of a key), NotSentError,
        ServiceError.
        """
        return history.list_predictions(self._questions(), model.id, after, before)

    def list_charges(self, *, after: float, before: float) -> list[BillingRow]:
        """What this account was charged and given back in a window; free. Window, strictness and
        errors as for `list_predictions`."""
        return history.list_charges(self._questions(), after, before)

    def delete(self, prediction_ids: Sequence[str]) -> int:
        """Have the service forget these edits and their pictures, for good and free of charge; how
        many of them it knew. What they cost is not given back.

        Raises AccessError, RefusedError, NotSentError, ServiceError.
        """
        return history.delete(self._questions(), prediction_ids)

    def _upload_form(
        self, data: bytes, name: str, content_type: str, seconds: float, report: Report | None
    ) -> str:
        path = "/api/v3/media/upload/binary"
        files = {"file": (name, data, content_type)}
        form = httpx.Request("POST", self._api.url(path), files=files)
        encoded = form.read()
        _, answer = self._api.exchange(
            self._looks,
            "POST",
            path,
            encoded,
            seconds,
            content_type=form.headers["Content-Type"],
            report=report,
        )
        address = read_upload(granted(answer))
        check_address(address, local=self._local)
        return address

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """One free question."""
        return self._api.exchange(self._looks, method, path, body, self._deadlines.answer)[1]

    def _questions(self) -> Ask:
        """Free questions that belong together, within the time for a listing in all."""
        until = self._now() + self._deadlines.listing

        def ask(path: str, body: Mapping[str, object]) -> Answer:
            left = until - self._now()
            if left <= 0:
                raise ServiceError(
                    "The service takes too long to list what it has.",
                    "Try again in a moment.",
                    path,
                    retry=True,
                )
            seconds = min(left, self._deadlines.answer)
            return self._api.exchange(self._looks, "POST", path, body, seconds)[1]

        return ask

    def _line(self, transport: httpx.BaseTransport) -> Line:
        return Line(transport, self._now, self._deadlines.connect)
