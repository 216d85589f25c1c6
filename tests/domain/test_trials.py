"""Trying a part at the open door: what may be tried when, what each answer means, and that no trial is a sale."""

from dataclasses import replace

import pytest
from builders import A1, A3, Till, coins, dispensing, shelf

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Closed, SlotId
from controller.domain.cycle import Cycle, Phase
from controller.domain.events import (
    CoinReturned,
    DeadlinePassed,
    Event,
    ItemDropped,
    Restarted,
    ReturnPressed,
    SlotChosen,
    Trouble,
    TroubleEnded,
    VendRefused,
    VendUnknown,
)
from controller.domain.facts import Found, Part
from controller.domain.money import COINS_CENTS
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal
from controller.domain.trials import COINS_MS, SensorTried, TryPart, grant
from controller.domain.vend import step as vend_step
from controller.domain.welcome import welcome_coins

OPEN = frozenset({Trouble.DOOR_OPEN})
WIRED = frozenset({A1, A3, SlotId("B4")})
MOTOR = TryPart(Part.MOTOR, "diego", "prueba-3", A3)
COINS = TryPart(Part.COINS, "diego", "prueba-4")
SENSOR = TryPart(Part.SENSOR, "diego", "prueba-5")
LAMP = TryPart(Part.LAMP, "diego", "prueba-6")


def asked(wish: TryPart, cycle: Cycle | None = None, shop: Shop | None = None, done: f.Fact | None = None):
    return grant(wish, cycle or Cycle(), shop or shelf(troubles=OPEN), WIRED, done, 1_000)


def trying(wish: TryPart) -> Till:
    """A till whose door is open, in the middle of this trial."""
    till = Till(shelf(troubles=OPEN))
    granted = asked(wish, till.cycle, till.shop)
    assert isinstance(granted, Granted)
    assert granted.cycle is not None
    till.cycle = granted.cycle
    return till


def ended(till: Till) -> f.TrialEnded:
    (fact,) = till.written(f.TrialEnded)
    assert isinstance(fact, f.TrialEnded)
    return fact


def test_a_motor_is_tried_by_a_number_counted_with_the_vends() -> None:
    """The fact stands before the effect, nothing is posted, and the next vend has another number."""
    granted = asked(MOTOR, Cycle(last_vend_id=11))
    assert isinstance(granted, Granted)
    assert granted.facts == (f.TrialStarted(12, Part.MOTOR, "diego", A3, "prueba-3"),)
    assert granted.effects == (do.Dispense(12, A3),)
    assert postings(granted.facts[0]) == ()
    assert granted.cycle is not None
    assert (granted.cycle.phase, granted.cycle.last_vend_id) == (Phase.TRIAL, 12)


@pytest.mark.parametrize("wish", [MOTOR, COINS, SENSOR, LAMP], ids=lambda wish: wish.part)
def test_nothing_is_tried_while_the_door_is_shut(wish: TryPart) -> None:
    """Whoever asks from afar moves nothing: the key of the door is needed."""
    refusal = asked(wish, shop=shelf())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "door-shut"


@pytest.mark.parametrize(
    "cycle",
    [
        Cycle(Phase.CREDIT, 25),
        dispensing().cycle,
        trying(MOTOR).cycle,
        Cycle(Phase.REFUNDING),
        Cycle(Phase.AUTHORIZING),
    ],
    ids=["credit", "a vend", "another trial", "money back", "a wallet"],
)
def test_nothing_is_tried_while_somebody_is_there(cycle: Cycle) -> None:
    """Credit, a vend, a payout, a payment and another trial come first."""
    assert isinstance(asked(replace(MOTOR, wish_id="otra"), cycle), Refusal)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(MOTOR, by=" "), "nobody"),
        (replace(MOTOR, wish_id=""), "no-id"),
        (replace(MOTOR, slot=SlotId("Z9")), "unknown-slot"),
        (replace(SENSOR, slot=A1), "unknown-slot"),
    ],
)
def test_a_wish_that_says_too_little_is_refused(wish: TryPart, code: str) -> None:
    """Who, which motor, and a number of its own."""
    refusal = asked(wish)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_nothing_is_tried_that_could_not_be_written_down() -> None:
    """A full disk and books that do not agree come first."""
    for trouble in (Trouble.DISK, Trouble.BOOKS):
        assert isinstance(asked(MOTOR, shop=shelf(troubles={Trouble.DOOR_OPEN, trouble})), Refusal)


def test_asked_twice_it_is_done_already() -> None:
    """A finger that comes down twice turns nothing twice, also with the door shut meanwhile; another wish has another id."""
    done = f.TrialStarted(12, Part.MOTOR, "diego", A3, "prueba-3")
    assert asked(MOTOR, shop=shelf(), done=done) == Granted(())
    other = asked(replace(MOTOR, slot=A1), done=done)
    assert isinstance(other, Refusal)
    assert other.code == "used-id"


@pytest.mark.parametrize(
    ("event", "found", "fault", "closed"),
    [
        (ItemDropped(1), Found.FELL, "", None),
        (ItemDropped(1, Closed.JAMMED), Found.FELL, "jammed", Closed.JAMMED),
        (VendUnknown(1, "no-drop"), Found.NOTHING, "", None),
        (VendRefused(1, Closed.STUCK_HOME), Found.FAULT, "stuck-home", Closed.STUCK_HOME),
        (VendRefused(1, Closed.SENSOR), Found.FAULT, "sensor", None),
        (VendUnknown(1, "forgotten"), Found.UNKNOWN, "forgotten", Closed.DOUBT),
    ],
    ids=["fell", "fell and jammed", "nothing fell", "stuck", "blind sensor", "power cut"],
)
def test_what_each_answer_of_a_motor_means(event: Event, found: Found, fault: str, closed: Closed | None) -> None:
    """It is written down and sells nothing; a slot that showed a fault is closed, and one nobody knows of too."""
    till = trying(MOTOR)
    till.tell(event)
    assert ended(till) == f.TrialEnded(1, Part.MOTOR, found, A3, fault)
    assert till.cycle == Cycle(last_vend_id=1)
    assert till.shop.slots[A3].closed is closed
    assert till.shop.slots[A3].quantity == 5
    assert not any(postings(fact) for fact in till.facts)


def test_a_motor_without_a_slot_in_the_books_can_be_tried() -> None:
    """B4 has a motor and holds nothing yet; whatever is wrong with it closes nothing."""
    till = trying(replace(MOTOR, slot=SlotId("B4")))
    till.tell(VendRefused(1, Closed.NO_MOTOR))
    assert [type(fact) for fact in till.facts] == [f.TrialEnded]


@pytest.mark.parametrize("event", [Restarted(), DeadlinePassed()], ids=["power cut", "silence"])
def test_after_silence_a_motor_is_asked_and_never_turned(event: Event) -> None:
    """The same number is asked for, as of a vend; the trial goes on until the answer."""
    till = trying(MOTOR)
    decision = till.tell(event)
    assert decision.effects == (do.QueryVend(1, A3),)
    assert decision.cycle.phase is Phase.TRIAL
    assert decision.facts == ()


def test_another_vend_s_answer_ends_nothing() -> None:
    """Only its own number counts."""
    till = trying(MOTOR)
    for event in (ItemDropped(7), VendRefused(0, Closed.JAMMED), SlotChosen(A1), ReturnPressed()):
        decision = till.tell(event)
        assert (decision.cycle.trial, decision.facts, decision.effects) == (till.cycle.trial, (), ())


def test_a_coin_that_slips_in_is_credit_after_the_trial() -> None:
    """A motor turns and a coin comes: it is booked at once, and can be given back when the motor stands."""
    till = trying(MOTOR)
    till.tell(coins(25))
    assert till.cycle.phase is Phase.TRIAL
    till.tell(VendUnknown(1, "no-drop"))
    assert (till.cycle.phase, till.cycle.credit_cents) == (Phase.CREDIT, 25)


def test_coins_are_let_in_for_one_coin_only() -> None:
    """The door is open and coins are welcome; the first one ends it, is credit, and goes back by the return button."""
    till = trying(COINS)
    assert welcome_coins(till.cycle, till.shop) == frozenset(COINS_CENTS)
    till.tell(coins(25))
    assert ended(till).found is Found.COIN
    assert welcome_coins(till.cycle, till.shop) == frozenset()
    assert till.tell(ReturnPressed()).facts == (f.PayoutStarted(1, 25),)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (DeadlinePassed(), Found.NOTHING),
        (TroubleEnded(Trouble.DOOR_OPEN), Found.NOTHING),
        (CoinReturned("coins"), Found.COIN_BACK),
        (Restarted(), Found.UNKNOWN),
    ],
    ids=["time is over", "door shut", "the coin came back", "power cut"],
)
def test_how_a_trial_of_coins_ends_without_one(event: Event, found: Found) -> None:
    """After half a minute, with the door, when a coin falls through, and with the power."""
    till = trying(COINS)
    assert till.cycle.deadline_ms == 1_000 + COINS_MS
    till.tell(event)
    assert ended(till).found is found
    assert till.cycle.phase is Phase.IDLE


def test_coins_stay_out_for_any_other_trouble() -> None:
    """A coin that could not be written down is not let in for a trial either."""
    till = trying(COINS)
    till.shop = replace(till.shop, troubles=OPEN | {Trouble.DISK})
    assert welcome_coins(till.cycle, till.shop) == frozenset()


@pytest.mark.parametrize(("works", "found"), [(True, Found.WORKS), (False, Found.BLIND), (None, Found.UNKNOWN)])
def test_the_sensor_says_whether_it_sees(works: bool | None, found: Found) -> None:
    """Yes, no, or nobody could ask it."""
    till = trying(SENSOR)
    assert asked(SENSOR).effects == (do.TrySensor(1),)
    till.tell(SensorTried(7, True))
    till.tell(SensorTried(1, works))
    assert ended(till) == f.TrialEnded(1, Part.SENSOR, found)


def test_the_lamp_blinks_and_nothing_is_written() -> None:
    """Whoever looks at it has seen it."""
    assert asked(LAMP) == Granted((), effects=(do.BlinkLamp(),))


def test_without_a_trial_it_is_the_vend_cycle() -> None:
    """The step around it changes nothing of a sale."""
    till = Till()
    event = coins(100, 100, 100, 50)
    assert till.tell(event) == vend_step(Cycle(), event, till.now_ms, shelf())
