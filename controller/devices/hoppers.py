"""The payout hoppers: which of them answer, let them pay, and what was truly paid.

Orders are executed exactly once although a hopper knows no ids: each carries the hopper's lifetime count from before, and
whatever is asked, repeated or interrupted, that count decides what has left and what is missing.

There is one worker for each serial port; several hoppers may share a port under different addresses. This version wants
the hoppers on a port of their own: a coin acceptor is asked for credits all the time, and its worker owns its port.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from controller.config import Hopper as HopperConfig
from controller.devices.hopperbus import HopperBus
from controller.devices.hopperjobs import Ask, Gathering, Job
from controller.devices.worker import Backoff, Put
from controller.domain.effects import AskHoppers, AskPaid, PayCoins
from controller.domain.events import Trouble


class PayingBus(Protocol):
    """Where coins can be paid out: a port with hoppers, or a changer with its tubes."""

    @property
    def places(self) -> frozenset[str]: ...
    def give(self, job: Job) -> None: ...
    def status(self) -> list[dict[str, Any]]: ...


class Hoppers:
    """All hoppers of the machine. Every method may be called from any thread and returns at once; answers are events.

    `trouble` is what the loss of a hopper means for selling; `DeviceGone` and `DeviceReturned` come for each hopper, with
    its place (`hopper:25`) for a device. `backoff` makes the waits between two attempts to open a port. `more` pay too, and
    are started and stopped by somebody else.
    """

    def __init__(
        self,
        configs: Iterable[HopperConfig],
        put: Put,
        trouble: Trouble,
        backoff: Callable[[], Backoff] = Backoff,
        more: Iterable[PayingBus] = (),
    ) -> None:
        ports: dict[str, list[HopperConfig]] = {}
        for config in configs:
            ports.setdefault(config.port, []).append(config)
        self._put = put
        self._own = [HopperBus(port, there, put, trouble, backoff) for port, there in ports.items()]
        self._buses: list[PayingBus] = [*self._own, *more]

    def start(self) -> None:
        for bus in self._own:
            bus.start()

    def stop(self) -> None:
        """End the workers. A payout under way may end first, for some seconds; a longer one is the next controller's."""
        for bus in self._own:
            bus.stop()

    def ask(self, effect: AskHoppers) -> None:
        """Answered by `HoppersAnswered`: who may pay, and each one's lifetime count. `coins` is 0: the books know it."""
        self._share(effect, self._buses)

    def pay(self, effect: PayCoins) -> None:
        """Answered by `CoinsPaid`, as `ask_paid`. A repeated order pays what is missing of it; after its answer, nothing."""
        self._share_orders(effect)

    def ask_paid(self, effect: AskPaid) -> None:
        """Answered by `CoinsPaid`, once nothing moves any more; not while a hopper it concerns is away. Moves no coin."""
        self._share_orders(effect)

    def status(self) -> list[dict[str, Any]]:
        """A row for each hopper, for a technician."""
        return [row for bus in self._buses for row in bus.status()]

    def _share_orders(self, effect: PayCoins | AskPaid) -> None:
        """An order for a place that is not configured has no one to ask: it is unsure."""
        buses = [bus for bus in self._buses if any(order.place in bus.places for order in effect.orders)]
        known = {place for bus in buses for place in bus.places}
        self._share(effect, buses, [order.place for order in effect.orders if order.place not in known])

    def _share(self, effect: Ask, buses: Sequence[PayingBus], strangers: Iterable[str] = ()) -> None:
        gathering = Gathering(effect, len(buses), strangers)
        if not buses:
            self._put(gathering.answer())
        for bus in buses:
            orders = () if isinstance(effect, AskHoppers) else effect.orders
            bus.give(Job(effect, gathering.done, [order for order in orders if order.place in bus.places]))
