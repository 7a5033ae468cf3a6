"""How the Library looks after itself: check, repair, space, garbage, backups."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kontext_desktop.library import backup, failures, garbage, space, use
from kontext_desktop.library import check as checking
from kontext_desktop.library import repair as repairing
from kontext_desktop.library.base import Base
from kontext_desktop.library.report import Finding, Garbage, Repair, Report, Use
from kontext_desktop.model import Progress


class Upkeep(Base):
    """See `Library`."""

    def check(
        self, *, deep: bool = True, report: Callable[[Progress], None] = lambda _: None
    ) -> Report:
        """Find and name all damage, while other calls go on. Without `deep` blobs are measured, not
        hashed."""
        return checking.check(self.folder, deep=deep, report=report)

    def repair(self, report: Report) -> Repair:
        """Mend what `check` has named, as far as it can be, after a backup. Again does nothing."""
        if self.reading_only:
            raise failures.reading_only(self.folder)

        def look() -> Sequence[Finding]:
            return self.check(deep=False).damage

        with self._reading() as connection:
            acts = repairing.repair(
                self.folder,
                connection,
                self.blobs,
                report.damage,
                look,
                lambda: backup.make(connection, self.folder, self._now()),
                self._now(),
            )
            connection.damaged.clear()
        return Repair(tuple(acts), tuple(look()) if acts else report.damage)

    def check_space(self, expected: int) -> None:
        """Raise LibraryError unless the disk has room for `expected` more bytes, three times over,
        and a gigabyte beside (`reserve`). Asked before money is spent."""
        with failures.translated(self.folder):
            space.check(self.folder, expected, self.reserve, self._free)

    def free_bytes(self) -> int:
        """What is left on the library's disk."""
        with failures.translated(self.folder):
            return self._free(self.folder)

    def count(self) -> dict[str, int]:
        """How many documents, versions and jobs there are."""
        with self._reading() as connection:
            counts = backup.count_rows(connection)
        return {table: counts[table] for table in ("documents", "versions", "jobs")}

    def measure_use(self) -> Use:
        """How many bytes are taken by what."""
        with self._beside() as connection:
            return use.measure(self.folder, connection)

    def find_garbage(self) -> Garbage:
        """Files that nobody needs, and that are a day old at least."""
        with self._beside() as connection:
            return garbage.find(self.folder, connection, time.time())

    def remove_garbage(self) -> Garbage:
        """Remove them; returns what went."""
        if self.reading_only:
            raise failures.reading_only(self.folder)
        found = self.find_garbage()
        with self._reading() as connection:  # nothing is written meanwhile
            return garbage.remove(self.folder, connection, found, time.time())

    def list_damaged(self) -> list[str]:
        """A sentence for each damaged record that lists have left out since the library was opened.
        The rest is there; `check` finds all damage, `repair` mends it."""
        with self._reading() as connection:
            return list(connection.damaged)

    def back_up(self) -> Path:
        """Make a proved backup of the database in the library's `backups`; the pictures stay where
        they are. Other calls go on meanwhile."""
        if self.reading_only:
            raise failures.reading_only(self.folder)
        with self._beside() as connection:
            return backup.make(connection, self.folder, self._now())

    def back_up_if_due(self) -> Path | None:
        """Make a backup when the newest is older than a day, and thin them out. About a second for
        a hundred megabytes of database."""
        if self.reading_only or not backup.is_due(self.folder, self._now()):
            return None
        made = self.back_up()
        with failures.translated(self.folder):
            backup.thin(self.folder, self._now())
        return made

    def write_backup(self, target: Path) -> None:
        """Write a proved backup of the database, and of nothing else, to a new file anywhere.
        Raises ParameterError when there is one of that name."""
        with failures.translated(target.parent), self._beside() as connection:
            backup.write(connection, target)
