"""How the stand-in behaves where the real service is not documented or differs by account."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_desktop.practice.faults import OPERATIONS

_WITHOUT_A_KEY = frozenset({"upload-put", "output"})


@dataclass(frozen=True, slots=True)
class Habits:
    """Each may be wished worse than it is by default; times in seconds.

    refund_after     from a failure to its refund on the bill (documented: within 3 hours)
    listing_lag      from acceptance to showing up in the list (real one: unknown)
    echoes           a result repeats the inputs as used (real one: unknown)
    forbidden        operations that this account's key may not do, by their names in `faults`
    in_flight_limit  how many predictions may run at once (documented: 3 for a new account)
    per_minute       how many may be accepted within a minute (documented: 10 for a new account)
    """

    refund_after: float = 0.0
    listing_lag: float = 0.0
    echoes: bool = False
    forbidden: frozenset[str] = frozenset()
    in_flight_limit: int | None = None
    per_minute: int | None = None

    def __post_init__(self) -> None:
        odd = self.forbidden - (OPERATIONS - _WITHOUT_A_KEY)
        if odd:
            raise ValueError(f"no operation that needs a key: {', '.join(sorted(odd))}")
