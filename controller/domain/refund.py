"""Money back: the return button, what the hoppers paid of it, and the claim for the rest. Part of the vend cycle.

A payout is decided in three steps, each on disk before the next: it starts (the credit is held), it is ordered (which
coins from which hopper, with each hopper's own count from before), and it ends (what truly left, by that count). Coins
leave only between the second and the third, and asking again is always harmless.
"""

from dataclasses import replace

from controller.domain import change
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.change import Paid
from controller.domain.cycle import Cycle, Decision, News, Payout, Phase
from controller.domain.events import CoinsPaid, Event, HoppersAnswered, PayoutDone
from controller.domain.shop import Shop
from controller.domain.waits import claimed, noticed, settled, with_code


def give_back(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """The visitor wants her money back."""
    payout = Payout(cycle.last_payout_id + 1, cycle.credit_cents)
    refunding = replace(
        cycle,
        phase=Phase.REFUNDING,
        credit_cents=0,
        chosen=None,
        payout=payout,
        notice=None,
        last_payout_id=payout.payout_id,
        deadline_ms=now_ms + shop.policy.dispense_ms,
    )
    started = f.PayoutStarted(payout.payout_id, payout.cents)
    return Decision(refunding, (started,), (do.PayOut(payout.payout_id, payout.cents),))


def refund(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """An answer about the payout that is under way."""
    payout = cycle.payout
    assert payout is not None
    match event:
        case HoppersAnswered():
            return _order(cycle, payout, event, now_ms, shop)
        case CoinsPaid(paid=paid):
            return _end(cycle, payout, paid, now_ms, shop)
        case PayoutDone(paid_cents=paid_cents, place=place):
            return _end(cycle, payout, (Paid(place, paid_cents),) if paid_cents else (), now_ms, shop)
        case _:
            raise AssertionError(f"{event} says nothing about a payout")


def abandon(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """Nobody used this credit in time: it is kept as unclaimed, with a code."""
    numbered, claim = claimed(cycle, shop)
    notice = noticed(News.ABANDONED, now_ms, shop, cents=cycle.credit_cents, claim=claim)
    gone = replace(with_code(numbered, notice, now_ms), credit_cents=0, chosen=None)
    return Decision(settled(gone, now_ms, shop), (f.CreditAbandoned(cycle.credit_cents, claim),))


def _order(cycle: Cycle, payout: Payout, event: HoppersAnswered, now_ms: int, shop: Shop) -> Decision:
    """Order what the hoppers can pay, once; what the books say is in them is all that is counted on."""
    if payout.orders:
        return Decision(cycle)
    filled = (replace(hopper, coins=shop.coins_in(hopper)) for hopper in event.hoppers)
    orders = change.orders(payout.cents, filled)
    if not orders:
        return _end(cycle, payout, (), now_ms, shop)
    ordered = replace(cycle, payout=replace(payout, orders=orders), deadline_ms=now_ms + shop.policy.dispense_ms)
    return Decision(ordered, (f.PayoutOrdered(payout.payout_id, orders),), (do.PayCoins(payout.payout_id, orders),))


def _end(cycle: Cycle, payout: Payout, paid: tuple[Paid, ...], now_ms: int, shop: Shop) -> Decision:
    """What left the machine is refunded; what could not leave is owed by a claim code; what left too much is noted."""
    facts: list[f.Fact] = []
    owed_cents = payout.cents
    for part in paid:
        due_cents = min(part.cents, owed_cents)
        owed_cents -= due_cents
        facts += [f.Refunded(payout.payout_id, due_cents, part.place)] if due_cents else []
        if part.cents > due_cents:
            facts.append(f.Overpaid(payout.payout_id, part.cents - due_cents, part.place))
    paid_cents = payout.cents - owed_cents
    over = replace(cycle, payout=None, notice=noticed(News.REFUNDED, now_ms, shop, cents=paid_cents))
    if owed_cents:
        over, claim = claimed(over, shop)
        facts.append(f.ClaimOwed(payout.payout_id, owed_cents, claim))
        over = with_code(over, noticed(News.CLAIM, now_ms, shop, cents=owed_cents, claim=claim), now_ms)
    return Decision(settled(over, now_ms, shop), tuple(facts))
