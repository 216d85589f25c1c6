"""The town's people: they fill slots and hoppers, decide claims, count, pay and carry money; coins really move.

The power may fail while they ask. Who asks for something with an id of its own asks again with the same id.
"""

from typing import TYPE_CHECKING

from truth import FILL, MAKERS, PRICES_CENTS, RULES, SHELF, PowerCut

from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.events import Trouble, TroubleEnded
from controller.domain.facts import CashCounted, Sold, Verdict
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, OpenSlot, PutMaker, PutProduct, Wish
from controller.domain.treasury import CountCash, MoveCash, Numbered, PayMaker, RefundSale, SettleClaim

if TYPE_CHECKING:
    from town import Town

PLACES = ("coinbox", "hopper:25", "hopper:5")


class Office:
    """What people decide and do, one thing at a time."""

    def __init__(self, town: "Town") -> None:
        self.town, self.rng = town, town.rng
        self.asked: list[Numbered] = []
        """What was granted, in this order; any of it may be asked for again."""
        self._ids = 0

    def act(self) -> None:
        """Somebody does something about money; a hopper that should pay and does not is looked at first."""
        payout = self.town.brain.cycle.payout
        if payout and payout.orders and self.rng.random() < 0.7:
            self.count(payout.orders[0].place)
            return
        acts = {
            self._settle: 3,
            self._take_back: 1,
            self._count: 2,
            self._pay: 1,
            self._fill_a_hopper: 2,
            self._bring_to_the_bank: 1,
            self._ask_again: 1,
        }
        self.rng.choices(list(acts), list(acts.values()))[0]()

    # Wishes

    def decide(self, wish: Wish) -> bool:
        """Ask the brain; a person acts only when it said yes. The power may fail before she knows: she asks again."""
        seq = self.town.brain.journal.seq
        try:
            granted = self.town.brain._grant(wish) is None
        except PowerCut:
            self.town.restart()
            if isinstance(wish, Numbered):
                return self.decide(wish)
            rows = self.town.brain.journal.db.execute("SELECT type FROM facts WHERE seq > ?", [seq]).fetchall()
            return any(kind in ("ClaimSettled", "SaleRefunded") for (kind,) in rows)
        if granted and isinstance(wish, Numbered):
            self.asked.append(wish)
        return granted

    def _ask_again(self) -> None:
        """She is not sure whether it went through last week."""
        if self.asked:
            seq = self.town.brain.journal.seq
            wish = self.rng.choice(self.asked)
            refusal = self.town.brain._grant(wish)
            if refusal is not None or self.town.brain.journal.seq != seq:
                self.town.truth.wrongs.append(f"{wish} was asked again: {refusal or 'it was done twice'}")

    def _new_id(self) -> str:
        self._ids += 1
        return f"acta-{self._ids}"

    # Claims and sales

    def _settle(self) -> None:
        claims = [claim for _, claim in sorted(self.town.brain.shop.claims.items())]
        if not claims:
            return
        claim = self.rng.choice([claim for claim in claims if claim.place] or claims)
        verdicts = [Verdict.REFUNDED]
        if claim.account == "doubt":
            verdicts = [Verdict.REFUNDED, Verdict.DELIVERED] if claim.place else list(Verdict)
        verdict = self.rng.choice(verdicts)
        purse = self._purse(claim.cents)
        if purse and self.decide(SettleClaim(claim.code, verdict, "carmen", purse)) and verdict is Verdict.REFUNDED:
            self._hand_out(purse, claim.cents)

    def _take_back(self) -> None:
        sales = [fact for fact in self.town.facts() if isinstance(fact, Sold)]
        if sales:
            sale = self.rng.choice(sales)
            purse = self._purse(sale.price_cents)
            if purse and self.decide(RefundSale(sale.vend_id, "carmen", "torn", purse)):
                self._hand_out(purse, sale.price_cents)

    def _purse(self, cents: int) -> str | None:
        """Where so much money lies that somebody can hand it out."""
        truth = self.town.truth
        return "coinbox" if truth.box_cents >= cents else "safe" if truth.safe_cents >= cents else None

    def _hand_out(self, purse: str, cents: int) -> None:
        truth = self.town.truth
        truth.by_hand_cents += cents
        if purse == "coinbox":
            truth.box_cents -= cents
        else:
            truth.safe_cents -= cents

    # Cash

    def _count(self) -> None:
        self.count(self.rng.choice(PLACES))

    def count(self, place: str) -> None:
        """Two people empty it into the safe; who counts a hopper looks at its sensors too."""
        truth, hopper = self.town.truth, self.town.hardware.hoppers.get(place)
        found_cents = hopper.cents if hopper else truth.box_cents
        wish = CountCash(found_cents, "carmen", "rosa", self._new_id(), place)
        if not self.decide(wish):
            return
        counted = self.town.brain.journal.wish(wish.wish_id)
        assert isinstance(counted, CashCounted)
        truth.safe_cents += found_cents
        if hopper:
            hopper.coins, hopper.suspect = 0, False
        else:
            truth.found_cents, truth.box_cents = truth.found_cents + found_cents - counted.expected_cents, 0

    def count_everything(self) -> None:
        """Nothing is left to be found."""
        for place in PLACES:
            self.count(place)
            if self.town.brain.journal.balances.get(place, 0):
                self.town.truth.wrongs.append(f"{place} cannot be counted out")

    def _fill_a_hopper(self) -> None:
        self.fill_a_hopper(self.rng.choice(list(self.town.hardware.hoppers)), self.rng.randrange(1, 30))

    def fill_a_hopper(self, place: str, coins: int) -> None:
        """With coins out of the safe, or else lent by the museum."""
        truth, hopper = self.town.truth, self.town.hardware.hoppers[place]
        cents = coins * hopper.coin_cents
        source = "safe" if truth.safe_cents >= cents else "float:museo"
        if self.decide(MoveCash(cents, source, place, "carmen", self._new_id())):
            hopper.coins += coins
            truth.safe_cents -= cents if source == "safe" else 0

    def _bring_to_the_bank(self) -> None:
        cents = self.town.truth.safe_cents // 2
        if cents and self.decide(MoveCash(cents, "safe", "bank", "carmen", self._new_id())):
            self.town.truth.safe_cents -= cents
            self.town.truth.bank_cents += cents

    def _pay(self) -> None:
        owed_cents = -self.town.brain.journal.balances.get("maker:rosa", 0)
        if not 0 < owed_cents <= self.town.truth.safe_cents:
            return
        if self.decide(PayMaker(MakerId("rosa"), owed_cents, "carmen", "luz", self._new_id())):
            self.town.truth.safe_cents -= owed_cents

    # The shelf

    def visit(self) -> None:
        """Somebody refills, reopens slots, or brings a new rule."""
        truth = self.town.truth
        for slot in self.town.brain.shop:
            if slot.closed and self.rng.random() < 0.7:
                self.town.brain._grant(OpenSlot(slot.slot, "nina"))
            elif slot.quantity < 3:
                truth.pieces[slot.slot] += FILL - slot.quantity
                self.town.brain._grant(CountSlot(slot.slot, slot.quantity, FILL, "rosa"))
        if self.rng.random() < 0.2:
            self.town.brain._grant(ApproveRule(self.rng.choice(RULES)))

    def stock(self) -> None:
        """Makes an empty machine one that sells."""
        for hopper in self.town.hardware.hoppers.values():
            number = hopper.coins
            hopper.coins = 0
            self.fill_a_hopper(hopper.place, number)
        wishes = [ApproveRule(RULES[0])]
        wishes += [PutMaker(MakerId(maker), maker.title()) for maker in MAKERS.values()]
        wishes += [
            PutProduct(ProductId(product), MakerId(maker), product.title(), PRICES_CENTS[product])
            for product, maker in MAKERS.items()
        ]
        for slot, product in SHELF.items():
            wishes += [AssignSlot(SlotId(slot), ProductId(product), FILL), CountSlot(SlotId(slot), 0, FILL, "rosa")]
            self.town.truth.pieces[SlotId(slot)] = FILL
        for wish in wishes:
            refusal = self.town.brain._grant(wish)
            assert refusal is None, refusal
        self.town.brain.handle(TroubleEnded(Trouble.DOOR_OPEN))
