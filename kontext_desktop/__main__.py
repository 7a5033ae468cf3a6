"""The window's program: `kontext-desktop`, or `python -m kontext_desktop`."""

import gc

# What importing makes stays until the end: to look it through for garbage, again and again before
# the first paint, finds nothing. `app` turns this on once the window is there.
gc.disable()

from kontext_desktop.app import main  # noqa: E402

if __name__ == "__main__":
    main()
