"""The program's plain data from and to rows. One pair of functions for each kind.

Every `read_` raises LibraryError, naming the row, when it is not as it was written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kontext_desktop.library.failures import damaged_row
from kontext_desktop.library.rows import Values, check
from kontext_desktop.model import (
    Act,
    Annotation,
    Candidate,
    Document,
    Draft,
    Frame,
    Job,
    JobEvent,
    JobState,
    Layer,
    Origin,
    Problem,
    Received,
    Recipe,
    Reference,
    Result,
    Size,
    Version,
)

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)

DOCUMENTS = """
    SELECT documents.*, document_state.current_version_id, document_state.never_send,
        document_state.client
    FROM documents JOIN document_state ON document_state.document_id = documents.id
"""
VERSIONS = """
    SELECT versions.*, annotations.name, annotations.rating, annotations.flag, annotations.note,
        annotations.tags
    FROM versions LEFT JOIN annotations ON annotations.sequence = versions.sequence
"""
VISIBLE = "NOT EXISTS (SELECT 1 FROM trashed WHERE trashed.sequence = versions.sequence)"
"""The condition that a version is not in the trash."""
RESULTS = "SELECT results.* FROM results"
JOBS = "SELECT jobs.*, charges.charged FROM jobs JOIN charges ON charges.job_id = jobs.id"


def document_values(document: Document) -> Values:
    """The facts; what may change stands in `document_state`."""
    return {
        "sequence": document.sequence,
        "id": document.id,
        "name": document.name,
        "source_path": document.source_path,
        "master_sha256": document.master_sha256,
        "width": document.size.width,
        "height": document.size.height,
        "format": document.format,
        "depth": document.depth,
        "created_at": document.created_at,
    }


def read_document(row: sqlite3.Row) -> Document:
    check("documents", row, "current_version_id", "never_send", "client")
    return Document(
        id=row["id"],
        sequence=row["sequence"],
        name=row["name"],
        source_path=row["source_path"],
        master_sha256=row["master_sha256"],
        size=Size(row["width"], row["height"]),
        format=row["format"],
        depth=row["depth"],
        created_at=row["created_at"],
        current_version_id=row["current_version_id"],
        never_send=bool(row["never_send"]),
        client=row["client"],
    )


def reference_values(reference: Reference, sequence: int) -> Values:
    return {**asdict(reference), "sequence": sequence, "path": _json(reference.path)}


def read_reference(row: sqlite3.Row) -> Reference:
    check("master_references", row)
    return Reference(
        sha256=row["sha256"],
        path=json.loads(row["path"]),
        length=row["length"],
        changed_at=row["changed_at"],
        proxy_sha256=row["proxy_sha256"],
    )


def write_draft(draft: Draft) -> str:
    return _json(draft._asdict())


def read_draft(document_id: str, text: str) -> Draft:
    try:
        kept = json.loads(text)
        if kept.get("frame") is not None:
            kept["frame"] = Frame(*kept["frame"])
        return Draft(**kept)
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged_row("document_state", document_id) from error


def version_values(version: Version) -> Values:
    return {
        "sequence": version.sequence,
        "id": version.id,
        "document_id": version.document_id,
        "parent_ids": _json(version.parent_ids),
        "layers": _json([_layer_facts(layer) for layer in version.layers]),
        "job_id": version.job_id,
        "title": version.title,
        "practice": version.practice,
        "created_at": version.created_at,
    }


def _layer_facts(layer: Layer) -> dict[str, Any]:
    """What `asdict` gives, without its deep copies: they took a tenth of a version's commit."""
    return {name: getattr(layer, name) for name in Layer.__slots__}


def read_version(row: sqlite3.Row) -> Version:
    check("versions", row, "name", "rating", "flag", "note", "tags")
    layers = [
        Layer(**{**layer, "placement": tuple(layer["placement"])})
        for layer in json.loads(row["layers"])
    ]
    return Version(
        id=row["id"],
        sequence=row["sequence"],
        document_id=row["document_id"],
        parent_ids=tuple(json.loads(row["parent_ids"])),
        layers=tuple(layers),
        job_id=row["job_id"],
        title=row["title"],
        practice=bool(row["practice"]),
        created_at=row["created_at"],
        annotation=read_annotation(row) if row["tags"] is not None else Annotation(),
    )


def write_annotation(annotation: Annotation) -> str:
    return _json({**asdict(annotation), "tags": sorted(annotation.tags)})


def read_annotation(row: Mapping[str, Any] | sqlite3.Row) -> Annotation:
    """From a row or from what `write_annotation` wrote; opinions carry no seal."""
    tags = row["tags"] if isinstance(row["tags"], list) else json.loads(row["tags"])
    return Annotation(row["name"], row["rating"], row["flag"], row["note"], frozenset(tags))


def act_values(act: Act) -> Values:
    """All but the state, which changes."""
    before, after = act.before, act.after
    return {
        "sequence": act.sequence,
        "document_id": act.document_id,
        "kind": act.kind,
        "version_id": act.version_id,
        "before": before if isinstance(before, str) else write_annotation(before),
        "after": after if isinstance(after, str) else write_annotation(after),
        "at": act.at,
    }


def read_act(row: sqlite3.Row) -> Act:
    check("acts", row, "state")
    before, after = row["before"], row["after"]
    if row["kind"] == "annotation":
        before, after = read_annotation(json.loads(before)), read_annotation(json.loads(after))
    return Act(
        sequence=row["sequence"],
        document_id=row["document_id"],
        kind=row["kind"],
        version_id=row["version_id"],
        before=before,
        after=after,
        at=row["at"],
        state=row["state"],
    )


def result_values(result: Result, sequence: int) -> Values:
    return {
        "sequence": sequence,
        "id": result.id,
        "job_id": result.job_id,
        "output_index": result.output_index,
        "sha256": result.sha256,
        "length": result.length,
        "width": result.size.width,
        "height": result.size.height,
        "format": result.format,
        "frame": _json(result.frame),
        "endpoint": result.origin.endpoint,
        "practice": result.origin.practice,
        "model_id": result.model_id,
        "prediction_id": result.prediction_id,
        "seed": result.seed,
        "price": result.price,
        "server_seconds": result.server_seconds,
        "wall_seconds": result.wall_seconds,
        "nsfw": result.nsfw,
        "created_at": result.created_at,
    }


def read_result(row: sqlite3.Row) -> Result:
    check("results", row)
    return Result(
        id=row["id"],
        job_id=row["job_id"],
        output_index=row["output_index"],
        sha256=row["sha256"],
        length=row["length"],
        size=Size(row["width"], row["height"]),
        format=row["format"],
        frame=Frame(*json.loads(row["frame"])),
        origin=_origin(row),
        model_id=row["model_id"],
        prediction_id=row["prediction_id"],
        seed=row["seed"],
        price=row["price"],
        server_seconds=row["server_seconds"],
        wall_seconds=row["wall_seconds"],
        nsfw=None if row["nsfw"] is None else bool(row["nsfw"]),
        created_at=row["created_at"],
    )


def job_values(job: Job) -> Values:
    recipe = job.recipe
    return {
        "sequence": job.sequence,
        "id": job.id,
        "batch_id": job.batch_id,
        "document_id": job.document_id,
        "model_id": recipe.model_id,
        "prompt": recipe.prompt,
        "guidance_scale": recipe.guidance_scale,
        "aspect_ratio": recipe.aspect_ratio,
        "seed": recipe.seed,
        "parent_version_id": recipe.parent_version_id,
        "frame": _json(recipe.frame),
        "endpoint": job.origin.endpoint,
        "practice": job.origin.practice,
        "state": job.state,
        "price": job.price,
        "input_sha256": job.input_sha256,
        "input_length": job.input_length,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "permitted_at": job.permitted_at,
        "account": job.account or None,
        "upload_url": job.upload_url,
        "uploaded_at": job.uploaded_at,
        "sent_at": job.sent_at,
        "clock_offset": job.clock_offset or None,
        "unsure_since": job.unsure_since,
        "prediction_id": job.prediction_id,
        "output_urls": _json(job.output_urls),
        "nsfw": _json(job.nsfw),
        "server_seconds": job.server_seconds,
        "looks": job.looks,
        "quarantine": _json(job.quarantine) if job.quarantine else None,
        "hidden": job.hidden,
        "problem": None if job.problem is None else _json(asdict(job.problem)),
    }


def read_job(row: sqlite3.Row, *beside: str) -> Job:
    """`beside`: columns of other tables in the same row."""
    check("jobs", row, "charged", *beside)
    return Job(
        id=row["id"],
        sequence=row["sequence"],
        batch_id=row["batch_id"],
        document_id=row["document_id"],
        recipe=Recipe(
            model_id=row["model_id"],
            prompt=row["prompt"],
            guidance_scale=row["guidance_scale"],
            aspect_ratio=row["aspect_ratio"],
            seed=row["seed"],
            parent_version_id=row["parent_version_id"],
            frame=Frame(*json.loads(row["frame"])),
        ),
        origin=_origin(row),
        state=JobState(row["state"]),
        price=row["price"],
        charged=row["charged"],
        input_sha256=row["input_sha256"],
        input_length=row["input_length"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        permitted_at=row["permitted_at"],
        account=row["account"] or "",
        upload_url=row["upload_url"],
        uploaded_at=row["uploaded_at"],
        sent_at=row["sent_at"],
        clock_offset=row["clock_offset"] or 0.0,
        unsure_since=row["unsure_since"],
        prediction_id=row["prediction_id"],
        output_urls=tuple(json.loads(row["output_urls"])),
        nsfw=tuple(json.loads(row["nsfw"])),
        server_seconds=row["server_seconds"],
        looks=row["looks"],
        quarantine=tuple(json.loads(row["quarantine"] or "[]")),
        hidden=bool(row["hidden"]),
        problem=None if row["problem"] is None else Problem(**json.loads(row["problem"])),
    )


def read_event(row: sqlite3.Row) -> JobEvent:
    check("job_events", row)
    return JobEvent(row["at"], JobState(row["state"]), row["note"])


def candidate_values(candidate: Candidate, sequence: int) -> Values:
    return {
        "sequence": sequence,
        "job_id": candidate.job_id,
        "prediction_id": candidate.prediction_id,
        "created_at": candidate.created_at,
        "received": _json([asdict(one) for one in candidate.received]),
        "refused": candidate.refused,
    }


def read_candidate(row: sqlite3.Row) -> Candidate:
    check("candidates", row)
    return Candidate(
        job_id=row["job_id"],
        prediction_id=row["prediction_id"],
        created_at=row["created_at"],
        received=tuple(
            Received(**{**one, "size": Size(*one["size"])}) for one in json.loads(row["received"])
        ),
        refused=bool(row["refused"]),
    )


def _origin(row: sqlite3.Row) -> Origin:
    return Origin(row["endpoint"], bool(row["practice"]))


def _json(value: Any) -> str:
    return _ENCODER.encode(value)
