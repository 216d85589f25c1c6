"""An effect for the hoppers, shared out to the buses they are on, and the one answer when all parts are there."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.effects import AskHoppers, AskPaid, PayCoins
from controller.domain.events import CoinsPaid, Event, HoppersAnswered

Ask = AskHoppers | PayCoins | AskPaid


@dataclass(slots=True)
class Job:
    """An effect's part on one bus: what is open of it, and what is known by now.

    `done` takes the finished job, and gives the event to tell once the parts on all buses are there.
    """

    effect: Ask
    done: Callable[["Job"], Event | None]
    open: list[HopperOrder] = field(default_factory=list)
    hoppers: list[Hopper] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    late_s: float | None = None
    """When its interrupted orders stop waiting; None while none is interrupted."""


class Gathering:
    """Collects the finished parts of one effect, whatever threads they come from. `strangers` are places nobody has."""

    def __init__(self, effect: Ask, parts: int, strangers: Iterable[str] = ()) -> None:
        self._effect, self._missing, self._strangers = effect, parts, tuple(strangers)
        self._jobs: list[Job] = []
        self._lock = threading.Lock()

    def done(self, job: Job) -> Event | None:
        """Take one part; the answer once it was the last one."""
        with self._lock:
            self._jobs.append(job)
            self._missing -= 1
            return None if self._missing else self.answer()

    def answer(self) -> Event:
        """What is known, in the order of the effect."""
        if isinstance(self._effect, AskHoppers):
            return HoppersAnswered(self._effect.payout_id, tuple(found for job in self._jobs for found in job.hoppers))
        nth = {order.place: number for number, order in enumerate(self._effect.orders)}
        paid = sorted((part for job in self._jobs for part in job.paid), key=lambda part: nth[part.place])
        unsure = {*self._strangers, *(place for job in self._jobs for place in job.unsure)}
        return CoinsPaid(self._effect.payout_id, tuple(paid), tuple(sorted(unsure, key=nth.__getitem__)))
