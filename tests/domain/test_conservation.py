"""Anything in any order: whatever visitors, devices and power cuts do, every cent is somewhere and every intent ends once.

The truth is counted here, outside the program: coins that fell in, pieces that fell out, coins that left.
"""

from collections import Counter
from dataclasses import replace

from builders import A1, A2, A3, B1, Till, coins, shelf
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Closed
from controller.domain.cycle import Phase
from controller.domain.effects import Dispense, PayOut
from controller.domain.events import (
    DeadlinePassed,
    Event,
    ItemDropped,
    PayoutDone,
    Restarted,
    ReturnPressed,
    SlotChosen,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.shop import after

SLOTS = st.sampled_from([A1, A2, A3, B1])
IDS = st.integers(-1, 1)
"""0: the vend or payout under way; otherwise one that is over or was never begun."""


class Visitors(RuleBasedStateMachine):
    """One machine and its truth."""

    def __init__(self) -> None:
        super().__init__()
        self.till = Till(shelf())
        self.inserted_cents = self.left_cents = 0

    # What visitors do

    @rule(cents=st.lists(st.sampled_from([5, 10, 25, 50, 100]), min_size=1, max_size=5), alarmed=st.booleans())
    def insert(self, cents: list[int], alarmed: bool) -> None:
        self.inserted_cents += sum(cents)
        self.till.tell(coins(*cents, alarm="lost" if alarmed else None, lost=int(alarmed)))

    @rule()
    def insert_many(self) -> None:
        self.insert([100] * 5, alarmed=False)

    @rule(slot=SLOTS)
    def choose(self, slot: str) -> None:
        self.till.tell(SlotChosen(slot))

    @rule()
    def press_return(self) -> None:
        self.till.tell(ReturnPressed())

    # What devices say

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
        vend = self.till.cycle.vend
        vend_id = (vend.vend_id if vend else self.till.cycle.last_vend_id) + off
        before = self.till.cycle
        decision = self.till.tell(replace(event, vend_id=vend_id))  # type: ignore[call-arg]
        assert (vend and not off) or (decision.cycle, decision.facts) == (before, ())

    @rule(off=IDS, dollars=st.integers(0, 5))
    def pay_out(self, off: int, dollars: int) -> None:
        payout = self.till.cycle.payout
        owed_cents = payout.cents if payout else 500
        paid_cents = min(dollars * 100, owed_cents)
        self.left_cents += paid_cents if payout and not off else 0
        payout_id = self.till.cycle.last_payout_id + off
        self.till.tell(PayoutDone(payout_id, paid_cents, owed_cents - paid_cents, "hopper:100"))

    # What time, power and people do

    @rule(wait_ms=st.integers(0, 200_000), event=st.sampled_from([DeadlinePassed(), Restarted()]))
    def wait_or_cut_the_power(self, wait_ms: int, event: Event) -> None:
        self.till.now_ms = wait_ms if isinstance(event, Restarted) else self.till.now_ms + wait_ms
        decision = self.till.tell(event)
        assert not any(isinstance(effect, Dispense | PayOut) for effect in decision.effects)

    @rule(trouble=st.sampled_from(list(Trouble)), on=st.booleans())
    def trouble_comes_or_goes(self, trouble: Trouble, on: bool) -> None:
        troubles = self.till.shop.troubles
        self.till.shop = replace(self.till.shop, troubles=troubles | {trouble} if on else frozenset())

    @rule(slot=SLOTS)
    def somebody_fills_and_opens(self, slot: str) -> None:
        for fact in (f.SlotCounted(slot, 0, 8, "rosa"), f.SlotOpened(slot, "rosa")):
            self.till.shop = after(self.till.shop, fact)

    # What must be true after every step

    @invariant()
    def every_cent_is_somewhere(self) -> None:
        """Inserted = sold + returned + credit + hold + doubt + claims + unclaimed."""
        owed: Counter[str] = Counter()
        for fact in self.till.facts:
            owed.update({line.account: -line.cents for line in postings(fact)})
        sold_cents = sum(cents for name, cents in owed.items() if name.startswith(("maker:", "fund:")))
        waiting_cents = sum(owed[name] for name in ("credit", "hold", "doubt", "claims", "unclaimed"))

        assert self.inserted_cents == sold_cents + self.left_cents + waiting_cents
        assert owed["credit"] == self.till.cycle.credit_cents
        assert sum(owed.values()) == 0
        assert min((owed[name] for name in ("credit", "hold", "doubt", "claims", "unclaimed")), default=0) >= 0

    @invariant()
    def the_phase_says_what_is_under_way(self) -> None:
        """Held money belongs to exactly one vend or payout, and idle means that nobody has credit."""
        cycle = self.till.cycle
        assert (cycle.vend is not None) == (cycle.phase is Phase.DISPENSING)
        assert (cycle.payout is not None) == (cycle.phase is Phase.REFUNDING)
        assert cycle.phase is not Phase.IDLE or cycle.credit_cents == 0
        assert cycle.phase is not Phase.CREDIT or cycle.credit_cents > 0
        assert cycle.phase is Phase.IDLE or cycle.deadline_ms is not None

    @invariant()
    def every_intent_moves_once_and_ends_once(self) -> None:
        """Each vend turned one motor and has at most one end; a retry is never retried; each claim has its own code."""
        ends = [fact.vend_id for fact in self.till.facts if isinstance(fact, f.Sold | f.VendFailed | f.VendInDoubt)]
        starts = {fact.vend_id: fact for fact in self.till.facts if isinstance(fact, f.VendStarted)}
        turns = [effect.vend_id for effect in self.till.effects if isinstance(effect, Dispense)]
        payouts = [effect.payout_id for effect in self.till.effects if isinstance(effect, PayOut)]
        owed = (f.VendInDoubt, f.ClaimOwed, f.CreditAbandoned)
        claims = [fact.claim for fact in self.till.facts if isinstance(fact, owed)]

        assert turns == list(starts) == list(range(1, len(turns) + 1))
        assert len(ends) == len(set(ends)) <= len(starts)
        assert payouts == list(range(1, len(payouts) + 1))
        assert len(claims) == len(set(claims))
        for start in starts.values():
            first = starts.get(start.retry_of or 0)
            assert first is None or (first.retry_of is None and first.price_cents == start.price_cents)


Visitors.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestVisitors = Visitors.TestCase
