"""Sends messages through Apprise to the addresses in `alerts`: mail, Telegram, Matrix, Signal, ntfy, and a hundred more.

An address is a secret, since most hold a token: none is ever logged or shown; people are told its place in the list. Apprise
is loaded only where there are addresses.
"""

import importlib
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from controller.errors import MingaError
from lab.alerts.words import Message

log = logging.getLogger("minga.hub.alerts")

ALL_S = 15.0
"""So long all addresses together may take for one message; one that hangs delays only the next alert."""


class Teller:
    """Raises MingaError for an address that Apprise does not know, and where Apprise is not installed."""

    def __init__(self, addresses: Sequence[SecretStr]) -> None:
        self._services: Any = None
        if not addresses:
            return
        try:
            apprise = importlib.import_module("apprise")
        except ImportError:
            raise MingaError(
                "`alerts` needs Apprise: install Minga with the extra `hub`, or leave `alerts` empty"
            ) from None
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it writes addresses into its sentences
        self._services = apprise.Apprise()
        for place, address in enumerate(addresses, start=1):
            if not self._services.add(address.get_secret_value()):
                raise MingaError(f"`alerts`: address {place} is none that Apprise knows; its form is scheme://…")

    def __bool__(self) -> bool:
        """Whether there is anybody to tell."""
        return self._services is not None

    def tell(self, message: Message) -> bool:
        """Whether it went out to one address at least; those that did not take it are counted in the log."""
        result = self._services.notify(title=message.title, body=message.body, timeout=ALL_S)
        took = [bool(one) for one in result]
        if not all(took) or not took:
            log.warning("an alert went out to %d of %d addresses", sum(took), len(self._services))
        return any(took)
