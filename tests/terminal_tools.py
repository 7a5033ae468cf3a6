"""The terminal program as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANGE = ["--change", "replace the background with pale blue"]


@dataclass(frozen=True)
class Terminal:
    folder: Path

    def start(self, *arguments: object, **changes: str) -> subprocess.Popen[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KONTEXT_", "WAVESPEED"))
        }
        environment |= {
            "KONTEXT_LIBRARY": str(self.folder / "library"),
            "KONTEXT_CONFIG": str(self.folder / "config"),
            **changes,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "kontext_desktop.cli", *map(str, arguments)],
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job ignores Ctrl+C, and so would what the tests start in one.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *arguments: object, status: int = 0, **changes: str) -> tuple[str, str]:
        """Standard output and error of one command that must end with `status`."""
        with self.start(*arguments, **changes) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == status, f"{arguments}: {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err
        return out, err

    def json(self, *arguments: object, status: int = 0, **changes: str) -> Any:
        return json.loads(self.run(*arguments, "--json", status=status, **changes)[0])
