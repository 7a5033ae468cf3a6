"""The window's program: `kontext-desktop`, or `python -m kontext_desktop`."""

import builtins
import gc

# What importing makes stays until the end: to look it through for garbage, again and again before
# the first paint, finds nothing. `app` turns this on once the window is there.
gc.disable()

import PySide6.QtCore  # noqa: E402, F401

# PySide6 has put an `import` in place that reads the source of every module it loads, in search of
# `from __feature__ import`. Nothing here says that: the one it kept from before will do.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)

from kontext_desktop.app import main  # noqa: E402

if __name__ == "__main__":
    main()
