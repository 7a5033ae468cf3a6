"""Documents on their way from one library to another, in one file, whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import (
    archive,
    documents,
    failures,
    jobs,
    manifest,
    opinions,
    records,
    search,
    trash,
)
from kontext_desktop.library.blobs import Blobs, Staged, read_source
from kontext_desktop.library.manifest import Event, Parcel, Refund, Row
from kontext_desktop.library.masters import Masters, put_if_new
from kontext_desktop.library.masters import find as find_reference
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import (
    Annotation,
    Document,
    Job,
    JobState,
    Progress,
    Result,
    Size,
    Version,
)

Report = Callable[[Progress], None]
Inspect = Callable[[Path, Size | None], None]
"""Looks whether a file is a picture, of this size; raises ImageError."""
_RESERVE = 64_000_000
"""Bytes that stay free on the library's disk."""


class Packed(NamedTuple):
    documents: int
    versions: int
    left_behind: int
    """Jobs that are under way: they stay this library's."""


class Unpacked(NamedTuple):
    documents: tuple[str, ...]
    """The ids of all in the file, in its order."""
    versions: int
    """That were not here yet."""
    known: int
    """That were here already, the very same."""


class Portable:
    """Any thread may call; packing and unpacking take as long as copying the files does."""

    def __init__(
        self,
        folder: Path,
        blobs: Blobs,
        masters: Masters,
        reading: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writing: Callable[[], AbstractContextManager[Writing]] | None,
    ) -> None:
        """`writing` None: this library is open for reading only."""
        self._folder = folder
        self._blobs = blobs
        self._masters = masters
        self._reading = reading
        self._writing = writing

    def pack(
        self,
        document_ids: Sequence[str],
        file: BinaryIO,
        *,
        originals: bool,
        report: Report = lambda _: None,
    ) -> Packed:
        """Write these documents, each with its whole tree, as one archive.

        `originals`: also those that are kept by reference; else the reference goes, with the
        picture for review. Raises LibraryError, ImageError.
        """
        with self._reading() as connection:
            parcels = [collect(connection, document_id) for document_id in document_ids]
            parcels = [
                replace(parcel, reference=None)
                if self._blobs.has(parcel.document.master_sha256)
                else parcel
                for parcel in parcels
            ]
            under_way = sum(
                len(jobs.list_kept(connection, None, document_id, False, False, None))
                for document_id in document_ids
            )
        sources = self._find_sources(parcels, originals)
        if originals:
            parcels = [replace(parcel, reference=None) for parcel in parcels]
        lengths = {sha256: path.stat().st_size for sha256, path in sources.items()}
        told = manifest.describe_all(parcels, lengths)
        texts = {
            archive.document_name(parcel.document.id): manifest.describe(parcel)
            for parcel in parcels
        }
        writer = archive.Writer(file)
        writer.put_text(archive.MANIFEST, manifest.write(told))
        for name, text in texts.items():
            writer.put_text(name, manifest.write(text))
        done, total = 0, sum(lengths.values())
        for sha256, path in sources.items():
            for length in writer.put_blob(sha256, lengths[sha256], read_source(path)):
                done += length
                report(Progress("packing", done, total))
        writer.close()
        return Packed(len(parcels), sum(map(_count_versions, parcels)), under_way)

    def unpack(self, path: Path, inspect: Inspect, report: Report = lambda _: None) -> Unpacked:
        """Take all documents of an archive in. What is here already, the very same, stays as it is;
        what is here and differs stops it. Nothing is written before everything was looked at.

        Raises LibraryError; the library then is as it was.
        """
        if self._writing is None:
            raise failures.reading_only(self._folder)
        with ExitStack() as staging:
            with archive.opened(path) as reader:
                try:
                    parcels, lengths = _read_all(reader)
                except manifest.Newer as newer:
                    raise LibraryError(
                        f"{path} was packed by a newer version of the program.",
                        "Update the program. Nothing was taken from it.",
                        str(newer),
                    ) from newer
                self._check_room(lengths)
                staged = self._stage(staging, reader, lengths, report)
            for parcel in parcels:
                for need in parcel.list_needs():
                    if need.is_picture:
                        inspect(staged[need.sha256].path, need.size)
            self._rehearse(parcels)
            for blob in staged.values():
                blob.keep()
        with self._writing() as writing:
            added = sum(_put(writing, parcel) for parcel in parcels)
        ids = tuple(parcel.document.id for parcel in parcels)
        return Unpacked(ids, added, sum(map(_count_versions, parcels)) - added)

    def _find_sources(self, parcels: Sequence[Parcel], originals: bool) -> dict[str, Path]:
        """Where the bytes of every file lie that has to come along. Raises LibraryError for one
        that is missing."""
        sources: dict[str, Path] = {}
        for parcel in parcels:
            document = parcel.document
            if originals and parcel.reference is not None:
                sources[document.master_sha256] = self._masters.get_path(document)
                parcel = replace(parcel, reference=None)
            for need in parcel.list_needs():
                if need.sha256 not in sources:
                    self._blobs.require(need.sha256)
                    sources[need.sha256] = self._blobs.path(need.sha256)
        return sources

    def _check_room(self, lengths: dict[str, int]) -> None:
        new = sum(length for sha256, length in lengths.items() if not self._blobs.has(sha256))
        with failures.translated(self._folder):
            free = shutil.disk_usage(self._folder).free
        if new + _RESERVE > free:
            raise LibraryError(
                f"This needs {new / 1e6:,.0f} MB, and the library's disk has {free / 1e6:,.0f}.",
                "Free some space, then try again. Nothing was taken from it.",
            )

    def _stage(
        self,
        staging: ExitStack,
        reader: archive.Reader,
        lengths: dict[str, int],
        report: Report,
    ) -> dict[str, Staged]:
        """Every file, read and found to be what its name says; durable, not yet the library's."""
        staged: dict[str, Staged] = {}
        done, total = 0, sum(lengths.values())
        for sha256, length in lengths.items():
            chunks = _counted(reader, archive.blob_name(sha256), length)
            blob = staging.enter_context(self._blobs.staged(chunks))
            if blob.sha256 != sha256:
                raise ValueError(f"{sha256} is another file")
            staged[sha256] = blob
            done += length
            report(Progress("unpacking", done, total))
        return staged

    def _rehearse(self, parcels: Sequence[Parcel]) -> None:
        """Raise what writing these rows would raise."""
        assert self._writing is not None
        try:
            with self._writing() as writing:
                for parcel in parcels:
                    _put(writing, parcel)
                raise _Rehearsed
        except _Rehearsed:
            pass


class _Rehearsed(Exception):
    """All went well, and nothing is to be written."""


def collect(connection: sqlite3.Connection, document_id: str) -> Parcel:
    """A document with its tree as lists show it: versions, ended jobs with what came of them, what
    is said. What is in the trash stays behind, with the jobs it came of."""
    document = documents.get(connection, document_id)
    versions = documents.list_versions(connection, document.id)
    ids = {version.id for version in versions}
    shown = {layer.result_id for version in versions for layer in version.layers}
    rows: list[tuple[int, Row]] = [(version.sequence, version) for version in versions]
    for job in jobs.list_kept(connection, None, document.id, True, True, None):
        results = [
            (row["sequence"], records.read_result(row))
            for row in connection.execute("SELECT * FROM results WHERE job_id = ?", (job.id,))
        ]
        seen = [(sequence, result) for sequence, result in results if result.id in shown]
        if job.recipe.parent_version_id in ids and (seen or job.state is not JobState.DONE):
            rows += [(job.sequence, job), *seen, *_list_rows(connection, job)]
    ordered = tuple(row for _, row in sorted(rows, key=lambda entry: entry[0]))
    draft = documents.find_draft(connection, document.id)
    reference = find_reference(connection, document.master_sha256)
    return Parcel(document, draft, reference, ordered)


def _list_rows(connection: sqlite3.Connection, job: Job) -> Iterator[tuple[int, Row]]:
    """What happened to a job, and what was paid back."""
    found = connection.execute("SELECT * FROM job_events WHERE job_id = ?", (job.id,))
    yield from ((row["sequence"], Event(job.id, records.read_event(row))) for row in found)
    found = connection.execute("SELECT * FROM charge_events WHERE job_id = ?", (job.id,))
    for row in found:
        # The books of a job that was erased and came again are older than its row.
        sequence = max(row["sequence"], job.sequence)
        yield sequence, Refund(job.id, row["at"], row["amount"], row["note"])


def _read_all(reader: archive.Reader) -> tuple[list[Parcel], dict[str, int]]:
    """What the archive says, and that its entries are exactly what it says. Raises ValueError."""
    told = manifest.read_manifest(reader.read_text(archive.MANIFEST))
    parcels = [
        manifest.read_parcel(reader.read_text(archive.document_name(document_id)))
        for document_id in told["documents"]
    ]
    if [parcel.document.id for parcel in parcels] != list(told["documents"]):
        raise ValueError("a document under another's name")
    lengths: dict[str, int] = told["blobs"]
    needed: set[str] = set()
    for parcel in parcels:
        for need in parcel.list_needs():
            needed.add(need.sha256)
            if need.length is not None and lengths.get(need.sha256) != need.length:
                raise ValueError(f"{need.sha256} is missing, or of another length")
    names = {archive.MANIFEST, *map(archive.document_name, told["documents"])}
    names.update(map(archive.blob_name, needed))
    if needed != lengths.keys() or names != reader.names:
        raise ValueError("entries that are missing, or belong to nothing")
    ids = [row_id for parcel in parcels for row_id in _list_ids(parcel)]
    if len(set(ids)) != len(ids):
        raise ValueError("a row in two documents")
    return parcels, lengths


def _list_ids(parcel: Parcel) -> Iterator[str]:
    yield from (row.id for row in parcel.rows if isinstance(row, Version | Job | Result))


def _count_versions(parcel: Parcel) -> int:
    return sum(isinstance(row, Version) for row in parcel.rows)


def _counted(reader: archive.Reader, name: str, length: int) -> Iterator[bytes]:
    counted = 0
    for chunk in reader.read(name, length):
        counted += len(chunk)
        yield chunk
    if counted != length:
        raise ValueError(f"{name} is shorter than it should be")


def _put(writing: Writing, parcel: Parcel) -> int:
    """Write what is not here yet; returns how many versions that is."""
    document = parcel.document
    here = documents.find(writing.connection, document.id)
    if here is not None and _facts_of(here) != _facts_of(document):
        raise _conflict("document", document.id)
    if parcel.reference is not None:
        put_if_new(writing, parcel.reference)
    if here is None:
        _put_document(writing, document)
    added = 0
    new_jobs: set[str] = set()
    booked: set[str] = set()
    for row in parcel.rows:
        match row:
            case Version():
                added += _put_version(writing, row)
            case Job():
                if _check_job(writing, row):
                    new_jobs.add(row.id)
                    if jobs.put_ended(writing, replace(row, sequence=writing.next_sequence())):
                        booked.add(row.id)
            case Result():
                _put_result(writing, row)
            case Event(job_id, event) if job_id in new_jobs:
                jobs.put_event(writing, job_id, event)
            case Refund(job_id, at, amount, note) if job_id in booked:
                writing.insert(
                    "charge_events",
                    {
                        "sequence": writing.next_sequence(),
                        "job_id": job_id,
                        "at": at,
                        "amount": amount,
                        "note": note,
                    },
                )
    if here is None:
        documents.put_state(writing, document, parcel.draft)
    elif document.never_send and not here.never_send:
        documents.put_never_send(writing, document.id, True)
    elif added:
        documents.touch(writing, document.id)
    return added


def _put_document(writing: Writing, document: Document) -> None:
    values = records.document_values(replace(document, sequence=writing.next_sequence()))
    writing.insert("documents", values)


def _put_version(writing: Writing, version: Version) -> bool:
    """Whether it was not here. What is said here of one that was stays."""
    here = documents.find_version(writing.connection, version.id)
    if here is not None:
        if replace(here, sequence=0, annotation=version.annotation) != version:
            raise _conflict("version", version.id)
        return False
    for parent_id in version.parent_ids:
        trash.check_visible(
            writing.connection, documents.get_version(writing.connection, parent_id)
        )
    new = replace(version, sequence=writing.next_sequence())
    documents.put_version(writing, new)
    if version.annotation != Annotation():
        opinions.write(writing, new, version.annotation)
    search.index_version(writing, new.sequence)
    return True


def _check_job(writing: Writing, job: Job) -> bool:
    """Whether it is new. One that is here stays as it is, but for one that had ended badly here and
    well there."""
    here = jobs.find(writing.connection, job.id)
    if here is None:
        return True
    if _asked(here) != _asked(job):
        raise _conflict("edit", job.id)
    if not here.state.ended:
        raise LibraryError(
            "One of the edits in it is under way here.",
            "Let it finish, then unpack again. Nothing was changed.",
            job.id,
        )
    if job.state is JobState.DONE and here.state is not JobState.DONE:
        jobs.replace_ended(writing, replace(job, sequence=here.sequence))
    return False


def _put_result(writing: Writing, result: Result) -> None:
    here = jobs.find_result(writing.connection, result.id)
    if here is None:
        taken = jobs.list_results(writing.connection, result.job_id)
        if result.output_index in [one.output_index for one in taken]:
            raise _conflict("result", result.id)
        values = records.result_values(result, writing.next_sequence())
        writing.insert("results", values)
    elif here != result:
        raise _conflict("result", result.id)


def _facts_of(document: Document) -> tuple[object, ...]:
    return (
        *(document.master_sha256, document.size, document.format),
        *(document.depth, document.created_at, document.name),
    )


def _asked(job: Job) -> tuple[object, ...]:
    return job.document_id, job.recipe, job.origin, job.created_at, job.input_sha256


def _conflict(kind: str, row_id: str) -> LibraryError:
    return LibraryError(
        f"The {kind} {row_id[:8]}… in it is not the one of that id in this library.",
        "One of the two was changed from outside. Unpack it into a library of its own, and look "
        "at both. Nothing was changed.",
        row_id,
    )
