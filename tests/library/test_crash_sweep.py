"""Killed, or cut off from its power, at every call that reaches the disk: what was promised is
there, whole, and work goes on.

Six scripts (`crashing`) are run once to count their calls, then again and again, each time killed
at another one. For a power cut the library lies on an ext4 of its own in a file, which is shut down
at that moment without writing its journal. What the kill and the cut cannot see, for that file
system is kinder than others, the order of the calls shows: see `Names`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import crashing
import pytest
from crashing import carry, order, put_document
from promises import THOROUGH, check_words
from schemas import build

import kontext_desktop
from kontext_desktop.errors import KontextError
from kontext_desktop.library import Library, backup
from kontext_desktop.library.check import check

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("strace") is None,
    reason="SKIPPED: killing at each system call needs strace",
)
CALLS = (
    *("write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate", "copy_file_range"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir"),
    *("mkdirat", "utimensat", "fallocate"),
)
SHUT_DOWN, NO_JOURNAL = 0x8004587D, struct.pack("I", 2)
"""EXT4_IOC_SHUTDOWN and its flag: nothing more is written, not even the journal."""
IMAGE_BYTES = 128 << 20
ORDINARY = 45
"""So many states of each script and way to die in the ordinary run, evenly over all of them."""

Boundary = tuple[str, int]
"""A call's name, and the how manieth of that name"""


class Deadly:
    """The scripts' process, and how to kill it."""

    def __init__(self, folder: Path) -> None:
        self._acks = folder / "acks"
        self._log = folder / "calls"
        paths = [Path(kontext_desktop.__file__).parents[1], Path(crashing.__file__).parent]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        self._process = subprocess.Popen(
            [sys.executable, crashing.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, script: str, folder: Path, *trace: str, mutant: str = "") -> int:
        """Run a script under strace with these options; how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._acks.unlink(missing_ok=True)
        life = {"script": script, "folder": str(folder), "acks": str(self._acks), "mutant": mutant}
        self._process.stdin.write(json.dumps(life) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        _wait_for(lambda: _status(child, "State").startswith("T"))
        command = ["strace", "-qq", "-p", str(child), *trace]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as tracer:
            _wait_for(lambda: _status(child, "TracerPid") != "0")
            os.kill(child, signal.SIGCONT)
            status = int(self._process.stdout.readline())
            tracer.wait(30)
        return status

    def run_and_kill(self, script: str, folder: Path, at: Boundary, mutant: str = "") -> bool:
        """Whether it came to that boundary, and died of it."""
        call, number = at
        inject = f"inject={call}:signal=KILL:when={number}"
        options = ("-o", os.devnull, "-e", f"trace={call}", "-e", inject)
        status = self.run(script, folder, *options, mutant=mutant)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        assert status == 0, f"{script} failed by itself"
        return False

    def list_boundaries(self, script: str, folder: Path, mutant: str = "") -> list[Boundary]:
        counts: Counter[str] = Counter()
        for call, _ in self.list_calls(script, folder, mutant):
            counts[call] += 1
        return [(call, number) for call in counts for number in range(1, counts[call] + 1)]

    def list_calls(self, script: str, folder: Path, mutant: str = "") -> list[tuple[str, str]]:
        """Every call that reaches the disk, with its arguments, file numbers as paths."""
        options = ("-y", "-s", "400", "-o", str(self._log), "-e", f"trace={','.join(CALLS)}")
        assert self.run(script, folder, *options, mutant=mutant) == 0
        lines = self._log.read_text("utf-8", "replace").splitlines()
        found = [re.match(r"(\w+)\((.*)", line) for line in lines]
        return [(match[1], match[2]) for match in found if match]

    def read_acks(self) -> list[dict[str, str]]:
        with suppress(FileNotFoundError):
            lines = self._acks.read_text().splitlines(keepends=True)
            return [json.loads(line) for line in lines if line.endswith("\n")]
        return []


def _status(process_id: int, name: str) -> str:
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{name}:"))


def _wait_for(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture(scope="module")
def deadly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deadly]:
    made = Deadly(tmp_path_factory.mktemp("deadly"))
    yield made
    made.close()


def prepare(script: str, folder: Path) -> None:
    """What the script starts from."""
    if script == "upgrade":
        folder.mkdir()
        build(folder, 2)
        return
    with Library.open(folder, program="tests") as library:
        if script != "import twenty":
            document = put_document(library, "first")
            if script in ("delete", "backup"):
                for job in order(library, document, 3):
                    carry(library, job)


def list_damage(folder: Path) -> set[tuple[str, str]]:
    return {(finding.place, finding.name) for finding in check(folder).damage}


def is_kept(folder: Path, acks: list[dict[str, str]], before: set[tuple[str, str]]) -> None:
    """Everything that was promised is there, and the library goes on and is whole, but for the
    damage it had `before`."""
    with Library.open(folder, program="tests", wait=10) as library:
        library.keep_up()  # as both programs do when they have opened one
        assert library.list_damaged() == []
        assert list_damage(folder) <= before
        for ack in acks:
            match ack["kind"]:
                case "queued":
                    library.blobs.read(library.get_job(ack["id"]).input_sha256)
                case "version":
                    for layer in library.get_version(ack["id"]).layers:
                        library.blobs.read(library.get_result(layer.result_id).sha256)
                case "document":
                    library.blobs.read(library.get_document(ack["id"]).master_sha256)
                case "upgraded":
                    library.get_document(ack["id"])
                case "trashed":
                    assert ack["id"] not in {one.id for one in _list_all(library)}
                case "erased":
                    with pytest.raises(KontextError):
                        library.get_version(ack["id"])
                case "backup":
                    backup.prove(folder / ack["path"])
        document = put_document(library, "afterwards")
        [job] = order(library, document, 1)
        carry(library, job)
    assert list_damage(folder) <= before


def _list_all(library: Library) -> list[crashing.Version]:
    return [
        version
        for document in library.list_documents()
        for version in library.list_versions(document.id)
    ]


def choose(boundaries: list[Boundary]) -> list[Boundary]:
    if THOROUGH or len(boundaries) <= ORDINARY:
        return boundaries
    return [boundaries[number * len(boundaries) // ORDINARY] for number in range(ORDINARY)]


class Killed:
    """States of a folder after kills."""

    name = "killed"

    def __init__(self, script: str, tmp_path: Path) -> None:
        self._made = tmp_path / "made"
        prepare(script, self._made)

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        folder = self._made.with_name("library")
        shutil.copytree(self._made, folder)
        yield folder
        shutil.rmtree(folder)

    def die(self, folder: Path) -> None:
        """The page cache outlives the process: nothing to do."""

    def close(self) -> None:
        shutil.rmtree(self._made)


class CutOff:
    """The same on a file system that is shut down at the moment of the kill."""

    name = "cut off from power"

    def __init__(self, script: str, tmp_path: Path) -> None:
        self._image, self._copy = tmp_path / "made.ext4", tmp_path / "disk.ext4"
        self._point = tmp_path / "disk"
        self._point.mkdir()
        with self._image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-b", "4096", str(self._image)], check=True)
        self._mount(self._image)
        prepare(script, self._point / "library")
        self._unmount()

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        subprocess.run(["cp", "--sparse=always", str(self._image), str(self._copy)], check=True)
        self._mount(self._copy)
        try:
            yield self._point / "library"
        finally:
            self._unmount()

    def die(self, folder: Path) -> None:
        handle = os.open(self._point, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUT_DOWN, NO_JOURNAL)
        finally:
            os.close(handle)
        self._unmount()
        self._mount(self._copy)

    def close(self) -> None:
        self._image.unlink()
        self._copy.unlink(missing_ok=True)

    def _mount(self, image: Path) -> None:
        subprocess.run(["mount", "-o", "loop", str(image), str(self._point)], check=True)

    def _unmount(self) -> None:
        subprocess.run(["umount", str(self._point)], check=True)


def may_mount() -> bool:
    """Whether a file system in a file can be made and mounted here."""
    return os.geteuid() == 0 and all(map(shutil.which, ("mkfs.ext4", "mount", "umount")))


WAYS = [
    Killed,
    pytest.param(
        CutOff,
        marks=pytest.mark.skipif(
            not may_mount(), reason="SKIPPED: cutting the power needs root and ext4"
        ),
    ),
]


def list_violations(
    deadly: Deadly, way: Killed | CutOff, script: str, mutant: str, first: int = 10**9
) -> tuple[list[str], int]:
    """What was broken at which boundary, and how many were tried; at most the `first` are found."""
    with way.fresh() as folder:
        boundaries = choose(deadly.list_boundaries(script, folder, mutant))
        before = list_damage(folder) if script == "upgrade" else set()  # its files are not frozen
    broken, tried = [], 0
    for boundary in boundaries:
        with way.fresh() as folder:
            if not deadly.run_and_kill(script, folder, boundary, mutant):
                continue
            tried += 1
            way.die(folder)
            try:
                is_kept(folder, deadly.read_acks(), before)
                if mutant:  # the mistake is in that process only
                    assert deadly.run(script, folder, "-o", os.devnull, mutant=mutant) == 0
            except (AssertionError, KontextError) as error:
                broken.append(f"{script}, {way.name} at {boundary}: {error!r}"[:400])
        if len(broken) >= first:
            break
    return broken, tried


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("script", crashing.SCRIPTS)
def test_nothing_promised_is_lost(
    deadly: Deadly,
    way: type[Killed] | type[CutOff],
    script: str,
    tmp_path: Path,
    figures: list[str],
) -> None:
    states = way(script, tmp_path)
    broken, tried = list_violations(deadly, states, script, "")
    states.close()
    figures.append(f"crash sweep, {script}, {states.name}: {tried} states, {len(broken)} broken")
    assert broken == []
    assert tried >= 20


FAILURES = {
    "ENOSPC": ("write", "pwrite64", "rename", "mkdir", "ftruncate"),
    "EIO": ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink"),
}


@pytest.mark.parametrize("error", FAILURES)
@pytest.mark.parametrize("script", crashing.SCRIPTS)
def test_a_disk_that_fails_once_loses_nothing_and_is_one_sentence(
    deadly: Deadly, script: str, error: str, tmp_path: Path, figures: list[str]
) -> None:
    states = Killed(script, tmp_path)
    with states.fresh() as folder:
        boundaries = deadly.list_boundaries(script, folder)
        before = list_damage(folder) if script == "upgrade" else set()
    tried = refused = 0
    for call, number in choose([one for one in boundaries if one[0] in FAILURES[error]]):
        at = f"{error} from {call} {number}"
        with states.fresh() as folder:
            inject = f"inject={call}:error={error}:when={number}"
            traced = ("-o", os.devnull, "-e", f"trace={call}", "-e", inject)
            assert deadly.run(script, folder, *traced) == 0, at
            acks = deadly.read_acks()
            for ack in acks:
                if ack["kind"] == "refused":
                    refused += 1
                    check_words(ack["message"], ack["hint"])
            is_kept(folder, acks, before)
            tried += 1
    states.close()
    figures.append(f"failing disk, {script}, {error}: {tried} states, {refused} refused in words")
    assert refused


@pytest.mark.parametrize(
    ("mutant", "way"),
    [
        ("row_before_blob", Killed),
        ("fixed_temporary_name", Killed),
        pytest.param("no_sync_of_files", *WAYS[1].values, marks=WAYS[1].marks),  # type: ignore[attr-defined]
        pytest.param("synchronous_normal", *WAYS[1].values, marks=WAYS[1].marks),  # type: ignore[attr-defined]
    ],
)
def test_the_sweep_sees_mistakes(
    deadly: Deadly, mutant: str, way: type[Killed] | type[CutOff], tmp_path: Path
) -> None:
    states = way("four variations", tmp_path)
    broken, _ = list_violations(deadly, states, "four variations", mutant, first=1)
    states.close()
    assert broken


class Names:
    """A disk that keeps of files and names only what was synced, in the order of the calls."""

    def __init__(self) -> None:
        self._unsynced_bytes: set[str] = set()
        self._unsynced_names: dict[str, str] = {}
        """Path, and the folder that must be synced for it to last"""

    def take(self, call: str, arguments: str) -> None:
        paths = [one or two for one, two in re.findall(r'"((?:/[^"]*)+)"|\d+<(/[^>]*)>', arguments)]
        match call:
            case "write" | "pwrite64" | "copy_file_range":
                self._unsynced_bytes.add(paths[-1] if call == "copy_file_range" else paths[0])
            case "fsync" | "fdatasync":
                self._unsynced_bytes.discard(paths[0])
                done = [name for name, of in self._unsynced_names.items() if of == paths[0]]
                for name in done:
                    del self._unsynced_names[name]
            case "rename" | "renameat" | "renameat2":
                old, new = paths[-2:]
                if old in self._unsynced_bytes:
                    self._unsynced_bytes.remove(old)
                    self._unsynced_bytes.add(new)
                self._unsynced_names[new] = str(Path(new).parent)
            case "mkdir" | "mkdirat":
                self._unsynced_names[paths[-1]] = str(Path(paths[-1]).parent)

    def list_at_risk(self) -> list[str]:
        """Blobs that a power cut now could take."""
        return sorted(
            path for path in {*self._unsynced_bytes, *self._unsynced_names} if "/blobs/" in path
        )


def list_at_risk(deadly: Deadly, folder: Path, mutant: str) -> list[str]:
    """Blobs that were not on the disk for good at one of the promises of an edit."""
    prepare("edit", folder)
    names, promises, at_risk = Names(), 0, list[str]()
    for call, arguments in deadly.list_calls("edit", folder, mutant):
        if call == "write" and '{\\"kind\\"' in arguments:
            promises += 1
            at_risk += names.list_at_risk()
        names.take(call, arguments)
    assert promises == 2
    return at_risk


def test_at_each_promise_its_files_and_their_names_are_on_the_disk(
    deadly: Deadly, tmp_path: Path
) -> None:
    assert list_at_risk(deadly, tmp_path / "library", "") == []


@pytest.mark.parametrize("mutant", ["no_sync_of_folders", "no_sync_of_files"])
def test_the_order_of_the_calls_shows_what_no_crash_here_does(
    deadly: Deadly, mutant: str, tmp_path: Path
) -> None:
    assert list_at_risk(deadly, tmp_path / "library", mutant)
