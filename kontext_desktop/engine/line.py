"""The way to one service: whether it is there, and when the next free question may be asked.

One for all Jobs of a service. While the service is away one Job knocks, at growing intervals, and
the others wait; when it is back they come one after the other, not all at once.
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


@dataclass(slots=True)
class Line:
    """Any thread. Times are the caller's clock; nothing here sleeps."""

    away_since: float | None = None
    """When the service was first found to be away; None while it answers."""
    _next: float = 0.0
    _calm_until: float = 0.0
    _failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, now: float) -> float:
        """Seconds until this Job may ask; 0 takes the turn, and the next must wait for its own."""
        with self._lock:
            longest = KNOCKS[-1]
            if self._next - now > longest:
                self._next = now  # the clock was set back
            if now < self._next:
                return self._next - now
            if self.away_since is not None:
                self._next = now + self._knock()
            else:
                self._next = now + (CALM_GAP if now < self._calm_until else GAP)
            return 0.0

    def lost(self, now: float) -> float:
        """The service could not be reached. Returns the seconds until somebody knocks again."""
        with self._lock:
            if self.away_since is None:
                self.away_since = now
                self._failed = 0
            self._next = now + self._knock()
            self._failed += 1
            return self._next - now

    def reached(self, now: float) -> None:
        """The service answered, whatever it said."""
        with self._lock:
            if self.away_since is not None:
                self.away_since = None
                self._calm_until = now + CALM
                self._next = now + CALM_GAP

    def _knock(self) -> float:
        return KNOCKS[min(self._failed, len(KNOCKS) - 1)]
