"""Builds the windowed program: command line, settings, workbench, window.

The engine is loaded later, on a pool thread, so that the window is painted first.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from kontext_desktop import __version__, paths, settings
from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.errors import KontextError
from kontext_desktop.first_words import Settings
from kontext_desktop.ui import STYLE, Ask, MainWindow, Theme
from kontext_desktop.workbench import Notice, Picture, Tone, Workbench

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.keys import Keys
    from kontext_desktop.workbench.state import LibraryFacts

JOB_THREADS = 4
"""Threads that speak to the service; waiting Jobs need none."""
UNSEEN_MS = 500
"""A window that is not painted by then is minimised, or out of sight: its work begins without."""
LATER_MS = 1000
"""By then a picture named at the start has been looked at."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the window; leaves with the event loop's status."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if not options.self_test:
        sys.exit(_run(options))
    with tempfile.TemporaryDirectory(prefix="kontext-self-test-") as folder:
        os.environ["KONTEXT_CONFIG"] = folder
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        options.library, options.practice = Path(folder) / "library", True
        sys.exit(_run(options))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line of the window; exits with status 2 on a usage error."""
    parser = argparse.ArgumentParser("kontext-desktop", description="Open the retouching desk.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a picture to open")
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library to work in")
    parser.add_argument("--practice", action="store_true", help="use the built-in stand-in")
    parser.add_argument("--allow-network", action="store_true", help="a library on a share, too")
    parser.add_argument("--endpoint", metavar="URL", help="the service to speak to")
    parser.add_argument("--self-test", action="store_true", help="edit a sample, then leave")
    parser.add_argument("--version", action="version", version=__version__)
    return parser.parse_args(arguments)


def make_application() -> QApplication:
    """Named as an argument, the style is there from the start; to set it later would have PySide
    make half a thousand constants of it, which nothing needs before the first paint."""
    return QApplication([*sys.argv[:1], "-style", STYLE])


def build_window(
    options: argparse.Namespace,
    application: QApplication,
    environ: MutableMapping[str, str],
    ask: Ask | None = None,
) -> tuple[MainWindow, Workbench]:
    """The whole window, not shown, and its workbench, not started. `ask` answers its questions
    for files in the dialogs' place."""
    application.setApplicationName(paths.APP)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("kontext-desktop")
    theme = Theme.read(paths.resources())
    theme.apply(application)
    config = paths.config_folder(environ)
    kept, trouble = _read_settings(config)
    told = _told(kept, options, environ)

    def save(now: Settings) -> None:
        if trouble is None:
            settings.write(config, _changed(settings.read(config), told, now))

    dispatcher = Dispatcher(JOB_THREADS)
    workbench = Workbench(_studio_opener(options, environ), save, told, dispatcher)
    window = MainWindow(workbench, theme, ask)
    dispatcher.crashed.connect(lambda stack: _show_crash(window, stack))
    if trouble is not None:
        notice = Notice(Tone.TROUBLE, trouble.message, trouble.hint, trouble.detail)
        workbench.notice_raised.emit(notice)
    return window, workbench


def _run(options: argparse.Namespace) -> int:
    application = make_application()
    if _hand_over(options, os.environ):
        return 0
    window, workbench = build_window(options, application, os.environ)
    _listen_for_others(application, window, workbench)
    sys.excepthook = _bug_catcher(window)
    FirstPaint(window, lambda: _start(application, window, workbench, options.files))
    window.show()
    rehearsal = _rehearse(workbench, application) if options.self_test else None
    status = application.exec()
    still = workbench.close()
    if rehearsal is not None:
        print(rehearsal())  # noqa: T201 - the self-test's answer
    if not still:
        # A thread still waits for the network. Every state it may be in is on disk, and a pool's
        # destructor would wait for it: leave at once.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


class FirstPaint(QObject):
    """Does something once, when the window is painted. A display asks for that some time after the
    window was shown, when the event loop has long had nothing to do."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(then)
        self._timer.start(UNSEEN_MS)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            if self._timer.isActive():
                self._timer.start(0)
        return False


def _hand_over(options: argparse.Namespace, environ: Mapping[str, str]) -> bool:
    """Whether another window has this library open already, and has taken the files to itself."""
    kept, _ = _read_settings(paths.config_folder(environ))
    folder = options.library or paths.library_folder(environ, kept.library)
    if options.self_test or not (folder / "owner.json").exists():
        return False  # nobody writes to it: nothing more is loaded to find that out
    from kontext_desktop.workbench.doorbell import ring

    return ring(folder, options.files)


def _listen_for_others(application: QApplication, window: MainWindow, workbench: Workbench) -> None:
    """Come to the front when the program is started once more with the library that is open."""

    def listen(facts: LibraryFacts) -> None:
        from kontext_desktop.workbench.doorbell import Doorbell

        for bell in window.findChildren(Doorbell):
            bell.close()
        if not facts.reading_only:  # then nobody else is kept from it
            bell = Doorbell(Path(facts.folder), window)
            bell.rung.connect(window.come_forward)
            application.aboutToQuit.connect(bell.close)

    workbench.library_opened.connect(listen)


def _start(
    application: QApplication, window: MainWindow, workbench: Workbench, files: Sequence[Path]
) -> None:
    """What follows the first paint."""
    gc.freeze()  # what was made so far stays until the end: it is not looked through again
    gc.enable()  # `__main__` turned it off
    sys.setswitchinterval(0.001)  # so soon the window gets its turn beside threads that compute
    start_log(paths.log_folder())
    manage_colour(window, workbench)
    early = None
    if files:
        from kontext_desktop.glance import take_early

        early = take_early(files[0])
    workbench.start(files, early.wait if early is not None else None)
    from PySide6.QtGui import QIcon

    application.setWindowIcon(QIcon(str(paths.resources() / "icon.png")))
    QTimer.singleShot(LATER_MS, window, lambda: _load_ahead(window))


def _load_ahead(window: MainWindow) -> None:
    """What comes with the first picture: to load it then would hold up the window."""
    from kontext_desktop.ui.ahead import load_ahead

    load_ahead(window)
    # This knows no Qt, so it may be loaded elsewhere.
    threading.Thread(
        target=importlib.import_module, args=("kontext_desktop.engine.intake",), daemon=True
    ).start()


def manage_colour(window: MainWindow, workbench: Workbench) -> None:
    """Have pictures made ready for the screen that the window is on, and say which that is."""
    from kontext_desktop.ui.display import Display

    display = Display(window, workbench)
    display.changed.connect(window.top_bar.show_display)
    display.look()


def start_log(folder: Path) -> None:
    """What goes wrong is written to `folder`, a megabyte at most three times over: sentences and
    technical details, no prompts, never the key. Where that cannot be, to standard error."""
    from logging.handlers import RotatingFileHandler

    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            folder / "kontext-desktop.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger("kontext_desktop")
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _read_settings(config: Path) -> tuple[Settings, KontextError | None]:
    try:
        return settings.read(config), None
    except KontextError as error:
        return Settings(), error


def _told(kept: Settings, options: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """The settings for this run: command line first, then the environment, then what is kept."""
    endpoint = options.endpoint or environ.get("KONTEXT_ENDPOINT")
    told = kept._replace(endpoint=endpoint.rstrip("/"), mode="real") if endpoint else kept
    return told._replace(mode="practice") if options.practice else told


def _changed(kept: Settings, told: Settings, now: Settings) -> Settings:
    """What is kept, with what the person changed in this run: neither what only this run was told,
    nor what another window has written meanwhile, is overwritten."""
    changes = {
        name: getattr(now, name)
        for name in Settings._fields
        if getattr(now, name) != getattr(told, name)
    }
    return kept._replace(**changes)


def _studio_opener(
    options: argparse.Namespace, environ: MutableMapping[str, str]
) -> Callable[..., Studio]:
    """How the workbench opens its studio, on a pool thread; with a folder, in another library than
    this run was told."""
    made: list[Keys] = []
    """One for the whole run: it takes the key out of the environment when it is made."""

    def open_studio(wanted: Settings, other: Path | None = None) -> Studio:
        from kontext_desktop.engine.studio import Studio, Target
        from kontext_desktop.keys import Keys
        from kontext_desktop.library import Library
        from kontext_desktop.register import Register

        if not made:
            made.append(Keys(environ))
        told = options.library or paths.library_folder(environ, wanted.library)
        folder = told if other is None else other
        allowed = options.allow_network or wanted.allow_network
        library = Library.open(folder, program="Kontext Desktop", allow_network=allowed)
        return Studio(
            library=library,
            keys=made[0],
            target=Target(wanted.endpoint, wanted.mode == "practice"),
            register=Register(paths.register_folder(), time.time),
            settings=wanted,
        )

    return open_studio


def _show_crash(window: MainWindow, stack: str) -> None:
    from kontext_desktop.ui.crash import show_crash

    show_crash(window, stack)


def _bug_catcher(
    window: MainWindow,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A bug on the GUI thread is shown with its stack, to be copied; the program goes on."""

    def caught(
        kind: type[BaseException], error: BaseException, stack: TracebackType | None
    ) -> None:
        text = "".join(traceback.format_exception(kind, error, stack))
        sys.stderr.write(text)
        if not issubclass(kind, KeyboardInterrupt):
            _show_crash(window, text)

    return caught


def _rehearse(workbench: Workbench, application: QApplication) -> Callable[[], str]:
    """The bundle's self-test: the main job on this desk, with the practice service.

    Leaves the event loop with 0 once a version has arrived, 1 on any trouble or after a minute.
    """
    said = ["The self-test did not finish within a minute."]

    def end(status: int, text: str) -> None:
        said[0] = text
        application.exit(status)

    def arrived(version_id: str) -> None:
        end(0, f"The self-test made version {version_id}.")

    def noticed(notice: Notice) -> None:
        if notice.tone is Tone.TROUBLE:
            end(1, f"The self-test failed: {notice.message} {notice.hint} {notice.detail}")

    def ready(picture: Picture | None) -> None:
        # A first look is of no version yet.
        if picture is not None and picture.version_id and not workbench.draft.prompt:
            workbench.set_draft(workbench.draft._replace(prompt="Make the light warmer."))
            workbench.generate()

    workbench.result_arrived.connect(arrived)
    workbench.notice_raised.connect(noticed)
    workbench.picture_shown.connect(ready)
    QTimer.singleShot(60_000, lambda: application.exit(1))
    workbench.open_file(workbench.list_samples()[0])
    return lambda: said[0]
