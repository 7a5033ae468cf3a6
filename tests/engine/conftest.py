"""A studio over a real practice service on loopback, a real library, and a small real picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canary import KEY
from engine_tools import Clock
from PIL import Image

from kontext_desktop.engine import intake
from kontext_desktop.engine.studio import Studio, Target
from kontext_desktop.keys import Keys
from kontext_desktop.library import Library
from kontext_desktop.library.check import check
from kontext_desktop.model import Version
from kontext_desktop.practice import PracticeService
from kontext_desktop.register import Register


@pytest.fixture
def clock() -> Clock:
    """The time of studio, library, register and service alike."""
    return Clock()


@pytest.fixture
def habits() -> dict[str, Any]:
    """Options of the service; a test sets its own with `parametrize`."""
    return {}


@pytest.fixture
def service(tmp_path: Path, clock: Clock, habits: dict[str, Any]) -> Iterator[PracticeService]:
    """A stand-in that does not say so: Jobs sent to it count as real ones."""
    with PracticeService(tmp_path / "service", now=clock, announces=False, **habits) as running:
        yield running


@pytest.fixture
def open_studio(
    tmp_path: Path, service: PracticeService, clock: Clock
) -> Iterator[Callable[..., Studio]]:
    """Opens a studio over the same library each time; the one before is closed first. With another
    `name`, over a library beside it, as a second program would."""
    opened: list[Studio] = []

    def open_one(name: str = "library", key: str = KEY) -> Studio:
        if opened and name == "library":
            opened.pop().close()
        library = Library.open(tmp_path / name, program="tests", now=clock)
        studio = Studio(
            library=library,
            keys=Keys({"WAVESPEED_API_KEY": key}),
            target=Target(service.url, embedded_practice=False),
            register=Register(tmp_path / "register", clock),
            now=clock,
        )
        opened.append(studio)
        return studio

    yield open_one
    for studio in opened:
        studio.close()
        assert check(studio.library.folder).findings == ()


@pytest.fixture
def studio(open_studio: Callable[[], Studio]) -> Studio:
    return open_studio()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A 600 x 400 JPEG, stored turned by 90 degrees, with EXIF that must not leave the machine."""
    x = np.linspace(0, 255, 600)[None, :, None]
    y = np.linspace(0, 255, 400)[:, None, None]
    pixels = np.concatenate([x + 0 * y, y + 0 * x, 128 + 0 * (x + y)], axis=2)
    image = Image.fromarray(pixels.astype(np.uint8)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET-CAMERA"
    path = tmp_path / "holiday of mine.jpg"
    image.save(path, quality=95, exif=exif)
    return path


@pytest.fixture
def original(studio: Studio, picture: Path) -> Version:
    document = intake.bring_in(studio.library, picture).document
    return studio.library.list_versions(document.id)[0]
