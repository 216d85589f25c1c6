"""Everything one can pay with besides coins: each payment's effects go to whoever speaks with its provider."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from controller.domain.effects import PaymentEffect

log = logging.getLogger(__name__)

TrustedMs = Callable[[], int | None]
"""Milliseconds since 1970, UTC; None while the clock cannot be trusted."""
AskedMs = Callable[[int], int | None]
"""When the books say that this payment was asked for, in the same milliseconds; None when that is not certain."""


class Wallets:
    """By provider, who performs the effects of its payments; returns at once, answers are events."""

    def __init__(self, providers: Mapping[str, Callable[[Any], None]]) -> None:
        self._providers = providers

    def perform(self, effect: PaymentEffect) -> None:
        """A payment of a provider that was taken out of the configuration stays open in the books until it is back."""
        perform = self._providers.get(effect.payment.provider)
        if perform is None:
            log.error("nobody can be asked about payment %s: %r is not set up", effect.payment, effect.payment.provider)
            return
        perform(effect)
