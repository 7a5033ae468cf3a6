"""What the arrays of this room are called."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Working format: (height, width, 3), red first, sRGB."""
Codes: TypeAlias = npt.NDArray[Any]
"""(height, width, channels) of any colour model, 8 or 16 bits."""
