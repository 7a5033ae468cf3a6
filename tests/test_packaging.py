"""What a fresh machine is given: the lock, the set-up script, the version, no trace of this one."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import kontext_desktop

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
DEV = ROOT / "packaging" / "dev.py"


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up script, working on an empty .venv of its own and only noting what it would run."""
    spec = importlib.util.spec_from_file_location("dev", DEV)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "done", [], raising=False)

    def step(what: str, command: list[str], environment: object = None) -> None:
        vars(module)["done"].append(what)
        if what == "Making .venv":
            module.VENV.mkdir(exist_ok=True)
            module.PYTHON.touch()

    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "python")
    monkeypatch.setattr(module, "step", step)
    monkeypatch.setattr(module, "find_missing_libraries", list)
    return module


def test_lock_names_no_host_and_pins_every_package_with_hashes() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK.replace("    --hash=sha256:", ""), re.MULTILINE)
    pins = re.findall(r"^[^\s#].*(?:\n    .*)*", LOCK, re.MULTILINE)
    assert len(pins) > 20
    loose = [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]
    assert loose == []


def test_lock_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert {re.split(r"[<>=]", name)[0].lower() for name in wanted} - locked == set()


def test_set_up_script_needs_only_the_standard_library() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(DEV.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert {name.split(".")[0] for name in imported} - sys.stdlib_module_names == set()


def test_second_set_up_does_nothing(dev: ModuleType) -> None:
    dev.set_up()
    assert dev.done == ["Making .venv", "Installing the locked packages", "Installing the project"]
    dev.set_up()
    assert len(dev.done) == 3


def test_interrupted_set_up_is_started_again(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(dev, "pip", lambda *_: sys.exit("the network is down"))
        with pytest.raises(SystemExit):
            dev.set_up()
    dev.set_up()
    assert dev.done.count("Making .venv") == 2
    assert dev.done[-1] == "Installing the project"


def test_broken_environment_is_made_again(dev: ModuleType) -> None:
    dev.set_up()
    dev.PYTHON.unlink()
    dev.set_up()
    assert dev.done.count("Making .venv") == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages are Linux's")
def test_ordinary_user_is_told_the_line_that_installs_what_qt_lacks(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = ["libX11.so.6", "libglib-2.0.so.0", "libgthread-2.0.so.0", "libxcb-cursor.so.0"]
    monkeypatch.setattr(dev, "find_missing_libraries", lambda: missing)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="Qt needs system libraries") as stop:
        dev.set_up()
    assert str(stop.value).splitlines()[-1].strip() == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends "
        "libglib2.0-0 libx11-6 libxcb-cursor0"
    )
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"libX11\.so\.6"):
        dev.set_up()


def test_changelog_is_headed_by_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heading = re.search(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert heading is not None
    assert heading[1] == kontext_desktop.__version__


def test_no_file_names_the_place_of_this_checkout() -> None:
    place = re.compile(rb"(?<![\w./-])" + re.escape(os.fsencode(ROOT)) + rb"(?![\w.-])")
    named = [
        str(path.relative_to(ROOT)) for path in project_files() if place.search(path.read_bytes())
    ]
    assert named == []


def project_files() -> list[Path]:
    """The project's own files, found without git: a packed checkout has none."""
    folders = [
        ROOT / name for name in (".ci", "kontext_desktop", "packaging", "resources", "tests")
    ]
    inside = [path for folder in folders for path in folder.rglob("*")]
    return [
        path
        for path in [*ROOT.iterdir(), *inside]
        if path.is_file() and "__pycache__" not in path.parts and path.name != "uv.lock"
    ]
