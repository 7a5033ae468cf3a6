"""One window for one library: whoever starts the program once more rings at the first one.

A local socket named for the library's folder, in the user's own runtime folder where there is one,
and for the user only. What comes through it is a list of file names, to be opened as if they had
been dropped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE_MS = 2_000
"""How long a ring waits for an answer: one that hangs is not waited for."""
_MOST_BYTES = 1_000_000
_ANSWER = b"coming\n"


class Doorbell(QObject):
    """Rings for the library that this process holds: nobody else can listen for it."""

    rung = Signal(object)
    """list[Path] of the files that were named"""

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        name = _name(folder)
        if not self._server.listen(name):
            # What a crash left; the library's lock says that it is ours.
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MOST_BYTES:
            socket.abort()
        elif socket.canReadLine():
            files = _files_in(bytes(socket.readLine().data()))
            if files is None:
                socket.abort()
                return
            socket.write(_ANSWER)
            socket.flush()
            socket.disconnectFromServer()
            self.rung.emit(files)


def ring(folder: Path, files: Sequence[Path]) -> bool:
    """Have the window that holds the library in `folder` come to the front and open these files.
    False when none answers. Blocks for a moment."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    names = [os.fspath(file.absolute()) for file in files]
    socket.write(json.dumps(names).encode() + b"\n")
    socket.flush()
    answered = socket.bytesAvailable() > 0 or socket.waitForReadyRead(PATIENCE_MS)
    answer = bytes(socket.readAll().data()) if answered else b""
    socket.abort()
    return answer == _ANSWER


def _files_in(line: bytes) -> list[Path] | None:
    try:
        names = json.loads(line)
    except ValueError:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return [Path(name) for name in names]


def _name(folder: Path) -> str:
    """Of the socket. Short, for the paths of sockets may have some hundred characters only."""
    place = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:16]
    name = f"kontext-desktop-{place}"
    # Else Qt takes the folder for temporary files, or on Windows a pipe.
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
