"""Odd places, streams and names: a sentence and a status, and nothing sent that cannot be kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal_tools import CHANGE, Terminal

from kontext_desktop import paths
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library
from kontext_desktop.practice import Fault, PracticeService

# Root may read and write everywhere; without these two it is a person like any other.
_MORTAL = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
needs_permissions = pytest.mark.skipif(
    sys.platform != "linux", reason="permissions are another matter elsewhere"
)


def shell(terminal: Terminal, redirection: str, *arguments: str, **changes: str) -> tuple[int, str]:
    """Status and output of a command a shell starts, `2>&-` closing standard error."""
    prefix = _MORTAL if getattr(os, "geteuid", lambda: 1)() == 0 else []
    done = subprocess.run(
        [
            *(*prefix, "sh", "-c", f'"$@" {redirection}', "sh"),
            *(sys.executable, "-m", "kontext_desktop.cli", *arguments),
        ],
        env={
            **os.environ,
            "KONTEXT_LIBRARY": str(terminal.folder / "library"),
            "KONTEXT_CONFIG": str(terminal.folder / "config"),
            **changes,
        },
        cwd=terminal.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


@needs_permissions
@pytest.mark.parametrize(
    "output", ["locked", "locked/a.png", "hidden/a", "hidden/a.png", "x" * 300, "x" * 300 + ".png"]
)
def test_where_nothing_can_be_written_is_found_before_anything_is_sent(
    terminal: Terminal, photo: Path, away: PracticeService, output: str
) -> None:
    (terminal.folder / "locked").mkdir(mode=0o500)
    (terminal.folder / "hidden").mkdir(mode=0o000)
    status, said = shell(
        terminal,
        "",
        *("edit", photo.name, *CHANGE, "--output", output, "--endpoint", away.url),
        WAVESPEED_API_KEY="k" * 20,
    )
    assert (status, len(away.ledger)) == (2, 0)
    assert said.strip()


@needs_permissions
def test_what_may_not_be_read_has_the_status_of_its_kind(terminal: Terminal, photo: Path) -> None:
    photo.chmod(0)
    assert shell(terminal, "", "edit", photo.name, *CHANGE, "--practice")[0] == 6
    (terminal.folder / "hidden").mkdir(mode=0o000)
    assert shell(terminal, "", "history", "--library", "hidden")[0] == 5
    assert shell(terminal, "", "unpack", photo.name)[0] == 5


@needs_permissions
def test_an_export_where_nothing_may_be_written_is_a_sentence(
    terminal: Terminal, photo: Path
) -> None:
    [job] = terminal.json("--practice", "edit", photo, *CHANGE)["jobs"]
    (terminal.folder / "hidden").mkdir(mode=0o000)
    [version] = job["version_ids"]
    status, said = shell(terminal, "", "export", version, "hidden/a.png")
    assert status == 2
    assert "hidden" in said
    assert shell(terminal, "", "pack", "hidden/a.zip", "--all")[0] == 2


def test_a_closed_stream_stops_no_work(terminal: Terminal, photo: Path) -> None:
    status, out = shell(terminal, "2>&-", "edit", photo.name, *CHANGE, "--practice")
    assert status == 0
    assert "Version" in out
    assert shell(terminal, ">&-", "history")[0] == 0
    status, said = shell(terminal, "<&-", "key", "set")
    assert status == 2
    assert "empty" in said


def test_any_locale_shows_everything_and_json_stays_json(terminal: Terminal, photo: Path) -> None:
    fox = photo.with_name("fox \N{FOX FACE}.jpg")
    photo.rename(fox)
    narrow = {"PYTHONIOENCODING": "ascii"}
    made = json.loads(
        shell(terminal, "", "edit", fox.name, *CHANGE, "--practice", "--json", **narrow)[1]
    )
    assert made["jobs"][0]["state"] == "done"
    status, out = shell(terminal, "", "history", **narrow)
    assert status == 0
    assert "fox \\U0001f98a.jpg" in out


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_json_names_files_whose_names_are_no_text(terminal: Terminal, photo: Path) -> None:
    folder = os.fsdecode(os.fsencode(terminal.folder) + b"/out\xff")
    out = terminal.json("--practice", "edit", photo, *CHANGE, "--output", folder)
    assert Path(out["jobs"][0]["outputs"][0]).parent == Path(folder)
    assert Path(out["jobs"][0]["outputs"][0]).exists()


def test_nothing_is_cut_off_on_the_way_to_another_program(terminal: Terminal, photo: Path) -> None:
    long = photo.with_name("n" * 100 + ".jpg")
    photo.rename(long)
    terminal.run("--practice", "edit", long, *CHANGE)
    for columns in ("1", "80"):
        assert long.name in terminal.run("history", COLUMNS=columns)[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent otherwise there")
def test_interrupted_while_it_loads_it_ends_quietly(terminal: Terminal) -> None:
    code = (
        "import os, signal, sys; import kontext_desktop.cli as cli;"
        "sys.meta_path.insert(0, type('Slow', (), {'find_spec': staticmethod("
        "lambda name, *_: os.kill(os.getpid(), signal.SIGINT) if name == 'typer' else None)}));"
        "cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    "arguments", [["history", "--since"], ["charges", "--since"], ["charges", "--until"]]
)
def test_a_day_clocks_do_not_reach_is_a_usage_error(
    terminal: Terminal, photo: Path, arguments: list[str]
) -> None:
    terminal.run("--practice", "edit", photo, *CHANGE)
    # East of Greenwich the first day begins before the first year.
    _, err = terminal.run(*arguments, "0001-01-01", status=2, TZ="Asia/Tokyo")
    assert "1-01-01" in err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_or_a_folder_is_not_unpacked_for_ever(terminal: Terminal) -> None:
    os.mkfifo(terminal.folder / "pipe")
    for name in ("pipe", "/dev/zero", "."):
        _, err = terminal.run("unpack", name, status=5)
        assert "not a file" in err


@needs_permissions
def test_backup_and_restore_blame_the_place_that_is_at_fault(
    terminal: Terminal, photo: Path
) -> None:
    terminal.run("--practice", "edit", photo, *CHANGE)
    (terminal.folder / "locked").mkdir(mode=0o500)
    (terminal.folder / "hidden").mkdir(mode=0o000)
    status, said = shell(terminal, "", "library", "backup", "locked/b.db")
    assert status == 2
    assert "locked" in said
    status, said = shell(terminal, "", "library", "restore", "hidden/b.db")
    assert status == 5
    assert "hidden/b.db" in said


def test_an_address_with_a_space_in_it_leaves_nothing_waiting(
    terminal: Terminal, photo: Path
) -> None:
    away = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": "https://a b.example"}
    terminal.run("edit", photo, *CHANGE, status=2, **away)
    assert terminal.json("jobs") == []


def test_nobody_at_home_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.PlatformDirs.user_config_path", property(_homeless))
    with pytest.raises(LibraryError, match="no home"):
        paths.config_folder({})


def _homeless(_: object) -> Path:
    raise RuntimeError("could not determine the home directory")


def test_a_network_share_is_allowed_to_commands_that_write_without_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setenv("KONTEXT_CONFIG", str(tmp_path))
    real = Library.open

    def watched(*places: Any, allow_network: bool = False, **others: Any) -> Library:
        asked.append(allow_network)
        return real(*places, **others)

    monkeypatch.setattr(Library, "open", watched)
    for allowed in (True, False):
        session = Session(tmp_path / "l", None, False, False, False, False, allow_network=allowed)
        with session.writing():
            pass
    assert asked == [True, False]


def test_text_from_elsewhere_does_not_steer_the_terminal(terminal: Terminal, photo: Path) -> None:
    made = ["--practice", "edit", photo, "--prompt", "a\x1b]0;title\x07 b"]
    [job] = terminal.json(*made)["jobs"]
    [version] = job["version_ids"]
    terminal.run("annotate", version, "--note", "x\x1b[2Jy")
    for command in (
        ["history", job["document"]],
        ["history", "--search", "title"],
        ["show", version],
        ["jobs", "--all"],
        ["annotate", version],
    ):
        out, _ = terminal.run(*command, FORCE_COLOR="", TERM="dumb")
        assert "title" in out or "x" in out
        assert not set(out) & set("\x1b\x07")
    assert terminal.json("annotate", version)["note"] == "x\x1b[2Jy"


def test_what_waits_for_a_person_names_the_command_that_goes_on(
    terminal: Terminal, photo: Path, away: PracticeService
) -> None:
    real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": away.url}
    away.faults.add(Fault("submit", "close-after"))
    _, err = terminal.run("edit", photo, *CHANGE, status=8, **real)
    [job] = terminal.json("jobs")
    assert f"kontext answer {job['id'][:8]}" in err
    away.faults.add(Fault("submit", "status:401"))
    _, err = terminal.run("edit", photo, *CHANGE, status=3, **real)
    assert "kontext resume --send-queued" in err
