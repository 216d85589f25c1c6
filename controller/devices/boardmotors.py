"""The motors on the board: the same orders and events as the motors on GPIO lines (`matrix`), one act at a time.

A vend's id is the number of its command. The board turns it once, whoever repeats it, and answers how it ended:

    home, something fell                   ItemDropped
    stopped by a fault, something fell     ItemDropped, with the fault
    home, nothing fell                     VendUnknown: a light piece may have passed the curtain
    a fault, nothing fell, curtain proved  VendRefused; without that proof VendUnknown
    the curtain did not prove itself first, no motor, or never begun: VendRefused, nothing turned
    the board was reset, or forgot         VendUnknown

After a silence or a restart the board is only asked. While it is away an order waits for a moment and no longer: what was
never told to it is refused and never told to it later, of anything else nobody knows.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue

from controller.devices.boardsettings import Place
from controller.domain.catalog import Closed, SlotId
from controller.domain.effects import BringHome, Dispense, QueryVend, TrySensor
from controller.domain.events import Event, ItemDropped, MotorFaulty, VendRefused, VendUnknown
from controller.domain.trials import SensorTried
from controller.protocols import board
from firmware import messages

ORDERS_MAX = 8
REMEMBERED_MAX = 1_000
BEGIN_MS = 3_000
"""So long an order waits for a board that is away; the visitor waits too."""
ASK_MS = 8_000
"""So long an answer is waited for from a board that is away: its own restart takes some three seconds."""

FAULTS = {
    messages.STUCK_HOME: Closed.STUCK_HOME,
    messages.NO_MOTOR: Closed.NO_MOTOR,
    messages.JAMMED: Closed.JAMMED,
    messages.OVER_CURRENT: Closed.JAMMED,
    messages.NO_SENSOR: Closed.SENSOR,
    messages.POWER_CUT: Closed.JAMMED,
}
"""What is wrong with a slot, by the turn's result; a result of a newer firmware is a jam: a person looks."""
PROVED_AFTER = 2
"""Bit of a turn's `curtain`."""

Order = Dispense | QueryVend | BringHome | TrySensor
End = board.Answered | board.NotBegun | board.Unknown


def vend_event(vend_id: int, turned: board.Turned) -> Event:
    """What an answered turn means for its vend."""
    fault = None if turned.result == messages.HOME else FAULTS.get(turned.result, Closed.JAMMED)
    if turned.fell:
        return ItemDropped(vend_id, fault)
    if fault is None:
        return VendUnknown(vend_id, "no-drop")
    if turned.result in (messages.NO_SENSOR, messages.NO_MOTOR) or turned.curtain & PROVED_AFTER:
        return VendRefused(vend_id, fault)
    return VendUnknown(vend_id, "sensor")


@dataclass(slots=True)
class _Job:
    """An order in hand. `boot_id` is the board's life it was told in, None before; `late_ms` when it waits no longer.

    `host` is the one that has it now: after a loss of the port there is another, which is only to ask.
    """

    order: Order
    late_ms: int
    number: int
    kind: int
    boot_id: int | None = None
    host: board.Host | None = None

    @property
    def asks(self) -> bool:
        """Only a question: the board is to turn nothing for it (any more)."""
        return self.boot_id is not None or isinstance(self.order, QueryVend)


class BoardMotors:
    """`places` says where each slot's motor is; `put` is the brain's inbox, used from the caller's thread only to refuse.

    `wake` is called when there is an order. `step` and `heard` belong to the worker's thread and return what to tell.
    """

    def __init__(
        self,
        places: Mapping[SlotId, Place],
        run_ms_max: int,
        drop_ms: int,
        put: Callable[[Event], None],
        wake: Callable[[], None],
    ) -> None:
        self._places, self._run_ms_max, self._drop_ms = places, run_ms_max, drop_ms
        self._put, self._wake = put, wake
        self._orders: Queue[Order] = Queue(ORDERS_MAX)
        self._results: OrderedDict[int, Event] = OrderedDict()
        self._job: _Job | None = None

    # From any thread

    def dispense(self, effect: Dispense) -> None:
        """Turn the slot's spiral once for this vend; returns at once."""
        self._order(effect)

    def query(self, effect: QueryVend) -> None:
        """Tell what became of this vend; turns nothing, returns at once."""
        self._order(effect)

    def bring_home(self, effect: BringHome) -> None:
        """Bring a spiral that stands in mid-turn home; told by `MotorFaulty`, and only if it fails."""
        self._order(effect)

    def try_sensor(self, effect: TrySensor) -> None:
        """Let the curtain prove itself; told by `SensorTried`."""
        self._order(effect)

    @property
    def busy(self) -> bool:
        """Whether an order is in hand or waits."""
        return self._job is not None or not self._orders.empty()

    def _order(self, effect: Order) -> None:
        try:
            self._orders.put_nowait(effect)
        except Full:
            self._put(_refused(effect, "motors-busy"))
        self._wake()

    # In the worker's thread

    def step(self, host: board.Host | None, now_ms: int) -> list[Event]:
        """Give the board what is to be done; `host` is None while its port is closed. What to tell, in order."""
        told: list[Event] = []
        while self._job is None:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return told
            told += self._take(order, now_ms)
        return told + self._pursue(self._job, host, now_ms)

    def heard(self, end: End) -> list[Event]:
        """A command ended: what to tell."""
        job = self._job
        if job is None or (job.kind, job.number) != (end.kind, end.number):
            return []
        return self._end(self._meaning(job, end))

    def _take(self, order: Order, now_ms: int) -> list[Event]:
        """Answer at once what can be; otherwise it is the job in hand."""
        match order:
            case Dispense(vend_id) | QueryVend(vend_id) if known := self._results.get(vend_id):
                return [known]
            case Dispense(vend_id, slot) if slot not in self._places:
                return [VendRefused(vend_id, Closed.NO_MOTOR)]
            case BringHome(slot) if slot not in self._places:
                return [MotorFaulty(slot, Closed.NO_MOTOR)]
            case QueryVend(vend_id):
                self._job = _Job(order, now_ms + ASK_MS, vend_id, messages.TURN)
            case Dispense(vend_id):
                self._job = _Job(order, now_ms + BEGIN_MS, vend_id, messages.TURN)
            case BringHome():
                self._job = _Job(order, now_ms + BEGIN_MS, 0, messages.TRIAL)
            case TrySensor():
                self._job = _Job(order, now_ms + BEGIN_MS, 0, messages.CURTAIN)
        return []

    def _pursue(self, job: _Job, host: board.Host | None, now_ms: int) -> list[Event]:
        if host is not None:
            with suppress(board.LocalProtocolError):  # an order that was given up has not ended yet: try again
                self._hand(job, host)
            if host.ready or (job.asks and host.boot_id is not None):
                job.late_ms = now_ms + ASK_MS
        return self._end(self._given_up(job)) if now_ms >= job.late_ms else []

    def _hand(self, job: _Job, host: board.Host) -> None:
        """Give the host the job, once. Raises LocalProtocolError while it cannot take it."""
        if job.asks:
            if job.host is not host:
                host.recall(job.number, job.kind, job.boot_id)
                job.host = host
        elif host.ready:
            self._begin(job, host)
            job.boot_id, job.host = host.boot_id, host

    def _begin(self, job: _Job, host: board.Host) -> None:
        """Order it, for this life of the board only."""
        if isinstance(job.order, TrySensor):
            job.number = host.highest[messages.WORKSHOP] + 1
            host.order(job.number, board.Curtain())
            return
        place = self._places[job.order.slot]
        if isinstance(job.order, Dispense):
            host.order(job.number, board.Turn(place.row, place.column, 1, 1, self._run_ms_max, self._drop_ms))
        else:
            job.number = host.highest[messages.WORKSHOP] + 1
            host.order(job.number, board.Trial(place.row, place.column, 0, 0, self._run_ms_max))

    def _meaning(self, job: _Job, end: End) -> Event | None:
        match job.order, end:
            case TrySensor(trial_id), board.Answered(answer=board.CurtainTested(works)):
                return SensorTried(trial_id, bool(works))
            case TrySensor(trial_id), _:
                return SensorTried(trial_id, None)
            case BringHome(slot), board.Answered(answer=board.Turned(result)):
                return None if result == messages.HOME else MotorFaulty(slot, FAULTS.get(result, Closed.JAMMED))
            case BringHome(slot), _:
                return MotorFaulty(slot, Closed.NO_MOTOR)
            case ((Dispense(vend_id) | QueryVend(vend_id)), board.Answered(answer=board.Turned() as turned)):
                return vend_event(vend_id, turned)
            case ((Dispense(vend_id) | QueryVend(vend_id)), board.NotBegun()):
                return VendRefused(vend_id, Closed.NO_MOTOR)
            case QueryVend(vend_id), _:
                return VendUnknown(vend_id, "forgotten")
            case Dispense(vend_id), _:
                return VendUnknown(vend_id, "motors-lost")
        raise AssertionError(f"{end} ends no {job.order}")

    def _given_up(self, job: _Job) -> Event:
        """The board is away for too long. What was never told to it surely did not turn."""
        if isinstance(job.order, Dispense) and job.boot_id is None:
            return VendRefused(job.order.vend_id, Closed.NO_MOTOR)
        return _refused(job.order, "motors-lost")

    def _end(self, event: Event | None) -> list[Event]:
        self._job = None
        if isinstance(event, ItemDropped | VendRefused | VendUnknown):
            self._results[event.vend_id] = event
            if len(self._results) > REMEMBERED_MAX:
                self._results.popitem(last=False)
        return [event] if event else []


def _refused(order: Order, reason: str) -> Event:
    if isinstance(order, BringHome):
        return MotorFaulty(order.slot, Closed.NO_MOTOR)
    if isinstance(order, TrySensor):
        return SensorTried(order.trial_id, None)
    return VendUnknown(order.vend_id, reason)
