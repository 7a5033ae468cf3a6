"""What a hand makes of a rectangle in a picture: drawn out, moved, resized. Without Qt.

All rectangles are whole pixels of document space and stay inside the picture; with a ratio (width
over height) they have it as nearly as whole pixels can.
"""

from __future__ import annotations

from typing import NamedTuple

from kontext_desktop.first_words import Frame, Size
from kontext_desktop.ui.viewport import Point

LEAST = 32
"""The shortest side that can be drawn, where the picture has as much."""


class Handle(NamedTuple):
    """What is held of a rectangle: -1 its left or upper edge, 1 the other one, 0 neither."""

    x: int
    y: int


def drawn(start: Point, end: Point, ratio: float | None, within: Size) -> Frame:
    """From the corner where the hand went down to where it is."""
    x = round(min(max(start.x, 0), within.width))
    y = round(min(max(start.y, 0), within.height))
    handle = Handle(_direction(end.x, x, within.width), _direction(end.y, y, within.height))
    return resized(Frame(x, y, 0, 0), handle, end, ratio, within)


def moved(frame: Frame, across: float, down: float, within: Size) -> Frame:
    x = min(max(frame.x + round(across), 0), within.width - frame.width)
    y = min(max(frame.y + round(down), 0), within.height - frame.height)
    return frame._replace(x=x, y=y)


def resized(frame: Frame, handle: Handle, to: Point, ratio: float | None, within: Size) -> Frame:
    """With what is held at `to` and what is opposite in its place. With a ratio the other side
    follows: to both sides while an edge is held, as far as the picture reaches."""
    room = Size(
        _room(frame.x, frame.width, handle.x, within.width),
        _room(frame.y, frame.height, handle.y, within.height),
    )
    width = _wanted(frame.x, frame.width, handle.x, to.x)
    height = _wanted(frame.y, frame.height, handle.y, to.y)
    if ratio is None:
        size = Size(_limited(round(width), room.width), _limited(round(height), room.height))
    elif handle.x == 0:
        size = _shaped(height * ratio, ratio, room)
    elif handle.y == 0:
        size = _shaped(width, ratio, room)
    else:
        size = _shaped(max(width, height * ratio), ratio, room)
    return Frame(
        _begin(frame.x, frame.width, handle.x, size.width, within.width),
        _begin(frame.y, frame.height, handle.y, size.height, within.height),
        *size,
    )


def _direction(to: float, start: int, end: int) -> int:
    """Away from the start, and not out of the picture where the start lies on its edge."""
    if start in (0, end):
        return 1 if start == 0 else -1
    return 1 if to >= start else -1


def _room(start: int, length: int, handle: int, end: int) -> int:
    """The most that a side can be."""
    return {-1: start + length, 0: end, 1: end - start}[handle]


def _wanted(start: int, length: int, handle: int, to: float) -> float:
    return {-1: start + length - to, 0: float(length), 1: to - start}[handle]


def _limited(length: int, room: int) -> int:
    return min(max(length, LEAST), room)


def _shaped(width: float, ratio: float, room: Size) -> Size:
    width = min(max(width, LEAST, LEAST * ratio), room.width, room.height * ratio)
    whole = max(1, min(round(width), room.width))
    height = max(1, round(whole / ratio))
    if height > room.height:  # by rounding
        whole, height = max(1, min(round(room.height * ratio), room.width)), room.height
    return Size(whole, height)


def _begin(start: int, length: int, handle: int, new: int, end: int) -> int:
    """Where a side of the new length begins."""
    if handle == -1:
        return start + length - new
    if handle == 1:
        return start
    return min(max(0, round(start + (length - new) / 2)), end - new)
