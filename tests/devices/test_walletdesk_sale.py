"""A wallet from the choice to the books: the real cycle, a real desk over HTTP, and a provider that is hard to please."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A1, Till, books, shelf
from inbox import wait_for
from wallet_bench import Bench

from controller.app import _asked_ms, _policy
from controller.config import Config, Machine, Wallet
from controller.devices import walletdesk
from controller.devices.walletdesk import WalletDesk
from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Closed
from controller.domain.cycle import Phase
from controller.domain.effects import Effect, PaymentEffect
from controller.domain.events import (
    DeadlinePassed,
    DeviceGone,
    DeviceReturned,
    Event,
    ItemDropped,
    PayBy,
    Restarted,
    SlotChosen,
    VendRefused,
)
from controller.domain.shop import Policy
from controller.ledger.journal import Stamp

DEUNA = Policy(wallets=("deuna",))
BAG_CENTS = 350


class Shop(Bench):
    """A till whose payments go to the desk, and that is told what the desk hears."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.till, self.lock = Till(shelf(policy=DEUNA)), threading.RLock()
        self.seller: WalletDesk | None = None
        take = self.heard.take
        self.heard.take = lambda message: (take(message), self.book(message))  # type: ignore[method-assign]

    def book(self, message: object) -> None:
        if isinstance(message, Event) and not isinstance(message, DeviceGone | DeviceReturned):
            self.tell(message)

    def open(self) -> None:
        """A controller; what was under way is asked about."""
        self.seller = self.desk()
        self.tell(Restarted())

    def tell(self, *events: Event) -> None:
        with self.lock:
            for event in events:
                self.act(self.till.tell(event).effects)

    def act(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, PaymentEffect) and self.seller:
                self.seller.perform(effect)

    def until(self, kind: type[f.Fact]) -> f.Fact:
        """Until the books have such a fact."""
        self.heard.until(lambda: bool(self.till.written(kind)), 20)
        return self.till.written(kind)[-1]

    def asked(self) -> None:
        """A visitor wants the bag, and has its code before her."""
        self.open()
        self.tell(SlotChosen(A1), PayBy("deuna"))
        reference = self.till.written(f.PaymentAsked)[-1].reference  # type: ignore[attr-defined]
        self.reference = reference
        self.heard.until(lambda: self.till.cycle.offer is not None)

    def held(self) -> dict[str, int]:
        """What every account holds; zeros left out."""
        held: dict[str, int] = {}
        for line in (line for fact in self.till.facts for line in postings(fact)):
            held[line.account] = held.get(line.account, 0) + line.cents
        return {account: cents for account, cents in held.items() if cents}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(walletdesk, "ROUND_MS", 10)
    shop = Shop(tmp_path)
    yield shop
    shop.close()


def test_a_bag_is_sold_for_a_wallets_money(shop: Shop) -> None:
    """Shown, paid, dropped: the shares add up to what the provider holds for us."""
    shop.asked()
    shop.pays()
    shop.until(f.VendStarted)
    shop.tell(ItemDropped(1))
    assert shop.held()["wallet:deuna"] == BAG_CENTS
    assert shop.till.shop.payments == {}


def test_a_bag_that_jams_gives_the_money_back_with_proof(shop: Shop) -> None:
    """Both twins jam: one refund, its number in the books, and nothing left anywhere."""
    shop.asked()
    shop.pays()
    shop.until(f.VendStarted)
    shop.peer.says("refund", status=True, transactionReverseId="rev-0042")
    shop.tell(VendRefused(1, Closed.JAMMED), VendRefused(2, Closed.JAMMED))
    wait_for(lambda: bool(shop.peer.made("refund")))
    shop.pays("REVERSED")
    assert shop.until(f.Reversed) == f.Reversed(1, "deuna", BAG_CENTS, "rev-0042")
    assert shop.held() == {}


def test_a_late_payment_turns_no_motor_and_goes_back_after_a_kill(shop: Shop) -> None:
    """Paid after the screen, found by the next controller: reversed, never a vend."""
    shop.asked()
    shop.tell(DeadlinePassed())
    shop.desks[-1].stop()
    shop.pays()
    shop.peer.says("refund", status=True, transactionReverseId="rev-0042")
    shop.open()
    assert shop.until(f.PaymentLate) == f.PaymentLate(1, "deuna", BAG_CENTS)
    wait_for(lambda: bool(shop.peer.made("refund")))
    shop.pays("REVERSED")
    shop.until(f.Reversed)
    assert shop.till.written(f.VendStarted) == []
    assert len(shop.peer.made("request")) == 1


def test_an_accepted_refund_is_proven_after_a_kill(shop: Shop) -> None:
    """The number is in the books before it is proven; the next controller asks for no other, and ends with it."""
    shop.asked()
    shop.pays()
    shop.until(f.VendStarted)
    shop.peer.says("refund", status=True, transactionReverseId="rev-0042")
    shop.tell(VendRefused(1, Closed.JAMMED), VendRefused(2, Closed.JAMMED))
    assert shop.until(f.ReversalAccepted) == f.ReversalAccepted(1, "rev-0042")
    assert shop.held() == {"wallet:deuna": BAG_CENTS, "reversals": -BAG_CENTS}
    shop.desks[-1].stop()
    shop.peer.says("refund", 400, message="already reversed")
    shop.pays("REVERSED")
    shop.open()
    assert shop.until(f.Reversed) == f.Reversed(1, "deuna", BAG_CENTS, "rev-0042")
    assert (shop.held(), len(shop.peer.made("refund"))) == ({}, 1)


def test_another_amount_goes_back_whole(shop: Shop) -> None:
    """Five dollars for a bag of 3.50: five go back, and nobody waits any more."""
    shop.asked()
    shop.pays(amount=5)
    shop.peer.says("refund", status=True, transactionReverseId="rev-0042")
    shop.until(f.PaymentLate)
    wait_for(lambda: bool(shop.peer.made("refund")))
    shop.pays("REVERSED", amount=5)
    assert shop.until(f.Reversed) == f.Reversed(1, "deuna", 500, "rev-0042")
    assert (shop.held(), shop.till.cycle.phase) == ({}, Phase.IDLE)


# Put together


def test_wallets_are_offered_in_the_order_of_the_file() -> None:
    """After the card reader; and the screen waits as long as they say."""
    one, two = (
        Wallet(point_of_sale="1"),
        Wallet(provider="pix", name="pix", url="https://pix.invalid", point_of_sale="k"),
    )
    config = Config(machine=Machine(name="quito-museo-1"), wallets=[two, one])
    policy = _policy(config)
    assert (policy.wallets, policy.authorize_ms) == (("pix", "deuna"), 120_000)


@pytest.mark.parametrize(("trusted", "known"), [(True, True), (False, False)], ids=["a clock to trust", "none"])
def test_the_books_say_when_a_payment_was_asked_for(tmp_path: Path, trusted: bool, known: bool) -> None:
    """Only where that is certain; of a payment nobody wrote down nothing is known."""
    journal = books(tmp_path)
    asked = f.PaymentAsked(6, "deuna", "MCB3T6KQ2WZ7XH5L", 250, A1)
    till = Till(shelf(policy=DEUNA))
    journal.append(Stamp(2, 5_000, 1_787_590_800_000, trusted), till.cycle, [asked])
    journal.close()
    database = tmp_path / "minga.db"
    assert _asked_ms(database, 6) == (1_787_590_800_000 if known else None)
    assert _asked_ms(database, 7) is None
    assert _asked_ms(tmp_path / "no.db", 6) is None
