"""The town's coordinator: decides claims, takes sales back, counts the box, pays a maker; the money really moves."""

from typing import TYPE_CHECKING

from truth import PowerCut

from controller.domain.catalog import MakerId
from controller.domain.facts import Sold, Verdict
from controller.domain.stocking import Wish
from controller.domain.treasury import CountCash, PayMaker, RefundSale, SettleClaim

if TYPE_CHECKING:
    from town import Town


class Office:
    """What people decide about money, one thing at a time, while the power may fail."""

    def __init__(self, town: "Town") -> None:
        self.town = town

    def act(self) -> None:
        """Somebody decides a claim, takes a sale back, counts the box or pays a maker; the money really moves."""
        self.town.rng.choice((self._settle, self._take_back, self._count_cash, self._pay))()

    def _settle(self) -> None:
        claims = sorted(self.town.brain.shop.claims)
        if not claims:
            return
        claim = self.town.brain.shop.claims[self.town.rng.choice(claims)]
        verdict = self.town.rng.choice(list(Verdict)) if claim.account == "doubt" else Verdict.REFUNDED
        if self.decide(SettleClaim(claim.code, verdict, "carmen")) and verdict is Verdict.REFUNDED:
            self._hand_out(claim.cents)

    def _take_back(self) -> None:
        sales = [fact for fact in self.town.facts() if isinstance(fact, Sold)]
        if sales:
            sale = self.town.rng.choice(sales)
            if self.decide(RefundSale(sale.vend_id, "carmen", "torn")):
                self._hand_out(sale.price_cents)

    def _hand_out(self, cents: int) -> None:
        self.town.truth.box_cents -= cents
        self.town.truth.returned_cents += cents

    def _count_cash(self) -> None:
        truth = self.town.truth
        expected_cents = self.town.brain.journal.balances.get("coinbox", 0)
        if self.decide(CountCash(truth.box_cents, "carmen", "rosa")):
            truth.found_cents += truth.box_cents - expected_cents
            truth.safe_cents, truth.box_cents = truth.safe_cents + truth.box_cents, 0

    def _pay(self) -> None:
        owed_cents = -self.town.brain.journal.balances.get("maker:rosa", 0)
        if owed_cents > 0 and self.decide(PayMaker(MakerId("rosa"), owed_cents, "carmen", "luz")):
            self.town.truth.safe_cents -= owed_cents

    def decide(self, wish: Wish) -> bool:
        """Ask the brain; a person acts only when it said yes. The power may fail before she does: she asks again."""
        seq = self.town.brain.journal.seq
        try:
            return self.town.brain._grant(wish) is None
        except PowerCut:
            self.town.restart()
            rows = self.town.brain.journal.db.execute("SELECT type FROM facts WHERE seq > ?", [seq]).fetchall()
            return any(kind in ("ClaimSettled", "SaleRefunded", "CashCounted", "MakerPaid") for (kind,) in rows)
