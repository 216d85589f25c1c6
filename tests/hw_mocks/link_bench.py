"""A simulated board on a table: the firmware in its own process, a pseudo-terminal, and here the Pi's real protocol."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import serial

import controller.config as config
from controller.protocols.board import (
    Answered,
    Bus,
    Coins,
    Happened,
    Host,
    HostEvent,
    Motors,
    NotBegun,
    Panel,
    Turn,
    Turned,
    Unknown,
)
from hw_mocks import faults
from hw_mocks.acts import Acts
from hw_mocks.board import SimulatedBoard
from hw_mocks.board.process import MICROPYTHON
from hw_mocks.host import WorldServer
from hw_mocks.mdb import MdbDevice, SimulatedMdbBus
from hw_mocks.world import World

WITHIN_S = 40.0
SETTINGS = (Motors(rows=2, columns=4, drop_ms=1_000), Coins(wiring=1, settle_ms=0), Panel(fitted=7), Bus(fitted=1))
MICRO = [str(MICROPYTHON), "-X", "heapsize=400k"]


class Bench:
    """One machine with a board and `devices` on its MDB bus, and a host whose books are `mark`."""

    def __init__(self, folder: Path, run_by: list[str], *devices: MdbDevice) -> None:
        motors, cabinet = config.Motors(), config.Cabinet(slot_buttons={"A1": 22})
        self.world = World(motors, cabinet, stock={"A3": 3, "B1": 3})
        self.server = WorldServer(self.world, Acts(self.world, None, {}), folder)
        self.link = folder / "board"
        self.bus = SimulatedMdbBus(*devices)
        self.board = SimulatedBoard(self.world, motors, cabinet, self.link, run_by, window_ms=50, bus=self.bus)
        self.server.add(self.board)
        self.server.__enter__()
        self.told: list[HostEvent] = []
        self.mark: tuple[int, int] | None = None
        self.wishes = self._hosts = 0
        self.meet()

    def meet(self) -> None:
        """A new host opens the port; its books are those of the one before."""
        self._hosts += 1
        self.port = serial.Serial(str(self.link), 115_200, timeout=0.002, exclusive=True)
        self.host = Host(self._hosts, SETTINGS, self.mark)

    def round(self) -> None:
        self.host.wishes = self.wishes
        heard = self.port.read(max(1, self.port.in_waiting))
        for event in self.host.turn(heard, time.monotonic_ns() // 1_000_000):
            self.told.append(event)
            if isinstance(event, Happened):
                self.mark = (event.boot_id, event.counter)
                self.host.acknowledge(*self.mark)
        self.port.write(self.host.to_send(time.monotonic_ns() // 1_000_000))

    def until(self, condition: Callable[[], object]) -> None:
        end_s = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < end_s, self.told[-5:]
            self.round()

    def order(self, number: int, order: Any) -> None:
        self.until(lambda: self.host.ready)
        self.host.order(number, order)

    def end(self, number: int) -> Any:
        ends = (Answered, NotBegun, Unknown)
        self.until(lambda: any(isinstance(event, ends) and event.number == number for event in self.told))
        return next(event for event in self.told if isinstance(event, ends) and event.number == number)

    def turned(self, number: int, order: Turn) -> Turned:
        self.order(number, order)
        end = self.end(number)
        assert isinstance(end, Answered), end
        assert isinstance(end.answer, Turned)
        return end.answer

    def spiral(self, slot: str) -> Any:
        return self.server.call(lambda: self.world.truth()["spirals"][slot])

    def inject(self, fault: str, slot: str = "") -> None:
        self.server.call(lambda: faults.inject(self.world, fault, slot))

    def happened(self, kind: type) -> list[Any]:
        return [
            event.happening for event in self.told if isinstance(event, Happened) and isinstance(event.happening, kind)
        ]

    def close(self) -> None:
        self.port.close()
        self.server.__exit__()


def wait(condition: Callable[[], object]) -> None:
    """For what happens while nobody speaks to the board."""
    end_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)
