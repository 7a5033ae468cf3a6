"""A process that makes one edit and is killed on the way; run by `test_kills`.

Reads one JSON line for each life: {"folder", "url", "time", "seed", "boundary"}, lives it in a fork
of its own (so that everything is imported once), and answers with a JSON line: the boundaries that
were passed. With "boundary": n the fork dies by SIGKILL at its n-th.

A boundary is the moment before or after an act that outlives the process: the beginning and the end
of a transaction, a sync to the disk, a file's new name, bytes sent to or received from a service.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from engine_tools import Clock, draft
from promises import Driver, open_studio

from kontext_desktop.engine.order import place_order
from kontext_desktop.engine.recovery import recover

ON_SOCKETS = frozenset({"connect", "send", "sendall", "recv"})
ON_FILES = (os.fsync, os.replace)


def watcher(boundary: int | None, passed: list[str]) -> Callable[[FrameType, str, Any], None]:
    """For `sys.setprofile`: notes each boundary, and kills this process at the given one."""

    def watch(frame: FrameType, event: str, function: Any) -> None:
        if event in ("c_call", "c_return", "c_exception") and is_act(frame, function):
            if len(passed) == boundary:
                os.kill(os.getpid(), signal.SIGKILL)
            passed.append(f"{event} {function.__name__} in {frame.f_code.co_name}")

    return watch


def is_act(frame: FrameType, function: Any) -> bool:
    of = getattr(function, "__self__", None)
    if isinstance(of, sqlite3.Connection):  # in a transaction's own frame: its BEGIN and COMMIT
        return function.__name__ == "execute" and frame.f_code.co_name == "_writing"
    return function in ON_FILES or (
        isinstance(of, socket.socket) and function.__name__ in ON_SOCKETS
    )


def live(life: dict[str, Any], passed: list[str]) -> None:
    """Order an edit where there is none yet, and carry everything as far as it goes."""
    sys.setprofile(watcher(life["boundary"], passed))
    studio = open_studio(Path(life["folder"]), life["url"], Clock(life["time"]))
    driver = Driver(studio)
    driver.take_up(recover(studio))
    if not studio.library.list_jobs():
        (document,) = studio.library.list_documents()
        version = studio.library.list_versions(document.id)[0]
        driver.take_up(place_order(studio, version, draft(seed=life["seed"])))
    driver.run(3_600.0)
    sys.setprofile(None)


def main() -> None:
    for line in sys.stdin:
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            passed: list[str] = []
            live(json.loads(line), passed)
            with os.fdopen(write_end, "w") as pipe:
                json.dump(passed, pipe)
            os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"signal": os.WTERMSIG(status), "passed": told}), flush=True)


if __name__ == "__main__":
    main()
