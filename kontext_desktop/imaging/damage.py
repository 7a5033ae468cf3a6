"""What decoders raise."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

DAMAGE = (
    # What decoders were seen, or are known, to raise on damaged files. UserWarning: where the
    # caller has made warnings errors.
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    UserWarning,
    ValueError,
    struct.error,
    zlib.error,
)
