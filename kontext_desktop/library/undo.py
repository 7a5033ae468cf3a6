"""Going back and forth along the log of acts. Runs inside its caller's transaction."""

from __future__ import annotations

from dataclasses import replace

from kontext_desktop.library import acts, documents, opinions, trash
from kontext_desktop.library.rows import Writing
from kontext_desktop.model import Act, Annotation


def undo(writing: Writing, document_id: str) -> Act | None:
    return _step(writing, document_id, undo=True)


def redo(writing: Writing, document_id: str) -> Act | None:
    return _step(writing, document_id, undo=False)


def _step(writing: Writing, document_id: str, *, undo: bool) -> Act | None:
    """Put back what the next act changed; acts that would change nothing now, because what they
    speak of is in the trash, erased or as it was already, are passed over."""
    document = documents.get(writing.connection, document_id)
    while (act := acts.find_next(writing.connection, document.id, undo=undo)) is not None:
        acts.mark(writing, act, undone=undo)
        if _apply(writing, act, act.before if undo else act.after):
            documents.touch(writing, document.id)
            return replace(act, state="undone" if undo else "done")
    return None


def _apply(writing: Writing, act: Act, value: str | Annotation) -> bool:
    """Whether that changed anything."""
    wanted = value if isinstance(value, str) else act.version_id
    version = documents.find_version(writing.connection, wanted)
    if version is None or trash.is_trashed(writing.connection, version):
        return False
    if isinstance(value, str):
        return documents.move_pointer(writing, act.document_id, version.id)
    if version.annotation == value:
        return False
    opinions.write(writing, version, value)
    return True
