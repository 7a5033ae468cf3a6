"""The way to one service: its address, its key, its clock. What is asked is its caller's business.

The one place where the key is added to a request: to a path of the configured endpoint, and of
nothing else.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx

from kontext_desktop.errors import AccessError, ParameterError
from kontext_desktop.wavespeed.answer import Answer, read_answer
from kontext_desktop.wavespeed.headers import find_date, find_wait
from kontext_desktop.wavespeed.transfer import (
    Line,
    Reply,
    Report,
    exchange,
    is_loopback_host,
    pieces,
)

_SYSTEMS = {"darwin": "darwin", "win32": "windows"}


class Api:
    """One service. `key` gives the API key, or raises AccessError, each time one is needed; `wall`
    is this machine's clock, in seconds since 1970. Any thread.

    Raises ParameterError for an endpoint that a key must not be sent to.
    """

    def __init__(
        self, endpoint: str, key: Callable[[], str], *, version: str, wall: Callable[[], float]
    ) -> None:
        self.endpoint = _check_endpoint(endpoint)
        self._key = key
        self._wall = wall
        self._clock_offset: float | None = None
        self.headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"kontext-desktop/{version}",
            "X-Client-Name": "kontext-desktop",
            "X-Client-Version": version,
            "X-Client-OS": _SYSTEMS.get(sys.platform, "linux"),
        }

    @property
    def clock_offset(self) -> float | None:
        """As `Client.clock_offset`."""
        return self._clock_offset

    def url(self, path: str) -> httpx.URL:
        return self.endpoint.copy_with(raw_path=path.encode())

    def exchange(
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
        """One request with the key, within `seconds` in all. Raises as `transfer.exchange` does,
        and AccessError when there is no usable key; nothing was sent then."""
        key = self._get_key()
        headers = {**self.headers, "Authorization": f"Bearer {key}"}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            headers |= {"Content-Type": content_type, "Content-Length": str(len(content))}
        request = httpx.Request(
            method,
            self.url(path),
            headers=headers,
            content=None if content is None else pieces(content, report),
        )
        begun = self._wall()
        reply = exchange(line, request, seconds)
        ended = self._wall()
        answer = read_answer(reply.status, reply.body, find_wait(reply.headers, ended))
        self._compare_clocks(reply, answer, (begun + ended) / 2)
        # A service that repeats the key in its words must not bring it into our messages.
        return reply, replace(answer, said=answer.said.replace(key, "…"), key=key)

    def _compare_clocks(self, reply: Reply, answer: Answer, middle: float) -> None:
        date = find_date(reply.headers)
        if date is not None and answer.content is not None:  # else it is another's clock
            self._clock_offset = date + 0.5 - middle  # half a second was cut off on the average

    def _get_key(self) -> str:
        key = self._key().strip()
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise AccessError(
                "There is no usable API key.",
                "Enter the key from wavespeed.ai, or use the practice service.",
            )
        return key


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this machine; only such a one may be a practice service."""
    try:
        return is_loopback_host(httpx.URL(endpoint).host)
    except (httpx.InvalidURL, ValueError):
        return False


def _check_endpoint(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
        host = url.host  # decoded only now: a name that cannot be is noticed here
    except (httpx.InvalidURL, ValueError) as error:
        raise ParameterError(
            "The service's address cannot be read.", "Write it as https://name.", str(error)
        ) from error
    if re.search(r"[?#@\s]", endpoint) or url.path not in ("", "/") or not host:
        raise ParameterError(
            "The service's address must be a bare one.", "Write it as https://name."
        )
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback_host(host)):
        raise ParameterError(
            "The service's address must begin with https.",
            "Anything else would show the API key to the network.",
        )
    return url
