"""The key of all tests, and the search for it wherever something is left: see `conftest`."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

KEY = "canary-4f1d9c7e2b"
SHORT_KEY = "canary-4f1d9c"
"""Another key, and the beginning of the first: who looks for it finds both."""


def forms(key: str) -> Iterator[bytes]:
    """The ways in which a key can lie about in a file."""
    raw = key.encode()
    yield raw
    yield key[::-1].encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield urllib.parse.quote(key, safe="").replace("-", "%2D").encode()
    yield "".join(f"%{byte:02X}" for byte in raw).encode()
    yield key.encode("utf-16-le")
    yield key.encode("utf-16-be")
    for shift in range(3):  # base64 looks different at each of its alignments
        coded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        yield coded[4 if shift else 0 : -2]


def find(key: str, data: bytes) -> list[bytes]:
    return [form for form in forms(key) if form in data]


def search(folder: Path) -> tuple[int, list[Path]]:
    """How many files there are below `folder`, and those with a key in them."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return len(files), [path for path in files if find(SHORT_KEY, path.read_bytes())]
