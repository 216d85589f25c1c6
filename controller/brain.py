"""The brain: one thread that takes events one by one, asks what they mean, writes the answer down, and only then acts.

Nothing else changes the books. When the disk refuses, nothing is done: the machine stops taking coins, says so, and tries
to open its books again; what was under way is then asked of the devices, exactly as after a power cut.
"""

import contextlib
import logging
import queue
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from controller.clock import Clock
from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain import health
from controller.domain.cycle import Cycle, Phase
from controller.domain.events import CoinsSeen, DeadlinePassed, Event, Restarted, SlotChosen, Trouble, TroubleBegan
from controller.domain.health import Health, Ill
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.trials import step
from controller.domain.view import View, view
from controller.domain.welcome import welcome_coins
from controller.inbox import INBOX_MAX, Asked, Message, Passing, Stop
from controller.ledger.connection import DatabaseError
from controller.ledger.integrity import tail
from controller.ledger.journal import Journal, Stamp
from controller.rounds import ClockWatch, disk_is_writable, looked
from controller.setting import Setting
from controller.wishes import weighed

log = logging.getLogger("minga.brain")

TICK_S = 1.0
DISK_RETRY_S = 1.0
STUCK_MS = 500
"""Busy with one message for so long, the brain could not honour a coin: with the acceptor's own poll this makes a second."""
DISK = Ill(Trouble.DISK)
Perform = Callable[[Any], None]


class Brain:
    """Owns the books. `performers` do each kind of effect; `publish` gets the machine's picture after every change.

    It gets a function that draws the picture, of values that never change: drawing is left to the thread that shows it.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        setting: Setting,
        performers: Mapping[type[do.Effect], Perform],
        publish: Callable[[Callable[[], View]], None] | None = None,
    ) -> None:
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.stopping = False
        self.journal = journal
        self.health: Health = frozenset()
        self._clock, self._setting, self._performers, self._publish = clock, setting, performers, publish
        self._boot_id = journal.boots() + 1
        self._unheard = setting.hoppers
        self._version = 0
        self._coins_welcome: frozenset[int] | None = None
        self._clock_watch = ClockWatch(clock)
        self._busy_since_ms: int | None = None
        self.turns = 0
        """How many messages were handled; a watchdog sees that it moves."""

    # What it knows

    @property
    def cycle(self) -> Cycle:
        return self.journal.cycle

    @property
    def shop(self) -> Shop:
        floats = {
            place: cents for place, cents in self.journal.balances.items() if place.startswith(("hopper:", "tube:"))
        }
        return replace(self.journal.shop, floats=floats, **self._sick(self.health))

    def _sick(self, ill: Health) -> dict[str, Any]:
        """What health means for the shop. A hopper that has not answered yet cannot be counted on."""
        return {"troubles": health.troubles(ill), "away": health.away(ill) | self._unheard}

    def is_stuck(self) -> bool:
        """Whether the brain has been busy with one message for too long. Safe to ask from any thread."""
        since_ms = self._busy_since_ms
        return since_ms is not None and self._clock.mono_ms() - since_ms > STUCK_MS

    def picture(self) -> Callable[[], View]:
        """Draws the machine as it is right now, whenever it is called."""
        now_ms, wall_ms = self._clock.mono_ms(), self._clock.wall_ms()
        name, boot_id, version = self._setting.machine, self._boot_id, self._version
        return partial(view, name, boot_id, version, wall_ms, self.cycle, self.shop, now_ms)

    def put(self, message: Message) -> None:
        """Into the inbox; raises queue.Full, because a full inbox is a fault and not a reason to wait."""
        if self.inbox.qsize() >= INBOX_MAX:
            raise queue.Full
        self.inbox.put(message)

    def stop(self) -> None:
        """End the run after the message in hand. Safe in a signal handler: a SimpleQueue's put takes no lock of Python's."""
        self.stopping = True
        self.inbox.put(Stop())

    # Life

    def start(self) -> None:
        """Look at the end of the books, write down the start, then ask the devices about whatever was under way."""
        wrong = tail(self.journal.db)
        self._commit(self.cycle, [f.Booted(self._boot_id, self._setting.version)])
        if wrong:
            log.error("the end of the books is not whole, nothing is sold: %s", wrong)
            self._decide(TroubleBegan(Trouble.BOOKS))
        self.handle(Restarted())

    def run(self) -> None:
        """Take messages until told to stop."""
        while True:
            self._busy_since_ms = None
            try:
                message = self.inbox.get(timeout=self._patience_s())
            except queue.Empty:
                self._busy_since_ms = self._clock.mono_ms()
                self._tick()
                continue
            self._busy_since_ms = self._clock.mono_ms()
            if isinstance(message, Stop):
                return
            self.handle(message)
            if self._is_overdue():
                self.handle(DeadlinePassed())

    def handle(self, message: Message) -> None:
        """One message, whole: decide, write, act, show."""
        self.turns += 1
        while not self._outlasting(partial(self._handle, message)):
            if isinstance(message, Passing):
                break  # nobody waits in front of the machine any more
        self._show()

    def _handle(self, message: Message) -> None:
        match message:
            case Asked(Wish() as wish, reply):
                reply(self._grant(wish))
            case Asked(SlotChosen(slot) as event, reply) if slot not in self.journal.shop.slots:
                known = ", ".join(self.journal.shop.slots) or "none yet"
                reply(Refusal("unknown-slot", f"there is no slot {slot!r}; this machine has {known}"))
            case Asked(Event() as event, reply):
                self._decide(event)
                reply(None)
            case Event():
                self._decide(message)
            case Asked() | Stop():
                pass
            case reading:
                news = reading.since(self.journal.marks)
                if news:
                    self._decide(news)

    def _decide(self, event: Event) -> None:
        """Decide, write down, act: in this order, always."""
        now_ill = health.after(self.health, event)
        noted = health.facts(self.health, now_ill, event)
        self._unheard = health.unheard(self._unheard, event)
        shop = replace(self.shop, **self._sick(now_ill))
        decision = step(self.cycle, event, self._clock.mono_ms(), shop)
        marks = event.marks if isinstance(event, CoinsSeen) else {}
        self._commit(decision.cycle, (*noted, *decision.facts), marks)
        self.health = now_ill
        self._perform(decision.effects)

    def _grant(self, wish: Wish) -> Refusal | None:
        answer = weighed(wish, self.journal, self.shop, self._setting.wired, self._clock.mono_ms())
        if isinstance(answer, Granted):
            self._commit(answer.cycle or self.cycle, answer.facts, keeps=answer.keeps)
            self._perform(answer.effects)
            return None
        return answer

    def _commit(
        self, cycle: Cycle, facts: Iterable[f.Fact], marks: Mapping[str, int] | None = None, keeps: Any = ()
    ) -> None:
        """Write only what must survive: a new notice or deadline alone is worth no disk sync."""
        facts = tuple(facts)
        if facts or marks or keeps:
            clock = self._clock
            stamp = Stamp(self._boot_id, clock.mono_ms(), clock.wall_ms(), clock.trusted())
            self.journal.append(stamp, cycle, facts, marks, keeps)
        else:
            self.journal.cycle = cycle
        self._version += 1

    def _perform(self, effects: Iterable[do.Effect]) -> None:
        for effect in effects:
            self._performers[type(effect)](effect)
        self._set_coins()

    def _set_coins(self) -> None:
        """Tell the coin acceptor when its welcome changes, and only then."""
        welcome = welcome_coins(self.cycle, self.shop)
        if welcome != self._coins_welcome:
            self._coins_welcome = welcome
            self._performers[do.AcceptCoins](do.AcceptCoins(welcome))

    def _show(self) -> None:
        self._set_coins()
        if self._publish:
            self._publish(self.picture())

    # Time

    def _patience_s(self) -> float:
        """How long to wait for a message: until the next deadline, at most one tick."""
        deadline_ms = self.cycle.deadline_ms
        if deadline_ms is None:
            return TICK_S
        return min(TICK_S, max(0.001, (deadline_ms - self._clock.mono_ms()) / 1_000))

    def _is_overdue(self) -> bool:
        deadline_ms = self.cycle.deadline_ms
        return deadline_ms is not None and self._clock.mono_ms() >= deadline_ms

    def _tick(self) -> None:
        """Nothing came in: see whether a deadline passed, look around, rest the log, show a sign of life."""
        if self._is_overdue():
            self.handle(DeadlinePassed())
            return
        self._look_at_disk()
        clock_set = self._clock_watch.news()
        if clock_set and self._outlasting(partial(self._commit, self.cycle, [clock_set])):
            self._clock_watch.written(clock_set)
        for news in looked(self._setting.hours, self._clock, self.cycle.phase, self.shop, self.health):
            self.handle(news)
        with contextlib.suppress(sqlite3.Error):  # a checkpoint loses nothing by failing; the next write will tell
            self.journal.rest(idle=self.cycle.phase is Phase.IDLE)
        self._show()

    # The disk

    def _look_at_disk(self) -> None:
        """Stop before a coin is taken that could not be written down; resume when there is room."""
        writable = disk_is_writable(self.journal.path, self._setting.disk_free_mb_min)
        if writable == (DISK in self.health):
            self.health ^= {DISK}
            log.warning("the disk %s", "can be written again" if writable else "is full or read-only: taking no coins")

    @property
    def outlasts_the_disk(self) -> bool:
        """Whether the books cannot be written right now."""
        return DISK in self.health

    def _outlasting(self, write: Callable[[], None]) -> bool:
        """Do it; False when the disk refused: then nothing was done, and the books are open again."""
        try:
            write()
        except sqlite3.OperationalError as error:  # the disk's fault; a broken rule of the books ends the process
            self._outlast_the_disk(error)
            return False
        return True

    def _outlast_the_disk(self, error: sqlite3.OperationalError) -> None:
        """The books refused a write: stop selling, say so, and come back as after a power cut."""
        log.error("the books cannot be written (%s): taking no coins until they can", error)
        self.health |= {DISK}
        self._show()
        while not self._reopen():
            if self.stopping:
                raise SystemExit("stopped while the books could not be written")
            time.sleep(DISK_RETRY_S)
            self._show()
        self.health -= {DISK}
        log.warning("the books can be written again")
        if self.cycle.moves:
            self._decide(Restarted())

    def _reopen(self) -> bool:
        with contextlib.suppress(sqlite3.Error):
            self.journal.close()
        try:
            self.journal = Journal(self.journal.path, self.journal.shop.policy)
            wrong = tail(self.journal.db)
            self._commit(
                self.cycle, [f.TroubleSeen(Trouble.DISK.value, "disk", ""), f.TroubleOver(Trouble.DISK.value, "disk")]
            )
        except (sqlite3.OperationalError, DatabaseError):
            return False
        if wrong:
            log.error("the end of the books is not whole after the disk's error, nothing is sold: %s", wrong)
            self.health |= {Ill(Trouble.BOOKS)}
        return True
