"""The real firmware files on the real MicroPython, and on CPython, behind a real pseudo-terminal and pyserial.

The interpreter is MicroPython's own unix port; what is not tried here is the RP2040 itself.
"""

import os
import pty
import random
import subprocess
import sys
import time
import tty
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
from board_scenarios import SCENARIOS
from joined import SETTINGS

from controller.protocols.board import (
    Answered,
    Found,
    Happened,
    Host,
    HostEvent,
    Lost,
    NotBegun,
    Pulses,
    Ready,
    Reset,
    Turn,
    Unknown,
)
from firmware import messages

HERE = Path(__file__).parent
FIRMWARE = Path(messages.__file__).parent
MICROPYTHON = Path(sys.executable).parent / "micropython"
WITHIN_S = 30.0

needs_micropython = pytest.mark.skipif(not MICROPYTHON.exists(), reason="MicroPython's unix port has no wheel here")
INTERPRETERS = [
    pytest.param([str(MICROPYTHON), "-X", "heapsize=400k"], id="MicroPython", marks=needs_micropython),
    pytest.param([sys.executable], id="CPython"),
]


class Bench:
    """A board behind a terminal that outlives both of them, and the host that talks to it by the port's name."""

    def __init__(self, interpreter: list[str], folder: Path) -> None:
        self.interpreter, self.log = interpreter, folder / "motor.log"
        self.log.touch()
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.chance = random.Random(3)
        self.told: list[HostEvent] = []
        self.mark: tuple[int, int] | None = None
        self.loss = 0.0
        self.starts = 0
        self.plug()
        self.meet()

    def plug(self) -> None:
        env = {**os.environ, "MICROPYPATH": f"{FIRMWARE}:.frozen", "PYTHONPATH": str(FIRMWARE)}
        command = [*self.interpreter, str(HERE / "pty_board.py"), str(self.master), str(self.log)]
        self.board = subprocess.Popen(command, env=env, pass_fds=[self.master])

    def unplug(self) -> None:
        self.board.kill()
        self.board.wait()

    def meet(self) -> None:
        """A new host opens the port; its books are those of the one before."""
        self.starts += 1
        self.port = serial.Serial(os.ttyname(self.slave), 115_200, timeout=0.002, exclusive=True)
        self.host = Host(self.starts, SETTINGS, self.mark)

    def leave(self) -> None:
        self.port.close()

    def round(self) -> None:
        heard = self.port.read(max(1, self.port.in_waiting))
        if self.chance.random() < self.loss:
            heard = heard[1:]
        for event in self.host.turn(heard, time.monotonic_ns() // 1_000_000):
            self.told.append(event)
            if isinstance(event, Happened):
                self.mark = (event.boot_id, event.counter)
                self.host.acknowledge(*self.mark)
        said = self.host.to_send(time.monotonic_ns() // 1_000_000)
        if said and self.chance.random() >= self.loss:
            self.port.write(said)

    def until(self, condition: Callable[[], object]) -> None:
        end_s = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < end_s, self.told[-5:]
            self.round()

    def turn(self, number: int) -> HostEvent:
        """Order a turn and wait for its end."""
        self.until(lambda: self.host.ready)
        self.host.order(number, Turn(0, 2))
        self.until(lambda: self.ends(number))
        return self.ends(number)[0]

    def ends(self, number: int) -> list[HostEvent]:
        return [end for end in self.told if isinstance(end, Answered | NotBegun | Unknown) and end.number == number]

    def turned(self) -> Counter[int]:
        return Counter(int(line.split()[1]) for line in self.log.read_text().splitlines())

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]

    def close(self) -> None:
        self.unplug()
        self.leave()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture(params=INTERPRETERS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(request.param, tmp_path)
    yield bench
    bench.close()


@needs_micropython
def test_the_board_keeps_its_promises_on_the_real_interpreter() -> None:
    """The stories of `board_scenarios.py` hold on MicroPython, every one."""
    env = {**os.environ, "MICROPYPATH": f"{FIRMWARE}:.frozen"}
    done = subprocess.run([MICROPYTHON, HERE / "board_scenarios.py"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(SCENARIOS)} held\n", "")


def test_a_turn_is_ordered_and_answered(bench: Bench) -> None:
    """Found first, its reset is event 1, ready, one turn, its own answer."""
    end = bench.turn(17)
    assert isinstance(bench.told[0], Found)
    assert [event.happening for event in bench.all(Happened)[:1]] == [Reset(messages.POWER_ON, 0)]
    assert bench.all(Ready)
    assert isinstance(end, Answered)
    assert end.answer.peak_ma == 17
    assert bench.turned() == {17: 1}


def test_a_new_host_finds_the_answer_of_the_old_one(bench: Bench) -> None:
    """The host dies while the motor turns; the next one only asks, is told how it ended, and no motor turned for that."""
    bench.until(lambda: bench.host.ready)
    bench.host.order(17, Turn(0, 2))
    bench.port.write(bench.host.to_send(time.monotonic_ns() // 1_000_000))
    bench.leave()
    bench.meet()
    bench.host.recall(17, messages.TURN)
    bench.until(lambda: bench.ends(17))
    assert isinstance(bench.ends(17)[0], Answered)
    assert bench.turned() == {17: 1}


def test_a_board_that_is_reset_makes_an_open_turn_unknown(bench: Bench) -> None:
    """Power gone while a command is open: a new life is found, the command is Unknown, and it never runs again."""
    assert isinstance(bench.turn(17), Answered)
    bench.unplug()
    bench.host.order(18, Turn(0, 2))
    bench.round()
    bench.plug()
    bench.until(lambda: bench.ends(18))
    assert isinstance(bench.ends(18)[0], Unknown)
    assert isinstance(bench.turn(19), Answered)
    assert len({found.boot_id for found in bench.all(Found)}) == 2
    assert bench.turned() == {17: 1, 19: 1}


def test_silence_is_told_and_ends_by_itself(bench: Bench) -> None:
    """A board that says nothing for two seconds is Lost; when it is back, it works again."""
    bench.until(lambda: bench.host.ready)
    bench.unplug()
    bench.until(lambda: bench.all(Lost))
    bench.plug()
    bench.until(lambda: bench.host.ready)
    assert isinstance(bench.turn(21), Answered)


def test_a_board_restarts_when_asked(bench: Bench) -> None:
    """The program on the board ends by itself, so that its main loop can reset the chip."""
    bench.until(lambda: bench.host.ready)
    bench.host.restart()
    bench.until(lambda: bench.board.poll() is not None)
    assert bench.board.returncode == 0


@pytest.mark.timeout(120)
def test_a_bad_cable_with_deaths_on_both_sides(bench: Bench) -> None:
    """80 turns, 10 % of what is said damaged or lost both ways, four new hosts and two resets: the motor's log and the
    coins agree with what the host told."""
    bench.loss = 0.10
    answered = set()
    for number in range(1, 81):
        if number % 17 == 0:
            bench.leave()
            bench.meet()
        if number % 30 == 0:
            bench.unplug()
            bench.plug()
        if isinstance(bench.turn(number), Answered):
            answered.add(number)
    turned = bench.turned()
    assert max(turned.values()) == 1
    assert answered <= set(turned)
    assert {end.number for end in bench.all(NotBegun)}.isdisjoint(turned)
    assert len(answered) > 65
    per_boot: dict[int, list[Happened]] = {}
    for event in bench.all(Happened):
        per_boot.setdefault(event.boot_id, []).append(event)
    for events in per_boot.values():
        assert [event.counter for event in events] == list(range(1, len(events) + 1))
        pulses = [event.happening.pulses for event in events if isinstance(event.happening, Pulses)]
        assert pulses == list(range(1, len(pulses) + 1))
