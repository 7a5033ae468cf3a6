"""The aspect ratios as buttons with their shape drawn. Knows nothing of the workbench."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.first_words import Frame, Size
from kontext_desktop.ui.theme import Theme

_COLUMNS = 5
_BOX = QSize(24, 16)


class RatioGrid(QWidget):
    chosen = Signal(object)
    """The ratio's name, None for "as the picture"."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ratioGrid")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        group = QButtonGroup(self)
        self._as_is = RatioButton(theme, "as is", 1.5)
        self._as_is.setToolTip("As the picture: the ratio is left out")
        self._as_is.setAccessibleName("As the picture")
        self._buttons: dict[str | None, RatioButton] = {None: self._as_is}
        for spec in KONTEXT_MAX.ratios:
            button = self._buttons[spec.name] = RatioButton(theme, spec.name, spec.ratio)
            button.setToolTip(f"{spec.name}, comes back as {spec.width} × {spec.height}")
            button.setAccessibleName(f"Ratio {spec.name.replace(':', ' to ')}")
        for place, (name, button) in enumerate(self._buttons.items()):
            button.setObjectName(f"ratio {name or 'as is'}")
            button.clicked.connect(lambda _, name=name: self.chosen.emit(name))
            group.addButton(button)
            grid.addWidget(button, *divmod(place, _COLUMNS))
        self._as_is.setChecked(True)
        self._shown: tuple[Size, Frame | None] | None = None

    def show_ratio(self, name: str | None) -> None:
        """Raises KeyError for a ratio the catalog does not have."""
        self._buttons[name].setChecked(True)

    def show_picture(self, size: Size, region: Frame | None = None) -> None:
        """Draw "as is" in the shape of what is sent, and say of each ratio what it would take
        along, mirror or leave out."""
        if (size, region) == self._shown:
            return
        self._shown = (size, region)
        from kontext_desktop.framing import plan  # the first paint has no picture
        from kontext_desktop.ui import frame_words as words

        width, height = (region or Frame.whole(size)).size
        self._as_is.show_shape(width / height)
        for name, button in self._buttons.items():
            planned = plan(KONTEXT_MAX, size, name, region)
            hint = words.describe_ratio(planned, size, region)
            button.setToolTip(hint if name else f"As the picture: the ratio is left out. {hint}")
            button.show_sign(words.sign(planned, size, region))


class RatioButton(QPushButton):
    def __init__(self, theme: Theme, name: str, ratio: float) -> None:
        super().__init__()  # its words are drawn by itself, below the shape
        self._theme = theme
        self.words = name
        self._ratio = ratio
        self._sign = ""
        self.setProperty("kind", "choice")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(44, 62)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_shape(self, ratio: float) -> None:
        if ratio != self._ratio:
            self._ratio = ratio
            self.update()

    def show_sign(self, sign: str) -> None:
        """What choosing it would do to the picture, in a few signs below its name."""
        if sign != self._sign:
            self._sign = sign
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bright = self.isChecked() or self.underMouse()
        name = "text" if bright else "text_secondary"
        colour = self._theme.colour(name if self.isEnabled() else "text_disabled")
        painter.setPen(QPen(colour, 1))
        painter.drawRect(self._shape())
        below = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(self.rect().adjusted(0, 27, 0, 0), below, self.words)
        if self._sign:
            painter.setFont(self._theme.font("font_tiny"))
            name = "text_secondary_selected" if self.isChecked() else "text_secondary"
            painter.setPen(self._theme.colour(name if self.isEnabled() else "text_disabled"))
            painter.drawText(self.rect().adjusted(0, 42, 0, 0), below, self._sign)

    def _shape(self) -> QRectF:
        """The ratio's rectangle, as large as fits the box, on whole pixels for crisp lines."""
        width = min(_BOX.width(), round(_BOX.height() * self._ratio))
        height = min(_BOX.height(), round(_BOX.width() / self._ratio))
        left, middle = (self.width() - width) // 2, 17
        return QRectF(left + 0.5, middle - height // 2 + 0.5, max(width, 4) - 1, max(height, 4) - 1)
