"""Which part of a picture is sent, in which pixels, and where what comes back belongs.

Arithmetic of document space, without pictures. All of it follows from the frame and the ratio,
which is why a Recipe keeps nothing else of it.
"""

from __future__ import annotations

from typing import NamedTuple

from kontext_desktop.catalog import MODELS, ModelSpec, RatioSpec
from kontext_desktop.first_words import Frame, Size

_NEAR = 0.02
"""As far as that a frame may be off the shape it is sent in; 4:3 is 1 % off 1184 × 880."""


class Area(NamedTuple):
    """A part of document space that need not begin on whole pixels, nor lie inside the picture."""

    x: float
    y: float
    width: float
    height: float


class Plan(NamedTuple):
    """How a part of a picture is sent and comes back: the frame drawn to the size of `inner`."""

    frame: Frame
    """The part of the picture, in document space."""
    shape: RatioSpec
    """What the model draws: that ratio, or the one nearest to the frame."""
    sent: Size
    """The pixels that are sent: as the model draws, or the frame's own where those are fewer."""
    inner: Frame
    """Where the frame lies among them. Around it its own border is mirrored."""

    @property
    def returns(self) -> Size:
        """The size that comes back."""
        return Size(self.shape.width, self.shape.height)

    @property
    def is_padded(self) -> bool:
        return self.inner.size != self.sent

    @property
    def area(self) -> Area:
        """The part of document space that all that is sent stands for, its mirrored border too.

        A result is stretched onto it; what of it lies outside of the picture is never seen.
        """
        (x, y, width, height), inner, sent = self.frame, self.inner, self.sent
        return Area(
            x - inner.x * width / inner.width,
            y - inner.y * height / inner.height,
            sent.width * width / inner.width,
            sent.height * height / inner.height,
        )

    @property
    def detail(self) -> float:
        """Pixels that come back for one of the picture's, on a side."""
        area = self.area
        return min(self.shape.width / area.width, self.shape.height / area.height)


def plan(
    model: ModelSpec, size: Size, ratio: str | None = None, region: Frame | None = None
) -> Plan:
    """What is sent of a picture of `size` so that the model has nothing to crop or to stretch.

    Without a region that is the whole picture, or with a ratio its largest centred part of that
    shape. A region is sent with as much of what is around it as the shape needs, so nothing of it
    is cut; only where the picture ends is its border mirrored. Raises KeyError for an unknown
    ratio and ValueError for a region outside of the picture.
    """
    if region is not None:
        if not is_inside(region, size):
            raise ValueError(f"{region} is not inside {size}")
        shape = model.get_ratio(ratio) if ratio else model.nearest_ratio(*region.size)
        frame = grown(region, shape.ratio, size)
    elif ratio is not None:
        frame = Frame.centred(size, model.get_ratio(ratio).ratio)
    else:
        frame = Frame.whole(size)
    return fit(model, frame, ratio)


def fit(model: ModelSpec, frame: Frame, ratio: str | None) -> Plan:
    """How `frame` is sent. Raises KeyError for an unknown ratio."""
    shape = model.get_ratio(ratio) if ratio else model.nearest_ratio(*frame.size)
    width, height = _shaped(frame.size, shape.ratio)
    if not _is_near(frame.size, shape.ratio):
        return _padded(model, frame, shape)
    if width > shape.width or height > shape.height:
        sent = Size(shape.width, shape.height)
    elif min(width, height) >= model.least_side:
        sent = Size(width, height)
    else:
        sent = _scaled(shape, model.least_side / min(shape.width, shape.height))
    return Plan(frame, shape, sent, Frame.whole(sent))


def _padded(model: ModelSpec, frame: Frame, shape: RatioSpec) -> Plan:
    """The frame in the middle of the shape; only where there is no more of the picture."""
    width = max(frame.width, frame.height * shape.ratio)
    height = max(frame.height, frame.width / shape.ratio)
    factor = min(1.0, shape.width / width)
    factor = max(factor, model.least_side / min(width, height))
    # That it is as the model draws it is exact; below that size it is so to half a pixel.
    sent = _scaled(shape, min(1.0, width * factor / shape.width))
    inner_width = min(sent.width, max(1, round(frame.width * factor)))
    inner_height = min(sent.height, max(1, round(frame.height * factor)))
    inner = Frame(
        (sent.width - inner_width) // 2,
        (sent.height - inner_height) // 2,
        inner_width,
        inner_height,
    )
    return Plan(frame, shape, sent, inner)


def _scaled(shape: RatioSpec, factor: float) -> Size:
    return Size(round(shape.width * factor), round(shape.height * factor))


def grown(region: Frame, ratio: float, within: Size) -> Frame:
    """The smallest part of a picture that holds `region` and has `ratio` (width over height), with
    the region in its middle as far as the picture reaches; short of the ratio where it ends."""
    width, height = _shaped(region.size, ratio)
    width, height = min(width, within.width), min(height, within.height)
    x = min(max(0, region.x - (width - region.width) // 2), within.width - width)
    y = min(max(0, region.y - (height - region.height) // 2), within.height - height)
    return Frame(x, y, width, height)


def _shaped(size: Size, ratio: float) -> Size:
    """The smallest that holds `size` and has the ratio."""
    if has_shape(size, ratio):
        return size
    width, height = size
    return Size(max(width, round(height * ratio)), max(height, round(width / ratio)))


def _is_near(size: Size, ratio: float) -> bool:
    """Whether it is so little off that it may be sent in that shape without a border: what comes
    back is drawn into the frame again, so nobody sees more than that it is a little softer."""
    return has_shape(size, ratio) or abs(size.width / size.height / ratio - 1) <= _NEAR


def has_shape(size: Size, ratio: float) -> bool:
    """Whether a size has the ratio, as nearly as whole pixels can."""
    width, height = size
    return width == max(1, round(height * ratio)) or height == max(1, round(width / ratio))


def is_inside(frame: Frame, size: Size) -> bool:
    """Whether it is a part of a picture of that size, and not an empty one."""
    x, y, width, height = frame
    return (
        min(x, y) >= 0
        and min(width, height) > 0
        and x + width <= size.width
        and y + height <= size.height
    )


def find_area(model_id: str, frame: Frame, ratio: str | None) -> Area:
    """Where a result belongs that came of `frame`; the frame itself where the model or its ratio is
    of another release."""
    model = MODELS.get(model_id)
    try:
        return Area(*frame) if model is None else fit(model, frame, ratio).area
    except KeyError:
        return Area(*frame)


def find_inner(model_id: str, frame: Frame, ratio: str | None, result: Size) -> Frame:
    """The part of a result that is `frame`, without a border; all of it where that is not known."""
    x, y, width, height = find_area(model_id, frame, ratio)
    across, down = result.width / width, result.height / height
    left, top = round((frame.x - x) * across), round((frame.y - y) * down)
    return Frame(
        left,
        top,
        max(1, min(result.width - left, round(frame.width * across))),
        max(1, min(result.height - top, round(frame.height * down))),
    )


def find_region(model: ModelSpec, size: Size, ratio: str | None, frame: Frame) -> Frame | None:
    """The region that a Draft needs for `frame` to be sent again; None where it needs none."""
    return None if plan(model, size, ratio).frame == frame else frame


def carried(frame: Frame, size: Size, to: Size) -> Frame:
    """The same part, in proportion, of a picture of another size."""
    across, down = to.width / size.width, to.height / size.height
    width = min(to.width, max(1, round(frame.width * across)))
    height = min(to.height, max(1, round(frame.height * down)))
    x = min(round(frame.x * across), to.width - width)
    y = min(round(frame.y * down), to.height - height)
    return Frame(x, y, width, height)
