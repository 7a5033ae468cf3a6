"""The line below everything: what was spent, perhaps, and the way to the service."""

from __future__ import annotations

import time

import pytest
from PySide6.QtWidgets import QLabel

from kontext_desktop.model import Raster, Size
from kontext_desktop.ui.pixels import Reading
from kontext_desktop.ui.status_bar import StatusBar
from kontext_desktop.workbench import Picture


@pytest.fixture
def bar(show, workbench):
    bar = show(StatusBar, width=1200, height=24)
    workbench.say_desk()
    return bar


def text(bar, name):
    label = bar.findChild(QLabel, name)
    return label.text() if label.isVisible() else ""


def test_spending_is_a_range_where_some_of_it_is_only_possible(bar, workbench):
    assert text(bar, "spentTodayStatus") == "Today $1.44"
    workbench.say_desk(
        spent_today=240_000, spent_possible=80_000, spend_note="$0.16 for <certain>."
    )
    assert text(bar, "spentTodayStatus") == "Today $0.16 to $0.24"
    assert "$0.16 for &lt;certain&gt;." in bar.findChild(QLabel, "spentTodayStatus").toolTip()
    bar.resize(1300, 24)
    assert "certain" in bar.findChild(QLabel, "spentTodayStatus").toolTip()
    workbench.say_desk(practice=True)
    assert text(bar, "spentTodayStatus") == "Nothing is charged"


def test_the_balance_is_there_when_it_is_known(bar, workbench):
    assert text(bar, "balance") == ""
    workbench.say_desk(balance=12_340_000)
    assert text(bar, "balance") == "Balance $12.34"


def test_being_offline_is_said_and_goes_by_itself(bar, workbench):
    since = time.mktime((2026, 11, 25, 14, 5, 0, 0, 0, -1))
    workbench.say_desk(offline_since=since)
    assert text(bar, "lineState") == "Offline since 14:05 · goes on by itself"
    workbench.say_desk(offline_since=None)
    assert text(bar, "lineState") == ""


def test_what_is_looked_up_is_counted_apart(bar, workbench):
    workbench.say_desk(running=2, waiting=0, looking_up=1)
    assert text(bar, "jobCount") == "2 running · 1 looked up"


def test_an_amount_is_never_cut_off(bar, workbench):
    workbench.say_desk(
        spent_possible=80_000, balance=12_340_000, offline_since=0.0, running=2, looking_up=3
    )
    bar.resize(860, 24)
    for name in ("spentTodayStatus", "balance"):
        label = bar.findChild(QLabel, name)
        assert label.width() >= label.sizeHint().width()


def test_numbers_are_the_documents_and_srgb_beside_them_where_they_differ(bar):
    wide = Reading((7711, 51403, 15422), 16, (0, 201, 48), False)
    bar.show_pixel((3, 4, wide))
    assert text(bar, "pixelPlace") == "x 3  y 4"
    assert text(bar, "pixelColour") == "R 7711 · G 51403 · B 15422  sRGB 0 201 48"
    bar.show_pixel((3, 4, Reading((1, 2, 3), 8, (1, 2, 3), True)))
    assert text(bar, "pixelColour") == "R 1 · G 2 · B 3"


def test_the_longest_numbers_have_room(bar):
    full = Reading((65535, 65535, 65535), 16, (255, 255, 255), False)
    bar.show_pixel((99_999, 99_999, full))
    label = bar.findChild(QLabel, "pixelColour")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


def test_the_pictures_colours_are_said_while_no_pixel_is_pointed_at(bar, workbench):
    raster = Raster(bytes(4), Size(1, 1))
    picture = Picture("v1", Size(1, 1), (raster,), False, None, "untagged, as sRGB")
    workbench.picture_shown.emit(picture)
    assert text(bar, "pixelColour") == "untagged, as sRGB"
    bar.show_pixel((0, 0, Reading((1, 2, 3), 8, (1, 2, 3), True)))
    bar.show_pixel(None)
    assert text(bar, "pixelColour") == "untagged, as sRGB"
    workbench.picture_shown.emit(None)
    assert text(bar, "pixelColour") == ""
