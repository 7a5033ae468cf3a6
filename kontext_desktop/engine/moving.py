"""Documents on their way to another machine: packed into one file, and taken in from one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_desktop.engine import export
from kontext_desktop.errors import ImageError, LibraryError
from kontext_desktop.imaging import probe
from kontext_desktop.model import Progress, Size

if TYPE_CHECKING:
    from kontext_desktop.library import Library
    from kontext_desktop.library.portable import Packed, Unpacked


def pack(
    library: Library,
    document_ids: Sequence[str],
    target: Path,
    *,
    originals: bool = False,
    force: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> Packed:
    """Write documents with their whole trees to a new file, or with `force` in the place of one;
    with `originals`, those too that the library only refers to. What is under way, and what gives
    access to the service, stays here.

    Raises ParameterError for a file that is there, OriginalError, LibraryError, ImageError; nothing
    is left of the file then.
    """
    export.check_free(target, force=force)
    with export.written(target, force=force) as file:
        return library.portable.pack(document_ids, file, originals=originals, report=report)


def unpack(
    library: Library, source: Path, *, report: Callable[[Progress], None] = lambda _: None
) -> Unpacked:
    """Take the documents of a packed file in, all or none; what is here already is not doubled.

    The file is believed in nothing. Raises LibraryError; the library then is as it was.
    """
    return library.portable.unpack(source, lambda path, size: _inspect(source, path, size), report)


def _inspect(source: Path, picture: Path, size: Size | None) -> None:
    """Raise LibraryError unless this is a picture that can be shown, of this size if one is told:
    else it would be found out while drawing."""
    try:
        found = probe(picture)
    except ImageError as error:
        raise _refused(source, error.message) from error
    if size is not None and found.size != size:
        raise _refused(source, f"a picture of {found.size} instead of {size}")


def _refused(source: Path, detail: str) -> LibraryError:
    return LibraryError(
        f"A picture in {source} is not what it is said to be.",
        "Pack it again. Nothing was taken from it.",
        detail,
    )
