"""The picture as it is seen: which part, how large, alone, with another, or with several.

It is given pictures, and draws them; what a hand does with it is the canvas's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from kontext_desktop.first_words import Frame, Size
from kontext_desktop.ui.overlays import (
    GRID_ABOVE,
    draw_frame,
    draw_guides,
    draw_outline,
    draw_pixel_grid,
    draw_word,
    fill_around,
)
from kontext_desktop.ui.theme import Theme
from kontext_desktop.ui.viewport import BETWEEN, Panes, Point, Viewport
from kontext_desktop.workbench import Picture

_SMOOTH_LIMIT = 1_000_000
"""Device pixels that are filtered even while moving: a few milliseconds on one slow core."""

_REST_MS = 120
"""Without movement for so long, a larger view is drawn filtered again."""

_FIRST_LOOK = "A first look; reading all of it"
_NO_OTHER = "Nothing to compare this with yet"

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from kontext_desktop.framing import Area
    from kontext_desktop.ui.comparing import Comparison
    from kontext_desktop.ui.contact_sheet import ContactSheet
    from kontext_desktop.ui.frame_tool import FrameTool
    from kontext_desktop.ui.gamut import Marks
    from kontext_desktop.ui.pyramid import Pyramid


class PictureView(QWidget):
    zoom_changed = Signal(float)
    """Device pixels per picture pixel; also emitted when only `fitted` changed."""
    detail_wanted = Signal()
    """More is looked for than a preview can show: its pixels are seen, or a colour is asked for."""
    ground_changed = Signal(str)
    """The theme's name for what lies around the picture"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Picture")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = theme
        self._viewport = Viewport()
        self._shown: Pyramid | None = None
        self._before: Pyramid | None = None
        self._frame: Frame | None = None
        self._tool: FrameTool | None = None
        self._comparison: Comparison | None = None
        self._sheet: ContactSheet | None = None
        self._panes = Panes(1, 1, Size(0, 0))
        self._drawn = QRect()
        self._names = ("", "")
        self._note = ""
        self._marks: Marks | None = None
        self._ground = "canvas"
        self._guides: tuple[int, ...] = ()
        self._has_grid = True
        self._awaited_view = ""
        self._detailed: list[str] = []
        """The versions whose detail was asked for."""
        self._holds_before = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.update)

    # What is shown

    def set_picture(self, picture: Picture | None) -> None:
        """Show a picture, or nothing. One of the same size takes the place of the last: zoom and
        position stay. A preview is drawn at the size of the document it stands for."""
        last = self._shown.picture.version_id if self._shown else None
        if picture is None or picture.version_id != last:
            self._before = None
            self._detailed = []
        self._shown = None if picture is None else _pyramid(picture)
        if picture is not None:
            self._viewport.set_document(picture.size)
            if self._awaited_view:
                self._viewport.restore(self._awaited_view)
                self._awaited_view = ""
        self._refresh()

    def set_before(self, picture: Picture | None) -> None:
        """What `hold_before` shows in the place of the picture, and `compare` beside it."""
        self._before = None if picture is None else _pyramid(picture)
        self._refresh()

    def hold_before(self, held: bool) -> None:
        self._holds_before = held
        self._refresh()

    def compare(self, comparison: Comparison | None) -> None:
        """Show the picture and the one before together; None: the picture alone. To be called
        again after a change within `comparison`."""
        changed = (comparison is None) != (self._comparison is None)
        panes, self._comparison = self._panes, comparison
        if panes != self._cut_panes():
            self._fill_view()
        elif changed or comparison is not None:
            self._refresh()

    def show_sheet(self, sheet: ContactSheet | None) -> None:
        """Show its pictures side by side in the place of the one; None: that one again. To be
        called again after a change within `sheet`."""
        self._sheet = sheet
        if self._panes != self._cut_panes():
            self._fill_view()
        else:
            self._refresh()

    def set_names(self, before: str, shown: str) -> None:
        """What the two pictures are called where they are shown together."""
        self._names = (before, shown)
        self.update()

    def set_note(self, note: str) -> None:
        """A word at the lower edge; empty for none."""
        if note != self._note:
            self._note = note
            self.update()

    def set_marks(self, marks: Marks | None) -> None:
        """Lay the gamut warning's marks over the picture, or nothing."""
        self._marks = marks
        self.update()

    def set_ground(self, colour: str) -> None:
        """The theme's name for what lies around a picture."""
        self._ground = colour
        self.update()
        self.ground_changed.emit(colour)

    def set_guides(self, parts: tuple[int, ...], *, grid: bool) -> None:
        """Lines over the picture, as `overlays.draw_guides` takes them, and whether its pixels
        have borders when they are large."""
        self._guides, self._has_grid = parts, grid
        self.update()

    def set_frame(self, frame: Frame | None) -> None:
        """Outline the part that would be sent; nothing is drawn when that is the whole picture."""
        if frame != self._frame:
            self._frame = frame
            self.update()

    @property
    def picture(self) -> Picture | None:
        return None if self._shown is None else self._shown.picture

    @property
    def ground(self) -> str:
        return self._ground

    def set_tool(self, tool: FrameTool | None) -> None:
        """Draws the frame in its own way, and has the hand while it is active. To be called again
        when it becomes so."""
        self._tool = tool
        self._refresh()

    # Zoom and position

    @property
    def zoom(self) -> float:
        return self._viewport.zoom

    @property
    def fitted(self) -> bool:
        return self._viewport.fitted

    def fit(self) -> None:
        self._viewport.fit()
        self._move()

    def fill(self) -> None:
        """As large as the canvas, the longer side cut."""
        self._viewport.fill()
        self._move()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom with the picture pixel under `at` (in the widget; its middle) kept in place."""
        self._viewport.zoom_to(zoom, self._in_view(at))
        self._move()

    def zoom_by_steps(self, steps: int, at: QPointF | None = None) -> None:
        """`steps` rungs of the zoom ladder in (positive) or out."""
        self._viewport.step(steps, self._in_view(at))
        self._move()

    def toggle_full_size(self, at: QPointF | None = None) -> None:
        """Between 1:1 at a place and the whole picture."""
        if self.zoom == 1.0:
            self.fit()
        else:
            self.zoom_to(1.0, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by device-independent pixels."""
        ratio = self.devicePixelRatioF()
        self._viewport.pan(dx * ratio, dy * ratio)
        self._move()

    def show_at(self, position: QPointF, at: QPointF) -> None:
        """Move the picture so that a document position is drawn at a place of the widget."""
        now = self._viewport.to_view(Point(position.x(), position.y()))
        wanted = self._in_view(at)
        self._viewport.pan(wanted.x - now.x, wanted.y - now.y)
        self._move()

    def view_state(self) -> str:
        """Zoom and position as text for `restore_view`."""
        return self._awaited_view or self._viewport.state()

    def restore_view(self, state: str) -> None:
        """Take up a kept view, now or with the next picture; one of another size is fitted."""
        if self._shown is None:
            self._awaited_view = state
        else:
            self._viewport.restore(state)
            self._move()

    def document_position(self, at: QPointF) -> QPointF:
        """The document position drawn at a place of the widget; may lie outside the picture."""
        return QPointF(*self._viewport.to_document(self._in_view(at)))

    @property
    def pannable(self) -> bool:
        """Whether there is more of the picture than is seen."""
        return self._shown is not None and self._viewport.pannable

    def document_size(self) -> QSize:
        return QSize(*self._viewport.document)

    def show_in_middle(self, position: QPointF) -> None:
        """Bring a document position into the middle of each pane."""
        view = self._viewport
        now = view.to_view(Point(position.x(), position.y()))
        view.pan(view.view.width / 2 - now.x, view.view.height / 2 - now.y)
        self._move()

    def seen_part(self) -> QRectF:
        """What is seen, in document pixels; may reach beyond the picture."""
        view = self._viewport
        corner = view.to_document(Point(0, 0))
        return QRectF(*corner, view.view.width / view.zoom, view.view.height / view.zoom)

    def overview(self) -> QImage | None:
        """The picture that is seen, as small as it is at hand."""
        return None if self._visible is None else self._visible.smallest

    def _cut_panes(self) -> Panes:
        ratio = self.devicePixelRatioF()
        whole = Size(*(math.floor(side * ratio) for side in self.size().toTuple()))
        if self._sheet is not None:
            return Panes.cut_for(whole, len(self._sheet), self._viewport.document)
        columns = self._comparison.panes if self._comparison is not None else 1
        return Panes.cut(whole, columns, 1)

    def _in_view(self, at: QPointF | None) -> Point:
        """A place of the widget in the pane that it lies in; the middle of one for None."""
        view = self._viewport.view
        if at is None:
            return Point(view.width / 2, view.height / 2)
        ratio = self.devicePixelRatioF()
        x, y = self._panes.corner(self.pane_at(at))
        return Point(at.x() * ratio - x, at.y() * ratio - y)

    def pane_at(self, at: QPointF) -> int:
        """The number, from 0, of the pane that a place of the widget lies in."""
        ratio = self.devicePixelRatioF()
        return self._panes.find(Point(at.x() * ratio, at.y() * ratio))

    def _fill_view(self) -> None:
        self._panes = self._cut_panes()
        grid = self._theme.size("grid") * self.devicePixelRatioF()
        self._viewport.set_view(self._panes.pane, round((2 if self._sheet else 6) * grid))
        self._move()

    def _move(self) -> None:
        """The view has moved: draw quickly now, and filtered once it rests."""
        self._rest.start()
        self.update(self._find_damage())
        self._view_changed()

    def _find_damage(self) -> QRect:
        """What a move changes: where the picture was drawn and where it will be. The ground around
        is not drawn anew, on a large screen half of the work; but all is where there is more to
        see than the picture."""
        picture = self.picture
        if picture is None or not picture.version_id or self.shows_before or self._note:
            return self.rect()
        if any((self._sheet, self._comparison, self._tool, self._marks)):
            return self.rect()
        if self._frame is not None and self._frame.size != picture.size:
            return self.rect()
        both = QRectF(self._drawn.united(self.place(Frame.whole(picture.size))))
        ratio = self.devicePixelRatioF()
        edge = 2  # the outline, and a device pixel that is covered in part
        corner = (both.topLeft() - QPointF(edge, edge)) / ratio
        return QRectF(corner, (both.size() + QSize(2 * edge, 2 * edge)) / ratio).toAlignedRect()

    def _refresh(self) -> None:
        self.update()
        self._view_changed()

    def _view_changed(self) -> None:
        """What is to be done whenever another part, or something else, is seen."""
        if self._shown is not None:
            self.zoom_changed.emit(self.zoom)
            enlarged = any(one.is_enlarged(self.zoom) for one in self._list_previews())
            if enlarged or (self._comparison and self._comparison.shows_noise):
                self._want_detail()

    def _list_previews(self) -> list[Pyramid]:
        both = (self._shown, self._before)
        # A first look has no version: the whole is on its way already.
        return [one for one in both if one and one.picture.preview and one.picture.version_id]

    def _want_detail(self) -> None:
        """Once for the same pictures: what cannot be had is not asked for with every move."""
        previews = [one.picture.version_id for one in self._list_previews()]
        if previews and previews != self._detailed:
            self._detailed = previews
            self.detail_wanted.emit()

    @property
    def shows_before(self) -> bool:
        """Held, and there is something to show."""
        return self._holds_before and self._before is not None

    @property
    def _visible(self) -> Pyramid | None:
        return self._before if self.shows_before else self._shown

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        if not ratio.is_integer():
            # On a screen scaled by 1.25 or 1.5 the widget may begin between two device pixels.
            corner = painter.deviceTransform().map(QPointF(0, 0))
            painter.translate(round(corner.x()) - corner.x(), round(corner.y()) - corner.y())

        room = self._room
        self._drawn = self.place(Frame.whole(self._viewport.document))
        if self._visible is None:
            painter.setBackground(self._theme.colour("canvas"))
            painter.eraseRect(room)
        else:
            self._draw_panes(painter, room, ratio)

    def _draw_panes(self, painter: QPainter, room: QRect, ratio: float) -> None:
        panes = self._panes
        for number in range(panes.columns * panes.rows):
            painter.save()
            painter.translate(*panes.corner(number))
            if panes.columns * panes.rows > 1:
                painter.setClipRect(room)
            if self._sheet is None:
                self._draw_pane(painter, room, number, ratio)
            else:
                self._draw_of_sheet(self._sheet, painter, room, number, ratio)
            painter.restore()
        whole = room.united(room.translated(*panes.corner(panes.columns * panes.rows - 1)))
        for column in range(1, panes.columns):
            line = QRect(panes.corner(column)[0] - BETWEEN, 0, BETWEEN, whole.height())
            painter.fillRect(line, self._theme.colour("hairline"))
        for row in range(1, panes.rows):
            top = panes.corner(row * panes.columns)[1] - BETWEEN
            painter.fillRect(QRect(0, top, whole.width(), BETWEEN), self._theme.colour("hairline"))
        if self._note:
            middle, bottom = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignBottom
            draw_word(painter, whole, self._note, self._theme, ratio, middle, bottom)

    def _draw_pane(self, painter: QPainter, room: QRect, number: int, ratio: float) -> None:
        """The ground, the picture or both, and what is drawn over them."""
        view, theme = self._viewport, self._theme
        shown, before, comparison = self._visible, self._before, self._comparison
        if shown is None:
            return
        picture = self.place(Frame.whole(view.document))
        # Its edge may lie within a pixel, which then is not wholly covered.
        fill_around(painter, room, picture.adjusted(1, 1, -1, -1), theme.colour(self._ground))
        seen = self._seen()
        effort = comparison.effort if comparison else 1
        small = seen.width() * seen.height() * effort <= _SMOOTH_LIMIT
        filtered = small or not self._rest.isActive()
        alone = self._panes.columns == 1
        together = comparison if before and not self.shows_before and alone else None
        if together is not None and before is not None:
            together.draw(painter, view, seen, (before, shown), filtered=filtered)
        elif number < self._panes.columns - 1 and before is not None:
            before.draw(painter, view, filtered=filtered)
        else:
            shown.draw(painter, view, filtered=filtered)
            if self._marks is not None and not self.shows_before:
                self._marks.image.draw_over(painter, view, seen, filtered=False)
                bottom = Qt.AlignmentFlag.AlignBottom
                draw_word(painter, seen, self._marks.words, theme, ratio, edge=bottom)

        if self._has_grid and view.zoom > GRID_ABOVE:
            draw_pixel_grid(painter, seen, view, theme)
        draw_outline(painter, picture, theme)
        if self._guides:
            draw_guides(painter, picture, theme, self._guides)
        if together is not None:
            together.draw_over(painter, view, seen, self._names, theme, ratio)
        elif not alone and before is not None:
            name = self._names[0 if self.shows_before else number]
            draw_word(painter, seen, name, theme, ratio)
        elif self.shows_before:
            name = self._names[0]
            draw_word(painter, seen, f"Before · {name}" if name else "Before", theme, ratio)
        elif comparison is not None:
            if number == 0:
                draw_word(painter, seen, _NO_OTHER, theme, ratio)
        elif not shown.picture.version_id:
            bottom = Qt.AlignmentFlag.AlignBottom
            draw_word(painter, seen, _FIRST_LOOK, theme, ratio, edge=bottom)
        elif self._tool is not None:
            self._tool.draw(painter, ratio)
        elif self._frame and self._frame.size != view.document:
            draw_frame(painter, self.place(self._frame), theme)

    def _draw_of_sheet(
        self, sheet: ContactSheet, painter: QPainter, room: QRect, number: int, ratio: float
    ) -> None:
        """One picture of several, and its name; the ground where there is none."""
        picture = self.place(Frame.whole(self._viewport.document))
        drawn = sheet.find(number)
        inner = picture.adjusted(1, 1, -1, -1) if drawn is not None else QRect()
        fill_around(painter, room, inner, self._theme.colour(self._ground))
        small = room.width() * room.height() * len(sheet) <= _SMOOTH_LIMIT
        filtered = small or not self._rest.isActive()
        sheet.draw(painter, number, self._viewport, room, filtered=filtered, ratio=ratio)
        if drawn is not None:
            draw_outline(painter, picture, self._theme)

    @property
    def _room(self) -> QRect:
        """All of a pane, with the device pixel that it may cover in part."""
        width, height = self._viewport.view
        return QRect(0, 0, width + 1, height + 1)

    def _seen(self) -> QRect:
        """The part of a pane that the picture covers."""
        return self.place(Frame.whole(self._viewport.document)).intersected(self._room)

    def place(self, part: Frame | Area) -> QRect:
        """Where a part of the document lies in the view, in device pixels."""
        zoom = self._viewport.zoom
        x, y = self._viewport.origin
        left, top = round(part.x * zoom), round(part.y * zoom)
        right, bottom = round((part.x + part.width) * zoom), round((part.y + part.height) * zoom)
        return QRect(x + left, y + top, max(right - left, 1), max(bottom - top, 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fill_view()


def _pyramid(picture: Picture) -> Pyramid:
    from kontext_desktop.ui.pyramid import Pyramid  # the first paint has no picture

    return Pyramid(picture)
