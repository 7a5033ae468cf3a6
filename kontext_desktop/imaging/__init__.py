"""Arrays in, arrays out: open pictures safely, convert colour, scale, place, encode.

Working format: numpy uint8 (height, width, 3), sRGB, oriented, writable; beside it `Native`, a
picture at its own depth in its own colours, for screens and for what is saved. Knows no Qt, no
library, no network. Blocking and free of shared state: any thread may call it.
"""

from kontext_desktop.imaging.arrays import Codes, Pixels
from kontext_desktop.imaging.colour import from_srgb, into_srgb
from kontext_desktop.imaging.encoding import encode
from kontext_desktop.imaging.rasters import (
    Convert,
    document_raster,
    from_raster,
    pyramid,
    to_raster,
)
from kontext_desktop.imaging.reading import (
    MAX_PIXELS,
    OUTPUT_MAX_PIXELS,
    Native,
    Probe,
    probe,
    read,
    read_native,
    verify_output,
)
from kontext_desktop.imaging.scaling import place, scale
from kontext_desktop.imaging.signatures import sniff

__all__ = [
    "MAX_PIXELS",
    "OUTPUT_MAX_PIXELS",
    "Codes",
    "Convert",
    "Native",
    "Pixels",
    "Probe",
    "document_raster",
    "encode",
    "from_raster",
    "from_srgb",
    "into_srgb",
    "place",
    "probe",
    "pyramid",
    "read",
    "read_native",
    "scale",
    "sniff",
    "to_raster",
    "verify_output",
]
