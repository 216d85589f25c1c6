"""Money back: the return button, what the hoppers paid of it, and the claim for the rest. Part of the vend cycle.

A payout is decided in three steps, each on disk before the next: it starts (the credit is held), it is ordered (which
coins from which hopper, with each hopper's own count from before), and it ends (what truly left, by that count). Coins
leave only between the second and the third, and asking again is always harmless.
"""

from dataclasses import replace

from controller.domain import change
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.change import HopperOrder
from controller.domain.cycle import Cycle, Decision, News, Payout, Phase
from controller.domain.events import CoinsPaid, Event, HoppersAnswered
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
    return Decision(refunding, (started,), (do.AskHoppers(payout.payout_id),))


def refund(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """An answer about the payout that is under way."""
    payout = cycle.payout
    assert payout is not None
    match event:
        case HoppersAnswered():
            return _order(cycle, payout, event, now_ms, shop)
        case CoinsPaid():
            return _end(cycle, payout, event, now_ms, shop)
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
        return _end(cycle, payout, CoinsPaid(payout.payout_id, ()), now_ms, shop)
    ordered = replace(cycle, payout=replace(payout, orders=orders), deadline_ms=now_ms + shop.policy.dispense_ms)
    return Decision(ordered, (f.PayoutOrdered(payout.payout_id, orders),), (do.PayCoins(payout.payout_id, orders),))


def _end(cycle: Cycle, payout: Payout, ended: CoinsPaid, now_ms: int, shop: Shop) -> Decision:
    """What left the machine is refunded, what may have left is in doubt, what could not leave is owed."""
    facts, owed_cents = _paid(payout, ended)
    notice = noticed(News.REFUNDED, now_ms, shop, cents=payout.cents - owed_cents)
    over = replace(cycle, payout=None, notice=notice)
    for order in _unsure(payout, ended):
        doubt_cents = min(order.cents, owed_cents)
        if doubt_cents:
            owed_cents -= doubt_cents
            over, claim = claimed(over, shop)
            facts.append(f.PayoutInDoubt(payout.payout_id, doubt_cents, order.place, claim))
            over = with_code(over, noticed(News.DOUBT, now_ms, shop, cents=doubt_cents, claim=claim), now_ms)
    if owed_cents:
        over, claim = claimed(over, shop)
        facts.append(f.ClaimOwed(payout.payout_id, owed_cents, claim))
        over = with_code(over, noticed(News.CLAIM, now_ms, shop, cents=owed_cents, claim=claim), now_ms)
    return Decision(settled(over, now_ms, shop), (*facts, *_closed(payout, ended)))


def _paid(payout: Payout, ended: CoinsPaid) -> tuple[list[f.Fact], int]:
    """Facts for what truly left, also when it was too much; and what is still owed, in cents."""
    facts: list[f.Fact] = []
    owed_cents = payout.cents
    for part in ended.paid:
        due_cents = min(part.cents, owed_cents)
        owed_cents -= due_cents
        facts += [f.Refunded(payout.payout_id, due_cents, part.place)] if due_cents else []
        if part.cents > due_cents:
            facts.append(f.Overpaid(payout.payout_id, part.cents - due_cents, part.place))
    return facts, owed_cents


def _unsure(payout: Payout, ended: CoinsPaid) -> tuple[HopperOrder, ...]:
    """The orders of which nobody can say what left."""
    told = {part.place for part in ended.paid}
    return tuple(order for order in payout.orders if order.place in ended.unsure and order.place not in told)


def _closed(payout: Payout, ended: CoinsPaid) -> tuple[f.HopperClosed, ...]:
    """The hoppers whose coins are not what the books believe: nothing is counted on in them until somebody counts."""
    left_cents = {part.place: part.cents for part in ended.paid}
    unsure = {order.place: "unsure" for order in payout.orders if order.place in ended.unsure}
    short = {order.place: "short" for order in payout.orders if left_cents.get(order.place, 0) < order.cents}
    return tuple(f.HopperClosed(place, reason) for place, reason in (short | unsure).items())
