"""A first look as a picture for the canvas, before any of the engine is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontext_desktop.first_words import Raster, Size
from kontext_desktop.workbench.state import Picture

if TYPE_CHECKING:
    from kontext_desktop.glance import Glance


def make_picture(found: Glance | None, screen: bytes) -> Picture | None:
    """For a screen with this ICC profile (b"": sRGB). Of no version yet: `version_id` is empty.
    GUI thread: what it asks of Qt is quick."""
    if found is None:
        return None
    level = Raster(found.data, Size(*found.size))
    if found.profile or screen:
        level = _converted(level, found.profile, screen)
    return Picture("", Size(*found.whole), (level,), True)


def _converted(level: Raster, profile: bytes, screen: bytes) -> Raster:
    """By Qt, whose way is quick and needs nothing that is not loaded; off by 4 of 255 in the dark
    on some screens, until the whole picture comes."""
    from PySide6.QtGui import QImage

    source, target = _space(profile), _space(screen)
    if source == target or not source.isValid() or not target.isValidTarget():
        return level
    width, height = level.size
    image = QImage(level.data, width, height, width * 4, QImage.Format.Format_RGB32)
    image.setColorSpace(source)
    image = image.convertedToColorSpace(target, QImage.Format.Format_RGB32)
    return Raster(bytes(image.constBits()), level.size, "bgrx8", screen)


def _space(profile: bytes):  # type: ignore[no-untyped-def]
    from PySide6.QtGui import QColorSpace

    whole = int.from_bytes(profile[:4], "big") == len(profile) and profile[36:40] == b"acsp"
    if whole and profile[16:20] == b"RGB ":
        return QColorSpace.fromIccProfile(profile)
    return QColorSpace(QColorSpace.NamedColorSpace.SRgb)
