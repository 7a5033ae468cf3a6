"""`kontext library`: checks and repairs from the terminal, with statuses scripts rely on."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from terminal_tools import CHANGE, Terminal

from kontext_desktop.library import Library


@pytest.fixture
def folder(terminal: Terminal, photo: Path) -> Path:
    """A library with one edit."""
    terminal.run("--practice", "edit", photo, *CHANGE, "--seed", "7")
    return terminal.folder / "library"


def test_info_says_what_is_there_and_what_it_takes(terminal: Terminal, folder: Path) -> None:
    info = terminal.json("library", "info")
    assert info["folder"] == str(folder)
    assert (info["documents"], info["versions"], info["jobs"]) == (1, 2, 1)
    use = info["use"]
    assert use["masters"] == (terminal.folder / "photo.jpg").stat().st_size
    assert use["results"] > 0
    assert use["total"] == sum(size for kind, size in use.items() if kind != "total")
    assert info["free"] > 0
    assert len(info["backups"]) == 1, "one is due when a library is first written to"
    out, _ = terminal.run("library", "info")
    assert "2 versions" in out


def test_check_of_a_sound_library(terminal: Terminal, folder: Path) -> None:
    report = terminal.json("library", "check")
    assert (report["damaged"], report["left"], report["findings"]) == (0, 0, [])
    assert report["files"] == 3
    out, _ = terminal.run("--json", "library", "check", "--repair")
    assert json.loads(out)["repaired"] == []
    out, err = terminal.run("library", "check")
    assert "all as they should be" in out
    assert err == ""


def test_check_names_damage_and_repair_mends_it(terminal: Terminal, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        connection.execute("UPDATE versions SET title = 'Warmes' WHERE job_id IS NOT NULL")
        connection.execute("UPDATE charges SET charged = 'no'")
        connection.commit()
    report = terminal.json("library", "check", status=5)
    assert {one["place"] for one in report["findings"]} == {"versions", "charges"}
    assert {one["kind"] for one in report["findings"]} == {"corrupt", "dangling"}
    out, err = terminal.run("history", terminal.json("history")[0]["id"])
    assert "photo.jpg" in out
    assert "damaged" in err
    report = terminal.json("library", "check", "--repair")
    assert report["damaged"] == 2
    assert report["left"] == 0
    assert terminal.json("library", "check", "--repair")["repaired"] == []


def test_what_cannot_be_mended_ends_with_status_5(terminal: Terminal, folder: Path) -> None:
    with Library.open_reading(folder) as library:
        [job] = library.list_jobs()
        [result] = library.list_results(job.id)
        library.blobs.path(result.sha256).unlink()
    _, err = terminal.run("library", "check", status=5)
    assert "--repair" in err
    for _ in range(2):
        report = terminal.json("library", "check", "--repair", status=5)
        assert [one["name"] for one in report["not_repaired"]] == [result.sha256]
    _, err = terminal.run("library", "check", "--repair", status=5)
    assert "could not be mended" in err


def test_lost_database_is_named_and_built_anew(terminal: Terminal, folder: Path) -> None:
    before = terminal.json("history")
    (folder / "library.db").write_bytes(b"lost" * 3000)
    _, err = terminal.run("history", status=5)
    assert "not a library" in err
    assert terminal.json("library", "check", status=5)["findings"][0]["place"] == "database"
    terminal.run("library", "check", "--repair")
    assert terminal.json("history") == before
    assert len(list((folder / "quarantine").glob("library-*.db"))) == 1
    (folder / "library.db").unlink()
    _, err = terminal.run("--practice", "edit", "photo.jpg", *CHANGE, status=5)
    assert "check --repair" in err
    terminal.run("library", "check", "--repair")
    assert terminal.json("history") == before


def test_backup_and_restore(terminal: Terminal, folder: Path, photo: Path) -> None:
    target = terminal.folder / "kept.db"
    assert terminal.json("library", "backup", target)["bytes"] == target.stat().st_size
    before = terminal.json("history")
    _, err = terminal.run("library", "backup", target, status=2)
    assert "already" in err
    terminal.run("--practice", "edit", photo, *CHANGE, "--seed", "8")
    _, err = terminal.run("library", "restore", target)
    assert "is kept" in err
    assert terminal.json("history") == before
    assert len(terminal.json("library", "check", status=5)["findings"]) == 1
    terminal.run("library", "check", "--repair")
    assert terminal.json("library", "info")["versions"] == 3


def test_refusals(terminal: Terminal, folder: Path) -> None:
    terminal.run("library", "restore", terminal.folder / "none.db", status=5)
    terminal.run("library", status=2)
    terminal.run("library", "backup", status=2)
    nowhere = {"KONTEXT_LIBRARY": str(terminal.folder / "nowhere")}
    for command in (["info"], ["check"], ["backup", "x.db"], ["gc", "--dry-run"]):
        _, err = terminal.run("library", *command, status=5, **nowhere)
        assert "no library yet" in err
    with Library.open(folder, program="the window"):
        assert terminal.json("library", "info")["versions"] == 2
        assert terminal.json("library", "check")["damaged"] == 0
        terminal.run("library", "backup", terminal.folder / "b.db")
        terminal.run("library", "gc", "--dry-run")
        _, err = terminal.run("library", "gc", status=5)
        assert "the window" in err


def test_gc_says_before_it_does(terminal: Terminal, folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        nobodys = library.blobs.path(library.blobs.put(b"nobody's"))
    os.utime(nobodys, (time.time() - 90_000,) * 2)
    planned = terminal.json("library", "gc", "--dry-run")
    assert (planned["files"], planned["bytes"], planned["removed"]) == (1, 8, False)
    assert nobodys.exists()
    done = terminal.json("library", "gc")
    assert done["blobs"] == [nobodys.name]
    assert not nobodys.exists()
    out, _ = terminal.run("library", "gc")
    assert out.startswith("0 files removed")
