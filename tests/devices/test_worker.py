"""A worker keeps coming back to its port, tells what matters once, and forgets nothing that the inbox refused."""

import queue
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
import serial

from controller.devices.worker import OWED_MAX, Backoff, DeviceTrouble, Worker
from controller.domain.events import CoinsSeen, DeviceGone, DeviceReturned, Trouble

GONE = DeviceGone("scale", "port vanished", Trouble.NO_COINS)
BACK = DeviceReturned("scale", Trouble.NO_COINS)
Step = Callable[["Scale"], None]


@dataclass(frozen=True)
class Weighed:
    """A reading of a scale that does not exist."""

    grams: int

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        return None


class Scale(Worker):
    """A worker that does one scripted thing at each attempt, and then nothing until it is stopped."""

    def __init__(self, put: Callable[[object], None], *steps: Step) -> None:
        super().__init__("scale", Trouble.NO_COINS, put, Backoff(0.001, 0.004))
        self._steps = iter(steps)
        self.attempts = 0
        self.done = threading.Event()

    def work(self) -> None:
        self.attempts += 1
        step = next(self._steps, None)
        if step:
            step(self)
        else:
            self.done.set()
            while not self.stopping:
                self.nap(10)


def fail(error: Exception) -> Step:
    def step(_: Scale) -> None:
        raise error

    return step


def work_then(error: Exception) -> Step:
    def step(scale: Scale) -> None:
        scale.came()
        raise error

    return step


@pytest.fixture
def begin() -> Iterator[Callable[..., Scale]]:
    """Starts scales, waits until each has done its script, and stops them all in the end."""
    started: list[Scale] = []

    def make(put: Callable[[object], None], *steps: Step) -> Scale:
        scale = Scale(put, *steps)
        started.append(scale)
        scale.start()
        assert scale.done.wait(5)
        return scale

    yield make
    for scale in started:
        scale.stop()


@pytest.mark.parametrize(
    "error",
    [serial.SerialException("port vanished"), OSError("port vanished"), termios.error("port vanished")],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_vanished_port_raises_is_a_loss_and_not_the_end(
    begin: Callable[..., Scale], error: Exception
) -> None:
    """Each of the three kinds of error is told as one loss, and the worker comes back."""
    inbox: list[object] = []
    scale = begin(inbox.append, work_then(error), Scale.came)
    assert inbox == [BACK, GONE, BACK]
    assert scale.attempts == 3


def test_many_failed_attempts_are_one_loss(begin: Callable[..., Scale]) -> None:
    """The brain hears once that the device is gone, with the first reason."""
    inbox: list[object] = []
    attempts = [fail(DeviceTrouble("port vanished")), *[fail(DeviceTrouble("port is not there"))] * 4]
    scale = begin(inbox.append, *attempts)
    assert inbox == [GONE]
    assert scale.reason == "port is not there"
    assert scale.losses == 1


def test_the_waits_grow_up_to_a_bound_and_differ() -> None:
    """Doubling with some chance in it; after success the waits are short again."""
    backoff = Backoff(1.0, 8.0)
    waits = [backoff.wait_s() for _ in range(8)]
    middles = [1, 2, 4, 8, 8, 8, 8, 8]
    assert all(0.75 * middle <= wait <= min(8.0, 1.25 * middle) for wait, middle in zip(waits, middles, strict=True))
    assert len(set(waits[:4])) > 1
    assert any(wait != middle for wait, middle in zip(waits, middles, strict=True))
    backoff.reset()
    assert backoff.wait_s() <= 1.25


def test_what_a_full_inbox_refuses_is_offered_again_in_order(begin: Callable[..., Scale]) -> None:
    """Two readings and a return wait for room, are counted, and come in the order they were made."""
    inbox: queue.Queue[object] = queue.Queue(maxsize=1)
    inbox.put_nowait("somebody else's")

    def weigh(scale: Scale) -> None:
        scale.offer(Weighed(1))
        scale.offer(Weighed(2))
        scale.came()

    scale = begin(inbox.put_nowait, weigh)
    assert scale.refusals == 3
    received = [inbox.get_nowait()]
    while not scale.deliver():
        received.append(inbox.get_nowait())
    received.append(inbox.get_nowait())
    assert received == ["somebody else's", Weighed(1), Weighed(2), BACK]


def test_only_the_newest_state_waits_for_room(begin: Callable[..., Scale]) -> None:
    """A device that comes and goes behind a full inbox is told as it is now, and fills no memory."""
    room: list[object] = []

    def put(message: object) -> None:
        if not room:
            raise queue.Full
        room.append(message)

    scale = begin(put, *[work_then(OSError("port vanished"))] * 20)
    room.append("room")
    assert scale.deliver()
    assert room == ["room", GONE]


def test_readings_nobody_takes_are_bounded(begin: Callable[..., Scale]) -> None:
    """However many readings are refused, only the newest are kept."""

    def refuse(_: object) -> None:
        raise queue.Full

    scale = begin(refuse)
    for grams in range(3 * OWED_MAX):
        scale.offer(Weighed(grams))
    received: list[object] = []
    scale._put = received.append
    assert scale.deliver()
    assert received == [Weighed(grams) for grams in range(2 * OWED_MAX, 3 * OWED_MAX)]


def test_a_defect_in_the_program_is_told_before_the_thread_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The brain stops selling even when the worker dies of a mistake of ours; the mistake itself is not hidden."""
    deaths: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: deaths.append(args.exc_type))
    inbox: list[object] = []
    scale = Scale(inbox.append, fail(ZeroDivisionError("grams")))
    scale.start()
    scale._thread.join(5)
    assert deaths == [ZeroDivisionError]
    assert isinstance(inbox[0], DeviceGone)
    assert "ZeroDivisionError" in inbox[0].reason


def test_a_worker_stops_at_once_also_while_it_waits_for_the_next_attempt() -> None:
    """A wait of a minute does not hold up the end of the program."""
    scale = Scale(lambda _: None, fail(OSError("port vanished")))
    scale._backoff = Backoff(60.0, 60.0)
    scale.start()
    begun_s = time.monotonic()
    scale.stop()
    assert time.monotonic() - begun_s < 1
    assert not scale._thread.is_alive()


def test_stopping_what_never_started_is_harmless() -> None:
    """A program that fails early may stop everything it has made."""
    Scale(lambda _: None).stop()
