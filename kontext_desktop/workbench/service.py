"""Which service is spoken to, on what terms, and the preferences that say so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kontext_desktop.dispatch import Dispatcher
from kontext_desktop.errors import KontextError
from kontext_desktop.first_words import Settings
from kontext_desktop.workbench import errands
from kontext_desktop.workbench.link import StudioLink


class ServiceChoice(QObject):
    """Holds the settings and the service's standing; asks anew whenever one of them changes."""

    changed = Signal()
    unfinished_found = Signal(object)
    """Unfinished: Jobs of the service that was just asked"""
    key_checked = Signal(bool, str)
    failed = Signal(object)
    """KontextError"""

    def __init__(
        self,
        link: StudioLink,
        dispatcher: Dispatcher,
        save: Callable[[Settings], None],
        settings: Settings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._dispatcher = dispatcher
        self._save = save
        self.settings = settings
        self.standing = errands.Standing.unknown(settings)
        self._asked: tuple[str | None, str] | None = None
        self._connecting = False

    def begin_anew(self) -> None:
        """Ask how things stand in another library."""
        self._asked, self._connecting = None, False
        self.ask()

    def set_settings(self, settings: Settings) -> None:
        """Take preferences, and ask how things stand under them."""
        self.keep(settings)
        self.ask()

    def keep(self, settings: Settings) -> None:
        """Take settings that say nothing of the service; written at once, away from here."""
        self.settings = settings
        self._dispatcher.run(
            lambda _: self._save(settings), lambda _: None, self.failed.emit, pool="writes"
        )

    def save(self) -> None:
        """Write the settings now, on this thread: for the end of the program."""
        self._save(self.settings)

    def connect_ahead(self) -> None:
        """Have connections ready for what the person is about to ask for; nothing is sent. A
        service that is away is told about once something is asked of it."""
        if self._connecting or self.standing.origin is None:
            return

        def over(_: object) -> None:
            self._connecting = False

        self._connecting = True
        self._link.run(errands.connect_ahead, over, over, pool="jobs")

    def ask(self) -> None:
        """Point the studio at the chosen service and find out how things stand there."""
        settings = self.settings
        if self._asked != (settings.mode, settings.endpoint):
            # Another service: what is known of the one before says nothing of it.
            self._asked = (settings.mode, settings.endpoint)
            self.standing = errands.Standing.unknown(settings)
        self.changed.emit()
        if settings.mode is None:
            return

        def done(answer: tuple[errands.Standing, errands.Unfinished]) -> None:
            if self._asked == (settings.mode, settings.endpoint):
                self.standing, unfinished = answer
                self.unfinished_found.emit(unfinished)
                self.changed.emit()

        self._link.run(lambda studio: errands.stand(studio, settings), done, self.failed.emit)

    def count_spent(self) -> None:
        """Ask the library what was spent today."""

        def done(spent: errands.Spent) -> None:
            self.standing = self.standing._replace(spent=spent)
            self.changed.emit()

        self._link.run(errands.spent_today, done, self.failed.emit)

    def ask_price(self) -> None:
        """The price may be another than was shown."""

        def done(price: int) -> None:
            self.standing = self.standing._replace(price=price)
            self.changed.emit()

        self._link.run(errands.ask_price, done, self.failed.emit, pool="jobs")

    def put_may_send(self, value: bool) -> None:
        """Say whether anything of this library may ever be sent."""

        def done(_: None) -> None:
            self.standing = self.standing._replace(may_send=value)
            self.changed.emit()

        self._link.run(lambda studio: studio.library.put_may_send(value), done, self.failed.emit)

    def put_key(self, key: str) -> None:
        """Keep a key for the endpoint, and say by `key_checked` whether that went well."""
        endpoint = self.settings.endpoint

        def done(sentence: str) -> None:
            self.key_checked.emit(True, sentence)
            self.ask()

        def failed(error: KontextError) -> None:
            self.key_checked.emit(False, f"{error.message} {error.hint}".strip())

        self._link.run(lambda studio: errands.put_key(studio, endpoint, key), done, failed)

    def forget_key(self) -> None:
        endpoint = self.settings.endpoint
        self._link.run(
            lambda studio: errands.forget_key(studio, endpoint),
            lambda _: self.ask(),
            self.failed.emit,
        )
