"""The providers that a configuration asks for, one phone for all of them, and what people and mishaps do to both.

Each provider listens where the machine looks for it: its `url` must be http, on this computer, with a port. Any keys are let
in. The acts are words of the world's control socket (`hw_mocks.acts`).
"""

import random
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

from controller.errors import MingaError
from hw_mocks.wallets.deuna import SimulatedDeuna
from hw_mocks.wallets.door import LOOPBACK
from hw_mocks.wallets.phone import Bill, Phone
from hw_mocks.wallets.pix import SimulatedPix
from hw_mocks.wallets.till import Payment, Refused

Provider = SimulatedDeuna | SimulatedPix
Answer = dict[str, Any]


class Wanted(Protocol):
    """What a `[[wallets]]` section says that matters here: `provider` is `deuna` or `pix`."""

    @property
    def name(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def url(self) -> str: ...


class FittedWallets:
    """By name, the simulated providers; closed until `open`. Raises MingaError for one that cannot be simulated.

    Without a `seed` each start draws other numbers: a provider never gives out a transaction's id twice.
    """

    def __init__(self, wanted: Iterable[Wanted], seed: int | None = None) -> None:
        seed = random.SystemRandom().getrandbits(32) if seed is None else seed
        self.providers: dict[str, Provider] = {one.name: _made(one, seed) for one in wanted}
        self.phone = Phone(*(provider.till for provider in self.providers.values()))
        self._scanned: Bill | None = None

    def open(self) -> None:
        for name, provider in self.providers.items():
            try:
                provider.open()
            except OSError as error:
                raise MingaError(f"{provider.url}: the simulated {name} cannot listen there ({error})") from None

    def close(self) -> None:
        for provider in self.providers.values():
            provider.close()

    # People

    def pay(self, offer: str = "", cents: int | None = None) -> Answer:
        """Pay by phone what the screen shows, or this link, number or picture; or another amount than what is asked."""
        try:
            return _told(self.phone.pay(offer or self.phone.shown(), cents))
        except Refused as words:
            raise ValueError(f"the wallet says: {words}") from None

    def scan(self, offer: str = "") -> Answer:
        """Look at it with the phone and put the phone down; `confirm` pays it, however late."""
        try:
            self._scanned = self.phone.scan(offer or self.phone.shown())
        except Refused as words:
            raise ValueError(f"the wallet says: {words}") from None
        return {"cents": self._scanned.cents, "reference": self._scanned.charge.reference}

    def confirm(self, cents: int | None = None) -> Answer:
        """Pay what was scanned before."""
        if self._scanned is None:
            raise ValueError("nothing was scanned")
        try:
            return _told(self._scanned.confirm(cents))
        except Refused as words:
            raise ValueError(f"the wallet says: {words}") from None

    # Mishaps

    def trouble(self, name: str = "", **knobs: Any) -> Answer:
        """Turn knobs of `hw_mocks.wallets.faults.Troubles`, of one provider or of all, such as down=true or late_ms=60000."""
        for provider in self._meant(name):
            provider.faults.set(**knobs)
        return {"troubles": {one: _wrong(provider) for one, provider in self.providers.items()}}

    def repair(self, name: str = "") -> None:
        """Nothing is wrong with this provider any more, or with any."""
        for provider in self._meant(name):
            provider.faults.repair()

    # The oracle

    def truth(self) -> Answer:
        """What buyers truly paid and got back, in cents, by provider and our reference; a txid ends with that."""
        return {
            name: {"paid_cents": provider.till.paid_cents, "returned_cents": provider.till.returned_cents}
            for name, provider in self.providers.items()
        }

    def _meant(self, name: str) -> list[Provider]:
        if name and name not in self.providers:
            raise ValueError(f"no wallet is called {name!r}; there are {', '.join(self.providers) or 'none'}")
        return [provider for one, provider in self.providers.items() if name in ("", one)]


def _made(one: Wanted, seed: int) -> Provider:
    url = urlsplit(one.url)
    if url.scheme != "http" or url.hostname not in (LOOPBACK, "localhost") or not url.port:
        raise MingaError(
            f'{one.url}: nothing can be simulated there; set `url = "http://{LOOPBACK}:8431"` for {one.name}'
        )
    match one.provider:
        case "deuna":
            return SimulatedDeuna(url.port, seed=seed)
        case "pix":
            return SimulatedPix(url.port, seed=seed)
    raise MingaError(f"{one.provider}: no such provider can be simulated; there are deuna and pix")


def _told(payment: Payment) -> Answer:
    return {"cents": payment.cents, "payment": payment.payment_id}


def _wrong(provider: Provider) -> Answer:
    now = provider.faults.now
    well = type(now)()
    return {name: getattr(now, name) for name in now.__slots__ if getattr(now, name) != getattr(well, name)}
