"""Makers of files that few programs write, for the tests of formats."""

import struct
from pathlib import Path

import numpy as np

HEIC = Path(__file__).parent / "data" / "heic"
"""Drawn for these tests: 3 x 2 plain squares, whose EXIF says that they are turned; a ramp of 10
bits."""


def heic_turned(angle=None, axis=None):
    """The blocks with the boxes that say how HEIF is turned (ISO 23008-12, 6.5.10 and 6.5.12)."""
    data = (HEIC / "blocks.heic").read_bytes()
    boxes = b"" if angle is None else struct.pack(">I4sB", 9, b"irot", angle)
    boxes += b"" if axis is None else struct.pack(">I4sB", 9, b"imir", axis)
    added = len(boxes) // 9
    meta, iprp, ipco, ipma = (data.index(name) - 4 for name in (b"meta", b"iprp", b"ipco", b"ipma"))
    ends = {at: at + struct.unpack_from(">I", data, at)[0] for at in (meta, iprp, ipco, ipma)}
    number, at = 0, ipco + 8
    while at < ends[ipco]:
        number, at = number + 1, at + struct.unpack_from(">I", data, at)[0]
    count_at = ipma + 8 + 4 + 4 + 2
    links_end = count_at + 1 + data[count_at]
    links = bytes(0x80 | number + 1 + more for more in range(added))
    delta = len(boxes) + len(links)
    out = bytearray(data)
    grown = {meta: delta, iprp: delta, ipco: len(boxes), ipma: len(links)}
    for box, more in grown.items():
        struct.pack_into(">I", out, box, struct.unpack_from(">I", data, box)[0] + more)
    out[count_at] += added
    iloc = data.index(b"iloc") + 4
    version, items = data[iloc], struct.unpack_from(">H", data, iloc + 6)[0]
    at = iloc + 8
    for _ in range(items):  # sizes of offset and length are 4, that of the base offset 0 or 4
        base = data[iloc + 5] >> 4
        at += 2 + (2 if version else 0) + 2 + base
        (extents,) = struct.unpack_from(">H", data, at)
        at += 2
        for _ in range(extents):
            struct.pack_into(">I", out, at, struct.unpack_from(">I", data, at)[0] + delta)
            at += 8
    assert ipco < ipma < meta + struct.unpack_from(">I", data, meta)[0]
    return bytes(out[: ends[ipco]] + boxes + out[ends[ipco] : links_end] + links + out[links_end:])


def fixed(*values):
    """ICC's s15Fixed16Number (ICC.1:2001-04, 5.3.1)."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def icc_profile(space, connection, tags):
    """An ICC 2.1 profile of the given tags (ICC.1:2001-04, 6.1 and 6.2)."""
    text = b"Made for a test\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text\0\0\0\0public domain\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1.0, 0.8249),
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
    header += fixed(0.9642, 1.0, 0.8249) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body


def matrix_profile(red, green, blue, gamma=2.2):
    """Of an RGB space by its primaries' XYZ under D50 (ICC.1:2001-04, 6.3.4)."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    colourants = zip((b"rXYZ", b"gXYZ", b"bXYZ"), (red, green, blue), strict=True)
    tags = {name: b"XYZ \0\0\0\0" + fixed(*place) for name, place in colourants}
    return icc_profile(b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def wide_rgb_profile():
    """Adobe RGB (1998) by its primaries and gamma."""
    return matrix_profile(
        (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)
    )


def pro_photo_profile():
    """ROMM RGB by its primaries; a gamma of 1.8."""
    return matrix_profile(
        (0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491), 1.8
    )


def display_p3_profile():
    """Display P3 by its primaries, adapted to D50; a gamma of 2.2 for its curve."""
    return matrix_profile(
        (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
    )


def photoshop(planes, *, mode=3, large=False, profile=b"", layers=(), names=(), transparent=False):
    """A PSD or PSB with `planes` (channels, height, width) flattened, and empty `layers`, each a
    name and whether it has a mask. After Adobe's file format specification."""
    planes = np.asarray(planes)
    channels, height, width = planes.shape
    depth = planes.dtype.itemsize * 8
    wide = ">Q" if large else ">I"

    def resource(number, data):
        return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)

    resources = resource(1039, profile) if profile else b""
    if names:
        pascal = b"".join(bytes([len(name)]) + name.encode() for name in names)
        resources += resource(1006, pascal)
    records = b""
    for name, masked in layers:
        mask = struct.pack(">4iBBH", 0, 0, 0, 0, 0, 0, 0) if masked else b""
        title = bytes([len(name)]) + name.encode()
        extra = struct.pack(">I", len(mask)) + mask + bytes(4) + title + bytes(-len(title) % 4)
        records += struct.pack(">4iH", 0, 0, 0, 0, 0)
        records += b"8BIMnorm" + struct.pack(">BBBBI", 255, 0, 0, 0, len(extra)) + extra
    section = b""
    if layers:
        count = -len(layers) if transparent else len(layers)
        info = struct.pack(">h", count) + records
        info += bytes(-len(info) % 4)
        section = struct.pack(wide, len(info)) + info + bytes(4)
        if depth == 16:  # as Photoshop writes it: nothing in the usual place
            other = b"8BIMPatt" + struct.pack(">I", 5) + bytes(8)
            block = b"8BIMLr16" + struct.pack(wide, len(info)) + info
            section = struct.pack(wide, 0) + struct.pack(">I", 6) + bytes(6) + other + block
    return (
        b"8BPS"
        + struct.pack(">H6xHIIHH", 2 if large else 1, channels, height, width, depth, mode)
        + bytes(4)
        + struct.pack(">I", len(resources))
        + resources
        + struct.pack(wide, len(section))
        + section
        + bytes(2)
        + planes.astype(planes.dtype.newbyteorder(">")).tobytes()
    )
