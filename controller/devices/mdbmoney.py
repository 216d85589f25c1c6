"""The money on one MDB bus: a worker that owns the line, and a changer, a bill validator and a card reader on it.

One command at a time is on the line; the devices take turns. What each of them means for the machine is in `mdbcoins`,
`mdbtubes`, `mdbbills` and `mdbcard`. What a device said and the books must know is kept on the line until they do.
"""

import logging
import queue
from collections import deque
from collections.abc import Callable
from typing import Any

from controller.devices.cctalkline import mono_ms
from controller.devices.hopperjobs import Job
from controller.devices.mdbasked import Payments
from controller.devices.mdbbills import BILLS_CENTS, BillStation
from controller.devices.mdbcard import CardStation
from controller.devices.mdbcoins import ChangerStation
from controller.devices.mdbline import Heard, Life, Line, pays
from controller.devices.mdbstation import Booked, Marks, Station
from controller.devices.mdbtubes import PLACES
from controller.devices.worker import OWED_MAX, PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.effects import PaymentEffect
from controller.domain.events import DeviceGone, DeviceReturned, Trouble

log = logging.getLogger(__name__)

ADDRESS_BITS = 0xF8
POLL_MS = 100
ROUND_MS = 250
"""The longest wait: the brain may stand still meanwhile, and then no coin is let in."""
BUSY_MS, BOOKED_MS = 50, 10
"""How often one looks around while a command is on the line, and while something waits to be booked."""
STOP_MS, STOP_PAYING_MS = 500, 4_000
"""At the end there is so much time to shut money out, and to end a payout or a bill; what takes longer is the next
controller's."""


class MdbMoney(Worker):
    """One MDB line. All that is public may be called from any thread, and returns at once but for `shut` and `stop`.

    `marks` and `payments` are what the brain committed last; `stuck` says whether it stands still. `places`, `give` and
    `status` are those of a hopper bus, for `controller.devices.hoppers.Hoppers`.
    """

    def __init__(
        self,
        line: Line,
        put: Put,
        marks: Marks,
        payments: Payments | None = None,
        *,
        changer: bool = True,
        bills: bool = False,
        bills_cents: frozenset[int] = BILLS_CENTS,
        stuck: Callable[[], bool] = lambda: False,
        backoff: Backoff | None = None,
        poll_ms: int = POLL_MS,
    ) -> None:
        """Without `payments` there is no reader on the line. A validator never takes others than `bills_cents`."""
        super().__init__("mdb", Trouble.NO_COINS, put, backoff or Backoff(0.25, 2.0))
        self._line, self._stuck = line, stuck
        self._changer = ChangerStation(self, marks, poll_ms) if changer else None
        self._bills = BillStation(self, marks, poll_ms, bills_cents) if bills else None
        self._card = CardStation(self, marks, payments, poll_ms) if payments else None
        self._tills = [till for till in (self._changer, self._bills) if till]
        self._stations: deque[Station] = deque(filter(None, (self._changer, self._bills, self._card)))
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._unbooked: deque[tuple[Heard, list[Booked]]] = deque()
        self._shut = False
        self._stop_ms: int | None = None

    @property
    def places(self) -> frozenset[str]:
        """The tubes that may be here, whether or not the changer is."""
        return PLACES if self._changer else frozenset()

    def accept(self, cents: frozenset[int]) -> None:
        """Let money of these values in from now on, and no other. A set-point: it holds through any loss and return."""
        for till in self._tills:
            till.accept(cents)
        self._poke()

    def give(self, job: Job) -> None:
        """A part of an effect for hoppers."""
        assert self._changer
        self._jobs.put(job)
        self._poke()

    def pay(self, effect: PaymentEffect) -> None:
        """An effect for the reader. A payment by another provider is not for this worker."""
        assert self._card
        self._card.perform(effect)
        self._poke()

    def shut(self, settle_s: float) -> None:
        """No money from now on; returns when what is on its way had time to be booked."""
        self._shut = True
        self._poke()
        if any(not till.reason for till in self._tills):
            self._stopping.wait(settle_s)

    def stop(self, timeout_s: float = 6.0) -> None:
        """End the thread. A vend of the reader that has not ended is taken up by the next controller."""
        self._stopping.set()
        self._poke()
        super().stop(timeout_s)

    def status(self) -> list[dict[str, Any]]:
        """A row for each device, for a technician."""
        return [station.status() for station in tuple(self._stations)]

    def tell(self, state: DeviceGone | DeviceReturned) -> None:
        """For the stations: only the newest state of a device matters."""
        log.info("%s: %s", state.device, getattr(state, "reason", "works"))
        kinds = DeviceGone | DeviceReturned
        kept = (owed for owed in self._owed if not (isinstance(owed, kinds) and owed.device == state.device))
        self._owed = deque(kept, maxlen=OWED_MAX)
        self.offer(state)

    # In the worker's thread

    def work(self) -> None:
        self._line.open()
        try:
            self.came()
            while not self._is_over():
                self._round()
        except PORT_ERRORS as error:
            raise DeviceTrouble(f"the MDB line failed: {error}") from error
        finally:
            self._line.close()

    def _round(self) -> None:
        self.deliver()
        self._forget_what_is_booked()
        self._step()
        now_ms = mono_ms()
        for station in self._stations:
            station.tick(now_ms)
        self._speak(now_ms)
        for news in self._line.hear(self._wait_ms(now_ms)):
            self._hear(news)

    def _step(self) -> None:
        now_ms = mono_ms()
        held_back = bool(self._shut or self._owed or self.stopping or self._stuck())
        for till in self._tills:
            till.held_back = held_back
        if self._tills:
            self._line.let_in(any(till.wanted for till in self._tills))
        self._hand_on_jobs()
        for station in self._stations:
            station.step(now_ms)

    def _hand_on_jobs(self) -> None:
        """Nothing is paid out while a bill is in escrow (MDB/ICP 4.2, section 6): the visitor could have both."""
        held = self._bills and self._bills.busy and not self.reason
        while self._changer and not held and not self._jobs.empty():
            self._changer.tubes.give(self._jobs.get())

    def _speak(self, now_ms: int) -> None:
        """The next command, of whoever has waited longest."""
        for _ in range(len(self._stations) if self._line.free else 0):
            station = self._stations[0]
            self._stations.rotate(-1)
            command = station.host.to_send(now_ms)
            if command:
                self._line.send(command, pays(command))
                return

    def _wait_ms(self, now_ms: int) -> int:
        if self._unbooked:
            return BOOKED_MS
        if not self._line.free:
            return BUSY_MS
        due_ms = min((station.host.wake_ms for station in self._stations), default=now_ms + ROUND_MS)
        return max(0, min(ROUND_MS, due_ms - now_ms))

    def _hear(self, news: Life | Heard) -> None:
        now_ms = mono_ms()
        if isinstance(news, Life):
            self._unbooked.clear()
            for station in self._stations:
                station.live(news, now_ms)
            return
        address = news.block.command.data[0] & ADDRESS_BITS
        booked = [seen for there in self._stations if there.address == address for seen in there.hear(news, now_ms)]
        if news.number:
            self._unbooked.append((news, booked))

    def _forget_what_is_booked(self) -> None:
        """In order, as the line keeps it."""
        while self._unbooked and all(is_booked() for is_booked in self._unbooked[0][1]):
            self._line.forget(self._unbooked.popleft()[0])

    def _is_over(self) -> bool:
        if not self.stopping:
            return False
        self._stop_ms = self._stop_ms or mono_ms()
        paying = self._changer is not None and self._changer.tubes.busy
        stacking = self._bills is not None and self._bills.busy
        return mono_ms() - self._stop_ms >= (STOP_PAYING_MS if paying or stacking else STOP_MS)

    def _rest(self) -> None:
        """Orders are answered also while the line is away."""
        late_ms = mono_ms() + int(1_000 * self._backoff.wait_s())
        while not self.stopping and (left_ms := late_ms - mono_ms()) > 0:
            self.deliver()
            self._step()
            self.nap(min(left_ms, BUSY_MS) / 1_000)

    def _tell(self, state: DeviceGone | DeviceReturned) -> None:
        """The line's loss is the loss of every device on it; its return is told by each that answers."""
        if isinstance(state, DeviceGone):
            for station in self._stations:
                station.lost(state.reason)

    def _poke(self) -> None:
        self._wake.set()
        self._line.wake()
