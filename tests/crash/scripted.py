"""The program under test, whole and small: the real Brain on real books, with devices that ask the world outside.

`python scripted.py DATABASE FD` lives one life: it starts, recovers what was under way, and does what happens next until
the story is over. Over the socket FD it is given the world as it is, and tells all that it does there *before* it is
done; so the world's keeper at the other end knows the truth whatever becomes of this process.
"""

import pickle
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outside import World
from stories import POLICY, SLOTS, Wait
from truth import SimulatedClock

from controller.brain import Brain, Setting
from controller.domain import effects as do
from controller.domain.catalog import SlotId
from controller.domain.events import DeadlinePassed, Event
from controller.domain.stocking import Wish
from controller.domain.view import View
from controller.inbox import Asked
from controller.ledger.journal import Journal

WORLD_BYTES_MAX = 100_000
Ask = Callable[..., Any]


class Machine:
    """A controller without threads: the same brain, handed one thing after another."""

    def __init__(self, path: Path, ask: Ask) -> None:
        self.ask, self.clock, self.reports = ask, SimulatedClock(), list[Event]()
        performers = dict.fromkeys(do.Effect.__subclasses__(), lambda effect: None) | {
            do.Dispense: lambda effect: self._hear(ask("turn", effect.vend_id, effect.slot)),
            do.QueryVend: lambda effect: self._hear(ask("vend", effect.vend_id)),
            do.AskHoppers: lambda effect: self._hear(ask("hoppers_there", effect.payout_id)),
            do.PayCoins: self._pay,
            do.AskPaid: lambda effect: self._hear(ask("coins_paid", effect.payout_id, effect.orders, True)),
            do.AcceptCoins: lambda effect: ask("accept", bool(effect.cents)),
        }
        setting = Setting("guion", "0", frozenset(SlotId(slot) for slot in SLOTS), disk_free_mb_min=0)
        self.brain = Brain(Journal(path, POLICY), self.clock, setting, performers, self._publish)

    def live(self) -> None:
        """From the start to the end of the story."""
        self.brain.start()
        self._deliver()
        self.brain.handle(self.ask("acceptor"))
        self._deliver()
        while (act := self.ask("act")) is not None:
            self._do(act)
            self._deliver()

    def _do(self, act: Any) -> None:
        match act:
            case Wait(ms):
                self.clock.now_ms += ms
                self.brain._tick()
            case Wish():
                self.brain.handle(Asked(act, lambda no: self.ask("answered", act, no.code if no else "")))
            case _:
                self.brain.handle(act)

    def _pay(self, effect: do.PayCoins) -> None:
        self.ask("order_coins", effect.payout_id, effect.orders)
        while self.ask("pay_coin"):
            pass
        self._hear(self.ask("coins_paid", effect.payout_id, effect.orders, False))

    def _hear(self, report: Event | None) -> None:
        if report:
            self.reports.append(report)

    def _deliver(self) -> None:
        """Reports reach the brain after the decision that asked for them, as they do through its inbox."""
        while self.reports:
            self.brain.handle(self.reports.pop(0))
        if self.brain._is_overdue():
            self.brain.handle(DeadlinePassed())
            self._deliver()

    def _publish(self, draw: Callable[[], View]) -> None:
        picture = draw()
        notices = [notice for notice in (picture.notice, *picture.codes) if notice]
        codes = {notice.claim: notice.cents for notice in notices if notice.claim}
        self.ask("shown", self.brain.journal.seq, self.brain.journal.head, codes, "disk" in picture.troubles)


def devices(line: socket.socket) -> Ask:
    """Devices in the world that waits on this line: first the deed is told outside, then it is done, then answered."""
    world: World = pickle.loads(line.recv(WORLD_BYTES_MAX))

    def ask(*message: Any) -> Any:
        line.send(pickle.dumps(message))
        return world.answer(message)

    return ask


if __name__ == "__main__":
    Machine(Path(sys.argv[1]), devices(socket.socket(fileno=int(sys.argv[2])))).live()
