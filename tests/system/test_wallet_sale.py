"""Whole sales by wallet on real processes: paid by phone, paid too late or wrongly, given back, and `kill -9` in between.

The controller is the real one and speaks HTTP with two simulated providers. At the end of every story each wallet holds in
the books what was paid minus what was given back by its provider's till, the auditor has nothing to say, and every piece
that fell is a sale or a doubt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from visitor import eventually
from wallet_visitor import SCREEN_S, Fair, WalletVisitor, came_back, fair
from wide import once_of

from hw_mocks.wallets import Bill, Refused

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

BAG_CENTS, OTHER_CENTS = 350, 500
WALLETS = ("deuna", "pix")
JAMMED = ("B1", "A4")
REFUND_CALL = {"deuna": "/refund", "pix": "/devolucao/"}
TROUBLE: dict[str, dict[str, int]] = {"due": {}, "lost": {"lost_replies": 1}, "under way": {"reversal_ms": 3_000}}


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    """One machine for all stories; what breaks a slot has a slot of its own."""
    with fair(tmp_path_factory.mktemp("museo")) as market:
        yield market


@pytest.fixture(autouse=True)
def calm(market: Fair) -> None:
    """What one story has left broken breaks no other."""
    market.repair()
    market.reopens_slots(but=JAMMED)


@contextmanager
def story(market: Fair, **wanted: int) -> Iterator[dict[str, int]]:
    """Afterwards the books are true and have what is given; exactly `wanted`, such as `Sold=1`, unless nothing is wanted.

    Providers were asked for as many charges as the books say.
    """
    before, charges, added = market.written(), market.charges, dict[str, int]()
    yield added
    market.settles()
    added |= {kind: now - before[kind] for kind, now in market.written().items() if now != before[kind]}
    assert added == (wanted or added)
    assert market.charges - charges == added.get("PaymentAsked", 0)


# Without mishaps


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_bag_paid_by_phone(market: Fair, wallet: str) -> None:
    """She pays $3.50 with her phone; the bag falls, and the wallet holds the money in truth and in the books."""
    held_cents = market.settles().cash.get(f"wallet:{wallet}", 0)
    with story(market, PaymentAsked=1, PaymentTaken=1, VendStarted=1, Sold=1), WalletVisitor(market) as visitor:
        visitor.is_shown(wallet, "A1").confirm()
        visitor.sees_news("sold")
    assert market.settles().cash[f"wallet:{wallet}"] == held_cents + BAG_CENTS


def test_without_its_providers_the_machine_sells_for_coins(market: Fair) -> None:
    """The screen offers no wallet that does not answer, a bag is sold for coins, and the wallets come back by themselves."""
    sold = market.count("Sold")
    with WalletVisitor(market) as visitor:
        for provider in market.providers.values():
            provider.faults.set(down=True)
        for wallet in WALLETS:
            visitor.is_turned_away(wallet, "A1")
        visitor.puts_in(100, 100, 100)
        visitor.drops(50)
        visitor.sees_news("sold")
        market.repair()
        visitor.sees(lambda p: set(p.wallets) == set(WALLETS), "both wallets are back")
    market.settles()
    assert market.count("Sold") == sold + 1


# Money that goes back


def test_pieces_that_jam_are_given_back_to_the_phone(market: Fair) -> None:
    """A scarf by Deuna, a belt by Pix: nothing falls, and all of it is back with her before nothing is owed."""
    facts = {"PaymentAsked": 2, "PaymentTaken": 2, "VendStarted": 2, "ReversalAccepted": 2, "Reversed": 2}
    with story(market, **facts), WalletVisitor(market) as visitor:
        bills = []
        for wallet, slot in zip(WALLETS, JAMMED, strict=True):
            market.museum.hand.inject("jam", slot)
            bills.append(visitor.is_shown(wallet, slot))
            bills[-1].confirm()
            visitor.sees(lambda p: p.vending, "the motor is started")
            visitor.sees_news("reversing")
    assert all(map(came_back, bills))


def test_another_amount_is_no_payment(market: Fair) -> None:
    """Five dollars are paid for the bag of $3.50: no motor turns, and five dollars go back."""
    with story(market, PaymentAsked=2, PaymentLate=2, ReversalAccepted=2, Reversed=2), WalletVisitor(market) as visitor:
        bills = [pays_wrongly(visitor, wallet) for wallet in WALLETS]
    assert all(map(came_back, bills))


def pays_wrongly(visitor: WalletVisitor, wallet: str) -> Bill:
    """Another amount than was asked for, and the machine has heard of it."""
    bill = visitor.is_shown(wallet, "A1")
    bill.confirm(OTHER_CENTS)
    visitor.sees(lambda p: not p.payment, "nobody waits")
    return bill


def test_paid_after_nobody_waited_any_more(market: Fair) -> None:
    """Pix learns late of what she paid before she walked away; at Deuna the screen ran out. No motor turns, all goes back."""
    with story(market, PaymentAsked=2, PaymentLate=2, ReversalAccepted=2, Reversed=2), WalletVisitor(market) as visitor:
        market.providers["pix"].faults.set(late_ms=2_500)
        early = visitor.is_shown("pix", "A1")
        early.confirm()
        visitor.changes_her_mind()
        late = visitor.is_shown("deuna", "A1")
        visitor.sees(lambda p: p.notice and p.notice.news == "expired", "the screen gives up", 2 * SCREEN_S)
        late.confirm()
    assert came_back(early)
    assert came_back(late)
    market.repair()


def test_a_bill_that_was_taken_away_cannot_be_paid(market: Fair) -> None:
    """Pix withdraws the charge when she changes her mind: her phone refuses, and no money moves."""
    with story(market, PaymentAsked=1), WalletVisitor(market) as visitor:
        bill = visitor.is_shown("pix", "A1")
        visitor.changes_her_mind()
        eventually(lambda: bill.charge.withdrawn, "the charge is withdrawn")
        with pytest.raises(Refused, match="anulado"):
            bill.confirm()


# kill -9


def test_killed_with_the_offer_on_the_screen_and_paid_meanwhile(market: Fair) -> None:
    """Whoever paid a dead machine may have gone: the next one turns no motor for it, and gives it back."""
    bills = []
    with story(market, PaymentAsked=2, PaymentLate=2, ReversalAccepted=2, Reversed=2):
        for wallet in WALLETS[::-1]:
            with WalletVisitor(market) as visitor:
                bills.append(visitor.is_shown(wallet, "A1"))
            market.dies()
            bills[-1].confirm()
            market.lives()
    assert all(map(came_back, bills))


@pytest.mark.parametrize(("wallet", "slot"), once_of(("deuna", "A3"), ("pix", "B2")))
def test_killed_while_the_paid_piece_is_on_its_way(market: Fair, wallet: str, slot: str) -> None:
    """Taken, the motor turns, and it dies: one sale or one doubt for the one payment, and the motor never turns again."""
    with story(market) as added:
        with WalletVisitor(market) as visitor, market.museum.hand.watch() as world:
            visitor.is_shown(wallet, slot).confirm()
            world.until("motor", slot=slot, on=True)
            market.dies()
        market.lives()
    once = {"PaymentAsked": 1, "PaymentTaken": 1, "VendStarted": 1}
    assert added in ({**once, "Sold": 1}, {**once, "VendInDoubt": 1})
    assert market.museum.hand.truth()["spirals"][slot]["starts"] == 1


@pytest.mark.parametrize(
    "moments",
    [{"deuna": "due"}, {"pix": "lost"}, {"deuna": "lost", "pix": "under way"}, {"deuna": "under way"}],
    ids=lambda moments: str(moments),
)
def test_killed_while_money_goes_back(market: Fair, moments: dict[str, str]) -> None:
    """Before the refund was asked for, when its answer was lost, before it has arrived: it comes back once.

    Deuna tells the number of a refund once. Heard, it is in the books and proves the refund to the next controller; lost on
    its way, the money waits in `reversals` for a person, though it is back with her.
    """
    bills, unproven = dict[str, Bill](), moments.get("deuna") == "lost"
    asked, heard = len(moments), sum(moment != "lost" for moment in moments.values())
    before, accepted = market.count("ReversalAccepted"), {"ReversalAccepted": heard} if heard else {}
    with story(market, PaymentAsked=asked, PaymentLate=asked, **accepted, Reversed=asked - unproven):
        with WalletVisitor(market) as visitor:
            for wallet, moment in moments.items():
                market.providers[wallet].faults.set(lost_on=REFUND_CALL[wallet], **TROUBLE[moment])
                bills[wallet] = pays_wrongly(visitor, wallet)
                if moment != "due":
                    eventually(partial(is_asked_back, bills[wallet]), f"{wallet} is asked for it back")
            if "under way" in moments.values():
                eventually(lambda: market.count("ReversalAccepted") > before, "its number is in the books")
        market.dies()
        market.repair()
        market.lives()
        market.unproven_cents["deuna"] += OTHER_CENTS * unproven
    assert all(map(came_back, bills.values()))


def is_asked_back(bill: Bill) -> bool:
    """Whether its provider has taken the refund up."""
    return bool(bill.charge.payment and bill.charge.payment.reversals)
