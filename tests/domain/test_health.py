"""Health is decided in one place: which events begin and end a trouble, and what is written down about it."""

import pytest

from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.events import (
    CoinsSeen,
    DeviceGone,
    DeviceReturned,
    Event,
    ItemDropped,
    Restarted,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VendRefused,
)
from controller.domain.health import WORDS, Health, Ill, after, away, facts, troubles

CALM: Health = frozenset()


@pytest.mark.parametrize(
    ("event", "trouble"),
    [
        (TroubleBegan(Trouble.DOOR_OPEN), Trouble.DOOR_OPEN),
        (DeviceGone("coins", "the port is gone", Trouble.NO_COINS), Trouble.NO_COINS),
        (VendRefused(7, Closed.SENSOR), Trouble.NO_SENSOR),
    ],
    ids=["door", "acceptor", "light curtain"],
)
def test_a_trouble_begins_once(event: Event, trouble: Trouble) -> None:
    """The first report makes the trouble and its fact; the second changes and writes nothing."""
    ill = after(CALM, event)
    (seen,) = facts(CALM, ill, event)

    assert troubles(ill) == {trouble}
    assert isinstance(seen, f.TroubleSeen)
    assert seen.trouble == trouble.value
    assert after(ill, event) == ill
    assert facts(ill, ill, event) == ()


def test_a_device_says_in_its_own_words_why_it_is_gone() -> None:
    """The fact names the device and its reason; a trouble without a device gets our words."""
    gone = DeviceGone("coins", "the port is gone", Trouble.NO_COINS)
    door = TroubleBegan(Trouble.DOOR_OPEN)

    assert facts(CALM, after(CALM, gone), gone) == (f.TroubleSeen("no-coins", "coins", "the port is gone"),)
    assert facts(CALM, after(CALM, door), door) == (f.TroubleSeen("door-open", "", "the door is open"),)


def test_a_device_that_is_back_ends_only_its_own_trouble() -> None:
    """The acceptor answers again, the door is still open."""
    before = frozenset({Ill(Trouble.NO_COINS, "coins"), Ill(Trouble.DOOR_OPEN)})
    back = DeviceReturned("coins", Trouble.NO_COINS)

    assert after(before, back) == {Ill(Trouble.DOOR_OPEN)}
    assert facts(before, after(before, back), back) == (f.TroubleOver("no-coins", "coins"),)


def test_one_hopper_that_is_back_does_not_bring_back_the_other() -> None:
    """Two hoppers are away and one returns: the trouble lasts, and only the other is counted as away."""
    ill = CALM
    for place in ("hopper:25", "hopper:5"):
        ill = after(ill, DeviceGone(place, "no answer", Trouble.NO_HOPPER))
    ill = after(ill, DeviceReturned("hopper:25", Trouble.NO_HOPPER))

    assert troubles(ill) == {Trouble.NO_HOPPER}
    assert away(ill) == {"hopper:5"}


def test_closing_the_door_forgives_the_light_curtain() -> None:
    """Somebody was inside: the sensor may be clean now, and the next vend tests it again."""
    before = frozenset({Ill(Trouble.DOOR_OPEN), Ill(Trouble.NO_SENSOR), Ill(Trouble.DISK)})
    closed = TroubleEnded(Trouble.DOOR_OPEN)
    now = after(before, closed)

    assert now == {Ill(Trouble.DISK)}
    assert facts(before, now, closed) == (
        f.TroubleOver("door-open", ""),
        f.TroubleOver("no-sensor", ""),
    )


@pytest.mark.parametrize(
    "event",
    [ItemDropped(1), VendRefused(1, Closed.JAMMED), CoinsSeen("coins", "nri-1234", 3, (25,)), Restarted()],
    ids=lambda event: type(event).__name__,
)
def test_the_daily_round_is_no_trouble(event: Event) -> None:
    """Sales, coins and a jam of one slot say nothing about the whole machine, and end no trouble either."""
    before = frozenset({Ill(Trouble.DISK)})
    assert after(before, event) == before
    assert after(CALM, event) == CALM


def test_every_trouble_has_words() -> None:
    """No trouble is told to people as a code."""
    assert set(WORDS) == set(Trouble)
    assert all(" " in words for words in WORDS.values())
