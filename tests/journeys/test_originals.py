"""An original that was too large to be copied, and has moved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from window_person import Person

from kontext_desktop.workbench import Tone

Enter = Callable[..., Person]


def test_a_second_look_reads_no_original_until_somebody_looks_closely(
    enter: Enter, picture: Path, tmp_path: Path
) -> None:
    person = enter("--practice")
    person.open(picture)
    person.window.close()
    assert person.workbench.close()
    for path in (tmp_path / "library" / "blobs").rglob("*"):
        if path.is_file():
            path.write_bytes(b"unreadable")
    again = enter("--practice")
    again.wait(again.sees_picture)
    assert again.picture is not None
    assert again.picture.preview
    assert again.notices == []
    again.window.canvas.zoom_to(1.0)
    again.wait(lambda: bool(again.notices))
    assert again.notices[0].tone is Tone.TROUBLE


@pytest.mark.changes_originals
def test_an_original_that_moved_is_told_once_and_shown_where_it_is(
    enter: Enter, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "settings.json").write_text('{"copy_up_to": 0}')
    person = enter("--practice")
    person.open(picture)
    person.window.close()
    assert person.workbench.close()
    moved = tmp_path / "moved.jpg"
    shutil.move(picture, moved)

    again = enter("--practice")
    again.wait(again.sees_picture)
    again.wait(lambda: bool(again.notices))
    again.window.canvas.zoom_to(2.0)
    again.wait(lambda: again.desk is not None and not again.desk.busy)
    (notice,) = again.notices
    assert notice.tone is Tone.LOOK
    assert "not at" in notice.message
    again.answers.to_open = moved
    again.window.actions_by_name["find_original"].trigger()
    again.wait(lambda: again.picture is not None and not again.picture.preview)
    assert [notice.tone for notice in again.notices] == [Tone.LOOK, Tone.GOOD]
