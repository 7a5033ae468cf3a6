"""A Version's appearance: its layers over the master, any part at any size.

Working space: 8-bit sRGB, document space. In this release each layer is drawn on its whole area;
a layer that asks for more than that (mask, opacity, blend) is refused rather than drawn wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kontext_desktop.errors import LibraryError
from kontext_desktop.framing import Plan
from kontext_desktop.imaging import place, read, scale
from kontext_desktop.model import Document, Frame, Layer, Size, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library


def render(
    library: Library,
    version: Version,
    frame: Frame | None = None,
    size: Size | None = None,
    *,
    stand_in: np.ndarray | None = None,
    top: np.ndarray | None = None,
) -> np.ndarray:
    """The part `frame` of a version (None: all of it), at `size` (None: one to one).

    `stand_in` is the whole original made smaller, which then is not looked at: for screens only.
    `top` is the picture of the topmost layer, where that is decoded already.
    Returns uint8 (height, width, 3), sRGB. Raises OriginalError when the original is kept by
    reference and gone, LibraryError when a file of the library is missing or damaged, ImageError
    when one cannot be decoded. Blocking: up to seconds for a hundred megapixels.
    """
    document = library.get_document(version.document_id)
    frame = frame or Frame.whole(document.size)
    size = size or frame.size
    layers = [_checked(layer) for layer in version.layers if layer.visible]
    start, canvas = _base(library, document, layers, frame, size, stand_in)
    for layer in layers[start:]:
        if top is not None and layer is version.layers[-1]:
            received = top
        else:
            received = read(library.blobs.read(library.get_result(layer.result_id).sha256))
        canvas = place(canvas, received, _onto(layer, frame, size))
    return canvas


def render_plan(library: Library, version: Version, plan: Plan) -> np.ndarray:
    """What is sent of a version: its appearance inside the frame, bordered by its own mirror image
    where the plan has more room. Returns and raises as `render`."""
    x, y, *_ = inner = plan.inner
    pixels = render(library, version, plan.frame, inner.size)
    right, below = plan.sent.width - x - inner.width, plan.sent.height - y - inner.height
    return np.pad(pixels, ((y, below), (x, right), (0, 0)), "symmetric")


def is_practice(library: Library, version: Version) -> bool:
    """Whether anything in this version was drawn by the practice service."""
    return any(library.get_result(layer.result_id).origin.practice for layer in version.layers)


def _base(
    library: Library,
    document: Document,
    layers: list[Layer],
    frame: Frame,
    size: Size,
    stand_in: np.ndarray | None,
) -> tuple[int, np.ndarray]:
    """The first layer that can be seen, and the canvas it and those above it are drawn on.

    A layer that covers the frame hides everything below it; the master is decoded only where
    something of it shows.
    """
    for index in reversed(range(len(layers))):
        if _covers(layers[index], library.get_result(layers[index].result_id).size, frame):
            return index, np.zeros((size.height, size.width, 3), np.uint8)
    if stand_in is None:
        master = _read_master(library, document, frame, size)
        # A reduced reading is smaller by a whole number; its last pixel may stand for less than
        # that.
        factor_x: float = round(document.size.width / master.shape[1])
        factor_y: float = round(document.size.height / master.shape[0])
    else:
        master = stand_in
        factor_x = document.size.width / master.shape[1]
        factor_y = document.size.height / master.shape[0]
    box = (
        frame.x / factor_x,
        frame.y / factor_y,
        (frame.x + frame.width) / factor_x,
        (frame.y + frame.height) / factor_y,
    )
    return 0, scale(master, size, box)


def _read_master(library: Library, document: Document, frame: Frame, size: Size) -> np.ndarray:
    """The original, no smaller than is needed for `frame` at `size`."""
    scaled = Size(
        max(1, round(document.size.width * size.width / frame.width)),
        max(1, round(document.size.height * size.height / frame.height)),
    )
    with library.masters.reading(document) as path:
        return read(path, within=scaled)


def _covers(layer: Layer, result: Size, frame: Frame) -> bool:
    a, _, x, _, e, y = layer.placement
    hair = 1e-3
    return (
        x <= frame.x + hair
        and y <= frame.y + hair
        and x + a * result.width >= frame.x + frame.width - hair
        and y + e * result.height >= frame.y + frame.height - hair
    )


def _onto(
    layer: Layer, frame: Frame, size: Size
) -> tuple[float, float, float, float, float, float]:
    """The layer's placement, from document space to a canvas of `size` that shows `frame`."""
    a, b, c, d, e, f = layer.placement
    scale_x, scale_y = size.width / frame.width, size.height / frame.height
    return (
        a * scale_x,
        b * scale_x,
        (c - frame.x) * scale_x,
        d * scale_y,
        e * scale_y,
        (f - frame.y) * scale_y,
    )


def _checked(layer: Layer) -> Layer:
    if layer.mask_sha256 is not None or layer.opacity != 1.0 or layer.blend != "normal":
        raise LibraryError(
            "This version uses masks or blending that this release cannot draw.",
            "Open the library with the release that made it.",
        )
    return layer
