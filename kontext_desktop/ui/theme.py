"""Named colours and sizes from `resources/theme.json`, and the style sheet written in their names.

No widget writes a colour: it asks for one by name. Knows nothing of the workbench.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

STYLE = "Fusion"
"""The one of Qt's styles that is alike on every system and under a style sheet."""
_TOKEN = re.compile(r"@([a-z_]+)")


class Theme:
    """The look as data. An unknown name raises KeyError: a slip of ours, found by the tests."""

    def __init__(self, colours: Mapping[str, str], sizes: Mapping[str, int], sheet: str) -> None:
        """`colours`: name to "#rrggbb" in sRGB; `sizes`: name to device-independent pixels;
        `sheet`: the style sheet with its tokens unresolved."""
        self.colours, self.sizes, self.sheet = colours, sizes, sheet

    @classmethod
    def read(cls, folder: Path) -> Theme:
        """The theme kept in `folder` as theme.json and style.qss; any thread."""
        groups = json.loads((folder / "theme.json").read_text("utf-8"))
        sizes = groups.pop("size")
        colours = {name: value for group in groups.values() for name, value in group.items()}
        return cls(colours, sizes, (folder / "style.qss").read_text("utf-8"))

    def colour(self, name: str) -> QColor:
        return QColor(self.colours[name])

    def size(self, name: str) -> int:
        return self.sizes[name]

    def style_sheet(self) -> str:
        """The style sheet with each @token replaced: a colour as it is, a size in px."""
        values = {**self.colours, **{name: f"{size}px" for name, size in self.sizes.items()}}
        return _TOKEN.sub(lambda found: values[found[1]], self.sheet)

    def font(self, size: str = "font", *, bold: bool = False) -> QFont:
        """The system's font, or Inter where it is installed, with figures of equal width."""
        font = QFont()
        font.setFamilies(["Inter", *font.families()])
        font.setPixelSize(self.sizes[size])
        font.setFeature(QFont.Tag("tnum"), 1)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def palette(self) -> QPalette:
        """What is drawn without the style sheet's help: plain widgets, selections, hints."""
        roles = QPalette.ColorRole
        palette = QPalette(self.colour("raised"), self.colour("panel"))
        for role, name in (
            (roles.WindowText, "text"),
            (roles.Text, "text"),
            (roles.ButtonText, "text"),
            (roles.ToolTipText, "text"),
            (roles.PlaceholderText, "text_secondary"),
            (roles.Base, "field"),
            (roles.AlternateBase, "panel"),
            (roles.ToolTipBase, "raised"),
            (roles.Highlight, "accent"),
            (roles.Accent, "accent"),
            (roles.HighlightedText, "text_on_accent"),
            (roles.Link, "accent"),
        ):
            palette.setColor(role, self.colour(name))
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("text_disabled"))
        return palette

    def apply(self, app: QApplication) -> None:
        """Give the whole program, begun in STYLE, this look; cheapest before the first widget."""
        app.setPalette(self.palette())
        app.setFont(self.font())
        app.setStyleSheet(self.style_sheet())
