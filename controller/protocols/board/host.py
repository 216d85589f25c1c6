"""The Pi's end of the link: greets the board, configures it, keeps its lease, orders commands, takes events.

Bytes and time in, bytes and events out. The caller's part: a number for each command that is on disk before it is ordered
and never used again, and an event booked together with its mark before it is acknowledged. The host's part: a command is
ordered for one life of the board (`boot_id`) and for two seconds; whatever comes between, it is only asked about.
"""

from collections import Counter, deque
from collections.abc import Iterable
from enum import Enum, auto

from firmware import messages, wire

from . import orders, settings
from .errors import LocalProtocolError, RemoteProtocolError
from .events import Found, Happened, HostEvent, Lost, Missed, Ready, Unfit
from .happenings import read_happening
from .lane import Pending

GREET_MS = 250
LEASE_MS = 500
LOST_MS = 2_000
"""So long nothing may be heard. The board gives us the same time (`firmware.link.LEASE_MS`)."""
CONFIGURE_MS = 250
NUMBER_MAX = 0xFFFF_FFFF


class _Stage(Enum):
    GREETING = auto()
    CONFIGURING = auto()
    READY = auto()


class Host:
    """One board, for as long as its port is open.

    `nonce` is any number that the host before did not use; `mark` is (boot_id, counter) of the last event in the books,
    None when the caller knows none and can bear an event twice.
    """

    def __init__(self, nonce: int, sections: Iterable[settings.Section], mark: tuple[int, int] | None = None) -> None:
        self._nonce, self._sections = nonce & NUMBER_MAX, settings.packed(sections)
        self._config = messages.config_hash(self._sections)
        self._mark = mark
        self._seen = 0
        self._stage = _Stage.GREETING
        self._decoder = wire.Decoder()
        self._lanes: dict[int, Pending] = {}
        self._events: deque[HostEvent] = deque()
        self._greet_ms = self._lease_ms = self._configure_ms = 0
        self._leased: int | None = None  # the wishes the board heard last
        self._heard_ms: int | None = None
        self._acknowledging = self._restarting = self._lost = False
        self._unfit = ""
        self.wishes = 0
        """What the board should do while we are alive: messages.MONEY, messages.LAMP. Change it at any time."""
        self.boot_id: int | None = None
        """The board's life, None before it was found."""
        self.state = 0
        """What the board said last about itself: messages.MOVING and so on."""
        self.highest = [0] * messages.LANES
        """The newest number used up in each lane, as far as we know."""
        self.counts: Counter[str] = Counter()
        """Frames `sent` and `heard`, `strange` ones, and how often the board was `lost`."""

    @property
    def ready(self) -> bool:
        return self._stage is _Stage.READY

    @property
    def damaged(self) -> int:
        """Frames that came damaged."""
        return self._decoder.damaged

    # What the caller wants

    def order(self, number: int, order: orders.Order) -> None:
        """Let this command run, once. Its end is told by Answered, NotBegun or Unknown.

        Raises LocalProtocolError when the board is not ready, or another command of this lane is open.
        """
        kind, body = orders.packed(order)
        if not self.ready:
            raise LocalProtocolError("the board is not ready for commands")
        self._open(Pending(kind, number, body, self.boot_id, asking=False))

    def recall(self, number: int, kind: int, boot_id: int | None = None) -> None:
        """Only find out what became of a command; it will not run any more. `boot_id` is the life it was ordered in.

        May be called at any time, also for the open command. Without a `boot_id`, one that the board never saw is Unknown:
        it may have run in an earlier life. Raises LocalProtocolError when another command of this lane is open.
        """
        pending = self._lanes.get(messages.lane_of(kind))
        if pending is not None and pending.is_this(kind, number):
            pending.asking, pending.due_ms = True, None
            return
        self._open(Pending(kind, number, b"", boot_id, asking=True))
        self._disown()

    def acknowledge(self, boot_id: int, counter: int) -> None:
        """The books have this event and every one before it: the board may forget them."""
        if boot_id == self.boot_id and counter <= self._seen:
            self._mark, self._acknowledging = (boot_id, counter), True

    def restart(self) -> None:
        """Let the board reset itself as soon as nothing runs: its numbers start anew with its next life."""
        self._restarting = True

    # Time and bytes

    def turn(self, heard: bytes, now_ms: int) -> list[HostEvent]:
        """Take in what was heard (b"" for nothing) and the passing of time; what follows from it, in order."""
        if self._heard_ms is None:
            self._heard_ms = now_ms
        for payload in self._decoder.feed(heard):
            self._heard_ms = now_ms
            try:
                self._hear(payload, now_ms)
                self.counts["heard"] += 1
            except (ValueError, RemoteProtocolError):
                self.counts["strange"] += 1
        if now_ms - self._heard_ms >= LOST_MS:
            self._silence(now_ms)
        told = list(self._events)
        self._events.clear()
        return told

    def to_send(self, now_ms: int) -> bytes:
        """The frames to write now, b"" for none."""
        payloads = list(self._due(now_ms))
        self.counts["sent"] += len(payloads)
        return b"".join(wire.encode(payload) for payload in payloads)

    @property
    def wake_ms(self) -> int:
        """When there is something to say even if nothing is heard; 0 for at once."""
        if self._stage is _Stage.GREETING:
            return self._greet_ms
        times = [self._lease_ms, *(p.due_ms or 0 for p in self._lanes.values() if p.asking or self.ready)]
        if not self.ready:
            times.append(self._configure_ms)
        return 0 if self._acknowledging or self._leased != self.wishes else min(times)

    def _due(self, now_ms: int) -> Iterable[bytes]:
        if self._stage is _Stage.GREETING or self.boot_id is None:
            if now_ms >= self._greet_ms:
                self._greet_ms = now_ms + GREET_MS
                oldest, newest = messages.VERSION_OLDEST, messages.VERSION_NEWEST
                yield messages.message(messages.HELLO, oldest, newest, self._nonce)
            return
        if self._acknowledging and self._mark:
            self._acknowledging = False
            yield messages.message(messages.ACK, *self._mark)
        if not self.ready and now_ms >= self._configure_ms:
            self._configure_ms = now_ms + CONFIGURE_MS
            yield messages.message(messages.CONFIGURE, self.boot_id, self._config, self._sections)
        for pending in self._lanes.values():
            if (pending.asking or self.ready) and now_ms >= (pending.due_ms or 0):
                yield pending.say(self.boot_id, now_ms)
        if now_ms >= self._lease_ms or self._leased != self.wishes:
            self._lease_ms, self._leased = now_ms + LEASE_MS, self.wishes
            yield messages.message(messages.LEASE, self.wishes)
            if self._restarting:
                yield messages.message(messages.RESTART, self.boot_id)

    # What the board says

    def _hear(self, payload: bytes, now_ms: int) -> None:
        """Raises ValueError or RemoteProtocolError for what makes no sense."""
        code, fields = payload[0], messages.unpack(payload[0], payload[1:])
        if not messages.WELCOME <= code <= messages.ALIVE:
            raise RemoteProtocolError(f"message {code:#04x} is not for the Pi")
        if code == messages.WELCOME:
            self._welcome(*(int(field) for field in fields), now_ms=now_ms)
        elif self._stage is _Stage.GREETING:
            return  # told to the host before us, or before we lost each other
        elif fields[0] != self.boot_id:
            self._greet_again()
        else:
            self._answer(code, fields, now_ms)

    def _answer(self, code: int, fields: tuple[int | bytes, ...], now_ms: int) -> None:
        match code, *fields:
            case messages.EVENT, _, int(counter), int(kind), bytes(body):
                self._event(counter, kind, body)
            case messages.ANSWER, _, kind, number, int(outcome), bytes(body):
                if pending := self._pending(kind, number):
                    self._close(pending, pending.ended(outcome, body))
            case messages.NOT_NEWER, _, kind, number:
                if pending := self._pending(kind, number):
                    self._close(pending, pending.unknown("forgotten"))
            case messages.RUNNING, _, kind, number:
                if pending := self._pending(kind, number):
                    pending.runs(now_ms)
            case messages.REFUSED, _, _, _, int(reason):
                self._refused(reason)
            case messages.CONFIGURED, _, self._config, int(verdict):
                self._configured(verdict)
            case messages.ALIVE, _, _, int(state):
                self.state = state
            case _:
                raise RemoteProtocolError("an answer about another configuration")

    def _welcome(self, version: int, nonce: int, boot: int, config: int, *about: int, now_ms: int) -> None:
        major, minor, patch, cause, state, *counters = about
        if nonce != self._nonce or self._stage is not _Stage.GREETING:
            return
        if not version:
            self._cannot_use(f"it speaks no version {messages.VERSION_OLDEST} to {messages.VERSION_NEWEST} of the link")
            return
        self._lost, self.state = False, state
        self._lease_ms = self._configure_ms = now_ms
        if boot != self.boot_id:
            self.boot_id, self._seen, self._restarting = boot, 0, False
            self._catch_up(boot, counters[-2])
        self.highest = counters[: messages.LANES]
        words = messages.WORDS["cause"]
        because = words[cause] if cause < len(words) else words[0]
        self._events.append(Found(boot, f"{major}.{minor}.{patch}", because, version, tuple(self.highest)))
        self._disown()
        self._stage = _Stage.CONFIGURING
        if config == self._config:
            self._configured(messages.ACCEPTED)

    def _catch_up(self, boot: int, acked: int) -> None:
        """Where the events of this life go on: after what the board knows to be booked, or what the books know."""
        booked = self._mark[1] if self._mark and self._mark[0] == boot else 0
        if self._mark and booked < acked:
            self._events.append(Missed(boot, booked + 1, acked))
        self._seen = max(acked, booked)
        self._acknowledging = booked > acked

    def _event(self, counter: int, kind: int, body: bytes) -> None:
        if counter == self._seen + 1 and self.boot_id is not None:
            self._events.append(Happened(self.boot_id, counter, read_happening(kind, body)))
            self._seen = counter
        elif self._mark and self._mark[0] == self.boot_id and counter <= self._mark[1]:
            self._acknowledging = True  # our acknowledgement was lost

    def _refused(self, reason: int) -> None:
        if reason in (messages.NO_HELLO, messages.OTHER_BOOT):
            self._greet_again()
        elif reason == messages.NO_CONFIG:
            self._stage = _Stage.CONFIGURING

    def _configured(self, verdict: int) -> None:
        if self._stage is not _Stage.CONFIGURING:
            return
        if verdict == messages.ACCEPTED:
            self._stage, self._unfit = _Stage.READY, ""
            self._events.append(Ready())
        else:
            words = messages.WORDS["verdict"]
            self._cannot_use(f"it refuses the configuration: {words[verdict] if verdict < len(words) else verdict}")

    def _cannot_use(self, reason: str) -> None:
        if self._unfit != reason:
            self._unfit = reason
            self._events.append(Unfit(reason))

    # Open commands

    def _open(self, pending: Pending) -> None:
        lane = messages.lane_of(pending.kind)
        if lane in self._lanes:
            raise LocalProtocolError(f"command {self._lanes[lane].number} of this lane has not ended yet")
        if not 0 < pending.number <= NUMBER_MAX:
            raise LocalProtocolError(f"no command has number {pending.number}")
        self._lanes[lane] = pending
        self.highest[lane] = max(self.highest[lane], pending.number)

    def _pending(self, kind: object, number: object) -> Pending | None:
        return next((pending for pending in self._lanes.values() if pending.is_this(kind, number)), None)

    def _close(self, pending: Pending, end: HostEvent) -> None:
        del self._lanes[messages.lane_of(pending.kind)]
        self._events.append(end)

    def _disown(self) -> None:
        """What was ordered in another life of the board cannot be known any more."""
        for pending in list(self._lanes.values()):
            if self.boot_id is not None and pending.boot_id not in (None, self.boot_id):
                self._close(pending, pending.unknown("the board was reset"))

    # Losing each other

    def _greet_again(self) -> None:
        self._stage, self._greet_ms = _Stage.GREETING, 0
        self._nonce = (self._nonce + 1) & NUMBER_MAX

    def _silence(self, now_ms: int) -> None:
        self._heard_ms = now_ms
        if not self._lost:
            self._lost = True
            self.counts["lost"] += 1
            self._events.append(Lost(f"nothing was heard for {LOST_MS} ms"))
        for pending in self._lanes.values():
            pending.asking = True
        self._greet_again()
