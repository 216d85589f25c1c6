"""The vend cycle, row by row of its table: coins, choices, how a vend ends, silence and restarts."""

from dataclasses import replace

import pytest
from builders import A1, A2, A3, B1, BAG, ROSA, Till, coins, dispensing, refunding, shelf

from controller.domain import facts as f
from controller.domain.catalog import Closed, SlotId
from controller.domain.cycle import Decision, News, Phase, Trial
from controller.domain.effects import AskHoppers, Dispense, QueryVend
from controller.domain.events import (
    CoinReturned,
    DeadlinePassed,
    DeviceGone,
    DeviceReturned,
    Event,
    ItemDropped,
    PayBy,
    Restarted,
    ReturnPressed,
    SlotChosen,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.shop import Policy

ENDINGS: tuple[Event, ...] = (ItemDropped(1), VendRefused(1, Closed.JAMMED), VendUnknown(1, "no-drop"))


def waiting_in(phase: Phase) -> Till:
    """A till in this phase."""
    if phase is Phase.DISPENSING:
        return dispensing()
    if phase is Phase.REFUNDING:
        return refunding()
    if phase is Phase.AUTHORIZING:
        till = Till(shelf(policy=Policy(wallets=("deuna",))))
        till.tell_all(SlotChosen(A1), PayBy("deuna"))
        return till
    till = Till()
    if phase is Phase.CREDIT:
        till.tell(coins(25))
    if phase is Phase.TRIAL:
        till.cycle = replace(
            till.cycle, phase=phase, last_vend_id=1, trial=Trial(1, f.Part.MOTOR, A1), deadline_ms=9_000
        )
    return till


# Money in


@pytest.mark.parametrize("phase", list(Phase))
def test_a_coin_is_never_lost_in_any_phase(phase: Phase) -> None:
    """Whatever the machine is doing, a coin becomes credit and a fact; only an idle machine changes its phase for it."""
    till = waiting_in(phase)
    before_cents = till.cycle.credit_cents
    decision = till.tell(coins(100, 25, mark=9))

    assert decision.cycle.credit_cents == before_cents + 125
    assert decision.facts == (
        f.CreditTaken(100, "coins", "nri-1234", 9),
        f.CreditTaken(25, "coins", "nri-1234", 9),
    )
    assert decision.cycle.phase is (Phase.CREDIT if phase is Phase.IDLE else phase)


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.CREDIT])
def test_a_coin_that_fell_through_is_said_and_is_no_money(phase: Phase) -> None:
    """The visitor is told where her coin is; the books hear nothing."""
    till = waiting_in(phase)
    credit_cents = till.cycle.credit_cents
    decision = till.tell(CoinReturned("coins"))
    assert (decision.facts, decision.effects) == ((), ())
    assert decision.cycle.credit_cents == credit_cents
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.news is News.COIN_BACK


def test_a_coin_that_fell_through_covers_no_other_news() -> None:
    """What happened to her piece matters more than a coin in the tray."""
    till = dispensing()
    till.tell(VendRefused(1, Closed.JAMMED))
    before = till.cycle.notice
    till.tell(CoinReturned("coins"))
    assert till.cycle.notice == before


def test_coins_that_may_be_missing_are_written_down() -> None:
    """An overrun of three events is a fact beside the coins that are known; nobody is credited by guess."""
    decision = Till().tell(coins(25, mark=4, alarm="lost", lost=3))

    assert decision.facts[1] == f.CoinsUnknown("coins", "nri-1234", "lost", 3)
    assert decision.cycle.credit_cents == 25


def test_the_last_coin_starts_the_vend_that_was_chosen_first() -> None:
    """Choice first, coins after: the coin that completes the price turns the motor, and its change stays credit."""
    till = Till()
    till.tell_all(SlotChosen(A1), coins(100), coins(100))
    decision = till.tell(coins(100, 100))

    assert decision.effects == (Dispense(1, A1),)
    assert decision.cycle.credit_cents == 50


# A choice


@pytest.mark.parametrize("paid", [(100, 100, 100, 50), (100,) * 5])
def test_enough_credit_starts_one_vend(paid: tuple[int, ...]) -> None:
    """The price moves from credit to hold, the shares are settled, and one motor may turn."""
    till = Till()
    till.tell(coins(*paid))
    decision = till.tell(SlotChosen(A1))
    (started,) = decision.facts

    assert isinstance(started, f.VendStarted)
    assert (started.vend_id, started.slot, started.price_cents) == (1, A1, 350)
    assert sum(share.cents for share in started.shares) == 350
    assert decision.effects == (Dispense(1, A1),)
    assert decision.cycle.phase is Phase.DISPENSING
    assert decision.cycle.credit_cents == sum(paid) - 350


@pytest.mark.parametrize(("paid", "phase"), [((), Phase.IDLE), ((100,), Phase.CREDIT)], ids=["no coin", "one dollar"])
def test_too_little_credit_waits_for_the_rest(paid: tuple[int, ...], phase: Phase) -> None:
    """The choice is remembered, with a deadline; nothing turns and nothing is written."""
    till = Till()
    till.tell(coins(*paid))
    decision = till.tell(SlotChosen(A1))

    assert (decision.facts, decision.effects) == ((), ())
    assert (decision.cycle.phase, decision.cycle.chosen) == (phase, A1)
    assert decision.cycle.deadline_ms == till.now_ms + Policy().credit_idle_ms


@pytest.mark.parametrize(
    ("slot", "change", "trouble", "news"),
    [
        ("Z9", None, None, News.CLOSED),
        ("A1", f.SlotClosed(A1, Closed.JAMMED), None, News.CLOSED),
        ("A1", f.SlotCounted(A1, 5, 0, "rosa"), None, News.SOLD_OUT),
        ("A1", None, Trouble.DOOR_OPEN, News.PAUSED),
    ],
    ids=["no such slot", "closed", "sold out", "door open"],
)
def test_a_slot_that_cannot_sell_says_why(
    slot: str, change: f.Fact | None, trouble: Trouble | None, news: News
) -> None:
    """The credit stays, nothing turns, and the notice tells the visitor what it is."""
    till = Till(shelf(*[change] if change else [], troubles=[trouble] if trouble else []))
    decision = till.tell_all(coins(100, 100, 100, 100), SlotChosen(SlotId(slot)))

    assert (decision.cycle.phase, decision.cycle.credit_cents, decision.effects) == (Phase.CREDIT, 400, ())
    assert decision.cycle.notice is not None
    assert (decision.cycle.notice.news, decision.cycle.notice.slot) == (news, slot)


@pytest.mark.parametrize("phase", [Phase.DISPENSING, Phase.REFUNDING])
@pytest.mark.parametrize("event", [SlotChosen(B1), ReturnPressed()], ids=["a choice", "the return button"])
def test_a_busy_machine_ignores_buttons(phase: Phase, event: Event) -> None:
    """While a motor turns or money goes back, pressing changes nothing at all."""
    till = waiting_in(phase)
    till.tell(coins(100, 100, 100))
    before = till.cycle

    assert till.tell(event) == Decision(before)


# How a vend ends


def test_a_fallen_piece_is_sold_with_its_shares() -> None:
    """The sale carries the shares of its start; with nothing left the machine is idle and says thank you."""
    till = dispensing()
    decision = till.tell(ItemDropped(1))
    (sold,) = decision.facts

    assert isinstance(sold, f.Sold)
    shares = {share.account: share.cents for share in sold.shares}
    assert (list(shares), shares["maker:rosa"], sum(shares.values())) == (
        ["maker:rosa", "fund:comun", "fund:maquina"],
        280,
        350,
    )
    assert (decision.cycle.phase, decision.cycle.vend) == (Phase.IDLE, None)
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.news is News.SOLD


def test_change_stays_credit_after_a_sale() -> None:
    """Who paid four dollars for a bag of 3.50 can go on with 50 cents."""
    decision = dispensing(paid=(100,) * 4).tell(ItemDropped(1))
    assert (decision.cycle.phase, decision.cycle.credit_cents) == (Phase.CREDIT, 50)


def test_a_piece_that_fell_before_a_jam_is_sold_and_its_slot_closed() -> None:
    """The piece fell, then the spiral jammed: the sale stands, and the slot waits for a person."""
    decision = dispensing().tell(ItemDropped(1, fault=Closed.JAMMED))
    assert [type(fact) for fact in decision.facts] == [f.Sold, f.SlotClosed]


def test_a_jam_tries_the_twin_slot_once_at_the_same_price() -> None:
    """A1 jams: its slot closes, the price stays held for A2, with a new id that names the old one."""
    till = dispensing()
    decision = till.tell(VendRefused(1, Closed.JAMMED))
    failed, closed, again = decision.facts

    assert failed == f.VendFailed(1, A1, 350, Closed.JAMMED)
    assert closed == f.SlotClosed(A1, Closed.JAMMED)
    assert isinstance(again, f.VendStarted)
    assert (again.vend_id, again.slot, again.price_cents, again.retry_of) == (2, A2, 350, 1)
    assert decision.effects == (Dispense(2, A2),)


def test_the_twin_is_tried_exactly_once() -> None:
    """When the twin jams too, a third slot with the same bag is left alone and the money is credit again."""
    a4 = SlotId("A4")
    till = dispensing(shop=shelf(f.SlotAssigned(a4, BAG, 8), f.SlotCounted(a4, 0, 8, "rosa")))
    till.tell(VendRefused(1, Closed.JAMMED))
    decision = till.tell(VendRefused(2, Closed.STUCK_HOME))

    assert (decision.cycle.phase, decision.cycle.credit_cents, decision.effects) == (Phase.CREDIT, 350, ())
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.news is News.FAILED


def test_a_jam_without_a_twin_gives_the_price_back_as_credit() -> None:
    """The belt stands only in A3: its five dollars are credit again, and the slot is closed."""
    till = dispensing(A3, (100,) * 5)
    decision = till.tell(VendRefused(1, Closed.JAMMED))

    assert (decision.cycle.phase, decision.cycle.credit_cents) == (Phase.CREDIT, 500)
    assert till.shop.slots[A3].closed is Closed.JAMMED


def test_a_retry_never_asks_another_price() -> None:
    """Rosa raises her price while the motor turns: after the jam nobody is sold a bag at a price not agreed to."""
    till = dispensing(paid=(100,) * 5)
    till.shop = shelf(f.ProductSet(BAG, ROSA, 450))
    decision = till.tell(VendRefused(1, Closed.JAMMED))

    assert (decision.cycle.credit_cents, decision.effects) == (500, ())


def test_a_failed_sensor_blames_no_slot() -> None:
    """The curtain failed its test before the motor moved: the price comes back, no slot closes, no twin turns."""
    till = dispensing()
    decision = till.tell(VendRefused(1, Closed.SENSOR))

    assert [type(fact) for fact in decision.facts] == [f.VendFailed]
    assert (decision.cycle.credit_cents, decision.effects) == (350, ())


def test_a_trouble_keeps_the_twin_still() -> None:
    """When the door was opened during the vend, the jam gives the money back instead of turning another motor."""
    till = dispensing()
    till.shop = replace(till.shop, troubles=frozenset({Trouble.DOOR_OPEN}))
    decision = till.tell(VendRefused(1, Closed.JAMMED))

    assert (decision.cycle.credit_cents, decision.effects) == (350, ())


def test_a_doubt_is_never_retried_or_refunded() -> None:
    """Nobody knows whether it fell: the price waits in doubt, the slot closes, and the visitor gets a code."""
    till = dispensing()
    decision = till.tell(VendUnknown(1, "no-drop"))
    doubt, closed = decision.facts

    assert isinstance(doubt, f.VendInDoubt)
    assert closed == f.SlotClosed(A1, Closed.DOUBT)
    assert (decision.effects, decision.cycle.credit_cents, decision.cycle.phase) == ((), 0, Phase.IDLE)
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.claim == doubt.claim


@pytest.mark.parametrize("event", ENDINGS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("phase", list(Phase))
def test_a_late_or_foreign_vend_id_changes_nothing(phase: Phase, event: Event) -> None:
    """What a device says about a vend that is not under way is not believed, whatever the phase."""
    till = waiting_in(phase)
    for vend_id in (0, 7, -1) if phase in (Phase.DISPENSING, Phase.TRIAL) else (0, 1, 7):
        assert till.tell(replace(event, vend_id=vend_id)) == Decision(till.cycle)  # type: ignore[call-arg]


@pytest.mark.parametrize("first", ENDINGS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("second", ENDINGS, ids=lambda event: type(event).__name__)
def test_a_vend_ends_once(first: Event, second: Event) -> None:
    """The second end of the same vend, whatever it says, writes nothing and moves nothing."""
    till = dispensing()
    till.tell(first)
    before = till.cycle

    assert till.tell(second) == Decision(before)


# Silence and restarts


@pytest.mark.parametrize(
    "event",
    [DeadlinePassed(), Restarted(), DeviceReturned("motors", Trouble.NO_MOTORS)],
    ids=["deadline", "restart", "device back"],
)
def test_a_silent_vend_is_asked_for_and_never_turned_again(event: Event) -> None:
    """A deadline, a restart or a device that is back: the motors are asked what happened, as often as it takes."""
    till = dispensing()
    for _ in range(3):
        till.now_ms += 12_000
        decision = till.tell(event)
        assert decision.effects == (QueryVend(1, A1),)
        assert decision.facts == ()
        assert decision.cycle == replace(till.cycle, deadline_ms=till.now_ms + Policy().dispense_ms)


@pytest.mark.parametrize("event", [DeadlinePassed(), Restarted()], ids=["deadline", "restart"])
def test_a_silent_payout_is_asked_for_and_never_paid_again(event: Event) -> None:
    """The hoppers are asked who they are; without an order on disk no coin can have left."""
    decision = refunding().tell(event)
    assert decision.effects == (AskHoppers(1),)


def test_a_lost_device_changes_nothing_in_the_cycle() -> None:
    """The vend under way stays under way: only its own answer, or nobody's, ends it."""
    till = dispensing()
    assert till.tell(DeviceGone("motors", "the port is gone", Trouble.NO_MOTORS)) == Decision(till.cycle)


def test_a_restart_keeps_the_credit_and_gives_it_its_time_again() -> None:
    """Monotonic time starts anew after a power cut, so every wait does too."""
    till = Till(now_ms=9_000_000)
    till.tell(coins(100))
    till.now_ms = 500
    decision = till.tell(Restarted())

    assert (decision.cycle.phase, decision.cycle.credit_cents, decision.facts) == (Phase.CREDIT, 100, ())
    assert decision.cycle.deadline_ms == 500 + Policy().credit_idle_ms


def test_a_claim_code_survives_a_power_cut_on_the_screen() -> None:
    """After the restart the code is there for its whole time again, and then it goes: no clock of the old boot counts."""
    till = dispensing()
    till.now_ms = 9_000_000
    claim = till.tell(VendUnknown(1, "no-drop")).cycle.notice
    till.now_ms = 500
    decision = till.tell(Restarted())

    assert claim is not None
    assert decision.cycle.notice == replace(claim, until_ms=500 + 6 * Policy().notice_ms)
    assert decision.cycle.deadline_ms == 500 + 6 * Policy().notice_ms
