"""The desk outside the program: where cash truly lies, what people ask for, and which coins they then really move.

A wish about cash carries an id of the asker's own, so that she can ask again after a crash without doing it twice.
"""

from collections.abc import Mapping

from stories import PRICES_CENTS, AskAgain, Carry, Count, Desk, Pay, Settle, TakeBack
from truth import SimulatedHopper

from controller.domain.catalog import MakerId, SlotId
from controller.domain.facts import Verdict
from controller.domain.stocking import Wish
from controller.domain.treasury import CountCash, MoveCash, Numbered, PayMaker, RefundSale, SettleClaim


class Cash:
    """The box, the safe and the hoppers, in true cents."""

    def __init__(self, hoppers: Mapping[str, SimulatedHopper]) -> None:
        self.hoppers = hoppers
        self.box_cents = self.safe_cents = self.bank_cents = 0
        self.last: Numbered | None = None
        self.done: list[Wish] = []
        """What was granted and done by hand, in order."""
        self._ids = 0

    def lies_in(self, place: str) -> int:
        """True cents in a place."""
        if place in self.hoppers:
            return self.hoppers[place].cents
        return {"coinbox": self.box_cents, "safe": self.safe_cents, "bank": self.bank_cents}[place]

    def wish(self, act: Desk, fell: Mapping[int, str], codes: list[str]) -> Wish | None:
        """What somebody asks for; None when she sees that it makes no sense."""
        match act:
            case TakeBack():
                return RefundSale(max(fell, default=0), "carmen", "torn")
            case Settle(verdict):
                return SettleClaim(codes[-1] if codes else "none", verdict, "carmen")
            case AskAgain():
                return self.last
        self._ids += 1
        name = f"acta-{self._ids}"
        match act:
            case Count(place):
                self.last = CountCash(self.lies_in(place), "carmen", "luz", name, place)
            case Pay(maker, cents):
                self.last = PayMaker(MakerId(maker), cents, "carmen", "nina", name)
            case Carry(cents, source, target):
                self.last = MoveCash(cents, source, target, "carmen", name)
        return self.last

    def moves(self, wish: Wish, fell: Mapping[int, str], codes: Mapping[str, int]) -> None:
        """The wish was granted: coins move, once."""
        if isinstance(wish, Numbered) and wish in self.done:
            return
        self.done.append(wish)
        match wish:
            case RefundSale(vend_id):
                self._put("coinbox", -PRICES_CENTS[SlotId(fell[vend_id])])
            case SettleClaim(claim, Verdict.REFUNDED):
                self._put("coinbox", -codes[claim])
            case CountCash(cents, place=place):
                self._put(place, -cents)
                self._put("safe", cents)
            case PayMaker(cents=cents, place=place):
                self._put(place, -cents)
            case MoveCash(cents, source, target):
                self._put(target, cents)
                if source in (*self.hoppers, "coinbox", "safe"):
                    self._put(source, -cents)

    def _put(self, place: str, cents: int) -> None:
        if place in self.hoppers:
            self.hoppers[place].coins += cents // self.hoppers[place].coin_cents
        elif place == "coinbox":
            self.box_cents += cents
        elif place == "safe":
            self.safe_cents += cents
        else:
            self.bank_cents += cents
