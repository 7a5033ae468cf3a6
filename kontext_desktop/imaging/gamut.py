"""The gamut warning: which colours of a picture a screen cannot show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kontext_desktop.imaging.arrays import Codes
from kontext_desktop.imaging.colour import lab_profile, srgb_profile, to_depth
from kontext_desktop.imaging.drift import delta_e_2000
from kontext_desktop.imaging.profiles import transform

JUST_SEEN = 2.0
"""CIEDE2000: a colour that is shown less wrong than this is not worth a warning."""


def find_outside(codes: Codes, profile: bytes, screen: bytes) -> npt.NDArray[np.bool_]:
    """Where (height, width, 3) of 8 or 16 bits in an RGB profile has colours outside another's
    gamut; b"" for sRGB. Outside is what the way there and back moves by more than can just be seen.
    Raises RuntimeError for a profile that littleCMS does not take."""
    if profile == screen:
        return np.zeros(codes.shape[:2], np.bool_)
    source, target = profile or srgb_profile(), screen or srgb_profile()
    codes = to_depth(codes, np.uint16)
    shown = transform(codes, source, target, exact=True)
    wanted, seen = (
        transform(one, of, lab_profile(), exact=True, dtype=np.float64, spaces=("rgb", "lab"))
        for one, of in ((codes, source), (shown, target))
    )
    outside: npt.NDArray[np.bool_] = delta_e_2000(wanted, seen) > JUST_SEEN
    return outside
