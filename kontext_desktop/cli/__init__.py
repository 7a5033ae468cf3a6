"""The terminal program `kontext`. Shares engine and library with the window, never loads Qt."""

from kontext_desktop.cli.program import main

__all__ = ["main"]
