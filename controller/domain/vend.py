"""The vend cycle: one pure function from (cycle, event, now, shop) to a Decision.

Everything that affects credit, delivery or refunds is decided in this file. It knows no device and reads no clock, so a
whole day can be replayed in a test. The decision is written down first; only then are its effects performed.
"""

from dataclasses import replace

from controller.domain import answers, owners, payments, vouchers
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.accounts import COINBOX
from controller.domain.catalog import Closed, Slot, SlotId
from controller.domain.cycle import Cycle, Decision, News, Phase, Vend
from controller.domain.events import (
    CoinReturned,
    CoinsPaid,
    CoinsSeen,
    DeadlinePassed,
    DeviceReturned,
    Event,
    HoppersAnswered,
    ItemDropped,
    MotorFaulty,
    PayBy,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    Restarted,
    ReturnPressed,
    SlotChosen,
    StillHere,
    VendRefused,
    VendUnknown,
    VisitorAnswers,
    VoucherRefused,
    VoucherShown,
)
from controller.domain.refund import abandon, give_back, refund
from controller.domain.shop import Shop
from controller.domain.waits import claimed, noticed, settled, with_code, with_new_times


def step(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """What this event means now. `now_ms` is monotonic; deadlines are made from it here, and anew after a restart."""
    if isinstance(event, Restarted):
        decision = _step(with_new_times(cycle, now_ms, shop), event, now_ms, shop)
        return replace(decision, effects=(*decision.effects, *payments.after_restart(shop)))
    return _step(cycle, event, now_ms, shop)


def _step(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    match cycle.phase, event:
        case _, CoinsSeen():
            return _take_coins(cycle, event, now_ms, shop)
        case _, (VoucherShown() | VoucherRefused()):
            return _complete(vouchers.hear(cycle, event, now_ms, shop), now_ms, shop)
        case ((Phase.IDLE | Phase.CREDIT), CoinReturned()):
            return _coin_back(cycle, now_ms, shop)
        case ((Phase.IDLE | Phase.CREDIT), SlotChosen(slot)):
            return _choose(cycle, slot, now_ms, shop)
        case ((Phase.IDLE | Phase.CREDIT), PayBy(provider, slot)):
            return _pay_by(cycle, provider, slot, now_ms, shop)
        case Phase.AUTHORIZING, _ if payments.concerns(cycle, event):
            return _authorize(cycle, event, now_ms, shop)
        case _, _ if isinstance(event, payments.Word):
            return payments.hear(cycle, event, now_ms, shop)
        case Phase.CREDIT, ReturnPressed():
            return give_back(cycle, now_ms, shop)
        case ((Phase.IDLE | Phase.CREDIT), VisitorAnswers()):
            return answers.hear(cycle, event, now_ms, shop)
        case Phase.CREDIT, StillHere():
            return Decision(settled(cycle, now_ms, shop))
        case Phase.CREDIT, DeadlinePassed():
            return abandon(cycle, now_ms, shop)
        case Phase.IDLE, (ReturnPressed() | DeadlinePassed()):
            return Decision(replace(cycle, chosen=None, notice=None, deadline_ms=None))
        case ((Phase.DISPENSING | Phase.REFUNDING), (DeadlinePassed() | Restarted() | DeviceReturned())):
            return _ask_again(cycle, now_ms, shop)
        case Phase.DISPENSING, (ItemDropped(vend_id) | VendRefused(vend_id) | VendUnknown(vend_id)):
            return _conclude(cycle, event, now_ms, shop) if _is_under_way(cycle, vend_id) else Decision(cycle)
        case Phase.REFUNDING, (HoppersAnswered(payout_id) | CoinsPaid(payout_id)):
            return refund(cycle, event, now_ms, shop) if _is_being_paid(cycle, payout_id) else Decision(cycle)
        case _, _ if isinstance(event, owners.Word):
            return owners.hear(cycle, event, now_ms, shop)
        case _, MotorFaulty(slot, reason):
            known = slot in shop.slots and shop.slots[slot].closed is None
            return Decision(cycle, (f.SlotClosed(slot, reason),) if known else ())
        case Phase.AUTHORIZING, Restarted():
            return _expired(cycle, "restarted", now_ms, shop)
        case _, Restarted():
            return Decision(settled(cycle, now_ms, shop))
        case _:
            return Decision(cycle)


# Money in


def _take_coins(cycle: Cycle, event: CoinsSeen, now_ms: int, shop: Shop) -> Decision:
    """A coin is never lost, whatever the phase; with a choice already made, the last coin starts the vend."""
    places = event.places or (COINBOX,) * len(event.coins_cents)
    facts: list[f.Fact] = [
        f.CreditTaken(cents, event.device, event.source, event.mark, place)
        for cents, place in zip(event.coins_cents, places, strict=True)
    ]
    if event.alarm:
        facts.append(f.CoinsUnknown(event.device, event.source, event.alarm, event.lost))
    richer = replace(cycle, credit_cents=cycle.credit_cents + sum(event.coins_cents))
    if cycle.phase not in (Phase.IDLE, Phase.CREDIT) or not event.coins_cents:
        return Decision(richer, tuple(facts))
    return _complete(Decision(settled(replace(richer, notice=None), now_ms, shop), tuple(facts)), now_ms, shop)


def _complete(paid: Decision, now_ms: int, shop: Shop) -> Decision:
    """Money has come in: with a choice already made, it may have been the last that was missing."""
    chosen = paid.cycle.chosen if paid.facts else None
    return _then(paid, _choose(paid.cycle, chosen, now_ms, shop)) if chosen else paid


def _coin_back(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """Somebody is there, and learns that her coin lies in the tray; unless the screen has more to say right now."""
    busy = cycle.notice is not None and cycle.notice.until_ms > now_ms and cycle.notice.news is not News.COIN_BACK
    told = cycle if busy or shop.box_full else replace(cycle, notice=noticed(News.COIN_BACK, now_ms, shop))
    return Decision(settled(told, now_ms, shop))


# A choice, and its vend


def _choose(cycle: Cycle, slot_id: SlotId, now_ms: int, shop: Shop) -> Decision:
    slot = shop.slots.get(slot_id)
    if refusal := _refusal(slot, shop):
        unchosen = replace(cycle, chosen=None, notice=noticed(refusal, now_ms, shop, slot=slot_id))
        return Decision(settled(unchosen, now_ms, shop))
    assert slot is not None
    if cycle.credit_cents < slot.price_cents:
        return Decision(settled(replace(cycle, chosen=slot_id, notice=None), now_ms, shop))
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
    fee = shop.policy.fee_on(cycle.paid) if cycle.paid else None
    shares = shop.rule.shares(slot.price_cents, slot.maker, vend_id, fee)
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


def _is_being_paid(cycle: Cycle, payout_id: int) -> bool:
    return cycle.payout is not None and cycle.payout.payout_id == payout_id


# A payment without coins


def _pay_by(cycle: Cycle, provider: str, slot: SlotId | None, now_ms: int, shop: Shop) -> Decision:
    """With a slot it is a choice first; one that her coins have paid for already needs nobody else."""
    if slot is None:
        return payments.ask(cycle, provider, now_ms, shop)
    chosen = _choose(cycle, slot, now_ms, shop)
    return _then(chosen, payments.ask(chosen.cycle, provider, now_ms, shop)) if chosen.cycle.chosen else chosen


def _authorize(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """The visitor has her wallet in hand: what she is shown, what was paid, or why nobody waits any more."""
    match event:
        case PaymentOffered(offer=offer):
            return Decision(replace(cycle, offer=offer))
        case PaymentApproved():
            richer, taken = payments.take(cycle)
            return _then(Decision(richer, (taken,)), _buy(richer, now_ms, shop))
        case PaymentDeclined(reason=reason):
            dropped = payments.drop(cycle, reason, now_ms, shop)
            return replace(dropped, cycle=replace(dropped.cycle, notice=noticed(News.UNPAID, now_ms, shop)))
        case SlotChosen(slot):
            dropped = payments.drop(cycle, "changed-mind", now_ms, shop)
            return _then(dropped, _choose(dropped.cycle, slot, now_ms, shop))
        case ReturnPressed():
            dropped = payments.drop(cycle, "changed-mind", now_ms, shop)
            return _then(dropped, _step(dropped.cycle, event, now_ms, shop))
        case _:
            return _expired(cycle, "too-late", now_ms, shop)


def _expired(cycle: Cycle, reason: str, now_ms: int, shop: Shop) -> Decision:
    """Nobody waits any more; after a restart too, because nobody knows for how long the machine was off."""
    dropped = payments.drop(cycle, reason, now_ms, shop)
    return replace(dropped, cycle=replace(dropped.cycle, notice=noticed(News.EXPIRED, now_ms, shop)))


def _buy(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """The chosen piece is paid for. If it cannot be sold any more, what came without coins goes back at once."""
    assert cycle.chosen is not None
    chosen = _choose(cycle, cycle.chosen, now_ms, shop)
    return chosen if chosen.cycle.vend else _unsold(chosen, now_ms, shop)


def _unsold(decision: Decision, now_ms: int, shop: Shop) -> Decision:
    back = payments.give_back(decision.cycle, now_ms, shop)
    return _then(decision, replace(back, cycle=settled(back.cycle, now_ms, shop)))


def _then(first: Decision, second: Decision) -> Decision:
    """Two decisions as one: the second one's state, and what both write down and do."""
    return Decision(second.cycle, (*first.facts, *second.facts), (*first.effects, *second.effects))


# How a vend ends


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
    used = payments.use(cycle, "sold")
    notice = noticed(News.SOLD, now_ms, shop, slot=vend.slot, cents=vend.price_cents)
    over = settled(replace(used.cycle, notice=replace(notice, vend=vend)), now_ms, shop)
    return Decision(over, (sold, *closed, *used.facts), used.effects)


def _failed(cycle: Cycle, vend: Vend, reason: Closed, now_ms: int, shop: Shop) -> Decision:
    """Give the price back as credit; try a twin slot once: the visitor came for the piece, not for her coins."""
    failed = f.VendFailed(vend.vend_id, vend.slot, vend.price_cents, reason)
    closed = (f.SlotClosed(vend.slot, reason),) if reason is not Closed.SENSOR else ()
    notice = noticed(News.FAILED, now_ms, shop, slot=vend.slot, cents=vend.price_cents)
    back = replace(cycle, credit_cents=cycle.credit_cents + vend.price_cents, notice=notice)
    slot = shop.slots.get(vend.slot)
    twin = shop.twin(slot) if slot and slot.price_cents == vend.price_cents and shop.selling else None
    if twin is None or vend.retry_of is not None or reason is Closed.SENSOR:
        return _unsold(Decision(settled(back, now_ms, shop), (failed, *closed)), now_ms, shop)
    again = _start(back, twin, now_ms, shop, retry_of=vend.vend_id)
    return replace(again, facts=(failed, *closed, *again.facts))


def _in_doubt(cycle: Cycle, vend: Vend, reason: str, now_ms: int, shop: Shop) -> Decision:
    """The piece may have fallen: nothing is retried or given back by itself; a person decides with the code."""
    used = payments.use(cycle, "doubt")
    numbered, claim = claimed(used.cycle, shop)
    doubt = f.VendInDoubt(vend.vend_id, vend.slot, vend.price_cents, reason, claim, vend.shares)
    notice = noticed(News.DOUBT, now_ms, shop, slot=vend.slot, cents=vend.price_cents, claim=claim)
    shown = settled(with_code(numbered, notice, now_ms), now_ms, shop)
    return Decision(shown, (doubt, f.SlotClosed(vend.slot, Closed.DOUBT), *used.facts), used.effects)


def _ask_again(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """After silence or a restart the devices are asked what happened; nothing is ever done twice."""
    effects: list[do.Effect] = []
    if cycle.vend:
        effects.append(do.QueryVend(cycle.vend.vend_id, cycle.vend.slot))
    if payout := cycle.payout:
        ordered = do.AskPaid(payout.payout_id, payout.orders)
        effects.append(ordered if payout.orders else do.AskHoppers(payout.payout_id))
    return Decision(replace(cycle, deadline_ms=now_ms + shop.policy.dispense_ms), (), tuple(effects))
