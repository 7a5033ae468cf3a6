"""The error tree: what can go wrong, in words for the person in front of the program.

KontextError
├── ParameterError      an edit that cannot be asked for as it stands (prompt, ratio, range)
├── AccessError         the API key: missing, refused, or the keyring cannot be reached
├── ServiceError        the service, or the way to it
│   ├── NotSentError    provably nothing left this machine; trying again is free
│   ├── RefusedError    the service said no; nothing was charged
│   ├── UnansweredError the request may have arrived and no usable answer came back
│   ├── FailedError     the service accepted the edit and then could not do it
│   └── GoneError       the service no longer has it
├── LibraryError        the library on disk
│   └── OriginalError   a picture's original is not where it was, or not what it was
├── ImageError          a picture that cannot be used
└── BudgetError         a spending cap stopped it
Cancelled               the person stopped it; never shown

Foreign exceptions are translated once, where they are met. Anything outside this tree is a bug.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Charged = Literal["no", "maybe", "yes"]


class KontextError(Exception):
    """One sentence for the person, one on what to do next, and what goes to the log.

    `retry`: trying the same thing again can help. `charged`: whether money may be gone.
    """

    kind: ClassVar[str] = "error"
    status: ClassVar[int] = 1
    """Exit status of the terminal program (the contract in README, "Terminal")."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        detail: str = "",
        *,
        retry: bool = False,
        charged: Charged = "no",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.retry = retry
        self.charged: Charged = charged


class ParameterError(KontextError):
    kind = "parameter"
    status = 2


class AccessError(KontextError):
    kind = "access"
    status = 3


class ServiceError(KontextError):
    """`retry_after`: the seconds the service asked us to wait before the next try, already capped;
    None where it asked for nothing that can be used."""

    kind = "service"
    status = 4

    def __init__(
        self,
        message: str,
        hint: str = "",
        detail: str = "",
        *,
        retry: bool = False,
        charged: Charged = "no",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint, detail, retry=retry, charged=charged)
        self.retry_after = retry_after


class NotSentError(ServiceError):
    kind = "not-sent"

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint, detail, retry=True, charged="no")


class RefusedError(ServiceError):
    kind = "refused"


class UnansweredError(ServiceError):
    """A paid request without an answer: looked up, never repeated."""

    kind = "unanswered"
    status = 8

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint, detail, retry=False, charged="maybe")


class FailedError(ServiceError):
    kind = "failed"


class GoneError(ServiceError):
    kind = "gone"


class LibraryError(KontextError):
    kind = "library"
    status = 5


class OriginalError(LibraryError):
    kind = "original"


class ImageError(KontextError):
    kind = "image"
    status = 6


class BudgetError(KontextError):
    kind = "budget"
    status = 7


class Cancelled(Exception):
    """Work stopped on request; callers drop it without a word."""
