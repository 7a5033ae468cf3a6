"""The Workbench: one QObject between the widgets and the engine.

It holds what is on the desk (document, versions, draft) and says so by signals. All work goes
through the dispatcher; the engine is imported there, so that the first paint need not wait for it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_desktop import paths
from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.errors import KontextError
from kontext_desktop.first_words import Draft, Settings, Size
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.account import Account
from kontext_desktop.workbench.care import JobCare
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.gallery import Gallery
from kontext_desktop.workbench.link import StudioLink
from kontext_desktop.workbench.orders import Orders
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.service import ServiceChoice
from kontext_desktop.workbench.state import Deed, Desk, LibraryFacts, Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.glance import Glance
    from kontext_desktop.model import Job, Raster, Step, Version
    from kontext_desktop.workbench.care_errands import TakenIn
    from kontext_desktop.workbench.exports import Exports
    from kontext_desktop.workbench.history import History
    from kontext_desktop.workbench.opinions import Opinions
    from kontext_desktop.workbench.recipes import Recipes
    from kontext_desktop.workbench.rooms import Rooms
    from kontext_desktop.workbench.trash import Trash
    from kontext_desktop.workbench.upkeep import Upkeep

MODEL = KONTEXT_MAX
RECENT = 10
DRAFT_REST_MS = 600
"""A draft is kept once the typing has rested for so long."""
TILE_TICK_MS = 500


class Workbench(QObject):
    desk_changed = Signal(object)
    """Desk"""
    draft_changed = Signal(object)
    """Draft: also emitted when the person's own edit was taken; widgets must not loop."""
    versions_changed = Signal(object)
    """list[VersionRow], newest first; empty without a document."""
    tiles_changed = Signal(object)
    """list[Tile] of the current document's latest batch and every job that runs."""
    picture_shown = Signal(object)
    """Picture (for review; the whole once `want_detail` asked for it), or None: empty canvas."""
    before_shown = Signal(object)
    """Picture that the shown version is compared with: what it was made from, or what the person
    chose; None when there is none."""
    thumbnail_made = Signal(str, object)
    """version_id, Raster of at most 320 x 240"""
    picture_made = Signal(object)
    """Picture of any version that was asked for"""
    heat_measured = Signal(object)
    """Heat"""
    gamut_found = Signal(object)
    """Gamut"""
    screen_changed = Signal()
    """Pictures that were made before this are for another screen."""
    notice_raised = Signal(object)
    """Notice"""
    result_arrived = Signal(str)
    """version_id of a finished job; the canvas stays, the strip announces it."""
    library_opened = Signal(object)
    """LibraryFacts of the library that is open from now on"""
    library_left = Signal()
    """What was shown of the library before is of no use any more."""
    key_checked = Signal(bool, str)
    """Answer to `put_key`: accepted, and a sentence."""

    def __init__(
        self,
        open_studio: Callable[..., Studio],
        save_settings: Callable[[Settings], None],
        settings: Settings,
        dispatcher: Dispatcher,
        *,
        now: Callable[[], float] = time.time,
        draw_seed: Callable[[], int] = lambda: random.randint(1, 2_147_483_000),
    ) -> None:
        """Nothing is opened here: `start` does that, on a pool thread. `open_studio` takes the
        settings and, where another library is wanted than they name, its folder."""
        super().__init__()
        self._open_studio = open_studio
        self._now = now
        self._draw_seed = draw_seed
        guidance = MODEL.guidance_scale.default
        assert guidance is not None
        self._draft = Draft(guidance_scale=guidance, seed=draw_seed())
        self._closed: bool | None = None
        """None while open; then whether all threads came to rest."""
        self._library: LibraryFacts | None = None

        self._link = StudioLink(dispatcher, self)
        self._link.trouble.connect(self._tell)
        self._link.opened.connect(self._take_library)
        self._service = ServiceChoice(self._link, dispatcher, save_settings, settings, self)
        self._service.changed.connect(self._standing_changed)
        self._service.unfinished_found.connect(self._take_unfinished)
        self._service.key_checked.connect(self._answer_key)
        self._service.failed.connect(self._tell_service)
        self._queue = JobQueue(self._link, self)
        self._queue.charged.connect(self._service.count_spent)
        self._queue.changed.connect(self._jobs_changed)
        self._queue.stepped.connect(self._job_stepped)
        self._account = Account(self._link, now, self)
        self._account.changed.connect(self._account_changed)
        self._account.refunded.connect(self._take_refunds)
        self._queue.charged.connect(self._account.count)
        gallery = self._gallery = Gallery(self._link, self)
        gallery.drift_measured.connect(self._emit_versions)
        gallery.drift_measured.connect(self._emit_tiles)
        gallery.thumbnail_made.connect(self.thumbnail_made)
        gallery.picture_made.connect(self.picture_made)
        gallery.heat_measured.connect(self.heat_measured)
        gallery.gamut_found.connect(self.gamut_found)
        gallery.screen_changed.connect(self.screen_changed)
        self._documents = Documents(self._link, gallery, self)
        self._documents.changed.connect(self._emit_desk)
        self._documents.leaving.connect(self._keep_draft)
        self._documents.arrived.connect(self._take_document)
        self._documents.versions_changed.connect(self._emit_versions)
        self._documents.version_chosen.connect(self._show_chosen)
        self._documents.picture_shown.connect(self.picture_shown)
        self._documents.before_shown.connect(self.before_shown)
        self._documents.told.connect(self.notice_raised)
        self._documents.failed.connect(self._tell)
        self.care = JobCare(self._link, self._queue, gallery, self)
        """What is done about single Jobs."""
        self.care.told.connect(self.notice_raised)
        self.care.failed.connect(self._tell)
        self._orders = Orders(
            self._link, self._queue, self._service, self._documents, self.care, self
        )
        self._orders.changed.connect(self._emit_desk)
        self._orders.told.connect(self.notice_raised)
        self._orders.failed.connect(self._tell)
        self._draft_rest = QTimer(self, singleShot=True, interval=DRAFT_REST_MS)
        self._draft_rest.timeout.connect(self._keep_draft)
        self._draft_rest.timeout.connect(self._service.connect_ahead)
        self._tile_tick = QTimer(self, interval=TILE_TICK_MS)
        self._tile_tick.timeout.connect(self._emit_tiles)

    @cached_property
    def _rooms(self) -> Rooms:
        from kontext_desktop.workbench.rooms import Rooms  # not for the first paint

        rooms = Rooms(
            self._link,
            self._gallery,
            self._documents,
            self._queue,
            self._orders,
            self.set_draft,
            lambda folder: self._open_studio(self.settings, folder),
            self,
        )
        rooms.told.connect(self.notice_raised)
        rooms.failed.connect(self._tell)
        rooms.left.connect(self._forget_library)
        rooms.entered.connect(self._begin_anew)
        rooms.come_back.connect(self._come_back)
        rooms.unpacked.connect(self._show_unpacked)
        return rooms

    @property
    def opinions(self) -> Opinions:
        """What the person says of versions, undo and redo."""
        return self._rooms.opinions

    @property
    def recipes(self) -> Recipes:
        """Running again what made a version, and taking it to another picture."""
        return self._rooms.recipes

    @property
    def trash(self) -> Trash:
        """What is put away, brought back, erased."""
        return self._rooms.trash

    @property
    def history(self) -> History:
        """Everything in the library, to be looked through."""
        return self._rooms.history

    @property
    def exports(self) -> Exports:
        """What is written outside the library."""
        return self._rooms.exports

    @property
    def upkeep(self) -> Upkeep:
        """Looking after the library, and files for other machines."""
        return self._rooms.upkeep

    @property
    def settings(self) -> Settings:
        return self._service.settings

    @property
    def draft(self) -> Draft:
        return self._draft

    # ---- coming and going

    def start(
        self, files: Sequence[Path] = (), look: Callable[[], Glance | None] | None = None
    ) -> None:
        """Open the library away from here, then the given file, or what was open last time.
        `look` brings a first look at the first file: that is waited for, away from here, since all
        else would only delay it."""
        if look is not None:
            self._documents.look_before(look, lambda: self.start(files))
            return
        self._emit_all()
        wanted = self.settings
        self._link.open(lambda: self._open_studio(wanted))
        self._service.ask()
        for file in reversed(files):
            self.open_file(file)  # the first named is asked for last, and shown
        if not files and not self._documents.busy:
            self._restore()
        # After all that the person waits for.
        self._link.run(errands.look_after, self._tell_damage)

    def close(self) -> bool:
        """Keep what is on the desk. True when every thread came to rest; no Job changes state.

        Blocks for 2.5 seconds at most where the network is waited for, longer only while a file is
        being written. What cannot be written now is logged: the window is gone.
        """
        if self._closed is not None:
            return self._closed
        if "_rooms" in self.__dict__:
            self.upkeep.stop()
        self._draft_rest.stop()
        self._tile_tick.stop()
        self._account.stop()
        document, draft = self._documents.document, self._draft

        def keep_draft(studio: Studio) -> None:
            if document is not None and not studio.library.reading_only:
                studio.library.put_draft(document.id, draft)

        # Without a library this window owned nothing that is worth writing down.
        has_library = self._link.is_open
        self._closed = self._link.close(2.5, lambda studio: _logged(lambda: keep_draft(studio)))
        if has_library:
            _logged(self._service.save)
        return self._closed

    def _tell_damage(self, damaged: int) -> None:
        if damaged:
            records = "One record" if damaged == 1 else f"{damaged} records"
            self.notice_raised.emit(
                Notice(
                    Tone.LOOK,
                    f"{records} of the library cannot be read; the rest is there.",
                    "File, Library care, Check and mend: it mends what can be mended.",
                )
            )

    def open_library(self, folder: Path | None, *, new: bool = False) -> None:
        """Change the library for another; None: the usual one. The present one stays where that
        cannot be opened. What was sent goes on there, and is collected when it is open again."""
        self._keep_draft()
        present = self._library.folder if self._library else ""
        self._rooms.open_library(folder, present, new=new)

    def _begin_anew(self, facts: LibraryFacts) -> None:
        """Nothing that is known is of this library."""
        from kontext_desktop.workbench.libraries import list_recent

        self._forget_library()
        before = self.settings.recent_libraries
        if self._library is not None:
            before = list_recent(self._library.folder, before)
        window = {**self.settings.window, "document": ""}
        self._service.keep(
            self.settings._replace(
                library=facts.folder if facts.name else "",
                recent_libraries=list_recent(facts.folder, before),
                window=window,
            )
        )
        self._library = facts
        self._come_back()

    def _come_back(self) -> None:
        """Begin with a library that has just been opened (again)."""
        self._service.begin_anew()
        self._documents.open(
            "what was worked on last", lambda studio, _: errands.find_latest(studio)
        )
        self._link.run(errands.look_after, self._tell_damage)

    def _show_unpacked(self, found: TakenIn) -> None:
        document = self._documents.document
        if document is not None and document.id in found.documents:
            self._documents.open(
                document.name, lambda studio, _: errands.find_document(studio, document.id)
            )
        elif found.documents:
            self.open_document(found.documents[0], found.name)

    def _forget_library(self) -> None:
        self._draft_rest.stop()
        self._account.forget()
        self._queue.forget_all()
        self._orders.forget_all()
        self._gallery.forget_all()
        self.care.forget_all()
        self._documents.forget_all()
        self.library_left.emit()
        self._emit_all()

    def keep_window(self, values: Mapping[str, str]) -> None:
        """Remember how the window was left; written when it closes."""
        window = {**self.settings.window, **values}
        self._service.settings = self.settings._replace(window=window)

    # ---- documents and versions

    def open_file(self, path: Path, look: Callable[[], Glance | None] | None = None) -> None:
        """Bring a picture in and show it. `look`: brings a first look that was begun already."""
        place = str(path.absolute())

        def opened(found: errands.Opened) -> None:
            rest = [file for file in self.settings.recent_files if file != place]
            recent = (place, *rest)[:RECENT]
            window = {**self.settings.window, "document": found.document.id}
            # At once, not only at the end: what is open is found again after a crash too.
            self._service.keep(self.settings._replace(recent_files=recent, window=window))

        screen = self._gallery.screen
        self._documents.open(
            path.name, lambda studio, look: errands.bring_in(studio, path, screen, look), opened
        )
        self._documents.look(look or (lambda: errands.glance_at(path)))

    def open_document(self, document_id: str, name: str, version_id: str = "") -> None:
        """Put a document of the library on the desk, showing this version of it."""
        document = self._documents.document
        if document is not None and document.id == document_id:
            if version_id:
                self._documents.show_version(version_id)
            return
        self._documents.open(
            name, lambda studio, _: errands.find_document(studio, document_id, version_id)
        )

    def paste_picture(self, picture: Raster, name: str) -> None:
        """Make a document of pixels that came without a file."""
        screen = self._gallery.screen
        self._documents.open(name, lambda studio, _: errands.paste(studio, picture, name, screen))

    def set_screen(self, screen: bytes) -> None:
        """Make pictures ready for a screen with this ICC profile; b"" for sRGB."""
        self._documents.set_screen(screen)

    def show_version(self, version_id: str) -> None:
        """Put a version on the canvas; the next edit starts from it."""
        self._documents.show_version(version_id)

    def compare_with(self, version_id: str) -> None:
        """Choose the version that the shown one is compared with; empty: what it was made from."""
        self._documents.compare_with(version_id)

    def compare_with_original(self) -> None:
        if self._documents.versions:
            self._documents.compare_with(self._documents.versions[0].id)

    def want_before(self) -> None:
        """Bring the picture that the shown version is compared with."""
        self._documents.want_before()

    def want_detail(self) -> None:
        """Bring the whole of the shown version, and of the one before: somebody looks closely."""
        self._documents.want_detail()

    def relocate(self, place: Path) -> None:
        """Find the open picture's moved original again: `place` is the file or a folder above."""
        self._documents.relocate(place)

    def want_pictures(self, version_ids: Sequence[str]) -> None:
        """Bring pictures of several versions of the document: `picture_made`."""
        self._documents.want_pictures(version_ids)

    def want_heat(self) -> None:
        """Measure how far the shown version is from what it is compared with: `heat_measured`."""
        self._documents.want_heat()

    def want_gamut(self) -> None:
        """Find what the screen cannot show of the shown version: `gamut_found`."""
        self._documents.want_gamut()

    def want_thumbnail(self, version_id: str) -> None:
        self._documents.want_thumbnail(version_id)

    def list_samples(self) -> Sequence[Path]:
        return sorted((paths.resources() / "samples").glob("*.jpg"))

    def put_never_send(self, value: bool) -> None:
        """Say whether the open picture may ever be sent."""
        self._documents.mark(never_send=value)

    def put_client(self, client: str) -> None:
        """Say whom the work on the open picture is for: a tag on its charges."""
        self._documents.mark(client=client)

    # ---- the draft and what comes of it

    def set_draft(self, draft: Draft) -> None:
        if draft == self._draft:
            return
        self._draft = draft
        self._draft_rest.start()
        self.draft_changed.emit(draft)
        self._emit_desk()

    def roll_seed(self) -> None:
        self.set_draft(self._draft._replace(seed=self._draw_seed()))

    def generate(self) -> None:
        """Order the draft's variations from the shown version. One click, one order."""
        if self._orders.ordering:
            return  # the click before this one is being prepared
        self._orders.listen_anew()
        desk = self._desk()
        version = self._documents.find_shown()
        if not desk.can_generate or version is None:
            if desk.why_not:
                self.notice_raised.emit(Notice(Tone.PLAIN, desk.why_not))
            return
        draft, document = self._draft, self._documents.document

        def placed() -> None:
            # What was changed while the order was prepared is the person's, and stays.
            now = (self._documents.document, self._draft.seed, self._draft.seed_locked)
            if now == (document, draft.seed, False):
                self.roll_seed()

        self._orders.place(version, draft, placed)

    def act_on_tile(
        self, job_id: str, action: Literal["cancel", "hide", "retry", "collect"]
    ) -> None:
        """Cancel (free before sending), hide (still collected), collect again (free), or send: a
        fresh click, its price on the button."""
        self._orders.act_on_tile(job_id, action)

    def do(self, deed: Deed) -> None:
        """What a notice offered; what has moved on meanwhile is left alone."""
        match deed.name:
            case "send_all":
                self._orders.send_all(deed)
            case "cancel_all":
                self._orders.cancel_all(deed)
            case "other_seed":
                self.roll_seed()
            case "restore":
                for entry_id in deed.job_ids:
                    self.trash.restore(entry_id)

    # ---- service, key, preferences

    def choose_mode(self, mode: Literal["practice", "real"]) -> None:
        self.set_settings(self.settings._replace(mode=mode))

    def set_settings(self, settings: Settings) -> None:
        """Take preferences; they are written at once. The library's place counts from the next
        start."""
        self._orders.listen_anew()
        self._service.set_settings(settings)

    def put_may_send(self, value: bool) -> None:
        """Say whether anything of this library may ever be sent."""
        self._service.put_may_send(value)

    def put_key(self, key: str) -> None:
        """Keep a key for the endpoint, and say by `key_checked` whether that went well."""
        self._service.put_key(key)

    def forget_key(self) -> None:
        self._service.forget_key()

    # ---- inside

    def _restore(self) -> None:
        document_id = self.settings.window.get("document", "")
        if document_id:
            self._documents.open(
                "what was open last", lambda studio, _: errands.find_document(studio, document_id)
            )

    def _take_library(self) -> None:
        """Learn where the library lies, and say what is to be said of that when it is opened there
        first."""

        def done(answer: tuple[LibraryFacts, tuple[str, str] | None]) -> None:
            self._library, said = answer
            self.library_opened.emit(self._library)
            self._emit_desk()
            if said is not None:
                self.notice_raised.emit(Notice(Tone.LOOK, *said))

        self._documents.may_write = not self._link.reading_only
        self._link.run(errands.describe_library, done)

    def _take_document(self, found: errands.Opened, again: bool) -> None:
        if not again:
            # First, for a frame belongs to its picture; the words of the last one stay for one that
            # has none yet.
            self._draft = _fitting(found.draft, found.document.size) or self._draft._replace(
                frame=None
            )
        self.keep_window({"document": found.document.id})
        self._orders.show_batch_of(None)
        self._queue.know(found.jobs)
        if not again:
            self.draft_changed.emit(self._draft)
        for note in found.notes:
            self.notice_raised.emit(Notice(Tone.PLAIN, note))

    def _show_chosen(self, version: Version) -> None:
        self._orders.show_batch_of(version)
        self._emit_desk()
        self._emit_tiles()

    def _take_unfinished(self, found: errands.Unfinished) -> None:
        self._orders.take_unfinished(found)
        self._account.begin(self._service.standing.origin)

    def _answer_key(self, accepted: bool, sentence: str) -> None:
        if accepted:
            self._account.forget()  # it may be another account
        self.key_checked.emit(accepted, sentence)

    def _take_refunds(self, jobs: list[Job]) -> None:
        self._queue.know(jobs)
        self._service.count_spent()

    def _standing_changed(self) -> None:
        if self._queue.jobs:  # their buttons name the price
            self._emit_tiles()
        self._emit_desk()

    def _account_changed(self) -> None:
        self._emit_tiles()
        self._emit_desk()

    def _job_stepped(self, step: Step) -> None:
        for version in self._documents.take_versions(step.versions):
            self.result_arrived.emit(version.id)

    def _keep_draft(self) -> None:
        self._draft_rest.stop()
        document, draft = self._documents.document, self._draft
        if document is not None:
            self._documents.keep(lambda studio: studio.library.put_draft(document.id, draft))

    def _tell_service(self, error: KontextError) -> None:
        """Whoever can only look has no use for the service."""
        if self._link.is_open and self._link.reading_only:
            logging.getLogger(__name__).info("%s %s", error.message, error.detail)
        else:
            self._tell(error)

    def _tell(self, error: KontextError) -> None:
        detail = f"{error.kind}: {error.detail}" if error.detail else ""
        logging.getLogger(__name__).warning("%s (%s)", error.message, detail or error.kind)
        self.notice_raised.emit(Notice(Tone.TROUBLE, error.message, error.hint, detail))
        self._emit_desk()

    def _jobs_changed(self) -> None:
        ticking = self._queue.running > 0
        if ticking != self._tile_tick.isActive():
            self._tile_tick.start() if ticking else self._tile_tick.stop()
        self._emit_tiles()
        self._emit_desk()

    # ---- what is shown

    def _emit_all(self) -> None:
        self._emit_desk()
        self.draft_changed.emit(self._draft)
        self._emit_versions()
        self._emit_tiles()

    def _emit_desk(self) -> None:
        self.desk_changed.emit(self._desk())

    def _emit_versions(self) -> None:
        from kontext_desktop.workbench.listing import list_rows  # not for the first paint

        drifts = self._gallery.drifts
        self.versions_changed.emit(list_rows(self._documents.versions, self._queue.jobs, drifts))

    def _emit_tiles(self) -> None:
        drifts = self._gallery.drifts
        self.tiles_changed.emit(self._orders.list_tiles(self._now(), self._account.refunds, drifts))

    def _desk(self) -> Desk:
        from kontext_desktop.workbench.showing import compose_desk  # not for the first paint

        return compose_desk(
            self._draft,
            self.settings,
            self._service.standing,
            self._documents,
            self._queue,
            self._account,
            self._library,
        )


def _fitting(draft: Draft | None, size: Size) -> Draft | None:
    """A draft as it was kept, without a frame that is not of this picture."""
    if draft is None or draft.frame is None:
        return draft
    from kontext_desktop.framing import is_inside  # not for the first paint

    return draft if is_inside(draft.frame, size) else draft._replace(frame=None)


def _logged(act: Callable[[], None]) -> None:
    """At the very end there is no window left to tell trouble in."""
    try:
        act()
    except KontextError as error:
        logging.getLogger(__name__).error("%s %s", error.message, error.detail)
