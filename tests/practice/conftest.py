"""A practice service on a clock that only moves when told to, and small pictures to send it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from kontext_desktop.practice import PracticeService

# No certificates for plain HTTP: loading them takes longer than most of these tests.
PLAIN: dict[str, Any] = {"trust_env": False, "verify": False}


@dataclass
class Clock:
    at: float = 1_772_366_400.25

    def __call__(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Caller:
    """The API as a client sees it; answers that are not 2xx come back like the others."""

    http: httpx.Client
    service: PracticeService

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(f"{self.service.url}/api/v3{path}", json=body)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(f"{self.service.url}/api/v3{path}")

    def submit(self, **inputs: Any) -> httpx.Response:
        return self.post("/wavespeed-ai/flux-kontext-max", inputs)

    def upload(self, content: bytes) -> str:
        """By the multipart way; the URL to use as `image`."""
        answer = self.http.post(
            f"{self.service.url}/api/v3/media/upload/binary",
            files={"file": ("picture.png", content, "image/png")},
        )
        return str(answer.json()["data"]["download_url"])

    def accepted(self, picture: bytes, **inputs: Any) -> str:
        """The id of a prediction that was accepted."""
        inputs = {"prompt": "warmer", "image": self.upload(picture), "seed": 7} | inputs
        return str(self.submit(**inputs).json()["data"]["id"])

    def result(self, prediction_id: str) -> Any:
        return self.get(f"/predictions/{prediction_id}/result").json()["data"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bare() -> Iterator[httpx.Client]:
    """A client without a key, for the storage port."""
    with httpx.Client(**PLAIN) as bare:
        yield bare


@pytest.fixture
def start(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Caller]]:
    """Starts services, by default all on one folder; they end with the test."""
    with ExitStack() as stack:

        def start(**options: Any) -> Caller:
            folder = options.pop("folder", tmp_path / "practice")
            service = PracticeService(folder, **{"seconds": 10.0, "now": clock} | options)
            stack.enter_context(service)
            http = httpx.Client(headers={"Authorization": "Bearer any-key"}, timeout=30, **PLAIN)
            return Caller(stack.enter_context(http), service)

        yield start


@pytest.fixture
def caller(start: Callable[..., Caller]) -> Caller:
    return start()


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    output = io.BytesIO()
    Image.fromarray(pixels).save(output, kind)
    return output.getvalue()


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A red disc before a grey wall, 3:2."""
    y, x = np.mgrid[0:120, 0:180]
    wall = np.full((120, 180, 3), 140, np.uint8)
    wall[np.hypot(x - 90, y - 60) < 32] = (190, 40, 30)
    return encoded(wall)


@pytest.fixture
def held_to(root: Path) -> Callable[[str, Any], None]:
    """Compares an answer with the example JSON that the client's tests read too."""

    def held_to(name: str, answer: Any) -> None:
        example = json.loads((root / f"tests/data/wire/{name}.json").read_text("utf-8"))
        _assert_like(answer, example, name)

    return held_to


def _assert_like(answer: Any, example: Any, at: str) -> None:
    """No field that the example lacks, and each of the same type; lists may be empty."""
    if isinstance(example, dict):
        assert isinstance(answer, dict), at
        for name, value in answer.items():
            assert name in example, f"{at}.{name}"
            _assert_like(value, example[name], f"{at}.{name}")
    elif isinstance(example, list):
        assert isinstance(answer, list), at
        for value in answer if example else ():
            _assert_like(value, example[0], f"{at}[]")
    elif example is not None and answer is not None:
        is_number = isinstance(example, float) and isinstance(answer, int)
        assert is_number or type(answer) is type(example), at
