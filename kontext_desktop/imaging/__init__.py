"""Arrays in, arrays out: open pictures safely, convert colour, scale, place, encode.

Working format everywhere: numpy uint8 (height, width, 3), sRGB, oriented, writable.
Knows no Qt, no library, no network. Blocking and free of shared state: any thread may call it.
"""

from kontext_desktop.imaging.encoding import encode
from kontext_desktop.imaging.rasters import Pixels, from_raster, pyramid, to_raster
from kontext_desktop.imaging.reading import (
    MAX_PIXELS,
    OUTPUT_MAX_PIXELS,
    Probe,
    probe,
    read,
    verify_output,
)
from kontext_desktop.imaging.scaling import place, scale
from kontext_desktop.imaging.signatures import sniff

__all__ = [
    "MAX_PIXELS",
    "OUTPUT_MAX_PIXELS",
    "Pixels",
    "Probe",
    "encode",
    "from_raster",
    "place",
    "probe",
    "pyramid",
    "read",
    "scale",
    "sniff",
    "to_raster",
    "verify_output",
]
