"""Take a key: ask the service about it first, then keep it."""

from __future__ import annotations

from kontext_desktop import __version__
from kontext_desktop.catalog import dollars
from kontext_desktop.engine.outcome import is_forbidden
from kontext_desktop.errors import AccessError, ServiceError
from kontext_desktop.keys import Keys
from kontext_desktop.wavespeed import Client


def accept_key(keys: Keys, endpoint: str, key: str) -> str:
    """Keep `key` for `endpoint` and say where it is kept and what its balance is. Free of charge.

    A key that the service refuses is not kept: AccessError. Where the service cannot be asked, or
    this key may not ask for its balance, it is kept and that is said. Raises ParameterError for
    what is no key at all, AccessError for a locked keyring.
    """
    with Client(endpoint, lambda: key.strip(), version=__version__) as client:
        try:
            found = f"The service knows it; balance {dollars(client.get_balance())}."
        except AccessError as error:
            if not is_forbidden(error):
                raise
            found = "Its balance cannot be seen with this key."
        except ServiceError:
            found = "The service could not be asked about it now."
    place = keys.put(endpoint, key)
    return f"{'Kept in the system keyring.' if place == 'keyring' else keys.notice} {found}"
