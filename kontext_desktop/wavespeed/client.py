"""The service's calls, each made once, each ending in a value or an error of our tree.

Blocking, for any thread. It decides nothing about jobs: when to look, to wait or to try again is
its caller's business. The key is asked for with each call, and goes to the configured endpoint.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import httpx

from kontext_desktop.catalog import ModelSpec
from kontext_desktop.errors import (
    AccessError,
    GoneError,
    NotSentError,
    ParameterError,
    ServiceError,
    UnansweredError,
)
from kontext_desktop.wavespeed.answer import (
    Answer,
    explain_refusal,
    explain_trouble,
    read_answer,
    read_balance,
    read_price,
    read_ticket,
    read_upload,
)
from kontext_desktop.wavespeed.transfer import (
    Line,
    Reply,
    Report,
    check_address,
    exchange,
    fetch,
    is_loopback_host,
    pieces,
    put,
)
from kontext_desktop.wavespeed.transport import Transport
from kontext_desktop.wavespeed.wire import SENT_NAMES, Prediction, is_id, rescue_id

_SYSTEMS = {"darwin": "darwin", "win32": "windows"}
_SLOWEST = 50_000
"""Bytes a second: an upload slower than that is given up."""

_LOST_HINT = "It may have arrived, and is looked up; it is never sent twice."


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for a whole call, however the bytes trickle; `connect` is a part of each.

    `answer` is for looks, prices and the balance; an upload has its size over 50 kB/s on top.
    """

    connect: float = 10
    answer: float = 20
    submit: float = 90
    upload: float = 60
    download: float = 180


_DEADLINES = Deadlines()


class Client:
    """One service. `key` gives the API key, or raises AccessError, each time one is needed.

    A `*_transport` takes the place of real connections; it gets one plain request at a time.
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
    ) -> None:
        self._endpoint = _check_endpoint(endpoint)
        self._local = is_loopback_host(self._endpoint.host)
        self._key = key
        self._deadlines = deadlines
        self._now = now
        self._given = api_transport
        self._api = self._line(api_transport or Transport(now))
        self._storage = self._line(storage_transport or Transport(now, public_only=not self._local))
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"kontext-desktop/{version}",
            "X-Client-Name": "kontext-desktop",
            "X-Client-Version": version,
            "X-Client-OS": _SYSTEMS.get(sys.platform, "linux"),
        }

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
        self._api.transport.close()
        self._storage.transport.close()

    def announces_practice(self) -> bool:
        """Whether a practice service answers here. Sends no key, and asks this machine only.

        Raises NotSentError when nobody is there.
        """
        if not self._local:
            return False
        request = httpx.Request("GET", self._url("/"), headers=self._headers)
        reply = exchange(self._api, request, self._deadlines.answer)
        content = read_answer(reply.status, reply.body).content
        return content is not None and content.get("service") == "kontext-practice"

    def upload(
        self, data: bytes, name: str, content_type: str, report: Report | None = None
    ) -> str:
        """Put a picture where the service can fetch it, free of charge; the address for `image`.

        Whoever knows the address can fetch it, for up to 7 days. By ticket where the service gives
        tickets, else as a form. Raises AccessError, RefusedError, ServiceError.
        """
        seconds = self._deadlines.upload + len(data) / _SLOWEST
        order = {"filename": name, "size": len(data), "content_type": content_type}
        for _ in range(2):
            answer = self._ask("POST", "/api/v3/media/uploads", order)
            if answer.http in (404, 405, 501):
                return self._upload_form(data, name, content_type, seconds, report)
            ticket = read_ticket(_granted(answer))
            url = check_address(ticket.put_url, local=self._local)
            status = put(self._storage, url, ticket.headers, data, seconds, report)
            if 200 <= status < 300:
                return ticket.download_url
            if status != 403:  # 403: the ticket ran out; tickets are never used twice
                break
        raise ServiceError(
            "The picture could not be uploaded.",
            "Nothing was charged; try again in a moment.",
            f"HTTP {status} from the storage",
            retry=status in (403, 408, 429) or status >= 500,
        )

    def submit(self, model: ModelSpec, body: Mapping[str, object]) -> Prediction:
        """Ask for one edit. The only call that costs money, made once, on a connection of its own:
        an old one may be dead already, and then nobody knows what arrived.

        Raises NotSentError, RefusedError, AccessError (nothing charged), UnansweredError (perhaps).
        """
        unknown = body.keys() - SENT_NAMES
        if unknown:
            raise ParameterError(f"The model has no parameter {', '.join(sorted(unknown))}.")
        line = self._line(self._given or Transport(self._now))
        try:
            reply, answer = self._exchange(
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
        return read_balance(_granted(self._ask("GET", "/api/v3/balance")))

    def get_price(self, model: ModelSpec, body: Mapping[str, object]) -> int:
        """What this edit would cost, in millionths of a dollar; asking is free."""
        question = {"model_id": model.id, "inputs": dict(body)}
        answer = self._ask("POST", "/api/v3/model/price", question)
        if answer.http in (404, 405):
            answer = self._ask("POST", "/api/v3/model/pricing", question)
        return read_price(_granted(answer))

    def _upload_form(
        self, data: bytes, name: str, content_type: str, seconds: float, report: Report | None
    ) -> str:
        url = self._url("/api/v3/media/upload/binary")
        form = httpx.Request("POST", url, files={"file": (name, data, content_type)})
        encoded = form.read()
        _, answer = self._exchange(
            self._api,
            "POST",
            "/api/v3/media/upload/binary",
            encoded,
            seconds,
            content_type=form.headers["Content-Type"],
            report=report,
        )
        return read_upload(_granted(answer))

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """One free question."""
        return self._exchange(self._api, method, path, body, self._deadlines.answer)[1]

    def _exchange(
        self,
        line: Line,
        method: str,
        path: str,
        body: Mapping[str, object] | bytes | None,
        seconds: float,
        *,
        content_type: str = "application/json",
        report: Report | None = None,
    ) -> tuple[Reply, Answer]:
        """The one place where the key is added: to a path of the configured endpoint."""
        key = self._get_key()
        headers = {**self._headers, "Authorization": f"Bearer {key}"}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            headers |= {"Content-Type": content_type, "Content-Length": str(len(content))}
        request = httpx.Request(
            method,
            self._url(path),
            headers=headers,
            content=None if content is None else pieces(content, report),
        )
        reply = exchange(line, request, seconds)
        answer = read_answer(reply.status, reply.body)
        # A service that repeats the key in its words must not bring it into our messages.
        return reply, replace(answer, said=answer.said.replace(key, "…"))

    def _get_key(self) -> str:
        key = self._key().strip()
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise AccessError(
                "There is no usable API key.",
                "Enter the key from wavespeed.ai, or use the practice service.",
            )
        return key

    def _url(self, path: str) -> httpx.URL:
        return self._endpoint.copy_with(raw_path=path.encode())

    def _line(self, transport: httpx.BaseTransport) -> Line:
        return Line(transport, self._now, self._deadlines.connect)


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this machine; only such a one may be a practice service."""
    try:
        return is_loopback_host(httpx.URL(endpoint).host)
    except (httpx.InvalidURL, ValueError):
        return False


def _check_endpoint(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
    except (httpx.InvalidURL, ValueError) as error:
        raise ParameterError(
            "The service's address cannot be read.", "Write it as https://name.", str(error)
        ) from error
    if re.search(r"[?#@]", endpoint) or url.path not in ("", "/") or not url.host:
        raise ParameterError(
            "The service's address must be a bare one.", "Write it as https://name."
        )
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback_host(url.host)):
        raise ParameterError(
            "The service's address must begin with https.",
            "Anything else would show the API key to the network.",
        )
    return url


def _granted(answer: Answer) -> Answer:
    """The answer to a free question, if it is one."""
    if answer.refused:
        raise explain_refusal(answer)
    if not answer.granted:
        raise explain_trouble(answer)
    return answer
