"""What the window says of where its library lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from window_person import Person

from kontext_desktop.workbench import Tone

Enter = Callable[..., Person]


def test_a_folder_that_is_copied_about_is_told_once(enter: Enter, tmp_path: Path) -> None:
    (tmp_path / ".dropbox").touch()
    person = enter("--practice")
    person.wait(lambda: bool(person.notices))
    assert person.notices[0].tone is Tone.LOOK
    assert "Dropbox" in person.notices[0].message
    again = enter("--practice")
    again.wait(lambda: again.desk is not None and not again.desk.busy)
    assert again.notices == []
