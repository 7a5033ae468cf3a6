"""The way to one service: whether it is there, and when the next free question may be asked.

One for all Jobs of a service. Who must wait is given a moment of its own, so that a thousand who
wait ask one after the other and none comes in vain. While the service is away one Job knocks, at
growing intervals, and the others wait; when it is back they line up anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

GAP = 0.05
"""Seconds between two questions of different Jobs, however many wait."""
KNOCKS = (2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between tries while the service is away; the last for as long as it takes."""
CALM_GAP, CALM = 1.0, 60.0
"""Right after it came back, for so many seconds, questions are a second apart."""


SKEW = 1.0
"""Two threads read the clock a little apart; further back means that it was set back."""


@dataclass(slots=True)
class Line:
    """Any thread. Times are the caller's clock; nothing here sleeps."""

    away_since: float | None = None
    """When the service was first found to be away; None while it answers."""
    _next: float = 0.0
    """The first moment that is nobody's."""
    _turns: dict[str, float] = field(default_factory=dict)
    """Whose turn is when, of the Jobs that wait for theirs."""
    _seen: float = 0.0
    _calm_until: float = 0.0
    _failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, job_id: str, now: float) -> float:
        """Seconds until this Job may ask; 0 takes its turn."""
        with self._lock:
            if now < self._seen - SKEW:
                self._line_up(now)
            self._seen = now
            if self.away_since is not None:
                return self._wait_for_knock(now)
            turn = self._turns.pop(job_id, None)
            if turn is None:
                turn = max(now, self._next)
                self._next = turn + (CALM_GAP if turn < self._calm_until else GAP)
            if turn > now:
                self._turns[job_id] = turn
            return max(0.0, turn - now)

    def _wait_for_knock(self, now: float) -> float:
        if now < self._next:
            return self._next - now
        self._next = now + self._knock()
        return 0.0

    def _line_up(self, at: float) -> None:
        self._turns.clear()
        self._next = at

    def lost(self, now: float) -> float:
        """The service could not be reached. Returns the seconds until somebody knocks again."""
        with self._lock:
            if self.away_since is None:
                self.away_since = now
                self._failed = 0
                self._turns.clear()
            self._next = now + self._knock()
            self._failed += 1
            return self._next - now

    def reached(self, now: float) -> None:
        """The service answered, whatever it said."""
        with self._lock:
            if self.away_since is not None:
                self.away_since = None
                self._calm_until = now + CALM
                self._line_up(now + CALM_GAP)

    def _knock(self) -> float:
        return KNOCKS[min(self._failed, len(KNOCKS) - 1)]
