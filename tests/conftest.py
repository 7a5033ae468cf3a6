"""What every test may rely on: no outside network, no user's files or key, no thread left behind.

Set up at import, before any test module can look at the environment or start Qt.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import canary
import hypothesis
import pytest

from kontext_desktop.engine import intake
from kontext_desktop.library import Library

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in [name for name in os.environ if name.startswith("KONTEXT_")]:
    if _name != "KONTEXT_THOROUGH":  # asks the tests, not the program; see `promises`
        del os.environ[_name]
os.environ.pop("WAVESPEED_API_KEY", None)

# No test asserts a time: how long an example takes says how busy the machine is.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Places that programs take from the environment lie below pytest's temporary folder."""
    base = tmp_path_factory.mktemp("xdg")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA_HOME", "CONFIG_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
            folder = base / name.lower()
            folder.mkdir(mode=0o700)  # Qt warns of a runtime folder that others can read
            patch.setenv(f"XDG_{name}", str(folder))
        yield


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """A connection to any other machine fails the test that tried it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            # Not an OSError: the program would take that for a network that is down.
            pytest.fail(f"a connection to {address[0]} was tried; tests stay on this machine")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def originals_untouched(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever picture a test brings in is the same file afterwards: bytes, times, inode."""
    brought_in: dict[Path, tuple[bytes, int, int]] = {}
    bring_in = intake.bring_in

    def look(path: Path) -> tuple[bytes, int, int]:
        found = path.stat()
        return path.read_bytes(), found.st_mtime_ns, found.st_ino

    def watched(library: Library, path: Path, **options: Any) -> intake.Arrival:
        if path.is_file():
            brought_in.setdefault(path, look(path))
        return bring_in(library, path, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "bring_in", watched)
        yield
    if request.node.get_closest_marker("changes_originals") is None:
        for path, before in brought_in.items():
            assert look(path) == before, f"{path} was changed"
    request.config.stash[_ORIGINALS].update(brought_in)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Threads that a test starts end with it; one that cannot be joined is named."""
    before = set(threading.enumerate())
    yield
    left = []
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(timeout=3)  # it may just be on its way out
            if thread.is_alive():
                left.append(thread.name)
    if left:
        pytest.fail(f"threads left running: {', '.join(sorted(left))}")


_FIGURES = pytest.StashKey[list[str]]()
_ORIGINALS = pytest.StashKey[set[Path]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []
    config.stash[_ORIGINALS] = set()


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Sentences for the end of the run: how much was tried."""
    return request.config.stash[_FIGURES]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Whatever the tests did, no file they left has a key in it."""
    base = session.config._tmp_path_factory._basetemp  # type: ignore[attr-defined]
    if base is not None:
        searched, found = canary.search(base)
        session.config.stash[_FIGURES].append(
            f"the key searched for in {searched} files: {len(found)} hits"
        )
        session.config.stash[_FIGURES] += [f"A KEY LIES IN {path}" for path in found]
        if found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.write_line(f"originals brought in: {len(config.stash[_ORIGINALS])}")
    for sentence in config.stash[_FIGURES]:
        terminalreporter.write_line(sentence)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent
