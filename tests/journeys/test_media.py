"""A library that can only be read, whose disk is gone, or full: said in the window, in a sentence,
and looking goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from disks import mount, small_disk
from PySide6.QtCore import Qt
from window_person import Person

from kontext_desktop.practice import PracticeService
from kontext_desktop.workbench import Tone

Enter = Callable[..., Person]

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="SKIPPED: mounting a small disk needs root",
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own where the window's library lies; it takes as much memory as is written."""
    with small_disk(tmp_path / "disk", "8g", must_be_there=False) as place:
        yield place


@pytest.fixture
def person(enter: Enter, service: PracticeService, picture: Path, disk: Path) -> Person:
    """With an edit, in the library on that disk."""
    person = enter("--endpoint", service.url, "--library", str(disk / "library"))
    person.open(picture)
    person.write("prompt", "Warmer.")
    person.generate(1)
    return person


def calm(person: Person) -> None:
    """Nothing is on its way any more."""
    person.wait(lambda: person.desk is not None and not person.desk.busy)
    person.bot.wait(300)


@pytest.mark.parametrize("service_name", ["--endpoint", "--practice"])
def test_a_library_that_can_only_be_read_is_looked_at_and_says_so_once(
    person: Person, enter: Enter, service: PracticeService, disk: Path, service_name: str
) -> None:
    versions = [row.version.id for row in person.rows]
    person.window.close()
    assert person.workbench.close()
    mount("-o", "remount,ro", str(disk))
    options = [service_name, service.url] if service_name == "--endpoint" else [service_name]
    again = enter(*options, "--library", str(disk / "library"))
    again.wait(lambda: len(again.rows) == 2 and again.sees_picture())
    calm(again)
    assert [notice.message for notice in again.notices] == [
        f"The library in {disk / 'library'} can only be read."
    ]
    assert again.notices[0].tone is Tone.LOOK
    assert again.find("libraryName").text() == "Library: library · read only"
    for version_id in (*versions, *versions):
        again.look_at(version_id)
    calm(again)
    assert len(again.notices) == 1, "looking writes nothing, and so nothing fails"
    again.write("prompt", "Colder.")
    again.window.canvas.setFocus()
    again.press(Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier)
    again.wait(lambda: len(again.notices) == 2)
    assert "can only be read" in again.notices[1].message
    assert again.desk is not None
    assert again.desk.why_not == "This library can only be read."
    again.window.actions_by_name["history"].trigger()
    again.wait(lambda: "2 versions" in again.find("historyCount").text())
    again.window.actions_by_name["care"].trigger()
    again.wait(lambda: again.find("careCounts").text() == "1 picture, 2 versions")
    assert not again.find("careBackUp").isEnabled()


def test_a_disk_that_is_pulled_out_is_said_and_what_is_at_hand_is_still_shown(
    person: Person, disk: Path
) -> None:
    versions = [row.version.id for row in person.rows]
    for version_id in versions:
        person.look_at(version_id)
    calm(person)
    person.notices.clear()
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
    for version_id in (*versions, *versions):
        person.look_at(version_id)
    person.wait(lambda: bool(person.notices))
    calm(person)
    assert [notice.message for notice in person.notices] == [
        f"The library at {disk / 'library'} is not there any more."
    ]
    assert person.notices[0].hint


def test_a_full_disk_is_said_before_anything_is_sent_and_looking_goes_on(
    person: Person, service: PracticeService, disk: Path
) -> None:
    versions = [row.version.id for row in person.rows]
    sent = len(service.ledger)
    told = os.statvfs(disk)
    used = (told.f_blocks - told.f_bfree) * told.f_frsize
    mount("-o", f"remount,size={used}", str(disk))  # and not a byte more
    person.notices.clear()
    for version_id in (*versions, *versions):
        person.look_at(version_id)
    person.write("prompt", "Colder.")
    person.wait(lambda: person.find("generate").isEnabled())
    person.workbench.generate()
    person.wait(lambda: any("disk that holds the library" in n.message for n in person.notices))
    assert len(service.ledger) == sent
    person.wait(person.sees_picture)
