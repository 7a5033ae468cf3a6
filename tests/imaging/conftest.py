"""Colour profiles made by hand, so that no test depends on a file somebody else owns."""

import struct

import pytest
from picture_tools import fixed, icc_profile, wide_rgb_profile


@pytest.fixture(scope="session")
def wide_profile():
    """An RGB profile with wider primaries than sRGB (Adobe RGB's, D50) and a gamma of 2.2."""
    return wide_rgb_profile()


@pytest.fixture(scope="session")
def grey_profile():
    """A grey profile with a gamma of 1: its middle grey is far lighter in sRGB."""
    return icc_profile(b"GRAY", b"XYZ ", {b"kTRC": b"curv\0\0\0\0" + struct.pack(">I", 0)})


@pytest.fixture(scope="session")
def ink_profile():
    """A CMYK profile whose every ink is the same grey: no naive conversion gives that."""
    same = bytes(range(256))
    nodes = b"".join(
        bytes([255 - 60 * bin(node).count("1"), 128, 128])  # Lab, a* and b* nought
        for node in range(16)
    )
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return icc_profile(b"CMYK", b"Lab ", {b"A2B0": lut + same * 4 + nodes + same * 3})
