"""The life of a prediction: accepted, painted in a thread of its own, ready when its time has come.

Knows the book and a painter, nothing of HTTP. Status is a function of the clock and the book, so
it survives a restart; nothing here sleeps but the sync mode's wait.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Literal

from kontext_desktop.catalog import ModelSpec
from kontext_desktop.errors import ImageError
from kontext_desktop.practice.book import Accepted, Book, Prediction, new_id
from kontext_desktop.practice.faults import Fault
from kontext_desktop.practice.painter import Painter

Status = Literal["created", "processing", "completed", "failed"]

_MODERATED = 1200
NOT_FETCHED = 1402
_NOT_PAINTED = 1403
_ERRORS = {
    _MODERATED: "Content flagged as potentially sensitive. Please change the prompt or the image.",
    NOT_FETCHED: "Failed to fetch the image from its URL.",
    _NOT_PAINTED: "Task execution failed: the image could not be decoded.",
}
_PAINTING_PATIENCE = 5.0
"""Seconds a look waits for a painting that is late; after that it is still processing."""


class Predictions:
    """Accepts predictions and says how they are. Any thread."""

    def __init__(
        self,
        book: Book,
        *,
        painter: Painter,
        seconds: float,
        retention: float,
        now: Callable[[], float],
        closing: threading.Event,
    ) -> None:
        self._book = book
        self._painter = painter
        self._seconds = seconds
        self._retention = retention
        self._now = now
        self._closing = closing
        self._easel = ThreadPoolExecutor(1, thread_name_prefix="practice-painter")
        self._lock = threading.Lock()
        self._paintings: dict[str, Future[None]] = {}
        self._closed = False

    def resume(self) -> None:
        """Forget what is past its time; paint what an earlier run accepted and did not get to."""
        for prediction in self._book.list_predictions():
            if self._expired(prediction):
                self.delete(prediction.id)
            elif not prediction.code and not self._book.has_output(prediction.id):
                self._paint_soon(prediction)

    def close(self) -> None:
        """Stop painting; waits for the picture on the easel, at most a second or two."""
        with self._lock:
            self._closed = True
        self._easel.shutdown(wait=True, cancel_futures=True)

    def accept(
        self, model: ModelSpec, inputs: Mapping[str, Any], picture: str | None, fault: Fault | None
    ) -> Prediction:
        """Enter a submit into the ledger and start on it.

        `picture` names the upload to paint from; None makes it fail as one whose image could not
        be fetched. It is ready after the service's `seconds`, give or take a fifth by the seed.
        """
        at = self._now()
        code = 0 if picture else NOT_FETCHED
        if fault is not None and fault.name == "fail":
            code = fault.number
        prediction = Prediction(
            id=new_id(),
            at=at,
            ready_at=at + self._seconds * random.Random(inputs["seed"]).uniform(0.8, 1.2),
            model_id=model.id,
            inputs=inputs,
            picture=picture,
            code=code,
            error=_ERRORS.get(code, "Task execution failed.") if code else "",
            nsfw=fault is not None and fault.name == "nsfw",
        )
        accepted = Accepted(prediction.id, at, model.id, inputs, model.price)
        self._book.accept(accepted, prediction)
        if not code:
            self._paint_soon(prediction)
        return prediction

    def find(self, prediction_id: str) -> Prediction | None:
        prediction = self._book.find_prediction(prediction_id)
        return None if prediction is None or self._expired(prediction) else prediction

    def list_newest(self) -> list[Prediction]:
        return [p for p in reversed(self._book.list_predictions()) if not self._expired(p)]

    def delete(self, prediction_id: str) -> bool:
        """Forget a prediction; False when there was none. What has not failed by now never will,
        and is not refunded."""
        return self._book.delete_prediction(prediction_id, self.find_failure(prediction_id))

    def find_failure(self, prediction_id: str) -> float | None:
        """When a prediction, which may be deleted since, failed so that it is refunded: with any
        task error but the content check's. None for what did not, or has not yet."""
        prediction = self._book.find_prediction(prediction_id)
        if prediction is None:
            return self._book.find_refund(prediction_id)
        refunded = prediction.code not in (0, _MODERATED) and prediction.ready_at <= self._now()
        return prediction.ready_at if refunded else None

    def get_status(
        self, prediction: Prediction, patience: float = _PAINTING_PATIENCE
    ) -> tuple[Prediction, Status]:
        """How a prediction is now, and what has become of it: painting may have failed it.

        Waits up to `patience` seconds for a painting that is late.
        """
        left = prediction.ready_at - self._now()
        if left > 0:
            begun = left < 0.9 * (prediction.ready_at - prediction.at)
            return prediction, "processing" if begun else "created"
        with self._lock:
            painting = self._paintings.get(prediction.id)
        if painting is not None:
            try:
                painting.result(patience)
            except (TimeoutError, CancelledError):
                return prediction, "processing"
        prediction = self._book.find_prediction(prediction.id) or prediction
        if prediction.code:
            return prediction, "failed"
        return prediction, "completed" if self._book.has_output(prediction.id) else "processing"

    def await_end(self, prediction: Prediction, seconds: float) -> tuple[Prediction, Status]:
        """`get_status` once it has ended, or as it is after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            prediction, status = self.get_status(prediction)
            late = time.monotonic() > deadline or self._closing.is_set()
            if status in ("completed", "failed") or late:
                return prediction, status
            self._closing.wait(min(max(prediction.ready_at - self._now(), 0.01), 0.25))

    def find_output(self, prediction_id: str) -> bytes | None:
        """The painted JPEG of a completed prediction; None before and after its time."""
        prediction = self.find(prediction_id)
        if prediction is None or self.get_status(prediction)[1] != "completed":
            return None
        return self._book.find_output(prediction_id)

    def _expired(self, prediction: Prediction) -> bool:
        return self._now() - prediction.at > self._retention

    def _paint_soon(self, prediction: Prediction) -> None:
        with self._lock:
            if not self._closed:  # else the next run paints it
                self._paintings[prediction.id] = self._easel.submit(self._paint, prediction)

    def _paint(self, prediction: Prediction) -> None:
        inputs = prediction.inputs
        source = self._book.find_uploaded(prediction.picture or "")
        if source is None:
            self._fail(prediction, NOT_FETCHED)
            return
        try:
            painted = self._painter(
                source,
                inputs["prompt"],
                inputs["seed"],
                inputs["guidance_scale"],
                inputs.get("aspect_ratio"),
            )
        except ImageError:
            self._fail(prediction, _NOT_PAINTED)
            return
        self._book.put_output(prediction.id, painted)

    def _fail(self, prediction: Prediction, code: int) -> None:
        self._book.put_prediction(replace(prediction, code=code, error=_ERRORS[code]))
