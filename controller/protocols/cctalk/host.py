"""The host's half of a coin acceptor: finds it, learns its coins, asks for credits, opens and closes it.

The order of the start is the standard's: first contact, identity, self-check, coin table, then the event buffer as it
is *before* any coin is let in, and only then the inhibits.

An 8-bit checksum lets some damaged frames through. So nothing that decides about money is believed from one answer:
maker, serial number, coin ids and every change of the event buffer are read until two answers in a row agree.
"""

from collections.abc import Callable, Iterable, Mapping

from .coins import POSITIONS, REPLY_BYTES, Buffer, CoinId, coin_id, new_events
from .conversation import Conversation, Pause, Script, optional, twice_alike
from .errors import RemoteProtocolError
from .events import Found, Identity, Noted, Ready, Remembered, WasReset
from .exchange import Exchange, Question, Silence
from .frame import Frame
from .names import Header, error_name, error_severity, fault_name

CATEGORY = "Coin Acceptor"
SELF_CHECK_TIMEOUT_MS = 3_000
POLL_TRIES = 5
"""Times 200 ms: an acceptor that was not asked for a second has closed itself, so it counts as lost then."""
AUDIT_MS = 5_000
"""How often the acceptor is asked whether its inhibits still stand: a reset at counter 0 shows in no other way."""
SETTLE_MS = 2_000
"""How long coins may still be on their way after the acceptor was closed."""
READS_MAX = 12
"""So many credit answers in a row may contradict each other before the acceptor counts as lost."""

POLL = Question(Header.READ_BUFFERED_CREDIT_OR_ERROR_CODES, tries=POLL_TRIES, answer_bytes=REPLY_BYTES)


def every_coin(coins: Mapping[int, CoinId]) -> Iterable[int]:
    """All positions that hold a coin."""
    return coins.keys()


class Host(Conversation):
    """Drives one acceptor from first contact to `Lost` or `Stopped`; to start again, make a new one.

    `choose` tells which of the found positions may be let in; all others stay inhibited. `poll_ms` is the time between
    two credit polls, at most 200 by the standard.
    """

    def __init__(
        self,
        address: int = 2,
        frames: type[Frame] = Frame,
        poll_ms: int = 150,
        choose: Callable[[Mapping[int, CoinId]], Iterable[int]] = every_coin,
        settle_ms: int = SETTLE_MS,
    ) -> None:
        super().__init__(Exchange(address, frames), self._serve())
        self._poll_ms, self._choose, self._settle_ms = poll_ms, choose, settle_ms
        self.identity: Identity | None = None
        self.coins: Mapping[int, CoinId] = {}
        self.polled_ms: int | None = None
        """When the last undamaged credit answer came."""
        self._known: Buffer | None = None
        self._changed_ms = 0
        self._wanted = False
        self._open: bool | None = None  # what the acceptor was told last; None: its inhibits may not stand
        self._closed_ms: int | None = None
        self._mask = b"\0\0"
        self._audits = {Header.REQUEST_MASTER_INHIBIT_STATUS, Header.REQUEST_INHIBIT_STATUS}
        self._doubted: set[Header] = set()

    @property
    def accepting(self) -> bool:
        """True while the acceptor was told to let coins in, and said yes."""
        return self._open is True and not self.ended

    def accept(self, wanted: bool) -> None:
        """Let the chosen coins in from now on, or none. A set-point: it is kept through resets of the acceptor."""
        self._wanted = wanted
        if self._open is not None and self._open is not wanted:
            self._cut_pause_short()

    def stop(self) -> None:
        """Close the acceptor, wait until coins on their way are told, and end. Bounded by twice the settling time."""
        self._wanted = False
        if not self.ended:
            self._change_to(self._wind_down())

    def _serve(self) -> Script[None]:
        reset: Buffer | None = None
        while True:
            yield from self._start_up(reset)
            reset = yield from self._keep_polling()
            self._tell(WasReset())

    def _start_up(self, reset: Buffer | None) -> Script[None]:
        """Everything up to the first inhibits. `reset` is what was read when the acceptor had forgotten its events."""
        self._open = None
        yield Question(Header.SIMPLE_POLL)
        identity = yield from self._identify()
        yield from self._self_check()
        coins = yield from self._coin_table()
        self.identity, self.coins = identity, coins
        self._mask = self._mask_of(coins)
        self._tell(Found(identity, coins))
        if reset:
            self._tell(Remembered(reset))
        self._known = None
        while self._known is None:
            yield from self._poll()
        yield from self._set_inhibits()
        self._tell(Ready())

    def _identify(self) -> Script[Identity]:
        category = yield from _text(Header.REQUEST_EQUIPMENT_CATEGORY_ID)
        if category != CATEGORY:
            raise RemoteProtocolError(f"the device at this address is a {category!r}, not a coin acceptor")
        maker = yield from twice_alike(Question(Header.REQUEST_MANUFACTURER_ID, tries=6))
        product = yield from _text(Header.REQUEST_PRODUCT_CODE)
        build = yield from _text(Header.REQUEST_BUILD_CODE)
        serial = yield from self._serial()
        software = yield from _text(Header.REQUEST_SOFTWARE_REVISION)
        comms = yield from optional(Question(Header.REQUEST_COMMS_REVISION))
        level = ".".join(map(str, comms)) if comms else ""
        return Identity(category, _ascii(maker), serial, product, build, software, level)

    def _serial(self) -> Script[int | None]:
        """Asked more often than the rest: with another name the acceptor would be another acceptor to the books."""
        try:
            digits = yield from twice_alike(Question(Header.REQUEST_SERIAL_NUMBER, tries=6))
        except Silence:
            return None
        return int.from_bytes(digits, "little")

    def _self_check(self) -> Script[None]:
        question = Question(Header.PERFORM_SELF_CHECK, timeout_ms=SELF_CHECK_TIMEOUT_MS, tries=2)
        result = yield from optional(question)
        if result and result[0]:
            result = yield from twice_alike(question)
        if result and result[0]:
            raise RemoteProtocolError(f"self-check: {fault_name(result[0])} (fault {result[0]})")

    def _coin_table(self) -> Script[dict[int, CoinId]]:
        coins = {}
        for position in POSITIONS:
            question = Question(Header.REQUEST_COIN_ID, bytes((position,)), tries=4, answer_bytes=6)
            try:
                coin = coin_id(_ascii((yield from twice_alike(question)), strip=False))
            except Silence:
                continue
            if not coin.empty:
                coins[position] = coin
        return coins

    def _mask_of(self, coins: Mapping[int, CoinId]) -> bytes:
        """The 16 bits of header 231, position 1 lowest. Raises RemoteProtocolError when no coin is chosen."""
        chosen = [position for position in self._choose(coins) if position in coins]
        if not chosen:
            ids = ", ".join(coin.text for coin in coins.values()) or "none at all"
            raise RemoteProtocolError(f"no coin of known value among its coins ({ids})")
        return sum(1 << position - 1 for position in chosen).to_bytes(2, "little")

    def _keep_polling(self) -> Script[Buffer]:
        """Until the acceptor forgets its events; then what it said."""
        audited_ms = self._now_ms
        while True:
            yield from self._set_inhibits()
            next_poll_ms = self._now_ms + self._poll_ms
            reset = yield from self._poll()
            if reset:
                return reset
            if self._now_ms - audited_ms >= AUDIT_MS:
                yield from self._audit()
                audited_ms = self._now_ms
            if self._open is self._wanted:
                yield Pause(next_poll_ms)

    def _poll(self) -> Script[Buffer | None]:
        """Read the event buffer once, or until a change is sure. A reset is given back, and not yet told."""
        guess: Buffer | None = None
        for _ in range(READS_MAX):
            seen = Buffer.read((yield POLL))
            self.polled_ms = self._now_ms
            if seen == self._known:
                return None
            # Some acceptors add a null event right after the first poll, so their 0 is seen only once.
            if guess and (seen == guess or (guess.counter == 0 and seen.continues(guess))):
                if self._known and self._known.counter and not guess.counter:
                    return guess
                self._believe(guess)
                if seen == guess:
                    return None
            guess = seen
        raise RemoteProtocolError(f"{READS_MAX} credit answers in a row contradict each other")

    def _believe(self, buffer: Buffer) -> None:
        if self._known:
            for code in new_events(self._known.counter, buffer.counter, buffer.entries).errors:
                self._tell(Noted(code, error_name(code), error_severity(code)))
                if error_name(code).startswith("inhibited") and self._open:
                    self._open = None  # perhaps the acceptor forgot that it is open: tell it again
        self._known, self._changed_ms = buffer, self._now_ms
        self._tell(Remembered(buffer))

    def _set_inhibits(self) -> Script[None]:
        """Bring the acceptor to what is wanted: the mask of coins when it may be forgotten, the master inhibit always."""
        while self._open is not self._wanted:
            if self._open is None:
                yield Question(Header.MODIFY_INHIBIT_STATUS, self._mask, answer_bytes=0)
            wanted = self._wanted
            yield Question(Header.MODIFY_MASTER_INHIBIT_STATUS, bytes((wanted,)), answer_bytes=0)
            self._open = wanted
            self._closed_ms = None if wanted else self._now_ms

    def _audit(self) -> Script[None]:
        """Ask the acceptor for its inhibits; when they are not what it was told, they will be sent again."""
        told = {
            Header.REQUEST_MASTER_INHIBIT_STATUS: bytes((self._open is True,)),
            Header.REQUEST_INHIBIT_STATUS: self._mask,
        }
        for header in sorted(self._audits):
            answer = yield from optional(Question(header, tries=2, answer_bytes=len(told[header])))
            if answer == told[header]:
                self._doubted.discard(header)
                continue
            if answer is None or header in self._doubted:
                self._audits.discard(header)  # it does not know the question, or answers in its own way: do not insist
            self._doubted.add(header)
            self._open = self._open if answer is None else None

    def _wind_down(self) -> Script[None]:
        """Close, then look until nothing has changed for the settling time, or twice that has passed."""
        yield from self._set_inhibits()
        closed_ms = self._now_ms if self._closed_ms is None else self._closed_ms
        until_ms = self._now_ms + 2 * self._settle_ms
        while self._known and self._now_ms < min(until_ms, max(closed_ms, self._changed_ms) + self._settle_ms):
            if (yield from self._poll()):
                return
            yield Pause(self._now_ms + self._poll_ms)


def _ascii(data: bytes, strip: bool = True) -> str:
    text = data.decode("ascii", "replace")
    return text.strip(" \0") if strip else text


def _text(header: Header) -> Script[str]:
    return _ascii((yield from optional(Question(header))) or b"")
