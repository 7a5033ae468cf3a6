"""What the workbench sends away: plain functions over the Studio, run on pool threads. No Qt.

The engine is imported inside them, so that the window's first paint need not wait for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kontext_desktop import paths
from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.first_words import Draft, JobState, Settings, Size
from kontext_desktop.workbench.state import LibraryFacts, Picture, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.intake import Arrival
    from kontext_desktop.engine.preview import Shown
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.errors import KontextError
    from kontext_desktop.glance import Glance
    from kontext_desktop.imaging import Native
    from kontext_desktop.model import Document, Job, Origin, Raster, Version


class Opened(NamedTuple):
    """What a pool task brings home when a document is put on the desk."""

    document: Document
    versions: list[Version]
    jobs: list[Job]
    draft: Draft | None
    notes: tuple[str, ...] = ()
    master: Picture | None = None
    """The original where it was just decoded, so that it is not decoded again."""
    away: KontextError | None = None
    """Why the original cannot be read, as far as that is seen without reading it."""


class Spent(NamedTuple):
    """Today: for certain, and perhaps on top of that."""

    certain: int
    possible: int


class Standing(NamedTuple):
    """What is known of the chosen service. `origin` None: not asked yet."""

    origin: Origin | None
    practice: bool
    price: int
    spent: Spent
    key_text: str = ""
    key_tone: Tone = Tone.PLAIN
    may_send: bool = True
    """False: nothing of this library is ever to be sent, to no service."""

    @classmethod
    def unknown(cls, settings: Settings) -> Standing:
        return cls(None, settings.mode == "practice", KONTEXT_MAX.price, Spent(0, 0))


class Unfinished(NamedTuple):
    """Jobs of the chosen service: those reading carries on, and those that wait for a click."""

    going_on: list[Job]
    waiting: list[Job]


def find_document(studio: Studio, document_id: str, version_id: str = "") -> Opened | None:
    """As it was left, or with `version_id` to be shown; None: it is not there, or in the trash."""
    document = studio.library.find_document(document_id)
    found = _opened(studio, document) if document else None
    if found is None or not found.versions:
        return None
    if version_id:
        from dataclasses import replace  # not for the first paint

        return found._replace(document=replace(found.document, current_version_id=version_id))
    return found


def find_latest(studio: Studio) -> Opened | None:
    """What was worked on last; None in an empty library."""
    for document in studio.library.list_documents(limit=1):
        return find_document(studio, document.id)
    return None


def describe_library(studio: Studio) -> tuple[LibraryFacts, tuple[str, str] | None]:
    """What it is, and what to tell the person of the disk it lies on."""
    return describe(studio), describe_reading(studio) or studio.library.place_notice


def describe(studio: Studio) -> LibraryFacts:
    folder = studio.library.folder
    name = "" if folder == usual_folder() else folder.name
    return LibraryFacts(str(folder), name, studio.library.reading_only)


def usual_folder() -> Path:
    """Where the library is of whoever has only one."""
    return Path(os.path.realpath(paths.library_folder({})))


def describe_reading(studio: Studio) -> tuple[str, str] | None:
    """What is to be said of a library that can only be read."""
    if not studio.library.reading_only:
        return None
    return (
        f"The library in {studio.library.folder} can only be read.",
        "Looking, comparing and exporting go on; new pictures, edits and stars need a disk that "
        "can be written.",
    )


def bring_in(studio: Studio, path: Path, screen: bytes, look: Callable[[Picture], None]) -> Opened:
    """`look` is called with a first look as soon as the picture is decoded."""
    from kontext_desktop.engine import intake, preview

    def decoded(native: Native) -> None:
        height, width = native.pixels.shape[:2]
        level = preview.first_look(native, screen)
        look(Picture("", Size(width, height), (level,), preview=True))

    copy_up_to = studio.settings.copy_up_to
    arrival = intake.bring_in(studio.library, path, copy_up_to=copy_up_to, decoded=decoded)
    return _arrived(studio, arrival, screen)


def glance_at(path: Path) -> Glance | None:
    from kontext_desktop.glance import glance

    return glance(path)


def paste(studio: Studio, picture: Raster, name: str, screen: bytes) -> Opened:
    from kontext_desktop.engine import intake

    return _arrived(studio, intake.paste(studio.library, picture, name), screen)


def _arrived(studio: Studio, arrival: Arrival, screen: bytes) -> Opened:
    from kontext_desktop.engine import preview

    found = _opened(studio, arrival.document)
    shown = preview.show(arrival.pixels, screen)
    master = _picture(studio, found.versions[0], found.document, shown, preview=False)
    return found._replace(notes=arrival.notes, master=master)


def show_review(studio: Studio, version: Version, document: Document, screen: bytes) -> Picture:
    """A version's picture for review: the original is not looked at for it."""
    from kontext_desktop.engine import preview

    shown = preview.review(studio.library, version, screen)._replace(numbers=None)
    return _picture(studio, version, document, shown, preview=True)


def show_whole(studio: Studio, version: Version, document: Document, screen: bytes) -> Picture:
    from kontext_desktop.engine import preview

    shown = preview.whole(studio.library, version, screen)
    return _picture(studio, version, document, shown, preview=False)


def _picture(
    studio: Studio, version: Version, document: Document, shown: Shown, *, preview: bool
) -> Picture:
    from kontext_desktop.engine.preview import find_colours

    colours = find_colours(studio.library, document)
    return Picture(version.id, document.size, shown.levels, preview, shown.numbers, colours)


def _opened(studio: Studio, document: Document) -> Opened:
    library = studio.library
    jobs = library.list_jobs(document_id=document.id, shown=True)
    versions = library.list_versions(document.id)
    draft = library.find_draft(document.id)
    return Opened(document, versions, jobs, draft, away=library.masters.find_trouble(document))


def relocate(studio: Studio, document: Document, place: Path) -> Path:
    from kontext_desktop.engine import intake

    return intake.relocate(studio.library, document, place)


def repeat(studio: Studio, job: Job, expected_price: int) -> list[Job]:
    from kontext_desktop.engine.order import repeat_order

    return repeat_order(studio, job, expected_price)


def spent_today(studio: Studio) -> Spent:
    """What the chosen service has charged."""
    from kontext_desktop.engine import ledger

    spent = ledger.spent_today(studio, studio.get_origin())
    return Spent(spent.certain, spent.possible)


def ask_price(studio: Studio) -> int:
    """What one image costs now; asks the service unless it was asked within ten minutes."""
    from kontext_desktop.engine import ledger

    return ledger.quote(studio, studio.get_service(), KONTEXT_MAX)


def stand(studio: Studio, settings: Settings) -> tuple[Standing, Unfinished]:
    """Point the studio at the chosen service, settle what it left unfinished, ask its price."""
    from kontext_desktop.engine import ledger, recovery
    from kontext_desktop.engine.studio import Target

    studio.target = Target(settings.endpoint, settings.mode == "practice")
    studio.settings = settings
    origin = studio.get_origin()
    if origin.practice:
        key_text, key_tone = "Practice needs no key", Tone.PLAIN
    else:
        status = studio.keys.describe(settings.endpoint)
        key_text, key_tone = status.sentence, Tone.GOOD if status.place else Tone.LOOK
    price = ledger.quote(studio, studio.get_service(), KONTEXT_MAX)
    spent = spent_today(studio)
    may_send = studio.library.may_send()
    standing = Standing(origin, origin.practice, price, spent, key_text, key_tone, may_send)
    # Last, for asking the keyring and the price takes its time and Jobs move on meanwhile.
    going_on = recovery.recover(studio)
    unfinished = studio.library.list_jobs(origin=origin, ended=False)
    waiting = [job for job in unfinished if job.state is JobState.QUEUED]
    return standing, Unfinished(going_on, waiting)


def look_after(studio: Studio) -> int:
    """What an open library owes itself: missing sidecars, a backup once a day. Returns how many
    records the lists had to leave out, since they are damaged."""
    studio.library.keep_up()
    studio.library.list_documents()
    studio.library.list_jobs()
    return len(studio.library.list_damaged())


def connect_ahead(studio: Studio) -> None:
    """Connect to the service while the person still types: an answer then comes a few round trips
    sooner. Sends nothing."""
    client = studio.get_service().client
    client.warm()
    client.prepare_submit()


def order(studio: Studio, parent: Version, draft: Draft, shown: Standing) -> list[Job]:
    """Order what the person saw: at this price, from this service."""
    from kontext_desktop.engine.order import place_order

    return place_order(
        studio, parent, draft, expected_price=shown.price, expected_origin=shown.origin
    )


def rerun(studio: Studio, version: Version, shown: Standing) -> list[Job]:
    """Order once more what made a version, from what it was made from."""
    parent, draft = get_recipe(studio, version)
    return order(studio, parent, draft, shown)


def get_recipe(studio: Studio, version: Version) -> tuple[Version, Draft]:
    """What a version was made from, and how. Raises ParameterError for an original."""
    from kontext_desktop.engine.order import draft_of

    draft = draft_of(studio, version)
    return studio.library.get_version(version.parent_ids[0]), draft


def measure_drift(studio: Studio, version: Version) -> float | None:
    """How far the version's result moved from what was sent, as a mean CIEDE2000; kept in the
    cache. None for what came of no Job."""
    from kontext_desktop.imaging import drift, read

    library = studio.library
    if version.job_id is None or not version.layers:
        return None
    name = f"{version.id}-drift.txt"
    kept = library.find_cached(name)
    with contextlib.suppress(ValueError):  # the cache is expendable: it is measured anew
        if kept is not None:
            return float(kept)
    sent = read(library.blobs.read(library.get_job(version.job_id).input_sha256))
    result = library.get_result(version.layers[-1].result_id)
    measured = drift.measure_drift(sent, read(library.blobs.read(result.sha256))).delta_e
    if not library.reading_only:
        library.put_cached(name, f"{measured:.3f}".encode())
    return measured


def export(studio: Studio, version: Version, target: Path, force: bool) -> None:
    from kontext_desktop.engine import export

    metadata = studio.settings.keep_metadata
    export.export_version(studio.library, version, target, force=force, metadata=metadata)


def mark_document(
    studio: Studio, document_id: str, *, never_send: bool | None = None, client: str | None = None
) -> Document:
    """Note what the person says of a document; what is None stays as it is."""
    library = studio.library
    if never_send is not None:
        library.put_never_send(document_id, never_send)
    if client is not None:
        library.put_client(document_id, client)
    return library.get_document(document_id)


def save_charges(studio: Studio, target: Path) -> int:
    """Write all charges as a table; returns how many."""
    from kontext_desktop.engine import export, statement

    lines = statement.list_lines(studio.library, 0.0, 1e12, studio.now())
    export.write_text(target, statement.write_csv(lines), force=True)
    return len(lines)


def put_key(studio: Studio, endpoint: str, key: str) -> str:
    """Ask the service about the key (free), keep it unless it is refused, and say where."""
    from kontext_desktop.engine.access import accept_key

    sentence = accept_key(studio.keys, endpoint, key)
    studio.forget_key()
    return sentence


def forget_key(studio: Studio, endpoint: str) -> None:
    studio.keys.forget(endpoint)
    studio.forget_key()
