"""A Version's appearance: its layers over the master, any part at any size.

In document space. `render` works in 8-bit sRGB: what is sent. `render_native` works in the
master's own colours at its own depth: what is shown and saved. In this release each layer is drawn
on its whole area; a layer that asks for more than that (mask, opacity, blend) is refused rather
than drawn wrongly.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kontext_desktop.errors import LibraryError, OriginalError
from kontext_desktop.framing import Plan
from kontext_desktop.imaging import (
    Native,
    find_kind,
    from_srgb,
    place,
    read,
    read_native,
    scale,
)
from kontext_desktop.model import Document, Frame, Layer, Size, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library


def render(
    library: Library,
    version: Version,
    frame: Frame | None = None,
    size: Size | None = None,
) -> np.ndarray:
    """The part `frame` of a version (None: all of it), at `size` (None: one to one).

    Returns uint8 (height, width, 3), sRGB. Raises OriginalError when the original is kept by
    reference and gone, LibraryError when a file of the library is missing or damaged, ImageError
    when one cannot be decoded. Blocking: up to seconds for a hundred megapixels.
    """
    return _compose(library, version, frame, size, _read_srgb, None, None).pixels


def render_native(
    library: Library,
    version: Version,
    frame: Frame | None = None,
    size: Size | None = None,
    *,
    stand_in: Native | None = None,
    top: np.ndarray | None = None,
) -> Native:
    """As `render`, in the master's own colours at its own depth, as far as RGB can hold them.

    `stand_in` is the whole original made smaller, which then is not looked at: for screens only.
    `top` is the picture of the topmost layer, 8-bit sRGB, where that is decoded already.
    """
    return _compose(library, version, frame, size, read_native, stand_in, top)


class Reader(Protocol):
    """One of `imaging`'s ways to read a master."""

    def __call__(self, source: Path, /, *, within: Size | None = None) -> Native: ...


def _read_srgb(source: Path, /, *, within: Size | None = None) -> Native:
    return Native(read(source, within=within))


def _compose(
    library: Library,
    version: Version,
    frame: Frame | None,
    size: Size | None,
    reader: Reader,
    stand_in: Native | None,
    top: np.ndarray | None,
) -> Native:
    document = library.get_document(version.document_id)
    frame = frame or Frame.whole(document.size)
    size = size or frame.size
    layers = [_checked(layer) for layer in version.layers if layer.visible]
    start, canvas = _base(library, document, layers, frame, size, reader, stand_in)
    pixels = canvas.pixels
    for layer in layers[start:]:
        if top is not None and layer is version.layers[-1]:
            received = top
        else:
            received = read(library.blobs.read(library.get_result(layer.result_id).sha256))
        received = from_srgb(received, canvas.profile, pixels.dtype)
        pixels = place(pixels, received, _onto(layer, frame, size))
    return Native(pixels, canvas.profile)


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
    reader: Reader,
    stand_in: Native | None,
) -> tuple[int, Native]:
    """The first layer that can be seen, and the canvas it and those above it are drawn on.

    A layer that covers the frame hides everything below it; the master is decoded only where
    something of it shows.
    """
    for index in reversed(range(len(layers))):
        if _covers(layers[index], library.get_result(layers[index].result_id).size, frame):
            depth, profile = np.dtype(np.uint8), b""
            if reader is read_native and stand_in is None:
                depth, profile = _find_kind(library, document)
            return index, Native(np.zeros((size.height, size.width, 3), depth), profile)
    if stand_in is None:
        whole = _read_master(library, document, frame, size, reader)
        master = whole.pixels
        # A reduced reading is smaller by a whole number; its last pixel may stand for less than
        # that.
        factor_x: float = round(document.size.width / master.shape[1])
        factor_y: float = round(document.size.height / master.shape[0])
    else:
        whole, master = stand_in, stand_in.pixels
        factor_x = document.size.width / master.shape[1]
        factor_y = document.size.height / master.shape[0]
    box = (
        frame.x / factor_x,
        frame.y / factor_y,
        (frame.x + frame.width) / factor_x,
        (frame.y + frame.height) / factor_y,
    )
    if size == document.size == (master.shape[1], master.shape[0]):
        return 0, whole  # nothing is to be scaled, and no second copy to be made
    return 0, Native(scale(master, size, box), whole.profile)


def _find_kind(library: Library, document: Document) -> tuple[np.dtype[Any], bytes]:
    """The depth and profile that the master's own colours come in; those of a screen where it is
    not there."""
    try:
        with library.masters.reading(document) as path:
            return find_kind(path)
    except OriginalError:
        return np.dtype(np.uint8), b""


def _read_master(
    library: Library, document: Document, frame: Frame, size: Size, reader: Reader
) -> Native:
    """The original, no smaller than is needed for `frame` at `size`."""
    scaled = Size(
        max(1, round(document.size.width * size.width / frame.width)),
        max(1, round(document.size.height * size.height / frame.height)),
    )
    with library.masters.reading(document) as path:
        return reader(path, within=scaled)


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
