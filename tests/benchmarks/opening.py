"""A photograph of 100 megapixels: to its first image against `feh`, what opening it takes in
memory, and how long the window's own thread is held up meanwhile.

Both viewers are new processes on an Xvfb of their own, in turns; the frame buffer is watched from
outside, and an image is there when enough of the screen has the photograph's colours. Then, each in
a process of its own and offscreen, while a JPEG, a wide JPEG for a wide screen, a PNG and a 16-bit
TIFF are opened: the peak of memory over what the window takes with nothing open, as a share of four
bytes a pixel (eight for 16 bits), and the longest time that the event loop did not come round,
beside that of two idle seconds, and of a process that only sleeps: those are the machine's own.
"""

from __future__ import annotations

import mmap
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from picture_tools import display_p3_profile, wide_rgb_profile

ROUNDS = 7
PIXELS = (11_547, 8_660)
SCREEN = (1920, 1080)
GOAL, AIM = 0.6, 0.45
MEMORY_GOAL, BLOCK_GOAL = 2.2, 50.0
PATIENCE = 60.0
PINK = (230, 40, 200)
"""A colour that no window has by itself; much of the photograph has about this one."""

_INSIDE = """
import os, sys, time
folder, file, display = sys.argv[1:]
os.environ.update(KONTEXT_LIBRARY=folder + "/library", KONTEXT_CONFIG=folder)
sys.argv = ["kontext-desktop"]
import kontext_desktop.__main__
from pathlib import Path
from PySide6.QtCore import QTimer
from kontext_desktop import app
from kontext_desktop.first_words import Settings

def memory(what):
    for line in open("/proc/self/status"):
        if line.startswith(what):
            return int(line.split()[1]) * 1024

application = app.make_application()
window, workbench = app.build_window(app.parse(["--practice"]), application, os.environ)
workbench._service.settings = workbench.settings._replace(display=display, mode="practice")
window.resize(1600, 1000)
window.show()
gaps, state = [], {"last": None}

def beat():
    now = time.perf_counter()
    if state["last"] is not None:
        gaps.append(now - state["last"])
    state["last"] = now

pulse = QTimer(interval=1)
pulse.timeout.connect(beat)

def opened(picture):
    if picture is not None and not picture.preview:
        QTimer.singleShot(1500, end)  # what follows it is part of it: the first frames, the list

def begin():
    import kontext_desktop.engine.intake, tifffile, imagecodecs  # noqa: loaded, not opened
    state["before"] = memory("VmRSS")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # the peak counts from here
    gaps.clear()
    state["last"] = time.perf_counter()  # to load those took its time here, which is not opening
    workbench.picture_shown.connect(opened)
    workbench.open_file(Path(file))

def end():
    pulse.stop()
    print(memory("VmHWM") - state["before"], max(gaps), state["idle"])
    application.exit()

app._start(application, window, workbench, [])  # what the program does after its first paint
QTimer.singleShot(2000, pulse.start)
QTimer.singleShot(2500, gaps.clear)
QTimer.singleShot(4500, lambda: state.update(idle=max(gaps)))
QTimer.singleShot(5000, begin)
QTimer.singleShot(90_000, lambda: application.exit(3))
status = application.exec()
workbench.close()
sys.exit(status)
"""


def make_codes() -> np.ndarray:
    """Slopes and noise around PINK, so that a viewer's first image can be told from anything."""
    width, height = PIXELS
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slopes = 12 * np.sin(x / 700) * np.cos(y / 500) + 8 * ((x // 900 + y // 700) % 2)
    slopes += np.random.default_rng(7).normal(0, 5, (height, width)).astype(np.float32)
    codes = np.empty((height, width, 3), np.uint8)
    for channel, base in enumerate(PINK):
        codes[..., channel] = np.clip(base + slopes - 10, 0, 255)
    return codes


def figure(name: str, value: float, goal: float, unit: str) -> None:
    good = "ok" if value <= goal else "short"
    print(f"{name}: {value:.2f} {unit} | goal: <= {goal} | {good}", flush=True)


def installed(folder: Path) -> dict[str, str]:
    """The environment of an installed program: compiled once, in a round that is not counted."""
    environ = os.environ | {"PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
    return {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def a_screen(folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """An environment with an X server, and the file its frame buffer is in."""
    reading, writing = os.pipe()
    width, height = SCREEN
    server = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"),
            *("-fbdir", str(folder), "-noreset"),
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        environ = {name: value for name, value in installed(folder).items() if "QT_" not in name}
        yield environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}, folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait(20)


def time_to_image(command: list[str], environ: dict[str, str], screen: Path) -> float:
    """From the start of the process until a tenth of the screen is the photograph."""
    width, height = SCREEN
    with screen.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        start = len(memory) - width * height * 4
        pixels = np.frombuffer(memory, np.uint8, width * height * 4, start)
        pixels = pixels.reshape(height, width, 4)[::16, ::16, 2::-1]
        wanted = np.array(PINK) - 10
        begun = time.perf_counter()
        program = subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while time.perf_counter() - begun < PATIENCE:
                near = np.abs(pixels.astype(np.int16) - wanted).max(axis=2) < 45
                if near.mean() > 0.1:
                    return time.perf_counter() - begun
                time.sleep(0.004)
            raise TimeoutError(f"{command[0]} showed no image")
        finally:
            del pixels
            program.kill()
            program.wait()
            time.sleep(0.3)  # its window goes


def measure_first_image(photograph: Path, folder: Path) -> None:
    missing = [name for name in ("Xvfb", "feh") if shutil.which(name) is None]
    if missing:
        print(f"NOT MEASURED: first image against feh needs {' and '.join(missing)}.", flush=True)
        return
    ours, theirs, again = [], [], []
    with a_screen(folder) as (environ, screen):
        for number in range(ROUNDS + 1):
            home = folder / f"home-{number}"
            mine = {"KONTEXT_LIBRARY": str(home / "library"), "KONTEXT_CONFIG": str(home)}
            home.mkdir()
            program = [sys.executable, "-m", "kontext_desktop", "--practice", str(photograph)]
            feh = ["feh", "--fullscreen", str(photograph)]
            took = [
                time_to_image(program, environ | mine, screen),
                time_to_image(feh, environ, screen),
                time_to_image(feh, environ, screen),
            ]
            if number:  # the first warms the file cache
                for times, value in zip((ours, theirs, again), took, strict=True):
                    times.append(value)
    mine, other = statistics.median(ours), statistics.median([*theirs, *again])
    noise = statistics.median(b / a for a, b in zip(theirs, again, strict=True))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"first image: {mine * 1000:.0f} ms, feh {other * 1000:.0f} ms; feh again {noise:.2f} x")
    figure("100 MP JPEG to first image", ratio, GOAL, f"x feh (aim {AIM})")


def open_inside(file: Path, display: str, folder: Path) -> tuple[int, float, float, float]:
    """Bytes at the peak over those before; the longest hold while opening, without anything to do,
    and of a process beside it, in seconds."""
    home = folder / "inside"
    home.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", _INSIDE, str(home), str(file), display],
        env=installed(folder) | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    beside, last = 0.0, time.perf_counter()
    while program.poll() is None:
        time.sleep(0.001)
        now = time.perf_counter()
        beside, last = max(beside, now - last), now
    assert program.stdout is not None
    said = program.stdout.read().split()
    if program.returncode:
        raise RuntimeError(f"{file.name} did not open")
    shutil.rmtree(home)
    peak, block, idle = said
    return int(peak), float(block), float(idle), beside


def measure_inside(name: str, file: Path, pixel: int, display: str, folder: Path) -> None:
    """The median of three openings."""
    rounds = zip(*(open_inside(file, display, folder) for _ in range(3)), strict=True)
    peak, block, idle, beside = map(statistics.median, rounds)
    width, height = PIXELS
    share = peak / (width * height * pixel)
    figure(f"peak memory, {name}", share, MEMORY_GOAL, f"x {pixel} bytes a pixel")
    machine = f"idle {idle * 1000:.0f} ms, a process beside it {beside * 1000:.0f} ms"
    held = f"longest hold of the window, {name} ({machine})"
    figure(held, block * 1000, BLOCK_GOAL, "ms")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kontext-opening-") as place:
        folder = Path(place)
        codes = make_codes()
        plain, wide = folder / "plain.jpg", folder / "wide.jpg"
        Image.fromarray(codes).save(plain, quality=92)
        measure_first_image(plain, folder)
        Image.fromarray(codes).save(wide, quality=92, icc_profile=wide_rgb_profile())
        png, deep = folder / "plain.png", folder / "deep.tif"
        Image.fromarray(codes).save(png, compress_level=1)
        tifffile.imwrite(
            deep,
            codes.astype(np.uint16) * 257,
            photometric="rgb",
            compression="lzw",
            iccprofile=wide_rgb_profile(),
        )
        del codes
        display = folder / "screen.icc"
        display.write_bytes(display_p3_profile())
        open_inside(plain, "", folder)
        measure_inside("JPEG", plain, 4, "", folder)
        measure_inside("wide JPEG on a wide screen", wide, 4, str(display), folder)
        measure_inside("PNG", png, 4, "", folder)
        measure_inside("wide 16-bit TIFF on a wide screen", deep, 8, str(display), folder)


if __name__ == "__main__":
    main()
