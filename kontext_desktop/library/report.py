"""What looking after a library finds and does, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Kind = Literal["missing", "corrupt", "dangling", "behind", "orphan"]
"""`dangling`: it names, or relies on, what is not so. `behind`: a copy that lags. `orphan`: nobody
needs it; that is no damage."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `place`: the table of a row, or database, blob, sidecar, backup, search, file. `name`: a row's
    sequence where the row is there, its id where it is not; a SHA-256; a path in the library.
    """

    kind: Kind
    place: str
    name: str
    says: str
    wants: tuple[str, str] | None = None
    """Table and id, or sequence, of a row that must be there for this to be well."""

    @property
    def is_damage(self) -> bool:
        return self.kind != "orphan"


@dataclass(frozen=True, slots=True)
class Report:
    """`rows`, `blobs` and `bytes` say how much was looked at; `seconds` how long that took."""

    findings: tuple[Finding, ...]
    rows: int = 0
    blobs: int = 0
    bytes: int = 0
    seconds: float = 0.0

    @property
    def damage(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_damage)

    @property
    def is_database_lost(self) -> bool:
        """Whether the database is not there, or SQLite itself cannot read it whole."""
        return any(
            finding.place == "database" and finding.kind in ("missing", "corrupt")
            for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class Repair:
    """`acts`: a sentence for each thing that was done; `left`: what is still damaged."""

    acts: tuple[str, ...]
    left: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """How many bytes each kind of thing takes in a library's folder."""

    masters: int = 0
    results: int = 0
    sent: int = 0
    unassigned: int = 0
    """Received, and of no Result: candidates for lost answers, and what is no picture."""
    unnamed: int = 0
    """Blobs that no record names; backups may."""
    cache: int = 0
    sidecars: int = 0
    backups: int = 0
    quarantine: int = 0
    database: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Garbage:
    """What nobody needs. `kept_because`: why no blob was taken for garbage, as a sentence."""

    blobs: tuple[str, ...]
    cached: tuple[str, ...]
    temporary: tuple[str, ...]
    bytes: int
    kept_because: str = ""
