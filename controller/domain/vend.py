"""The vend cycle: one pure function from (cycle, event, now, shop) to a Decision.

Everything that affects credit, delivery or refunds is decided in this file. It knows no device and reads no clock, so a
whole day can be replayed in a test. The decision is written down first; only then are its effects performed.
"""

from dataclasses import replace

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import Closed, Slot, SlotId
from controller.domain.claims import code
from controller.domain.cycle import Cycle, Decision, News, Notice, Payout, Phase, Vend
from controller.domain.events import (
    CoinsSeen,
    DeadlinePassed,
    DeviceReturned,
    Event,
    ItemDropped,
    PayoutDone,
    Restarted,
    ReturnPressed,
    SlotChosen,
    VendRefused,
    VendUnknown,
)
from controller.domain.shop import Shop


def step(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """What this event means now. `now_ms` is monotonic; deadlines are made from it here, and anew after a restart."""
    if isinstance(event, Restarted):
        cycle = _with_new_times(cycle, now_ms, shop)
    match cycle.phase, event:
        case _, CoinsSeen():
            return _take_coins(cycle, event, now_ms, shop)
        case ((Phase.IDLE | Phase.CREDIT), SlotChosen(slot)):
            return _choose(cycle, slot, now_ms, shop)
        case Phase.CREDIT, ReturnPressed():
            return _give_back(cycle, now_ms, shop)
        case Phase.CREDIT, DeadlinePassed():
            return _abandon(cycle, now_ms, shop)
        case Phase.IDLE, (ReturnPressed() | DeadlinePassed()):
            return Decision(replace(cycle, chosen=None, notice=None, deadline_ms=None))
        case ((Phase.DISPENSING | Phase.REFUNDING), (DeadlinePassed() | Restarted() | DeviceReturned())):
            return _ask_again(cycle, now_ms, shop)
        case Phase.DISPENSING, (ItemDropped(vend_id) | VendRefused(vend_id) | VendUnknown(vend_id)):
            return _conclude(cycle, event, now_ms, shop) if _is_under_way(cycle, vend_id) else Decision(cycle)
        case Phase.REFUNDING, PayoutDone():
            return _paid_out(cycle, event, now_ms, shop)
        case _, Restarted():
            return Decision(_settled(cycle, now_ms, shop))
        case _:
            return Decision(cycle)


def coins_are_welcome(cycle: Cycle, shop: Shop) -> bool:
    """Take coins only while they could buy something, or be given back, right now."""
    waiting = cycle.phase in (Phase.IDLE, Phase.CREDIT)
    return waiting and shop.selling and cycle.credit_cents < shop.policy.credit_max_cents


# Money in


def _take_coins(cycle: Cycle, event: CoinsSeen, now_ms: int, shop: Shop) -> Decision:
    """A coin is never lost, whatever the phase; with a choice already made, the last coin starts the vend."""
    facts: list[f.Fact] = [f.CreditTaken(cents, event.device, event.source, event.mark) for cents in event.coins_cents]
    if event.alarm:
        facts.append(f.CoinsUnknown(event.device, event.source, event.alarm, event.lost))
    richer = replace(cycle, credit_cents=cycle.credit_cents + sum(event.coins_cents))
    if cycle.phase not in (Phase.IDLE, Phase.CREDIT) or not event.coins_cents:
        return Decision(richer, tuple(facts))
    richer = _settled(replace(richer, notice=None), now_ms, shop)
    if richer.chosen is None:
        return Decision(richer, tuple(facts))
    chosen = _choose(richer, richer.chosen, now_ms, shop)
    return replace(chosen, facts=(*facts, *chosen.facts))


# A choice, and its vend


def _choose(cycle: Cycle, slot_id: SlotId, now_ms: int, shop: Shop) -> Decision:
    slot = shop.slots.get(slot_id)
    if refusal := _refusal(slot, shop):
        unchosen = replace(cycle, chosen=None, notice=_notice(refusal, now_ms, shop, slot=slot_id))
        return Decision(_settled(unchosen, now_ms, shop))
    assert slot is not None
    if cycle.credit_cents < slot.price_cents:
        return Decision(_settled(replace(cycle, chosen=slot_id, notice=None), now_ms, shop))
    return _start(cycle, slot, now_ms, shop)


def _refusal(slot: Slot | None, shop: Shop) -> News | None:
    """Why this slot cannot be sold now, or None."""
    if slot is None or slot.closed:
        return News.CLOSED
    if not slot.quantity:
        return News.SOLD_OUT
    if not shop.selling:
        return News.PAUSED
    return None


def _start(cycle: Cycle, slot: Slot, now_ms: int, shop: Shop, retry_of: int | None = None) -> Decision:
    """Move the price from credit to hold and let one motor turn once."""
    assert shop.rule is not None
    assert cycle.credit_cents >= slot.price_cents
    vend_id = cycle.last_vend_id + 1
    shares = shop.rule.shares(slot.price_cents, slot.maker, turn=vend_id)
    vend = Vend(vend_id, slot.slot, slot.product, slot.maker, slot.price_cents, shop.rule.rule_id, shares, retry_of)
    started = f.VendStarted(
        vend_id, slot.slot, slot.product, slot.maker, slot.price_cents, shop.rule.rule_id, shares, retry_of
    )
    dispensing = replace(
        cycle,
        phase=Phase.DISPENSING,
        credit_cents=cycle.credit_cents - slot.price_cents,
        chosen=None,
        vend=vend,
        notice=None,
        last_vend_id=vend_id,
        deadline_ms=now_ms + shop.policy.dispense_ms,
    )
    return Decision(dispensing, (started,), (do.Dispense(vend_id, slot.slot),))


def _is_under_way(cycle: Cycle, vend_id: int) -> bool:
    return cycle.vend is not None and cycle.vend.vend_id == vend_id


def _conclude(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    vend = cycle.vend
    assert vend is not None
    over = replace(cycle, vend=None)
    match event:
        case ItemDropped(fault=fault):
            return _sold(over, vend, fault, now_ms, shop)
        case VendRefused(reason=reason):
            return _failed(over, vend, reason, now_ms, shop)
        case VendUnknown(reason=reason):
            return _in_doubt(over, vend, reason, now_ms, shop)
        case _:
            raise AssertionError(f"{event} does not end a vend")


def _sold(cycle: Cycle, vend: Vend, fault: Closed | None, now_ms: int, shop: Shop) -> Decision:
    sold = f.Sold(vend.vend_id, vend.slot, vend.product, vend.maker, vend.price_cents, vend.shares)
    closed = (f.SlotClosed(vend.slot, fault),) if fault else ()
    notice = _notice(News.SOLD, now_ms, shop, slot=vend.slot, cents=vend.price_cents)
    return Decision(_settled(replace(cycle, notice=notice), now_ms, shop), (sold, *closed))


def _failed(cycle: Cycle, vend: Vend, reason: Closed, now_ms: int, shop: Shop) -> Decision:
    """Give the price back as credit; try a twin slot once: the visitor came for the piece, not for her coins."""
    failed = f.VendFailed(vend.vend_id, vend.slot, vend.price_cents, reason)
    closed = (f.SlotClosed(vend.slot, reason),) if reason is not Closed.SENSOR else ()
    notice = _notice(News.FAILED, now_ms, shop, slot=vend.slot, cents=vend.price_cents)
    back = replace(cycle, credit_cents=cycle.credit_cents + vend.price_cents, notice=notice)
    slot = shop.slots.get(vend.slot)
    twin = shop.twin(slot) if slot and slot.price_cents == vend.price_cents and shop.selling else None
    if twin is None or vend.retry_of is not None or reason is Closed.SENSOR:
        return Decision(_settled(back, now_ms, shop), (failed, *closed))
    again = _start(back, twin, now_ms, shop, retry_of=vend.vend_id)
    return replace(again, facts=(failed, *closed, *again.facts))


def _in_doubt(cycle: Cycle, vend: Vend, reason: str, now_ms: int, shop: Shop) -> Decision:
    """The piece may have fallen: nothing is retried or given back by itself; a person decides with the code."""
    numbered, claim = _claim(cycle, shop)
    doubt = f.VendInDoubt(vend.vend_id, vend.slot, vend.price_cents, reason, claim, vend.shares)
    notice = _notice(News.DOUBT, now_ms, shop, slot=vend.slot, cents=vend.price_cents, claim=claim)
    settled = _settled(_with_code(numbered, notice, now_ms), now_ms, shop)
    return Decision(settled, (doubt, f.SlotClosed(vend.slot, Closed.DOUBT)))


def _ask_again(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """After silence or a restart the devices are asked what happened; nothing is ever done twice."""
    effects: list[do.Effect] = []
    if cycle.vend:
        effects.append(do.QueryVend(cycle.vend.vend_id, cycle.vend.slot))
    if cycle.payout:
        effects.append(do.QueryPayout(cycle.payout.payout_id, cycle.payout.cents))
    return Decision(replace(cycle, deadline_ms=now_ms + shop.policy.dispense_ms), (), tuple(effects))


# Money back


def _give_back(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
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


def _paid_out(cycle: Cycle, event: PayoutDone, now_ms: int, shop: Shop) -> Decision:
    """What left the machine is refunded; what could not leave is owed by a claim code. One payout ends once."""
    payout = cycle.payout
    if payout is None or event.payout_id != payout.payout_id:
        return Decision(cycle)
    paid_cents = min(event.paid_cents, payout.cents)
    owed_cents = payout.cents - paid_cents
    facts: list[f.Fact] = [f.Refunded(payout.payout_id, paid_cents, event.place)] if paid_cents else []
    over = replace(cycle, payout=None, notice=_notice(News.REFUNDED, now_ms, shop, cents=paid_cents))
    if owed_cents:
        over, claim = _claim(over, shop)
        facts.append(f.ClaimOwed(payout.payout_id, owed_cents, claim))
        over = _with_code(over, _notice(News.CLAIM, now_ms, shop, cents=owed_cents, claim=claim), now_ms)
    return Decision(_settled(over, now_ms, shop), tuple(facts))


def _abandon(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    numbered, claim = _claim(cycle, shop)
    notice = _notice(News.ABANDONED, now_ms, shop, cents=cycle.credit_cents, claim=claim)
    gone = replace(_with_code(numbered, notice, now_ms), credit_cents=0, chosen=None)
    return Decision(_settled(gone, now_ms, shop), (f.CreditAbandoned(cycle.credit_cents, claim),))


# Small helps


def _settled(cycle: Cycle, now_ms: int, shop: Shop) -> Cycle:
    """Nothing is under way: the phase follows from the credit, and every wait gets its end."""
    if cycle.credit_cents:
        return replace(cycle, phase=Phase.CREDIT, deadline_ms=_idle(now_ms, shop))
    if cycle.chosen:
        return replace(cycle, phase=Phase.IDLE, deadline_ms=_idle(now_ms, shop))
    return replace(cycle, phase=Phase.IDLE, deadline_ms=cycle.notice.until_ms if cycle.notice else None)


def _idle(now_ms: int, shop: Shop) -> int:
    return now_ms + shop.policy.credit_idle_ms


def _claim(cycle: Cycle, shop: Shop) -> tuple[Cycle, str]:
    number = cycle.last_claim_id + 1
    return replace(cycle, last_claim_id=number), code(shop.claim_key, number)


def _with_code(cycle: Cycle, notice: Notice, now_ms: int) -> Cycle:
    """Show a claim code, beside those that somebody may still be copying."""
    standing = tuple(earlier for earlier in cycle.codes if earlier.until_ms > now_ms)
    return replace(cycle, notice=notice, codes=(*standing, notice))


def _with_new_times(cycle: Cycle, now_ms: int, shop: Shop) -> Cycle:
    """After a restart monotonic time begins anew: what is shown gets its whole time again."""

    def again(notice: Notice) -> Notice:
        return _notice(notice.news, now_ms, shop, notice.slot, notice.cents, notice.claim)

    codes = tuple(again(notice) for notice in cycle.codes)
    return replace(cycle, notice=again(cycle.notice) if cycle.notice else None, codes=codes)


def _notice(
    news: News, now_ms: int, shop: Shop, slot: SlotId | None = None, cents: int = 0, claim: str | None = None
) -> Notice:
    """A claim code stays six times longer than a thank-you: it has to be copied by hand."""
    shown_ms = shop.policy.notice_ms * (6 if claim else 1)
    return Notice(news, now_ms + shown_ms, slot, cents, claim)
