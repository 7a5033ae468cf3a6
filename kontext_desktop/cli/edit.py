"""`kontext edit`: bring pictures in, send an edit of each, wait, store the versions."""

from __future__ import annotations

import os
import random
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kontext_desktop.catalog import KONTEXT_MAX, USD, dollars
from kontext_desktop.cli.carry import carry, say_next, status_of
from kontext_desktop.cli.session import Session
from kontext_desktop.errors import AccessError, KontextError, LibraryError, ParameterError
from kontext_desktop.model import Draft, Job, JobState, Problem, Prompt, Result, Version

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio

GUIDANCE = KONTEXT_MAX.guidance_scale


def edit(
    session: Session,
    images: Annotated[
        list[Path] | None, typer.Argument(metavar="IMAGE...", help="The pictures to edit.")
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="The whole instruction.")] = None,
    keep: Annotated[str, typer.Option(help="What must stay.")] = "",
    change: Annotated[str, typer.Option(help="What to edit.")] = "",
    ensure: Annotated[str, typer.Option(help="Constraints.")] = "",
    match: Annotated[str, typer.Option(help="Light, shadows, perspective.")] = "",
    seed: Annotated[int | None, typer.Option(help="Drawn and recorded when left out.")] = None,
    guidance_scale: Annotated[
        float, typer.Option(help=f"{GUIDANCE.minimum} to {GUIDANCE.maximum}.")
    ] = GUIDANCE.default or 0.0,
    aspect_ratio: Annotated[
        str | None, typer.Option(metavar="R", help="As the picture when left out.")
    ] = None,
    count: Annotated[int, typer.Option(help="Variations, with the seeds that follow.")] = 1,
    parent: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Edit this version, not the original.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="A folder for the bytes as received, or a file converted by suffix."),
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="USD", help="Send nothing if it would cost more.")
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Send, and do not wait.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show request and price; send nothing.")
    ] = False,
) -> int:
    """Send one edit per picture and variation, wait, and keep what comes back as versions."""
    from kontext_desktop.engine import intake
    from kontext_desktop.engine.order import check_draft

    clauses = {"keep": keep, "change": change, "ensure": ensure, "match": match}
    if prompt is not None and any(clauses.values()):
        raise ParameterError(
            "Give --prompt, or any of --keep --change --ensure --match, not both.", ""
        )
    draft = Draft(
        prompt=prompt if prompt is not None else Prompt.from_clauses(clauses).text,
        guidance_scale=guidance_scale,
        aspect_ratio=aspect_ratio,
        seed=random.randint(1, 2_147_483_000) if seed is None else seed,
        count=count,
    )
    check_draft(draft)
    pictures = images or []
    if not pictures and parent is None:
        raise ParameterError("There is no picture to edit.", "Name one, or a version by --parent.")
    if parent is not None and len(pictures) > 1:
        raise ParameterError("--parent names one version, so give one picture or none.", "")
    for picture in pictures:
        intake.check(picture)
    if output is not None and no_wait:
        raise ParameterError(
            "--output needs the results, and --no-wait does not wait for them.",
            "Leave one out; `kontext export VERSION FILE --received` writes a result later.",
        )
    if max_cost is not None and not 0 <= max_cost < 1e9:
        raise ParameterError(f"--max-cost {max_cost} is no amount of dollars.", "")
    limit = None if max_cost is None else int(Decimal(str(max_cost)) * USD)
    if dry_run:
        _show_request(session, draft, pictures)
        return 0
    target = Outputs.plan(output)
    with session.studio() as studio:
        return _edit(session, studio, pictures, draft, parent, target, limit, not no_wait)


def _edit(
    session: Session,
    studio: Studio,
    pictures: list[Path],
    draft: Draft,
    parent: str | None,
    target: Outputs,
    limit: int | None,
    wait: bool,
) -> int:
    from kontext_desktop.engine import ledger, runner
    from kontext_desktop.engine.order import place_order
    from kontext_desktop.engine.recovery import recover

    service = studio.get_service()
    if not service.origin.practice:
        studio.get_key(service.origin.endpoint)
    # A lost answer is looked for by `resume`: that may take minutes and holds up nobody here.
    unfinished = [job for job in recover(studio) if job.state is not JobState.UNSURE]
    price = ledger.quote(studio, service, KONTEXT_MAX)
    ledger.authorise(
        studio, service.origin, price * draft.count * max(1, len(pictures)), max_cost=limit
    )
    parents = _parents(studio, pictures, parent)
    jobs: list[Job] = []
    try:
        for version in parents:
            jobs += place_order(studio, version, draft, expected_price=price)
    except KontextError:
        # All of the call or none of it: nothing was sent yet.
        for job in jobs:
            runner.cancel(studio, job.id)
        raise
    if service.origin.practice:
        session.say("Practice: a stand-in draws these, not AI; nothing is charged.")
    stopped = None
    try:
        # What an earlier run left takes up places at the service: it is looked after too.
        carry(session, studio, [*unfinished, *jobs], until_sent=not wait)
    except (AccessError, LibraryError) as error:
        stopped = error
    jobs = [studio.library.get_job(job.id) for job in jobs]
    report, statuses = _reports(studio, jobs, target)
    if session.json:
        charged = sum(job.price for job in jobs if job.charged == "yes")
        session.print({"jobs": report, "cost": charged / USD})
    else:
        _tell(session, jobs, report)
    if stopped is not None:
        raise stopped
    return max(statuses)


def _parents(studio: Studio, pictures: list[Path], parent: str | None) -> list[Version]:
    from kontext_desktop.engine import intake

    copy_up_to = studio.settings.copy_up_to
    documents = [
        intake.bring_in(studio.library, picture, copy_up_to=copy_up_to).document
        for picture in pictures
    ]
    if parent is None:
        return [studio.library.list_versions(document.id)[0] for document in documents]
    version = studio.library.get_version(parent)
    if documents and version.document_id != documents[0].id:
        raise ParameterError(
            f"Version {parent} belongs to another picture than {pictures[0].name}.",
            "Leave the picture out, or name one of its own versions.",
        )
    return [version]


@dataclass(slots=True)
class Outputs:
    """Where `--output` puts results: a folder (bytes as received) or files (converted)."""

    folder: Path | None = None
    file: Path | None = None
    written: int = 0

    @classmethod
    def plan(cls, output: Path | None) -> Outputs:
        """Raises ParameterError for what could not be written, before anything is sent."""
        from kontext_desktop.engine.export import check_folder, check_target

        if output is None:
            return cls()
        is_folder = os.path.isdir(output)  # where it may not be looked at, too
        if is_folder or not output.suffix:
            if os.path.lexists(output) and not is_folder:
                raise ParameterError(f"{output} is a file without a suffix.", "Give a folder.")
            try:
                output.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ParameterError(
                    f"The folder {output} cannot be made: {error.strerror}.", "Give another one."
                ) from error
            check_folder(output)
            return cls(folder=output)
        check_target(output, force=False)
        return cls(file=output)

    def write(self, studio: Studio, version: Version, result: Result) -> Path | None:
        """Write one result; returns where, or None when no output was asked for."""
        from kontext_desktop.engine import export

        if self.folder is not None:
            name = studio.library.get_document(version.document_id).name
            path = _free(self.folder / export.received_name(name, result))
            export.export_received(studio.library, result, path, force=False)
            return path
        if self.file is None:
            return None
        self.written += 1
        path = self.file
        if self.written > 1:
            path = _free(path.with_stem(f"{path.stem}-{self.written}"))
        export.export_result(studio.library, result, version, path, force=False)
        return path


def _free(path: Path) -> Path:
    """`path`, or with the first number behind its name that nothing has yet."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_stem(f"{path.stem} {number}")
        number += 1
    return candidate


def _reports(
    studio: Studio, jobs: list[Job], target: Outputs
) -> tuple[list[dict[str, Any]], list[int]]:
    """What there is to say of each job, and its exit status. A result that cannot be written out is
    that job's error: it is safe in the library."""
    reports, statuses = [], []
    for job in jobs:
        versions = studio.library.list_versions(job.document_id)
        made = [version for version in versions if version.job_id == job.id]
        problem, status, outputs = job.problem, status_of(job), []
        for version in made:
            result = studio.library.get_result(version.layers[-1].result_id)
            try:
                outputs.append(target.write(studio, version, result))
            except KontextError as error:
                problem, status = Problem(error.kind, error.message, error.hint), error.status
        reports.append(_report(job, made, [path for path in outputs if path], problem))
        statuses.append(status)
    return reports, statuses


def _report(
    job: Job, versions: list[Version], outputs: list[Path], problem: Problem | None
) -> dict[str, Any]:
    return {
        "id": job.id,
        "document": job.document_id,
        "state": job.state.value,
        "seed": job.recipe.seed,
        "prediction_id": job.prediction_id,
        "version_ids": [version.id for version in versions],
        "outputs": [str(path) for path in outputs],
        "price": job.price / USD,
        "charged": job.charged,
        "practice": job.origin.practice,
        "error": problem and asdict(problem),
    }


def _tell(session: Session, jobs: list[Job], report: list[dict[str, Any]]) -> None:
    for job, row in zip(jobs, report, strict=True):
        mark = " (practice)" if job.origin.practice else ""
        for version_id in row["version_ids"]:
            typer.echo(f"Version {version_id[:8]}  seed {job.recipe.seed}{mark}")
        for path in row["outputs"]:
            typer.echo(f"  {path}")
        if not row["version_ids"]:
            typer.echo(f"Job {job.id[:8]}  seed {job.recipe.seed}{mark}: {job.state.value}")
        if row["error"] is not None:
            typer.echo(f"{row['error']['message']} {row['error']['hint']}".strip(), err=True)
        say_next(session, job)


def _show_request(session: Session, draft: Draft, pictures: list[Path]) -> None:
    """What would be sent, and its published price. Opens nothing and asks nobody."""
    from kontext_desktop.wavespeed import submit_body

    cost = KONTEXT_MAX.price * draft.count * max(1, len(pictures))
    bodies = [
        submit_body(
            KONTEXT_MAX,
            prompt=draft.prompt,
            image="(address of the upload)",
            seed=draft.seed + number,
            guidance_scale=draft.guidance_scale,
            aspect_ratio=draft.aspect_ratio,
        )
        for number in range(draft.count)
    ]
    if session.json:
        images = [str(picture) for picture in pictures]
        session.print({"images": images, "requests": bodies, "cost": cost / USD})
        return
    for body in bodies:
        for name, value in body.items():
            typer.echo(f"{name}: {value}")
        typer.echo("")
    typer.echo(f"{dollars(cost)} for {draft.count * max(1, len(pictures))}; nothing was sent.")
