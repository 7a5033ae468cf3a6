"""The models and their parameters as data: names, ranges, defaults, prices, sizes.

Nothing else in the program knows a range or a price by heart. Source of every figure: the
service's page on the model (parameters, price); output sizes: published by another reseller of the
same model, multiples of 16 near one megapixel.
"""

from __future__ import annotations

import math
from typing import NamedTuple

USD = 1_000_000
"""Money is counted in whole millionths of a US dollar, so that sums are exact."""


class NumberSpec(NamedTuple):
    """A numeric parameter; `name` is spelled as the service spells it."""

    name: str
    label: str
    minimum: float
    maximum: float
    default: float | None
    step: float
    hint: str


class RatioSpec(NamedTuple):
    """One output ratio and the pixel size the model draws for it."""

    name: str
    width: int
    height: int

    @property
    def ratio(self) -> float:
        """Width over height of the pixels: "16:9" really is 1392 x 752, 1.851."""
        return self.width / self.height


class ModelSpec(NamedTuple):
    id: str
    name: str
    price: int
    """For one image, as published; the service is asked before anything is sent."""
    seed: NumberSpec
    guidance_scale: NumberSpec
    ratios: tuple[RatioSpec, ...]
    max_variations: int
    retention_days: int
    """After so many days the service deletes predictions and their outputs."""
    least_side: int
    """Pixels: what is smaller is sent enlarged to it. A choice of ours, for no limit is published.
    """

    def get_ratio(self, name: str) -> RatioSpec:
        """The ratio called `name`. Raises KeyError when the model has none of that name."""
        for ratio in self.ratios:
            if ratio.name == name:
                return ratio
        raise KeyError(name)

    def nearest_ratio(self, width: int, height: int) -> RatioSpec:
        """What the model draws when no ratio is asked for: the size nearest in shape."""
        wanted = math.log(width / height)
        return min(self.ratios, key=lambda ratio: abs(math.log(ratio.ratio) - wanted))


KONTEXT_MAX = ModelSpec(
    id="wavespeed-ai/flux-kontext-max",
    name="FLUX.1 Kontext [max]",
    price=80_000,
    seed=NumberSpec(
        "seed", "Seed", 0, 2_147_483_647, None, 1, "Same seed, same start: compare prompts on it"
    ),
    guidance_scale=NumberSpec(
        "guidance_scale",
        "Guidance",
        1.0,
        20.0,
        3.5,
        0.1,
        "How strictly the instruction is followed; too high over-edits",
    ),
    ratios=(
        RatioSpec("21:9", 1568, 672),
        RatioSpec("16:9", 1392, 752),
        RatioSpec("4:3", 1184, 880),
        RatioSpec("3:2", 1248, 832),
        RatioSpec("1:1", 1024, 1024),
        RatioSpec("2:3", 832, 1248),
        RatioSpec("3:4", 880, 1184),
        RatioSpec("9:16", 752, 1392),
        RatioSpec("9:21", 672, 1568),
    ),
    max_variations=16,
    retention_days=7,
    least_side=256,
)

MODELS = {KONTEXT_MAX.id: KONTEXT_MAX}


def dollars(amount: int) -> str:
    """An amount in millionths of a dollar as "$0.16"; more digits only where they matter."""
    text = f"{amount / USD:.6f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents:0<2}"
