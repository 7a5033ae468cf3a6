"""The terminal program `kontext`. Shares engine and library with the window, never loads Qt."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run it; Ctrl+C while it is still being loaded ends it as quietly as later."""
    try:
        from kontext_desktop.cli.program import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
