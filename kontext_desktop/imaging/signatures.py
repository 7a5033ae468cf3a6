"""What a file is, told by its first bytes; its name counts only for kinds that share a signature.

Knows no decoder: what is refused here never reaches one.
"""

from __future__ import annotations

PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "AVIF")
"""Every call of Pillow is limited to these."""
FORMATS = (*PILLOW_FORMATS, "HEIC", "PSD", "PSB")
"""What this program opens."""

HEAD = 4096
"""So many first bytes are enough to tell."""

_OPENED = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),  # BigTIFF
    (b"MM\x00+", "TIFF"),
    (b"8BPS\x00\x01", "PSD"),
    (b"8BPS\x00\x02", "PSD"),  # PSB: for large documents
)
_RAW = "a camera raw file"
_REFUSED = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"BM", "a BMP picture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"gimp xcf", "a GIMP document"),
    (b"DDS ", "a DDS texture"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"IIRO", _RAW),
    (b"IIU\x00", _RAW),
    (b"FOVb", _RAW),
)
_BRANDS = {  # ISO base media files name their kind in bytes 8 to 12, or among those behind
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
}
_GENERAL_BRANDS = (b"mif1", b"msf1", b"miaf")
_RAW_SUFFIXES = """
    .3fr .ari .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef
    .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f
""".split()  # noqa: SIM905 - a list of words reads best as words


def sniff(data: bytes) -> str | None:
    """The format of `data` by its first bytes, one of FORMATS; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return _find_brand(data)
    return next((name for magic, name in _OPENED if data.startswith(magic)), None)


def _find_brand(data: bytes) -> str | None:
    if data[8:12] not in _GENERAL_BRANDS:
        return _BRANDS.get(data[8:12])
    end = min(int.from_bytes(data[:4], "big"), len(data))
    compatible = (_BRANDS.get(data[at : at + 4]) for at in range(16, end, 4))
    return next(filter(None, compatible), "HEIC")


def find_refused_kind(head: bytes, suffix: str) -> str | None:
    """What a file of a known but unsupported kind is, as words for a sentence ("a PDF document").

    `suffix` (".nef") tells camera raw files, most of which look like TIFF and hold no more than a
    thumbnail there; opening that would look like success.
    """
    if suffix.lower() in _RAW_SUFFIXES or head[8:10] == b"CR" or head[4:11] == b"ftypcrx":
        return _RAW
    if head[4:8] == b"ftyp":
        return None if _find_brand(head) else "a video or an unsupported picture"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return "an SVG drawing"
    return next((kind for magic, kind in _REFUSED if head.startswith(magic)), None)
