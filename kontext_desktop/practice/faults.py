"""A script of things to go wrong, written by tests and consumed by the two ports.

Knows the names of operations and faults, not how either is carried out.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

OPERATIONS = frozenset(
    {
        "upload-ticket",
        "upload-put",
        "upload-binary",
        "submit",
        "result",
        "output",
        "price",
        "balance",
        "list",
        "delete",
        "billings",
        "models",
    }
)
_KINDS = re.compile(r"status:[3-5]\d\d(:\d+)?|fail:\d+|html|close|close-after|hang|short|nsfw")
_SUBMIT_ONLY = ("fail", "nsfw")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to go wrong with the next `times` calls of an operation, `after` sound ones.

    status:NNN   refused with that HTTP status, before acting; status:NNN:SECONDS asks to wait, too
    html         200 with a page of HTML, before acting
    close        the connection ends without an answer, before acting
    close-after  acts (accepts, charges), then the connection ends without an answer
    hang         no answer and no act; held until the service closes, at most 30 s
    short        acts; the answer is cut off in the middle
    fail:CODE    submit: accepted, then ends as failed with that task error code
    nsfw         submit: accepted, then completes flagged as not safe for work
    """

    operation: str
    kind: str
    times: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(f"no such operation: {self.operation}")
        if not _KINDS.fullmatch(self.kind):
            raise ValueError(f"no such fault: {self.kind}")
        if self.name in _SUBMIT_ONLY and self.operation != "submit":
            raise ValueError(f"{self.kind} is a fault of submit, not of {self.operation}")

    @property
    def name(self) -> str:
        return self.kind.partition(":")[0]

    @property
    def number(self) -> int:
        """The status or code of the kind; 0 where it has none."""
        return self._numbers[0] if self._numbers else 0

    @property
    def retry_after(self) -> int | None:
        """The seconds a status asks to wait."""
        return self._numbers[1] if len(self._numbers) > 1 else None

    @property
    def _numbers(self) -> list[int]:
        return [int(text) for text in self.kind.split(":")[1:]]


class FaultScript:
    """Faults waiting for their call, taken in the order they were added. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Fault]] = {}
        self._calls: dict[str, int] = {}
        """Calls of each operation since the fault at the head of its line moved up."""

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.setdefault(fault.operation, []).append(fault)

    def take(self, operation: str) -> Fault | None:
        """The fault meant for this call of `operation`; None when it shall go well."""
        with self._lock:
            line = self._waiting.get(operation)
            if not line:
                return None
            fault, call = line[0], self._calls.get(operation, 0)
            used_up = call + 1 >= fault.after + fault.times
            if used_up:
                line.pop(0)
            self._calls[operation] = 0 if used_up else call + 1
            return fault if call >= fault.after else None
