"""A pulse acceptor on GPIO lines, with gpiozero's own mock pins: what counts, what comes in, and what is told."""

import queue
from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from inbox import wait_for

from controller.config.sections import Pulses
from controller.devices.pulsepin import PulsePin
from controller.domain.events import DeviceGone, DeviceReturned, Event, Reading, Trouble

LINE, GATE = 22, 23
PULSES = Pulses(drive="gpio", line=LINE, inhibit=GATE, settle_ms=0)


class Slot:
    """The acceptor's side of both lines, and the books behind the inbox. The clock of edges is in the test's hand."""

    def __init__(self, factory: MockFactory) -> None:
        self.line, self.gate = factory.pin(LINE), factory.pin(GATE)
        self.line.drive_high()
        self.now_s = 100.0
        self.marks: dict[str, int] = {}
        self.cents: list[int] = []
        self.told: list[Event] = []
        self.full = self.stuck = False

    def put(self, message: Event | Reading) -> None:
        if self.full:
            raise queue.Full
        if isinstance(message, Event):
            self.told.append(message)
        elif news := message.since(self.marks):
            self.marks |= news.marks
            self.cents += news.coins_cents
            assert news.alarm is None

    def coin(self, pulses: int, low_ms: int = 50, high_ms: int = 50) -> None:
        for _ in range(pulses):
            self.line.drive_low()
            self.now_s += low_ms / 1_000
            self.line.drive_high()
            self.now_s += high_ms / 1_000


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slot]:
    monkeypatch.setattr("controller.devices.pulsepin.AGAIN_S", 0.02)
    before, Device.pin_factory = Device.pin_factory, MockFactory()
    slot = Slot(Device.pin_factory)
    for module in ("mock", "local"):
        monkeypatch.setattr(f"gpiozero.pins.{module}.monotonic", lambda: slot.now_s)
    yield slot
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.fixture
def counter(slot: Slot) -> Iterator[PulsePin]:
    counter = PulsePin(PULSES, slot.put, lambda: slot.stuck)
    counter.accept(frozenset({5, 25}))
    wait_for(lambda: slot.gate.state)
    yield counter
    counter.close()
    assert not slot.gate.state


def test_a_quarter_is_one_sum(counter: PulsePin, slot: Slot) -> None:
    """Five pulses are 25 cents; the next coin is added to the absolute number."""
    slot.coin(5)
    wait_for(lambda: sum(slot.cents) == 25)
    slot.coin(20)
    wait_for(lambda: sum(slot.cents) == 125)
    assert slot.marks["pulses:gpio"] == 25


@pytest.mark.parametrize(("low_ms", "high_ms", "good"), [(10, 50, 0), (200, 50, 0), (50, 5, 1)])
def test_noise_is_no_money(counter: PulsePin, slot: Slot, low_ms: int, high_ms: int, good: int) -> None:
    """Too short, too long, too close to the one before: counted as odd, whatever time Python heard of them."""
    slot.coin(4, low_ms, high_ms)
    assert counter.odd == 4 - good
    slot.now_s += 1
    slot.coin(1)
    wait_for(lambda: sum(slot.cents) == 5 * (good + 1))


def test_what_a_full_inbox_refuses_comes_later(counter: PulsePin, slot: Slot) -> None:
    """No coin comes in meanwhile, and none is lost."""
    slot.full = True
    slot.coin(5)
    wait_for(lambda: not slot.gate.state)
    slot.full = False
    wait_for(lambda: slot.gate.state)
    assert sum(slot.cents) == 25


def test_a_brain_that_stands_still_takes_no_coin(counter: PulsePin, slot: Slot) -> None:
    """The gate is shut within moments, and opens again."""
    slot.stuck = True
    wait_for(lambda: not slot.gate.state)
    slot.stuck = False
    wait_for(lambda: slot.gate.state)


def test_no_coin_is_welcome_that_is_no_whole_pulse(counter: PulsePin, slot: Slot) -> None:
    """One-cent coins alone, or none at all: shut."""
    counter.accept(frozenset({1}))
    assert not slot.gate.state
    counter.accept(frozenset())
    assert not slot.gate.state


def test_a_held_line_is_a_jam(counter: PulsePin, slot: Slot) -> None:
    """Told once as a trouble of the coins, the gate is shut, and both are over when the line is free."""
    slot.line.drive_low()
    slot.now_s += 1
    wait_for(lambda: not slot.gate.state)
    slot.line.drive_high()
    wait_for(lambda: slot.gate.state)
    assert [type(event) for event in slot.told] == [DeviceGone, DeviceReturned]
    assert slot.told[1] == DeviceReturned("coins", Trouble.NO_COINS)
    assert slot.cents == []
