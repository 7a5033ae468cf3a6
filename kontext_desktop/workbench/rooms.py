"""What is done about versions and the whole library; each part is made when it is first asked for.

The workbench hands out these parts as its own, and hears by signals what concerns the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from kontext_desktop.first_words import Draft
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.exports import Exports
from kontext_desktop.workbench.gallery import Gallery
from kontext_desktop.workbench.history import History
from kontext_desktop.workbench.libraries import Libraries
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.opinions import Opinions
from kontext_desktop.workbench.orders import Orders
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.recipes import Recipes
from kontext_desktop.workbench.state import Notice, Tone
from kontext_desktop.workbench.trash import Trash
from kontext_desktop.workbench.upkeep import Upkeep

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

Part = TypeVar("Part", Exports, Opinions, Recipes, Trash, Upkeep)


class Rooms(QObject):
    left = Signal()
    """Nothing that is known of the library counts any more."""
    entered = Signal(object)
    """LibraryFacts of another library that is open from now on"""
    come_back = Signal()
    """The same library is open again."""
    unpacked = Signal(object)
    """TakenIn"""
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(
        self,
        link: StudioLink,
        gallery: Gallery,
        documents: Documents,
        queue: JobQueue,
        orders: Orders,
        take_draft: Callable[[Draft], None],
        open_studio: Callable[[Path], Studio],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link, self._gallery = link, gallery
        self._documents, self._queue, self._orders = documents, queue, orders
        self._take_draft, self._open_studio = take_draft, open_studio

    def open_library(self, folder: Path | None, present: str, *, new: bool) -> None:
        """As `Workbench.open_library`; `present` is the folder of the one that is open."""
        work = self.upkeep.work
        if work is not None:
            self.told.emit(Notice(Tone.PLAIN, f"{work.text}: wait for that, or stop it."))
        else:
            self.libraries.open(folder, present, new=new)

    @cached_property
    def exports(self) -> Exports:
        return self._heard(Exports(self._link, self._documents, self))

    @cached_property
    def opinions(self) -> Opinions:
        return self._heard(Opinions(self._link, self._documents, self))

    @cached_property
    def recipes(self) -> Recipes:
        made = Recipes(self._link, self._orders, self._documents, self._take_draft, self)
        return self._heard(made)

    @cached_property
    def trash(self) -> Trash:
        return self._heard(Trash(self._link, self._documents, self._queue, self))

    @cached_property
    def history(self) -> History:
        """Its troubles are told where it is looked through."""
        history = History(self._link, self._gallery, self)
        self.left.connect(history.forget_all)
        self.entered.connect(history.forget_all)
        return history

    @cached_property
    def upkeep(self) -> Upkeep:
        upkeep = self._heard(
            Upkeep(self._link, self._open_studio, self.left.emit, self.come_back.emit, self)
        )
        upkeep.unpacked.connect(self.unpacked)
        return upkeep

    @cached_property
    def libraries(self) -> Libraries:
        libraries = Libraries(self._link, self._open_studio, self.entered.emit, self)
        libraries.said_busy.connect(self._documents.say_busy)
        libraries.failed.connect(self.failed)
        return libraries

    def _heard(self, part: Part) -> Part:
        part.told.connect(self.told)
        part.failed.connect(self.failed)
        return part
