"""A wallet that is paid by a QR code: the payment effects of the brain, and what its provider makes of them.

    RequestPayment   ask the provider for it, if it answered lately: PaymentOffered, or PaymentDeclined
    CancelPayment    nobody waits: cancel it where that can be done, and watch it for days: PaymentUnpaid, or PaymentApproved
    WatchPayment     after a restart: find it by our own reference; nothing is asked for anew
    ConfirmPayment   the piece is delivered: ask about it no more
    ReversePayment   give it back: ReversalAccepted with the provider's number, ReversalProven with its word too;
                     ReversalBounced when that failed, ReversalRefused when time is over

A thread that asks and never listens: behind a museum's router nobody can call this machine. What is decided about a payment
is decided in `controller.protocols.wallets`; here are the socket, the clocks and the keys. Nothing is kept on disk: after a
restart the brain asks again, with what the books know, and the provider is asked by our reference. Two clocks: monotonic
for every wait; the time of day only for how old a payment is and until when it can go back, and only while that time can be
trusted.
"""

import logging
import queue
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.config import Wallet
from controller.devices.walletline import WalletLine, key_in
from controller.devices.wallets import AskedMs, TrustedMs
from controller.devices.worker import Put, Worker
from controller.domain.effects import (
    CancelPayment,
    ConfirmPayment,
    PaymentEffect,
    RequestPayment,
    ReversePayment,
    WatchPayment,
)
from controller.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    PaymentUnpaid,
    ReversalAccepted,
    ReversalBounced,
    ReversalProven,
    ReversalRefused,
    Trouble,
)
from controller.domain.wallet import Offer, Stage
from controller.protocols import wallets
from controller.protocols.wallets import Charge, Clocks, Dates, Host, Provider, RefundRule

log = logging.getLogger(__name__)

ROUND_MS = 1_000
"""The longest wait between two looks at what is owed and due."""
DATING_MS = 60_000
"""How often the age of a payment is looked up again, while it is not known."""
DEUNA_URL = "https://apis-merchant.pdn.deunalab.com"
"""As integrators found it; nobody confirmed it."""
REFUND = {"deuna": "24h", "pix": "90d"}
"""Until when a provider gives back, where the configuration does not say: Deuna's last word, and the Pix API's."""


def provider_of(wallet: Wallet, zone: str) -> Provider:
    """The language of this wallet's provider. Raises LocalProtocolError for what the configuration has not caught."""
    refund = RefundRule.read(wallet.refund_until or REFUND[wallet.provider], zone)
    if wallet.provider == "deuna":
        return wallets.Deuna(wallet.point_of_sale, wallet.expiry_s, refund, wallet.try_cancel)
    return wallets.Pix(wallet.point_of_sale, wallet.expiry_s, refund)


def keys_of(wallet: Wallet, provider: Provider) -> dict[str, str]:
    """The headers by which the provider knows us. Raises MingaError with the way out."""
    secret = key_in(Path(wallet.secret_file)) if wallet.provider == "deuna" else ""
    return provider.keys(key_in(Path(wallet.key_file)), secret)


class WalletDesk(Worker):
    """One account at one provider. `perform` may be called from any thread, and returns at once."""

    def __init__(
        self,
        wallet: Wallet,
        put: Put,
        trusted_ms: TrustedMs,
        asked_ms: AskedMs,
        *,
        machine: str = "",
        zone: str = "America/Guayaquil",
        mono_ms: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        """Reads the keys. Raises MingaError when they are not there or not safe."""
        super().__init__(wallet.name, Trouble.NO_WALLET, put)
        self._trusted_ms, self._asked_ms, self._machine, self._mono_ms = trusted_ms, asked_ms, machine, mono_ms
        provider = provider_of(wallet, zone)
        clocks = Clocks(watch_ms=wallet.watch_s * 1_000, sweep_ms=wallet.sweep_days * 86_400_000)
        self.host = Host(provider, random.random, clocks, wallet.check_s * 1_000)
        self._refund = provider.capabilities.refund
        self._url, self._proxy, self._keys = wallet.url or DEUNA_URL, wallet.proxy, keys_of(wallet, provider)
        self._effects: queue.SimpleQueue[PaymentEffect] = queue.SimpleQueue()
        self._first_ms: dict[int, int] = {}
        """When each payment was first heard of, by this thread."""
        self._undated: set[int] = set()
        self._dating_ms = 0

    def perform(self, effect: PaymentEffect) -> None:
        """One of the payment effects of this provider. Answers are events."""
        self._effects.put(effect)
        self._wake.set()

    def status(self) -> dict[str, Any]:
        """A row for a technician."""
        return {"device": self.name, "reason": self.reason, "open": self.host.open, "failures": self.host.failures}

    # In the worker's thread

    def work(self) -> None:
        line = WalletLine(self._url, self._keys, self._proxy)
        try:
            while not self.stopping:
                self._round(line)
        finally:
            line.close()

    def _round(self, line: WalletLine) -> None:
        self.deliver()
        while not self._effects.empty():
            self._obey(self._effects.get_nowait())
        now_ms = self._mono_ms()
        self._date(now_ms)
        request = self.host.to_send(now_ms)
        if request is None:
            self.nap(min(ROUND_MS, max(10, self.host.wake_ms - now_ms)) / 1_000)
            return
        reply = line.exchange(request)
        now_ms = self._mono_ms()
        self._tell_all(self.host.hear(reply, now_ms))
        if self.host.healthy(now_ms):
            self.came()
        else:
            self._went(self.host.trouble or "no answer for too long")

    def _obey(self, effect: PaymentEffect) -> None:
        payment, now_ms = effect.payment, self._mono_ms()
        detail = f"{self._machine} {payment.slot}".strip()
        charge = Charge(payment.payment_id, payment.reference, payment.cents, detail)
        match effect:
            case RequestPayment():
                self._first_ms[charge.number] = now_ms
                self._tell_all(self.host.ask(charge, now_ms))
            case CancelPayment():
                self._tell_all(self.host.drop(charge, now_ms, self._dates(charge.number, now_ms)))
            case WatchPayment():
                dates, waited = self._dates(charge.number, now_ms), payment.stage is Stage.ASKED
                self._tell_all(self.host.watch(charge, now_ms, dates, waited))
            case ReversePayment():
                dates = self._dates(charge.number, now_ms)
                self._tell_all(self.host.reverse(charge, now_ms, dates, payment.proof))
            case ConfirmPayment():
                self.host.confirm(charge.number)
                self._forget(charge.number)

    def _tell_all(self, events: list[wallets.Event]) -> None:
        for event in events:
            log.info("%s: payment %d: %s", self.name, event.number, type(event).__name__.lower())
            self.offer(told(event))
            if isinstance(event, wallets.Unpaid | wallets.Proven | wallets.GivenUp):
                self._forget(event.number)

    # Dates

    def _dates(self, number: int, now_ms: int) -> Dates:
        """How old it is and until when it can go back: by the books where both clocks are right, else since we know of it."""
        first_ms = self._first_ms.setdefault(number, now_ms)
        trusted_ms = self._trusted_ms()
        asked_ms = None if trusted_ms is None else self._asked_ms(number)
        if trusted_ms is None or asked_ms is None or asked_ms > trusted_ms:
            self._undated.add(number)
            return Dates(first_ms, first_ms + self._refund.longest_ms)
        self._undated.discard(number)
        ago_ms = trusted_ms - asked_ms
        return Dates(min(first_ms, now_ms - ago_ms), now_ms + self._refund.deadline_ms(asked_ms) - trusted_ms)

    def _date(self, now_ms: int) -> None:
        """The clock may have been set meanwhile."""
        if not self._undated or now_ms < self._dating_ms or self._trusted_ms() is None:
            return
        self._dating_ms = now_ms + DATING_MS
        for number in tuple(self._undated):
            self.host.date(number, self._dates(number, now_ms))

    def _forget(self, number: int) -> None:
        self._first_ms.pop(number, None)
        self._undated.discard(number)


def told(event: wallets.Event) -> Event:
    """What the host says, in the words of the brain."""
    match event:
        case wallets.Offered(number, show):
            return PaymentOffered(number, Offer(show.image, show.link, show.code))
        case wallets.Approved(number, cents):
            return PaymentApproved(number, cents)
        case wallets.Declined(number, why):
            return PaymentDeclined(number, why)
        case wallets.Accepted(number, proof):
            return ReversalAccepted(number, proof)
        case wallets.Bounced(number, proof):
            return ReversalBounced(number, proof)
        case wallets.Proven(number, proof):
            return ReversalProven(number, proof)
        case wallets.GivenUp(number, why, doubt):
            return ReversalRefused(number, why, doubt)
        case _:
            return PaymentUnpaid(event.number)
