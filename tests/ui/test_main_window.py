"""The window as a whole: keys, panels, drops, and being left and found again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.model import Document, Draft, JobState, Raster, Settings, Size, Version
from kontext_desktop.paths import resources
from kontext_desktop.ui import MainWindow, Theme
from kontext_desktop.ui.ask import kind_of
from kontext_desktop.ui.commands import COMMANDS, LIBRARIES, MENUS, RECENT, SEPARATOR, list_offered
from kontext_desktop.workbench import Desk, Notice, Picture, Tone, Workbench
from kontext_desktop.workbench.listing import VersionRow
from kontext_desktop.workbench.tiles import Tile

EMPTY = Desk(
    document=None,
    shown_version_id="",
    frame=None,
    returns=None,
    price=80_000,
    can_generate=False,
    why_not="Open a picture first.",
    practice=True,
    mode="practice",
    spent_today=0,
    daily_cap=10_000_000,
    running=0,
    waiting=0,
    key_text="Practice needs no key",
    key_tone=Tone.PLAIN,
    busy="",
    recent_files=(),
)
SIZE = Size(400, 300)
DOCUMENT = Document("d", 1, "fish & chips.jpg", "", "0", SIZE, "JPEG", 8, 0.0, "a")
WITH_PICTURE = EMPTY._replace(document=DOCUMENT, shown_version_id="a", why_not="Write.")
PICTURE = Picture("a", SIZE, (Raster(bytes(400 * 300 * 4), SIZE),), preview=False)

Open = Callable[..., MainWindow]


class Answers:
    """The person, as far as dialogs go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.proposed: Path | None = None

    def picture_to_open(self, parent: QWidget, folder: Path) -> Path | None:
        return self.path

    def place_to_write(self, parent: QWidget, proposed: Path) -> Path | None:
        self.proposed = proposed
        return None

    def place_to_save(self, parent: QWidget, title: str, proposed: Path, kinds: str) -> Path | None:
        self.proposed = proposed
        return None

    def file_to_open(self, parent: QWidget, title: str, near: Path, kinds: str) -> Path | None:
        return None

    def folder(self, parent: QWidget, title: str, near: Path) -> Path | None:
        return None

    def words(self, parent: QWidget, title: str, question: str, now: str) -> str | None:
        return None


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    theme = Theme.read(resources())
    theme.apply(qapp)
    return theme


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[Open]:
    """Windows over a workbench that was built and not started: a test speaks for the engine."""
    windows: list[MainWindow] = []

    def open_window(
        window: dict[str, str] | None = None,
        desk: Desk = WITH_PICTURE,
        size: tuple[int, int] = (1600, 900),
    ) -> MainWindow:
        settings = Settings(mode=desk.mode, window=window or {})
        workbench = Workbench(_refuse_to_open, lambda _: None, settings, Dispatcher(1))
        opened = MainWindow(workbench, theme, Answers(tmp_path / "chosen.jpg"))
        windows.append(opened)
        qtbot.addWidget(opened)
        if window is None:
            opened.resize(*size)
        with qtbot.waitActive(opened):
            opened.show()
            opened.activateWindow()
        workbench.desk_changed.emit(desk)
        workbench.draft_changed.emit(Draft(guidance_scale=3.5, seed=1))
        if desk.document is not None:
            workbench.picture_shown.emit(PICTURE)
        return opened

    yield open_window
    for opened in windows:
        opened.close()


def _refuse_to_open(settings: Settings) -> object:
    raise AssertionError("these tests need no library")


def find(window: MainWindow, name: str) -> QWidget:
    widget = window.findChild(QWidget, name)
    assert isinstance(widget, QWidget), name
    return widget


def shown(window: MainWindow) -> set[str]:
    parts = ("versionList", "right", "strip", "canvas", "topBar", "statusBar")
    return {name for name in parts if find(window, name).isVisible()}


def press(key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


# Keys


def test_tab_hides_the_panels_and_brings_them_back(open_window: Open) -> None:
    window = open_window()
    before = shown(window)
    command = window.actions_by_name["panels"]
    press(Qt.Key.Key_Tab)
    assert shown(window) == {"canvas", "topBar", "statusBar"}
    assert command.text() == "Show panels"
    press(Qt.Key.Key_Tab)
    assert shown(window) == before
    assert command.text() == "Hide panels"


def test_tab_brings_the_panels_back_when_a_control_in_them_had_the_focus(
    open_window: Open,
) -> None:
    window = open_window()
    before = shown(window)
    find(window, "ratio 1:1").setFocus(Qt.FocusReason.TabFocusReason)
    window.actions_by_name["panels"].trigger()
    assert QApplication.focusWidget() is window.canvas
    press(Qt.Key.Key_Tab)
    assert shown(window) == before


def test_nothing_is_ordered_while_its_price_is_out_of_sight(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    asked: list[str] = []
    monkeypatch.setattr(window.generate_bar, "generate", lambda: asked.append("once"))
    press(Qt.Key.Key_Tab)
    window.actions_by_name["generate"].trigger()
    assert find(window, "generate").isVisible()
    assert asked == []
    window.actions_by_name["generate"].trigger()
    assert asked == ["once"]


def test_writing_brings_the_panels_back(open_window: Open) -> None:
    window = open_window()
    before = shown(window)
    press(Qt.Key.Key_Tab)
    window.actions_by_name["write"].trigger()
    assert shown(window) == before
    assert QApplication.focusWidget().objectName() == "prompt"


def test_a_control_that_goes_leaves_the_focus_to_the_picture(open_window: Open) -> None:
    window = open_window()
    window.workbench.desk_changed.emit(WITH_PICTURE)
    control = find(window, "ratio 3:4")
    control.setFocus()
    control.hide()
    assert QApplication.focusWidget() is window.canvas


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox])
def test_no_single_key_fires_while_a_text_field_has_the_focus(
    open_window: Open, kind: type[QWidget]
) -> None:
    window = open_window()
    window.canvas.zoom_to(2.0)
    before = shown(window)
    field = next(field for field in window.findChildren(kind) if field.isVisible())
    field.setFocus()
    for command in COMMANDS:
        if command.single is not None:
            press(command.single)
            field.setFocus()
    for key in (Qt.Key.Key_Backslash, Qt.Key.Key_Space):
        QTest.keyPress(field, key)
        assert not window.canvas.shows_before
        QTest.keyRelease(field, key)
    assert shown(window) == before
    assert window.canvas.zoom == 2.0


def test_single_letters_are_typed_into_the_prompt(open_window: Open) -> None:
    window = open_window()
    press(Qt.Key.Key_V)
    assert "versionList" not in shown(window)
    prompt = find(window, "prompt")
    assert isinstance(prompt, QPlainTextEdit)
    prompt.setFocus()
    QTest.keyClicks(prompt, r"fv \p")
    assert prompt.toPlainText() == r"fv \p"


def test_whoever_goes_by_keyboard_reaches_the_next_control_with_tab(open_window: Open) -> None:
    window = open_window()
    before = shown(window)
    find(window, "prompt").setFocus()
    reached = set()
    for _ in range(12):
        press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert shown(window) == before
    assert len(reached) > 6


def test_tab_comes_to_the_versions_before_the_panels(open_window: Open) -> None:
    """They are made with the first version, long after the panels."""
    window = open_window()
    version = Version("a", 1, "d", (), (), None, "Original", False, 0.0)
    window.workbench.versions_changed.emit([VersionRow(version, 0, "Original", "", "")])
    find(window, "prompt").setFocus()
    press(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget().objectName() == "versions"


def test_a_click_on_the_picture_gives_the_keys_back_to_it(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    find(window, "prompt").setFocus()
    press(Qt.Key.Key_Tab)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    press(Qt.Key.Key_Tab)
    assert "right" not in shown(window)


def test_space_does_not_press_the_button_that_was_clicked_last(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window(desk=WITH_PICTURE._replace(can_generate=True, why_not=""))
    generate = find(window, "generate")
    assert isinstance(generate, QAbstractButton)
    qtbot.mouseClick(generate, Qt.MouseButton.LeftButton)
    pressed: list[bool] = []
    generate.clicked.connect(pressed.append)
    press(Qt.Key.Key_Space)
    assert pressed == []


def test_ctrl_enter_asks_for_the_edit_while_the_prompt_is_written(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window(desk=WITH_PICTURE._replace(can_generate=True, why_not=""))
    window.actions_by_name["write"].trigger()
    prompt = find(window, "prompt")
    assert prompt.hasFocus()
    with qtbot.waitSignal(window.workbench.notice_raised) as raised:  # it has no picture itself
        QTest.keyClick(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert raised.args[0].message == "Open a picture first."


def test_zoom_is_asked_for_by_command_and_told_in_the_bar(open_window: Open) -> None:
    window = open_window()
    zoom = find(window, "zoomButton")
    assert isinstance(zoom, QAbstractButton)
    window.actions_by_name["full_size"].trigger()
    assert (window.canvas.zoom, zoom.text()) == (1.0, "100 %")
    window.actions_by_name["zoom_out"].trigger()
    window.actions_by_name["zoom_out"].trigger()
    assert zoom.text() == "50 %"
    window.actions_by_name["fit"].trigger()
    assert zoom.text() == f"Fit {window.canvas.zoom:.0%}".replace("%", " %")


def test_escape_goes_back_to_the_picture(open_window: Open) -> None:
    window = open_window()
    find(window, "prompt").setFocus()
    press(Qt.Key.Key_Escape)
    assert window.canvas.hasFocus()


def test_before_is_shown_as_long_as_the_key_is_held(open_window: Open) -> None:
    window = open_window()
    older = PICTURE._replace(version_id="older")
    QTest.keyPress(window.canvas, Qt.Key.Key_Backslash)
    window.workbench.before_shown.emit(older)
    assert window.canvas.shows_before
    QTest.keyRelease(window.canvas, Qt.Key.Key_Backslash)
    assert not window.canvas.shows_before


def test_before_is_let_go_when_the_window_loses_the_keyboard(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window()
    QTest.keyPress(window.canvas, Qt.Key.Key_Backslash)
    window.workbench.before_shown.emit(PICTURE._replace(version_id="older"))
    assert window.canvas.shows_before
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    assert not window.canvas.shows_before


def test_every_command_is_reached_by_key_or_is_about(open_window: Open) -> None:
    window = open_window()
    for command in COMMANDS:
        by_menu = {"about", "charges", "client", "never_send", "compare_parent"}
        by_menu |= {"frame_whole"}
        by_menu |= {"find_original", "rerun", "rerun_changed", "trash", "trash_document"}
        by_menu |= {"library_new", "library_open", "care", "pack", "unpack", "by_drift"}
        by_menu |= {"compare_original", "thirds", "centre", "grid", "canvas"}
        by_menu |= {"canvas_black", "canvas_mid", "canvas_light"}
        assert command.keys or command.single is not None or command.name in by_menu
        assert window.actions_by_name[command.name] in window.actions()
    offered = {name for _, items in MENUS for name in list_offered(items)} - {
        RECENT,
        LIBRARIES,
        SEPARATOR,
    }
    assert {command.name for command in COMMANDS} - offered == {"generate"}


# Ways to look


def show_versions(window: MainWindow) -> None:
    """Version a is on the canvas, and was made from `older`."""
    desk = WITH_PICTURE._replace(
        shown_title="Warmer", before_id="older", before_title="Original", busy=""
    )
    window.workbench.desk_changed.emit(desk)
    window.workbench.before_shown.emit(PICTURE._replace(version_id="older"))


def mode_of(window: MainWindow) -> str:
    modes = ("split", "across", "beside", "onion", "difference")
    on = [mode for mode in modes if window.actions_by_name[mode].isChecked()]
    bar = window.findChild(QWidget, "compareBar")
    assert bool(on) == (bar is not None and bar.isVisible())
    return " ".join(on)


def test_each_way_to_compare_is_one_key_away_and_escape_leaves_it(open_window: Open) -> None:
    window = open_window()
    show_versions(window)
    for key, mode in (
        (Qt.Key.Key_S, "split"),
        (Qt.Key.Key_A, "across"),
        (Qt.Key.Key_B, "beside"),
        (Qt.Key.Key_O, "onion"),
        (Qt.Key.Key_D, "difference"),
    ):
        press(key)
        assert mode_of(window) == mode
    press(Qt.Key.Key_D)
    assert mode_of(window) == ""
    press(Qt.Key.Key_S)
    press(Qt.Key.Key_Escape)
    assert mode_of(window) == ""


def test_the_bar_below_two_pictures_leaves_the_keys_to_them(
    open_window: Open, qtbot: QtBot
) -> None:
    window = open_window()
    show_versions(window)
    qtbot.mouseClick(find(window, "compareButton"), Qt.MouseButton.LeftButton)
    assert mode_of(window) == "split"
    qtbot.mouseClick(find(window, "compare_onion"), Qt.MouseButton.LeftButton)
    assert mode_of(window) == "onion"
    slider = find(window, "compareAmount")
    assert isinstance(slider, QSlider)
    assert slider.value() == 5
    press(Qt.Key.Key_BracketRight)
    assert slider.value() == 6
    press(Qt.Key.Key_O)
    assert mode_of(window) == ""
    press(Qt.Key.Key_D)
    qtbot.mouseClick(find(window, "compareDone"), Qt.MouseButton.LeftButton)
    assert mode_of(window) == ""


def test_escape_from_writing_first_goes_to_the_picture_only(open_window: Open) -> None:
    window = open_window()
    show_versions(window)
    press(Qt.Key.Key_S)
    find(window, "prompt").setFocus()
    press(Qt.Key.Key_Escape)
    assert (mode_of(window), window.canvas.hasFocus()) == ("split", True)
    press(Qt.Key.Key_Escape)
    assert mode_of(window) == ""


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox])
def test_digits_and_enter_in_a_text_field_pick_nothing(
    open_window: Open, kind: type[QWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    asked: list[str] = []
    monkeypatch.setattr(window.workbench, "show_version", asked.append)
    window.workbench.tiles_changed.emit([tile(1, "a"), tile(2, "b")])
    field = next(field for field in window.findChildren(kind) if field.isVisible())
    field.setFocus()
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
        for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_0, Qt.Key.Key_Return):
            QTest.keyClick(field, key, modifier)
            field.setFocus()
    assert asked == []
    assert not window.canvas.shows_before
    window.canvas.setFocus()
    press(Qt.Key.Key_2)
    assert asked == ["b"]


def tile(number: int, version_id: str | None) -> Tile:
    state, text = (JobState.DONE, "Ready") if version_id else (JobState.RUNNING, "Generating")
    return Tile(
        f"job{number}", number, state, text, Tone.GOOD, "", "", None, (), (), version_id, False
    )


def test_picking_shows_variations_in_place_and_goes_back(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    shown: list[str] = []

    def show_version(version_id: str) -> None:
        shown.append(version_id)
        window.workbench.desk_changed.emit(WITH_PICTURE._replace(shown_version_id=version_id))

    monkeypatch.setattr(window.workbench, "show_version", show_version)
    window.workbench.tiles_changed.emit([tile(1, "b"), tile(2, "c"), tile(3, None)])
    window.canvas.zoom_to(2.0)
    view = window.canvas.view_state()
    for key in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_9):
        press(key)
    assert shown == ["c", "b"], "what is not there yet, or not at all, is not shown"
    press(Qt.Key.Key_Escape)
    assert shown[-1] == "a"
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Escape)
    assert shown[-1] == "c", "Enter kept it"
    assert window.canvas.view_state() == view


def test_zero_shows_what_the_variations_were_made_from(open_window: Open) -> None:
    window = open_window()
    show_versions(window)
    press(Qt.Key.Key_0)
    window.workbench.before_shown.emit(PICTURE._replace(version_id="older"))
    assert window.canvas.shows_before
    press(Qt.Key.Key_0)
    assert not window.canvas.shows_before


def test_full_screen_is_the_picture_alone_and_leads_back(open_window: Open) -> None:
    window = open_window()
    before = shown(window)
    press(Qt.Key.Key_F)
    assert window.isFullScreen()
    assert shown(window) == {"canvas"}
    press(Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert shown(window) == before


def test_a_window_that_was_left_in_full_screen_comes_back_as_a_window(open_window: Open) -> None:
    window = open_window()
    press(Qt.Key.Key_F)
    window.close()
    again = open_window(window=dict(window.workbench.settings.window))
    assert not again.isFullScreen()
    assert shown(again) >= {"topBar", "right", "strip", "statusBar"}


def test_guides_and_greys_are_found_again(open_window: Open) -> None:
    window = open_window()
    for name in ("thirds", "canvas_mid", "grid"):
        window.actions_by_name[name].trigger()
    window.close()
    kept = window.workbench.settings.window
    again = open_window(window={"looking": kept["looking"]})
    names = ("thirds", "centre", "grid", "canvas", "canvas_mid", "overview")
    on = {name for name in names if again.actions_by_name[name].isChecked()}
    assert on == {"thirds", "canvas_mid", "overview"}


def test_an_overview_is_there_while_more_is_to_be_seen(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    assert window.findChild(QWidget, "navigator") is None
    window.canvas.zoom_to(8.0)
    overview = find(window, "navigator")
    assert overview.isVisible()
    inside = overview.contentsRect()
    qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=inside.center() + QPoint(30, 20))
    seen = window.canvas.seen_part().center()
    assert seen.x() > SIZE.width / 2
    assert seen.y() > SIZE.height / 2
    window.actions_by_name["fit"].trigger()
    assert not overview.isVisible()
    window.canvas.zoom_to(8.0)
    press(Qt.Key.Key_N)
    assert not overview.isVisible()


# Layout


def test_a_small_window_puts_the_versions_away_and_brings_them_when_asked(
    open_window: Open,
) -> None:
    window = open_window(size=(1440, 900))
    assert "versionList" not in shown(window)
    press(Qt.Key.Key_V)
    assert "versionList" in shown(window)
    press(Qt.Key.Key_V)
    assert "versionList" not in shown(window)
    window.resize(1700, 900)
    assert "versionList" in shown(window)


def test_the_first_window_fits_on_its_screen_with_what_the_system_draws_around_it(
    open_window: Open,
) -> None:
    window = open_window(window={"first": "time"})
    room = window.screen().availableSize()
    assert window.height() <= room.height() - 40
    assert window.width() <= room.width()


def test_a_long_name_and_a_narrow_bar_leave_screen_and_ways_to_compare_whole(
    open_window: Open,
) -> None:
    long = WITH_PICTURE._replace(document=replace(DOCUMENT, name="a long name " * 20))
    window = open_window(desk=long, size=(1100, 700))
    window.top_bar.show_display("sRGB", "from the settings")
    press(Qt.Key.Key_V)
    press(Qt.Key.Key_O)
    QApplication.processEvents()
    display = find(window, "displayProfile")
    assert display.text() == "sRGB"
    buttons = [*find(window, "compareBar").findChildren(QAbstractButton)]
    for whole in (display, *buttons):
        assert whole.width() >= whole.sizeHint().width(), whole.objectName()
    window.resize(1700, 900)
    QApplication.processEvents()
    assert display.text() == "Display: sRGB"
    assert "Side by side" in {button.text() for button in buttons}


def test_the_page_of_keys_fits_on_a_small_screen(open_window: Open) -> None:
    window = open_window()
    window.actions_by_name["shortcuts"].trigger()
    [page] = [one for one in window.findChildren(QDialog) if one.isVisible()]
    room = window.screen().availableSize()
    assert (room.width(), room.height()) == (800, 800)  # the one of Qt's offscreen platform
    assert page.width() <= room.width()
    assert page.height() <= room.height() - 40
    page.close()


def test_the_columns_have_their_widths(open_window: Open) -> None:
    window = open_window(size=(1920, 1080))
    assert find(window, "versionList").width() == 240
    assert find(window, "right").width() == 360
    assert find(window, "strip").height() == 128
    assert (window.top_bar.height(), window.status_bar.height()) == (40, 24)


def test_a_finished_job_and_a_notice_leave_the_view_as_it_is(open_window: Open) -> None:
    window = open_window()
    window.canvas.zoom_to(2.0)
    view, place = window.canvas.view_state(), window.canvas.geometry()
    window.workbench.result_arrived.emit("b")
    window.workbench.notice_raised.emit(Notice(Tone.TROUBLE, "It failed.", "Try again."))
    QApplication.processEvents()
    assert find(window, "noticeBar").isVisible()
    assert (window.canvas.view_state(), window.canvas.geometry()) == (view, place)


def test_hiding_the_panels_leaves_a_zoomed_picture_where_it_is(open_window: Open) -> None:
    window = open_window()
    window.canvas.zoom_to(8.0)
    on_screen = window.canvas.mapToGlobal(QPointF(200, 200))
    kept = window.canvas.document_position(QPointF(200, 200))
    press(Qt.Key.Key_Tab)
    assert window.canvas.document_position(window.canvas.mapFromGlobal(on_screen)) == kept
    press(Qt.Key.Key_Tab)
    assert window.canvas.document_position(QPointF(200, 200)) == kept


def test_without_a_picture_the_canvas_says_what_to_do_next(open_window: Open) -> None:
    window = open_window(desk=EMPTY._replace(recent_files=("/pictures/a & b.jpg",)))
    assert find(window, "emptyDesk").isVisible()
    (row,) = (
        row for row in window.findChildren(QAbstractButton) if row.accessibleName() == "a & b.jpg"
    )
    told: list[Desk] = []
    window.workbench.desk_changed.connect(told.append)
    row.click()
    assert told[-1].busy == "Opening a & b.jpg"
    window.workbench.desk_changed.emit(WITH_PICTURE)
    assert not find(window, "emptyDesk").isVisible()


def test_nothing_is_offered_while_the_last_picture_comes_back(open_window: Open) -> None:
    window = open_window(window={"document": "d"}, desk=EMPTY._replace(busy="Opening"))
    assert find(window, "emptyDesk").isVisible()
    assert not find(window, "openPicture").isVisible()
    window.workbench.desk_changed.emit(EMPTY)
    assert find(window, "openPicture").isVisible()


def test_the_first_choice_stands_in_the_place_of_the_canvas(open_window: Open) -> None:
    window = open_window(desk=EMPTY._replace(mode=None, practice=False))
    assert find(window, "firstRun").isVisible()
    assert "canvas" not in shown(window)
    find(window, "firstRun").findChild(QAbstractButton).setFocus()
    window.workbench.desk_changed.emit(EMPTY)
    assert not find(window, "firstRun").isVisible()
    assert "canvas" in shown(window)
    assert QApplication.focusWidget() is window.canvas


@pytest.mark.parametrize(
    ("mode", "text"),
    [("practice", "Practice, not AI"), ("real", "Real · api.wavespeed.ai")],
)
def test_practice_or_real_is_told_from_the_first_frame(
    qtbot: QtBot, theme: Theme, mode: str, text: str
) -> None:
    settings = Settings(mode="practice" if mode == "practice" else "real")
    workbench = Workbench(_refuse_to_open, lambda _: None, settings, Dispatcher(1))
    window = MainWindow(workbench, theme)
    qtbot.addWidget(window)
    window.show()
    pill = find(window, "servicePill")
    assert isinstance(pill, QAbstractButton)
    assert pill.isVisible()
    assert pill.text() == text


# Pictures coming in


def test_a_dropped_file_is_opened(open_window: Open, tmp_path: Path) -> None:
    window = open_window(desk=EMPTY)
    told: list[Desk] = []
    window.workbench.desk_changed.connect(told.append)
    window.canvas.files_dropped.emit([tmp_path / "one.jpg", tmp_path / "two.jpg"])
    assert told[-1].busy == "Opening one.jpg"


def test_a_picture_or_a_file_on_the_clipboard_is_pasted(open_window: Open, tmp_path: Path) -> None:
    window = open_window(desk=EMPTY)
    told: list[Desk] = []
    window.workbench.desk_changed.connect(told.append)
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)
    window.actions_by_name["paste"].trigger()
    assert "Pasted picture" in told[-1].busy
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "copied.png"))])
    QGuiApplication.clipboard().setMimeData(files)
    window.actions_by_name["paste"].trigger()
    assert told[-1].busy == "Opening copied.png"


def test_pasting_nothing_says_so(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(desk=EMPTY)
    QGuiApplication.clipboard().setText("words")
    with qtbot.waitSignal(window.workbench.notice_raised) as raised:
        window.actions_by_name["paste"].trigger()
    assert raised.args[0].message == "There is no picture on the clipboard."


def test_open_asks_for_a_picture(open_window: Open) -> None:
    window = open_window(desk=EMPTY)
    told: list[Desk] = []
    window.workbench.desk_changed.connect(told.append)
    window.actions_by_name["open"].trigger()
    assert told[-1].busy == "Opening chosen.jpg"


# Left and found again


@pytest.mark.parametrize(
    ("name", "kind"), [("a.jpg", "JPEG"), ("a.TIF", "TIFF"), ("a.webp", "WebP"), ("a.b", "PNG")]
)
def test_an_export_is_proposed_in_the_kind_of_its_name(name: str, kind: str) -> None:
    assert kind_of(Path(name)).partition(",")[0] == kind


def test_the_window_is_found_as_it_was_left(open_window: Open, qtbot: QtBot) -> None:
    window = open_window(size=(740, 640))
    window.move(30, 40)
    window.canvas.zoom_to(2.0, window.canvas.rect().center().toPointF())
    window.canvas.pan(-40, 25)
    press(Qt.Key.Key_Tab)
    view, place = window.canvas.view_state(), window.geometry()
    window.close()
    again = open_window(window=dict(window.workbench.settings.window))
    assert again.geometry() == place
    assert again.canvas.view_state() == view
    assert shown(again) == {"canvas", "topBar", "statusBar"}


def test_a_window_left_on_a_screen_that_is_gone_comes_back_into_sight(open_window: Open) -> None:
    window = open_window(size=(700, 600))
    window.move(90_000, 90_000)
    window.close()
    again = open_window(window=dict(window.workbench.settings.window))
    screen = again.screen().availableGeometry()
    assert screen.intersects(again.frameGeometry())


@pytest.mark.parametrize("value", ["", "nonsense", "Ünsinn", "-1 -1 0 0 0 0 0", "9 9 9 9 9 9 1e9"])
def test_what_was_kept_badly_is_passed_over(open_window: Open, value: str) -> None:
    window = open_window(window={"geometry": value, "arrangement": value, "view": value})
    assert "canvas" in shown(window)
    assert "right" in shown(window)
