"""The few services that everything shares, and how they are built: library, keys, the service.

A Studio is used from several pool threads at once; what it hands out is safe for that.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kontext_desktop import __version__
from kontext_desktop.engine.line import Line
from kontext_desktop.errors import AccessError
from kontext_desktop.keys import Keys, origin_of
from kontext_desktop.library import Library
from kontext_desktop.model import EMBEDDED_PRACTICE, Origin, Settings
from kontext_desktop.practice import PracticeService
from kontext_desktop.register import Register
from kontext_desktop.wavespeed import Client, Deadlines, is_loopback


@dataclass(frozen=True, slots=True)
class Target:
    """Which service is wanted: the embedded practice service, or the one at `endpoint`."""

    endpoint: str
    embedded_practice: bool


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is ready to be spoken to, and the origin its rows are kept under."""

    client: Client
    origin: Origin


@dataclass(slots=True)
class Studio:
    library: Library
    keys: Keys
    target: Target
    """Replaced as a whole to speak to another service; those met before stay open."""
    register: Register
    settings: Settings = field(default_factory=Settings)
    """Caps and limits; replaced as a whole."""
    now: Callable[[], float] = time.time
    deadlines: Deadlines = field(default_factory=Deadlines)
    practice_seconds: float = 3.0
    quotes: dict[tuple[Origin, str], tuple[float, int]] = field(default_factory=dict)
    """Prices the service has named, per origin and model, with the time they were asked."""
    recovered: set[Origin] = field(default_factory=set)
    """Origins whose Jobs of an earlier run are settled; what is `sending` since is under way."""
    sending: set[str] = field(default_factory=set)
    """Jobs this run is sending now; whatever else is `sending` was left so by a failure."""
    accepted: dict[str, str] = field(default_factory=dict)
    """Predictions, by Job, that were paid for and could not be written down yet."""
    tries: dict[str, int] = field(default_factory=dict)
    """Failed tries of something free, by Job, since it last went well."""
    looked_at: dict[str, float] = field(default_factory=dict)
    """How old each Job's prediction was, in seconds, when it was last found unfinished."""
    uploading: threading.Lock = field(default_factory=threading.Lock)
    claiming: threading.Lock = field(default_factory=threading.Lock)
    _lines: dict[Origin, Line] = field(default_factory=dict)
    _services: dict[Target, Service] = field(default_factory=dict)
    _practice: PracticeService | None = None
    _key: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get_service(self) -> Service:
        """The wanted service. Starts the practice service when it is first needed.

        Raises ServiceError when a service on this machine is asked who it is and does not answer,
        ParameterError for an endpoint that may not be used. Costs nothing.
        """
        target = self.target
        with self._lock:
            if target not in self._services:
                self._services[target] = self._build(target)
            return self._services[target]

    def get_origin(self) -> Origin:
        """Where Jobs made now belong. Asks the network only about an endpoint on this machine."""
        if self.target.embedded_practice:
            return EMBEDDED_PRACTICE
        if not is_loopback(self.target.endpoint):
            return Origin(origin_of(self.target.endpoint), False)
        return self.get_service().origin

    def get_key(self, endpoint: str) -> str:
        """The key for `endpoint`, asked from the keyring once. Raises AccessError without one."""
        if endpoint not in self._key:
            found = self.keys.find(endpoint)
            if found is None:
                raise AccessError(
                    f"There is no key for {endpoint}.",
                    "Set one with `kontext key set`, in Settings, or in WAVESPEED_API_KEY; "
                    "or practise without one (--practice).",
                )
            self._key[endpoint] = found.key.reveal()
        return self._key[endpoint]

    def get_account(self, origin: Origin) -> str:
        """Tells whether two keys are the same, and nothing of either: eight hexadecimal digits that
        only this library makes of this key. Raises AccessError without a key."""
        if origin == EMBEDDED_PRACTICE:
            return ""
        key = self.get_key(origin.endpoint)
        return hmac.new(self.library.id.encode(), key.encode(), "sha256").hexdigest()[:8]

    def get_line(self, origin: Origin) -> Line:
        """The way to a service; one for all its Jobs."""
        with self._lock:
            return self._lines.setdefault(origin, Line())

    def register_name(self, origin: Origin) -> str:
        """What a service is called in the register. The embedded practice service serves this
        library alone."""
        return f"practice {self.library.id}" if origin == EMBEDDED_PRACTICE else origin.endpoint

    def forget_key(self) -> None:
        """Drop the key from memory, so that the next call asks the keyring anew."""
        self._key.clear()

    def close(self) -> None:
        """Stop the practice service, close connections and the library. Changes no Job."""
        with self._lock:
            for service in self._services.values():
                service.client.close()
            self._services.clear()
            if self._practice is not None:
                self._practice.close()
                self._practice = None
        self.library.close()

    def _build(self, target: Target) -> Service:
        if target.embedded_practice:
            endpoint = self._start_practice().url
            return Service(self._connect(endpoint, lambda: "practice"), EMBEDDED_PRACTICE)
        client = self._connect(target.endpoint, lambda: self.get_key(target.endpoint))
        # However it is written: caps, places and lost answers are those of one service.
        return Service(client, Origin(origin_of(target.endpoint), client.announces_practice()))

    def _connect(self, endpoint: str, key: Callable[[], str]) -> Client:
        return Client(
            endpoint,
            key,
            version=__version__,
            deadlines=self.deadlines,
            wall=lambda: self.now(),
        )

    def _start_practice(self) -> PracticeService:
        if self._practice is None:
            folder = practice_folder(self.library.folder)
            self._practice = PracticeService(folder, seconds=self.practice_seconds)
            self._practice.start()
        return self._practice


def practice_folder(library: Path) -> Path:
    """Where the practice service keeps its predictions: beside the library, not inside it."""
    return library.with_name(library.name + "-practice")
