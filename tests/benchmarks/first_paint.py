"""From the start of the process to the end of the first paint, against a bare PySide6 window.

Both are new processes, offscreen, in turns on the same machine; "painted" means that the canvas and
the panels were drawn, not just a frame. The bare window runs twice a round: how far its second time
is from its first says what the figure is worth.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 11
REALISTIC, AIM = 1.4, 1.25
ROOT = Path(__file__).resolve().parents[2]

# Says the time once each of `awaited` was painted and the event loop is back from it.
_WATCH = """
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def __init__(self, application, awaited):
        super().__init__()
        self.application, self.awaited = application, set(awaited)
        for widget in awaited:
            widget.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched in self.awaited:
            self.awaited.discard(watched)
            if not self.awaited:
                QTimer.singleShot(0, self.end)
        return False
    def end(self):
        import time
        print(time.monotonic())
        self.application.exit()
"""

BARE = (
    """
import sys
from PySide6.QtWidgets import QApplication, QGraphicsView, QMainWindow
application = QApplication(sys.argv)
window, view = QMainWindow(), QGraphicsView()
window.setCentralWidget(view)
window.resize(1600, 1000)
"""
    + _WATCH
    + """
watch = Watch(application, [view.viewport()])
window.show()
application.exec()
"""
)

OURS = (
    """
import os
import kontext_desktop.__main__  # as the program itself starts
from kontext_desktop import app
from PySide6.QtWidgets import QWidget
application = app.make_application()
window, workbench = app.build_window(app.parse(["--practice"]), application, os.environ)
window.resize(1600, 1000)
"""
    + _WATCH
    + """
names = ("canvas", "prompt", "generate", "strip", "versionList", "topBar", "statusBar")
watch = Watch(application, [window.findChild(QWidget, name) for name in names])
window.show()
application.exec()
workbench.close()
"""
)


def measure(program: str, environ: dict[str, str]) -> float:
    """Seconds from before the process is started to the end of its first paint."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    return float(done.stdout.split()[-1]) - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environ = dict(os.environ, QT_QPA_PLATFORM="offscreen")
        environ |= {"KONTEXT_CONFIG": folder, "KONTEXT_LIBRARY": f"{folder}/library"}
        # As an installed program: compiled once, not at each start.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        for program in (BARE, OURS):
            measure(program, environ)  # fills the caches
        rounds = [
            [measure(program, environ) for program in (BARE, OURS, BARE)] for _ in range(ROUNDS)
        ]
    ratio = statistics.median(ours / bare for bare, ours, _ in rounds)
    again = statistics.median(second / first for first, _, second in rounds)
    verdict = "ok" if ratio <= REALISTIC else "short"
    print(f"first paint: {ratio:.2f} x bare window | goal: <= {REALISTIC}, aim {AIM} | {verdict}")
    verdict = "ok" if abs(again - 1) <= 0.1 else "short"
    print(f"first paint, bare window again: {again:.2f} x | goal: 1.0 within 0.1 | {verdict}")


if __name__ == "__main__":
    main()
