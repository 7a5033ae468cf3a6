"""What is in the trash: brought back, or erased for good after a question."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.model import Trashed
from kontext_desktop.ui.framed import lay_out, named_button, remember_size
from kontext_desktop.ui.pieces import Words, plain_tip
from kontext_desktop.ui.question import Question
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench

_SIZE = (620, 420)
_ENTRY = Qt.ItemDataRole.UserRole
_LEAVING = "What is here is erased by itself after 30 days."
_FOR_GOOD = (
    "Its pictures, words, notes and files are taken out of the library, and nothing brings them "
    "back. What it cost stays in the books. Backups that were made before keep its words."
)


class TrashDialog(QDialog):
    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trash")
        self.setWindowTitle("Trash")
        self._theme = theme
        self._trash = workbench.trash
        self._entries: list[Trashed] = []
        self.list = QListWidget()
        self.list.setObjectName("trashList")
        self.list.setAccessibleName("In the trash")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemSelectionChanged.connect(self._offer)
        self.list.itemActivated.connect(lambda _: self._restore())
        self._empty = Words("The trash is empty.", "secondary")
        self._empty.setObjectName("trashEmpty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        body = QVBoxLayout()
        body.setSpacing(theme.size("gap"))
        body.addWidget(Words(_LEAVING, "secondary"))
        body.addLayout(self._stack, 1)
        self._back = named_button("restore", "Bring back", "With all that went there with it")
        self._back.clicked.connect(self._restore)
        self._erase = named_button("erase", "Erase…", "For good")
        self._erase.clicked.connect(self._ask_to_erase)
        self._erase_all = named_button("eraseAll", "Erase everything…", "For good")
        self._erase_all.clicked.connect(self._ask_to_erase_all)
        close = named_button("closeTrash", "Close")
        close.clicked.connect(self.reject)
        lay_out(self, theme, body, (self._erase_all,), (self._back, self._erase, close))
        remember_size(self, workbench, _SIZE)
        self._trash.listed.connect(self._show)
        self._offer()
        self._trash.want_list()

    def _show(self, entries: list[Trashed]) -> None:
        chosen = {entry.id for entry in self._list_chosen()}
        self._entries = entries
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(_line(entry))
            item.setToolTip(plain_tip(_line(entry)))
            item.setData(_ENTRY, entry)
            self.list.addItem(item)
            item.setSelected(entry.id in chosen)
        self._stack.setCurrentWidget(self.list if entries else self._empty)
        self._offer()

    def _list_chosen(self) -> list[Trashed]:
        return [item.data(_ENTRY) for item in self.list.selectedItems()]

    def _offer(self) -> None:
        chosen = bool(self.list.selectedItems())
        self._back.setEnabled(chosen)
        self._erase.setEnabled(chosen)
        self._erase_all.setEnabled(bool(self._entries))

    def _restore(self) -> None:
        for entry in self._list_chosen():
            self._trash.restore(entry.id)

    def _ask_to_erase(self) -> None:
        chosen = self._list_chosen()
        if chosen:
            what = f"“{_name(chosen[0])}”" if len(chosen) == 1 else f"{len(chosen)} entries"
            self._ask(f"Erase {what} for good?", lambda: self._erase_these(chosen))

    def _erase_these(self, entries: list[Trashed]) -> None:
        for entry in sorted(entries, key=lambda entry: entry.is_document):
            self._trash.erase(entry.id)

    def _ask_to_erase_all(self) -> None:
        self._ask("Erase everything in the trash for good?", self._trash.erase_all)

    def _ask(self, question: str, act: object) -> None:
        asked = Question(self._theme, question, _FOR_GOOD, "Erase", "Keep it", self)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.accepted.connect(act)
        asked.open()


def _name(entry: Trashed) -> str:
    return entry.document_name if entry.is_document else entry.name or entry.title


def _line(entry: Trashed) -> str:
    """What it is, and below that whose and until when."""
    until = f"until {datetime.fromtimestamp(entry.erased_at):%d %B %Y}"
    if entry.is_document:
        many = "1 version" if entry.versions == 1 else f"{entry.versions} versions"
        return f"{entry.document_name}\nThe whole picture, {many} · {until}"
    others = entry.versions - 1
    more = f" · with {others} made from it" if others else ""
    title = " ".join(_name(entry).split())
    return f"{title}\nOf {entry.document_name}{more} · {until}"
