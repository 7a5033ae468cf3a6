"""One variation of the strip: its picture or state; words and a small button or two below."""

from __future__ import annotations

from PySide6.QtCore import (
    QEasingCurve,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QWidget

from kontext_desktop.model import Raster
from kontext_desktop.ui.arrangement import TILE_HEIGHT, TILE_WIDTH
from kontext_desktop.ui.pieces import Dot, Words, plain_tip
from kontext_desktop.ui.pixels import centred, fitted
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench.tiles import Tile

FACE = QSize(TILE_WIDTH, 84)
TILE = QSize(TILE_WIDTH, TILE_HEIGHT)
_PRACTICE = "practice"
_ANNOUNCE_MS = 2400
_SETTLE_MS = 1000
"""A button that began to cost money or another price, or was just pressed, buys nothing for so
long: longer than a double click takes, and than a held key usually waits before it repeats."""


class TileView(QAbstractButton):
    """Clicked: show the version. Updated in place, so that focus and hover stay."""

    acted = Signal(str)
    """A small button: do this action of `tile.buttons`."""
    menu_wanted = Signal(QPoint)
    """Where on the screen the menu of what else can be done is asked for."""
    stepped = Signal(int)
    """The arrow keys: -1 to the tile before, 1 to the next."""

    def __init__(self, theme: Theme, tile: Tile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tile = tile
        self._pixmap: QPixmap | None = None
        self._shown = False
        self._ring = False
        self.setObjectName(f"tile {tile.job_id}")
        self.setFixedSize(TILE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.announcement = QVariantAnimation(self)
        self.announcement.setStartValue(1.0)
        self.announcement.setEndValue(0.0)
        self.announcement.setDuration(_ANNOUNCE_MS)
        self.announcement.setEasingCurve(QEasingCurve.Type.InOutSine)
        self.announcement.valueChanged.connect(lambda _: self.update())
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._calm_down)
        self._pressed = False
        self._build()
        self._fill()

    def _build(self) -> None:
        self._message = Words(kind="secondary", lines=3)
        self._message.setParent(self)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._dot = Dot(self._theme)
        self._state = Words(kind="secondary")
        self._detail = Words(kind="secondary")
        self._detail.setAlignment(Qt.AlignmentFlag.AlignRight)
        for part in (self._message, self._dot, self._state, self._detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._state.setMinimumWidth(1)  # it is the words that give way, never a button's price
        self._head_dot, self._head = Dot(self._theme), Words(kind="secondary")
        for part in (self._head_dot, self._head):
            part.setParent(self)
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.action = self._make_button("tileAction", 0)
        self.second = self._make_button("tileSecond", 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, FACE.height(), 0, 0)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self._state, 1)
        row.addWidget(self._detail)
        row.addWidget(self.action)
        row.addWidget(self.second)

    def _make_button(self, name: str, place: int) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setProperty("kind", "tight")  # two must fit below a picture
        button.setAutoDefault(True)
        button.clicked.connect(lambda: self._press(place))
        return button

    def show_tile(self, tile: Tile) -> None:
        if tile != self.tile:
            costly = any(offer.action == "retry" for offer in tile.buttons)
            if costly and tile.buttons != self.tile.buttons:
                self._settling.start()  # a hand on its way to "Hide" or "Cancel" must not buy
            self.tile = tile
            self._fill()

    def show_picture(self, raster: Raster) -> None:
        self._pixmap = fitted(raster, FACE, self.devicePixelRatioF())
        self.update()

    def show_as_shown(self, shown: bool) -> None:
        """Outline the version that is on the canvas."""
        if shown != self._shown:
            self._shown = shown
            self.update()

    def announce(self) -> None:
        """Glow for a moment: a result came. Nothing moves."""
        self.announcement.start()

    def _press(self, place: int) -> None:
        """One press, one act: another that follows at once was meant for the button before."""
        action = self.tile.buttons[place].action
        settled = not self._settling.isActive()
        allowed = settled if action == "retry" else not self._pressed
        self._settling.start()
        self._pressed = True
        if allowed:
            self.acted.emit(action)

    def _calm_down(self) -> None:
        self._pressed = False

    def _fill(self) -> None:
        tile = self.tile
        done = tile.version_id is not None
        for place, button in enumerate((self.action, self.second)):
            button.setVisible(place < len(tile.buttons))
            if place < len(tile.buttons):
                offer = tile.buttons[place]
                button.setText(offer.text)
                button.setToolTip(plain_tip(offer.tip))
                button.setAccessibleName(f"{offer.text}, variation {tile.number}")
        crowded = self._is_crowded()
        for dot, words, shown in (
            (self._dot, self._state, not crowded),
            (self._head_dot, self._head, crowded),
        ):
            dot.show_tone(tile.tone)
            dot.setVisible(shown)
            words.show_text(tile.text if shown else "")
        self._detail.show_text(tile.detail if done else "")
        self._detail.setVisible(done and bool(tile.detail))
        self._message.show_text("" if done else tile.detail or tile.text)
        self._message.setVisible(not done)
        self._place_message()
        parts = [f"Variation {tile.number}", tile.text, tile.detail]
        if tile.practice:
            parts.append(_PRACTICE)
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setToolTip(plain_tip(tile.tooltip))
        self.setCursor(Qt.CursorShape.PointingHandCursor if done else Qt.CursorShape.ArrowCursor)
        self.update()

    def _is_crowded(self) -> bool:
        """Whether the buttons leave no room for the state: then it stands beside the number."""
        if len(self.tile.buttons) != 1:
            return bool(self.tile.buttons)
        self._state.ensurePolished()
        words = self._state.fontMetrics().horizontalAdvance(self.tile.text)
        room = TILE.width() - 2 - self.action.sizeHint().width() - self._dot.width() - 3 * 6
        return words > room

    def _place_message(self) -> None:
        """In the middle of the face; several lines go below the badges."""
        width = FACE.width() - 20
        height = self._message.heightForWidth(width)
        several = height > self._message.fontMetrics().lineSpacing()
        top = max((FACE.height() - height) // 2, 24 if several else 0)
        self._message.setGeometry(10, top, width, height)
        left = 4 + self._badge_width(str(self.tile.number)) + 6
        right = FACE.width() - 6
        if self.tile.practice:
            right -= self._badge_width(_PRACTICE) + 6
        self._head_dot.move(left, 4 + 5)
        self._head.setGeometry(left + 14, 4, max(0, right - left - 14), 18)

    def _badge_width(self, text: str) -> int:
        metrics = QFontMetrics(self._theme.font("font_tiny"))
        return max(18, metrics.horizontalAdvance(text) + 10)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self.stepped.emit(-1)
            case Qt.Key.Key_Right:
                self.stepped.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.isAutoRepeat():
                self.click()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = QRectF(0, 0, FACE.width(), FACE.height())
        path = QPainterPath()
        radius = self._theme.size("radius")
        path.addRoundedRect(face, radius, radius)
        done = self.tile.version_id is not None
        surface = "hover" if done and self.underMouse() else "raised"
        painter.fillPath(path, self._theme.colour(surface))
        painter.setClipPath(path)
        if done and self._pixmap is not None:
            painter.drawPixmap(centred(self._pixmap, face.toRect()), self._pixmap)
        if self.tile.progress is not None:
            share = min(max(self.tile.progress, 0.0), 1.0)
            line = QRectF(0, FACE.height() - 2, FACE.width() * share, 2)
            painter.fillRect(line, self._theme.colour("accent"))
        painter.setClipping(False)
        self._paint_badge(painter, str(self.tile.number), Qt.AlignmentFlag.AlignLeft)
        if self.tile.practice:
            self._paint_badge(painter, _PRACTICE, Qt.AlignmentFlag.AlignRight)
        self._paint_outlines(painter, face, radius)

    def _paint_badge(self, painter: QPainter, text: str, side: Qt.AlignmentFlag) -> None:
        painter.setFont(self._theme.font("font_tiny"))
        width = self._badge_width(text)
        left = 4 if side == Qt.AlignmentFlag.AlignLeft else FACE.width() - width - 4
        badge = QRectF(left, 4, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("field"))
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_outlines(self, painter: QPainter, face: QRectF, radius: int) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = face.adjusted(1, 1, -1, -1)
        if self._shown:
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRoundedRect(edge, radius, radius)
        if self.announcement.state() == QVariantAnimation.State.Running:
            glow = self._theme.colour("text")
            glow.setAlphaF(float(self.announcement.currentValue()))
            painter.setPen(QPen(glow, 2))
            painter.drawRoundedRect(edge, radius, radius)
        if self._ring and self.hasFocus():
            painter.setPen(QPen(self._theme.colour("text"), 1))
            painter.drawRoundedRect(face.adjusted(3.5, 3.5, -3.5, -3.5), 2, 2)
