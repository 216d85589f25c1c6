"""One serial port and the payout hoppers on it: a worker that performs orders one after another and tells the truth.

Hoppers that share a bus pay in turn, never at once: one motor may draw several amperes when it starts. An order that was
interrupted, by a pulled cable or a hopper's power, is not taken up again: when the hopper answers, its count tells what
left. While it does not answer nobody knows, so nothing is told, and the brain asks again; but not for ever. A hopper that
is away too long, that is another one than was asked, or whose numbers disagree is named unsure: a person has to look.
"""

import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import serial

from controller.config import Hopper as HopperConfig
from controller.devices.cctalkline import carry, mono_ms, open_port
from controller.devices.hopperjobs import Job
from controller.devices.hopperstation import Station
from controller.devices.worker import OWED_MAX, PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.effects import AskHoppers, PayCoins
from controller.domain.events import DeviceGone, DeviceReturned, Trouble
from controller.protocols import cctalk

log = logging.getLogger(__name__)

JOBS_MAX = 16
"""More than this cannot wait honestly: the brain has one payout at a time."""
WATCH_S = 2.0
"""How often a hopper at rest is asked whether it is still there."""
PATIENCE_S = 8.0
"""How long an interrupted order waits for its hopper before it makes way for the brain's next question."""
GIVE_UP_S = 60.0
"""A hopper that gave no answer about an order for this long gives none: the machine has to serve the next visitor."""
AGAIN_S = 0.25
STOP_GRACE_S = 4.0
"""A payout under way may end within this when the controller stops; after that it is the next controller's to ask."""


class HopperLost(Exception):
    """A hopper does not answer, or cannot be used; says why. Its neighbours may be well."""


class Stopping(Exception):
    """The controller ends while an errand is under way."""


class HopperBus(Worker):
    """Owns one port. `give` may be called from any thread and returns at once."""

    def __init__(
        self,
        port: str,
        configs: Sequence[HopperConfig],
        put: Put,
        trouble: Trouble,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        super().__init__(f"hoppers at {port}", trouble, put, backoff())
        self._path = port
        self._stations = {config.place: Station(config, backoff()) for config in configs}
        self._jobs: queue.Queue[Job] = queue.Queue(JOBS_MAX)
        self._job: Job | None = None
        self._last_paid_id = 0
        self._late_s: dict[tuple[int, str], float] = {}
        """Since when there is no answer about an order, by its payout and place."""
        self._stop_s: float | None = None
        self.overflows = 0
        """Jobs dropped because too many were waiting."""

    @property
    def places(self) -> frozenset[str]:
        return frozenset(self._stations)

    def status(self) -> list[dict[str, Any]]:
        """A row for each hopper; safe to call at any time."""
        return [station.row() for station in self._stations.values()]

    def give(self, job: Job) -> None:
        """Queue a job. A full queue is a fault, not a wait: the job is dropped, and the brain asks again."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            self.overflows += 1
            log.error("%s: %s is dropped, %d jobs wait", self.name, job.effect, JOBS_MAX)
        self._wake.set()

    def work(self) -> None:
        with open_port(self._path) as port:
            self.came()
            for station in self._stations.values():
                station.present, station.look_s = False, 0.0
            try:
                while not self.stopping:
                    self._round(port)
            except Stopping:
                return
            except PORT_ERRORS as error:
                raise DeviceTrouble(f"port {self._path} failed: {error}") from error

    # With the port

    def _round(self, port: serial.Serial) -> None:
        """Look after whoever is due, then do one job, or sleep until there is something to do."""
        self.deliver()
        for station in self._stations.values():
            if time.monotonic() >= station.look_s:
                self._attend(port, station)
        job = self._next_job()
        if job is None:
            self.nap(min(station.look_s for station in self._stations.values()) - time.monotonic())
        elif isinstance(job.effect, AskHoppers):
            self._count(port, job)
            self._finish(job)
        else:
            self._settle(port, job)

    def _attend(self, port: serial.Serial, station: Station) -> None:
        try:
            if station.present:
                self._errand(port, station, station.host.watch)
            else:
                self._start(port, station)
        except HopperLost as lost:
            self._lose(station, str(lost))

    def _start(self, port: serial.Serial, station: Station) -> None:
        """Raises HopperLost."""
        self._errand(port, station, station.host.start)
        station.present = True
        station.backoff.reset()

    def _errand(self, port: serial.Serial, station: Station, begin: Callable[[], None]) -> None:
        """One errand of the hopper's host, to its end. Raises HopperLost, Stopping, or what the port raises."""
        host, heard = station.host, b""
        begin()
        while not host.ended:
            self.deliver()
            self._check_stop()
            for event in host.turn(heard, mono_ms()):
                if isinstance(event, cctalk.Lost):
                    raise HopperLost(event.reason)
            heard = carry(port, host, self.nap)
        station.look_s = time.monotonic() + WATCH_S
        self._tell_of(station, station.trouble)

    def _check_stop(self) -> None:
        """Raises Stopping: at once where no order is under way, else when the time of grace is over."""
        if not self.stopping:
            return
        self._stop_s = self._stop_s or time.monotonic() + STOP_GRACE_S
        if self._job is None or time.monotonic() >= self._stop_s:
            raise Stopping

    # Jobs

    def _next_job(self) -> Job | None:
        if self._job is None and not self._jobs.empty():
            self._job = self._jobs.get_nowait()
        return self._job

    def _finish(self, job: Job) -> None:
        self._job = None
        if isinstance(job.effect, PayCoins):
            self._last_paid_id = max(self._last_paid_id, job.effect.payout_id)
        if event := job.done(job):
            self.offer(event)

    def _count(self, port: serial.Serial, job: Job) -> None:
        """Every hopper that answers and may pay, with its lifetime count; how many coins are in it the books know."""
        job.hoppers.clear()
        for station in self._stations.values():
            if not station.present:
                continue
            try:
                self._errand(port, station, station.host.ask)
            except HopperLost as lost:
                self._lose(station, str(lost))
                continue
            lifetime = station.host.lifetime
            if not station.trouble and lifetime is not None:
                job.hoppers.append(Hopper(station.place, station.config.coin_cents, 0, lifetime, station.serial))

    def _settle(self, port: serial.Serial, job: Job) -> None:
        """Do what can be done of the job's orders; those whose hopper is away stay open for a while."""
        for order in tuple(job.open):
            station = self._stations[order.place]
            try:
                if not station.present:
                    self._start(port, station)
                self._carry_out(port, job, station, order)
            except HopperLost as lost:
                self._lose(station, str(lost))
            else:
                job.open.remove(order)
                self._late_s.pop((job.effect.payout_id, order.place), None)
        self._wait_or_finish(job)

    def _carry_out(self, port: serial.Serial, job: Job, station: Station, order: HopperOrder) -> None:
        """Pay what is missing, or only look where coins must not move. Raises HopperLost.

        An order of a hopper that tells no serial number can only trust its count.
        """
        if order.serial not in (None, station.serial):
            log.error("%s: another hopper stands in its place; what the order paid is not known", station.place)
            job.unsure.append(order.place)
            return
        act = station.host.look
        if self._may_pay(job, order) and not station.wrong_coin:
            act = station.host.pay
            job.begun.add(order.place)
        self._errand(port, station, partial(act, order.coins, order.lifetime_before))
        outcome = station.host.outcome
        assert outcome
        if outcome.paid is not None:
            job.paid.append(Paid(order.place, outcome.paid * order.coin_cents))
        if outcome.doubt:
            job.unsure.append(order.place)

    def _may_pay(self, job: Job, order: HopperOrder) -> bool:
        """Once begun, or once its end was told, an order moves no coin: what is missing may be owed by a claim by now."""
        fresh = isinstance(job.effect, PayCoins) and job.effect.payout_id > self._last_paid_id
        return fresh and order.place not in job.begun

    def _wait_or_finish(self, job: Job) -> None:
        """An order whose hopper is away waits for it a while, then it is dropped unanswered; in the end it is unsure."""
        for order in tuple(job.open):
            late_s = self._late_s.setdefault((job.effect.payout_id, order.place), time.monotonic())
            if time.monotonic() - late_s >= GIVE_UP_S:
                log.error("%s: no answer for too long; what the order paid is not known", order.place)
                job.open.remove(order)
                job.unsure.append(order.place)
        if not job.open:
            self._finish(job)
            return
        job.late_s = job.late_s or time.monotonic() + PATIENCE_S
        if time.monotonic() < job.late_s:
            self.nap(AGAIN_S)
            return
        log.warning("%s: no answer about %s, %s away", self.name, job.effect, [order.place for order in job.open])
        self._job = None

    # Without the port

    def _rest(self) -> None:
        """Between two attempts to open the port, questions are answered all the same."""
        end_s = time.monotonic() + self._backoff.wait_s()
        while not self.stopping and time.monotonic() < end_s:
            self.deliver()
            job = self._next_job()
            if job is None:
                self.nap(min(AGAIN_S, end_s - time.monotonic()))
            elif isinstance(job.effect, AskHoppers):
                job.hoppers.clear()
                self._finish(job)
            else:
                self._wait_or_finish(job)

    # What the brain hears of each hopper

    def _tell(self, state: DeviceGone | DeviceReturned) -> None:
        """The port's loss is the loss of every hopper on it; its return is told by each that answers."""
        if isinstance(state, DeviceGone):
            for station in self._stations.values():
                self._tell_of(station, state.reason)

    def _lose(self, station: Station, reason: str) -> None:
        station.present = False
        station.look_s = time.monotonic() + station.backoff.wait_s()
        self._tell_of(station, reason)

    def _tell_of(self, station: Station, reason: str) -> None:
        """Told when it is news: once when it can pay no more, once when it can. Only the newest state is delivered."""
        if reason == station.reason:
            return
        station.reason = reason
        log.log(logging.WARNING if reason else logging.INFO, "%s: %s", station.place, reason or "works")
        if reason and station.told_gone:
            return
        station.told_gone = bool(reason)
        station.losses += station.told_gone
        self._owed = deque((m for m in self._owed if getattr(m, "device", "") != station.place), maxlen=OWED_MAX)
        gone, back = DeviceGone(station.place, reason, self._trouble), DeviceReturned(station.place, self._trouble)
        self.offer(gone if reason else back)
