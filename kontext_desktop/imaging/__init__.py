"""Arrays in, arrays out: open pictures safely, convert colour, scale, place, encode.

Working format: numpy uint8 (height, width, 3), sRGB, oriented, writable; beside it `Native`, a
picture at its own depth in its own colours, for screens and for what is saved. Knows no Qt, no
library, no network. Blocking and free of shared state: any thread may call it.
"""

from kontext_desktop.imaging.arrays import Codes, Pixels
from kontext_desktop.imaging.colour import between, from_srgb, into_srgb, to_depth
from kontext_desktop.imaging.encoding import deepest, encode
from kontext_desktop.imaging.memory import give_back
from kontext_desktop.imaging.metadata import Metadata
from kontext_desktop.imaging.rasters import (
    document_raster,
    from_raster,
    pyramid,
    shows_numbers,
    to_raster,
)
from kontext_desktop.imaging.reading import (
    MAX_PIXELS,
    OUTPUT_MAX_PIXELS,
    Native,
    Probe,
    find_kind,
    probe,
    read,
    read_metadata,
    read_native,
    verify_output,
)
from kontext_desktop.imaging.scaling import place, scale, shrunk
from kontext_desktop.imaging.signatures import sniff

__all__ = [
    "MAX_PIXELS",
    "OUTPUT_MAX_PIXELS",
    "Codes",
    "Metadata",
    "Native",
    "Pixels",
    "Probe",
    "between",
    "deepest",
    "document_raster",
    "encode",
    "find_kind",
    "from_raster",
    "from_srgb",
    "give_back",
    "into_srgb",
    "place",
    "probe",
    "pyramid",
    "read",
    "read_metadata",
    "read_native",
    "scale",
    "shows_numbers",
    "shrunk",
    "sniff",
    "to_depth",
    "to_raster",
    "verify_output",
]
