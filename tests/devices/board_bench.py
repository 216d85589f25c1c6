"""One board on a real pseudo-terminal, an inbox that keeps marks, and any number of controllers."""

from pathlib import Path
from typing import Any

from board_peer import PeerBoard
from inbox import Inbox, wait_for

from controller.config import Config, Machine
from controller.devices.board import Board
from controller.devices.worker import Backoff
from controller.domain.catalog import SlotId
from controller.domain.events import DeviceGone, DeviceReturned, Event, Reading

A1, B3 = SlotId("A1"), SlotId("B3")


class Brain(Inbox):
    """An inbox that resolves readings against its marks when told to `book`; everything else is `told`."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, int] = {}
        self.cents: list[int] = []
        self.alarms: list[tuple[str, int]] = []
        self.books = True
        self.readings = 0
        self._waiting: list[Reading] = []

    def take(self, message: Event | Reading) -> None:
        if isinstance(message, Event):
            self.told.append(message)
            return
        self.readings += 1
        self._waiting.append(message)
        self.book() if self.books else None

    def book(self) -> None:
        """Commit what waits."""
        for reading in self._waiting:
            if news := reading.since(self.marks):
                self.marks |= news.marks
                self.cents += news.coins_cents
                self.alarms += [(news.alarm, news.lost)] if news.alarm else []
        self._waiting.clear()

    def results(self) -> list[Event]:
        """What was told, without comings and goings."""
        return [event for event in self.told if not isinstance(event, DeviceGone | DeviceReturned)]


class Bench:
    """One board, one cable, one brain, and any number of controllers after each other."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "board"
        self.board = PeerBoard()
        self.brain = Brain()
        self.stuck = False
        self.last_vend = 500
        self.workers: list[Board] = []

    def config(self, **parts: dict[str, Any]) -> Config:
        """A machine whose motors, cabinet and coins are on the board."""
        given = {
            "motors": {"drive": "board"},
            "cabinet": {"drive": "board"},
            "coins": {"kind": "pulses"},
            "board": {"port": str(self.link), "slot_keys": {"A1": 0, "B3": 6}, "return_key": 15},
        }
        merged = {name: {**given.get(name, {}), **parts.get(name, {})} for name in {*given, *parts}}
        return Config(machine=Machine(name="quito-museo-1"), **merged)  # type: ignore[arg-type]

    def controller(self, **parts: dict[str, Any]) -> Board:
        """Start one; the board need not be there."""
        worker = Board(
            self.config(**parts),
            self.brain.put,
            lambda: self.brain.marks,
            lambda: self.last_vend,
            lambda: self.stuck,
            Backoff(0.02, 0.1),
        )
        self.workers.append(worker)
        worker.start()
        return worker

    def ready(self, **parts: dict[str, Any]) -> Board:
        """Plug the board in and wait until the controller has it."""
        self.board.open(self.link)
        worker = self.controller(**parts)
        self.wait_state(DeviceReturned)
        return worker

    def wait_state(self, kind: type, times: int = 1) -> None:
        self.brain.until(lambda: len(self.brain.all(kind)) >= times)

    def wait_results(self, *events: Event) -> None:
        """Wait until exactly this was told, without comings and goings."""
        self.brain.until(lambda: len(self.brain.results()) >= len(events))
        assert self.brain.results() == list(events)

    def wait_forgotten(self) -> None:
        """Wait until the board keeps no event any more."""
        wait_for(lambda: not self.board.waiting)

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.board.close()
