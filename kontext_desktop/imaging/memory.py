"""Give memory back to the system that nothing uses any more."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """glibc keeps what was freed in pieces for later, half a byte a pixel after a large picture. On
    other systems nothing is to be done."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
