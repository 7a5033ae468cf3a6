"""The terminal program as others meet it: real processes, a real library, the practice service."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from terminal_tools import CHANGE, Terminal

from kontext_desktop.library import Library
from kontext_desktop.practice import Fault, PracticeService


def test_an_edit_is_found_again_by_a_new_process(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    out = terminal.json(
        "--practice", "edit", photo, *CHANGE, "--seed", 7, "--output", tmp_path / "out"
    )
    (job,) = out["jobs"]
    assert job["state"] == "done"
    assert (job["seed"], job["price"], job["charged"], job["practice"]) == (7, 0.08, "yes", True)
    assert out["cost"] == 0.08
    assert job["error"] is None
    (version,), (received,) = job["version_ids"], job["outputs"]
    assert "practice" in Path(received).name
    with Image.open(received, formats=["JPEG"]) as image:
        assert image.size == (1248, 832)

    (document,) = terminal.json("history")
    assert document["id"] == job["document"]
    tree = terminal.json("history", document["id"])["versions"]
    assert [entry["seed"] for entry in tree] == [None, 7]
    assert tree[1]["parents"] == [tree[0]["id"]]
    assert terminal.json("history", "--search", "pale blu")[0]["id"] == document["id"]
    assert terminal.json("history", "--search", "elephant") == []
    facts = terminal.json("show", version[:8])
    assert facts["prediction_id"] == job["prediction_id"]
    assert Path(facts["received"]).read_bytes() == Path(received).read_bytes()
    terminal.run("export", version, tmp_path / "whole.tif")
    with Image.open(tmp_path / "whole.tif", formats=["TIFF"]) as image:
        assert image.size == (360, 240)
    terminal.run("export", version, tmp_path / "whole.tif", status=2)
    terminal.run("export", version, tmp_path / "same.jpg", "--received")
    assert (tmp_path / "same.jpg").read_bytes() == Path(received).read_bytes()


def test_the_same_seed_repeats_and_variations_count_up(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    for name, seed in (("a", 7), ("b", 7)):
        terminal.run(
            *("--practice", "edit", photo, *CHANGE, "--seed", seed),
            *("--output", tmp_path / f"{name}.png"),
        )
    out = terminal.json(
        "edit", photo, *CHANGE, "--seed", 7, "--count", 2, "--output", "c.png", "--practice"
    )
    assert [job["seed"] for job in out["jobs"]] == [7, 8]
    assert [Path(job["outputs"][0]).name for job in out["jobs"]] == ["c.png", "c-2.png"]
    a, b, c, d = (_pixels(tmp_path / name) for name in ("a.png", "b.png", "c.png", "c-2.png"))
    assert a == b == c != d


def _pixels(path: Path) -> bytes:
    with Image.open(path, formats=["PNG"]) as image:
        return image.tobytes()


def test_a_version_can_be_edited_further(terminal: Terminal, photo: Path) -> None:
    first = terminal.json("--practice", "edit", photo, *CHANGE)["jobs"][0]["version_ids"][0]
    second = terminal.json(
        "edit", "--practice", "--parent", first, "--prompt", "Make it black and white."
    )["jobs"][0]["version_ids"][0]
    third = terminal.json("edit", "--practice", photo, "--prompt", "Cooler.")["jobs"][0]
    original, *_ = terminal.json("history", third["document"])["versions"]
    assert terminal.json("show", second)["parents"] == [first]
    assert terminal.json("show", third["version_ids"][0])["parents"] == [original["id"]]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--change", "x", "--guidance-scale", "21"], 2),
        (["--change", "x", "--guidance-scale", "warm"], 2),
        (["--change", "x", "--aspect-ratio", "5:4"], 2),
        (["--change", "x", "--seed", "2147483648"], 2),
        (["--change", "x", "--count", "17"], 2),
        (["--change", "  "], 2),
        ([], 2),
        (["--prompt", "x", "--keep", "y"], 2),
        (["--change", "x", "--output", "out.xyz"], 2),
        (["--change", "x", "--unknown"], 2),
        (["--change", "x", "missing.jpg"], 6),
        (["--change", "x", "."], 6),
        (["--change", "x", "bad.jpg"], 6),
        (["--change", "x", "--max-cost", "0.05"], 7),
        (["--change", "x", "--max-cost", "0.0799999"], 7),
        (["--change", "x", "--parent", "ffffffff"], 5),
    ],
)
def test_what_cannot_be_done_is_found_before_anything_is_sent(
    terminal: Terminal,
    photo: Path,
    away: PracticeService,
    arguments: list[str],
    status: int,
) -> None:
    (terminal.folder / "bad.jpg").write_bytes(photo.read_bytes()[:900])
    _, err = terminal.run(
        *("edit", photo, *arguments, "--endpoint", away.url),
        status=status,
        WAVESPEED_API_KEY="k" * 20,
    )
    assert err.strip()
    assert not away.ledger
    assert not [request for request in away.requests if request.method in ("PUT", "DELETE")]


def test_without_a_key_it_says_what_to_do(terminal: Terminal, photo: Path) -> None:
    _, err = terminal.run("edit", photo, *CHANGE, status=3, PYTHON_KEYRING_BACKEND=_NO_KEYRING)
    assert "kontext key set" in err
    assert "--practice" in err


_NO_KEYRING = "keyring.backends.fail.Keyring"


def test_refusal_failure_and_absence_keep_the_job(
    terminal: Terminal, photo: Path, away: PracticeService
) -> None:
    real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": away.url}
    for kind, status, charged in (
        ("status:402", 4, "no"),
        ("status:401", 3, "no"),
        ("fail:1403", 4, "maybe"),
        ("close-after", 8, "maybe"),
    ):
        away.faults.add(Fault("submit", kind))
        (job,) = terminal.json("edit", photo, *CHANGE, status=status, **real)["jobs"]
        assert job["charged"] == charged
        assert job["error"]["message"]
    away.close()
    _, err = terminal.run("edit", photo, *CHANGE, status=4, **real)
    assert err.strip()
    states = [job["state"] for job in terminal.json("jobs", "--all")]
    assert states[:4] == ["failed", "queued", "failed", "unsure"]


def test_sent_jobs_are_collected_later(terminal: Terminal, photo: Path) -> None:
    (job,) = terminal.json("--practice", "edit", photo, *CHANGE, "--no-wait")["jobs"]
    assert job["state"] == "running"
    assert [entry["id"] for entry in terminal.json("jobs")] == [job["id"]]
    (done,) = terminal.json("resume", "--practice", "--timeout", 60)
    assert (done["id"], done["state"]) == (job["id"], "done")
    assert terminal.json("jobs") == []


def test_another_writer_is_named_and_reading_goes_on(terminal: Terminal, photo: Path) -> None:
    terminal.run("--practice", "edit", photo, *CHANGE)
    with Library.open(terminal.folder / "library", program="a test"):
        assert len(terminal.json("history")) == 1
        _, err = terminal.run("resume", "--practice", status=5)
        assert "a test" in err
        assert str(os.getpid()) in err


def test_a_dry_run_opens_and_sends_nothing(terminal: Terminal, photo: Path) -> None:
    shown = terminal.json("edit", photo, *CHANGE, "--dry-run", "--count", 2)
    assert shown["cost"] == 0.16
    assert shown["requests"][0]["prompt"] == "Replace the background with pale blue."
    assert not (terminal.folder / "library").exists()


def test_common_options_count_before_and_after_the_command(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    for number, arguments in enumerate(
        (
            ["--library", tmp_path / "l0", "--practice", "--json", "--quiet", "edit", photo],
            ["edit", photo, "--library", tmp_path / "l1", "--practice", "--json", "--quiet"],
        )
    ):
        out, err = terminal.run(*arguments, *CHANGE)
        assert json.loads(out)["jobs"][0]["state"] == "done"
        assert err == ""
        assert (tmp_path / f"l{number}" / "library.db").exists()


def test_a_fresh_machine_has_an_empty_history(terminal: Terminal) -> None:
    assert terminal.json("history") == []
    assert terminal.json("jobs") == []
    assert not (terminal.folder / "library").exists()


def test_the_practice_service_prints_its_address_first_and_stops_when_told(
    terminal: Terminal, photo: Path
) -> None:
    with terminal.start("practice", "--seconds", 0.1) as service:
        assert service.stdout is not None
        try:
            url = service.stdout.readline().strip()
            out = terminal.json("edit", photo, *CHANGE, "--endpoint", url, WAVESPEED_API_KEY="any")
            assert out["jobs"][0]["state"] == "done"
            assert out["jobs"][0]["practice"]
            service.send_signal(signal.SIGINT)
            service.communicate(timeout=20)
        finally:
            service.kill()
    assert service.returncode == 0


def test_an_interrupted_edit_goes_on_with_resume(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    with PracticeService(tmp_path / "slow", seconds=3, announces=False) as slow:
        real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": slow.url}
        process = terminal.start("edit", photo, *CHANGE, **real)
        while not [request for request in slow.requests if request.path.endswith("/result")]:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
        done = terminal.json("resume", **real)
        assert [job["state"] for job in done] == ["done"]
        assert len(slow.ledger) == 1


def test_what_is_damaged_of_one_job_does_not_keep_the_others_from_being_collected(
    terminal: Terminal, photo: Path, tmp_path: Path, away: PracticeService
) -> None:
    other = tmp_path / "other.png"
    Image.radial_gradient("L").convert("RGB").save(other)
    real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": away.url}
    sent = terminal.json("edit", photo, other, *CHANGE, "--no-wait", **real)["jobs"]
    with sqlite3.connect(terminal.folder / "library" / "library.db") as connection:
        connection.execute(
            "UPDATE versions SET title = 'x' WHERE document_id = ?", (sent[0]["document"],)
        )
    connection.close()
    told = terminal.json("resume", status=5, **real)
    states = {job["id"]: job["state"] for job in told}
    assert states == {sent[0]["id"]: "downloading", sent[1]["id"]: "done"}


def test_the_terminal_never_loads_qt(terminal: Terminal) -> None:
    code = (
        "import sys; from kontext_desktop.cli.program import program;"
        "program(['history', '--quiet'], standalone_mode=False);"
        "import kontext_desktop.engine.order, kontext_desktop.engine.runner;"
        "print(any('PySide' in name for name in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert answer[-1] == "False"


def test_doctor_says_what_is_there_and_makes_nothing(terminal: Terminal) -> None:
    found = terminal.json("doctor", "--practice")
    assert "not made yet" in found["library"]
    assert not (terminal.folder / "library").exists()


def test_the_key_is_taken_from_no_argument_and_shown_nowhere(terminal: Terminal) -> None:
    out, err = terminal.run("key", "status", WAVESPEED_API_KEY="canary-77aa12")
    assert "canary" not in out + err
    terminal.run("key", "set", "canary-77aa12", status=2)


def test_more_jobs_than_places_are_all_sent(terminal: Terminal, photo: Path) -> None:
    jobs = terminal.json("--practice", "edit", photo, *CHANGE, "--count", 5, "--no-wait")["jobs"]
    assert len(jobs) == 5
    assert {job["state"] for job in jobs} <= {"running", "downloading", "done"}
    done = terminal.json("resume", "--practice")
    assert {job["state"] for job in done} <= {"done"}
    assert len(terminal.json("history", jobs[0]["document"])["versions"]) == 6


def test_what_an_earlier_run_left_does_not_block_the_next(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    with PracticeService(tmp_path / "slow", seconds=2, announces=False) as slow:
        real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": slow.url}
        terminal.run("edit", photo, *CHANGE, "--count", 3, "--no-wait", **real)
        (job,) = terminal.json("edit", photo, *CHANGE, **real)["jobs"]
        assert job["state"] == "done"
        assert len(slow.ledger) == 4


def test_a_call_that_cannot_be_ordered_whole_leaves_nothing_waiting(
    terminal: Terminal, photo: Path, away: PracticeService, tmp_path: Path
) -> None:
    real = {"WAVESPEED_API_KEY": "k" * 20, "KONTEXT_ENDPOINT": away.url}
    other = tmp_path / "other.png"
    Image.new("RGB", (300, 200), "grey").save(other)
    out = terminal.json("--practice", "edit", other, *CHANGE)
    with Library.open(terminal.folder / "library", program="a test") as library:
        library.put_never_send(out["jobs"][0]["document"], True)
    _, err = terminal.run("edit", photo, other, *CHANGE, status=2, **real)
    assert "never" in err
    assert terminal.json("jobs") == []
    assert not away.ledger


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["edit", "photo.jpg", *CHANGE, "--output", "photo.jpg/out"], 2),
        (["edit", "photo.jpg", *CHANGE, "--max-cost", "nan"], 2),
        (["edit", "photo.jpg", *CHANGE, "--no-wait", "--output", "out"], 2),
        (["history", "--library", "x" * 300], 5),
        (["key", "--json", "status"], 3),
        (["key", "set"], 2),
    ],
)
def test_odd_calls_end_with_a_sentence(
    terminal: Terminal, photo: Path, arguments: list[str], status: int
) -> None:
    out, err = terminal.run(*arguments, status=status)
    assert (out + err).strip()


def test_a_result_that_cannot_be_written_out_is_said_and_kept(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    long = tmp_path / ("ü" * 118 + ".jpg")
    long.write_bytes(photo.read_bytes())
    out = terminal.json("--practice", "edit", long, *CHANGE, "--output", tmp_path / "out")
    assert Path(out["jobs"][0]["outputs"][0]).exists()


def test_any_unique_beginning_names_a_version(terminal: Terminal, photo: Path) -> None:
    version = terminal.json("--practice", "edit", photo, *CHANGE)["jobs"][0]["version_ids"][0]
    every = [
        item["id"]
        for item in terminal.json("history", terminal.json("history")[0]["id"])["versions"]
    ]
    length = next(n for n in range(1, 37) if sum(item[:n] == version[:n] for item in every) == 1)
    assert terminal.json("show", version[:length])["id"] == version


def test_a_moved_original_is_found_again_from_the_terminal(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_text('{"copy_up_to": 0}')
    job = terminal.json("--practice", "edit", photo, *CHANGE, "--aspect-ratio", "1:1")["jobs"][0]
    moved = tmp_path / "archive" / "photo.jpg"
    moved.parent.mkdir()
    photo.rename(moved)
    (version,) = job["version_ids"]
    _, err = terminal.run("export", version, tmp_path / "out.png", status=5)
    assert "kontext relocate" in err
    terminal.run("relocate", job["document"], tmp_path / "config", status=5)
    found = terminal.json("relocate", job["document"][:8], moved.parent)
    assert found == {"document": job["document"], "master": str(moved)}
    terminal.run("export", version, tmp_path / "out.png")
    assert terminal.json("show", version)["master"] == str(moved)


def test_a_document_goes_to_another_library_and_back(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    job = terminal.json("--practice", "edit", photo, *CHANGE)["jobs"][0]
    parcel = tmp_path / "parcel.zip"
    terminal.run("pack", parcel, status=2)
    terminal.run("pack", parcel, "none", status=5)
    assert not parcel.exists()
    packed = terminal.json("pack", parcel, job["document"][:8])
    assert packed == {"file": str(parcel), "documents": 1, "versions": 2, "left_behind": 0}
    terminal.run("pack", parcel, "--all", status=2)

    other = ("--library", tmp_path / "other")
    out, err = terminal.run("unpack", parcel, *other)
    assert "photo.jpg" in out
    assert "2 versions are new here" in err
    again = terminal.json("unpack", parcel, *other)
    assert again == {"documents": [job["document"]], "versions": 0, "known": 2}
    here, there = (
        terminal.json("history", job["document"], *where)["versions"] for where in ((), other)
    )
    assert here == there
    assert there[1]["practice"]
    (charge,) = terminal.json("charges", *other)
    assert charge["practice"] == "yes"

    parcel.write_bytes(parcel.read_bytes()[:-100])
    _, err = terminal.run("unpack", parcel, "--library", tmp_path / "third", status=5)
    assert "Nothing was taken from it" in err
    assert terminal.json("history", "--library", tmp_path / "third") == []


def test_a_library_in_a_synchronised_folder_is_told_once(
    terminal: Terminal, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / ".stfolder").mkdir()
    _, err = terminal.run("--practice", "edit", photo, *CHANGE)
    assert "Syncthing" in err
    _, err = terminal.run("--practice", "resume", "--allow-network")
    assert "Syncthing" not in err
