"""The API key: environment, else the system's keyring, else memory of this run; never a file.

Keys belong to an origin, so a service at another address never sees this one's. Knows nothing of
the service and does not check a key with it. Any program of the same user can usually read the
keyring too; what it keeps out is other users, backups and thieves of the disk.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, MutableMapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn, TypeVar
from urllib.parse import urlsplit

from kontext_desktop.errors import AccessError, KontextError, ParameterError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

VARIABLE = "WAVESPEED_API_KEY"

Place = Literal["environment", "keyring", "memory"]
_T = TypeVar("_T")

_USER = "api-key"
_TRUSTED = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
}
"""Backends that encrypt. Others write plain text (keyrings.alt) or drop what they are given."""
_NO_STORE = ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")


class NoKeyringError(AccessError):
    """This machine has no keyring that may be trusted with a key."""


class Secret:
    """A key that does not show itself: not in a log, a traceback, a comparison or a pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a set or dict of secrets is a mistake

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class FoundKey:
    key: Secret
    place: Place


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What may be shown of a key: where it is, never what it is. `place` None: there is none."""

    place: Place | None
    backend: str
    sentence: str


class Keys:
    """Finds, keeps and forgets keys. Any thread; the keyring has `timeout` seconds for each
    answer."""

    def __init__(
        self,
        environ: MutableMapping[str, str],
        *,
        timeout: float = 5.0,
        backend: Callable[[], KeyringBackend] | None = None,
    ) -> None:
        """Takes the key out of `environ` at once: no program started from here inherits it."""
        self.notice = ""
        """Why the last `put` went to memory; empty when it did not."""
        self._environment = Secret(environ.pop(VARIABLE, "").strip())
        self._memory: dict[str, Secret] = {}
        self._backend = backend or find_backend
        self._timeout = timeout
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None

    def find(self, endpoint: str) -> FoundKey | None:
        """The key for `endpoint`. Raises AccessError when there may be one in the keyring but it
        cannot be had (locked, no answer), ParameterError when the environment holds no key."""
        if self._environment.reveal():
            _check(self._environment.reveal(), VARIABLE)
            return FoundKey(self._environment, "environment")
        service = _service(endpoint)
        if service in self._memory:
            return FoundKey(self._memory[service], "memory")
        try:
            kept = self._ask(lambda keyring: keyring.get_password(service, _USER))
        except NoKeyringError:
            return None
        return FoundKey(Secret(kept.strip()), "keyring") if kept else None

    def put(self, endpoint: str, key: str) -> Literal["keyring", "memory"]:
        """Keep `key`, in memory (see `notice`) only where no safe keyring exists. Raises
        ParameterError for what is no key, AccessError when the keyring is locked or silent."""
        service, clean = _service(endpoint), key.strip()
        _check(clean, "The key")
        try:
            self._ask(lambda keyring: keyring.set_password(service, _USER, clean))
        except NoKeyringError as error:
            self._memory[service] = Secret(clean)
            self.notice = f"{error.message} The key is remembered until the program closes."
            return "memory"
        self._memory.pop(service, None)
        self.notice = ""
        return "keyring"

    def forget(self, endpoint: str) -> bool:
        """Remove the key from memory and keyring; whether there was one. The environment's key is
        not ours to forget. Raises AccessError when the keyring is locked or silent."""
        service = _service(endpoint)
        remembered = self._memory.pop(service, None) is not None
        try:
            kept = self._ask(lambda keyring: _delete(keyring, service))
        except NoKeyringError:
            kept = False
        return remembered or kept

    def describe(self, endpoint: str) -> KeyStatus:
        """Where the key for `endpoint` is, in a sentence; an error becomes the sentence."""
        try:
            found = self.find(endpoint)
        except KontextError as error:
            return KeyStatus(None, "", f"{error.message} {error.hint}")
        if found is not None and found.place == "environment":
            return KeyStatus("environment", "", f"The key comes from the variable {VARIABLE}.")
        if found is not None and found.place == "memory":
            return KeyStatus("memory", "", "The key is remembered until the program closes.")
        try:
            backend = self._ask(lambda keyring: _TRUSTED.get(type(keyring).__module__, "keyring"))
        except AccessError as error:
            sentence = f"There is no key for {origin_of(endpoint)}. {error.message}"
            return KeyStatus(None, "", sentence)
        if found is None:
            return KeyStatus(None, backend, f"There is no key for {origin_of(endpoint)}.")
        return KeyStatus("keyring", backend, f"The key is in the system's keyring ({backend}).")

    def _ask(self, act: Callable[[KeyringBackend], _T]) -> _T:
        """`act` on the keyring, in a daemon thread: a locked keyring that shows its password
        dialog blocks for ever, and nothing can end it. One thread at a time, so that one dialog is
        open at a time."""
        answer: Future[_T] = Future()

        def run() -> None:
            try:
                answer.set_result(act(self._backend()))
            except BaseException as error:  # carried to the caller's thread, below
                answer.set_exception(error)

        with self._lock:
            if self._asking is not None:
                self._asking.join(self._timeout)
                if self._asking.is_alive():
                    raise _no_answer()
            self._asking = threading.Thread(target=run, name="keyring", daemon=True)
            self._asking.start()
            try:
                error = answer.exception(self._timeout)
            except TimeoutError:
                raise _no_answer() from None
        if isinstance(error, KontextError):
            raise error
        if error is not None:
            raise _translated(error) from error
        return answer.result()


def find_backend() -> KeyringBackend:
    """The best keyring here that may be trusted. Raises NoKeyringError without one. Takes up to
    half a second at first.

    Chosen from what the machine offers, not by `keyring.get_keyring`: that obeys
    PYTHON_KEYRING_BACKEND and a settings file, either of which can name a plain-text store.
    """
    from keyring.backend import get_all_keyring

    offered = {type(keyring).__module__: keyring for keyring in get_all_keyring()}
    trusted = [keyring for module, keyring in offered.items() if module in _TRUSTED]
    if trusted:
        return max(trusted, key=lambda keyring: keyring.priority)
    refused = sorted(module for module in offered if module not in _NO_STORE)
    if refused:
        raise NoKeyringError(
            f"The only keyring here, {refused[0]}, does not keep secrets safely and is not used.",
            f"Give the key in the environment variable {VARIABLE}.",
        )
    raise NoKeyringError(
        "This machine offers no keyring.",
        f"Start one (GNOME Keyring, KWallet), or give the key in {VARIABLE}.",
    )


def _delete(keyring: KeyringBackend, service: str) -> bool:
    # Asked first: deleting raises the same error for "missing" and for "refused".
    if keyring.get_password(service, _USER) is None:
        return False
    keyring.delete_password(service, _USER)
    return True


def _translated(error: BaseException) -> AccessError:
    """What a keyring raised, in our words. Any exception of its thread is the keyring's: backends
    let through those of D-Bus, Windows and macOS, which have no common base."""
    from keyring.errors import KeyringLocked

    if isinstance(error, KeyringLocked):
        return AccessError(
            "The keyring is locked.",
            f"Unlock it and try again, or give the key in {VARIABLE}.",
            repr(error),
            retry=True,
        )
    return AccessError(
        "The keyring does not work.",
        f"Restart it and try again, or give the key in {VARIABLE}.",
        repr(error),
        retry=True,
    )


def _no_answer() -> AccessError:
    return AccessError(
        "The keyring did not answer in time.",
        "It may be waiting for you in a dialog: unlock it and try again, "
        f"or give the key in {VARIABLE}.",
        retry=True,
    )


def _check(key: str, name: str) -> None:
    if not key:
        raise ParameterError(f"{name} is empty.", "Paste the key from your account page.")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ParameterError(
            f"{name} is not an API key: it contains spaces or signs no key has.",
            "Copy it again from your account page, without the words around it.",
        )


def _service(endpoint: str) -> str:
    """The name the keyring files the key under: one per origin."""
    return f"Kontext Desktop ({origin_of(endpoint)})"


def origin_of(endpoint: str) -> str:
    """Scheme, host and port; the port only where it is not the scheme's own."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ParameterError(f"{endpoint!r} is not the address of a service.", "Use https://host.")
    usual = {"https": 443, "http": 80}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")
