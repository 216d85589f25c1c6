"""The truth behind a provider: which charges it opened, what each buyer paid for them and got back, to the cent.

No word of HTTP here. Providers open charges and take refunds up; a phone scans and confirms. A charge is paid at most
once. Money moves in `transfers` only, which are never changed: an oracle sums them, whatever the provider says on the net.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hw_mocks.wallets.faults import Faults

Clock = Callable[[], int]
"""A time in milliseconds."""


def mono_ms() -> int:
    """The time of this computer's monotonic clock."""
    return time.monotonic_ns() // 1_000_000


def wall_ms() -> int:
    """The time of this computer's wall clock, since 1970."""
    return time.time_ns() // 1_000_000


class Refused(Exception):
    """The buyer's app says no, in its own words."""


@dataclass(slots=True)
class Payer:
    """Somebody with a wallet: a name and a cédula that are nobody's, and what she has, in cents."""

    name: str = "Fulana Inventada De Prueba"
    identity: str = "0000000001"
    purse_cents: int = 100_000


@dataclass(slots=True)
class Reversal:
    """A refund that was taken up: the money is back at `due_ms`, or never."""

    reversal_id: str
    cents: int
    asked_wall_ms: int
    due_ms: int
    fails: bool
    arrived_wall_ms: int | None = None


@dataclass(slots=True)
class Payment:
    """What a buyer paid. The provider knows of it from `known_ms` on."""

    payment_id: str
    payer: Payer
    cents: int
    paid_ms: int
    paid_wall_ms: int
    known_ms: int
    reversals: list[Reversal] = field(default_factory=list)
    refund_asks: int = 0


@dataclass(slots=True)
class Charge:
    """What a merchant asked for. A buyer's app finds it by its link, or by its code where it has one."""

    charge_id: str
    reference: str
    cents: int
    expires_ms: int
    link: str
    code: str = ""
    opened_ms: int = 0
    detail: str = ""
    callback_url: str = ""
    withdrawn: bool = False
    told: bool = False
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Cents from a buyer to the merchant; back to the buyer when they are negative."""

    reference: str
    payment_id: str
    cents: int
    at_ms: int


class Till:
    """One merchant's account at one provider. Hold `lock` around what must not be torn apart.

    `looks_again`: whether a charge that was withdrawn or ran out between scan and confirmation is refused.
    `on_paid` is called once for each payment, as soon as the provider knows of it and somebody calls.
    """

    def __init__(self, faults: Faults, mono_ms: Clock, wall_ms: Clock, seed: int, looks_again: bool) -> None:
        self.lock = threading.RLock()
        self.faults, self.mono_ms, self.wall_ms = faults, mono_ms, wall_ms
        self.chance = random.Random(seed)
        self.charges: list[Charge] = []
        self.transfers: list[Transfer] = []
        self.on_paid: Callable[[Charge, Payment], None] = lambda _charge, _payment: None
        self.number_payment: Callable[[], str] = lambda: f"{self.chance.randrange(10**12):012}"
        self._looks_again = looks_again

    # The merchant

    def open(self, charge: Charge) -> Charge:
        with self.lock:
            charge.opened_ms = self.mono_ms()
            self.charges.append(charge)
            return charge

    def find(self, wanted: Callable[[Charge], bool]) -> Charge | None:
        """The newest such charge; what is due by now has happened."""
        with self.lock:
            self.settle()
            return next((charge for charge in reversed(self.charges) if wanted(charge)), None)

    def known(self, charge: Charge) -> Payment | None:
        """The payment of this charge, if the provider knows of it by now."""
        payment = charge.payment
        return payment if payment and payment.known_ms <= self.mono_ms() else None

    def reverse(self, payment: Payment, reversal_id: str, cents: int) -> Reversal:
        """Take a refund up; whether and when its money arrives is up to the troubles of now."""
        troubles = self.faults.now
        due_ms = self.mono_ms() + troubles.reversal_ms
        reversal = Reversal(reversal_id, cents, self.wall_ms(), due_ms, fails=troubles.refund != "works")
        payment.reversals.append(reversal)
        self.settle()
        return reversal

    def settle(self) -> None:
        """Let happen what is due: money arrives back, payments become known."""
        with self.lock:
            for charge in self.charges:
                if charge.payment is None:
                    continue
                self._bring_back(charge, charge.payment)
                if not charge.told and (payment := self.known(charge)):
                    charge.told = True
                    self.on_paid(charge, payment)

    def _bring_back(self, charge: Charge, payment: Payment) -> None:
        for reversal in payment.reversals:
            due = reversal.arrived_wall_ms is None and reversal.due_ms <= self.mono_ms()
            if due and not reversal.fails:
                reversal.arrived_wall_ms = self.wall_ms()
                payment.payer.purse_cents += reversal.cents
                self._move(charge, payment, -reversal.cents)

    # The buyer

    def behind(self, text: str) -> Charge | None:
        """The charge with this link or code."""
        return self.find(lambda charge: text in (charge.link, charge.code)) if text else None

    def scan(self, text: str) -> Charge:
        """What her app finds behind a link or a code. Raises Refused."""
        with self.lock:
            charge = self.behind(text)
            if charge is None:
                raise Refused("el código no existe")
            self._check(charge)
            return charge

    def confirm(self, charge: Charge, payer: Payer, cents: int | None = None) -> Payment:
        """She pays what was asked, or `cents`. Raises Refused; a charge is paid once."""
        with self.lock:
            if self._looks_again:
                self._check(charge)
            if charge.payment:
                raise Refused("ya fue pagado")
            troubles, now_ms = self.faults.now, self.mono_ms()
            asked_cents = charge.cents if cents is None else cents
            due_cents = asked_cents if troubles.other_cents is None else troubles.other_cents
            if not 0 < due_cents <= payer.purse_cents:
                raise Refused("saldo insuficiente")
            known_ms = now_ms + troubles.late_ms
            payment = Payment(self.number_payment(), payer, due_cents, now_ms, self.wall_ms(), known_ms)
            charge.payment = payment
            payer.purse_cents -= due_cents
            self._move(charge, payment, due_cents)
            self.settle()
            return payment

    def _check(self, charge: Charge) -> None:
        if charge.payment:
            raise Refused("ya fue pagado")
        if charge.withdrawn:
            raise Refused("el cobro fue anulado")
        if self.mono_ms() >= charge.expires_ms and not self.faults.now.takes_expired:
            raise Refused("el código venció")

    def _move(self, charge: Charge, payment: Payment, cents: int) -> None:
        self.transfers.append(Transfer(charge.reference, payment.payment_id, cents, self.mono_ms()))

    # The oracle

    def waiting(self) -> Charge | None:
        """The newest charge that nobody paid or withdrew."""
        return self.find(lambda charge: charge.payment is None and not charge.withdrawn)

    @property
    def paid_cents(self) -> dict[str, int]:
        """What buyers truly paid, by the merchant's reference."""
        with self.lock:
            return _sums((entry.reference, entry.cents) for entry in self.transfers if entry.cents > 0)

    @property
    def returned_cents(self) -> dict[str, int]:
        """What truly came back to them by now, by the merchant's reference."""
        with self.lock:
            self.settle()
            return _sums((entry.reference, -entry.cents) for entry in self.transfers if entry.cents < 0)

    @property
    def balance_cents(self) -> int:
        """What the merchant has, before the provider's fee."""
        with self.lock:
            self.settle()
            return sum(entry.cents for entry in self.transfers)


def _sums(entries: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for reference, cents in entries:
        sums[reference] = sums.get(reference, 0) + cents
    return sums
