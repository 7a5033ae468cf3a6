"""Small disks, to be filled, made read-only or pulled out; mounting them needs root."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def mount(*arguments: str) -> None:
    """Skips the test where the machine does not let even root."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"SKIPPED: this machine does not mount: {done.stderr.strip()}")


@contextmanager
def small_disk(place: Path, size: str, *, must_be_there: bool) -> Iterator[Path]:
    """A disk in memory at `place`, gone afterwards; `must_be_there`: nobody has pulled it out."""
    place.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=must_be_there, capture_output=True)
