"""The host's half of a coin acceptor: finds it, learns its coins, asks for credits, opens and closes it.

The order of the start is the standard's: first contact, identity, self-check, coin table, then the event buffer as it
is *before* any coin is let in, with the accept counter that belongs to it, and only then the inhibits. An acceptor may
still be open from the last time, and closed only because nobody asked it for credits; so it is closed before that.

An 8-bit checksum lets some damaged frames through. So nothing that decides about money is believed from one answer:
maker, serial number, coin ids, the accept counter and every change of the event buffer are read until two answers in a
row agree.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from .coins import POSITIONS, REPLY_BYTES, Buffer, CoinId, coin_id, new_events
from .conversation import Conversation, Pause, Script, optional, twice_alike
from .counters import COUNT_BYTES
from .errors import RemoteProtocolError
from .events import Found, Identity, Noted, Ready, Remembered, WasReset
from .exchange import Exchange, Question, Silence
from .frame import Frame
from .identity import ascii_of, identify
from .inhibits import Inhibits
from .names import Header, error_name, error_severity, fault_name

CATEGORY = "Coin Acceptor"
POLL_MS_MIN = 5
POLL_UNITS_MS = {1: 1, 2: 10, 3: 1_000}
"""How header 249 says how often it wants to be polled; longer units than seconds are beyond what a host waits."""
SELF_CHECK_TIMEOUT_MS = 3_000
POLL_TRIES = 5
"""Times 200 ms: an acceptor that was not asked for a second has closed itself, so it counts as lost then."""
AUDIT_MS = 5_000
"""How often the acceptor is asked whether its inhibits still stand."""
SETTLE_MS = 2_000
"""How long coins may still be on their way after the acceptor was closed."""
READS_MAX = 12
"""So many credit answers in a row may contradict each other before the acceptor counts as lost."""

POLL = Question(Header.READ_BUFFERED_CREDIT_OR_ERROR_CODES, tries=POLL_TRIES, answer_bytes=REPLY_BYTES)
ACCEPTED = Question(Header.REQUEST_ACCEPT_COUNTER, answer_bytes=COUNT_BYTES)
PRIORITY = Question(Header.REQUEST_POLLING_PRIORITY, tries=2, answer_bytes=2)


def every_coin(coins: Mapping[int, CoinId]) -> Iterable[int]:
    """All positions that hold a coin."""
    return coins.keys()


class Host(Conversation):
    """Drives one acceptor from first contact to `Lost` or `Stopped`; to start again, make a new one.

    `choose` tells which of the found positions may ever be let in; all others stay inhibited. `poll_ms` is the time
    between two credit polls, at most 200 by the standard, and less when the acceptor asks for it.
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
        self._address, self._poll_ms_max, self._choose, self._settle_ms = address, poll_ms, choose, settle_ms
        self.identity: Identity | None = None
        self.coins: Mapping[int, CoinId] = {}
        self.poll_ms = poll_ms
        """The time between two credit polls that is kept."""
        self.polled_ms: int | None = None
        """When the last undamaged credit answer came."""
        self._known: Buffer | None = None
        self._changed_ms = 0
        self._wanted: frozenset[int] = frozenset()
        self._chosen: frozenset[int] = frozenset()
        self._inhibits = Inhibits()
        self._closed_ms: int | None = None

    @property
    def let_in(self) -> frozenset[int]:
        """The positions the acceptor was told to let in, and said yes; none once the conversation is over."""
        return frozenset() if self.ended else self._inhibits.let_in

    def accept(self, positions: Collection[int]) -> None:
        """Let in the coins at these positions from now on, and no others. A set-point: it is kept through resets."""
        self._wanted = frozenset(positions)
        self._inhibits.wanted = self._wanted & self._chosen
        if self._inhibits.due:
            self._cut_pause_short()

    def stop(self) -> None:
        """Close the acceptor, wait until coins on their way are told, and end. Bounded by twice the settling time."""
        self.accept(())
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
        self._inhibits.forget()
        yield Question(Header.SIMPLE_POLL)
        identity = yield from identify(self._address, CATEGORY, "a coin acceptor")
        if not identity.manufacturer:
            raise RemoteProtocolError("the coin acceptor does not tell its maker, by whom its coins are booked")
        yield from self._inhibits.close()
        self._closed_ms = self._now_ms
        yield from self._ask_pace()
        yield from self._self_check()
        coins = yield from self._coin_table()
        self._chosen = self._choose_from(coins)
        self.identity, self.coins = identity, coins
        self._tell(Found(identity, coins))
        yield from self._recall(reset)
        self.accept(self._wanted)
        yield from self._set_inhibits()
        self._tell(Ready())

    def _ask_pace(self) -> Script[None]:
        """How often it wants to be polled; that may be more often than we would, and never makes it less often."""
        units, value = (yield from optional(PRIORITY)) or (0, 0)
        wanted_ms = POLL_UNITS_MS.get(units, 0) * value or self._poll_ms_max
        self.poll_ms = max(POLL_MS_MIN, min(self._poll_ms_max, wanted_ms))

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
                coin = coin_id(ascii_of((yield from twice_alike(question)), strip=False))
            except Silence:
                continue
            if not coin.empty:
                coins[position] = coin
        return coins

    def _choose_from(self, coins: Mapping[int, CoinId]) -> frozenset[int]:
        """The positions that may be let in. Raises RemoteProtocolError when there is none."""
        chosen = frozenset(position for position in self._choose(coins) if position in coins)
        if not chosen:
            ids = ", ".join(coin.text for coin in coins.values()) or "none at all"
            raise RemoteProtocolError(f"no coin of known value among its coins ({ids})")
        return chosen

    def _recall(self, reset: Buffer | None) -> Script[None]:
        """Tell what it remembers, with the accept counter once that reads the same before and after the event buffer."""
        seen = [reset] if reset else []
        counter = yield from optional(ACCEPTED)
        for _ in range(READS_MAX):
            seen += yield from self._look(seen[-1] if seen else None)
            before = counter
            counter = (yield from optional(ACCEPTED)) if before else None
            if counter == before:
                break
        else:
            counter = None
        self._known = None
        for buffer in seen[:-1]:
            self._believe(buffer)
        self._believe(seen[-1], None if counter is None else int.from_bytes(counter, "little"))

    def _keep_polling(self) -> Script[Buffer]:
        """Until the acceptor forgets its events; then what it said."""
        audited_ms = self._now_ms
        while True:
            yield from self._set_inhibits()
            next_poll_ms = self._now_ms + self.poll_ms
            reset = yield from self._poll()
            if reset:
                return reset
            if self._now_ms - audited_ms >= AUDIT_MS and not self._inhibits.due:
                yield from self._inhibits.audit()
                audited_ms = self._now_ms
            if not self._inhibits.due:
                yield Pause(next_poll_ms)

    def _poll(self) -> Script[Buffer | None]:
        """Look at the event buffer, and tell what changed. A reset is given back, and not yet told."""
        for buffer in (yield from self._look(self._known)):
            if self._known and self._known.counter and not buffer.counter:
                return buffer
            self._believe(buffer)
        return None

    def _look(self, known: Buffer | None) -> Script[list[Buffer]]:
        """Read the event buffer once, or until a change is sure: what it became since `known`, oldest first."""
        sure: list[Buffer] = []
        guess: Buffer | None = None
        for _ in range(READS_MAX):
            seen = Buffer.read((yield POLL))
            self.polled_ms = self._now_ms
            if seen == known:
                return sure
            # Some acceptors add a null event right after the first poll, so their 0 is seen only once.
            if guess and (seen == guess or (guess.counter == 0 and seen.continues(guess))):
                sure.append(guess)
                if seen == guess:
                    return sure
                known = guess
            guess = seen
        raise RemoteProtocolError(f"{READS_MAX} credit answers in a row contradict each other")

    def _believe(self, buffer: Buffer, accepted: int | None = None) -> None:
        if self._known:
            for code in new_events(self._known.counter, buffer.counter, buffer.entries).errors:
                self._tell(Noted(code, error_name(code), error_severity(code)))
                self._inhibits.rejected(code)
        self._known, self._changed_ms = buffer, self._now_ms
        self._tell(Remembered(buffer, accepted))

    def _set_inhibits(self) -> Script[None]:
        """Bring the acceptor to what is wanted, and remember since when it is closed."""
        if (yield from self._inhibits.tell()):
            self._closed_ms = None if self._inhibits.let_in else self._now_ms

    def _wind_down(self) -> Script[None]:
        """Close, then look until nothing has changed for the settling time, or twice that has passed."""
        yield from self._set_inhibits()
        closed_ms = self._now_ms if self._closed_ms is None else self._closed_ms
        until_ms = self._now_ms + 2 * self._settle_ms
        while self._known and self._now_ms < min(until_ms, max(closed_ms, self._changed_ms) + self._settle_ms):
            if (yield from self._poll()):
                return
            yield Pause(self._now_ms + self.poll_ms)
