"""Planted bugs: each is a mistake somebody really makes with money, and each must be caught by the oracle.

This is the guard against a simulation that passes because it looks at nothing. A mutant replaces one rule; the towns are
played until the oracle, or an assertion of the program itself, objects. One that survives fails its test.
"""

import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from oracle import check
from town import Town

from controller.brain import Brain
from controller.domain import accounts, catalog, treasury, vend
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain import refund as refunds
from controller.domain import shop as shops
from controller.domain.catalog import Closed
from controller.domain.events import Restarted, VendRefused
from controller.ledger import journal as journals
from controller.protocols import cctalk

Plant = Callable[[pytest.MonkeyPatch], None]
SEEDS = 60


def dispense_again_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power cut the motor simply turns again."""
    ask_again = vend._ask_again

    def turn_again(cycle, now_ms, shop):
        decision = ask_again(cycle, now_ms, shop)
        turns = (do.Dispense(cycle.vend.vend_id, cycle.vend.slot),) if cycle.vend else decision.effects
        return replace(decision, effects=turns)

    monkeypatch.setattr(vend, "_ask_again", turn_again)


def lose_coins_while_dispensing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coin that arrives while the motor turns is read and forgotten."""
    take = vend._take_coins

    def deaf(cycle, event, now_ms, shop):
        busy = cycle.phase is vend.Phase.DISPENSING
        return vend.Decision(cycle) if busy else take(cycle, event, now_ms, shop)

    monkeypatch.setattr(vend, "_take_coins", deaf)


def keep_the_price_of_a_failed_vend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slot jammed, and the price never becomes credit again."""
    failed = vend._failed

    def greedy(cycle, vended, reason, now_ms, shop):
        decision = failed(cycle, replace(vended, retry_of=0), reason, now_ms, shop)
        poorer = replace(decision.cycle, credit_cents=decision.cycle.credit_cents - vended.price_cents)
        return replace(decision, cycle=poorer)

    monkeypatch.setattr(vend, "_failed", greedy)


def believe_any_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeated report of an old vend ends the new one."""
    monkeypatch.setattr(vend, "_is_under_way", lambda cycle, vend_id: cycle.vend is not None)


def take_silence_for_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answered in time, so the price goes back, though the piece may lie in the tray."""

    def refund(cycle, now_ms, shop):
        if cycle.vend is None:
            return vend.Decision(cycle)
        return vend._failed(replace(cycle, vend=None), cycle.vend, Closed.JAMMED, now_ms, shop)

    monkeypatch.setattr(vend, "_ask_again", refund)


def refund_every_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine does not know whether the piece fell, and gives the money back by itself."""
    monkeypatch.setattr(
        vend,
        "_in_doubt",
        lambda cycle, vended, _, now_ms, shop: vend._failed(cycle, vended, Closed.DOUBT, now_ms, shop),
    )


def sell_every_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine does not know whether the piece fell, and keeps the money by itself."""
    monkeypatch.setattr(
        vend, "_in_doubt", lambda cycle, vended, _, now_ms, shop: vend._sold(cycle, vended, None, now_ms, shop)
    )


def act_before_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The motor turns first; the intent is written when there is time."""

    def hasty(self, event):
        troubles = self.troubles
        decision = vend.step(self.cycle, event, self._clock.mono_ms(), self.shop)
        self._perform(decision)
        marks = {event.source: event.mark} if hasattr(event, "mark") else {}
        self._commit(decision.cycle, decision.facts, marks)
        self.troubles = troubles

    monkeypatch.setattr(Brain, "_decide", hasty)


def forget_the_coin_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credit is committed, the acceptor's counter is not."""
    append = journals.Journal.append

    def forgetful(self, stamp, cycle, facts, marks=None, keeps=()):
        append(
            self, stamp, cycle, facts, None if any(isinstance(fact, f.CreditTaken) for fact in facts) else marks, keeps
        )

    monkeypatch.setattr(journals.Journal, "append", forgetful)


def commit_the_counter_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The acceptor's counter and the credit are two transactions."""
    commit = Brain._commit

    def in_two_steps(self, cycle, facts, marks=None, keeps=()):
        if marks:
            commit(self, self.cycle, (), marks)
        commit(self, cycle, facts, None, keeps)

    monkeypatch.setattr(Brain, "_commit", in_two_steps)


def book_the_buffer_after_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter that fell is taken for one that wrapped, so old coins are credited again."""

    def naive(last, counter, buffer):
        happened = (counter - (last or 0)) % 256
        return cctalk.Reading(tuple(reversed(buffer[: min(happened, 5)])), counter)

    monkeypatch.setattr(cctalk, "new_events", naive)


def credit_history_on_first_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an unknown acceptor remembers from before is taken for money."""
    new_events = cctalk.new_events
    monkeypatch.setattr(cctalk, "new_events", lambda last, counter, buffer: new_events(last or 0, counter, buffer))


def split_with_floats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each share is rounded by itself."""

    def rounded(total_cents, weights, turn=0):
        return {name: round(total_cents * (weight / sum(weights.values()))) for name, weight in weights.items()}

    monkeypatch.setattr(catalog, "split", rounded)


def drop_the_remainder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares are rounded down and the odd cents vanish."""

    def floored(total_cents, weights, turn=0):
        return {name: math.floor(total_cents * weight / sum(weights.values())) for name, weight in weights.items()}

    monkeypatch.setattr(catalog, "split", floored)


def retry_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing product is tried in slot after slot."""
    failed = vend._failed
    monkeypatch.setattr(
        vend, "_failed", lambda cycle, vended, *rest: failed(cycle, replace(vended, retry_of=None), *rest)
    )


def swallow_what_the_hopper_cannot_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hopper ran empty in mid-payout; the rest is nobody's."""
    end = refunds._end

    def shrug(cycle, payout, paid, now_ms, shop):
        decision = end(cycle, payout, paid, now_ms, shop)
        return replace(decision, facts=tuple(fact for fact in decision.facts if not isinstance(fact, f.ClaimOwed)))

    monkeypatch.setattr(refunds, "_end", shrug)


def swallow_abandoned_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is up and the credit is gone."""
    abandon = vend.abandon
    monkeypatch.setattr(vend, "abandon", lambda *args: replace(abandon(*args), facts=()))


def pay_again_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payout that was under way is simply ordered again."""
    ask_again = vend._ask_again

    def pay_again(cycle, now_ms, shop):
        decision = ask_again(cycle, now_ms, shop)
        if cycle.payout is None:
            return decision
        afresh = replace(decision.cycle, payout=replace(cycle.payout, orders=()))
        return replace(decision, cycle=afresh, effects=(do.PayOut(cycle.payout.payout_id, cycle.payout.cents),))

    monkeypatch.setattr(vend, "_ask_again", pay_again)


def forget_the_coin_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hopper that overshoots is not noticed."""
    end = refunds._end

    def blind(cycle, payout, paid, now_ms, shop):
        decision = end(cycle, payout, paid, now_ms, shop)
        return replace(decision, facts=tuple(fact for fact in decision.facts if not isinstance(fact, f.Overpaid)))

    monkeypatch.setattr(refunds, "_end", blind)


def vend_on_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The motor turns at the choice, whether the coins are enough or not."""
    start = vend._start
    monkeypatch.setattr(vend, "_choose", lambda cycle, slot, now_ms, shop: start(cycle, shop.slots[slot], now_ms, shop))


def sell_what_a_blind_sensor_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drop sensor failed its test before the vend, nothing turned, and it is counted as a sale."""
    conclude = vend._conclude

    def blind(cycle, event, now_ms, shop):
        if isinstance(event, VendRefused) and event.reason is Closed.SENSOR:
            return vend._sold(replace(cycle, vend=None), cycle.vend, None, now_ms, shop)
        return conclude(cycle, event, now_ms, shop)

    monkeypatch.setattr(vend, "_conclude", blind)


def restart_with_an_empty_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart nobody asks about what was under way."""
    step = vend.step

    def forgetful(cycle, event, now_ms, shop):
        return vend.Decision(vend.Cycle()) if isinstance(event, Restarted) else step(cycle, event, now_ms, shop)

    monkeypatch.setattr("controller.brain.step", forgetful)


def settle_a_claim_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settled claim stays open, so that it can be paid again."""
    after = shops.after
    monkeypatch.setattr(
        shops, "after", lambda shop, fact: shop if isinstance(fact, f.ClaimSettled) else after(shop, fact)
    )


def take_a_sale_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the sale was refunded already."""
    sale = journals.Journal.sale
    monkeypatch.setattr(journals.Journal, "sale", lambda self, vend_id: (sale(self, vend_id)[0], False))


def keep_the_shares_of_a_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor is refunded out of the common fund, and the maker keeps her share."""
    postings = journals.postings

    def unfair(fact):
        if isinstance(fact, f.SaleRefunded):
            return accounts.move(fact.price_cents, "fund:comun", fact.place)
        return postings(fact)

    monkeypatch.setattr(journals, "postings", unfair)
    monkeypatch.setattr("controller.ledger.verify.postings", unfair)


def hide_the_difference_of_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is booked as if the expected amount had been found."""
    decide = treasury.decide

    def flatter(wish, shop, books):
        if isinstance(wish, treasury.CountCash):
            wish = replace(wish, counted_cents=books.in_place(wish.place))
        return decide(wish, shop, books)

    monkeypatch.setattr("controller.brain.decide", flatter)


MUTANTS: list[Plant] = [
    settle_a_claim_twice,
    take_a_sale_back_twice,
    keep_the_shares_of_a_refund,
    hide_the_difference_of_a_count,
    dispense_again_after_a_restart,
    lose_coins_while_dispensing,
    keep_the_price_of_a_failed_vend,
    believe_any_drop,
    take_silence_for_failure,
    refund_every_doubt,
    sell_every_doubt,
    act_before_writing,
    forget_the_coin_counter,
    commit_the_counter_first,
    book_the_buffer_after_a_reset,
    credit_history_on_first_contact,
    split_with_floats,
    drop_the_remainder,
    retry_without_end,
    swallow_what_the_hopper_cannot_pay,
    swallow_abandoned_credit,
    pay_again_after_a_restart,
    forget_the_coin_too_many,
    vend_on_credit,
    sell_what_a_blind_sensor_refused,
    restart_with_an_empty_cycle,
]


@pytest.fixture(autouse=True)
def forgotten_shares() -> Iterator[None]:
    """Shares are remembered; what a mutant made of them must not outlive it."""
    catalog._shares.cache_clear()
    yield
    catalog._shares.cache_clear()


@pytest.mark.parametrize("plant", MUTANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch, memory: Path, blank: Path) -> None:
    """The oracle, or the program's own assertions, object to this bug within a few towns."""
    plant(monkeypatch)
    for seed in range(SEEDS):
        town = None
        try:
            town = Town(seed, memory, blank)
            town.run()
            check(town)
        except (AssertionError, sqlite3.IntegrityError, KeyError) as caught:
            print(f"{plant.__name__}: caught in town {seed}: {caught}")
            return
    pytest.fail(f"{plant.__name__} survived {SEEDS} towns")
