"""The motors: one order at a time, each vend at most once, and what became of it told to the brain.

The brain gives orders and goes on; a thread turns them into motion (`spirals`) and falling (`curtain`) and puts one
event for each. The rule of the house, for a slot whose motor was driven:

    home to home, something fell         ItemDropped
    stopped by a fault, something fell   ItemDropped, with the fault: the slot is closed, the piece is sold
    home to home, nothing fell           VendUnknown: a light piece may have passed the beam, a person decides
    stopped by a fault, nothing fell     VendRefused: surely not delivered, provided the curtain still works

Before anything turns, the curtain must prove itself; if it cannot, VendRefused names the sensor and not the slot.
A vend id this process knows turns nothing again: what became of it is told once more. After a restart nothing is known,
and a question is answered with VendUnknown. Lines that cannot be reached are told once and tried again for ever.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Thread

from controller.config import Motors
from controller.devices.curtain import Curtain
from controller.devices.spirals import Spirals
from controller.domain.catalog import Closed, SlotId
from controller.domain.effects import BringHome, Dispense, QueryVend, TrySensor
from controller.domain.events import (
    DeviceGone,
    DeviceReturned,
    Event,
    ItemDropped,
    MotorFaulty,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.trials import SensorTried

log = logging.getLogger(__name__)

NAME = "motors"
ORDERS_MAX = 8
REMEMBERED_MAX = 1_000
PULSE_S = 2.0
"""How often idle lines are read to find a loss, and lost ones tried again."""
END_S = 3.0


@dataclass(frozen=True, slots=True)
class Status:
    """For the technician: why the lines are lost (None: they are not), and pieces that fell while no vend ran."""

    lost: str | None
    strays: int


class MotorMatrix:
    """Spiral motors on gpiozero lines. `put` is the brain's inbox; it is called from the motors' own thread.

    Raises what gpiozero raises when the lines cannot be had at the start; later losses are events.
    """

    def __init__(self, motors: Motors, put: Callable[[Event], None]) -> None:
        self._motors, self._put = motors, put
        self._orders: Queue[Dispense | QueryVend | BringHome | TrySensor | None] = Queue(ORDERS_MAX)
        self._results: OrderedDict[int, Event] = OrderedDict()
        self._strays = 0
        self._lost: str | None = None
        self._closing = False
        self._open()
        self._thread = Thread(target=self._work, name=NAME, daemon=True)
        self._thread.start()

    def dispense(self, effect: Dispense) -> None:
        """Turn the slot's spiral once for this vend; returns at once."""
        self._order(effect)

    def query(self, effect: QueryVend) -> None:
        """Tell what became of this vend; turns nothing, returns at once."""
        self._order(effect)

    def bring_home(self, effect: BringHome) -> None:
        """Bring a spiral that stands in mid-turn home; returns at once. Told by `MotorFaulty`, and only if it fails."""
        try:
            self._orders.put_nowait(effect)
        except Full:
            self._put(MotorFaulty(effect.slot, Closed.NO_MOTOR))

    def try_sensor(self, effect: TrySensor) -> None:
        """Let the curtain prove itself, when no vend is in hand; returns at once. Told by `SensorTried`."""
        try:
            self._orders.put_nowait(effect)
        except Full:
            self._put(SensorTried(effect.trial_id, None))

    def status(self) -> Status:
        """Safe to call at any time."""
        return Status(self._lost, self._strays + (0 if self._lost else self._curtain.strays))

    def close(self) -> None:
        """Motors and curtain off now. A vend under way tells nothing any more: the books will ask after the restart."""
        self._closing = True
        self._shut()
        with suppress(Full):
            self._orders.put_nowait(None)
        self._thread.join(END_S)

    def _order(self, effect: Dispense | QueryVend) -> None:
        try:
            self._orders.put_nowait(effect)
        except Full:
            self._put(VendUnknown(effect.vend_id, "motors-busy"))

    # In the motors' own thread

    def _work(self) -> None:
        while not self._closing:
            try:
                order = self._orders.get(timeout=PULSE_S)
            except Empty:
                self._take_pulse()
                continue
            match order:
                case Dispense() | QueryVend():
                    self._tell(self._result(order))
                case BringHome(slot):
                    self._bring_home(slot)
                case TrySensor(trial_id):
                    self._tell(SensorTried(trial_id, self._proved()))
        self._shut()

    def _result(self, order: Dispense | QueryVend) -> Event:
        if known := self._results.get(order.vend_id):
            return known
        if isinstance(order, QueryVend):
            return VendUnknown(order.vend_id, "forgotten")
        result = self._results[order.vend_id] = self._vend(order)
        if len(self._results) > REMEMBERED_MAX:
            self._results.popitem(last=False)
        return result

    def _vend(self, order: Dispense) -> Event:
        if self._lost and not self._return():
            return VendRefused(order.vend_id, Closed.NO_MOTOR)
        try:
            return self._turn_and_watch(order.vend_id, order.slot)
        except Exception as error:
            if not self._closing:
                log.exception("vend %s: the motors' lines failed", order.vend_id)
            self._lose(error)
            return VendUnknown(order.vend_id, "motors-lost")

    def _turn_and_watch(self, vend_id: int, slot: SlotId) -> Event:
        if slot not in self._spirals:
            return VendRefused(vend_id, Closed.NO_MOTOR)
        if not self._curtain.works():
            return VendRefused(vend_id, Closed.SENSOR)
        with self._curtain.watching() as fell:
            fault = self._spirals.turn(slot)
            fell.wait(self._motors.drop_ms / 1000)
        if fell.is_set():
            return ItemDropped(vend_id, fault)
        if fault is None:
            return VendUnknown(vend_id, "no-drop")
        return VendRefused(vend_id, fault) if self._curtain.works() else VendUnknown(vend_id, "sensor")

    def _proved(self) -> bool | None:
        """Whether the curtain sees its lamp go off and on; None when its lines cannot be reached."""
        if self._lost and not self._return():
            return None
        try:
            return self._curtain.works()
        except Exception as error:
            log.exception("the curtain cannot be tried")
            self._lose(error)
            return None

    def _bring_home(self, slot: SlotId) -> None:
        """What falls on the way home is waited for: it must not pass for the piece of the next vend."""
        if slot not in self._spirals or (self._lost and not self._return()):
            self._tell(MotorFaulty(slot, Closed.NO_MOTOR))
            return
        try:
            with self._curtain.watching() as fell:
                fault = self._spirals.bring_home(slot)
                fell.wait(self._motors.drop_ms / 1000)
            self._strays += fell.is_set()
        except Exception as error:
            log.exception("%s could not be brought home", slot)
            fault = Closed.NO_MOTOR
            self._lose(error)
        if fault:
            self._tell(MotorFaulty(slot, fault))

    def _tell(self, event: Event) -> None:
        if not self._closing:
            self._put(event)

    # Losing the lines and finding them again. Every pin back-end raises its own kind of error, so any error counts.

    def _take_pulse(self) -> None:
        if self._lost:
            self._return()
            return
        try:
            self._spirals.touch()
            self._curtain.touch()
        except Exception as error:
            log.exception("the motors' lines cannot be read")
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        if self._closing or self._lost:
            return
        self._lost = str(error) or type(error).__name__
        self._strays += self._curtain.strays
        self._shut()
        self._tell(DeviceGone(NAME, self._lost, Trouble.NO_MOTORS))

    def _return(self) -> bool:
        try:
            self._open()
        except Exception:  # noqa: BLE001 - tried again in a moment, and the loss has been told
            return False
        self._lost = None
        self._tell(DeviceReturned(NAME, Trouble.NO_MOTORS))
        return True

    def _open(self) -> None:
        self._spirals = Spirals(self._motors)
        try:
            self._curtain = Curtain(self._motors)
        except Exception:
            self._spirals.close()
            raise

    def _shut(self) -> None:
        for part in (self._spirals, self._curtain):
            with suppress(Exception):
                part.close()
