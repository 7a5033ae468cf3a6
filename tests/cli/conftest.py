"""A terminal with an empty library, a small picture, and a service that counts as a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from terminal_tools import Terminal

from kontext_desktop.practice import PracticeService


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.radial_gradient("L").resize((360, 240)).convert("RGB").save(path, quality=92)
    return path


@pytest.fixture
def away(tmp_path: Path) -> Iterator[PracticeService]:
    """A stand-in in this process that counts as a real service."""
    with PracticeService(tmp_path / "away", seconds=0.05, announces=False) as service:
        yield service
