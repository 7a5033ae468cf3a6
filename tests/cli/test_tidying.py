"""Annotations, search, undo and the trash, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal_tools import CHANGE, Terminal

from kontext_desktop.cli.opinions import trash
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import ParameterError


@pytest.fixture
def made(terminal: Terminal, photo: Path) -> tuple[str, str]:
    """A document with one version."""
    [job] = terminal.json("--practice", "edit", photo, *CHANGE)["jobs"]
    return job["document"], job["version_ids"][0]


def test_what_is_said_is_shown_found_and_undone(terminal: Terminal, made: tuple[str, str]) -> None:
    document, version = made
    said = terminal.json(
        *("annotate", version[:8], "--name", "Hero", "--rating", 4, "--flag", "pick"),
        *("--note", "for the cover", "--tag", "print", "--tag", "A client"),
    )
    assert said == {
        "version": version,
        "name": "Hero",
        "rating": 4,
        "flag": "pick",
        "note": "for the cover",
        "tags": ["A client", "print"],
    }
    terminal.run("annotate", version, "--untag", "PRINT")
    assert terminal.json("annotate", version)["tags"] == ["A client"]
    assert terminal.json("show", version)["note"] == "for the cover"
    assert "“Hero”  ★★★★  pick  #A client" in terminal.run("history", document)[0]
    for looked_for in (
        *(["--search", "cover"], ["--rating", 4, "--flag", "pick"]),
        ["--tag", "a client", "--practice-only", "--since", "2020-01-01"],
    ):
        [found] = terminal.json("history", *looked_for)
        assert (found["id"], [one["id"] for one in found["found"]]) == (document, [version])
    for looked_for in (["--rating", 5], ["--real-only", "--search", "cover"], ["--tag", "print"]):
        assert terminal.json("history", *looked_for) == []
    assert terminal.json("undo", document)["version"] == version
    assert terminal.json("annotate", version)["tags"] == ["A client", "print"]
    assert "Done again" in terminal.run("redo", document)[0]
    assert "nothing" in terminal.run("redo", document)[0]
    terminal.run("annotate", version, "--flag", "none", "--rating", 0)
    assert terminal.json("annotate", version)["flag"] == ""
    terminal.run("annotate", version, "--rating", 6, status=2)


def test_trash_takes_brings_back_and_erases(terminal: Terminal, made: tuple[str, str]) -> None:
    document, version = made
    assert "empty" in terminal.run("trash")[0]
    terminal.run("trash", version, "--erase", status=5)
    assert terminal.json("trash", version)["versions"] == 1
    assert [entry["id"] for entry in terminal.json("trash")] == [version]
    assert len(terminal.json("history", document)["versions"]) == 1
    assert terminal.json("trash", version, "--restore") == {"restored": [version]}
    terminal.run("trash", version)
    assert terminal.json("trash", "--empty") == {"erased": 0}
    terminal.run("trash", version, "--erase")
    terminal.run("show", version, status=5)
    [charge] = terminal.json("charges")
    assert (charge["charged"], charge["document"]) == ("yes", "photo.jpg")
    terminal.run("trash", document)
    assert terminal.json("history") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"restore": True},
        {"erase": True},
        {"item": "abcd", "empty": True},
        {"item": "abcd", "restore": True, "erase": True},
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, asked: dict[str, object]) -> None:
    session = Session(tmp_path, None, False, False, False, False)
    with pytest.raises(ParameterError):
        trash(session, **asked)  # type: ignore[arg-type]
