"""Bugs to plant around a visit: coins, the vend and its endings, shares. Each is a mistake somebody really makes."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.brain import Brain
from controller.domain import catalog, vend
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.events import Restarted, VendRefused
from controller.ledger import journal as journals
from controller.protocols import cctalk

Plant = Callable[[pytest.MonkeyPatch], None]


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
        decision = vend.step(self.cycle, event, self._clock.mono_ms(), self.shop)
        self._perform(decision.effects)
        marks = {event.source: event.mark} if hasattr(event, "mark") else {}
        self._commit(decision.cycle, decision.facts, marks)

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


def swallow_abandoned_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is up and the credit is gone."""
    abandon = vend.abandon
    monkeypatch.setattr(vend, "abandon", lambda *args: replace(abandon(*args), facts=()))


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


BUGS: tuple[Plant, ...] = (
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
    swallow_abandoned_credit,
    vend_on_credit,
    sell_what_a_blind_sensor_refused,
    restart_with_an_empty_cycle,
)
