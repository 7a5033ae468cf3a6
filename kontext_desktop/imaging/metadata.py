"""What a file says beside its pixels: kept through an edit, with its orientation made normal.

EXIF is read and written anew, since the places in it change; XMP keeps all of its statements but
those that an edit makes untrue; IPTC stays as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from PIL import Image

from kontext_desktop.imaging.damage import DAMAGE
from kontext_desktop.model import Size

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
KEPT = (
    *(0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C),
    *(0x4746, 0x4749, 0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F),
)
"""Of a picture's main EXIF directory: what describes it. The rest describes how a file holds it."""
_WIDTH, _HEIGHT, _INTEROPERABILITY = 0xA002, 0xA003, 0xA005
_IPTC_RESOURCE = 1028
_LONGEST = 1 << 20
"""Bytes of XMP that are taken apart; no editor writes more by itself."""
_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_UNTRUE = (
    "{http://ns.adobe.com/tiff/1.0/}Orientation",
    "{http://ns.adobe.com/xap/1.0/}CreatorTool",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType",
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Each b"" where there is none."""

    exif: bytes = b""
    """A TIFF structure (little-endian, no "Exif" before it) with upright orientation."""
    xmp: bytes = b""
    iptc: bytes = b""
    """IIM records."""
    profile: bytes = b""
    """ICC of an RGB picture whose pixels are kept in it."""


def normal_exif(exif: Image.Exif, size: Size | None = None) -> bytes:
    """What describes the picture, of everything that `exif` says; `size` is the one it has now."""
    with suppress(*DAMAGE):
        kept = Image.Exif()
        kept.endian = "<"
        for tag in KEPT:
            if tag in exif:
                kept[tag] = exif[tag]
        for directory in (EXIF_IFD, GPS_IFD):
            found = {
                tag: value
                for tag, value in exif.get_ifd(directory).items()
                if tag != _INTEROPERABILITY
            }
            lengths = (_WIDTH, _HEIGHT) if size is not None else ()
            for tag, length in zip(lengths, size or (), strict=True):
                if tag in found:
                    found[tag] = length
            if found:
                kept.get_ifd(directory).update(found)
        if len(kept) or kept.get_ifd(EXIF_IFD) or kept.get_ifd(GPS_IFD):
            return kept.tobytes().removeprefix(b"Exif\0\0")
    return b""


def sized_exif(exif: bytes, size: Size) -> bytes:
    """`exif` of a picture that has this size now."""
    known = Image.Exif()
    with suppress(*DAMAGE):
        known.load(exif)
    return normal_exif(known, size)


def find_iptc(resources: Mapping[int, Any] | bytes) -> bytes:
    """The IPTC records among Photoshop's image resources, taken apart already or not."""
    if not isinstance(resources, bytes):
        found = resources.get(_IPTC_RESOURCE, b"")
        return found if isinstance(found, bytes) else b""
    at = 0
    with suppress(struct.error):
        while resources[at : at + 4] == b"8BIM":
            (number,) = struct.unpack_from(">H", resources, at + 4)
            at += 6 + (resources[at + 6] // 2 + 1) * 2
            (length,) = struct.unpack_from(">I", resources, at)
            if number == _IPTC_RESOURCE:
                return resources[at + 4 : at + 4 + length]
            at += 4 + length + length % 2
    return b""


def iptc_segment(iptc: bytes) -> bytes:
    """The JPEG segment that holds IPTC records; b"" where they do not fit into one."""
    data = iptc + bytes(len(iptc) % 2)
    body = b"Photoshop 3.0\0" + b"8BIM" + struct.pack(">HHI", _IPTC_RESOURCE, 0, len(iptc)) + data
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body if len(body) < 65_000 else b""


def with_facts(packet: bytes, ours: str) -> bytes:
    """An XMP packet with one more description, `ours`, which speaks for the same picture; b"" where
    the packet cannot be taken apart."""
    text = packet.decode("utf-8", "replace").lstrip("\ufeff").strip("\0 \n")
    if not packet or len(packet) > _LONGEST or re.search("<!(DOCTYPE|ENTITY)", text):
        return b""
    text = re.sub(r"<\?xpacket.*?\?>", "", text, flags=re.DOTALL)
    try:
        for _, (prefix, address) in ElementTree.iterparse(_Lines(text), ["start-ns"]):
            with suppress(ValueError):  # "ns0" and the like are the parser's own
                ElementTree.register_namespace(prefix, address)
        root = ElementTree.fromstring(text)
        rdf = root if root.tag == f"{{{_RDF}}}RDF" else root.find(f"{{{_RDF}}}RDF")
        if rdf is None:
            return b""
        for description in rdf.findall(f"{{{_RDF}}}Description"):
            for name in _UNTRUE:
                description.attrib.pop(name, None)
                for element in description.findall(name):
                    description.remove(element)
        rdf.append(ElementTree.fromstring(ours))
        body = ElementTree.tostring(root, "unicode")
    except (ElementTree.ParseError, ValueError, LookupError):
        return b""
    start = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    return f'{start}{body}<?xpacket end="w"?>'.encode()


class _Lines:
    """As a file, for the parser."""

    def __init__(self, text: str) -> None:
        self._data = text.encode()

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            size = len(self._data)
        data, self._data = self._data[:size], self._data[size:]
        return data


def list_entries(exif: bytes, directory: int = 0) -> list[tuple[int, int, int, bytes]]:
    """Tag, type, count and value of one of a TIFF structure's directories; `directory` 0 is the
    main one, EXIF_IFD and GPS_IFD the ones below it."""
    (at,) = struct.unpack_from("<I", exif, 4)
    entries = _entries_at(exif, at)
    if not directory:
        return entries
    for tag, _, _, value in entries:
        if tag == directory:
            return _entries_at(exif, struct.unpack("<I", value)[0])
    return []


def write_entries(entries: list[tuple[int, int, int, bytes]], start: int) -> bytes:
    """A directory of a little-endian TIFF that begins at `start` of the file."""
    place = start + 2 + 12 * len(entries) + 4
    table, beyond = struct.pack("<H", len(entries)), b""
    for tag, kind, count, value in sorted(entries):
        if len(value) <= 4:
            held = value.ljust(4, b"\0")
        else:
            held = struct.pack("<I", place + len(beyond))
            beyond += value + bytes(len(value) % 2)
        table += struct.pack("<HHI", tag, kind, count) + held
    return table + bytes(4) + beyond


def _entries_at(exif: bytes, at: int) -> list[tuple[int, int, int, bytes]]:
    found = []
    (count,) = struct.unpack_from("<H", exif, at)
    for number in range(count):
        entry = at + 2 + 12 * number
        tag, kind, length = struct.unpack_from("<HHI", exif, entry)
        size = _TYPES[kind] * length
        place = entry + 8 if size <= 4 else struct.unpack_from("<I", exif, entry + 8)[0]
        found.append((tag, kind, length, exif[place : place + size]))
    return found
