"""The Workbench: one QObject between the widgets and the engine.

It holds what is on the desk (document, versions, draft) and says so by signals. All work goes
through the dispatcher; the engine is imported there, so that the first paint need not wait for it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
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
from kontext_desktop.workbench.state import Deed, Desk, Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.framing import Plan
    from kontext_desktop.model import Document, Job, Raster, Step, Version

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
    notice_raised = Signal(object)
    """Notice"""
    result_arrived = Signal(str)
    """version_id of a finished job; the canvas stays, the strip announces it."""
    key_checked = Signal(bool, str)
    """Answer to `put_key`: accepted, and a sentence."""

    def __init__(
        self,
        open_studio: Callable[[Settings], Studio],
        save_settings: Callable[[Settings], None],
        settings: Settings,
        dispatcher: Dispatcher,
        *,
        now: Callable[[], float] = time.time,
        draw_seed: Callable[[], int] = lambda: random.randint(1, 2_147_483_000),
    ) -> None:
        """Nothing is opened here: `start` does that, on a pool thread."""
        super().__init__()
        self._open_studio = open_studio
        self._now = now
        self._draw_seed = draw_seed
        guidance = MODEL.guidance_scale.default
        assert guidance is not None
        self._draft = Draft(guidance_scale=guidance, seed=draw_seed())
        self._closed: bool | None = None
        """None while open; then whether all threads came to rest."""

        self._link = StudioLink(dispatcher, self)
        self._link.trouble.connect(self._tell)
        self._link.opened.connect(self._tell_place)
        self._service = ServiceChoice(self._link, dispatcher, save_settings, settings, self)
        self._service.changed.connect(self._standing_changed)
        self._service.unfinished_found.connect(self._take_unfinished)
        self._service.key_checked.connect(self._answer_key)
        self._service.failed.connect(self._tell)
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

    @property
    def settings(self) -> Settings:
        return self._service.settings

    @property
    def draft(self) -> Draft:
        return self._draft

    # ---- coming and going

    def start(self, files: Sequence[Path] = ()) -> None:
        """Open the library away from here, then the given file, or what was open last time."""
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
        self._draft_rest.stop()
        self._tile_tick.stop()
        self._account.stop()
        document, draft = self._documents.document, self._draft

        def keep_draft(studio: Studio) -> None:
            if document is not None:
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
                    "`kontext library check --repair` mends what can be mended.",
                )
            )

    def keep_window(self, values: Mapping[str, str]) -> None:
        """Remember how the window was left; written when it closes."""
        window = {**self.settings.window, **values}
        self._service.settings = self.settings._replace(window=window)

    # ---- documents and versions

    def open_file(self, path: Path) -> None:
        """Bring a picture in and show it."""
        place = str(path.absolute())

        def opened(found: errands.Opened) -> None:
            rest = [file for file in self.settings.recent_files if file != place]
            recent = (place, *rest)[:RECENT]
            window = {**self.settings.window, "document": found.document.id}
            # At once, not only at the end: what is open is found again after a crash too.
            self._service.keep(self.settings._replace(recent_files=recent, window=window))

        self._documents.open(path.name, lambda studio: errands.bring_in(studio, path), opened)

    def paste_picture(self, picture: Raster, name: str) -> None:
        """Make a document of pixels that came without a file."""
        self._documents.open(name, lambda studio: errands.paste(studio, picture, name))

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

    def want_thumbnail(self, version_id: str) -> None:
        self._documents.want_thumbnail(version_id)

    def list_samples(self) -> Sequence[Path]:
        return sorted((paths.resources() / "samples").glob("*.jpg"))

    def propose_export(self) -> str:
        """A file name for the shown version; empty without one."""
        version, document = self._documents.find_shown(), self._documents.document
        if version is None or document is None:
            return ""
        from kontext_desktop.engine import export

        return export.propose_name(document.name, version)

    def export(self, version_id: str, target: Path, *, force: bool) -> None:
        """Write a version's appearance to a file and say where it lies."""
        version = self._documents.find_version(version_id)
        if version is None:
            return

        def failed(error: KontextError) -> None:
            self._documents.say_busy("")
            self._tell(error)

        self._documents.say_busy(f"Writing {target.name}")
        self._link.run(
            lambda studio: errands.export(studio, version, target, force),
            lambda _: self._say_done(f"Written to {target}."),
            failed,
        )

    def put_never_send(self, value: bool) -> None:
        """Say whether the open picture may ever be sent."""
        self._documents.mark(never_send=value)

    def put_client(self, client: str) -> None:
        """Say whom the work on the open picture is for: a tag on its charges."""
        self._documents.mark(client=client)

    def save_charges(self, target: Path) -> None:
        """Write everything that was charged as a table."""

        def done(number: int) -> None:
            charges = "1 charge" if number == 1 else f"{number} charges"
            self.notice_raised.emit(Notice(Tone.GOOD, f"{charges} written to {target}."))

        self._link.run(lambda studio: errands.save_charges(studio, target), done)

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
                "what was open last", lambda studio: errands.find_document(studio, document_id)
            )

    def _tell_place(self) -> None:
        """What is to be said of where the library lies, when it is opened there first."""

        def done(said: tuple[str, str] | None) -> None:
            if said is not None:
                self.notice_raised.emit(Notice(Tone.LOOK, *said))

        self._link.run(lambda studio: studio.library.place_notice, done)

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
            self._link.run(
                lambda studio: studio.library.put_draft(document.id, draft), pool="writes"
            )

    def _tell(self, error: KontextError) -> None:
        detail = f"{error.kind}: {error.detail}" if error.detail else ""
        logging.getLogger(__name__).warning("%s (%s)", error.message, detail or error.kind)
        self.notice_raised.emit(Notice(Tone.TROUBLE, error.message, error.hint, detail))
        self._emit_desk()

    def _say_done(self, text: str) -> None:
        self._documents.say_busy("")
        self.notice_raised.emit(Notice(Tone.GOOD, text))

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
        settings, document = self.settings, self._documents.document
        standing = self._service.standing
        plan = self._plan(document)
        shown, before = self._documents.find_shown(), self._documents.find_before()
        why_not = self._why_not()
        return Desk(
            document=document,
            shown_version_id=self._documents.shown,
            frame=plan.frame if plan else None,
            returns=plan.returns if plan else None,
            price=standing.price * self._draft.count,
            can_generate=not why_not,
            why_not=why_not,
            practice=standing.practice,
            mode=settings.mode,
            spent_today=standing.spent.certain + standing.spent.possible,
            daily_cap=settings.daily_cap,
            running=self._queue.running,
            waiting=self._queue.waiting,
            key_text=standing.key_text,
            key_tone=standing.key_tone,
            busy=self._documents.busy,
            recent_files=settings.recent_files,
            spent_possible=standing.spent.possible,
            spend_note=self._spend_note(),
            balance=None if standing.origin is None else self._account.balance,
            offline_since=self._queue.away_since,
            looking_up=self._queue.looking_up,
            price_of_one=standing.price,
            may_send=standing.may_send,
            shown_title=shown.title if shown else "",
            before_id=before.id if before else "",
            before_title=before.title if before else "",
            plan=plan,
            region=self._draft.frame,
            aspect_ratio=self._draft.aspect_ratio,
        )

    def _plan(self, document: Document | None) -> Plan | None:
        if document is None:
            return None
        from kontext_desktop.framing import plan  # not for the first paint

        return plan(MODEL, document.size, self._draft.aspect_ratio, self._draft.frame)

    def _spend_note(self) -> str:
        standing, account = self._service.standing, self._account
        if standing.origin is None:
            return ""  # nothing is known yet, and no words are needed for the first paint
        from kontext_desktop.workbench.words import describe_spend

        return describe_spend(standing, account.refunds, account.balance, account.balance_at)

    def _why_not(self) -> str:
        if self.settings.mode is None:
            return "Choose practice, or give a key."
        if self._documents.document is None:
            return "Open a picture first."
        if not self._service.standing.may_send:
            return "This library is never to be sent: see Settings."
        if self._documents.document.never_send:
            return "This picture is never to be sent: see the Picture menu."
        if not self._draft.prompt.strip():
            return "Write what to change."
        return ""


def _fitting(draft: Draft | None, size: Size) -> Draft | None:
    """A draft as it was kept, without a frame that is not of this picture."""
    from kontext_desktop.framing import is_inside  # not for the first paint

    if draft is None or draft.frame is None or is_inside(draft.frame, size):
        return draft
    return draft._replace(frame=None)


def _logged(act: Callable[[], None]) -> None:
    """At the very end there is no window left to tell trouble in."""
    try:
        act()
    except KontextError as error:
        logging.getLogger(__name__).error("%s %s", error.message, error.detail)
