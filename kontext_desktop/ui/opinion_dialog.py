"""What is said of one version, to be read and changed: name, stars, flag, tags, note."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_desktop.model import Annotation, Flag, Version
from kontext_desktop.ui.fields import TextField
from kontext_desktop.ui.framed import Choice, heading, lay_out, named_button
from kontext_desktop.ui.pieces import Words
from kontext_desktop.ui.theme import Theme
from kontext_desktop.workbench import Workbench

_WIDTH = 460
_LONGEST_NAME = 200
_FLAGS: tuple[Flag, ...] = ("", "pick", "reject")


class TagsCompleter(QCompleter):
    """Completes the last of several tags with commas between."""

    def pathFromIndex(self, index: object) -> str:
        before, comma, _ = self._typed().rpartition(",")
        tag = super().pathFromIndex(index)  # type: ignore[arg-type]
        return f"{before}{comma} {tag}" if comma else tag

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def _typed(self) -> str:
        field = self.widget()
        return field.text() if isinstance(field, QLineEdit) else ""


class OpinionDialog(QDialog):
    def __init__(
        self, workbench: Workbench, theme: Theme, version: Version, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("opinion")
        self.setWindowTitle("What is said of this version")
        self._opinions = workbench.opinions
        self._version_id = version.id
        said = version.annotation
        self.name = QLineEdit(said.name)
        self.name.setObjectName("opinionName")
        self.name.setMaxLength(_LONGEST_NAME)
        self.name.setPlaceholderText(" ".join(version.title.split())[:60])
        self._stars = Choice("opinionStars", ["None", "1 ★", "2 ★", "3 ★", "4 ★", "5 ★"])
        self._stars.choose(said.rating)
        self._flag = Choice("opinionFlag", ["No flag", "Pick", "Reject"])
        self._flag.choose(_FLAGS.index(said.flag))
        self.tags = QLineEdit(", ".join(sorted(said.tags, key=str.casefold)))
        self.tags.setObjectName("opinionTags")
        self.tags.setPlaceholderText("print, cover")
        self._known = QStringListModel(self)
        completer = TagsCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tags.setCompleter(completer)
        self.note = TextField(4, 10)
        self.note.setObjectName("opinionNote")
        self.note.setPlainText(said.note)

        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("gap"))
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (text, field) in enumerate(
            (
                ("Name", self.name),
                ("Stars", self._stars),
                ("Flag", self._flag),
                ("Tags", self.tags),
                ("Note", self.note),
            )
        ):
            label = heading(text, field)
            label.setMinimumHeight(theme.size("control"))
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            if isinstance(field, Choice):
                grid.addLayout(_at_left(field), row, 1)
            else:
                grid.addWidget(field, row, 1)
        body = QVBoxLayout()
        body.setSpacing(theme.size("gap"))
        body.addWidget(Words(version.title, "title", lines=2))
        body.addLayout(grid)
        save, cancel = QPushButton("Save"), named_button("opinionCancel", "Cancel")
        save.setObjectName("opinionSave")
        save.setDefault(True)
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.reject)
        lay_out(self, theme, body, (), (cancel, save))
        QWidget.setTabOrder(self.note, save)  # a space meant for the note throws nothing away
        QWidget.setTabOrder(save, cancel)
        self.setFixedWidth(_WIDTH)
        self._opinions.tags_listed.connect(self._known.setStringList)
        self._opinions.want_tags()

    def read(self) -> Annotation:
        """What the fields say."""
        return Annotation(
            self.name.text(),
            self._stars.chosen,
            _FLAGS[self._flag.chosen],
            self.note.toPlainText(),
            frozenset(tag.strip() for tag in self.tags.text().split(",") if tag.strip()),
        )

    def _save(self) -> None:
        said = self.read()
        self._opinions.put(
            self._version_id,
            name=said.name,
            rating=said.rating,
            flag=said.flag,
            note=said.note,
            tags=said.tags,
        )
        self.accept()


def _at_left(field: QWidget) -> QHBoxLayout:
    """As wide as it needs to be, no wider."""
    row = QHBoxLayout()
    row.addWidget(field)
    row.addStretch(1)
    return row
