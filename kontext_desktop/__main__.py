"""The window's program: `kontext-desktop`, or `python -m kontext_desktop`."""

import builtins
import gc
import sys

# What importing makes stays until the end: to look it through for garbage, again and again before
# the first paint, finds nothing. `app` turns this on once the window is there.
gc.disable()

if any(word.lower().endswith((".jpg", ".jpeg")) for word in sys.argv[1:]):
    # A picture named on the command line is looked at while the window is being made.
    from kontext_desktop import glance

    glance.begin(sys.argv[1:])

import PySide6.QtCore  # noqa: E402, F401

# PySide6 has put an `import` in place that reads the source of every module it loads, in search of
# `from __feature__ import`. Nothing here says that: the one it kept from before will do.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)

from kontext_desktop.app import main  # noqa: E402

if __name__ == "__main__":
    main()
