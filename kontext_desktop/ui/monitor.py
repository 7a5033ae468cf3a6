"""The colour profile that the system knows for a monitor.

X11 was tried; what Windows and macOS are asked was written after their documentation and has not
been run. Wayland tells no program: there a profile is chosen in the settings. System libraries are
asked by name, and whatever goes wrong means that nothing is known.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication, QWindow

LARGEST = 16 << 20
"""Bytes: monitor profiles have a few thousand, those with tables a few million."""


def find_profile(window: QWindow) -> bytes:
    """ICC of the monitor that shows most of `window`; b"" where the system does not tell."""
    platform = QGuiApplication.platformName()
    try:
        if platform == "xcb":
            screens = QGuiApplication.screens()
            return _ask_x11(screens.index(window.screen()))
        if platform == "windows":
            return _ask_windows(int(window.winId()))
        if platform == "cocoa":
            middle = window.screen().geometry().center()
            return _ask_macos(middle.x(), middle.y())
    except (OSError, AttributeError, LookupError, ValueError, ctypes.ArgumentError):
        return b""
    return b""


def _ask_x11(number: int) -> bytes:
    """By the convention "ICC profiles in X": _ICC_PROFILE on the root window for the first
    monitor, _ICC_PROFILE_n for the others."""
    # By its name: ctypes would start other programs in search of it.
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XGetWindowProperty.argtypes = [
        *(ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_long, ctypes.c_long),
        *(ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_void_p, ctypes.c_void_p),
    ]
    x11.XFree.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return b""
    try:
        name = b"_ICC_PROFILE" if number == 0 else b"_ICC_PROFILE_%d" % number
        atom = x11.XInternAtom(display, name, True)
        if not atom:
            return b""
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, left, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        root = x11.XDefaultRootWindow(display)
        out = [ctypes.byref(one) for one in (kind, form, count, left, data)]
        failed = x11.XGetWindowProperty(display, root, atom, 0, LARGEST // 4, False, 0, *out)
        if failed or not data.value:
            return b""
        profile = ctypes.string_at(data.value, count.value) if form.value == 8 else b""
        x11.XFree(data)
        return profile
    finally:
        x11.XCloseDisplay(display)


def _ask_windows(window: int) -> bytes:
    """Not run: GetICMProfileW for a device context of the window's monitor."""
    from ctypes import wintypes

    class MonitorInfo(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("monitor", wintypes.RECT),
            ("work", wintypes.RECT),
            ("flags", wintypes.DWORD),
            ("device", wintypes.WCHAR * 32),
        )

    libraries: Any = vars(ctypes)["windll"]  # there on Windows only
    user, graphics = libraries.user32, libraries.gdi32
    user.MonitorFromWindow.restype = ctypes.c_void_p
    user.MonitorFromWindow.argtypes = [ctypes.c_void_p, wintypes.DWORD]
    user.GetMonitorInfoW.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    graphics.CreateDCW.restype = ctypes.c_void_p
    words = wintypes.LPCWSTR
    graphics.CreateDCW.argtypes = [words, words, words, ctypes.c_void_p]
    graphics.GetICMProfileW.argtypes = [ctypes.c_void_p, ctypes.c_void_p, wintypes.LPWSTR]
    graphics.DeleteDC.argtypes = [ctypes.c_void_p]
    information = MonitorInfo(size=ctypes.sizeof(MonitorInfo))
    monitor = user.MonitorFromWindow(window, 2)  # the nearest
    if not user.GetMonitorInfoW(monitor, ctypes.byref(information)):
        return b""
    context = graphics.CreateDCW(None, information.device, None, None)
    if not context:
        return b""
    try:
        length = wintypes.DWORD(1024)
        name = ctypes.create_unicode_buffer(1024)
        if not graphics.GetICMProfileW(context, ctypes.byref(length), name):
            return b""
        return read_profile(Path(name.value))
    finally:
        graphics.DeleteDC(context)


def _ask_macos(x: int, y: int) -> bytes:
    """Not run: the ICC data of the colour space of the display at a point."""

    from ctypes.util import find_library

    class Point(ctypes.Structure):
        _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))

    graphics = ctypes.CDLL(find_library("CoreGraphics"))
    foundation = ctypes.CDLL(find_library("CoreFoundation"))
    for function in (graphics.CGDisplayCopyColorSpace, graphics.CGColorSpaceCopyICCData):
        function.restype = ctypes.c_void_p
    graphics.CGDisplayCopyColorSpace.argtypes = [ctypes.c_uint32]
    graphics.CGColorSpaceCopyICCData.argtypes = [ctypes.c_void_p]
    graphics.CGGetDisplaysWithPoint.argtypes = [
        *(Point, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p),
    ]
    foundation.CFDataGetBytePtr.restype = ctypes.c_void_p
    foundation.CFDataGetBytePtr.argtypes = [ctypes.c_void_p]
    foundation.CFDataGetLength.restype = ctypes.c_long
    foundation.CFDataGetLength.argtypes = [ctypes.c_void_p]
    foundation.CFRelease.argtypes = [ctypes.c_void_p]
    display, count = ctypes.c_uint32(), ctypes.c_uint32()
    failed = graphics.CGGetDisplaysWithPoint(
        Point(x, y), 1, ctypes.byref(display), ctypes.byref(count)
    )
    if failed or not count.value:
        return b""
    space = graphics.CGDisplayCopyColorSpace(display)
    if not space:
        return b""
    data = graphics.CGColorSpaceCopyICCData(space)
    foundation.CFRelease(space)
    if not data:
        return b""
    start, length = foundation.CFDataGetBytePtr(data), foundation.CFDataGetLength(data)
    profile = ctypes.string_at(start, length)
    foundation.CFRelease(data)
    return profile


def read_profile(path: Path) -> bytes:
    """Raises OSError; b"" for what is no file or too large to be a profile."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return b""
    return path.read_bytes()
