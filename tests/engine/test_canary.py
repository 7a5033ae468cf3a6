"""The key is in memory only: after work of every kind it is in no file, log or error."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from canary import KEY, find, forms, search
from engine_tools import carry, draft, edit

from kontext_desktop.engine import refunds, statement
from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.studio import Studio
from kontext_desktop.errors import KontextError
from kontext_desktop.model import Version
from kontext_desktop.practice import Fault, PracticeService


@pytest.mark.parametrize("number", range(len(list(forms(KEY)))))
def test_the_search_finds_what_it_is_for(number: int) -> None:
    form = list(forms(KEY))[number]
    assert find(KEY, b"before " + form + b" after")


def test_the_search_looks_into_every_file(tmp_path: Path) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "clean").write_bytes(b"canary")
    hit = tmp_path / "deep" / "deeper" / ".hidden"
    hit.write_bytes(b"\0" + KEY.encode("utf-16-le"))
    assert search(tmp_path) == (2, [hit])
    hit.unlink()  # the search after the whole run must not find it


def test_the_key_is_nowhere_after_all_kinds_of_work(
    studio: Studio,
    original: Version,
    service: PracticeService,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    edit(studio, original)
    for kind in ("close-after", "fail:1403", "status:401", "status:429:1", "html", "short"):
        service.faults.add(Fault("submit", kind))
        jobs = carry(studio, place_order(studio, original, draft(seed=100 + len(said))))
        said += [repr(job) for job in jobs]
    for operation in ("price", "balance", "result", "list"):
        service.faults.add(Fault(operation, "status:401"))
        try:
            client = studio.get_service().client
            client.get_balance()
            client.get_result("0" * 32)
        except KontextError as error:
            said += [repr(vars(error)), *traceback.format_exception(error)]
    refunds.check(studio, studio.get_service())
    lines = statement.list_lines(studio.library, 0.0, 1e12, studio.now())
    said += [statement.write_csv(lines), repr(studio), repr(studio.keys), caplog.text]
    assert any(KEY in str(request.headers) for request in service.requests), "it was in use"
    assert find(KEY, "\n".join(said).encode()) == []
    searched, found = search(tmp_path)
    assert searched > 10
    assert found == []
