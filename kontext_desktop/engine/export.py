"""Write a Version out of the library. Never over something that is there, unless told to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal
from uuid import uuid4

import numpy as np

from kontext_desktop.engine import render
from kontext_desktop.errors import LibraryError, OriginalError, ParameterError
from kontext_desktop.framing import find_inner
from kontext_desktop.imaging import Metadata, deepest, encode, read, read_metadata, to_depth
from kontext_desktop.model import Document, Result, Version

if TYPE_CHECKING:
    from kontext_desktop.library import Library

LONGEST_NAME = 240
"""Bytes: what common file systems take, with room for a number behind it."""

Format = Literal["PNG", "JPEG", "TIFF", "WEBP"]
FORMATS: dict[str, Format] = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
}


def check_target(target: Path, *, force: bool) -> Format:
    """The format a file name asks for. Raises ParameterError: unknown suffix, no such folder, or
    something is there and `force` is not given."""
    if target.suffix.lower() not in FORMATS:
        raise ParameterError(
            f"“{target.suffix or target.name}” is no format that can be written.",
            f"Use one of {', '.join(FORMATS)}.",
        )
    check_free(target, force=force)
    return FORMATS[target.suffix.lower()]


def check_free(target: Path, *, force: bool) -> None:
    """Raise ParameterError when writing `target` would need a folder made or a file replaced."""
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        raise ParameterError(f"The name {target.name[:40]}… is too long.", "Choose a shorter one.")
    if not os.path.isdir(target.absolute().parent):
        raise ParameterError(f"There is no folder {target.parent}.", "Make it, or choose another.")
    if os.path.isdir(target):
        raise ParameterError(f"{target} is a folder.", "Give a file's name.")
    if os.path.lexists(target) and not force:
        raise _taken(target)
    check_folder(target.parent)


def check_folder(folder: Path) -> None:
    """Raise ParameterError for a folder nothing can be written into."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ParameterError(
            f"Nothing may be written into the folder {folder}.",
            "Check its permissions, or choose another.",
        )


def _taken(target: Path) -> ParameterError:
    return ParameterError(
        f"{target} is there already.", "Choose another name, or replace it with --force."
    )


def export_version(
    library: Library, version: Version, target: Path, *, force: bool, metadata: bool = True
) -> None:
    """Write a version's appearance at the master's size, in its colours and, where the format holds
    it, at its depth (`tell_losses` says so before). Its origin is named in the XMP; with `metadata`
    what the master says of itself is kept beside it.

    Raises ParameterError, LibraryError, ImageError; a failure leaves what was there.
    """
    kind = check_target(target, force=force)
    native = render.render_native(library, version)
    pixels = native.pixels if deepest(kind) == 16 else to_depth(native.pixels, np.uint8)
    kept = _find_metadata(library, version)
    if not metadata:
        kept = Metadata(profile=kept.profile)
    _write_pixels(target, pixels, kind, library, version, force, native.profile, kept)


def tell_losses(document: Document, target: Path) -> str:
    """What a file of this name cannot hold of the original, as a sentence to be said before it is
    written; "" for nothing."""
    kind = FORMATS.get(target.suffix.lower())
    if kind is None or document.depth <= deepest(kind):
        return ""
    return (
        f"The original has {document.depth} bits a channel; {kind} holds 8. "
        "TIFF and PNG hold all of them."
    )


def _find_metadata(library: Library, version: Version) -> Metadata:
    document = library.get_document(version.document_id)
    try:
        with library.masters.reading(document) as path:
            return read_metadata(path)
    except OriginalError:
        return Metadata()


def export_result(
    library: Library, result: Result, version: Version, target: Path, *, force: bool
) -> None:
    """Write one received picture as `target`'s suffix says, in the size it came in, without the
    border it was sent with."""
    kind = check_target(target, force=force)
    pixels = read(library.blobs.read(result.sha256))
    recipe = library.get_job(result.job_id).recipe
    x, y, width, height = find_inner(
        recipe.model_id, recipe.frame, recipe.aspect_ratio, result.size
    )
    pixels = pixels[y : y + height, x : x + width]
    _write_pixels(target, pixels, kind, library, version, force)


def export_received(library: Library, result: Result, target: Path, *, force: bool) -> None:
    """Write a result's bytes exactly as the service sent them."""
    check_free(target, force=force)
    _write(target, library.blobs.read(result.sha256), force)


def export_bytes(library: Library, sha256: str, target: Path, *, force: bool) -> None:
    """Write the bytes of one blob as they are."""
    check_free(target, force=force)
    _write(target, library.blobs.read(sha256), force)


def write_text(target: Path, text: str, *, force: bool) -> None:
    """Write a table or a list as UTF-8, all or nothing."""
    check_free(target, force=force)
    _write(target, text.encode(), force)


def last_result(library: Library, version: Version) -> Result:
    """The result on top. Raises ParameterError for an original, which received nothing."""
    if not version.layers:
        raise ParameterError(
            "The original was never sent, so nothing was received.", "Export it without --received."
        )
    return library.get_result(version.layers[-1].result_id)


def propose_suffix(document: Document) -> str:
    """Of a format that holds all of the original's bits."""
    return ".tif" if document.depth > 8 else ".jpg"


def propose_name(document_name: str, version: Version, *, suffix: str = ".jpg") -> str:
    """A file name for a version: the document's, what it is called, and "practice" where it was."""
    words = re.sub(r"[^\w]+", "-", version.name.lower()).strip("-")[:40].strip("-")
    mark = " practice" if version.practice else ""
    return f"{_stem(document_name)} {words}{mark}{suffix}"


def received_name(document_name: str, result: Result) -> str:
    """A file name for bytes as received; the suffix follows the bytes, not the address."""
    suffix = {"JPEG": ".jpg"}.get(result.format, f".{result.format.lower()}")
    mark = " practice" if result.origin.practice else ""
    return f"{_stem(document_name)} seed {result.seed}{mark}{suffix}"


def _stem(document_name: str) -> str:
    """The document's name without its suffix, short enough to have words put behind it."""
    return os.fsencode(Path(document_name).stem)[:120].decode("utf-8", "ignore").strip()


def _write_pixels(
    target: Path,
    pixels: np.ndarray,
    kind: Format,
    library: Library,
    version: Version,
    force: bool,
    profile: bytes = b"",
    kept: Metadata | None = None,
) -> None:
    practice, edited = render.is_practice(library, version), bool(version.layers)
    data = encode(pixels, kind, practice=practice, edited=edited, profile=profile, kept=kept)
    _write(target, data, force)


def _write(target: Path, data: bytes, force: bool) -> None:
    with written(target, force=force) as file:
        file.write(data)


@contextmanager
def written(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file to write into, all or nothing: it takes its name beside the target once it is whole.

    Raises ParameterError where something is there and `force` is not given, LibraryError.
    """
    temporary = str(target.absolute().with_name(f".kontext-{uuid4().hex}"))
    try:
        with open(temporary, "xb") as file:  # with the permissions the person's umask says
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(temporary, target)
        else:
            _rename_new(temporary, target)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        raise LibraryError(
            f"{target} could not be written: {error.strerror}.",
            "Check the folder's permissions and free space; nothing was lost.",
            str(error),
        ) from error
    finally:
        _drop(temporary)


def _rename_new(temporary: str, target: Path) -> None:
    """Give the file its name unless something has taken it meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems know no hard links; there the check just before has to do.
        if target.exists():
            raise FileExistsError(str(target)) from None
        os.replace(temporary, target)
    else:
        os.unlink(temporary)


def _drop(temporary: str) -> None:
    with suppress(OSError):  # it has its name by now, or was never made
        os.unlink(temporary)
