"""A request that got no answer: what was asked, what the service has of it, and whose it is.

The person decides here; each way out says whether it costs money. Outside text to the letter.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.catalog import dollars
from kontext_desktop.model import Raster
from kontext_desktop.ui.pieces import Dot, Words, hairline
from kontext_desktop.ui.pixels import centred, fitted
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Desk, Tone, Workbench
from kontext_desktop.workbench.inquiry import Found, Inquiry

WIDTH = 760
SENT = QSize(168, 126)
LARGE, CANDIDATE = QSize(359, 269), QSize(234, 176)
"""One or two are shown as large as they come, more of them smaller, side by side."""
SETTLE_MS = 1000
"""What cannot be taken back, or costs money, listens only after so long: the second half of the
double click that opened this was not meant for it."""


class Plate(QWidget):
    """A picture of fixed size on a field; a word stands there until it has come."""

    def __init__(self, theme: Theme, size: QSize, waiting: str) -> None:
        super().__init__()
        self._theme = theme
        self._waiting = waiting
        self._pixmap: QPixmap | None = None
        self.setFixedSize(size)

    def show_picture(self, raster: Raster) -> None:
        self._pixmap = fitted(raster, self.size(), self.devicePixelRatioF())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("field"))
        if self._pixmap is not None:
            painter.drawPixmap(centred(self._pixmap, self.rect()), self._pixmap)
        else:
            painter.setFont(self._theme.font("font_small"))
            painter.setPen(self._theme.colour("text_secondary"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._waiting)


class Candidate(QFrame):
    """One edit that the service has: its picture, when it was made, and "This is mine"."""

    chosen = Signal(str)
    """Prediction id"""

    def __init__(
        self, theme: Theme, found: Found, number: int, size: QSize, sent_at: float | None
    ) -> None:
        super().__init__()
        self.found = found
        self.setObjectName(f"candidate {found.prediction_id}")
        waiting = "" if found.pictures else "Not finished yet"
        self.plate = Plate(theme, size, waiting)
        self.plate.setAccessibleName(f"Picture {number} that was found")
        when = Words(_made(found, sent_at), "secondary")
        when.explain(f"Prediction {found.prediction_id}")
        self.mine = QPushButton("This is mine")
        self.mine.setObjectName("mine")
        self.mine.setAccessibleName(f"This is mine: picture {number}, {_made(found, sent_at)}")
        self.mine.setToolTip("Make a version of it. Free: it is paid for already")
        self.mine.clicked.connect(lambda: self.chosen.emit(found.prediction_id))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.plate, when, self.mine):
            column.addWidget(part)
        self.setFixedWidth(size.width())


class FoundDialog(QDialog):
    log_wanted = Signal(str)
    """Job id: what happened to it is to be shown"""

    def __init__(
        self, workbench: Workbench, theme: Theme, job_id: str, price: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("found")
        self.setWindowTitle("An edit without an answer")
        self.job_id = job_id
        self._workbench = workbench
        self._care = workbench.care
        self._theme = theme
        self._price = price
        self._inquiry: Inquiry | None = None
        self._candidates: list[Candidate] = []
        self._beside: QWidget | None = None
        self._sent_picture: Raster | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._build()
        self.setFixedWidth(WIDTH)
        self._care.inquired.connect(self._show)
        self._care.picture_made.connect(self._show_picture)
        workbench.desk_changed.connect(self._show_desk)
        self.finished.connect(lambda _: self._care.let_go(job_id))
        self._care.watch(job_id)

    # Building

    def _build(self) -> None:
        padding = self._theme.size("padding")
        self._dot = Dot(self._theme, Tone.LOOK)
        self._message = Words("Looking…", "title", lines=3)
        self._message.setObjectName("foundMessage")
        self._hint = Words(kind="secondary", lines=4)
        self._hint.setObjectName("foundHint")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._dot)
        head.addWidget(self._message, 1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(head)
        words.addWidget(self._hint)

        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(padding, padding, padding, padding)
        top.setSpacing(self._theme.size("gap"))
        top.addLayout(words)
        top.addLayout(self._build_asked())
        column.addLayout(top)
        self._line = hairline()
        column.addWidget(self._line)
        column.addWidget(self._build_gallery())
        column.addWidget(hairline())
        column.addLayout(self._build_buttons(padding))

    def _build_asked(self) -> QHBoxLayout:
        """What was asked: the picture as it was sent, the words, the figures."""
        self._sent = Plate(self._theme, SENT, "")
        self._sent.setAccessibleName("The picture as it was sent")
        self._prompt = QLabel()
        self._prompt.setObjectName("foundPrompt")
        self._prompt.setTextFormat(Qt.TextFormat.PlainText)
        self._prompt.setWordWrap(True)
        self._prompt.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll = self._prompt_area = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._prompt)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._facts = Words(kind="secondary", lines=2)
        self._facts.setObjectName("foundFacts")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Words("What was asked", "heading"))
        words.addWidget(scroll)
        words.addStretch(1)
        words.addWidget(self._facts)
        row = QHBoxLayout()
        row.setSpacing(self._theme.size("padding"))
        row.addWidget(self._sent, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _build_gallery(self) -> QWidget:
        """What was found, side by side; more than fit are scrolled to."""
        padding = self._theme.size("padding")
        self._gallery = QWidget()
        self._title = Words(kind="heading")
        self._none = QPushButton("None of these")
        self._none.setObjectName("noneOfThese")
        self._none.setToolTip("They are not offered for this edit again. Free")
        self._none.clicked.connect(self._refuse)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._none)
        inside = QWidget()
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(padding)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inside)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = self._gallery_column = QVBoxLayout(self._gallery)
        column.setContentsMargins(padding, 8, padding, padding)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroll)
        self._gallery.hide()
        return self._gallery

    def _build_buttons(self, padding: int) -> QHBoxLayout:
        log = QPushButton("What happened…")
        log.setObjectName("foundLog")
        log.clicked.connect(lambda: self.log_wanted.emit(self.job_id))
        self._search = QPushButton("Search again")
        self._search.setObjectName("searchAgain")
        self._search.setToolTip("Ask the service once more. Free")
        self._search.clicked.connect(lambda: self._care.search_again(self.job_id))
        self._send = QPushButton()
        self._send.setObjectName("sendAgain")
        self._send.clicked.connect(self._send_again)
        self.close_button = QPushButton("Close")
        self.close_button.setObjectName("closeFound")
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(padding, 8, padding, 8)
        row.setSpacing(8)
        row.addWidget(log)
        row.addStretch(1)
        for button in (self._search, self._send, self.close_button):
            row.addWidget(button)
        for button in (log, self._search, self._send):
            button.setAutoDefault(False)  # Enter must not fall to one by chance
        return row

    # What is known

    def _show(self, inquiry: Inquiry) -> None:
        job = inquiry.job
        if job.id != self.job_id:
            return
        if inquiry.settled:
            self.accept()  # it goes on in the strip
            return
        before, self._inquiry = self._inquiry, inquiry
        problem = job.problem
        self._message.show_text(problem.message if problem else "This edit got no answer.")
        self._hint.show_text(problem.hint if problem else "")
        self._hint.setVisible(bool(problem and problem.hint))
        self._dot.show_tone(Tone.LOOK if inquiry.found else Tone.TROUBLE)
        self._prompt.setText(job.recipe.prompt)
        self._facts.show_text(_facts(inquiry))
        self._show_found(inquiry)
        self._search.setVisible(inquiry.may_search and not inquiry.found)
        self._show_price()
        if before is None:
            self._settling.start()
            self._care.want_picture(job.input_sha256)
        if before is None or before.found != inquiry.found:
            self._focus_first(inquiry)
        self._fit_prompt()
        self._fit()

    def _fit_prompt(self) -> None:
        """All of a short instruction, as much of a long one as goes beside the picture."""
        padding, most = self._theme.size("padding"), SENT.height() - 44
        beside = SENT.width() + padding if self._beside is None else 0
        width = WIDTH - 2 * padding - beside - self._prompt_area.verticalScrollBar().width()
        self._prompt_area.setFixedHeight(min(most, self._prompt.heightForWidth(width)))

    def _fit(self) -> None:
        """As high as what it shows; from the inside out, for each layout asks the one below."""
        for layout in (self._row, self._gallery_column, self._column):
            layout.invalidate()
            layout.activate()
        self.setFixedHeight(self._column.heightForWidth(WIDTH))

    def _show_found(self, inquiry: Inquiry) -> None:
        found = inquiry.found
        for widget in (self._gallery, self._line):
            widget.setVisible(bool(found))
        if [one.found for one in self._candidates] == list(found):
            return
        for old in (*self._candidates, self._beside):
            if old is not None:
                self._row.removeWidget(old)
                old.hide()
                old.deleteLater()
        self._candidates, self._beside = [], None
        if len(found) == 1:
            self._beside = self._make_beside()
            self._row.addWidget(self._beside)
        self._sent.setVisible(self._beside is None)
        size = LARGE if len(found) < 3 else CANDIDATE
        for number, one in enumerate(found, 1):
            candidate = Candidate(self._theme, one, number, size, inquiry.job.sent_at)
            candidate.mine.setAutoDefault(True)
            candidate.chosen.connect(self._choose)
            self._candidates.append(candidate)
            self._row.addWidget(candidate)
            candidate.show()  # at once, so that it can take the focus
            for sha256 in one.pictures[:1]:
                self._care.want_picture(sha256)
        self._title.show_text(_count(inquiry))
        self._none.setText("Not mine" if len(found) == 1 else "None of these")
        self._none.setAutoDefault(False)
        if self._candidates:
            bar = self._scroll.horizontalScrollBar().sizeHint().height()
            room = WIDTH - 2 * self._theme.size("padding")
            wide = len(found) * (size.width() + self._row.spacing()) - self._row.spacing()
            high = self._candidates[0].sizeHint().height()
            self._scroll.setFixedHeight(high + (bar + 4 if wide > room else 0))

    def _make_beside(self) -> QWidget:
        """The picture as it was sent, as large as the only one that was found: to compare."""
        beside = QWidget()
        self._large_sent = Plate(self._theme, LARGE, "")
        self._large_sent.setAccessibleName("The picture as it was sent")
        if self._sent_picture is not None:
            self._large_sent.show_picture(self._sent_picture)
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._large_sent)
        column.addWidget(Words("As it was sent", "secondary"))
        column.addStretch(1)
        return beside

    def _focus_first(self, inquiry: Inquiry) -> None:
        """Where Enter does what is most likely wanted: never what costs money, and no choice among
        several."""
        if inquiry.probable and self._candidates:
            self._candidates[0].mine.setFocus()
        else:
            self.close_button.setFocus()

    def _show_picture(self, sha256: str, raster: Raster) -> None:
        if self._inquiry is not None and sha256 == self._inquiry.job.input_sha256:
            self._sent_picture = raster
            self._sent.show_picture(raster)
            if self._beside is not None:
                self._large_sent.show_picture(raster)
        for candidate in self._candidates:
            if sha256 in candidate.found.pictures[:1]:
                candidate.plate.show_picture(raster)

    def _show_desk(self, desk: Desk) -> None:
        if desk.price_of_one != self._price:
            self._price = desk.price_of_one
            self._settling.start()
            self._show_price()

    def _show_price(self) -> None:
        inquiry = self._inquiry
        twice = inquiry is not None and inquiry.job.charged != "no"
        text = f"Send again · {dollars(self._price)}"
        self._send.setText(f"{text} (may be billed twice)" if twice else text)
        self._send.setVisible(inquiry is not None and inquiry.may_send)

    # What the person decides

    def _settled(self) -> bool:
        """Whether it was quiet before this press: the repeats of a held key never are."""
        active = self._settling.isActive()
        self._settling.start()
        return not active

    def _choose(self, prediction_id: str) -> None:
        if self._settled():
            self._care.choose(self.job_id, prediction_id)

    def _refuse(self) -> None:
        if self._inquiry is not None and self._settled():
            self._care.refuse(self.job_id, [one.prediction_id for one in self._inquiry.found])

    def _send_again(self) -> None:
        if self._settled():
            self._workbench.act_on_tile(self.job_id, "retry")
            self.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._care.let_go(self.job_id)
        super().closeEvent(event)


def _facts(inquiry: Inquiry) -> str:
    job = inquiry.job
    sent = datetime.fromtimestamp(job.sent_at or job.created_at)
    parts = [f"seed {job.recipe.seed}", f"sent {sent:%d %B, %H:%M:%S}", dollars(job.price)]
    parts.append("practice" if job.origin.practice else "")
    return " · ".join(part for part in (inquiry.document_name, *parts) if part)


def _made(found: Found, sent_at: float | None) -> str:
    if found.made_at is None:
        return "The service does not say when"
    made = f"Made {datetime.fromtimestamp(found.made_at):%H:%M:%S}"
    if sent_at is None:
        return made
    later = round(found.made_at - sent_at)
    if abs(later) < 2:
        return f"{made} · just then"
    return f"{made} · {abs(later)} s {'later' if later > 0 else 'earlier'}"


def _count(inquiry: Inquiry) -> str:
    number = len(inquiry.found)
    if inquiry.probable:
        return "Probably this one"
    return "Is it this one?" if number == 1 else f"Is it one of these {number}?"
