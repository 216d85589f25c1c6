"""The host's half of a payout hopper: pays an order exactly once, though a dispense command carries no id.

A hopper counts every coin it ever paid and keeps that count without power. An order holds the count from before, so what
it has paid is a difference that any host can ask for at any time, and only what is missing is dispensed. A dispense
(header 167) is written once: when its answer is lost, status and count tell what became of it, and it is written again
only when both prove that no coin moved (ccTalk 4.7 part 3; the SUZOHAPP Flow and Alberici hopper manuals).

The host runs one errand at a time: `start`, `watch`, `ask`, `pay`, `look`. Each ends with `Stopped`, or with `Lost` when
the hopper cannot be used; what it found out is in the host's attributes.
"""

from enum import StrEnum

from .coins import CoinId, coin_id
from .conversation import Conversation, Pause, Script, optional, twice_alike
from .counters import COUNT_BYTES, COUNTS
from .errors import LocalProtocolError, RemoteProtocolError
from .events import Identity
from .exchange import Exchange, NoAnswer, Question
from .frame import Frame
from .identity import ascii_of, identify
from .names import HOPPER_BLOCKED, Header, HopperFlag
from .payout import STATUS_BYTES, Outcome, Status, Still, doubt_of_dispense, executed, outcome_of

CATEGORY = "Payout"
ENABLE = b"\xa5"
ONCE_MAX = 255
"""A dispense cannot order more coins than this."""
POLL_MS = 150
SLOW_MS = 1_000
"""How long a command that first acts may take to answer."""
QUIET_MS = 150
"""A lost answer is given up for good after this."""
RESET_MS = 500
STATUS_TRIES = 25
"""Times 200 ms: longer than any known hopper takes to come back after its supply dropped (630 ms)."""
ATTEMPTS_MAX = 3
"""So often a dispense is written of which status and count prove each time that it was not executed."""
STOPS_MAX = 3

STATUS = Question(Header.REQUEST_HOPPER_STATUS, tries=STATUS_TRIES, answer_bytes=STATUS_BYTES)
COUNT = Question(Header.REQUEST_HOPPER_DISPENSE_COUNT, tries=6, answer_bytes=COUNT_BYTES)
STOP = Question(Header.EMERGENCY_STOP, timeout_ms=SLOW_MS, tries=5, answer_bytes=1)
RESET = Question(Header.RESET_DEVICE, timeout_ms=SLOW_MS, answer_bytes=0)


class Security(StrEnum):
    """What must stand before the number of coins in a dispense. A switch in the hopper decides; it is never guessed."""

    NONE = "none"
    """Eight zero bytes."""
    SERIAL = "serial"
    """The three bytes of the serial number, lowest first."""


class _OnceLine(Exchange):
    """A line on which a dispense is written once: the first damage ends it, as `tries=1` ends it at the first silence."""

    def _damaged(self, why: str) -> None:
        if self._question.header == Header.DISPENSE_HOPPER_COINS:
            self.counts["damaged"] += 1
            self._give_up(f"damaged: {why}")
        super()._damaged(why)


class HopperHost(Conversation):
    """Drives one hopper, errand by errand, the first of which is `start`.

    A hopper that gives no coin for `no_progress_ms` is stopped.
    """

    def __init__(
        self,
        address: int = 3,
        security: Security = Security.NONE,
        no_progress_ms: int = 10_000,
        frames: type[Frame] = Frame,
    ) -> None:
        super().__init__(_OnceLine(address, frames), self._start_up())
        self._address, self._frames = address, frames
        self._security, self._no_progress_ms = security, no_progress_ms
        self.identity: Identity | None = None
        self.coin: CoinId | None = None
        """The coin the hopper says it holds; None when it does not tell."""
        self.flags = HopperFlag(0)
        self.lifetime: int | None = None
        """Coins ever paid, as read last."""
        self.outcome: Outcome | None = None
        """What became of the last order; None while that is not known."""
        self.locked = ""
        """Why this hopper pays nothing any more before a person has looked at it: its numbers disagreed."""
        self.blocked = ""
        """The flags that keep it from paying although it was reset."""
        self.before_reset: Still | None = None
        """What it said before its last software reset, by which it may have forgotten it."""

    def start(self) -> None:
        """Contact, identity, flags and coin, on a line of which nothing is known yet."""
        self._line = _OnceLine(self._address, self._frames)
        self._begin(self._start_up())

    def watch(self) -> None:
        """Is it still there, and what do its flags say?"""
        self._begin(self._read_flags())

    def ask(self) -> None:
        """Read the lifetime count, so that an order can be written with it."""
        self._begin(self._ask())

    def pay(self, coins: int, before: int) -> None:
        """Pay what is missing of an order of `coins` that was written when the lifetime count was `before`."""
        self._order(coins, before, self._pay(coins, before))

    def look(self, coins: int, before: int) -> None:
        """What became of that order? A payout that still runs is awaited, none is begun."""
        self._order(coins, before, self._look(coins, before))

    def _order(self, coins: int, before: int, errand: Script[None]) -> None:
        if coins < 1 or not 0 <= before < COUNTS:
            raise LocalProtocolError(f"no hopper can pay {coins} coins from count {before}")
        self.outcome = None
        self._begin(errand)

    def _begin(self, errand: Script[None]) -> None:
        self._change_to(errand)
        self.ended = False

    # Who it is

    def _start_up(self) -> Script[None]:
        """In the standard's order. A payout that still runs is left in peace: it is an order's to wait for it."""
        yield Question(Header.SIMPLE_POLL)
        self.identity = yield from identify(self._address, CATEGORY, "a payout hopper")
        yield from self._read_flags()
        self._check_security()
        self.coin = yield from self._coin()
        status = Status.read((yield Question(Header.REQUEST_HOPPER_STATUS, answer_bytes=STATUS_BYTES)))
        self.lifetime = yield from self._count()
        if not status.remaining:
            yield from self._unblock()

    def _check_security(self) -> None:
        """Raises RemoteProtocolError for a hopper that wants what this host cannot give."""
        if HopperFlag.ENCRYPTION_ENABLED in self.flags:
            raise RemoteProtocolError(
                "it wants enciphered security bytes, whose computation is not public: switch its encryption off"
            )
        if HopperFlag.PIN_ENABLED in self.flags:
            raise RemoteProtocolError("it wants a PIN: take the PIN out of it")
        if self._security is Security.SERIAL and (self.identity is None or self.identity.serial is None):
            raise RemoteProtocolError("it tells no serial number, which `serial` security needs")

    def _coin(self) -> Script[CoinId | None]:
        """By the newer header, else by the older one, whose two bytes of value have no unit and are not used."""
        told = yield from optional(Question(Header.REQUEST_HOPPER_COIN, answer_bytes=6))
        if told is None:
            told = yield from optional(Question(Header.REQUEST_HOPPER_COIN_VALUE, b"\x01", answer_bytes=8))
        return coin_id(ascii_of(told[:6], strip=False)) if told else None

    # What it says

    def _read_flags(self) -> Script[None]:
        registers = yield from twice_alike(Question(Header.TEST_HOPPER, timeout_ms=SLOW_MS))
        self.flags = HopperFlag(int.from_bytes(registers[:3], "little"))
        if not self.flags & HOPPER_BLOCKED:
            self.blocked = ""
        if HopperFlag.NV_CHECKSUM in self.flags:
            self._lock("the checksum of its memory is wrong")

    def _count(self) -> Script[int]:
        return int.from_bytes((yield from twice_alike(COUNT)), "little")

    def _come_to_rest(self, coins: int) -> Script[Still]:
        """Wait until no coin is to come any more; then what status and count say, each read until it came twice.

        A hopper that makes no progress, or has more to come than the `coins` ordered, is stopped.
        Raises RemoteProtocolError when it comes to no rest.
        """
        seen: Status | None = None
        stopped: int | None = None
        stops = 0
        least, moved_ms = ONCE_MAX + 1, self._now_ms
        while True:
            status = Status.read((yield STATUS))
            if status.remaining < least:
                least, moved_ms = status.remaining, self._now_ms
            if status == seen and not status.remaining:
                self.lifetime = yield from self._count()
                return Still(status, self.lifetime, stopped)
            if status.remaining > coins or self._now_ms - moved_ms >= self._no_progress_ms:
                stops += 1
                if stops > STOPS_MAX or not status.remaining:
                    raise RemoteProtocolError("it comes to no rest, whatever is said to it")
                unpaid = (yield STOP)[0]
                stopped, moved_ms = unpaid if stopped is None else stopped, self._now_ms
            seen = status
            if status.remaining:
                yield Pause(self._now_ms + POLL_MS)

    def _unblock(self) -> Script[None]:
        """Some flags end only by a software reset. Status and count are read before it: they are the order's proof."""
        if not self.flags & HOPPER_BLOCKED:
            return
        self.before_reset = yield from self._come_to_rest(ONCE_MAX)
        yield RESET
        yield Pause(self._now_ms + RESET_MS)
        now = yield from self._come_to_rest(ONCE_MAX)
        if now.lifetime != self.before_reset.lifetime:
            self._lock(f"a reset changed its count from {self.before_reset.lifetime} to {now.lifetime}")
        yield from self._read_flags()
        self.blocked = (self.flags & HOPPER_BLOCKED).words

    def _lock(self, why: str) -> None:
        self.locked = self.locked or why

    # Orders

    def _ask(self) -> Script[None]:
        yield from self._read_flags()
        yield from self._unblock()
        yield from self._come_to_rest(ONCE_MAX)

    def _look(self, coins: int, before: int) -> Script[None]:
        now = yield from self._come_to_rest(coins)
        yield from self._read_flags()
        self._conclude(now, coins, before)

    def _pay(self, coins: int, before: int) -> Script[None]:
        now = yield from self._come_to_rest(coins)
        outcome = outcome_of(now, coins, before, self._witness)
        attempts = 0
        while not (outcome.doubt or self.locked) and attempts < ATTEMPTS_MAX:
            missing = coins - (outcome.paid or 0)
            if not missing:
                break
            yield from self._read_flags()
            yield from self._unblock()
            if self.locked or self.blocked:
                break
            was = yield from self._come_to_rest(coins)
            size = min(missing, 1 if HopperFlag.SINGLE_COIN_MODE in self.flags else ONCE_MAX)
            now = yield from self._dispense(size, was)
            attempts = 0 if now.since(was.lifetime) else attempts + 1
            outcome = outcome_of(now, coins, before)
            if executed(was, now, size) and now.since(was.lifetime) < size:
                break
        yield from self._read_flags()
        self._conclude(now, coins, before)

    def _dispense(self, coins: int, was: Still) -> Script[Still]:
        """Write one dispense, once; whatever is answered, the hopper's numbers tell what became of it."""
        yield Question(Header.ENABLE_HOPPER, ENABLE, answer_bytes=0)
        self.before_reset = None
        order = self._security_bytes() + bytes((coins,))
        try:
            yield Question(Header.DISPENSE_HOPPER_COINS, order, timeout_ms=SLOW_MS, tries=1)
        except NoAnswer:
            yield Pause(self._now_ms + QUIET_MS)
        now = yield from self._come_to_rest(coins)
        if doubt := doubt_of_dispense(was, now, coins):
            self._lock(doubt)
        return now

    def _security_bytes(self) -> bytes:
        if self._security is Security.NONE:
            return bytes(8)
        assert self.identity
        assert self.identity.serial is not None
        return self.identity.serial.to_bytes(4, "little")[:3]

    @property
    def _witness(self) -> Status | None:
        return self.before_reset.status if self.before_reset else None

    def _conclude(self, now: Still, coins: int, before: int) -> None:
        outcome = outcome_of(now, coins, before, self._witness)
        if outcome.doubt:
            self._lock(outcome.doubt)
        proved = HopperFlag.NV_CHECKSUM not in self.flags
        self.outcome = Outcome(outcome.paid if proved else None, self.locked)
