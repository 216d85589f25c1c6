"""Coins and bills on their way: into the cash box, the tubes and the stacker, out as change, in and out by hand.

A tube here is whatever change is paid from, a changer's tube or a hopper. What the books say is in each is no meter: it
rises and falls.
"""

from collections import Counter
from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.accounts import STACKER, postings
from controller.domain.meters.meter import Meters

TO_BOX, TO_TUBES, BILLS_IN = "to-box", "to-tubes", "bills-in"
"""Money that came in, by where it went. What people fill into a tube counts too, as the standard has it (CA303)."""
FILLED, OUT, OUT_BY_HAND = "filled", "out", "out-by-hand"
"""Put into tubes by people; gone from them as change; taken from them by people."""
KEPT = "kept"
"""Money of visitors that could not go back, or that nobody asked for: it is owed by a code."""
_TUBES = ("tube:", "hopper:")

ByHand = f.ClaimSettled | f.SaleRefunded | f.MakerPaid
"""What people pay from a place."""


@dataclass(slots=True)
class Cash:
    """`tubes` is what the books say lies in each, in cents by its account; `doubts` are the open codes of coins that may have
    left one, and how many cents those are."""

    tubes: Counter[str] = field(default_factory=Counter)
    doubts: dict[str, int] = field(default_factory=dict)

    def heed(
        self,
        meters: Meters,
        fact: f.CreditTaken | f.Refunded | f.Overpaid | f.PayoutInDoubt | f.CashCounted | f.CashMoved | ByHand,
    ) -> None:
        """Count where this fact's money went."""
        match fact:
            case f.CreditTaken(cents=cents, place=place):
                meters.add(BILLS_IN if place == STACKER else TO_TUBES if is_tube(place) else TO_BOX, cents=cents)
                if place != "coinbox":
                    self._post(fact)
                return
            case f.Refunded(cents=cents) | f.Overpaid(cents=cents):
                meters.add(OUT, cents=cents)
            case f.PayoutInDoubt(cents=cents, claim=claim):
                self.doubts[claim] = cents
            case f.CashMoved(cents=cents, debit=debit, credit=credit):
                if is_tube(debit):
                    meters.add(FILLED, cents=cents)
                    meters.add(TO_TUBES, cents=cents)
                if is_tube(credit):
                    meters.add(OUT_BY_HAND, cents=cents)
            case f.CashCounted(place=place, counted_cents=cents) if is_tube(place):
                meters.add(OUT_BY_HAND, cents=cents)
            case f.ClaimSettled(claim=claim, verdict=f.Verdict.DELIVERED) if claim in self.doubts:
                meters.add(OUT, cents=self.doubts.pop(claim))
            case f.ClaimSettled() | f.SaleRefunded() | f.MakerPaid():
                self._by_hand(meters, fact)
        self._post(fact)

    def _by_hand(self, meters: Meters, fact: ByHand) -> None:
        if isinstance(fact, f.ClaimSettled):
            self.doubts.pop(fact.claim, None)
        if is_tube(fact.place):
            cents = fact.price_cents if isinstance(fact, f.SaleRefunded) else fact.cents
            meters.add(OUT_BY_HAND, cents=cents)

    def _post(self, fact: f.Fact) -> None:
        for line in postings(fact):
            if is_tube(line.account):
                self.tubes[line.account] += line.cents


def is_tube(place: str) -> bool:
    """Whether change is paid from this place."""
    return place.startswith(_TUBES)
