"""Anything in any order: whatever visitors, devices, power cuts and people do, every cent is somewhere and ends once.

`visits` brings coins, choices, jams, cuts, payouts of two hoppers; here come the people who count, pay, refund and decide.
"""

from builders import INTI, LUZ, ROSA
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from visits import HOPPERS, Visits

from controller.domain import facts as f
from controller.domain.stocking import Granted, Refusal
from controller.domain.treasury import CountCash, MoveCash, Numbered, PayMaker, RefundSale, SettleClaim

DESK = st.sampled_from(["coinbox", "safe"])
"""Where the treasurer takes money from to hand it out."""
PLACES = ("coinbox", "safe", "hopper:25", "hopper:5")
WIDE = settings().max_examples > 100
"""Whether somebody asked for far more examples than usual (`--hypothesis-profile=wide`)."""


class Everything(Visits):
    """One machine, its visitors and the people who own it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Numbered] = []

    def in_place(self, place: str) -> int:
        """The cents that truly lie there."""
        if place in self.hoppers.all:
            return self.hoppers[place].cents
        return self.box_cents if place == "coinbox" else self.safe_cents

    def _carry(self, place: str, cents: int) -> None:
        """Cents come to this place, or leave it."""
        if place in self.hoppers.all:
            self.hoppers[place].coins += cents // self.hoppers[place].coin_cents
        elif place == "coinbox":
            self.box_cents += cents
        else:
            self.safe_cents += cents

    def _new_id(self) -> str:
        return f"acta-{len(self.asked) + 1}"

    def _ask_once(self, wish: Numbered) -> bool:
        """A wish with an id of its own; granted, it will be asked again some time."""
        if not self.ask(wish):
            return False
        self.asked.append(wish)
        return True

    # Claims and sales

    @precondition(lambda self: self.books.shop.claims)
    @rule(number=st.integers(0, 50), verdict=st.sampled_from(list(f.Verdict)), place=DESK)
    def decide_a_claim(self, number: int, verdict: f.Verdict, place: str) -> None:
        """As it was or wrongly, as people do; a second decision about the same claim is refused."""
        claims = list(self.books.shop.claims.values())
        claim = claims[number % len(claims)]
        wish = SettleClaim(claim.code, verdict, "carmen", place)
        by_hand = verdict is f.Verdict.REFUNDED
        if by_hand and self.in_place(place) < claim.cents:
            return
        if self.ask(wish):
            self._carry(place, -claim.cents if by_hand else 0)
            assert not self.ask(wish)

    @precondition(lambda self: self.books.written(f.Sold))
    @rule(number=st.integers(0, 50), place=DESK)
    def take_a_sale_back(self, number: int, place: str) -> None:
        sales = self.books.written(f.Sold)
        sale = sales[number % len(sales)]
        wish = RefundSale(sale.vend_id, "carmen", "torn", place)
        if self.in_place(place) >= sale.price_cents and self.ask(wish):
            self._carry(place, -sale.price_cents)
            assert not self.ask(wish)

    # Cash

    @rule(place=st.sampled_from(PLACES))
    def count(self, place: str) -> None:
        """Two people empty it into the safe and say what they found."""
        found_cents, is_paying = self.in_place(place), place in self.books.paying
        if self._ask_once(CountCash(found_cents, "carmen", "luz", self._new_id(), place)):
            self._carry(place, -found_cents)
            self._carry("safe", found_cents)
            self.hidden_cents = 0 if place == "coinbox" else self.hidden_cents
            assert not is_paying

    @rule(
        place=HOPPERS,
        source=st.sampled_from(["coinbox", "safe", "fund:comun", "float:museo"]),
        number=st.integers(1, 12),
    )
    def fill_a_hopper(self, place: str, source: str, number: int) -> None:
        cents = number * self.hoppers[place].coin_cents
        is_cash = source in PLACES
        if is_cash and self.in_place(source) < cents:
            return
        if self._ask_once(MoveCash(cents, source, place, "carmen", self._new_id())):
            self._carry(source, -cents) if is_cash else None
            self._carry(place, cents)

    @rule(maker=st.sampled_from([ROSA, LUZ, INTI]), part=st.integers(1, 3), place=DESK)
    def pay_a_maker(self, maker: str, part: int, place: str) -> None:
        cents = self.books.cents(f"maker:{maker}") // part
        if cents > 0 and self._ask_once(PayMaker(maker, cents, "carmen", "luz", self._new_id(), place)):
            self._carry(place, -cents)

    # The same wish again

    @precondition(lambda self: self.asked)
    @rule(number=st.integers(0, 50))
    def ask_the_same_again(self, number: int) -> None:
        """It is done already: granted, and nothing is written."""
        wish = self.asked[number % len(self.asked)]
        assert self.books.ask(wish) == Granted(())

    @precondition(lambda self: self.asked)
    @rule(number=st.integers(0, 50))
    def take_an_old_id_for_something_else(self, number: int) -> None:
        wish = self.asked[number % len(self.asked)]
        refused = self.books.ask(MoveCash(1, "fund:comun", "safe", "rosa", wish.wish_id))
        assert isinstance(refused, Refusal)
        assert refused.code == "used-id"

    # In the end

    def teardown(self) -> None:
        """What is under way comes to its end, everything is counted, and the books hold what is there to the cent."""
        if self.books.cycle.payout:
            if not self.books.cycle.payout.orders:
                self.hoppers_answer(0, None)
            if self.books.cycle.payout:
                self.tell_what_was_paid(0, frozenset())
        for place in PLACES:
            self.count(place)
        assert {place: self.books.cents(place) for place in PLACES} == {place: self.in_place(place) for place in PLACES}
        assert self.books.shop.closed_hoppers == {}
        ids = [fact.wish_id for fact in self.books.facts if getattr(fact, "wish_id", "")]
        assert len(ids) == len(set(ids))


def test_coins_in_doubt_are_not_taken_twice_from_a_hopper_that_was_counted() -> None:
    """Counted and filled again, it keeps its coins when somebody decides that those in doubt had left it."""
    machine = Everything()
    machine.fill_the_hoppers(quarters=12, nickels=0)
    machine.want_it_back([25], more=[0, 0], dumb=frozenset({"hopper:25"}), exchanged=None)
    machine.count("hopper:25")
    machine.fill_a_hopper("hopper:25", "fund:comun", 4)
    machine.decide_a_claim(0, f.Verdict.DELIVERED, "safe")

    assert machine.books.cents("hopper:25") == machine.hoppers["hopper:25"].cents == 100
    machine.teardown()


def test_a_hopper_is_not_counted_while_it_pays() -> None:
    """What left it would be missing at the count and then be booked as refunded too."""
    machine = Everything()
    machine.fill_the_hoppers(quarters=12, nickels=0)
    machine.insert([50], alarmed=False)
    machine.press_return()
    machine.hoppers_answer(0, None)
    refused = machine.books.ask(CountCash(250, "carmen", "luz", "conteo-9", "hopper:25"))

    assert isinstance(refused, Refusal)
    assert refused.code == "paying"


Everything.TestCase.settings = settings(
    max_examples=2_000 if WIDE else 80, stateful_step_count=60 if WIDE else 40, deadline=None
)
TestEverything = Everything.TestCase
