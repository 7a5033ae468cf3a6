#!/usr/bin/env python3
"""Everything that is done to this checkout from outside: python3 packaging/dev.py VERB

  setup         make .venv and find what the system lacks; quick when nothing is to be done
  run [ARG]     open the window; without a display, do one edit in the terminal
  test [ARG]    the whole test suite; ARG goes to pytest
  check         format, lint, types and import contracts
  bench [NAME]  run tests/benchmarks/, or the one called NAME
  bundle        make the one-folder program in dist/ and let it test itself
  lock          pin the newest allowed versions in packaging/requirements.lock

Runs on the system's Python before anything is installed, so it uses the standard library only.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
PROGRAMS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON_NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"
SUFFIX = ".exe" if WINDOWS else ""
PYTHON = PROGRAMS / f"python{SUFFIX}"

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "imports": ("lint-imports",),
}

QT_FILES = (
    "QtWidgets.abi3.so",
    "QtSvg.abi3.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqwayland.so",
)
"""What is looked at for missing system libraries, below PySide6's folder."""

ODD_PACKAGES = {
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
"""Shared libraries whose Debian package is not named after them."""

APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")

TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "import": "imagemagick",
    "openbox": "openbox",
    "secret-tool": "libsecret-tools",
    "xdotool": "xdotool",
}
"""Program -> its Debian package; wanted by the tests of the real window and the real keyring."""

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

NO_DISPLAY = """\
There is no display here. To get the window, run the same command in a desktop session, or over
`ssh -X`. A machine without a screen can draw it unseen: put `xvfb-run -a` before the command
(Debian: xvfb and xauth)."""


# --- set-up -------------------------------------------------------------------------------------


def set_up() -> None:
    """Bring .venv and the system to what the lock and pyproject.toml ask for.

    Each part leaves a stamp in .venv once it is complete, so an interrupted one is done again.
    """
    python = f"{sys.implementation.cache_tag} {sys.base_prefix}"
    locked = digest(LOCK.read_bytes(), python.encode(), os.fsencode(ROOT))
    described = digest((ROOT / "pyproject.toml").read_bytes())
    if not (PYTHON.exists() and is_stamped("packages", locked)):
        make_environment()
        stamp("packages", locked)
    if not is_stamped("project", described):
        # Not isolated: the build backend is pinned in the lock like everything else.
        pip("Installing the project", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        stamp("project", described)
    if LINUX and not is_stamped("libraries", locked):
        missing = find_missing_libraries()
        if missing:
            install_libraries(missing)
        stamp("libraries", locked)


def make_environment() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        # Debian keeps these apart from Python.
        install_packages([f"{PYTHON_NAME}-venv"], "This Python cannot make virtual environments")
    step("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip(
        "Installing the locked packages",
        *("--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)),
    )


def pip(what: str, *arguments: str) -> None:
    quietly = ("--quiet", "--disable-pip-version-check", "--no-input")
    step(what, [str(PYTHON), "-m", "pip", "install", *quietly, *arguments])


def find_missing_libraries() -> list[str]:
    """The shared libraries that Qt asks for and this machine does not have."""
    qt = next(VENV.glob("lib/python3*/site-packages/PySide6"))
    files = [str(qt / name) for name in QT_FILES if (qt / name).exists()]
    environment = dict(os.environ, LC_ALL="C")
    found = subprocess.run(["ldd", *files], capture_output=True, text=True, env=environment)
    lines = found.stdout.splitlines()
    return sorted({line.split()[0] for line in lines if line.endswith("=> not found")})


def install_libraries(missing: Sequence[str]) -> None:
    if not shutil.which("apt-get"):
        sys.exit(f"Qt needs these system libraries; please install them: {', '.join(missing)}.")
    install_packages(map(debian_package, missing), "Qt needs system libraries")
    left = find_missing_libraries()
    if left:
        sys.exit(f"Qt still lacks these system libraries: {', '.join(left)}.")


def debian_package(library: str) -> str:
    """`libX11.so.6` is in `libx11-6`, `libxcb.so.1` in `libxcb1` (Debian policy, 8.1)."""
    name, version = library.split(".so.")
    hyphen = "-" if name[-1].isdigit() else ""
    return ODD_PACKAGES.get(library, f"{name}{hyphen}{version}".lower())


def install_packages(packages: Iterable[str], why: str) -> None:
    """Install Debian packages as root; end with the line to type as anybody else."""
    names = sorted(set(packages))
    if not shutil.which("apt-get"):
        sys.exit(f"{why}. Please install what your system has for: {', '.join(names)}.")
    if os.geteuid() != 0:
        sys.exit(f"{why}. Run this line, then the same command again:\n  {advice(names)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    step("Reading the lists of system packages", ["apt-get", "update"], environment)
    step(f"Installing {' '.join(names)}", [*APT_INSTALL, *names], environment)


def advice(names: Iterable[str]) -> str:
    return f"sudo apt-get update && sudo {' '.join([*APT_INSTALL, *names])}"


def offer_test_programs() -> None:
    """Install what the window and keyring tests drive; without it they skip and say so."""
    missing = [package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)]
    if not (LINUX and missing and shutil.which("apt-get")):
        return
    if os.geteuid() == 0:
        install_packages(missing, "Tests drive more programs")
    else:
        print("Some tests will be skipped. This line lets them run, too:")
        print(f"  {advice(missing)}", flush=True)


def offer_bundling_tools() -> None:
    """PyInstaller takes Python's shared library along; Debian's Python does without it."""
    missing = [] if shutil.which("objcopy") else ["binutils"]
    try:
        ctypes.CDLL(sysconfig.get_config_var("INSTSONAME"))
    except OSError:
        missing.append(f"lib{PYTHON_NAME}")
    if missing:
        install_packages(missing, "PyInstaller lacks what it bundles with")


def step(what: str, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    """Do one part of the work without its chatter, which is shown when the part fails."""
    print(f"{what} ...", flush=True)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"{what} failed with status {done.returncode}; the lines above say why.")


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_stamped(part: str, content: str) -> bool:
    path = VENV / f".{part}-ready"
    return path.exists() and path.read_text("utf-8") == content


def stamp(part: str, content: str) -> None:
    (VENV / f".{part}-ready").write_text(content, "utf-8")


# --- verbs --------------------------------------------------------------------------------------


def setup(arguments: list[str]) -> int:
    set_up()
    return 0


def run(arguments: list[str]) -> int:
    set_up()
    if not LINUX or any(os.environ.get(name) for name in DISPLAYS):
        return hand_over([str(PYTHON), "-m", "kontext_desktop", *arguments])
    if arguments:
        sys.exit(NO_DISPLAY)
    return edit_in_terminal()


def edit_in_terminal() -> int:
    """The main job without a window: the sample, the practice service, no key and no cost."""
    sample = ROOT / "resources" / "samples" / "still-life.jpg"
    change = "make the light warmer, as in the last hour of the day"
    results = ROOT / "build" / "first-edit"
    print(f"No display, so this edit is made in the terminal:\n  {change}", flush=True)
    edit = ["edit", str(sample), "--change", change, "--seed", "7", "--output", str(results)]
    kontext = str(PROGRAMS / f"kontext{SUFFIX}")
    done = subprocess.run(
        [kontext, "--practice", "--json", *edit], stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode != 0:
        return done.returncode
    outputs = [path for job in json.loads(done.stdout)["jobs"] for path in job["outputs"]]
    print(f"\nBefore  {sample}\nAfter   {', '.join(outputs)}")
    print(f"The edit is in your library as well: {kontext} history\n\n{NO_DISPLAY}")
    return 0


def test(arguments: list[str]) -> int:
    set_up()
    offer_test_programs()
    os.chdir(ROOT)
    return hand_over([str(PYTHON), "-m", "pytest", *arguments], QT_QPA_PLATFORM="offscreen")


def check(arguments: list[str]) -> int:
    set_up()
    failed = 0
    for name, (program, *options) in CHECKS.items():
        command = [str(PROGRAMS / f"{program}{SUFFIX}"), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
        print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            failed = 1
    return failed


def bench(arguments: list[str]) -> int:
    set_up()
    scripts = sorted((ROOT / "tests" / "benchmarks").glob("*.py"))
    chosen = [path for path in scripts if not arguments or path.stem in arguments]
    if not chosen:
        names = ", ".join(path.stem for path in scripts) or "none yet"
        sys.exit(f"There is no such benchmark. There are: {names}.")
    failed = [path.stem for path in chosen if start([str(PYTHON), str(path)]) != 0]
    if failed:
        sys.exit(f"These benchmarks did not finish: {', '.join(failed)}.")
    return 0


def bundle(arguments: list[str]) -> int:
    set_up()
    if LINUX:
        offer_bundling_tools()
    spec = ROOT / "packaging" / "kontext-desktop.spec"
    folders = ("--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build"))
    options = ("--noconfirm", "--log-level", "WARN", *folders)
    step("Bundling", [str(PYTHON), "-m", "PyInstaller", *options, str(spec)])
    folder = ROOT / "dist" / "kontext-desktop"
    size = sum(path.lstat().st_size for path in folder.rglob("*"))
    print(f"Bundle: {folder}, {size / 1e6:.0f} MB", flush=True)
    terminal = str(folder / f"kontext{SUFFIX}")
    step("Starting the terminal program", [terminal, "--practice", "doctor"])
    window = str(folder / f"kontext-desktop{SUFFIX}")
    status = start([window, "--self-test"], QT_QPA_PLATFORM="offscreen")
    print("Self-test: ok" if status == 0 else f"Self-test: FAILED with status {status}")
    return status


def lock(arguments: list[str]) -> int:
    """Pin with uv; its own lock file names the index it was made from, so it is not kept."""
    set_up()
    uv = PROGRAMS / f"uv{SUFFIX}"
    if not uv.exists():
        pip("Installing uv", "uv")
    step("Resolving", [str(uv), "lock"])
    plain = ("--no-header", "--no-annotate", "--no-emit-project")
    export = ("export", "--format", "requirements-txt", *plain, "--output-file", str(LOCK))
    step("Writing the lock", [str(uv), *export])
    (ROOT / "uv.lock").unlink()
    return 0


def start(command: Sequence[str], **variables: str) -> int:
    return subprocess.run(command, env=os.environ | variables).returncode


def hand_over(command: list[str], **variables: str) -> int:
    """Let a program take this one's place, so that Ctrl+C and the exit status are its own."""
    if WINDOWS:
        return start(command, **variables)
    os.execve(command[0], command, os.environ | variables)


VERBS: dict[str, Callable[[list[str]], int]] = {
    "setup": setup,
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "bundle": bundle,
    "lock": lock,
}


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  the system's Python may well be older
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(f"Kontext Desktop needs Python 3.11 or newer; {sys.executable} is {version}.")
    verb = arguments[0] if arguments else ""
    if verb not in VERBS:
        print(__doc__)
        return 0 if verb in ("-h", "--help", "help") else 2
    try:
        return VERBS[verb](arguments[1:])
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        sys.exit(f"{verb} could not go on: {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
