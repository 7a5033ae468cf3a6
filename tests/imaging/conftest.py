"""Colour profiles made by hand, so that no test depends on a file somebody else owns."""

import struct

import pytest


def _s15(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _profile(space, connection, tags):
    """An ICC 2.1 profile of the given tags (ICC.1:2001-04, 6.1 and 6.2)."""
    text = b"Made for a test\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text\0\0\0\0public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + _s15(0.9642, 1.0, 0.8249),
    } | tags
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4x4s", start + len(body), b"\x02\x10\0\0")
    header += b"prtr" if space == b"CMYK" else b"mntr"
    header += space + connection + bytes(12) + b"acsp" + bytes(28)
    header += _s15(0.9642, 1.0, 0.8249) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body


@pytest.fixture(scope="session")
def wide_profile():
    """An RGB profile with wider primaries than sRGB (Adobe RGB's, D50) and a gamma of 2.2."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    return _profile(
        b"RGB ",
        b"XYZ ",
        {
            b"rXYZ": b"XYZ \0\0\0\0" + _s15(0.60974, 0.31111, 0.01947),
            b"gXYZ": b"XYZ \0\0\0\0" + _s15(0.20528, 0.62567, 0.06087),
            b"bXYZ": b"XYZ \0\0\0\0" + _s15(0.14919, 0.06322, 0.74457),
            b"rTRC": curve,
            b"gTRC": curve,
            b"bTRC": curve,
        },
    )


@pytest.fixture(scope="session")
def grey_profile():
    """A grey profile with a gamma of 1: its middle grey is far lighter in sRGB."""
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": b"curv\0\0\0\0" + struct.pack(">I", 0)})


@pytest.fixture(scope="session")
def ink_profile():
    """A CMYK profile whose every ink is the same grey: no naive conversion gives that."""
    same = bytes(range(256))
    nodes = b"".join(
        bytes([255 - 60 * bin(node).count("1"), 128, 128])  # Lab, a* and b* nought
        for node in range(16)
    )
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + _s15(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return _profile(b"CMYK", b"Lab ", {b"A2B0": lut + same * 4 + nodes + same * 3})
