"""Looking at what came back: several side by side, the heat map, the client's window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from picture_tools import display_p3_profile
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_person import Person

from kontext_desktop.model import Frame
from kontext_desktop.ui.client_view import ClientView

Enter = Callable[..., Person]
NO = Qt.KeyboardModifier.NoModifier


def order_three(enter: Enter, picture: Path) -> Person:
    person = enter("--practice")
    person.open(picture)
    person.write("prompt", "Make it warmer.")
    person.find("variations").setFocus()
    person.write("variations", "3")
    person.generate(3)
    person.window.canvas.setFocus()
    return person


def test_variations_side_by_side_are_chosen_and_kept(enter: Enter, picture: Path) -> None:
    person = order_three(enter, picture)
    person.wait(lambda: all(tile.drift is not None for tile in person.tiles))
    person.press(Qt.Key.Key_G, NO)
    looking = person.window._looking
    assert looking is not None
    sheet = looking._sheet
    person.wait(lambda: not sheet.list_missing())
    assert person.window.actions_by_name["variations"].isChecked()
    canvas = person.window.canvas
    QTest.mouseMove(canvas, canvas.rect().center() / 2)
    QTest.keyPress(canvas, Qt.Key.Key_Z)
    assert sheet.loupe is not None
    QTest.keyRelease(canvas, Qt.Key.Key_Z)
    assert sheet.loupe is None
    person.press(Qt.Key.Key_2, NO)
    second = next(tile.version_id for tile in person.tiles if tile.number == 2)
    person.wait(lambda: sheet.chosen == second)
    person.window.canvas.pane_pressed.emit(2)
    third = next(tile.version_id for tile in person.tiles if tile.number == 3)
    person.wait(lambda: person.desk is not None and person.desk.shown_version_id == third)
    person.press(Qt.Key.Key_Return, NO)
    assert not person.window.actions_by_name["variations"].isChecked()
    person.window.actions_by_name["by_drift"].trigger()
    drifts = [entry.drift for entry in sheet.entries]
    assert drifts == sorted(drifts, key=lambda drift: drift or 0.0)


def test_what_lies_side_by_side_is_made_again_for_another_screen(
    enter: Enter, picture: Path
) -> None:
    person = order_three(enter, picture)
    person.press(Qt.Key.Key_G, NO)
    assert person.window._looking is not None
    sheet = person.window._looking._sheet
    person.wait(lambda: not sheet.list_missing())
    screen = display_p3_profile()
    person.workbench.set_screen(screen)
    assert len(sheet.list_missing()) == 3
    person.wait(lambda: not sheet.list_missing())
    for number in range(3):
        shown = sheet.find(number)
        assert shown is not None
        assert shown.picture.levels[0].profile == screen


def test_without_variations_there_is_nothing_to_lay_side_by_side(
    enter: Enter, picture: Path
) -> None:
    person = enter("--practice")
    person.open(picture)
    person.window.canvas.setFocus()
    person.press(Qt.Key.Key_G, NO)
    assert not person.window.actions_by_name["variations"].isChecked()


def test_the_gamut_warning_marks_what_this_screen_cannot_show(
    enter: Enter, picture: Path, tmp_path: Path
) -> None:
    """The left half is a green that only a wide screen has, the right half a grey."""
    codes = np.full((400, 600, 3), 128, np.uint8)
    codes[:, :300] = 0, 255, 0
    wide = tmp_path / "wide.png"
    Image.fromarray(codes).save(wide, icc_profile=display_p3_profile())
    person = enter("--practice")
    person.open(wide)
    canvas = person.window.canvas
    canvas.setFocus()

    def colour(x: float) -> str:
        area = canvas.place(Frame(0, 0, 600, 400))
        spot = area.left() + x * area.width(), area.center().y()
        return canvas.grab().toImage().pixelColor(*map(int, spot)).name()

    green, grey = colour(0.25), colour(0.75)
    person.window.actions_by_name["gamut"].trigger()
    person.wait(lambda: colour(0.25) == "#ff00ff")
    assert colour(0.75) == grey
    words = canvas._marks.words if canvas._marks else ""
    assert words == "50.0 % beyond this screen, marked"
    person.open(picture)
    person.wait(
        lambda: (
            canvas._marks is not None
            and canvas._marks.words == "This screen shows all of its colours"
        )
    )
    person.workbench.open_file(wide)
    person.wait(lambda: colour(0.25) == "#ff00ff")
    person.window.actions_by_name["gamut"].trigger()
    assert colour(0.25) == green


def test_the_heat_map_follows_what_is_shown(enter: Enter, picture: Path) -> None:
    person = order_three(enter, picture)
    first = next(tile.version_id for tile in person.tiles if tile.number == 1)
    assert first is not None
    person.look_at(first)
    person.press(Qt.Key.Key_H, NO)
    measured: list[tuple[str, str]] = []
    person.workbench.heat_measured.connect(
        lambda heat: measured.append((heat.version_id, heat.before_id))
    )
    original = person.rows[-1].version.id
    person.wait(lambda: measured == [(first, original)])
    second = next(tile.version_id for tile in person.tiles if tile.number == 2)
    assert second is not None
    person.look_at(second)
    person.wait(lambda: (second, original) in measured)
    assert person.window.actions_by_name["heat"].isChecked()


def test_the_clients_window_shows_the_picture_and_goes_with_the_other(
    enter: Enter, picture: Path
) -> None:
    person = order_three(enter, picture)
    person.window.actions_by_name["client_view"].trigger()
    looking = person.window._looking
    assert looking is not None
    view = looking._client_view
    assert isinstance(view, ClientView)
    assert view.isVisible()
    first = next(tile.version_id for tile in person.tiles if tile.number == 1)
    assert first is not None
    person.look_at(first)
    person.window.canvas.zoom_to(2.0)
    shown = view._view
    assert shown.picture is not None
    assert shown.picture.version_id == first
    assert shown.zoom == 2.0
    person.window.close()
    assert not view.isVisible()
