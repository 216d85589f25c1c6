"""Whatever is called in whatever order, with whatever trouble: what buyers paid and got back adds up, to the cent.

`MINGA_SEEDS=5000 pytest tests/hw_mocks/test_wallets_truth.py` plays more orders; `MINGA_SEED=17` replays one.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from wallets_bench import BEARER, KEYS, Merchant, Time

from hw_mocks.wallets import (
    Bill,
    Charge,
    Payer,
    Payment,
    Phone,
    Refused,
    SimulatedDeuna,
    SimulatedPix,
    Till,
    deuna_words,
)
from hw_mocks.wallets.till import Reversal

ONE = os.environ.get("MINGA_SEED")
SEEDS = [int(ONE)] if ONE else range(1, 1 + int(os.environ.get("MINGA_SEEDS", "500")))
ACTS = 14
PURSE_CENTS = 100_000
TROUBLES: tuple[dict[str, Any], ...] = (
    {"lost_replies": 2},
    {"storm": True},
    {"error_status": 500},
    {"late_ms": 90_000},
    {"other_cents": 777},
    {"takes_expired": True},
    {"refund": "fails"},
    {"refund": "refused"},
    {"refund_asks": 2},
    {"reversal_ms": 45_000},
    {"down": True},
)


class Order:
    """One seeded order of calls at one provider, and what a bystander wrote down of the buyer's receipts."""

    def __init__(self, seed: int) -> None:
        self.chance, self.time = random.Random(seed), Time()
        clocks = {"seed": seed, "mono": self.time.mono, "wall": self.time.wall}
        self.pix = SimulatedPix(**clocks) if seed % 2 else None
        self.provider = self.pix or SimulatedDeuna(interval_ms=0, **clocks)
        self.till, self.phone = self.provider.till, Phone(self.provider.till)
        self.receipts: Counter[str] = Counter()
        self.bills: list[Bill] = []
        self.names = [f"minga{seed:05}{letter * 16}" for letter in "ABC"]

    def play(self) -> None:
        """Some acts, then all is repaired and the longest refund arrives."""
        acts: list[Callable[[], None]] = [self.ask, self.ask, self.scan, self.confirm, self.pay, self.pay, self.refund]
        acts += [self.refund, self.withdraw, self.wait, self.trouble, self.repair]
        with self.provider:
            self.merchant = Merchant(self.provider.url, BEARER if self.pix else KEYS, lean=True)
            for _ in range(ACTS):
                with suppress(OSError, Refused):
                    self.chance.choice(acts)()
                self.check()
            self.repair()
            self.merchant.close()  # an outage may have cut its line; it opens another
            self.time.pass_by(minutes=10)
            self.check()
            told = [self.told(charge.charge_id) for charge in self.till.charges]
            self.merchant.close()
        assert sum(told) == self.till.balance_cents

    # What merchants do

    def ask(self) -> None:
        name, cents = self.chance.choice(self.names), self.chance.randrange(100, 2_000)
        if self.pix:
            self.merchant.put(name, f"{cents // 100}.{cents % 100:02}")
        else:
            self.merchant.request(internalTransactionReference=name[-20:], amount=cents / 100)

    def refund(self) -> None:
        paid = [charge for charge in self.till.charges if charge.payment or not self.pix]
        if not paid:
            return
        charge = self.chance.choice(paid)
        if charge.payment and self.pix:
            cents = self.chance.choice([charge.payment.cents, charge.payment.cents // 2, 1])
            refund_id = f"D{self.chance.randrange(4)}"
            self.merchant.give_back(charge.payment.payment_id, refund_id, f"{cents // 100}.{cents % 100:02}")
        else:
            self.merchant.refund(charge.charge_id)

    def withdraw(self) -> None:
        if self.pix:
            removed = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
            self.merchant.http.patch(f"/cob/{self.chance.choice(self.names)}", json=removed)
        elif self.till.charges:
            self.merchant.deuna("cancel", transactionId=self.chance.choice(self.till.charges).charge_id)

    # What buyers do

    def scan(self) -> None:
        self.bills.append(self.phone.scan(self.phone.shown()))

    def confirm(self) -> None:
        if self.bills:
            bill = self.chance.choice(self.bills)
            self.receipts[bill.charge.reference] += bill.confirm().cents

    def pay(self) -> None:
        if self.till.charges:
            charge = self.chance.choice(self.till.charges)
            other_cents = self.chance.choice([None, None, 55])
            self.receipts[charge.reference] += self.phone.pay(charge.link, other_cents).cents

    # What happens

    def wait(self) -> None:
        self.time.pass_by(seconds=self.chance.choice([1, 20, 60, 200]))

    def trouble(self) -> None:
        self.provider.faults.set(**self.chance.choice(TROUBLES))

    def repair(self) -> None:
        self.provider.faults.repair()

    # What must be true

    def check(self) -> None:
        paid, returned = self.till.paid_cents, self.till.returned_cents
        assert paid == dict(self.receipts)
        assert all(0 < cents <= paid[reference] for reference, cents in returned.items())
        spent_cents = sum(paid.values()) - sum(returned.values())
        assert PURSE_CENTS - self.phone.payer.purse_cents == spent_cents == self.till.balance_cents

    def told(self, charge_id: str) -> int:
        """The cents that the merchant has of this charge, by the provider's own words."""
        if not self.pix:
            told = self.merchant.info(charge_id, "0")
            return round(told["amount"] * 100) if told["status"] in ("APPROVED", "REVERSED_FAILED") else 0
        cents = 0
        for payment in self.merchant.cob(charge_id).get("pix", []):
            back = [one["valor"] for one in payment.get("devolucoes", []) if one["status"] == "DEVOLVIDO"]
            cents += _cents(payment["valor"]) - sum(map(_cents, back))
        return cents


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def play_all(seeds: Iterable[int]) -> tuple[int, int]:
    """How many references were paid, and how many got something back."""
    paid = returned = 0
    for seed in seeds:
        order = Order(seed)
        try:
            order.play()
        except AssertionError as error:
            raise AssertionError(f"MINGA_SEED={seed}: {error}") from error
        paid += len(order.receipts)
        returned += len(order.till.returned_cents)
    return paid, returned


def test_the_truth_adds_up_in_every_order_of_calls():
    """Receipts, purse, transfers and what the provider tells agree; nothing is paid twice, nothing comes back twice."""
    moved, returned = play_all(SEEDS)
    assert ONE or (moved > len(SEEDS) // 2 and returned > len(SEEDS) // 20)


def test_the_same_seed_gives_the_same_world():
    """Ids, numbers and links are drawn by chance that can be repeated."""
    worlds = []
    for _ in range(2):
        order = Order(6)
        order.play()
        worlds.append([(charge.charge_id, charge.code, charge.link, charge.cents) for charge in order.till.charges])
    assert worlds[0] == worlds[1] != []


def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A charge forgets that it was paid."""
    check, confirm = Till._check, Till.confirm
    monkeypatch.setattr(Till, "_check", lambda till, charge: None if charge.payment else check(till, charge))

    def forgetful(till: Till, charge: Charge, payer: Payer, cents: int | None = None) -> Payment:
        charge.payment = None
        return confirm(till, charge, payer, cents)

    monkeypatch.setattr(Till, "confirm", forgetful)


def a_gift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Money comes back that no transfer tells of."""
    reverse = Till.reverse

    def generous(till: Till, payment: Payment, reversal_id: str, cents: int) -> Reversal:
        payment.payer.purse_cents += 1
        return reverse(till, payment, reversal_id, cents)

    monkeypatch.setattr(Till, "reverse", generous)


def a_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider says that a failed refund arrived."""
    monkeypatch.setattr(deuna_words, "status", lambda payment, _now: "REVERSED" if payment.reversals else "APPROVED")


@pytest.mark.parametrize("plant", [two_at_once, a_gift, a_lie])
def test_a_broken_provider_is_found(monkeypatch, plant):
    """Planted: each of these bugs fails the check within a hundred orders."""
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        play_all(range(1, 101))
