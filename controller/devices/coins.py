"""The coin acceptor: a worker that speaks ccTalk over a serial port and tells the brain what the acceptor remembers.

It never says "a coin came": it says what stands in the acceptor's memory, and the brain finds the news in it against
the mark it committed last. So a reading may be repeated, and a controller that was away misses nothing.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import serial

from controller.config import Coins
from controller.devices.cctalkline import carry, mono_ms, open_port
from controller.devices.worker import PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.events import CoinReturned, CoinsSeen, ReturnPressed, Trouble
from controller.protocols import cctalk

log = logging.getLogger(__name__)

CHECKSUMS = {"sum8": cctalk.Frame, "crc16": cctalk.CrcFrame}
COUNTRIES = ("US", "EC")
"""Whose coins are cents of US dollars; Ecuador mints its own."""
COIN_CENTS_MAX = 10_000
ACCEPTED = "/accepted"
"""After the acceptor's name: the mark of how many coins it has ever accepted, as far as they were told."""


def cents_of(coin: cctalk.CoinId, values_cents: Mapping[str, int]) -> int | None:
    """What a coin is worth, None when nobody knows: the owner's word first, then the coin id's. Never a guess."""
    if coin.text in values_cents or coin.text.strip() in values_cents:
        return values_cents.get(coin.text, values_cents.get(coin.text.strip()))
    if coin.country not in COUNTRIES or coin.value is None or coin.value % 1:
        return None
    return int(coin.value) if 0 < coin.value <= COIN_CENTS_MAX else None


@dataclass(frozen=True, slots=True)
class CcTalkReading:
    """The acceptor's event counter and its last five events, and what a coin at each position is worth.

    `accepted` is its count of all coins ever accepted when the events were these; None between two starts, or without one.
    Satisfies `controller.domain.events.Reading`.
    """

    device: str
    source: str
    buffer: cctalk.Buffer
    values_cents: Mapping[int, int]
    accepted: int | None = None

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """The news after `marks`, or None when there is none; from an acceptor without a mark, history is no money.

        A coin of unknown value gives no credit: it counts as lost, with an alarm, and is found at the cash count. So are
        coins that only the accept counter knows of. Events that the buffer lost may be the same coins: they count once.
        """
        last = marks.get(self.source)
        news = cctalk.new_events(last, *self.buffer)
        known = tuple(self.values_cents[c.position] for c in news.credits if c.position in self.values_cents)
        unknown = len(news.credits) - len(known)
        tally = cctalk.tally(self._accepted_mark(marks), len(news.credits), self.accepted)
        alarm = news.alarm.value if news.alarm else "unknown-coin" if unknown else "hidden" if tally.hidden else None
        lost = unknown + max(news.lost, tally.hidden)
        more = () if tally.mark is None else ((self.source + ACCEPTED, tally.mark),)
        seen = CoinsSeen(self.device, self.source, news.mark, known, alarm, lost, more)
        return seen if any(marks.get(name) != mark for name, mark in seen.marks.items()) else None

    def _accepted_mark(self, marks: Mapping[str, int]) -> int | None:
        return marks.get(self.source + ACCEPTED) if self.source in marks else None


class CoinAcceptor(Worker):
    """Owns the serial port and the ccTalk host on it. No coin is let in before `accept` names its value.

    `stuck` says whether the brain stands still; it is asked at least once a poll, from this worker's thread, and while it
    says so no coin is let in: the last one the brain knew to be welcome may be one too many by now.
    """

    def __init__(
        self,
        config: Coins,
        put: Put,
        *,
        settle_ms: int = cctalk.SETTLE_MS,
        backoff: Backoff | None = None,
        stuck: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__("coins", Trouble.NO_COINS, put, backoff)
        self._config, self._settle_ms, self._stuck = config, settle_ms, stuck
        self._wanted_cents: frozenset[int] = frozenset()
        self._held_back = ""
        self._host = self._new_host()
        self._source = ""
        self._values: dict[int, int] = {}
        self._noted: Counter[str] = Counter()
        self._line_counts: Counter[str] = Counter()
        self._resets = 0

    def accept(self, cents: frozenset[int]) -> None:
        """Let coins of these values in from now on, and no others; none when it is empty.

        A set-point: it holds through any loss and return of the acceptor. A coin that is past the gate is credited as ever.
        """
        if cents != self._wanted_cents:
            self._wanted_cents = cents
            self._wake.set()

    def work(self) -> None:
        with open_port(self._config.port, "; plug it in, or look at `coins.port`") as port:
            self._line_counts.update(self._host.counts)
            host = self._host = self._new_host()
            self._values = {}
            try:
                self._converse(port, host)
            except PORT_ERRORS as error:
                raise DeviceTrouble(f"port {self._config.port} failed: {error}") from error

    def status(self) -> dict[str, Any]:
        """What a technician wants to see; safe to call at any time."""
        host = self._host
        polled_ms = host.polled_ms
        return {
            "port": self._config.port,
            "works": not self.reason,
            "reason": self.reason,
            "source": self._source,
            "identity": host.identity and {name: getattr(host.identity, name) for name in host.identity.__slots__},
            "coins": self._coin_rows(host.coins),
            "wanted_cents": sorted(self._wanted_cents),
            "accepting_cents": sorted({self._values[p] for p in host.let_in if p in self._values}),
            "held_back": self._held_back,
            "poll_ms": host.poll_ms,
            "echo": host.echo,
            "poll_age_ms": None if polled_ms is None else mono_ms() - polled_ms,
            "line": dict(self._line_counts + Counter(host.counts)),
            "noted": dict(self._noted),
            "resets": self._resets,
            "losses": self.losses,
            "inbox_refusals": self.refusals,
        }

    def _new_host(self) -> cctalk.Host:
        config = self._config
        frames = CHECKSUMS[config.checksum]
        return cctalk.Host(config.address, frames, config.poll_ms, self._values_cents, self._settle_ms)

    def _values_cents(self, coins: Mapping[int, cctalk.CoinId]) -> dict[int, int]:
        """Position to cents, for the coins of known value; only these are let in."""
        values = {position: cents_of(coin, self._config.values_cents) for position, coin in coins.items()}
        return {position: cents for position, cents in values.items() if cents is not None}

    def _converse(self, port: serial.Serial, host: cctalk.Host) -> None:
        """Until the host has ended. Raises DeviceTrouble or what the port raises when the acceptor is lost."""
        heard, told_to_stop = b"", False
        while not host.ended:
            if self.stopping and not told_to_stop:
                told_to_stop = True
                host.stop()
            self.deliver()
            if not self.stopping:
                host.accept(self._positions())
            for event in host.turn(heard, mono_ms()):
                self._act(event)
            heard = carry(port, host, self.nap)

    def _positions(self) -> frozenset[int]:
        """Where the coins lie that may come in now: none while nobody could book them."""
        why = (
            "a reading waits for room in the inbox" if self._owed else "the brain stands still" if self._stuck() else ""
        )
        if why != self._held_back:
            log.warning("%s: %s", self.name, (why and f"{why}: no coin is let in") or "coins are let in again")
            self._held_back = why
        if why:
            return frozenset()
        return frozenset(position for position, cents in self._values.items() if cents in self._wanted_cents)

    def _act(self, event: cctalk.HostEvent) -> None:
        match event:
            case cctalk.Found(identity, coins):
                self._values = self._values_cents(coins)
                self._source = f"cctalk:{identity.manufacturer}:{identity.serial or 'no-serial'}"
            case cctalk.Remembered(buffer, accepted):
                self.offer(CcTalkReading(self.name, self._source, buffer, self._values, accepted))
            case cctalk.Ready():
                self.came()
            case cctalk.Noted(severity=cctalk.Severity.LEVER):
                self.offer(ReturnPressed())
            case cctalk.Noted(code=code, name=name):
                self._noted[name] += 1
                if code in cctalk.CAME_BACK:
                    self.offer(CoinReturned(self.name))
            case cctalk.WasReset():
                self._resets += 1
            case cctalk.Lost(reason):
                raise DeviceTrouble(f"{reason}, on port {self._config.port}; look at its cable and at `coins.port`")

    def _coin_rows(self, coins: Mapping[int, cctalk.CoinId]) -> list[dict[str, Any]]:
        values = self._values_cents(coins)
        return [
            {"position": position, "id": coin.text, "value_cents": values.get(position)}
            for position, coin in sorted(coins.items())
        ]
