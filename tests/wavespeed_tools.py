"""A client whose service is one function, and the example JSON it may answer with."""

import json
from pathlib import Path

import httpx

from kontext_desktop.wavespeed.client import Client

WIRE = Path(__file__).parent / "data" / "wire"
API = "https://api.wavespeed.ai"
KEY = "canary-4f1d9c"


def example(name):
    return json.loads((WIRE / f"{name}.json").read_bytes())


class Raw(httpx.SyncByteStream):
    """A body that arrives as given, decoded by nobody on the way."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces


def reply(status, body=b"", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers=headers, stream=Raw(data))


class Fake:
    """A client whose two lines answer from one function. `requests`: all that was asked."""

    def __init__(self, answer, endpoint=API, key=f" {KEY}\n", **more):
        self.requests = []

        def note(request):
            self.requests.append(request)
            return answer(request)

        line = httpx.MockTransport(note)
        self.client = Client(
            endpoint, lambda: key, version="0", api_transport=line, storage_transport=line, **more
        )

    @property
    def paths(self):
        return [request.url.path for request in self.requests]
