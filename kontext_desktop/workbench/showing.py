"""What the panels show, put together from what the parts of the workbench know."""

from __future__ import annotations

from kontext_desktop.catalog import KONTEXT_MAX
from kontext_desktop.first_words import Draft, Settings
from kontext_desktop.framing import plan
from kontext_desktop.workbench.account import Account
from kontext_desktop.workbench.documents import Documents
from kontext_desktop.workbench.errands import Standing
from kontext_desktop.workbench.queue import JobQueue
from kontext_desktop.workbench.state import Desk, LibraryFacts


def compose_desk(
    draft: Draft,
    settings: Settings,
    standing: Standing,
    documents: Documents,
    queue: JobQueue,
    account: Account,
    library: LibraryFacts | None,
) -> Desk:
    document = documents.document
    planned = None
    if document is not None:
        planned = plan(KONTEXT_MAX, document.size, draft.aspect_ratio, draft.frame)
    shown, before = documents.find_shown(), documents.find_before()
    why_not = _why_not(draft, settings, standing, documents)
    return Desk(
        document=document,
        shown_version_id=documents.shown,
        frame=planned.frame if planned else None,
        returns=planned.returns if planned else None,
        price=standing.price * draft.count,
        can_generate=not why_not,
        why_not=why_not,
        practice=standing.practice,
        mode=settings.mode,
        spent_today=standing.spent.certain + standing.spent.possible,
        daily_cap=settings.daily_cap,
        running=queue.running,
        waiting=queue.waiting,
        key_text=standing.key_text,
        key_tone=standing.key_tone,
        busy=documents.busy,
        recent_files=settings.recent_files,
        spent_possible=standing.spent.possible,
        spend_note=_spend_note(standing, account),
        balance=None if standing.origin is None else account.balance,
        offline_since=queue.away_since,
        looking_up=queue.looking_up,
        price_of_one=standing.price,
        may_send=standing.may_send,
        shown_title=shown.name if shown else "",
        before_id=before.id if before else "",
        before_title=before.name if before else "",
        shown=shown,
        library=library,
        plan=planned,
        region=draft.frame,
        aspect_ratio=draft.aspect_ratio,
    )


def _spend_note(standing: Standing, account: Account) -> str:
    if standing.origin is None:
        return ""  # nothing is known yet
    from kontext_desktop.workbench.words import describe_spend

    return describe_spend(standing, account.refunds, account.balance, account.balance_at)


def _why_not(draft: Draft, settings: Settings, standing: Standing, documents: Documents) -> str:
    """Why nothing can be ordered now, in a sentence."""
    if settings.mode is None:
        return "Choose practice, or give a key."
    if documents.document is None:
        return "Open a picture first."
    if not documents.may_write:
        return "This library can only be read."
    if not standing.may_send:
        return "This library is never to be sent: see Settings."
    if documents.document.never_send:
        return "This picture is never to be sent: see the Picture menu."
    if not draft.prompt.strip():
        return "Write what to change."
    return ""
