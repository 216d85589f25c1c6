"""The board's end of the link: bytes and the passing of time in, bytes out; no port and no clock of its own.

A command has a number that the Pi never uses twice, and is begun at most once in the board's life:

    its answer is known      the answer again
    it runs                  RUNNING
    older than the newest    NOT_NEWER: forgotten, or never seen and now too late
    otherwise                it begins; or REFUSED, and the number stays free

An event has a counter that starts at 1 in each life of the board and is kept until the Pi acknowledges it. The Pi holds
a lease: after two seconds of silence no money is let in and every wish ends; what runs ends by its own limits.

What commands and events mean is known to others: they register with `performs` and `takes`, and call `event` and `finish`.
The same file runs on the board, where all files lie flat, and on CPython.
"""

try:
    from firmware import messages, wire
    from firmware.memory import EVENTS_MANY, EVENTS_MAX, Lane, Ring
except ImportError:  # on the board, where all files lie flat
    import messages  # type: ignore[import-not-found, no-redef]
    import wire  # type: ignore[import-not-found, no-redef]
    from memory import EVENTS_MANY, EVENTS_MAX, Lane, Ring  # type: ignore[import-not-found, no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LEASE_MS = 2_000
EVENT_AGAIN_MS = 200
"""How soon an event is told again while its acknowledgement is missing."""


def elapsed_ms(now_ms: int, then_ms: int) -> int:
    """Milliseconds from then to now on a clock that wraps at 2^30, as `time.ticks_ms` does; good for six days."""
    return ((now_ms - then_ms + 0x20000000) & 0x3FFFFFFF) - 0x20000000


class Link:
    """One life of the board, from reset to reset.

    `boot` is drawn by chance at each reset and never 0; `send` writes bytes to the Pi; `cause` and `lost` go into event 1:
    why the board was reset, and how many unacknowledged events died with its last life (255: nobody knows).
    """

    def __init__(
        self,
        boot: int,
        send: "Callable[[bytes | bytearray], object]",
        cause: int = 0,
        lost: int = 255,
        firmware: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.boot, self._send, self._cause, self._firmware = boot, send, cause, firmware
        self._decoder = wire.Decoder()
        self._ring = Ring()
        self._lanes = [Lane() for _ in range(messages.LANES)]
        self._starts: dict[int, Callable[..., int | None]] = {}
        self._takers: dict[int, Callable[..., bool]] = {}
        self._handlers: dict[int, Callable[..., None]] = {
            messages.HELLO: self._greet,
            messages.COMMAND: self._command,
            messages.ASK: self._ask,
            messages.ACK: self._acknowledge,
            messages.LEASE: self._renew,
            messages.CONFIGURE: self._configure,
            messages.RESTART: self._restart,
        }
        self.version = self.config = self._wishes = 0
        self.lease = self.restart_asked = False
        self.strange = 0
        """Sound frames that made no sense."""
        self._nonce: int | None = None
        self.greetings = 0
        """How many programs of the Pi this life has met: each must hear anew of the door and of a jam."""
        self._heard_ms = self._told_ms = self._told = 0
        self.event(messages.RESET, cause, lost)

    # For the other files of the board

    def performs(self, kind: int, start: "Callable[..., int | None]") -> None:
        """Let `start(number, *fields)` begin commands of this kind; it returns at once, and `finish` tells the end.

        It returns an `outcome` (BAD_BODY, NOT_FITTED, UNSAFE) instead when it did nothing and will do nothing.
        """
        self._starts[kind] = start

    def takes(self, section: int, take: "Callable[..., bool]") -> None:
        """Let `take(*fields)` have this section of each new configuration; False when it cannot work with it."""
        self._takers[section] = take

    def finish(self, kind: int, number: int, *fields: "int | bytes") -> None:
        """The command has ended, and this is its answer. Told until the Pi knows it."""
        lane = self._lanes[messages.lane_of(kind)]
        assert lane.number == number
        lane.number = 0
        self._conclude(lane, kind, number, messages.DONE, messages.body(kind | 0x80, *fields))

    def event(self, kind: int, *fields: "int | bytes") -> int:
        """Keep an event until the Pi has it; its counter, or 0 when the ring is full: say it later, or refuse the coin."""
        return self._ring.add(bytes((kind,)) + messages.body(kind, *fields))

    @property
    def wishes(self) -> int:
        """What the Pi wants and may have right now: MONEY, LAMP. Look at it in every round."""
        if not (self.lease and self.config):
            return 0
        return self._wishes & ~messages.MONEY if self._ring.fill >= EVENTS_MANY else self._wishes

    def silent_ms(self, now_ms: int) -> int:
        """How long the Pi has said nothing; the whole lease when it is over."""
        return elapsed_ms(now_ms, self._heard_ms) if self.lease else LEASE_MS

    @property
    def room(self) -> int:
        """How many more events can be kept."""
        return EVENTS_MAX - self._ring.fill

    @property
    def unacknowledged(self) -> int:
        """How many events would die with a reset; to be mirrored where a watchdog reset does not reach."""
        return self._ring.fill

    @property
    def moving(self) -> bool:
        return any(lane.number for lane in self._lanes)

    # Bytes and time

    def feed(self, data: bytes, now_ms: int) -> None:
        """Bytes came from the Pi. Raises nothing, whatever they are."""
        for payload in self._decoder.feed(data):
            try:
                self._hear(payload, now_ms)
            except ValueError:
                self.strange += 1

    def tick(self, now_ms: int) -> None:
        """Time passes: call it every few milliseconds."""
        if not self.lease:
            return
        if elapsed_ms(now_ms, self._heard_ms) > LEASE_MS:
            self.lease, self._wishes = False, 0
        elif self._ring.fill:
            self._tell(now_ms)

    def _tell(self, now_ms: int) -> None:
        """The oldest event, when it is new or its acknowledgement is late."""
        oldest = self._ring.acked + 1
        if self._told != oldest or elapsed_ms(now_ms, self._told_ms) >= EVENT_AGAIN_MS:
            self._told, self._told_ms = oldest, now_ms
            event = self._ring.oldest()
            self._say(messages.EVENT, self.boot, oldest, event[0], event[1:])

    def _say(self, code: int, *fields: "int | bytes") -> None:
        self._send(wire.encode(messages.message(code, *fields)))

    def _refuse(self, kind: int, number: int, reason: int) -> None:
        self._say(messages.REFUSED, self.boot, kind, number, reason)

    def _hear(self, payload: bytes, now_ms: int) -> None:
        """Raises ValueError for what makes no sense."""
        code = payload[0]
        fields = messages.unpack(code, payload[1:])
        if code not in self._handlers:
            raise ValueError("not for the board")
        if code != messages.HELLO and not self.version:
            self._refuse(code, 0, messages.NO_HELLO)
        elif code not in (messages.HELLO, messages.LEASE) and fields[0] != self.boot:
            self._refuse(code, 0, messages.OTHER_BOOT)
        else:
            self._handlers[code](*fields)
        if self.version:
            self.lease, self._heard_ms = True, now_ms

    # What the Pi says

    def _greet(self, oldest: int, newest: int, nonce: int) -> None:
        self.version = messages.agree(oldest, newest)
        if nonce != self._nonce:
            self._nonce = nonce
            self.greetings += 1
        self.lease, self._wishes, self._told = False, 0, 0
        highest = [lane.highest for lane in self._lanes]
        self._say(
            messages.WELCOME,
            self.version,
            nonce,
            self.boot,
            self.config,
            *self._firmware,
            self._cause,
            self._state(),
            *highest,
            self._ring.acked,
            self._ring.newest,
        )

    def _renew(self, wishes: int) -> None:
        self._wishes = wishes
        self.lease = True
        self._say(messages.ALIVE, self.boot, self._ring.newest, self._state())

    def _state(self) -> int:
        return (
            messages.MOVING * self.moving
            | messages.READY * (self.config != 0)
            | messages.MONEY_OPEN * (self.wishes & messages.MONEY != 0)
            | messages.NEARLY_FULL * (self._ring.fill >= EVENTS_MANY)
        )

    def _acknowledge(self, _boot: int, counter: int) -> None:
        self._ring.acknowledge(counter)

    def _restart(self, _boot: int) -> None:
        if self.moving:
            self._refuse(messages.RESTART, 0, messages.BUSY)
        else:
            self.restart_asked = True

    def _configure(self, boot: int, config: int, data: bytes) -> None:
        if self.moving:
            self._refuse(messages.CONFIGURE, 0, messages.BUSY)
            return
        verdict = messages.ACCEPTED if config == self.config else self._take(config, data)
        self._say(messages.CONFIGURED, boot, config, verdict)

    def _take(self, config: int, data: bytes) -> int:
        """Hand out the sections of a new configuration; the old one is gone even if this one cannot be used."""
        if config != messages.config_hash(data):
            return messages.HASH_WRONG
        self.config = 0
        try:
            found = messages.sections(data)
        except ValueError:
            return messages.BAD_SECTION
        for section, fields in found:
            take = self._takers.get(section)
            if take is None or not take(*fields):
                return messages.NOT_POSSIBLE
        self.config = config
        return messages.ACCEPTED

    def _command(self, _boot: int, kind: int, number: int, body: bytes) -> None:
        lane = self._lanes[messages.lane_of(kind)]
        if self._known(lane, kind, number):
            return
        if lane.number or not self.config:
            self._refuse(kind, number, messages.BUSY if lane.number else messages.NO_CONFIG)
            return
        lane.highest = lane.number = number
        lane.kind = kind
        outcome = self._start(kind, number, body)
        if outcome != messages.DONE:
            lane.number = 0
            self._conclude(lane, kind, number, outcome)

    def _start(self, kind: int, number: int, body: bytes) -> int:
        start = self._starts.get(kind)
        if start is None:
            return messages.UNKNOWN_KIND
        try:
            fields = messages.unpack(kind, body)
        except ValueError:
            return messages.BAD_BODY
        outcome = start(number, *fields)
        return messages.DONE if outcome is None else outcome

    def _ask(self, _boot: int, kind: int, number: int) -> None:
        """What became of a command; one that never came is crossed out, so that it never will."""
        lane = self._lanes[messages.lane_of(kind)]
        if not self._known(lane, kind, number):
            lane.highest = number
            self._conclude(lane, kind, number, messages.CROSSED_OUT)

    def _known(self, lane: Lane, kind: int, number: int) -> bool:
        """Whether this number is used up; then what is known of it is said."""
        answer = lane.answer(kind, number)
        if answer is not None:
            self._send(wire.encode(answer))
        elif lane.number == number and lane.kind == kind:
            self._say(messages.RUNNING, self.boot, kind, number)
        elif number <= lane.highest:
            self._say(messages.NOT_NEWER, self.boot, kind, number)
        else:
            return False
        return True

    def _conclude(self, lane: Lane, kind: int, number: int, outcome: int, body: bytes = b"") -> None:
        payload = messages.message(messages.ANSWER, self.boot, kind, number, outcome, body)
        lane.remember(kind, number, payload)
        if self.version:
            self._send(wire.encode(payload))
