"""Killed at every rename, link and removal of a backup, a restore, a repair and a rebuilding: the
library opens with the old records or the new ones, and the same act succeeds the next time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import kontext_desktop
from kontext_desktop.library import Library, backup, restore, schema
from kontext_desktop.library.check import check
from kontext_desktop.library.rebuild import rebuild
from kontext_desktop.model import Size

CALLS = ("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat")
MOST = 60
"""Boundaries of one kind of call; an act with more would end the test, not hide them."""
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("strace") is None,
    reason="SKIPPED: killing at each system call needs strace",
)

BACKUP = """
with Library.open(folder, program="worker") as library:
    library.back_up()
    library.keep_up()
"""
RESTORE = """
restore.restore(folder, folder / "old.db", program="worker")
"""
REPAIR = """
with Library.open(folder, program="worker") as library:
    library.repair(library.check())
"""
REBUILD = """
from kontext_desktop.library.rebuild import rebuild
rebuild(folder, program="worker")
"""


def put_document(library: Library, name: str) -> str:
    return library.put_document(
        name=name,
        source_path="",
        master_sha256=library.blobs.put(name.encode()),
        size=Size(8, 8),
        format="PNG",
        depth=8,
        title="Original",
    ).id


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Two documents, the older of them in a backup; `old.db` has it alone."""
    folder = tmp_path / "made"
    with Library.open(folder, program="tests") as library:
        put_document(library, "old.png")
        library.back_up()
        library.write_backup(folder / "old.db")
        put_document(library, "new.png")
    return folder


def run(folder: Path, script: str, call: str, number: int) -> bool:
    """Run `script`, killed at the given call; whether it was (else it came to its end)."""
    program = (
        "import sys; from pathlib import Path;"
        "from kontext_desktop.library import Library, restore;"
        f"folder = Path(sys.argv[1])\n{script}"
    )
    command = [
        *("strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"),
        *("-e", f"inject={call}:signal=KILL:when={number}"),
        *(sys.executable, "-c", program, str(folder)),
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(kontext_desktop.__file__).parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return True
    assert done.returncode == 0, done.stderr
    return False


def sweep(
    made: Path, tmp_path: Path, script: str, prepare: Callable[[Path], None]
) -> list[tuple[str, Path]]:
    """A folder as each kill left it."""
    states = []
    for call in CALLS:
        for number in range(1, MOST):
            folder = tmp_path / f"{call}-{number}"
            shutil.copytree(made, folder)
            prepare(folder)
            if not run(folder, script, call, number):
                shutil.rmtree(folder)
                break
            states.append((f"{call} {number}", folder))
        else:
            pytest.fail(f"{call} is called too often to be swept")
    return states


def names(folder: Path) -> list[str]:
    with Library.open(folder, program="tests", wait=0) as library:
        assert library.list_damaged() == []
        return sorted(document.name for document in library.list_documents())


def damage_rows(folder: Path) -> None:
    with closing(sqlite3.connect(folder / schema.DATABASE)) as connection:
        connection.execute("UPDATE documents SET name = 'xld.png' WHERE name = 'old.png'")
        connection.commit()
    for path in (folder / "sidecars").glob("*/*.json"):
        path.unlink()


def damage_file(folder: Path) -> None:
    (folder / schema.DATABASE).write_bytes(b"lost" * 5000)


def test_backup(made: Path, tmp_path: Path) -> None:
    states = sweep(made, tmp_path, BACKUP, lambda _: None)
    assert len(states) >= 5
    for state, folder in states:
        for kept in backup.list_made(folder):
            backup.prove(kept.path)
        assert names(folder) == ["new.png", "old.png"], state
        assert check(folder).damage == (), state
        with Library.open(folder, program="tests") as library:
            backup.prove(library.back_up())


def test_restore(made: Path, tmp_path: Path) -> None:
    states = sweep(made, tmp_path, RESTORE, lambda _: None)
    assert len(states) >= 5
    for state, folder in states:
        assert names(folder) in (["new.png", "old.png"], ["old.png"]), state
        restore.restore(folder, folder / "old.db", program="tests", wait=0)
        assert names(folder) == ["old.png"], state


def test_repair(made: Path, tmp_path: Path) -> None:
    states = sweep(made, tmp_path, REPAIR, damage_rows)
    assert len(states) >= 3
    for state, folder in states:
        with Library.open(folder, program="tests", wait=0) as library:
            library.repair(library.check())
        assert names(folder) == ["new.png", "old.png"], state
        assert check(folder).damage == (), state


def test_rebuild(made: Path, tmp_path: Path) -> None:
    states = sweep(made, tmp_path, REBUILD, damage_file)
    assert len(states) >= 3
    for state, folder in states:
        if check(folder).is_database_lost:
            rebuild(folder, program="tests", wait=0)
        with Library.open(folder, program="tests", wait=0) as library:
            library.repair(library.check())
        assert names(folder) == ["new.png", "old.png"], state
        assert check(folder).damage == (), state
        kept = [path.read_bytes()[:4] for path in (folder / "quarantine").glob("*.db")]
        assert kept == [b"lost"] * len(kept), state
        assert kept, state
