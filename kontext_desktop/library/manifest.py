"""One document with its whole tree as plain data, for a file that leaves the library; and back.

What was written elsewhere is read strictly: every member of every record is looked at, and a row
may name only rows before it in the same document, so nothing can go round in a circle.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath, PureWindowsPath
from typing import Any, NamedTuple, TypeAlias

from kontext_desktop.errors import LibraryError
from kontext_desktop.framing import is_inside
from kontext_desktop.library import strict
from kontext_desktop.model import (
    Annotation,
    Document,
    Draft,
    Frame,
    Job,
    JobEvent,
    JobState,
    Layer,
    Origin,
    Problem,
    Recipe,
    Reference,
    Result,
    Size,
    Version,
)

FORMAT = 1
"""Of archives this release writes, and the only one it reads."""
_MOST_ROWS = 200_000
_LATEST = 1e11
"""Seconds: some thousand years."""
_DEAREST = 1_000_000_000
"""Millionths of a dollar: no edit costs a thousand."""
_MOST_BYTES = 1 << 40
_LARGEST_SIDE = 1_000_000
_MOST_SEED = 1 << 53


class Event(NamedTuple):
    job_id: str
    event: JobEvent


class Refund(NamedTuple):
    job_id: str
    at: float
    amount: int
    note: str


class Need(NamedTuple):
    """A file: whether it must be a picture, and where they are said, its size and length."""

    sha256: str
    is_picture: bool = False
    size: Size | None = None
    length: int | None = None


Row: TypeAlias = Version | Job | Result | Event | Refund


@dataclass(frozen=True, slots=True)
class Parcel:
    """A document and its rows, in the order they came about. `reference`: its original did not come
    along."""

    document: Document
    draft: Draft | None
    reference: Reference | None
    rows: tuple[Row, ...]

    def list_needs(self) -> Iterator[Need]:
        """The files it consists of beside what is said here."""
        if self.reference is None:
            yield Need(self.document.master_sha256, True, self.document.size)
        else:
            yield Need(self.reference.proxy_sha256, True)
        for row in self.rows:
            if isinstance(row, Result):
                yield Need(row.sha256, True, row.size, row.length)
            elif isinstance(row, Job):
                yield Need(row.input_sha256, length=row.input_length)
                yield from map(Need, row.quarantine)
            elif isinstance(row, Version):
                masks = (layer.mask_sha256 for layer in row.layers)
                yield from (Need(sha256) for sha256 in masks if sha256)


# Writing


def describe_all(parcels: Sequence[Parcel], lengths: Mapping[str, int]) -> dict[str, Any]:
    """What an archive of these parcels consists of, with the lengths of its files."""
    ids = [parcel.document.id for parcel in parcels]
    return {"kontext": "documents", "format": FORMAT, "documents": ids, "blobs": dict(lengths)}


def write(value: dict[str, Any]) -> bytes:
    """A manifest or a parcel as the bytes of a file. Raises LibraryError for one that could not be
    read again."""
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    try:
        (read_parcel if "rows" in value else read_manifest)(data)
    except ValueError as error:
        raise LibraryError(
            "A record of the library cannot be packed as it is.",
            "Nothing was written. Please report it with the details.",
            str(error),
        ) from error
    return data


def describe(parcel: Parcel) -> dict[str, Any]:
    """The parcel as JSON takes it. Addresses at the service stay behind: whoever has them has the
    pictures."""
    document = parcel.document
    return {
        "document": {
            "id": document.id,
            "name": document.name,
            "source_path": document.source_path,
            "master": document.master_sha256,
            "size": document.size,
            "format": document.format,
            "depth": document.depth,
            "created_at": document.created_at,
            "current_version": document.current_version_id,
            "never_send": document.never_send,
            "client": document.client,
            "draft": parcel.draft and parcel.draft._asdict(),
            "reference": parcel.reference and _describe_reference(parcel.reference),
        },
        "rows": [_describe_row(row) for row in parcel.rows],
    }


def _describe_reference(reference: Reference) -> dict[str, Any]:
    facts = asdict(reference)
    del facts["changed_at"]
    return {**facts, "path": portable_path(reference.path)}


def _describe_row(row: Row) -> dict[str, Any]:
    match row:
        case Version():
            said = {**asdict(row.annotation), "tags": sorted(row.annotation.tags)}
            return {
                "version": {
                    "id": row.id,
                    "parents": row.parent_ids,
                    "layers": [asdict(layer) for layer in row.layers],
                    "job": row.job_id,
                    "title": row.title,
                    "practice": row.practice,
                    "created_at": row.created_at,
                    "annotation": None if row.annotation == Annotation() else said,
                }
            }
        case Event(job_id, event):
            return {"event": {"job": job_id, **asdict(event)}}
        case Refund():
            return {
                "refund": {
                    **{"job": row.job_id, "at": row.at},
                    **{"amount": row.amount, "note": row.note},
                }
            }
        case Job():
            return {"job": _describe_job(row)}
        case Result():
            facts = asdict(row)
            del facts["job_id"], facts["model_id"], facts["seed"], facts["origin"]
            return {"result": {"job": row.job_id, **facts}}


def _describe_job(job: Job) -> dict[str, Any]:
    facts = asdict(job)
    left_behind = ("sequence", "document_id", "account", "upload_url", "uploaded_at", "output_urls")
    for name in (*left_behind, "nsfw", "looks", "unsure_since"):
        del facts[name]
    return facts


# Reading

_text = strict.words(10_000)
_time = strict.number(0, _LATEST)
_size = strict.listed(strict.integer(1, _LARGEST_SIDE), 2)
_frame = strict.listed(strict.integer(0, _LARGEST_SIDE), 4)
_prediction = strict.matching(r"[A-Za-z0-9_-]{1,128}")
_endpoint = strict.matching(r"practice|https?://[^\s@]{1,500}")
_model = strict.matching(r"[A-Za-z0-9._/-]{1,200}")
_ratio = strict.optional(strict.matching(r"[0-9]{1,3}:[0-9]{1,3}"))
_seed = strict.integer(-1, _MOST_SEED)
_money = strict.integer(0, _DEAREST)
_ended = strict.one_of([state.value for state in JobState if state.ended])
_place = strict.number(-1e9, 1e9)

_DRAFT = {
    "guidance_scale": strict.number(0, 1000),
    "seed": _seed,
    "prompt": strict.words(1_000_000),
    "aspect_ratio": _ratio,
    "seed_locked": strict.truth,
    "count": strict.integer(1, 1000),
    "frame": strict.optional(_frame),
}


def _draft(value: Any) -> dict[str, Any]:
    """Frames were added to drafts when packs were about already."""
    whole = {"frame": None, **value} if type(value) is dict else value
    return strict.record(_DRAFT)(whole)


_REFERENCE = {
    "sha256": strict.sha256,
    "path": strict.words(32_000),
    "length": strict.integer(1, _MOST_BYTES),
    "proxy_sha256": strict.sha256,
}
_DOCUMENT = {
    "id": strict.uuid,
    "name": _text,
    "source_path": strict.words(32_000),
    "master": strict.sha256,
    "size": _size,
    "format": strict.matching(r"[A-Z0-9]{1,10}"),
    "depth": strict.integer(1, 64),
    "created_at": _time,
    "current_version": strict.uuid,
    "never_send": strict.truth,
    "client": _text,
    "draft": strict.optional(_draft),
    "reference": strict.optional(strict.record(_REFERENCE)),
}
_ANNOTATION = {
    "name": strict.words(200),
    "rating": strict.integer(0, 5),
    "flag": strict.one_of(["", "pick", "reject"]),
    "note": strict.words(1_000_000),
    "tags": strict.listed(strict.words(60), 100),
}
_LAYER = {
    "result_id": strict.uuid,
    "placement": strict.listed(_place, 6),
    "mask_sha256": strict.optional(strict.sha256),
    "opacity": strict.number(0, 1),
    "blend": strict.matching(r"[a-z-]{1,40}"),
    "visible": strict.truth,
}
_VERSION = {
    "id": strict.uuid,
    "parents": strict.listed(strict.uuid, 100),
    "layers": strict.listed(strict.record(_LAYER), 10_000),
    "job": strict.optional(strict.uuid),
    "title": strict.words(100_000),
    "practice": strict.truth,
    "created_at": _time,
    "annotation": strict.optional(strict.record(_ANNOTATION)),
}
_RECIPE = {
    "model_id": _model,
    "prompt": strict.words(1_000_000),
    "guidance_scale": strict.number(0, 1000),
    "aspect_ratio": _ratio,
    "seed": _seed,
    "parent_version_id": strict.uuid,
    "frame": _frame,
}
_JOB = {
    "id": strict.uuid,
    "batch_id": strict.words(100),
    "recipe": strict.record(_RECIPE),
    "origin": strict.record({"endpoint": _endpoint, "practice": strict.truth}),
    "state": _ended,
    "price": _money,
    "charged": strict.one_of(["no", "maybe", "yes"]),
    "input_sha256": strict.sha256,
    "input_length": strict.integer(0, _MOST_BYTES),
    "created_at": _time,
    "updated_at": _time,
    "permitted_at": _time,
    "sent_at": strict.optional(_time),
    "clock_offset": strict.number(-_LATEST, _LATEST),
    "prediction_id": strict.optional(_prediction),
    "server_seconds": strict.optional(strict.number(0, _LATEST)),
    "quarantine": strict.listed(strict.sha256, 1000),
    "hidden": strict.truth,
    "problem": strict.optional(strict.record({"kind": _text, "message": _text, "hint": _text})),
}
_RESULT = {
    "job": strict.uuid,
    "id": strict.uuid,
    "output_index": strict.integer(0, 1000),
    "sha256": strict.sha256,
    "length": strict.integer(1, _MOST_BYTES),
    "size": _size,
    "format": strict.matching(r"[A-Z0-9]{1,10}"),
    "frame": _frame,
    "prediction_id": _prediction,
    "price": _money,
    "server_seconds": strict.optional(strict.number(0, _LATEST)),
    "wall_seconds": strict.number(-_LATEST, _LATEST),
    "nsfw": strict.optional(strict.truth),
    "created_at": _time,
}
_EVENT = {
    "job": strict.uuid,
    "at": _time,
    "state": strict.one_of([state.value for state in JobState]),
    "note": strict.words(100_000),
}
_REFUND = {
    "job": strict.uuid,
    "at": _time,
    "amount": strict.integer(1, _DEAREST),
    "note": strict.words(100_000),
}
_KINDS: Mapping[str, strict.Spec] = {
    "version": _VERSION,
    "job": _JOB,
    "result": _RESULT,
    "event": _EVENT,
    "refund": _REFUND,
}
_PARCEL = {
    "document": strict.record(_DOCUMENT),
    "rows": strict.listed(lambda value: _read_row(value), _MOST_ROWS),
}
_MANIFEST = {
    "kontext": strict.one_of(["documents"]),
    "format": strict.integer(FORMAT, FORMAT),
    "documents": strict.listed(strict.uuid, 100_000),
    "blobs": lambda value: _read_lengths(value),
}


def read_manifest(data: bytes) -> dict[str, Any]:
    """`documents`: ids; `blobs`: lengths by SHA-256. Raises ValueError, Newer."""
    found = strict.parse_json(data)
    if isinstance(found, dict) and found.get("kontext") == "documents":
        version = found.get("format")
        if type(version) is int and version > FORMAT:
            raise Newer(str(version))
    manifest = strict.record(_MANIFEST)(found)
    if len(set(manifest["documents"])) != len(manifest["documents"]):
        raise ValueError("a document twice")
    return manifest


class Newer(Exception):
    """The archive is of a format that this release does not know."""


def read_parcel(data: bytes) -> Parcel:
    """Raises ValueError for anything that no library could have written."""
    found = strict.record(_PARCEL)(strict.parse_json(data))
    facts = found["document"]
    reference = _read_reference(facts)
    document = Document(
        id=facts["id"],
        sequence=0,
        name=facts["name"],
        source_path=local_path(facts["source_path"]),
        master_sha256=facts["master"],
        size=Size(*_all(facts["size"], 2)),
        format=facts["format"],
        depth=facts["depth"],
        created_at=facts["created_at"],
        current_version_id=facts["current_version"],
        never_send=facts["never_send"],
        client=facts["client"],
    )
    reader = _RowReader(document)
    draft = Draft(**facts["draft"]) if facts["draft"] else None
    if draft is not None and draft.frame is not None:
        draft = draft._replace(frame=reader.read_frame(draft.frame))
    rows = tuple(reader.read(kind, row) for kind, row in found["rows"])
    if document.current_version_id not in reader.versions:
        raise ValueError("the current version is not among the document's")
    return Parcel(document, draft, reference, rows)


def local_path(path: str) -> str:
    """A path from another machine, fit to be looked at on this one: of one that would make a system
    speak to some server, only the name."""
    if path.startswith(("\\\\", "//")):
        return PureWindowsPath(path).name
    return path


class _RowReader:
    """Makes rows of checked records, each of which may name only what came before it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.versions: dict[str, Version] = {}
        self.jobs: dict[str, Job] = {}
        self.results: dict[str, Result] = {}
        self._outputs: set[tuple[str, int]] = set()

    def read(self, kind: str, row: Mapping[str, Any]) -> Row:
        readers: Mapping[str, Callable[[Mapping[str, Any]], Row]] = {
            "version": self._version,
            "job": self._job,
            "result": self._result,
            "event": self._event,
            "refund": self._refund,
        }
        return readers[kind](row)

    def _version(self, row: Mapping[str, Any]) -> Version:
        layers = tuple(self._layer(layer) for layer in row["layers"])
        parents = [self._known(self.versions, parent) for parent in row["parents"]]
        said = row["annotation"]
        if said and len({tag.casefold() for tag in said["tags"]}) != len(said["tags"]):
            raise ValueError("a tag twice")
        version = Version(
            id=row["id"],
            sequence=0,
            document_id=self.document.id,
            parent_ids=row["parents"],
            layers=layers,
            job_id=row["job"],
            title=row["title"],
            practice=row["practice"],
            created_at=row["created_at"],
            annotation=Annotation(**{**said, "tags": frozenset(said["tags"])})
            if said
            else Annotation(),
        )
        if bool(self.versions) != bool(parents):
            raise ValueError("one version has no parent: the first, the original")
        if not parents and (layers or version.job_id):
            raise ValueError("an original that something was done to")
        practice = any(self.results[layer.result_id].origin.practice for layer in layers)
        if version.job_id is not None:
            practice |= self._known(self.jobs, version.job_id).origin.practice
        if (practice or any(parent.practice for parent in parents)) and not version.practice:
            raise ValueError("a practice picture that does not say so")
        self._new(self.versions, version.id, version)
        return version

    def _layer(self, row: Mapping[str, Any]) -> Layer:
        self._known(self.results, row["result_id"])
        a, b, _, d, e, _ = _all(row["placement"], 6)
        if not (1e-6 < a < 1e6 and 1e-6 < e < 1e6) or b or d:
            raise ValueError("a layer that cannot be placed so")
        return Layer(**row)

    def _job(self, row: Mapping[str, Any]) -> Job:
        recipe = row["recipe"]
        self._known(self.versions, recipe["parent_version_id"])
        origin = Origin(**row["origin"])
        if origin.endpoint == "practice" and not origin.practice:
            raise ValueError("a practice service that does not say so")
        job = Job(
            **{
                **row,
                "sequence": 0,
                "document_id": self.document.id,
                "recipe": Recipe(**{**recipe, "frame": self.read_frame(recipe["frame"])}),
                "origin": origin,
                "state": JobState(row["state"]),
                "problem": Problem(**row["problem"]) if row["problem"] else None,
            }
        )
        state, charged = job.state, job.charged
        if (state is JobState.DONE and (charged != "yes" or job.prediction_id is None)) or (
            state is JobState.CANCELLED and charged != "no"
        ):
            raise ValueError(f"an edit that is {state} and charged {charged!r}")
        self._new(self.jobs, job.id, job)
        return job

    def _result(self, row: Mapping[str, Any]) -> Result:
        job = self._known(self.jobs, row["job"])
        if job.state is not JobState.DONE or row["prediction_id"] != job.prediction_id:
            raise ValueError("a result of an edit that has none")
        if (job.id, row["output_index"]) in self._outputs:
            raise ValueError("an output twice")
        self._outputs.add((job.id, row["output_index"]))
        facts = {name: value for name, value in row.items() if name != "job"}
        result = Result(
            **{
                **facts,
                "job_id": job.id,
                "size": Size(*_all(row["size"], 2)),
                "frame": self.read_frame(row["frame"]),
                "origin": job.origin,
                "model_id": job.recipe.model_id,
                "seed": job.recipe.seed,
            }
        )
        self._new(self.results, result.id, result)
        return result

    def _event(self, row: Mapping[str, Any]) -> Event:
        job = self._known(self.jobs, row["job"])
        return Event(job.id, JobEvent(row["at"], JobState(row["state"]), row["note"]))

    def _refund(self, row: Mapping[str, Any]) -> Refund:
        job = self._known(self.jobs, row["job"])
        if job.charged == "no":
            raise ValueError("a refund of what was not charged")
        return Refund(job.id, row["at"], row["amount"], row["note"])

    def read_frame(self, given: tuple[int, ...]) -> Frame:
        frame = Frame(*_all(given, 4))
        if not is_inside(frame, self.document.size):
            raise ValueError("a frame outside the picture")
        return frame

    @staticmethod
    def _known(rows: Mapping[str, Any], row_id: str) -> Any:
        if row_id not in rows:
            raise ValueError(f"{row_id} is named and not there, or later")
        return rows[row_id]

    @staticmethod
    def _new(rows: dict[str, Any], row_id: str, row: object) -> None:
        if row_id in rows:
            raise ValueError(f"{row_id} twice")
        rows[row_id] = row


def _read_row(value: Any) -> tuple[str, dict[str, Any]]:
    if type(value) is not dict or len(value) != 1:
        raise ValueError("not one row")
    [(kind, row)] = value.items()
    if kind not in _KINDS:
        raise ValueError(f"a row of no kind: {kind!r:.80}")
    return kind, strict.record(_KINDS[kind])(row)


def _read_reference(facts: Mapping[str, Any]) -> Reference | None:
    """It comes without the file's time, so the file is hashed before it is believed to be it."""
    if facts["reference"] is None:
        return None
    reference = Reference(**facts["reference"], changed_at=-1)
    if reference.sha256 != facts["master"]:
        raise ValueError("a reference to another picture")
    return replace(reference, path=local_path(reference.path))


def _read_lengths(value: Any) -> dict[str, int]:
    if type(value) is not dict:
        raise ValueError("not an object")
    length = strict.integer(0, _MOST_BYTES)
    return {strict.sha256(sha256): length(given) for sha256, given in value.items()}


def _all(values: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    if len(values) != number:
        raise ValueError(f"not {number} of them")
    return values


def portable_path(path: str) -> str:
    """A path as it can travel: a name that is no valid text loses its stray bytes."""
    return os.fsencode(PurePath(path)).decode("utf-8", "replace") if path else ""
