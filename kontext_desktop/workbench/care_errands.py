"""What looking after the library sends away: plain functions over the Studio, and what they bring
home in words. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kontext_desktop.errors import KontextError
from kontext_desktop.model import Progress
from kontext_desktop.workbench.state import Notice, Tone

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio
    from kontext_desktop.library.report import Finding, Report

Tell = Callable[[Progress], None]
_USES = {
    "masters": "Originals",
    "results": "Results",
    "sent": "What was sent",
    "unassigned": "Received, of no result",
    "unnamed": "Named by no record",
    "cache": "Previews",
    "sidecars": "Sidecars",
    "backups": "Backups",
    "quarantine": "Set aside",
    "database": "Database",
}


class Use(NamedTuple):
    words: str
    bytes: int


class Backup(NamedTuple):
    path: Path
    at: float
    bytes: int


class Survey(NamedTuple):
    """What is in the library and what it takes."""

    folder: str
    documents: int
    versions: int
    uses: tuple[Use, ...]
    total: int
    free: int
    backups: tuple[Backup, ...]
    needless: int
    """Files that nothing needs any more, and their bytes."""
    needless_bytes: int
    kept_because: str
    in_trash: int
    reading_only: bool


class Health(NamedTuple):
    """What a check has found, in sentences."""

    summary: str
    good: bool
    findings: tuple[str, ...]
    damaged: int
    """How much of it is damage that is still there."""


class TakenIn(NamedTuple):
    sentence: str
    documents: tuple[str, ...]
    name: str
    """Of the first of them."""


def survey(studio: Studio) -> Survey:
    from kontext_desktop.library import backup

    library = studio.library
    use, counts, garbage = library.measure_use(), library.count(), library.find_garbage()
    uses = [Use(words, getattr(use, name)) for name, words in _USES.items()]
    return Survey(
        folder=str(library.folder),
        documents=counts["documents"],
        versions=counts["versions"],
        uses=tuple(one for one in uses if one.bytes),
        total=use.total,
        free=library.free_bytes(),
        backups=tuple(
            Backup(one.path, one.at, one.size) for one in backup.list_made(library.folder)
        ),
        needless=len(garbage.blobs) + len(garbage.cached) + len(garbage.temporary),
        needless_bytes=garbage.bytes,
        kept_because=garbage.kept_because,
        in_trash=len(library.list_trash()),
        reading_only=library.reading_only,
    )


def check(studio: Studio, tell: Tell) -> Health:
    found = studio.library.check(report=tell)
    looked_at = _looked_at(found)
    if not found.damage:
        summary = f"{looked_at}: all as they should be."
    elif found.is_database_lost:
        summary = (
            "The database itself is damaged. Close the program, then "
            "`kontext library check --repair` builds it anew."
        )
    else:
        number = len(found.damage)
        summary = f"{number} {'thing is' if number == 1 else 'things are'} damaged; {looked_at}."
    return Health(summary, not found.damage, _say(found.findings), len(found.damage))


def repair(studio: Studio, tell: Tell) -> Health:
    """Mend what can be mended, after a backup; what only the service can give back is asked of it,
    where it can be."""
    from kontext_desktop.engine import mend

    found = studio.library.check(report=tell)
    tell(Progress("Mending"))
    done = studio.library.repair(found)
    acts, left = list(done.acts), done.left
    if any(one.place == "blob" for one in left):
        tell(Progress("Asking the service for lost results"))
        try:
            back = mend.collect_lost(studio)
        except KontextError as error:
            acts.append(f"The service could not be asked for lost results: {error.message}")
        else:
            acts += [f"Fetched a result from the service once more ({one.id[:8]})." for one in back]
            left = studio.library.check(deep=False).damage
    if left:
        summary = f"{len(left)} of {len(found.damage)} could not be mended."
    else:
        summary = "All of it is mended." if found.damage else "There was nothing to mend."
    return Health(summary, not left, (*acts, *_say(left)), len(left))


def back_up(studio: Studio) -> str:
    return studio.library.back_up().name


def tidy(studio: Studio) -> str:
    gone = studio.library.remove_garbage()
    number = len(gone.blobs) + len(gone.cached) + len(gone.temporary)
    files = "1 file" if number == 1 else f"{number} files"
    return f"{files} removed, {megabytes(gone.bytes)}."


def restore(folder: Path, source: Path) -> Notice:
    """Put a backup in the place of the database of a library that nobody has open."""
    from kontext_desktop.library import restore as restoring

    done = restoring.restore(folder, source, program="Kontext Desktop")
    hint = "Check and mend brings back the versions that were made since."
    if done.waiting:
        edits = "1 edit waits" if done.waiting == 1 else f"{done.waiting} edits wait"
        hint = f"{edits} in it: look whether they were sent since. {hint}"
    kept = f" What was there is kept in {done.set_aside}." if done.set_aside else ""
    return Notice(Tone.GOOD, f"The backup is in place.{kept}", hint)


def pack(
    studio: Studio, document_ids: Sequence[str], target: Path, originals: bool, tell: Tell
) -> str:
    """Replaces a file of that name, once all of the new one is written."""
    from kontext_desktop.engine import moving

    library = studio.library
    ids = list(document_ids) or [one.id for one in reversed(library.list_documents())]
    packed = moving.pack(
        library,
        ids,
        target,
        originals=originals,
        force=True,
        report=tell,
    )
    pictures = "1 picture" if packed.documents == 1 else f"{packed.documents} pictures"
    left = ""
    if packed.left_behind:
        left = f" {packed.left_behind} edits are under way and stay here."
    return f"{pictures} with all versions packed into {target}.{left}"


def unpack(studio: Studio, source: Path, tell: Tell) -> TakenIn:
    from kontext_desktop.engine import moving

    found = moving.unpack(studio.library, source, report=tell)
    names = [studio.library.get_document(one).name for one in found.documents[:1]]
    number = len(found.documents)
    pictures = "1 picture" if number == 1 else f"{number} pictures"
    sentence = f"{pictures} taken in: {found.versions} versions are new here"
    sentence += f", {found.known} were here already." if found.known else "."
    return TakenIn(sentence, found.documents, names[0] if names else "")


def megabytes(size: int) -> str:
    if 0 < size < 50_000:
        return "under 0.1 MB"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _looked_at(found: Report) -> str:
    return f"{found.rows} records and {found.blobs} files ({megabytes(found.bytes)})"


def _say(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Damage first."""
    ordered = sorted(findings, key=lambda finding: not finding.is_damage)
    return tuple(finding.says for finding in ordered)
