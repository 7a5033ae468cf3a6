"""Pillow's own test pictures, read by this program: each opens or gives one sentence.

They come with Pillow's source distribution, which the package client fetches; nothing of it is kept
or run. Each picture is probed and read in a process of its own kind, with a limit on its memory,
and may take five seconds.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

SECONDS = 5.0
MEMORY = 3 << 30
"""Bytes a process may have: the largest of these pictures has a few megapixels."""
FOLDER = "Tests/images/"


def fetch(folder: Path) -> Path:
    """The source distribution of the Pillow that is installed."""
    wanted = f"pillow=={version('pillow')}"
    options = ("--no-deps", "--no-binary", "pillow", "--dest", str(folder))
    command = [sys.executable, "-m", "pip", "download", "--quiet", *options, wanted]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    found = list(folder.glob("*.tar.gz"))
    if not found:
        raise RuntimeError(f"Pillow's source could not be fetched:\n{done.stderr[-2000:]}")
    return found[0]


def unpack(archive: Path, folder: Path) -> list[Path]:
    with tarfile.open(archive) as files:
        for member in files:
            if member.isfile() and FOLDER in member.name:
                member.name = member.name.split(FOLDER, 1)[1]
                files.extract(member, folder, filter="data")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def read_all(pipe: Connection) -> None:
    """A child: reads what it is told and says what became of it."""
    from kontext_desktop.errors import ImageError
    from kontext_desktop.imaging import probe, read, read_metadata, read_native

    for module in ("imagecodecs", "tifffile", "pi_heif", "psd_tools"):
        __import__(module)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with contextlib.suppress(EOFError):
        while True:
            path = pipe.recv()
            try:
                found = probe(path)
                pixels = read(path)
                native = read_native(path).pixels
                read_metadata(path)
                size = (pixels.shape[1], pixels.shape[0])
                right = size == found.size and native.shape == pixels.shape
                pipe.send(("opened" if right else "WRONG SIZE", found.format))
            except ImageError as error:
                plain = error.message.endswith(".") and error.message.isprintable()
                pipe.send(("a sentence" if plain else "NO SENTENCE", error.message))
            except BaseException as error:
                pipe.send(("CRASHED", repr(error)[:200]))


class Reader:
    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=read_all, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def read(self, path: Path) -> tuple[str, str]:
        try:
            self.pipe.send(path)
            if self.pipe.poll(SECONDS + 15 if self.new else SECONDS):
                return self.pipe.recv()
        except (EOFError, OSError):
            return "DIED", f"with status {self.process.exitcode}"
        return "HUNG", f"for {SECONDS:.0f} s"

    new = True

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kontext-odd-") as place:
        folder = Path(place)
        pictures = unpack(fetch(folder), folder / "images")
        reader = Reader()
        counts: Counter[str] = Counter()
        slowest = (0.0, "")
        for path in pictures:
            begun = time.perf_counter()
            what, detail = reader.read(path)
            took = time.perf_counter() - begun
            if not reader.new:
                slowest = max(slowest, (took, path.name))
            reader.new = False
            counts[what] += 1
            if what.isupper():
                print(f"{what}: {path.relative_to(folder / 'images')}: {detail}", flush=True)
            if what in ("HUNG", "DIED"):
                reader.end()
                reader = Reader()
        reader.end()
        bad = sum(number for what, number in counts.items() if what.isupper())
        print(f"{len(pictures)} pictures: {dict(counts)}; slowest {slowest[0]:.1f} s, {slowest[1]}")
        print(f"crashes, hangs, memory: {bad} | goal: <= 0 | {'ok' if not bad else 'short'}")


if __name__ == "__main__":
    main()
