"""Freeze a Draft into Jobs: check it, render what is sent, name the price, write the intent.

Nothing here sends anything that costs; the runner does, one Job at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from kontext_desktop.catalog import KONTEXT_MAX, MODELS, ModelSpec
from kontext_desktop.engine import ledger, render, sending
from kontext_desktop.errors import ParameterError, ServiceError, UnansweredError
from kontext_desktop.framing import Plan, carried, find_region, plan
from kontext_desktop.imaging import encode
from kontext_desktop.library import NewJob
from kontext_desktop.model import Document, Draft, Job, JobState, Origin, Recipe, Version

if TYPE_CHECKING:
    from kontext_desktop.engine.studio import Studio


def check_draft(draft: Draft, model: ModelSpec = KONTEXT_MAX) -> None:
    """Raise ParameterError when the service would refuse `draft`, or silently take it otherwise."""
    if not draft.prompt.strip():
        raise ParameterError(
            "There is no instruction yet.", "Write what to change: “Make the light warmer.”"
        )
    guidance = model.guidance_scale
    if not guidance.minimum <= draft.guidance_scale <= guidance.maximum:
        raise ParameterError(
            f"Guidance {draft.guidance_scale:g} is outside "
            f"{guidance.minimum:g} to {guidance.maximum:g}.",
            f"{guidance.default:g} is the usual value.",
        )
    names = [ratio.name for ratio in model.ratios]
    if draft.aspect_ratio is not None and draft.aspect_ratio not in names:
        raise ParameterError(
            f"The model has no ratio “{draft.aspect_ratio}”.",
            f"Choose one of {', '.join(names)}, or none to keep the picture's.",
        )
    if not 1 <= draft.count <= model.max_variations:
        raise ParameterError(
            f"{draft.count} variations are outside 1 to {model.max_variations}.",
            "Ask for fewer, more than once.",
        )
    first, last = draft.seed, draft.seed + draft.count - 1
    if first < model.seed.minimum or last > model.seed.maximum:
        raise ParameterError(
            f"Seed {first if first < model.seed.minimum else last} is outside "
            f"{model.seed.minimum:.0f} to {model.seed.maximum:.0f}.",
            "Variations take the seeds that follow; choose a smaller one or leave it out.",
        )


def place_order(
    studio: Studio,
    parent: Version,
    draft: Draft,
    *,
    model: ModelSpec = KONTEXT_MAX,
    max_cost: int | None = None,
    expected_price: int | None = None,
    expected_origin: Origin | None = None,
    again: bool = False,
) -> list[Job]:
    """One queued Job per variation, seeds counting up from the draft's, written in one act.

    The input is rendered once: the parent's appearance inside the frame, 8-bit sRGB PNG at the
    model's size, or the frame's own where that is less, without metadata. `expected_price` and
    `expected_origin` are what the person was shown. `again`: the person knows that the same edit
    has no answer yet, and may be billed twice. Raises UnansweredError for such a one without that,
    ServiceError when another service was chosen meanwhile, and ParameterError, BudgetError,
    ImageError, LibraryError, and AccessError without a key; nothing is written then.
    """
    check_draft(draft, model)
    document = studio.library.get_document(parent.document_id)
    sending.check_may_send(studio, document)
    studio.library.check_space(sending.EXPECTED_BYTES * draft.count)
    service = studio.get_service()
    if expected_origin is not None and service.origin != expected_origin:
        raise ServiceError(
            "Another service was chosen meanwhile.", "Nothing was sent. Generate again to go on."
        )
    if not service.origin.practice:
        studio.get_key(service.origin.endpoint)
    price = ledger.quote(studio, service, model)
    if expected_price is not None and price != expected_price:
        raise ledger.changed_price(price, expected_price)
    ledger.authorise(
        studio, service.origin, price * draft.count, max_cost=max_cost, document=document
    )
    planned = _plan(document, draft, model)
    sent = encode(render.render_plan(studio.library, parent, planned), "PNG", bare=True)
    digest = studio.library.blobs.put(sent)
    recipes = [
        Recipe(
            model_id=model.id,
            prompt=draft.prompt.strip(),
            guidance_scale=draft.guidance_scale,
            aspect_ratio=draft.aspect_ratio,
            seed=draft.seed + number,
            parent_version_id=parent.id,
            frame=planned.frame,
        )
        for number in range(draft.count)
    ]
    if not again:
        _check_unanswered(studio, service.origin, recipes)
    batch = str(uuid4())
    return studio.library.put_jobs(
        [
            NewJob(
                document_id=document.id,
                batch_id=batch,
                recipe=recipe,
                origin=service.origin,
                price=price,
                input_sha256=digest,
                input_length=len(sent),
            )
            for recipe in recipes
        ]
    )


def _plan(document: Document, draft: Draft, model: ModelSpec) -> Plan:
    try:
        return plan(model, document.size, draft.aspect_ratio, draft.frame)
    except ValueError as error:
        raise ParameterError(
            "The part to send is not inside the picture.", "Choose it anew.", str(error)
        ) from error


def _check_unanswered(studio: Studio, origin: Origin, recipes: list[Recipe]) -> None:
    """Raise UnansweredError when one of these was sent before and has no answer yet."""
    for job in studio.library.list_jobs(origin=origin, ended=False):
        if job.state in (JobState.UNSURE, JobState.SENDING) and job.recipe in recipes:
            raise UnansweredError(
                "The very same edit was sent before and has no answer yet: it may be billed.",
                "Wait until it is found out about, take another seed, or send that one again.",
                job.id,
            )


def draft_of(studio: Studio, version: Version) -> Draft:
    """What made a version, as a Draft to run again or to change: same words, same seed, once.

    Raises ParameterError for an original, which nothing made; LibraryError.
    """
    document = studio.library.get_document(version.document_id)
    return _draft_of(_get_recipe(studio, version), document)


def copy_recipe(studio: Studio, version: Version, document: Document) -> Recipe:
    """What made a version, for another document: from its current version, the frame planned anew
    for its size; a region is the same part of it, in proportion. Nothing is ordered. Raises
    ParameterError for an original; LibraryError."""
    recipe = _get_recipe(studio, version)
    model, ratio = MODELS.get(recipe.model_id, KONTEXT_MAX), recipe.aspect_ratio
    size = studio.library.get_document(version.document_id).size
    region = find_region(model, size, ratio, recipe.frame)
    if region is not None:
        region = carried(region, size, document.size)
    frame = plan(model, document.size, ratio, region).frame
    return replace(recipe, parent_version_id=document.current_version_id, frame=frame)


def repeat_order(studio: Studio, job: Job, expected_price: int) -> list[Job]:
    """A new Job with the recipe of one that failed: a fresh click, a fresh charge."""
    return place_order(
        studio,
        studio.library.get_version(job.recipe.parent_version_id),
        _draft_of(job.recipe, studio.library.get_document(job.document_id)),
        expected_price=expected_price,
        expected_origin=job.origin,
        again=True,
    )


def _get_recipe(studio: Studio, version: Version) -> Recipe:
    if version.job_id is None:
        raise ParameterError(
            "The original was brought in, not made.", "Choose a version that an edit made."
        )
    return studio.library.get_job(version.job_id).recipe


def _draft_of(recipe: Recipe, document: Document) -> Draft:
    model = MODELS.get(recipe.model_id, KONTEXT_MAX)
    return Draft(
        guidance_scale=recipe.guidance_scale,
        seed=recipe.seed,
        prompt=recipe.prompt,
        aspect_ratio=recipe.aspect_ratio,
        seed_locked=True,
        frame=find_region(model, document.size, recipe.aspect_ratio, recipe.frame),
    )
