"""The service's own Python package is satisfied with the practice service."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from kontext_desktop.catalog import KONTEXT_MAX

wavespeed = pytest.importorskip("wavespeed")


@pytest.fixture
def official(start):
    caller = start(seconds=0.2, now=time.time)
    return caller, wavespeed.Client(api_key="any-key", base_url=caller.service.url)


def test_official_client_uploads_and_runs(bare, official, tmp_path, picture):
    caller, client = official
    (tmp_path / "picture.png").write_bytes(picture)
    image = client.upload(str(tmp_path / "picture.png"))
    inputs = {"prompt": "warmer", "image": image, "seed": 5, "aspect_ratio": "1:1"}
    (url,) = client.run(KONTEXT_MAX.id, inputs, poll_interval=0.02)["outputs"]
    output = bare.get(url).content
    with Image.open(io.BytesIO(output)) as opened:
        assert opened.size == (1024, 1024)
    keyed = {r.server for r in caller.service.requests if "authorization" in r.headers}
    assert keyed == {"api"}
    assert len(caller.service.ledger) == 1


def test_official_client_waits_in_sync_mode(official, picture):
    caller, client = official
    inputs = {"prompt": "warmer", "image": client.upload(io.BytesIO(picture))}
    answer = client.run(KONTEXT_MAX.id, inputs, enable_sync_mode=True)
    assert len(answer["outputs"]) == 1
    assert [r.path for r in caller.service.requests if r.path.endswith("/result")] == []


def test_official_client_hears_of_a_failure(official):
    _, client = official
    with pytest.raises(RuntimeError, match="Failed to fetch the image"):
        client.run(
            KONTEXT_MAX.id, {"prompt": "a", "image": "http://127.0.0.1:1/x"}, poll_interval=0.02
        )
