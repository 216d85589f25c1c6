"""The machine's visitors, its devices and its power, as rules that may come in any order; `test_conservation` plays them.

The truth is counted here, outside the program: coins that fell in, coins that lie in the box, in each hopper and in the
safe, coins that left.
"""

from dataclasses import replace

from builders import A1, A2, A3, B1, coins
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from premises import Hoppers, Ledger, Money

from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.cycle import Phase
from controller.domain.effects import Dispense, PayCoins
from controller.domain.events import (
    CoinsPaid,
    DeadlinePassed,
    Event,
    ItemDropped,
    Restarted,
    ReturnPressed,
    SlotChosen,
    StillHere,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.stocking import Granted
from controller.domain.treasury import MoveCash

SLOTS = st.sampled_from([A1, A2, A3, B1])
IDS = st.sampled_from([0, 0, 0, -1, 1])
"""0: the vend or payout under way; otherwise one that is over or was never begun."""
HOPPERS = st.sampled_from(["hopper:25", "hopper:5"])
OWED = ("credit", "hold", "doubt", "claims", "unclaimed")


class Visits(RuleBasedStateMachine):
    """One machine, its visitors and its devices, and the truth about them."""

    def __init__(self) -> None:
        super().__init__()
        self.books, self.hoppers = Ledger(), Hoppers()
        self.inserted_cents = self.hidden_cents = 0
        self.box_cents = self.safe_cents = 0

    @initialize(quarters=st.integers(0, 12), nickels=st.integers(0, 20))
    def fill_the_hoppers(self, quarters: int, nickels: int) -> None:
        """The fund lends a float."""
        for place, number in (("hopper:25", quarters), ("hopper:5", nickels)):
            hopper = self.hoppers[place]
            if number and self.ask(
                MoveCash(number * hopper.coin_cents, "fund:comun", place, "carmen", f"float-{place}")
            ):
                hopper.coins += number

    def ask(self, wish: Money) -> bool:
        return isinstance(self.books.ask(wish), Granted)

    # What visitors do

    @rule(cents=st.lists(st.sampled_from([5, 10, 25, 50, 100]), min_size=1, max_size=5), alarmed=st.booleans())
    def insert(self, cents: list[int], alarmed: bool) -> None:
        self.inserted_cents += sum(cents)
        self.box_cents += sum(cents)
        self.books.tell(coins(*cents, alarm="lost" if alarmed else None, lost=int(alarmed)))

    @rule()
    def insert_many(self) -> None:
        self.insert([100] * 5, alarmed=False)

    @rule(cents=st.sampled_from([25, 100]))
    def insert_just_before_a_power_cut(self, cents: int) -> None:
        """A coin that nobody ever told of lies in the box until it is counted."""
        self.box_cents += cents
        self.hidden_cents += cents

    @rule(slot=SLOTS)
    def choose(self, slot: str) -> None:
        self.books.tell(SlotChosen(slot))

    @rule()
    def press_return(self) -> None:
        self.books.tell(ReturnPressed())

    @rule()
    def ask_for_more_time(self) -> None:
        assert self.books.tell(StillHere()).facts == ()

    @precondition(lambda self: self.books.cycle.vend is None and self.books.cycle.payout is None)
    @rule(slot=SLOTS, ending=st.sampled_from(["falls", "jams", "nobody knows", "silence"]))
    def buy(self, slot: str, ending: str) -> None:
        """A whole visit, so that not only pieces of one are played."""
        self.insert_many()
        self.choose(slot)
        match ending:
            case "falls":
                self.drop(0, None)
            case "jams":
                self.refuse(0, Closed.JAMMED)
            case "nobody knows":
                self.know_nothing(0)

    @precondition(lambda self: self.books.cycle.vend is None and self.books.cycle.payout is None)
    @rule(
        cents=st.lists(st.sampled_from([5, 10, 25, 50]), min_size=1, max_size=3),
        more=st.lists(st.sampled_from([0, 0, -1, -9, 1]), min_size=2, max_size=2),
        dumb=st.frozensets(HOPPERS),
        exchanged=st.none() | HOPPERS,
    )
    def want_it_back(self, cents: list[int], more: list[int], dumb: frozenset[str], exchanged: str | None) -> None:
        """A whole payout by whichever hoppers can pay."""
        self.insert(cents, alarmed=False)
        self.press_return()
        if self.books.cycle.payout:
            self.hoppers_answer(0, None)
        for coins_more in more:
            if self.hoppers.ordered:
                self.a_hopper_pays(coins_more)
        if exchanged:
            self.another_hopper_takes_its_place(exchanged)
        if self.books.cycle.payout:
            self.tell_what_was_paid(0, dumb)

    # What the motors say

    @rule(off=IDS, fault=st.sampled_from([None, Closed.JAMMED]))
    def drop(self, off: int, fault: Closed | None) -> None:
        self._tell_of_a_vend(ItemDropped(0, fault), off)

    @rule(off=IDS, reason=st.sampled_from(list(Closed)))
    def refuse(self, off: int, reason: Closed) -> None:
        self._tell_of_a_vend(VendRefused(0, reason), off)

    @rule(off=IDS)
    def know_nothing(self, off: int) -> None:
        self._tell_of_a_vend(VendUnknown(0, "no-drop"), off)

    def _tell_of_a_vend(self, event: Event, off: int) -> None:
        before = self.books.cycle
        vend_id = (before.vend.vend_id if before.vend else before.last_vend_id) + off
        decision = self.books.tell(replace(event, vend_id=vend_id))  # type: ignore[call-arg]
        assert (before.vend and not off) or (decision.cycle, decision.facts) == (before, ())

    # What the hoppers do

    @precondition(lambda self: self.books.cycle.phase is Phase.REFUNDING)
    @rule(off=IDS, deaf=st.sampled_from([None, None, "hopper:25", "hopper:5"]))
    def hoppers_answer(self, off: int, deaf: str | None) -> None:
        decision = self.books.tell(self.hoppers.answer(self.books.cycle.last_payout_id + off, deaf))
        for effect in decision.effects:
            assert isinstance(effect, PayCoins)
            assert deaf not in {order.place for order in effect.orders}
            self.hoppers.order(effect.orders)

    @precondition(lambda self: self.hoppers.ordered)
    @rule(more=st.sampled_from([0, 0, 0, -1, -2, -9, 1]))
    def a_hopper_pays(self, more: int) -> None:
        """All, short by some, none at all, or one too many."""
        self.hoppers.pay(next(iter(self.hoppers.ordered)), more)

    @rule(place=HOPPERS)
    def another_hopper_takes_its_place(self, place: str) -> None:
        self.hoppers[place].exchange()

    @precondition(lambda self: self.books.cycle.payout is not None and self.books.cycle.payout.orders)
    @rule(off=IDS, dumb=st.frozensets(HOPPERS))
    def tell_what_was_paid(self, off: int, dumb: frozenset[str]) -> None:
        payout = self.books.cycle.payout
        assert payout is not None
        ordered = dict(self.hoppers.ordered)
        told = self.hoppers.paid(payout.payout_id + off, payout.orders, dumb)
        facts = self.books.tell(told).facts
        if off:
            assert facts == ()
            self.hoppers.ordered = ordered

    @precondition(lambda self: self.books.cycle.payout is None)
    @rule()
    def an_old_answer_comes_again(self) -> None:
        payout_id = self.books.cycle.last_payout_id
        assert self.books.tell(CoinsPaid(payout_id, ())).facts == ()
        assert self.books.tell(self.hoppers.answer(payout_id, None)).facts == ()

    # What time, power and people do

    @rule(wait_ms=st.integers(0, 200_000), event=st.sampled_from([DeadlinePassed(), Restarted()]))
    def wait_or_cut_the_power(self, wait_ms: int, event: Event) -> None:
        """A controller that starts again asks; hoppers that lost their power pay no more by themselves."""
        books = self.books
        books.now_ms = wait_ms if isinstance(event, Restarted) else books.now_ms + wait_ms
        decision = books.tell(event)
        assert not any(isinstance(effect, Dispense | PayCoins) for effect in decision.effects)

    @rule(trouble=st.sampled_from(list(Trouble)), on=st.booleans())
    def trouble_comes_or_goes(self, trouble: Trouble, on: bool) -> None:
        troubles = self.books.shop.troubles
        self.books.shop = replace(self.books.shop, troubles=troubles | {trouble} if on else frozenset())

    @rule(slot=SLOTS)
    def somebody_fills_and_opens(self, slot: str) -> None:
        self.books.write(f.SlotCounted(slot, 0, 8, "rosa"), f.SlotOpened(slot, "rosa"))

    # What must be true after every step

    @invariant()
    def every_cent_is_somebodys(self) -> None:
        """Inserted = sold + returned + credit + hold + doubt + claims + unclaimed, and nothing is below zero."""
        books = self.books
        returned = (f.Refunded, f.SaleRefunded, f.ClaimSettled)
        given_cents = sum(cents_returned(fact) for fact in books.facts if isinstance(fact, returned))
        sold_cents = sum(cents_sold(fact) for fact in books.facts)

        assert sum(books.balances.values()) == 0
        assert self.inserted_cents == sold_cents + given_cents + sum(books.cents(name) for name in OWED)
        assert books.cents("credit") == books.cycle.credit_cents
        assert min(books.cents(name) for name in OWED) >= 0

    @invariant()
    def cash_lies_where_the_books_say(self) -> None:
        """A hopper that is not closed holds what the books say, the safe too; the box also holds what nobody told of."""
        books = self.books
        if books.cycle.phase is not Phase.REFUNDING:
            for hopper in self.hoppers.all.values():
                assert hopper.place in books.shop.closed_hoppers or hopper.cents == books.cents(hopper.place)
        assert books.cents("safe") == self.safe_cents
        assert books.cents("coinbox") == self.box_cents - self.hidden_cents

    @invariant()
    def the_phase_says_what_is_under_way(self) -> None:
        """Held money belongs to exactly one vend or payout, and idle means that nobody has credit."""
        cycle = self.books.cycle
        assert (cycle.vend is not None) == (cycle.phase is Phase.DISPENSING)
        assert (cycle.payout is not None) == (cycle.phase is Phase.REFUNDING)
        assert cycle.phase is not Phase.IDLE or cycle.credit_cents == 0
        assert cycle.phase is not Phase.CREDIT or cycle.credit_cents > 0
        assert cycle.phase is Phase.IDLE or cycle.deadline_ms is not None

    @invariant()
    def every_intent_moves_once_and_ends_once(self) -> None:
        """Each vend turned one motor and has at most one end; a retry is never retried; each claim has its own code."""
        books = self.books
        ends = [fact.vend_id for fact in books.facts if isinstance(fact, f.Sold | f.VendFailed | f.VendInDoubt)]
        starts = {fact.vend_id: fact for fact in books.written(f.VendStarted)}
        turns = [effect.vend_id for effect in books.effects if isinstance(effect, Dispense)]
        paid = [effect.payout_id for effect in books.effects if isinstance(effect, PayCoins)]
        owed = (f.VendInDoubt, f.PayoutInDoubt, f.ClaimOwed, f.CreditAbandoned)
        claims = [fact.claim for fact in books.facts if isinstance(fact, owed)]

        assert turns == list(starts) == list(range(1, len(turns) + 1))
        assert len(ends) == len(set(ends)) <= len(starts)
        assert paid == [fact.payout_id for fact in books.written(f.PayoutOrdered)] == sorted(set(paid))
        assert len(claims) == len(set(claims))
        for start in starts.values():
            first = starts.get(start.retry_of or 0)
            assert first is None or (first.retry_of is None and first.price_cents == start.price_cents)


def cents_sold(fact: f.Fact) -> int:
    """What this fact adds to what was sold."""
    match fact:
        case f.Sold(price_cents=cents):
            return cents
        case f.SaleRefunded(price_cents=cents):
            return -cents
        case f.ClaimSettled(cents=cents, verdict=verdict, shares=shares) if (
            shares and verdict is not f.Verdict.REFUNDED
        ):
            return cents
        case _:
            return 0


def cents_returned(fact: f.Fact) -> int:
    """What this fact says was given back: by hoppers, by hand, or, found out later, by a hopper in doubt."""
    match fact:
        case f.Refunded(cents=cents) | f.SaleRefunded(price_cents=cents):
            return cents
        case f.ClaimSettled(cents=cents, verdict=verdict, shares=shares):
            return cents if verdict is f.Verdict.REFUNDED or not shares else 0
        case _:
            return 0
