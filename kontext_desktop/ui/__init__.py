"""Widgets only: they show the workbench and call the workbench, and know nothing behind it."""

from kontext_desktop.ui.ask import Ask
from kontext_desktop.ui.main_window import MainWindow
from kontext_desktop.ui.theme import STYLE, Theme

__all__ = ["STYLE", "Ask", "MainWindow", "Theme"]
