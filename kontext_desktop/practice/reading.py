"""What a prompt asks for, as far as the practice painter knows the words. Text only, no pixels.

Clauses that begin with "Keep" ask for nothing; nor does what follows "without", "no", "keeping".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from kontext_desktop.model import Prompt

Colour = tuple[float, float, float]

_COLOURS = {
    "black": "111114", "charcoal": "36383c", "grey": "8c8c8c", "gray": "8c8c8c", "silver": "c0c3c6",
    "white": "f4f4f2", "ivory": "f2ecdd", "cream": "f3e9cf", "beige": "dcc9a9", "sand": "d8c196",
    "tan": "c8a67b", "brown": "6f4a2e", "chocolate": "4d2f1e", "red": "b92b27", "crimson": "a3122f",
    "burgundy": "641226", "maroon": "641a1c", "coral": "f07f63", "salmon": "f2947f",
    "orange": "e8862b", "peach": "f6c3a0", "gold": "c79a34", "golden": "c79a34",
    "mustard": "cf9f2e", "yellow": "f0cd3c", "lime": "a6d13b", "olive": "75752f", "green": "3d8a4a",
    "mint": "b4e2c8", "sage": "a5b595", "emerald": "1f7d58", "teal": "1e7b7d",
    "turquoise": "3fbdb6", "cyan": "35b6d1", "azure": "3f8fe0", "blue": "2f62b5", "navy": "1b2a52",
    "indigo": "3c3485", "violet": "7648a8", "purple": "6d3a91", "lavender": "bfb2e3",
    "lilac": "c6a6d6", "magenta": "c02f8d", "pink": "ed9dbb", "rose": "d97b8c",
}  # fmt: skip
_PLACES = {
    "sky": "8ec3ea", "sea": "3a7f96", "ocean": "2f6f8f", "forest": "3a5a3c", "beach": "dccba4",
    "sunset": "e58b57", "concrete": "9b9a96", "wood": "8a6544", "wooden": "8a6544",
    "marble": "e3e1de", "studio": "c9ccd0",
}  # fmt: skip
"""What stands for these as a backdrop: no more than their colour."""

_SHADES = {
    "pastel": (0.55, 1.0), "pale": (0.5, 1.0), "light": (0.4, 1.0), "soft": (0.25, 1.0),
    "bright": (0.0, 1.15), "deep": (0.0, 0.7), "dark": (0.0, 0.55), "muted": (0.2, 0.85),
}  # fmt: skip
"""How far towards white, then times what."""

_NOT_ASKED = re.compile(
    r"\b(?:keep|keeping|preserve|preserving|leave|leaving|no|not|without|never|avoid)\b[^.;,\n]*"
)
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»\n]{1,60})[\"“”»]|(?<!\w)['‘]([^'‘’\n]{1,60})['’](?!\w)")
_SHADE = rf"(?:\b({'|'.join(_SHADES)})\s+)?"
_COLOUR = re.compile(rf"{_SHADE}\b({'|'.join(_COLOURS)})\b(?! hour)")
_PLACE = re.compile(rf"{_SHADE}\b({'|'.join(_PLACES)})\b")
_ANDS = re.compile(r"\b(?:and|then|but|while)\b")
_JOINTS = re.compile(rf",|{_ANDS.pattern}")
_BACKGROUND = re.compile(r"\b(?:background|backdrop)s?\b")
_REPLACED = re.compile(
    r"\b(?:replace|change|swap|switch|turn|make|set|paint|put|place|use|give|add|new|on|against"
    r"|before|in front of|to|into)\b"
)
_RECOLOURED = re.compile(r"\b(?:make|turn|change|paint|colou?r|recolou?r|dye|tint|to|into)\b")
_LIGHT = re.compile(r"\b(?:light|lighting|hour|tones?|look|colou?rs|grade|grading|lettering)\b")
_WEAKER = re.compile(r"\b(?:slight|slightly|subtle|subtly|gentle|gently|a little|a bit|a touch)\b")
_STRONGER = re.compile(r"\b(?:very|much|strong|strongly|dramatic|dramatically|heavy|heavily)\b")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of the prompt that asks for one thing, in lower case. `background`: of the background
    only. `emphasis`: 1, less for "slightly", more for "very"."""

    text: str
    background: bool
    emphasis: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt understood. `backdrop`: the colour the background becomes. `recolour`: from which
    colour (None: of what stands out) to which. `lettering`: the text to draw, and its colour."""

    phrases: tuple[Phrase, ...]
    backdrop: Colour | None
    recolour: tuple[Colour | None, Colour] | None
    lettering: str | None
    lettering_colour: Colour | None


def read(prompt: str) -> Reading:
    clauses = Prompt(prompt).clauses
    said = ". ".join(clauses[name] for name in ("change", "ensure", "match") if clauses[name])
    quotes = [first or second for first, second in _QUOTED.findall(said)]
    silent = re.sub(
        r"black[ -]and[ -]white", "monochrome", _QUOTED.sub(" lettering ", said).lower()
    )
    sentences = [_NOT_ASKED.sub("", sentence) for sentence in re.split(r"[.;\n]", silent)]
    texts = [text for sentence in sentences for text in _phrases(sentence)]
    phrases = tuple(map(_phrase, texts))
    about_lettering = " ".join(text for text in texts if "lettering" in text)
    return Reading(
        phrases=phrases,
        backdrop=_first(map(_find_backdrop, sentences)),
        recolour=_first(map(_find_recolour, texts)),
        lettering=quotes[-1] if quotes else None,
        lettering_colour=_first(_colours(about_lettering)),
    )


def _phrases(sentence: str) -> list[str]:
    return [text.strip() for text in _JOINTS.split(sentence) if text.strip()]


def _phrase(text: str) -> Phrase:
    emphasis = 0.6 if _WEAKER.search(text) else 1.4 if _STRONGER.search(text) else 1.0
    # A colour's own words ("bright red") ask for no change of light.
    return Phrase(_COLOUR.sub("", text), bool(_BACKGROUND.search(text)), emphasis)


def _find_backdrop(sentence: str) -> Colour | None:
    """The colour named after "background" ("to a deep blue"), else before it ("on a white ...")."""
    match = _BACKGROUND.search(sentence)
    if match is None or not _REPLACED.search(sentence):
        return None
    after = _ANDS.split(sentence[match.end() :])[0]
    before = _JOINTS.split(sentence[: match.start()])[-1]
    for text in (after, before):
        found = [*_colours(text), *_places(text)]
        if found:
            return found[0]
    return None


def _find_recolour(text: str) -> tuple[Colour | None, Colour] | None:
    colours = list(_colours(text))
    if _BACKGROUND.search(text) or _LIGHT.search(text) or not _RECOLOURED.search(text):
        return None
    if not colours:
        return None
    return (colours[0] if len(colours) > 1 else None, colours[-1])


def _colours(text: str) -> Iterator[Colour]:
    return (_shaded(_COLOURS[match[2]], match[1]) for match in _COLOUR.finditer(text))


def _places(text: str) -> Iterator[Colour]:
    return (_shaded(_PLACES[match[2]], match[1]) for match in _PLACE.finditer(text))


def _shaded(digits: str, shade: str | None) -> Colour:
    to_white, factor = _SHADES.get(shade or "", (0.0, 1.0))
    red, green, blue = (
        min(1.0, (value / 255 + (0.97 - value / 255) * to_white) * factor)
        for value in bytes.fromhex(digits)
    )
    return red, green, blue


_Found = TypeVar("_Found")


def _first(found: Iterable[_Found | None]) -> _Found | None:
    return next((one for one in found if one is not None), None)
