"""What the practice service keeps in its folder, and the only code that reads or writes there.

ledger.jsonl             accepted submits, one line each, only ever appended
refunds.jsonl            deleted predictions that are to be refunded, with when they failed
predictions/ID.json      how each goes on and ends, replaced whole
outputs/ID.jpeg          what was painted
uploads/ID.json, ID.bin  the ticket, and the bytes once they came
ports.json               where the service listened last
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted submit: what the real service would have charged for.

    `inputs` are the documented ones as used: defaults filled in, the seed drawn. `price` in
    millionths of a dollar.
    """

    id: str
    at: float
    model_id: str
    inputs: Mapping[str, Any]
    price: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """An accepted submit on its way. `code` and `error` say how it ends: 0 and "" for well.

    `picture` is the upload to paint from; None when `image` could not be fetched.
    """

    id: str
    at: float
    ready_at: float
    model_id: str
    inputs: Mapping[str, Any]
    picture: str | None
    code: int = 0
    error: str = ""
    nsfw: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A ticket for an upload; `headers` are the ones a PUT must carry."""

    id: str
    at: float
    expires_at: float
    filename: str
    content_type: str
    size: int
    headers: Mapping[str, str]


class Book:
    """The folder as objects. Any thread; one Book at a time for a folder.

    Ids name files, so callers pass only what `new_id` made or what looks just like it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        for name in ("predictions", "outputs", "uploads"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._ledger = [Accepted(**line) for line in _read_lines(folder / "ledger.jsonl")]
        self._refunds: dict[str, float] = dict(map(tuple, _read_lines(folder / "refunds.jsonl")))
        order = {accepted.id: index for index, accepted in enumerate(self._ledger)}
        found = [
            Prediction(**json.loads(path.read_text("utf-8")))
            for path in (folder / "predictions").glob("*.json")
        ]
        found.sort(key=lambda prediction: order.get(prediction.id, -1))
        self._predictions = {prediction.id: prediction for prediction in found}

    def list_accepted(self) -> list[Accepted]:
        with self._lock:
            return list(self._ledger)

    def list_predictions(self) -> list[Prediction]:
        """In the order they were accepted."""
        with self._lock:
            return list(self._predictions.values())

    def find_prediction(self, prediction_id: str) -> Prediction | None:
        with self._lock:
            return self._predictions.get(prediction_id)

    def accept(self, accepted: Accepted, prediction: Prediction) -> None:
        """Enter both. The ledger's line comes first and is synced: what was charged is known even
        after a power cut."""
        with self._lock:
            _append(self._folder / "ledger.jsonl", asdict(accepted))
            self._ledger.append(accepted)
            self._put_prediction(prediction)

    def put_prediction(self, prediction: Prediction) -> None:
        """Replace what is known of a prediction, unless it was deleted meanwhile."""
        with self._lock:
            if prediction.id in self._predictions:
                self._put_prediction(prediction)

    def find_refund(self, prediction_id: str) -> float | None:
        """When a deleted prediction had failed, if it is to be refunded."""
        with self._lock:
            return self._refunds.get(prediction_id)

    def delete_prediction(self, prediction_id: str, failed_at: float | None = None) -> bool:
        """Forget a prediction and its output; False when there was none. What stays is its line in
        the ledger and, if it is to be refunded, when it failed."""
        with self._lock:
            known = self._predictions.pop(prediction_id, None) is not None
            if known and failed_at is not None:
                _append(self._folder / "refunds.jsonl", [prediction_id, failed_at])
                self._refunds[prediction_id] = failed_at
            self._path("predictions", prediction_id, ".json").unlink(missing_ok=True)
            self._path("outputs", prediction_id, ".jpeg").unlink(missing_ok=True)
            return known

    def has_output(self, prediction_id: str) -> bool:
        return self._path("outputs", prediction_id, ".jpeg").exists()

    def find_output(self, prediction_id: str) -> bytes | None:
        return _find_bytes(self._path("outputs", prediction_id, ".jpeg"))

    def put_output(self, prediction_id: str, content: bytes) -> None:
        """Keep what was painted, unless the prediction was deleted meanwhile."""
        with self._lock:
            if prediction_id in self._predictions:
                _write(self._path("outputs", prediction_id, ".jpeg"), content)

    def list_uploads(self) -> list[Upload]:
        names = [path.stem for path in (self._folder / "uploads").glob("*.json")]
        return [upload for name in names if (upload := self.find_upload(name)) is not None]

    def find_upload(self, upload_id: str) -> Upload | None:
        content = _find_bytes(self._path("uploads", upload_id, ".json"))
        return None if content is None else Upload(**json.loads(content))

    def put_upload(self, upload: Upload) -> None:
        _write(self._path("uploads", upload.id, ".json"), json.dumps(asdict(upload)).encode())

    def delete_upload(self, upload_id: str) -> None:
        self._path("uploads", upload_id, ".json").unlink(missing_ok=True)
        self._path("uploads", upload_id, ".bin").unlink(missing_ok=True)

    def find_uploaded(self, upload_id: str) -> bytes | None:
        """The bytes that came for a ticket; None as long as none did."""
        return _find_bytes(self._path("uploads", upload_id, ".bin"))

    def put_uploaded(self, upload_id: str, content: bytes) -> None:
        _write(self._path("uploads", upload_id, ".bin"), content)

    def find_ports(self) -> tuple[int, int]:
        """The ports of the last run; zeros when there was none."""
        content = _find_bytes(self._folder / "ports.json")
        api, storage = json.loads(content) if content else (0, 0)
        return api, storage

    def put_ports(self, api: int, storage: int) -> None:
        _write(self._folder / "ports.json", json.dumps([api, storage]).encode())

    def _put_prediction(self, prediction: Prediction) -> None:
        content = json.dumps(asdict(prediction), ensure_ascii=False).encode()
        _write(self._path("predictions", prediction.id, ".json"), content)
        self._predictions[prediction.id] = prediction

    def _path(self, kind: str, name: str, suffix: str) -> Path:
        return self._folder / kind / f"{name}{suffix}"


def new_id() -> str:
    """32 hex digits, as the service's ids look."""
    return uuid.uuid4().hex


def _read_lines(path: Path) -> list[Any]:
    """What was appended; a last line torn by a power cut was never answered for, and is cut off so
    that the next one starts on its own."""
    content = _find_bytes(path) or b""
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        _write(path, whole)
    return [json.loads(line) for line in whole.splitlines()]


def _append(path: Path, content: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(content, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _find_bytes(path: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole: a reader sees the old bytes or the new ones."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    temporary.write_bytes(content)
    os.replace(temporary, path)
