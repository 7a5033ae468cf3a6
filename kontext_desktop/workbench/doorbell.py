"""One window for one library: whoever starts the program once more rings at the first one.

A local socket named for the library's folder, in the user's own runtime folder where there is one,
and for the user only. Where Python has no such sockets (Windows), one of this machine's network,
with its port and a password in a file of that name. What comes through is a list: the password, and
the names of files, to be opened as if they had been dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Signal

PATIENCE = 2.0
"""Seconds that a ring waits for an answer: a window that hangs is not waited for."""
_MOST_BYTES = 1_000_000
_HAS_FILES = hasattr(socket, "AF_UNIX")
"""Whether a socket can be a file, which the system lets its owner only connect to."""
_ANSWER = b"coming\n"


class Doorbell(QObject):
    """Rings for the library that this process holds: nobody else can listen for it."""

    rung = Signal(object)
    """list[Path] of the files that were named"""

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._callers: list[_Caller] = []
        place = self._place = _place(folder)
        self.password = "" if _HAS_FILES else secrets.token_hex()
        server = self._server = _listen(place, self.password)
        if server is not None:
            notifier = QSocketNotifier(server.fileno(), QSocketNotifier.Type.Read, self)
            notifier.activated.connect(self._answer)
            self.destroyed.connect(partial(_close, server, place))

    def close(self) -> None:
        """Ring no more, from now on, and leave nothing behind."""
        for notifier in self.findChildren(QSocketNotifier):
            notifier.setEnabled(False)
        if self._server is not None:
            _close(self._server, self._place)
        self.deleteLater()

    def _answer(self) -> None:
        assert self._server is not None
        with contextlib.suppress(OSError):  # whoever called has gone again
            caller, _ = self._server.accept()
            caller.setblocking(False)
            self._callers.append(_Caller(caller, self))

    def take(self, caller: _Caller, files: list[Path] | None) -> None:
        """The caller has said what it wanted; None: it made no sense."""
        self._callers.remove(caller)
        if files is not None:
            self.rung.emit(files)


class _Caller(QObject):
    """Somebody at the door, until what is wanted is heard."""

    def __init__(self, connection: socket.socket, bell: Doorbell) -> None:
        super().__init__(bell)
        self._connection, self._bell = connection, bell
        self._heard = b""
        self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._listen)
        self.destroyed.connect(connection.close)

    def _listen(self) -> None:
        try:
            more = self._connection.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        self._heard += more
        whole = b"\n" in self._heard
        if more and not whole and len(self._heard) <= _MOST_BYTES:
            return
        line = self._heard.partition(b"\n")[0]
        files = _files_in(line, self._bell.password) if whole else None
        if files is not None:
            with contextlib.suppress(OSError):
                self._connection.send(_ANSWER)
        self._notifier.setEnabled(False)
        self._connection.close()
        self._bell.take(self, files)
        self.deleteLater()


def ring(folder: Path, files: Sequence[Path]) -> bool:
    """Have the window that holds the library in `folder` come to the front and open these files.
    False when none answers. Blocks for a moment."""
    names = [os.fspath(file.absolute()) for file in files]
    with contextlib.suppress(OSError, ValueError):
        caller, password = _call(_place(folder))
        with caller:
            caller.sendall(json.dumps([password, *names]).encode() + b"\n")
            return caller.recv(len(_ANSWER)) == _ANSWER
    return False


def _call(place: str) -> tuple[socket.socket, str]:
    """A connection with whoever listens there, and the password. Raises OSError where nobody does,
    ValueError where the file is none of ours."""
    address: str | tuple[str, int]
    if _HAS_FILES:
        if os.stat(place).st_uid != os.getuid():
            raise PermissionError("somebody else's door")
        caller, address = socket.socket(socket.AF_UNIX), place
    else:
        port, password = json.loads(Path(place).read_bytes())
        caller, address = socket.socket(socket.AF_INET), ("127.0.0.1", port)
    caller.settimeout(PATIENCE)
    try:
        caller.connect(address)
    except OSError:
        caller.close()
        raise
    return caller, "" if _HAS_FILES else password


def _listen(place: str, password: str) -> socket.socket | None:
    server = socket.socket(socket.AF_UNIX if _HAS_FILES else socket.AF_INET)
    mask = os.umask(0o077)
    try:
        # What a crash left: the library's lock says that the place is ours.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place)
        server.bind(place if _HAS_FILES else ("127.0.0.1", 0))
        server.listen()
        if not _HAS_FILES:
            with open(place, "x") as file:
                json.dump([server.getsockname()[1], password], file)
    except OSError as error:
        logging.getLogger(__name__).warning("No second start will be heard: %s", error)
        server.close()
        return None
    finally:
        os.umask(mask)
    server.setblocking(False)
    return server


def _close(server: socket.socket, place: str, _: object = None) -> None:
    if server.fileno() < 0:
        return  # it is closed, and the place perhaps another's by now
    server.close()
    with contextlib.suppress(OSError):
        os.unlink(place)


def _files_in(line: bytes, password: str) -> list[Path] | None:
    """None for what makes no sense, or comes from a stranger."""
    try:
        first, *names = map(os.fsencode, json.loads(line))
    except (ValueError, TypeError):
        return None
    if not hmac.compare_digest(first, os.fsencode(password)):
        return None
    return [Path(os.fsdecode(name)) for name in names]


def _place(folder: Path) -> str:
    """Of the socket. Short, for such paths may have some hundred characters only."""
    named = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return os.path.join(runtime, f"kontext-desktop-{named}")
