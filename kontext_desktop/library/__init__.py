"""The library on disk: the only SQL, and the only writer of files inside the library's folder.

Blocking, no Qt. It knows nothing of the service, of pixels or of prices' sources.
"""

from sqlite3 import sqlite_version as SQLITE_VERSION

from kontext_desktop.library.blobs import Blobs
from kontext_desktop.library.jobs import Conflict, NewJob
from kontext_desktop.library.store import Library

__all__ = ["SQLITE_VERSION", "Blobs", "Conflict", "Library", "NewJob"]
