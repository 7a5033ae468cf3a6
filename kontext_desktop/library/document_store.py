"""The Library's acts on documents and their versions, on what is said of them, and on the trash."""

from __future__ import annotations

from collections.abc import Collection

from kontext_desktop.library import (
    acts,
    documents,
    erasing,
    history,
    jobs,
    masters,
    opinions,
    search,
    trash,
    undo,
)
from kontext_desktop.library.base import Base
from kontext_desktop.model import (
    Act,
    Annotation,
    Document,
    Draft,
    Flag,
    Line,
    Reference,
    Result,
    Search,
    Size,
    Trashed,
    Version,
)


class DocumentStore(Base):
    """See `Library`."""

    # Documents

    def put_document(
        self,
        *,
        name: str,
        source_path: str,
        master_sha256: str,
        size: Size,
        format: str,
        depth: int,
        title: str,
        reference: Reference | None = None,
    ) -> Document:
        """The Document of this master: the one there is, or a new one with its first Version,
        called `title`, in one act. The master must be a blob already, or is kept by `reference`,
        whose proxy then is a blob; `size` is that of document space."""
        with self._writing() as writing:
            self.blobs.require(reference.proxy_sha256 if reference else master_sha256)
            if reference is not None:
                masters.put(writing, reference)
            return documents.put(
                writing,
                name=name,
                source_path=source_path,
                master_sha256=master_sha256,
                size=size,
                format=format,
                depth=depth,
                title=title,
            )

    def find_document_by_master(self, sha256: str) -> Document | None:
        """The newest document whose original bytes are these."""
        with self._reading() as connection:
            return documents.find_by_master(connection, sha256)

    def find_document(self, document_id: str) -> Document | None:
        """The document with exactly this id, if it is there."""
        with self._reading() as connection:
            return documents.find(connection, document_id)

    def get_document(self, id_or_prefix: str) -> Document:
        with self._reading() as connection:
            return documents.get(connection, id_or_prefix)

    def list_documents(self, text: str = "", limit: int | None = None) -> list[Document]:
        """What was worked on last comes first. `text`: every word of it begins a word of the
        document's name, of a prompt or of a version's title; any text may be given."""
        with self._reading() as connection:
            return search.list_documents(connection, text, limit)

    def put_current_version(self, document_id: str, version_id: str) -> None:
        """Move the document's pointer; nothing else changes. Can be undone. Raises LibraryError for
        a version in the trash."""
        with self._writing() as writing:
            documents.put_current_version(writing, document_id, version_id)

    def put_never_send(self, document_id: str, value: bool) -> None:
        with self._writing() as writing:
            documents.put_never_send(writing, document_id, value)

    def put_client(self, document_id: str, client: str) -> None:
        """Tag a document, and so its charges, with whom the work is for; "" takes the tag off."""
        with self._writing() as writing:
            documents.put_client(writing, document_id, client)

    def find_draft(self, document_id: str) -> Draft | None:
        with self._reading() as connection:
            return documents.find_draft(connection, document_id)

    def put_draft(self, document_id: str, draft: Draft) -> None:
        with self._writing() as writing:
            documents.put_draft(writing, document_id, draft)

    # Versions and Results

    def get_version(self, id_or_prefix: str) -> Version:
        with self._reading() as connection:
            return documents.get_version(connection, id_or_prefix)

    def list_versions(self, document_id: str) -> list[Version]:
        """Oldest first, without what is in the trash; each record is checked."""
        with self._reading() as connection:
            return documents.list_versions(connection, document_id)

    def count_versions(self) -> dict[str, int]:
        """How many versions each document has, by its id, without what is in the trash."""
        with self._reading() as connection:
            return documents.count_versions(connection)

    def search_versions(
        self, query: Search, after: int | None = None, limit: int = 200
    ) -> list[Line]:
        """A page of the history: what of it `query` lets through, in the order it asks for.

        `after`: the `sequence` of the last line of the page before. Any text may be searched for.
        Lines are not checked against their seals; what one stands for is, when it is opened.
        """
        with self._reading() as connection:
            return history.list_page(connection, query, after, limit)

    # What is said of Versions; undo

    def get_annotation(self, version_id: str) -> Annotation:
        """Also of a version in the trash. Versions bring theirs along."""
        return self.get_version(version_id).annotation

    def put_annotation(
        self,
        version_id: str,
        *,
        name: str | None = None,
        rating: int | None = None,
        flag: Flag | None = None,
        note: str | None = None,
        tags: Collection[str] | None = None,
    ) -> Annotation:
        """Change what is not None; returns all that is said of the version now. Can be undone.

        Blanks in names and tags are made even; tags that differ in case only are one. Raises
        ParameterError for a rating outside 0 to 5, an unknown flag and what is too long;
        LibraryError for a version in the trash.
        """
        with self._writing() as writing:
            return opinions.put(writing, version_id, name, rating, flag, note, tags)

    def list_tags(self) -> list[str]:
        """Every tag in use, in order."""
        with self._reading() as connection:
            return opinions.list_tags(connection)

    def undo(self, document_id: str) -> Act | None:
        """Take back the last thing done to the document: its pointer moved, or an annotation
        changed. Returns what was taken back; None when there is nothing.

        Survives a restart. What cannot be put back, since it is in the trash, is passed over.
        """
        with self._writing() as writing:
            return undo.undo(writing, document_id)

    def redo(self, document_id: str) -> Act | None:
        """Do again what was undone last; None when there is nothing, or something else was done
        since."""
        with self._writing() as writing:
            return undo.redo(writing, document_id)

    def list_acts(self, document_id: str, limit: int = 100) -> list[Act]:
        """The last `limit` things done to a document, newest first, also what was undone."""
        with self._reading() as connection:
            return acts.list_newest(connection, document_id, limit)

    # Trash

    def put_in_trash(self, id_or_prefix: str) -> Trashed:
        """Hide a version with all that was made from it, or a document, from every list and search.

        The document's pointer moves to the nearest ancestor that stays. What is under way is
        collected all the same, and joins what it was made from. Raises LibraryError for an
        original, which goes only with its document, and for what is there already.
        """
        with self._writing() as writing:
            entry = trash.put(writing, id_or_prefix)
            return next(one for one in trash.list_entries(writing.connection) if one.id == entry.id)

    def list_trash(self) -> list[Trashed]:
        """What was put there last comes first."""
        with self._reading() as connection:
            return trash.list_entries(connection)

    def restore(self, id_or_prefix: str) -> list[Version]:
        """Bring back from the trash: a document, or a version, with what went there with it.

        Ancestors of a version that are there too come back with it, without their other branches;
        those stay, as entries of their own. Returns the Versions that are visible again.
        """
        with self._writing() as writing:
            back = trash.restore(writing, id_or_prefix)
            return [documents.get_version(writing.connection, one) for one in back]

    def erase(self, id_or_prefix: str) -> None:
        """Erase an entry of the trash for good, with whatever was made from it: its records, words
        in the search, annotations, small pictures, and the files that nothing else needs.

        What it cost stays in the books, without what was asked for; backups made before keep all.
        When this has returned, or at the next start after a crash, nothing of it is left in the
        library. Raises LibraryError for what is not in the trash, and while a Job that belongs to
        it is unfinished; nothing is erased then.
        """
        with self._writing() as writing:
            erasing.erase(writing, id_or_prefix)
            erasing.finish(writing.connection)
        self._remove_erased()

    def empty_trash(self, now: float) -> int:
        """Erase what has been in the trash for thirty days at `now`; returns how many entries are
        gone. What belongs to an unfinished Job waits."""
        with self._writing() as writing:
            before = len(trash.list_entries(writing.connection))
            for entry in trash.list_due(writing.connection, now):
                if erasing.may_erase(writing.connection, entry):
                    erasing.erase(writing, entry)
            gone = before - len(trash.list_entries(writing.connection))
            if gone:
                erasing.finish(writing.connection)
        self._remove_erased()
        return gone

    def _remove_erased(self) -> None:
        # No sidecar may be on its way back meanwhile.
        with self._sidecars, self._reading() as connection:
            erasing.remove_files(connection, self.folder, self.blobs, self._cache)

    def get_result(self, id_or_prefix: str) -> Result:
        with self._reading() as connection:
            return jobs.get_result(connection, id_or_prefix)

    def list_results(self, job_id: str) -> list[Result]:
        """In the order of the service's outputs."""
        with self._reading() as connection:
            return jobs.list_results(connection, job_id)
