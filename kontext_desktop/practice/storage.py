"""The second port: where uploads are put and outputs are fetched, without a key.

As with the real one it is another origin, so that a key sent here is seen in the log. Refusals come
as XML, like those of an object store.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import urlsplit

from kontext_desktop.practice.book import Book, Upload, new_id
from kontext_desktop.practice.exchange import Answer, Call, LoggedRequest
from kontext_desktop.practice.predictions import Predictions

_TICKET_SECONDS = 900
_PATH = re.compile(r"/(upload|media|predictions)/([0-9a-f]{32})(/1\.jpeg|\.[a-z0-9]{1,5})?")
_BASE64 = re.compile(r"data:[^,]*;base64,(.*)", re.DOTALL)


class Storage:
    """Uploads by ticket, their bytes, and the outputs of predictions. Any thread."""

    def __init__(
        self,
        book: Book,
        predictions: Predictions,
        url: str,
        *,
        retention: float,
        now: Callable[[], float],
    ) -> None:
        self._book = book
        self._predictions = predictions
        self._url = url
        self._retention = retention
        self._now = now

    def route(self, request: LoggedRequest) -> Call | Answer:
        match = _PATH.fullmatch(urlsplit(request.path).path)
        if match is None:
            return _refusal(404, "NoSuchKey")
        kind, name = match[1], match[2]
        if (request.method, kind) == ("PUT", "upload"):
            return Call("upload-put", lambda _: self._put(name, request))
        if (request.method, kind) == ("GET", "media"):
            return Call("media", lambda _: self._get_upload(name))
        if (request.method, kind) == ("GET", "predictions"):
            return Call("output", lambda _: self._get_output(name))
        return _refusal(405, "MethodNotAllowed")

    def forget_expired(self) -> None:
        for upload in self._book.list_uploads():
            if self._expired(upload):
                self._book.delete_upload(upload.id)

    def open_ticket(self, filename: str, content_type: str, size: int) -> Upload:
        """Promise a place for `size` bytes, to be PUT within a quarter of an hour."""
        at = self._now()
        headers = {"Content-Type": content_type, "x-upload-token": secrets.token_hex(16)}
        upload = Upload(new_id(), at, at + _TICKET_SECONDS, filename, content_type, size, headers)
        self._book.put_upload(upload)
        return upload

    def put_directly(self, filename: str, content_type: str, content: bytes) -> Upload:
        """A ticket and its bytes in one act (the multipart upload)."""
        upload = self.open_ticket(filename, content_type, len(content))
        self._book.put_uploaded(upload.id, content)
        return upload

    def upload_url(self, upload: Upload) -> str:
        return f"{self._url}/upload/{upload.id}"

    def download_url(self, upload: Upload) -> str:
        suffix = PurePath(upload.filename).suffix.lower()
        known = re.fullmatch(r"\.[a-z0-9]{1,5}", suffix)
        return f"{self._url}/media/{upload.id}{suffix if known else ''}"

    def output_url(self, prediction_id: str) -> str:
        return f"{self._url}/predictions/{prediction_id}/1.jpeg"

    def find_picture(self, image: str) -> str | None:
        """The upload meant by a submit's `image`; None when it cannot be fetched.

        A picture given in the request itself, as a data URI, becomes an upload. Of URLs only our
        own are fetched; their port may be an earlier run's.
        """
        inline = _BASE64.fullmatch(image)
        if inline is not None:
            try:
                content = base64.b64decode(inline[1], validate=True)
            except binascii.Error:
                return None
            return self.put_directly("inline", "application/octet-stream", content).id
        if not image.startswith("http://127.0.0.1:"):
            return None
        match = _PATH.fullmatch(urlsplit(image).path)
        if match is None or match[1] != "media" or self._find_uploaded(match[2]) is None:
            return None
        return match[2]

    def _put(self, name: str, request: LoggedRequest) -> Answer:
        upload = self._book.find_upload(name)
        if upload is None:
            return _refusal(404, "NoSuchKey")
        if self._now() > upload.expires_at:
            return _refusal(403, "AccessDenied")
        if any(request.headers.get(key.lower()) != value for key, value in upload.headers.items()):
            return _refusal(403, "SignatureDoesNotMatch")
        if len(request.body) != upload.size:
            return _refusal(400, "EntitySizeMismatch")
        self._book.put_uploaded(name, request.body)
        return Answer(200, b"", "application/xml")

    def _get_upload(self, name: str) -> Answer:
        found = self._find_uploaded(name)
        if found is None:
            return _refusal(404, "NoSuchKey")
        upload, content = found
        return Answer(200, content, upload.content_type)

    def _get_output(self, name: str) -> Answer:
        content = self._predictions.find_output(name)
        if content is None:
            return _refusal(403, "AccessDenied")
        return Answer(200, content, "image/jpeg")

    def _find_uploaded(self, name: str) -> tuple[Upload, bytes] | None:
        upload = self._book.find_upload(name)
        if upload is None or self._expired(upload):
            return None
        content = self._book.find_uploaded(name)
        return None if content is None else (upload, content)

    def _expired(self, upload: Upload) -> bool:
        return self._now() - upload.at > self._retention


def _refusal(status: int, code: str) -> Answer:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Answer(status, text.encode(), "application/xml")
