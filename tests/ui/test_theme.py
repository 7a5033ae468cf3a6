"""The look as data: legible, neutral, and complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kontext_desktop.paths import resources
from kontext_desktop.ui.theme import Theme

GROUPS = json.loads((resources() / "theme.json").read_text("utf-8"))


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def list_pairs() -> list[tuple[str, str]]:
    """Each text on each surface it stands on."""
    pairs = [("text", surface) for surface in GROUPS["surface"]]
    # On the selection secondary text is of a lighter grey, under the pointer it is as other text.
    quiet = [surface for surface in GROUPS["surface"] if surface not in ("selected", "hover")]
    pairs += [("text_secondary", surface) for surface in quiet]
    pairs += [("text_secondary_selected", "selected")]
    pairs += [("look", surface) for surface in ("panel", "raised", "pressed")]  # the service pill
    accents = ("accent", "accent_hover", "accent_pressed")
    return pairs + [("text_on_accent", accent) for accent in accents]


@pytest.mark.parametrize(("text", "surface"), list_pairs())
def test_text_is_legible_on_every_surface(text: str, surface: str) -> None:
    colours = Theme.read(resources()).colours
    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("group", ["surface", "canvas", "text", "line"])
def test_greys_are_pure(group: str) -> None:
    for colour in GROUPS[group].values():
        assert colour[1:3] == colour[3:5] == colour[5:7]


def test_every_token_of_the_sheet_has_a_value() -> None:
    theme = Theme.read(resources())
    assert "@" in theme.sheet
    assert "@" not in theme.style_sheet()


def test_no_colour_is_written_outside_the_theme() -> None:
    folder = Path(__file__).parents[2] / "kontext_desktop" / "ui"
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|QColor\(\s*[\d\"']|GlobalColor")
    files = [resources() / "style.qss", *folder.glob("*.py")]
    written = {file.name: literal.findall(file.read_text("utf-8")) for file in files}
    assert {name: found for name, found in written.items() if found} == {}
