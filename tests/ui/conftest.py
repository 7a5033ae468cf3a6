"""A workbench that records what the widgets ask of it and says what the test wants said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.framing import plan
from kontext_desktop.model import Document, Draft, Frame, Settings, Size
from kontext_desktop.paths import resources
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Deed, Desk, Tone, Workbench
from kontext_desktop.workbench.care import JobCare

PICTURE = Document("doc", 1, "portrait.jpg", "", "", Size(4288, 2848), "jpeg", 8, 0.0, "v1")


class RecordingCare(JobCare):
    """Has the signals of the real one, too."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        QObject.__init__(self)
        self.calls = calls

    def watch(self, job_id: str) -> None:
        self.calls.append(("watch", job_id))

    def let_go(self, job_id: str) -> None:
        self.calls.append(("let_go", job_id))

    def choose(self, job_id: str, prediction_id: str) -> None:
        self.calls.append(("choose", job_id, prediction_id))

    def refuse(self, job_id: str, prediction_ids: Sequence[str]) -> None:
        self.calls.append(("refuse", job_id, tuple(prediction_ids)))

    def search_again(self, job_id: str) -> None:
        self.calls.append(("search_again", job_id))

    def want_picture(self, sha256: str) -> None:
        self.calls.append(("want_picture", sha256))

    def read_log(self, job_id: str) -> None:
        self.calls.append(("read_log", job_id))

    def delete_at_service(self, job_id: str) -> None:
        self.calls.append(("delete_at_service", job_id))

    def save_received(self, job_id: str, target: Path) -> None:
        self.calls.append(("save_received", job_id, target))


class RecordingWorkbench(Workbench):
    """Has the signals of the real one, and no engine behind it."""

    settings = Settings(mode="practice")

    def __init__(self) -> None:
        QObject.__init__(self)  # the real constructor wants what this one is here to do without
        self.calls: list[tuple[Any, ...]] = []
        self.care = RecordingCare(self.calls)
        self.said = Draft(guidance_scale=3.5, seed=77)
        self.desk = Desk(
            document=PICTURE,
            shown_version_id="v1",
            frame=Frame.whole(PICTURE.size),
            returns=Size(1248, 832),
            price=80_000,
            can_generate=True,
            why_not="",
            practice=False,
            mode="real",
            spent_today=1_440_000,
            daily_cap=10_000_000,
            running=0,
            waiting=0,
            key_text="Key in the system keyring",
            key_tone=Tone.GOOD,
            busy="",
            recent_files=(),
            plan=plan(KONTEXT_MAX, PICTURE.size),
        )

    @property
    def draft(self) -> Draft:
        return self.said

    def say_frame(self, ratio: str | None = None, region: Frame | None = None) -> None:
        """As the real one does when the draft's ratio or frame changes."""
        planned = plan(KONTEXT_MAX, PICTURE.size, ratio, region)
        self.say_draft(aspect_ratio=ratio, frame=region)
        self.say_desk(
            plan=planned,
            frame=planned.frame,
            returns=planned.returns,
            region=region,
            aspect_ratio=ratio,
        )

    def say_desk(self, **changes: Any) -> None:
        self.desk = self.desk._replace(**changes)
        self.desk_changed.emit(self.desk)

    def say_draft(self, **changes: Any) -> None:
        self.said = self.said._replace(**changes)
        self.draft_changed.emit(self.said)

    def set_draft(self, draft: Draft) -> None:
        self.calls.append(("set_draft", draft))
        self.said = draft
        self.draft_changed.emit(draft)  # as the real one does, within the call
        self.desk_changed.emit(self.desk)

    def generate(self) -> None:
        self.calls.append(("generate",))
        self.desk_changed.emit(self.desk)
        self.tiles_changed.emit([])

    def roll_seed(self) -> None:
        self.set_draft(self.said._replace(seed=self.said.seed + 1))

    def show_version(self, version_id: str) -> None:
        self.calls.append(("show_version", version_id))
        self.say_desk(shown_version_id=version_id)

    def want_thumbnail(self, version_id: str) -> None:
        self.calls.append(("want_thumbnail", version_id))

    def act_on_tile(self, job_id: str, action: str) -> None:
        self.calls.append(("act_on_tile", job_id, action))

    def choose_mode(self, mode: str) -> None:
        self.calls.append(("choose_mode", mode))

    def put_key(self, key: str) -> None:
        self.calls.append(("put_key", key))

    def forget_key(self) -> None:
        self.calls.append(("forget_key",))

    def set_settings(self, settings: Settings) -> None:
        self.calls.append(("set_settings", settings))
        self.settings = settings

    def put_may_send(self, value: bool) -> None:
        self.calls.append(("put_may_send", value))

    def do(self, deed: Deed) -> None:
        self.calls.append(("do", deed))

    def list_calls(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture
def workbench(qtbot: QtBot) -> RecordingWorkbench:
    return RecordingWorkbench()


@pytest.fixture
def show(
    qtbot: QtBot, workbench: RecordingWorkbench
) -> Callable[[Callable[..., QWidget], int, int], Any]:
    """Make a panel of the given class and show it."""
    theme = Theme.read(resources())

    def make(kind: Callable[..., QWidget], width: int = 360, height: int = 700) -> QWidget:
        panel = kind(workbench, theme)
        qtbot.addWidget(panel)
        panel.resize(width, height)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return panel

    make.theme = theme
    return make
