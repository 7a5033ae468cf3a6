"""The document on the desk: how it comes there, its versions, which of them is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_desktop.dispatch import Report
from kontext_desktop.errors import KontextError
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.first_look import make_picture
from kontext_desktop.workbench.gallery import Gallery
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.state import Notice, Picture, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.glance import Glance
    from kontext_desktop.model import Annotation, Document, Version

_SEEN_MS = 20
"""After so long a picture that was shown is painted."""


class Documents(QObject):
    changed = Signal()
    """What is open, shown or on its way is another than before."""
    leaving = Signal()
    """Another document takes the place of the one that is still here."""
    arrived = Signal(object, bool)
    """errands.Opened, and whether that document was on the desk already"""
    versions_changed = Signal()
    version_chosen = Signal(object)
    """Version that is shown from now on"""
    picture_shown = Signal(object)
    before_shown = Signal(object)
    told = Signal(object)
    """Notice"""
    failed = Signal(object)
    """KontextError"""

    def __init__(self, link: StudioLink, gallery: Gallery, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._gallery = gallery
        self.document: Document | None = None
        self.versions: list[Version] = []
        """Oldest first."""
        self.shown = ""
        """The id of the version on the canvas."""
        self._compared = ""
        """The id of the version to compare with; empty: what the shown one was made from."""
        self.busy = ""
        """What takes its time, in words."""
        self._looked = False
        """A first look at what is being opened is on the canvas."""
        self._opening = 0
        """Counts what was asked to be opened: only the latest is put on the desk."""
        self._late: list[Version] = []
        """Versions that came in this run: one may have come while its document was being read."""
        self.may_write = True
        """False where the library can only be read: then it is not told where the person looks."""
        self._unkept = ""
        """Why the last thing could not be written down by itself."""
        self._said_away: set[str] = set()
        """Documents whose missing original was told of in this run."""
        gallery.picture_made.connect(self._picture_made)
        gallery.failed.connect(self._picture_failed)

    # ---- coming

    def open(
        self,
        name: str,
        work: Callable[[Studio, Report], errands.Opened | None],
        opened: Callable[[errands.Opened], None] = lambda _: None,
    ) -> None:
        """Bring something onto the desk; if something else is asked for meanwhile, that wins.
        What `work` reports is a first look at it, shown unless there was one already. `opened` is
        called just before it is shown."""
        self._opening += 1
        ticket, screen = self._opening, self._gallery.screen

        def done(found: errands.Opened | None) -> None:
            if ticket == self._opening:
                self.say_busy("")
                self._looked = False
                if found is not None and screen != self._gallery.screen:
                    found = found._replace(master=None)  # made ready for the screen before
                if found is not None:
                    opened(found)
                    self._put_on_desk(found)

        def failed(error: KontextError) -> None:
            if ticket == self._opening:
                if self._looked:  # what was there before is there again
                    self._looked = False
                    self.picture_shown.emit(self._gallery.find(self.shown))
                    self.want_before()
                self.say_busy("")
            self.failed.emit(error)

        self.say_busy(f"Opening {name}")
        self._link.run_reporting(work, done, failed, progressed=partial(self._show_look, ticket))

    def keep(self, work: Callable[[Studio], None]) -> None:
        """Write down what nobody asked for: where the person looks, what is typed. That it fails is
        told once, until it goes well again; it stops nobody from looking."""

        def done(_: None) -> None:
            self._unkept = ""

        def failed(error: KontextError) -> None:
            if error.message != self._unkept:
                self._unkept = error.message
                self.failed.emit(error)

        if self.may_write:
            self._link.run(work, done, failed, pool="writes")

    def look_before(self, work: Callable[[], Glance | None], then: Callable[[], None]) -> None:
        """Show a first look at what will be opened, and when that is seen do what comes `then`."""

        def done(found: Glance | None) -> None:
            picture = make_picture(found, self._gallery.screen)
            if picture is not None:
                self._looked = True
                self.picture_shown.emit(picture)
            QTimer.singleShot(_SEEN_MS, then)

        self._link.run_apart(work, done)

    def look(self, work: Callable[[], Glance | None]) -> None:
        """Show a first look at what is being opened, until that is here."""
        if self._looked:
            return
        ticket = self._opening
        self._link.run_apart(
            work,
            lambda found: self._show_look(ticket, make_picture(found, self._gallery.screen)),
        )

    def _show_look(self, ticket: int, found: Picture | None) -> None:
        if found is not None and ticket == self._opening and self.busy and not self._looked:
            self._looked = True
            self.picture_shown.emit(found)

    def say_busy(self, text: str) -> None:
        self.busy = text
        self.changed.emit()

    def mark(self, *, never_send: bool | None = None, client: str | None = None) -> None:
        """Note what the person says of the open document; what is None stays as it is."""
        document = self.document
        if document is None:
            return

        def done(marked: Document) -> None:
            if self.document is not None and self.document.id == marked.id:
                self.document = marked
                self.changed.emit()

        self._link.run(
            lambda studio: errands.mark_document(
                studio, document.id, never_send=never_send, client=client
            ),
            done,
            self.failed.emit,
        )

    def relocate(self, place: Path) -> None:
        """Find the open document's moved original again: `place` is the file or a folder above."""
        document = self.document
        if document is None:
            return

        def done(path: Path) -> None:
            self.say_busy("")
            self._said_away.discard(document.id)
            self.told.emit(Notice(Tone.GOOD, f"The original is {path}."))
            if self.document is not None and self.document.id == document.id:
                self.want_detail()

        def failed(error: KontextError) -> None:
            self.say_busy("")
            self.failed.emit(error)

        self.say_busy(f"Looking at {place.name}")
        self._link.run(lambda studio: errands.relocate(studio, document, place), done, failed)

    def take_versions(self, versions: Sequence[Version]) -> list[Version]:
        """Keep versions that came of a Job; returns those of the document on the desk."""
        self._late += versions
        document = self.document
        mine = [version for version in versions if document and _of(version, document)]
        if mine:
            self.versions = _merged(self.versions, mine)
            self.versions_changed.emit()
        return [version for version in mine if self.find_version(version.id) is not None]

    def refresh(self, found: errands.Opened | None, gone: Collection[str] = ()) -> None:
        """Take what the library has of the open document by now; None: it is in the trash. `gone`:
        versions that went there."""
        if found is None:
            self.leaving.emit()
            self._clear()
        elif self.document is not None and self.document.id == found.document.id:
            self._late = [one for one in self._late if one.id not in gone]
            late = [one for one in self._late if _of(one, found.document)]
            self.document, self.versions = found.document, _merged(found.versions, late)
            if self._compared in gone:
                self._compared = ""
            self.versions_changed.emit()
            if self.find_shown() is None:
                self.follow(found.document.current_version_id)
            else:
                self.changed.emit()
                self.want_before()

    def list_branch(self, version_id: str) -> list[Version]:
        """A version with all that was made from it."""
        inside = {version_id}
        for version in self.versions:  # parents come before what was made from them
            if inside.intersection(version.parent_ids):
                inside.add(version.id)
        return [version for version in self.versions if version.id in inside]

    # ---- showing

    def show_version(self, version_id: str) -> None:
        """Put a version on the canvas; the next edit starts from it. Can be undone."""
        self._show(version_id, write=True)

    def follow(self, version_id: str) -> None:
        """Show what is written down as the current version already."""
        if version_id != self.shown:
            self._show(version_id, write=False)

    def annotate(self, version_id: str, said: Annotation) -> None:
        """Take what is said of a version from now on."""
        from dataclasses import replace

        known = [(one.id == version_id and one.annotation != said) for one in self.versions]
        if any(known):
            self.versions = [
                replace(one, annotation=said) if changed else one
                for one, changed in zip(self.versions, known, strict=True)
            ]
            self.versions_changed.emit()
            self.changed.emit()

    def _show(self, version_id: str, *, write: bool) -> None:
        version = self.find_version(version_id)
        if version is None or self.document is None:
            return
        document = self.document
        self.shown = version_id
        if write:
            self.keep(lambda studio: studio.library.put_current_version(document.id, version_id))
        at_hand = self._gallery.find(version_id)
        if at_hand is not None:
            self._picture_made(at_hand)
        else:
            self._gallery.want_picture(version, document)
        self.version_chosen.emit(version)

    def compare_with(self, version_id: str) -> None:
        """Choose what the shown version is compared with; empty: what it was made from."""
        self._compared = version_id
        self.changed.emit()
        self.want_before()

    def find_before(self) -> Version | None:
        """What the shown version is compared with: the chosen one, else what it was made from."""
        shown, chosen = self.find_shown(), self.find_version(self._compared)
        if shown is None or (chosen is not None and chosen is not shown):
            return chosen
        return self.find_version(shown.parent_ids[0]) if shown.parent_ids else None

    def want_before(self) -> None:
        """Bring the picture that the shown version is compared with."""
        before = self.find_before()
        if before is None or self.document is None:
            self.before_shown.emit(None)
            return
        at_hand = self._gallery.find(before.id)
        if at_hand is not None:
            self.before_shown.emit(at_hand)
        else:
            self._gallery.want_picture(before, self.document)

    def want_detail(self) -> None:
        """Bring the shown version, and the one before, as a whole: somebody looks closely."""
        document = self.document
        for version in (self.find_shown(), self.find_before()):
            if version is not None and document is not None:
                self._gallery.want_whole(version, document)

    def set_screen(self, screen: bytes) -> None:
        """Make the pictures on the canvas ready for another screen."""
        self._gallery.set_screen(screen)
        shown, document = self.find_shown(), self.document
        if shown is not None and document is not None:
            self._gallery.want_picture(shown, document)

    def want_pictures(self, version_ids: Sequence[str]) -> None:
        """Bring the pictures of several versions for review, each by the gallery's signal."""
        for version in map(self.find_version, version_ids):
            if version is None or self.document is None:
                continue
            at_hand = self._gallery.find(version.id)
            if at_hand is not None:
                self._gallery.picture_made.emit(at_hand)
            else:
                self._gallery.want_picture(version, self.document)

    def want_heat(self) -> None:
        """Measure how far the shown version is from what it is compared with."""
        shown, before = self.find_shown(), self.find_before()
        if shown is not None and before is not None:
            self._gallery.want_heat(shown, before)

    def want_gamut(self) -> None:
        """Find what the screen cannot show of the shown version."""
        shown = self.find_shown()
        if shown is not None:
            self._gallery.want_gamut(shown)

    def want_thumbnail(self, version_id: str) -> None:
        version = self.find_version(version_id)
        if version is not None:
            self._gallery.want_thumbnail(version)

    def find_shown(self) -> Version | None:
        return self.find_version(self.shown)

    def find_version(self, version_id: str) -> Version | None:
        return next((version for version in self.versions if version.id == version_id), None)

    # ---- inside

    def forget_all(self) -> None:
        """Another library is open: what is on the desk, or on its way, is not of it."""
        self._opening += 1
        self.busy = ""
        self._late.clear()
        self._said_away.clear()
        self._clear()

    def _clear(self) -> None:
        """Nothing is on the desk any more."""
        gone = self.document.id if self.document is not None else ""
        self._late = [one for one in self._late if one.document_id != gone]
        self.document, self.versions, self.shown, self._compared = None, [], "", ""
        self.picture_shown.emit(None)
        self.before_shown.emit(None)
        self.versions_changed.emit()
        self.changed.emit()

    def _put_on_desk(self, found: errands.Opened) -> None:
        self.leaving.emit()
        again = self.document is not None and self.document.id == found.document.id
        late = [version for version in self._late if _of(version, found.document)]
        self.document, self.versions = found.document, _merged(found.versions, late)
        self.shown = ""
        if not again:
            self._compared = ""
        self.arrived.emit(found, again)
        if found.master is not None:
            self._gallery.take(found.master)
        else:
            self.picture_shown.emit(None)
        self.versions_changed.emit()
        self.show_version(found.document.current_version_id)
        if found.away is not None:
            self._say_away(found.away)

    def _picture_made(self, picture: Picture) -> None:
        before = self.find_before()
        if picture.version_id == self.shown:
            self.picture_shown.emit(picture)
            self.want_before()
        elif before is not None and picture.version_id == before.id:
            self.before_shown.emit(picture)

    def _picture_failed(self, version_id: str, error: KontextError) -> None:
        if version_id != self.shown:
            return
        if error.kind == "original":
            self._say_away(error)
        else:
            self.failed.emit(error)

    def _say_away(self, error: KontextError) -> None:
        """The original is not there: looking goes on without it, so it is said once."""
        document = self.document
        if document is not None and document.id not in self._said_away:
            self._said_away.add(document.id)
            self.told.emit(
                Notice(
                    Tone.LOOK,
                    f"{error.message} You see its picture for review; editing and export at full "
                    "size need it.",
                    error.hint,
                    error.detail,
                )
            )


def _merged(versions: list[Version], more: Sequence[Version]) -> list[Version]:
    """What is known already stays: something may have been said of it since. What was made from a
    version in the trash is there too."""
    known = {version.id: version for version in versions}
    for version in sorted(more, key=lambda version: version.sequence):
        if all(parent in known for parent in version.parent_ids):
            known.setdefault(version.id, version)
    return sorted(known.values(), key=lambda version: version.sequence)


def _of(version: Version, document: Document) -> bool:
    return version.document_id == document.id
