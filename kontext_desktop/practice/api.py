"""The first port: the documented API, from a logged request to an answer in its envelope.

Knows the service's names and refusals; how long things take and where they are kept is the business
of `predictions` and `storage`. Facts: the service's model page and its public clients.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import urlsplit

from kontext_desktop.catalog import MODELS, USD, ModelSpec
from kontext_desktop.practice.billing import Billing, Row
from kontext_desktop.practice.bodies import (
    Refusal,
    cut_page,
    is_within,
    read_integer,
    read_json,
    read_window,
)
from kontext_desktop.practice.book import Prediction
from kontext_desktop.practice.exchange import Answer, Call, LoggedRequest
from kontext_desktop.practice.faults import Fault
from kontext_desktop.practice.gate import Gate, TooMany
from kontext_desktop.practice.habits import Habits
from kontext_desktop.practice.inputs import ANY_SEED, InvalidInput, read_inputs, request_schema
from kontext_desktop.practice.listener import LARGEST_BODY
from kontext_desktop.practice.predictions import Predictions, Status
from kontext_desktop.practice.storage import Storage

_PURSE = 10 * USD
_ROLE = 'role "member" may not use this endpoint; a key made by an "admin" may'
_SYNC_SECONDS = 90.0
_SYNC_TIMED_OUT = 5004
_RESULT = re.compile(r"/api/v3/predictions/([^/]+)/result")
_MODEL = re.compile(r"/api/v3/([^/]+/.+)")

_Endpoint = Callable[[LoggedRequest], Any]


class Api:
    """The endpoints: each takes a request, returns `data` and raises Refusal. Any thread."""

    def __init__(
        self,
        predictions: Predictions,
        storage: Storage,
        billing: Billing,
        gate: Gate,
        habits: Habits,
        *,
        url: str,
        announces: bool,
        now: Callable[[], float],
    ) -> None:
        self._predictions = predictions
        self._storage = storage
        self._billing = billing
        self._gate = gate
        self._habits = habits
        self._url = url
        self._announces = announces
        self._now = now
        self._endpoints: dict[tuple[str, str], tuple[str, _Endpoint]] = {
            ("POST", "/api/v3/media/uploads"): ("upload-ticket", self._open_ticket),
            ("POST", "/api/v3/media/upload/binary"): ("upload-binary", self._upload_binary),
            ("POST", "/api/v3/predictions"): ("list", self._list),
            ("POST", "/api/v3/predictions/delete"): ("delete", self._delete),
            ("POST", "/api/v3/billings/search"): ("billings", self._list_charges),
            ("GET", "/api/v3/balance"): ("balance", self._get_balance),
            ("GET", "/api/v3/models"): ("models", self._list_models),
            ("POST", "/api/v3/model/price"): ("price", self._get_price),
            ("POST", "/api/v3/model/pricing"): ("price", self._get_legacy_price),
        }

    def route(self, request: LoggedRequest) -> Call | Answer:
        path = urlsplit(request.path).path
        if self._announces and (request.method, path) == ("GET", "/"):
            return Answer.json(200, {"service": "kontext-practice"})
        if not path.startswith("/api/v3/"):
            return Answer.error(404)
        if not re.fullmatch(r"Bearer +\S+", request.headers.get("authorization", "")):
            return Answer.error(401, "Unauthorized: missing or invalid API key")
        call = self._find_call(request, path)
        if call is None:
            return Answer.error(404)
        if call.operation in self._habits.forbidden:
            return Answer.error(403, _ROLE)
        return call

    def _find_call(self, request: LoggedRequest, path: str) -> Call | None:
        if (request.method, path) in self._endpoints:
            operation, endpoint = self._endpoints[request.method, path]
            return Call(operation, lambda _: _answer(lambda: endpoint(request)))
        if request.method == "GET" and (match := _RESULT.fullmatch(path)):
            prediction_id = match[1]
            return Call("result", lambda _: _answer(lambda: self._get_result(prediction_id)))
        if request.method == "POST" and (match := _MODEL.fullmatch(path)):
            model_id = match[1]
            return Call(
                "submit", lambda fault: _answer(lambda: self._submit(model_id, request, fault))
            )
        return None

    def _submit(self, model_id: str, request: LoggedRequest, fault: Fault | None) -> Any:
        model = _get_model(model_id)
        try:
            inputs = read_inputs(model, read_json(request))
        except InvalidInput as error:
            raise Refusal(400, str(error), error.code) from error
        sync = inputs.pop("enable_sync_mode")
        if inputs["seed"] == ANY_SEED:
            inputs["seed"] = secrets.randbelow(int(model.seed.maximum)) + 1
        picture = self._storage.find_picture(inputs["image"])
        try:
            with self._gate.passing():
                prediction = self._predictions.accept(model, inputs, picture, fault)
        except TooMany as error:
            raise Refusal(429, str(error), retry_after=error.retry_after) from error
        if not sync:
            return self._describe(prediction, "created")
        prediction, status = self._predictions.await_end(prediction, _SYNC_SECONDS)
        content = self._describe(prediction, status)
        if status not in ("completed", "failed"):
            content["code"] = _SYNC_TIMED_OUT
            content["error"] = "Sync mode timed out; the task goes on. Query its result later."
        return content

    def _get_result(self, prediction_id: str) -> Any:
        prediction = self._predictions.find(prediction_id)
        if prediction is None:
            raise Refusal(404, "prediction not found")
        prediction, status = self._predictions.get_status(prediction)
        content = self._describe(prediction, status)
        if self._habits.echoes:
            content["input"] = dict(prediction.inputs)
        return content

    def _list(self, request: LoggedRequest) -> Any:
        body = read_json(request)
        window = read_window(body, "created_after", "created_before")
        newest = self._now() - self._habits.listing_lag
        items = []
        for prediction in self._predictions.list_newest():
            if body.get("model") not in (None, prediction.model_id):
                continue
            if prediction.at > newest or not is_within(prediction.at, window):
                continue
            item = self._describe(*self._predictions.get_status(prediction, patience=0))
            if body.get("status") in (None, item["status"]):
                item["executionTime"] = item["timings"]["inference"]
                items.append(item)
        page, items, _ = cut_page(body, items)
        return {"page": page, "items": items}

    def _list_charges(self, request: LoggedRequest) -> Any:
        body = read_json(request)
        window = read_window(body, "start_time", "end_time")
        if body.get("billing_type") not in (None, "deduct", "refund"):
            raise Refusal(400, "property billing_type must be one of deduct, refund", 1401)
        rows = [
            row
            for row in self._billing.list_newest()
            if body.get("billing_type") in (None, row.kind)
            and body.get("model_uuid") in (None, row.model_id)
            and is_within(row.at, window)
        ]
        page, rows, has_more = cut_page(body, rows)
        return {"page": page, "has_more": has_more, "items": list(map(_describe_row, rows))}

    def _delete(self, request: LoggedRequest) -> Any:
        ids = read_json(request).get("ids")
        if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
            raise Refusal(400, "property ids must be an array of strings", 1401)
        known = [name for name in ids if self._predictions.find(name)]
        return {"deleted_count": sum(self._predictions.delete(name) for name in known)}

    def _open_ticket(self, request: LoggedRequest) -> Any:
        body = read_json(request)
        filename = body.get("filename")
        content_type = body.get("content_type", "application/octet-stream")
        if not isinstance(filename, str) or not filename or not isinstance(content_type, str):
            raise Refusal(400, "properties filename and content_type must be strings", 1401)
        size = read_integer(body, "size", 1, 1 << 40)
        if size > LARGEST_BODY:
            raise Refusal(413, "file too large")
        upload = self._storage.open_ticket(filename, content_type, size)
        return {
            "type": _kind(content_type),
            "filename": filename,
            "size": size,
            "download_url": self._storage.download_url(upload),
            "upload": {
                "method": "PUT",
                "url": self._storage.upload_url(upload),
                "headers": dict(upload.headers),
                "expires_at": _timestamp(upload.expires_at),
            },
        }

    def _upload_binary(self, request: LoggedRequest) -> Any:
        head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + request.body)
        for part in form.iter_parts():
            content = part.get_payload(decode=True)
            if part.get_param("name", header="content-disposition") == "file" and isinstance(
                content, bytes
            ):
                content_type = part.get_content_type()
                filename = part.get_filename() or "upload"
                upload = self._storage.put_directly(filename, content_type, content)
                return {
                    "type": _kind(content_type),
                    "download_url": self._storage.download_url(upload),
                    "filename": filename,
                    "size": len(content),
                }
        raise Refusal(400, 'form field "file" is missing', 1400)

    def _get_balance(self, request: LoggedRequest) -> Any:
        """Practice dollars: what is left of ten, and ten again when they are used up, so that
        practice never ends for want of money."""
        return {"balance": (_PURSE - self._billing.get_spent() % _PURSE) / USD}

    def _get_price(self, request: LoggedRequest) -> Any:
        model = _read_model(request)
        price = model.price / USD
        return {
            "model_id": model.id,
            "price": price,
            "discounted_price": price,
            "currency": "USD",
        }

    def _get_legacy_price(self, request: LoggedRequest) -> Any:
        model = _read_model(request)
        return {"model_id": model.id, "unit_price": model.price / USD, "currency": "USD"}

    def _list_models(self, request: LoggedRequest) -> Any:
        return [
            {
                "model_id": model.id,
                "name": model.id,
                "description": f"{model.name}, practice stand-in",
                "type": "image-to-image",
                "base_price": model.price / USD,
                "sort_order": order,
                "api_schema": {"api_schemas": [{"request_schema": request_schema(model)}]},
            }
            for order, model in enumerate(MODELS.values())
        ]

    def _describe(self, prediction: Prediction, status: Status) -> dict[str, Any]:
        """The documented prediction object; inputs are not in it."""
        done = status == "completed"
        ended = done or status == "failed"
        inference = round((prediction.ready_at - prediction.at) * 1000) if ended else 0
        content: dict[str, Any] = {
            "id": prediction.id,
            "model": prediction.model_id,
            "outputs": [self._storage.output_url(prediction.id)] if done else [],
            "urls": {"get": f"{self._url}/api/v3/predictions/{prediction.id}/result"},
            "has_nsfw_contents": [prediction.nsfw] if done else [],
            "status": status,
            "created_at": _timestamp(prediction.at),
            "error": "",
            "timings": {"inference": inference},
        }
        if status == "failed":
            content |= {"error": prediction.error, "code": prediction.code}
        return content


def _describe_row(row: Row) -> dict[str, Any]:
    return {
        "uuid": row.id,
        "billing_type": row.kind,
        "price": row.price / USD,
        "created_at": _timestamp(row.at),
        "access_key_name": "practice",
        "prediction": {
            "uuid": row.prediction_id,
            "model_uuid": row.model_id,
            "status": row.status,
        },
    }


def _answer(act: Callable[[], Any]) -> Answer:
    try:
        return Answer.data(act())
    except Refusal as refusal:
        return refusal.answer


def _read_model(request: LoggedRequest) -> ModelSpec:
    model_id = read_json(request).get("model_id")
    return _get_model(model_id if isinstance(model_id, str) else "")


def _get_model(model_id: str) -> ModelSpec:
    if model_id not in MODELS:
        raise Refusal(404, "model not found")
    return MODELS[model_id]


def _kind(content_type: str) -> str:
    return content_type.partition("/")[0] if content_type.startswith("image/") else "file"


def _timestamp(at: float) -> str:
    """UTC with nine fractional digits, as the service writes it."""
    seconds, nanoseconds = divmod(round(at * 1e9), 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
