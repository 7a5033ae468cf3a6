"""The lines of the history: as many as there are, and none of them costs while out of sight."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPixmap

from kontext_desktop.model import JobState, Line
from kontext_desktop.ui.history_rows import (
    KEPT,
    ROW_HEIGHT,
    HistoryModel,
    facts_of,
    opinion_of,
    title_of,
    where_of,
)
from kontext_desktop.ui.history_window import HistoryView

MARKUP = "<b>x</b> & <img src=x>"


def line(number: int, **changes: object) -> Line:
    made = Line(
        *(
            number,
            f"v{number}",
            f"j{number}",
            "d",
            "shoot.jpg",
            f"Title {number}",
            "Words",
            7,
            None,
        ),
        *(JobState.DONE, 80_000, False, 0.0, "", 0, "", ()),
    )
    return made._replace(**changes)


def lines(first: int, count: int) -> list[Line]:
    return [line(number) for number in range(first, first + count)]


class Counting(HistoryModel):
    asked = 0

    def rowCount(self, parent=QModelIndex()):  # noqa: B008
        self.asked += 1
        return super().rowCount(parent)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        self.asked += 1
        return super().data(index, role)


def test_a_page_more_asks_nothing_of_the_lines_that_are_there(show, qtbot):
    view = HistoryView(show.theme)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    model = Counting(view)
    view.setModel(model)
    model.show_page(lines(0, 30_000), True, True)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 29_900 * ROW_HEIGHT)
    before = bar.maximum()
    model.asked = 0
    model.show_page(lines(30_000, 200), False, False)
    qtbot.waitUntil(lambda: bar.maximum() == before + 200 * ROW_HEIGHT)
    assert model.asked < 2_000
    view.scrollToBottom()
    first, last = view.list_in_sight()
    assert last == 30_199
    assert last - first < 10


def test_what_was_not_looked_at_for_longest_makes_room(qtbot):
    model = HistoryModel()
    model.show_page(lines(0, KEPT + 50), True, False)
    pixmap = QPixmap(QSize(4, 4))
    for number in range(KEPT):
        model.show_thumbnail(f"v{number}", pixmap)
    assert model.index(0).data(Qt.ItemDataRole.DecorationRole) is not None  # looked at again
    model.show_thumbnail(f"v{KEPT}", pixmap)
    assert model.list_missing(0, KEPT) == ["v1"]


def test_a_new_search_forgets_the_lines_of_the_one_before(qtbot):
    model = HistoryModel()
    model.show_page(lines(0, 10), True, True)
    assert model.canFetchMore(QModelIndex())
    model.show_page(lines(100, 3), True, False)
    assert [one.version_id for one in model.lines] == ["v100", "v101", "v102"]
    assert not model.canFetchMore(QModelIndex())
    model.show_thumbnail("v3", QPixmap(QSize(4, 4)))
    assert model.list_missing(0, 2) == ["v100", "v101", "v102"]


def test_what_stands_in_a_line(qtbot):
    one = line(1, name="For the\ncover", rating=3, flag="pick", tags=("print",), ratio="3:2")
    assert title_of(one) == "For the cover"
    assert opinion_of(one) == "Pick · ★★★ · print"
    assert facts_of(one).endswith("seed 7 · 3:2 · $0.08")
    assert "$" not in facts_of(one._replace(practice=True)), "practice money is no money"
    failed = line(2, version_id="", title="", state=JobState.FAILED)
    assert title_of(failed) == "Words"
    assert "Failed" in facts_of(failed)


def test_outside_text_is_shown_to_the_letter(show, qtbot):
    model = HistoryModel()
    model.show_page([line(1, title=MARKUP, prompt=MARKUP)], True, False)
    index = model.index(0)
    assert index.data() == MARKUP
    assert "<img" not in index.data(Qt.ItemDataRole.ToolTipRole)
    view = HistoryView(show.theme)
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    view.grab()  # painting it warns of nothing


def test_a_long_file_name_gives_way_to_the_facts(qtbot, show):
    metrics = QFontMetrics(show.theme.font("font_small"))
    one = line(1, document_name="a long name " * 20 + "07 final.jpg")
    text = where_of(one, metrics, 600)
    assert metrics.horizontalAdvance(text) <= 600
    assert text.endswith(facts_of(one))
    assert "final.jpg" in text
    assert where_of(line(1), metrics, 600) == f"shoot.jpg · {facts_of(line(1))}"
