"""The meters of a machine's whole life, counted from its facts and from nothing else.

Feed every fact in the order of the books; whoever has the facts (the machine, the lab) counts the same. What falls counts: a
sale that is taken back later stays sold, and is counted once more as taken back. A piece in doubt is sold on the day when a
person says that it was. A reset is the emptying of the cash box (`CashCounted` of `coinbox`): it is the one moment when
people hold the machine's own numbers against what lies in their hands. Nobody can reset anything without a count.
"""

from collections.abc import Callable, Iterable
from typing import Any

from controller.domain import facts as f
from controller.domain.accounts import COINBOX
from controller.domain.catalog import ProductId, SlotId
from controller.domain.chain import Stamp
from controller.domain.meters.cash import KEPT, Cash
from controller.domain.meters.meter import Meters
from controller.domain.meters.purse import CASH, VOUCHER, Parts, Purse, wallet
from controller.domain.meters.shelf import Shelf
from controller.domain.meters.troubles import Troubles
from controller.domain.times import BootClock, Moment, heard

SOLD, MIXED, TRIED, TAKEN_BACK = "sold", "mixed", "tried", "taken-back"
"""`sold` stands alone, by slot, by means (`by`, means) and by slot and means. `mixed` counts, by means and by slot, what was
paid partly in cash; its cents are what that means paid of them, and by slot what cash paid. `tried` are motors' turns."""
BY = "by"
STARTED, RESET = "started", "reset"

Vend = tuple[SlotId, ProductId, int, Parts]


class Life:
    """Everything counted so far."""

    def __init__(self) -> None:
        self.meters = Meters()
        self.shelf, self.cash, self.troubles, self.purse = Shelf(), Cash(), Troubles(), Purse()
        self.providers: list[str] = []
        """Who took payments without coins, in the order of their first one."""
        self.acceptor = ""
        """The coin device that took a coin last, by its own name and number."""
        self.reset_last: Stamp | None = None
        self.version = ""
        """The program of the last start."""
        self._clocks: dict[int, BootClock] = {}
        self._vend: Vend | None = None
        self._doubts: dict[str, Vend] = {}

    def count(self, stamp: Stamp, fact: f.Fact | None) -> None:
        """One more fact, the next in the order of the books; None for one whose fields tell an audit nothing."""
        clock = self._clocks.get(stamp.boot_id)
        if clock is None or (stamp.trusted and not clock.trusted) or type(fact) is f.ClockSet:
            self._clocks[stamp.boot_id] = heard(clock, stamp.clock, fact)
        if heed := _HEED.get(type(fact)):
            heed(self, stamp, fact)

    def when(self, stamp: Stamp) -> Moment:
        """The moment of a stamp that was counted, by the best that is known of its start's clock by now."""
        clock = self._clocks.get(stamp.boot_id) or stamp.clock
        return clock.shows(stamp.mono_ms, stamp.wall_ms, stamp.trusted)

    # Sales

    def _sell(self, stamp: Stamp, vend: Vend) -> None:
        slot, product, cents, parts = vend
        self.shelf.sold(slot, product, stamp)
        add = self.meters.add
        add(SOLD, cents=cents)
        add(SOLD, slot, cents=cents)
        in_cash_cents = dict(parts).get(CASH)
        for means, part_cents in parts:
            add(SOLD, BY, means, cents=part_cents)
            add(SOLD, slot, means, cents=part_cents)
            if in_cash_cents and means != CASH:
                add(MIXED, BY, means, cents=part_cents)
        if in_cash_cents and len(parts) > 1:
            add(MIXED, slot, cents=in_cash_cents)

    def _vend_started(self, _: Stamp, fact: f.VendStarted) -> None:
        self._vend = (fact.slot, fact.product, fact.price_cents, self.purse.take(fact.price_cents))

    def _sold(self, stamp: Stamp, fact: f.Sold) -> None:
        parts = self._vend[3] if self._vend else ((CASH, fact.price_cents),)
        self._vend = None
        self._sell(stamp, (fact.slot, fact.product, fact.price_cents, parts))
        self.shelf.heed(fact)

    def _vend_failed(self, _: Stamp, fact: f.VendFailed) -> None:
        self.purse.put_back(self._vend[3] if self._vend else ((CASH, fact.price_cents),))
        self._vend = None
        self.troubles.heed(self.meters, fact)

    def _vend_in_doubt(self, _: Stamp, fact: f.VendInDoubt) -> None:
        unseen = (fact.slot, ProductId(""), fact.price_cents, ((CASH, fact.price_cents),))
        self._doubts[fact.claim] = self._vend or unseen
        self._vend = None
        self.troubles.heed(self.meters, fact)

    def _claim_settled(self, stamp: Stamp, fact: f.ClaimSettled) -> None:
        vend = self._doubts.pop(fact.claim, None)
        if vend and fact.verdict is not f.Verdict.REFUNDED:
            self._sell(stamp, vend)
        self.cash.heed(self.meters, fact)

    def _sale_refunded(self, _: Stamp, fact: f.SaleRefunded) -> None:
        self.meters.add(TAKEN_BACK, cents=fact.price_cents)
        self.cash.heed(self.meters, fact)

    def _trial_ended(self, _: Stamp, fact: f.TrialEnded) -> None:
        """A motor that turned from home to home, whether anything fell: the piece is put back, and costs nobody."""
        if fact.part is f.Part.MOTOR and fact.found in (f.Found.FELL, f.Found.NOTHING):
            cents = self.shelf.price_cents(fact.slot)
            self.meters.add(TRIED, cents=cents)
            self.meters.add(TRIED, fact.slot, cents=cents)

    # Money of the visitor

    def _coin(self, _: Stamp, fact: f.CreditTaken) -> None:
        self.purse.put(CASH, fact.cents)
        self.acceptor = fact.source if fact.place != "stacker" else self.acceptor
        self.cash.heed(self.meters, fact)

    def _payment(self, _: Stamp, fact: f.PaymentTaken) -> None:
        self.purse.put(wallet(fact.provider), fact.cents)
        if fact.provider not in self.providers:
            self.providers.append(fact.provider)

    def _reversal(self, _: Stamp, fact: f.ReversalDue) -> None:
        self.purse.drop(wallet(fact.provider), fact.cents)

    def _voucher(self, _: Stamp, fact: f.VoucherTaken) -> None:
        self.purse.put(VOUCHER, fact.cents)

    def _payout(self, _: Stamp, fact: f.PayoutStarted) -> None:
        self.purse.take(fact.cents)

    def _abandoned(self, _: Stamp, fact: f.CreditAbandoned) -> None:
        self.purse.take(fact.cents)
        self.meters.add(KEPT, cents=fact.cents)

    def _owed(self, _: Stamp, fact: f.ClaimOwed) -> None:
        self.meters.add(KEPT, cents=fact.cents)

    # The machine and its people

    def _counted(self, stamp: Stamp, fact: f.CashCounted) -> None:
        self.cash.heed(self.meters, fact)
        if fact.place == COINBOX:
            self.meters.add(RESET)
            self.meters.reset()
            self.reset_last = stamp

    def _moved(self, _: Stamp, fact: Any) -> None:
        self.cash.heed(self.meters, fact)

    def _shelved(self, _: Stamp, fact: Any) -> None:
        self.shelf.heed(fact)

    def _troubled(self, _: Stamp, fact: Any) -> None:
        self.troubles.heed(self.meters, fact)

    def _booted(self, _: Stamp, fact: f.Booted) -> None:
        self.meters.add(STARTED)
        self.troubles.started()
        self.version = fact.version


_HEED: dict[type, Callable[[Life, Stamp, Any], None]] = {
    f.VendStarted: Life._vend_started,
    f.Sold: Life._sold,
    f.VendFailed: Life._vend_failed,
    f.VendInDoubt: Life._vend_in_doubt,
    f.ClaimSettled: Life._claim_settled,
    f.SaleRefunded: Life._sale_refunded,
    f.TrialEnded: Life._trial_ended,
    f.CreditTaken: Life._coin,
    f.PaymentTaken: Life._payment,
    f.ReversalDue: Life._reversal,
    f.VoucherTaken: Life._voucher,
    f.PayoutStarted: Life._payout,
    f.CreditAbandoned: Life._abandoned,
    f.ClaimOwed: Life._owed,
    f.CashCounted: Life._counted,
    **dict.fromkeys((f.Refunded, f.Overpaid, f.PayoutInDoubt, f.CashMoved, f.MakerPaid), Life._moved),
    **dict.fromkeys((f.ProductSet, f.SlotAssigned, f.SlotCounted), Life._shelved),
    **dict.fromkeys((f.TroubleSeen, f.TroubleOver, f.SlotClosed, f.SlotOpened), Life._troubled),
    f.Booted: Life._booted,
}
COUNTED = frozenset(kind.__name__ for kind in (*_HEED, f.ClockSet))
"""The types of facts whose fields matter here; of any other only the stamp does."""


def life_of(facts: Iterable[tuple[Stamp, f.Fact]]) -> Life:
    """The meters of these facts, which are all of a machine's from its first one on, in the order of its books."""
    life = Life()
    for stamp, fact in facts:
        life.count(stamp, fact)
    return life
