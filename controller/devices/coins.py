"""The coin acceptor: a worker that speaks ccTalk over a serial port and tells the brain what the acceptor remembers.

It never says "a coin came": it says what stands in the acceptor's memory, and the brain finds the news in it against
the mark it committed last. So a reading may be repeated, and a controller that was away misses nothing.
"""

import errno
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import serial

from controller.config import Coins
from controller.devices.worker import PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.events import CoinsSeen, ReturnPressed, Trouble
from controller.protocols import cctalk

BAUD = 9_600
READ_TIMEOUT_S = 0.02
"""How coarse the protocol's own time-outs get, the shortest of which is 50 ms; bytes are handed on as they come."""
WRITE_TIMEOUT_S = 0.5
CHECKSUMS = {"sum8": cctalk.Frame, "crc16": cctalk.CrcFrame}
COUNTRIES = ("US", "EC")
"""Whose coins are cents of US dollars; Ecuador mints its own."""
COIN_CENTS_MAX = 10_000


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

    Satisfies `controller.domain.events.Reading`.
    """

    device: str
    source: str
    buffer: cctalk.Buffer
    values_cents: Mapping[int, int]

    def since(self, mark: int | None) -> CoinsSeen | None:
        """The news after `mark`, or None when there is none; with None for a mark, history is no money.

        A coin of unknown value gives no credit: it counts as lost, with an alarm, and is found at the cash count.
        """
        news = cctalk.new_events(mark, *self.buffer)
        if mark == news.mark:
            return None
        known = tuple(self.values_cents[c.position] for c in news.credits if c.position in self.values_cents)
        unknown = len(news.credits) - len(known)
        alarm = news.alarm.value if news.alarm else ("unknown-coin" if unknown else None)
        return CoinsSeen(self.device, self.source, news.mark, known, alarm, news.lost + unknown)


class CoinAcceptor(Worker):
    """Owns the serial port and the ccTalk host on it. No coin is let in before `accept(True)`."""

    def __init__(
        self, config: Coins, put: Put, *, settle_ms: int = cctalk.SETTLE_MS, backoff: Backoff | None = None
    ) -> None:
        super().__init__("coins", Trouble.NO_COINS, put, backoff)
        self._config, self._settle_ms = config, settle_ms
        self._wanted = False
        self._host = self._new_host()
        self._source = ""
        self._noted: Counter[str] = Counter()
        self._line_counts: Counter[str] = Counter()
        self._resets = 0

    def accept(self, wanted: bool) -> None:
        """Let coins in from now on, or none. A set-point: it holds through any loss and return of the acceptor."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._wake.set()

    def work(self) -> None:
        with self._open() as port:
            self._line_counts.update(self._host.counts)
            host = self._host = self._new_host()
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
            "wanted": self._wanted,
            "accepting": not self.reason and host.accepting,
            "echo": host.echo,
            "poll_age_ms": None if polled_ms is None else _mono_ms() - polled_ms,
            "line": dict(self._line_counts + Counter(host.counts)),
            "noted": dict(self._noted),
            "resets": self._resets,
            "losses": self.losses,
            "inbox_refusals": self.refusals,
        }

    def _open(self) -> serial.Serial:
        """Raises DeviceTrouble, in words, when the port cannot be opened."""
        path = self._config.port
        try:
            return serial.Serial(path, BAUD, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except serial.SerialException as error:
            why = {
                errno.ENOENT: "is not there",
                errno.EACCES: "may not be opened",
                errno.EAGAIN: "is in use by another",
            }
            words = why.get(error.errno, f"cannot be opened: {error}")
            raise DeviceTrouble(f"port {path} {words}; plug it in, or look at `coins.port`") from error

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
                host.accept(self._wanted and not self._owed)  # what nobody books must not be let in
            for event in host.turn(heard, _mono_ms()):
                self._act(event, host)
            heard = self._exchange(port, host)

    def _exchange(self, port: serial.Serial, host: cctalk.Host) -> bytes:
        """Write what the host has to say, and wait for what comes, or until the host has something to do."""
        frame = host.to_send(_mono_ms())
        if frame:
            port.reset_input_buffer()
            port.write(frame)
        if host.listening:
            return bytes(port.read(max(1, port.in_waiting)))
        if not host.ended:
            self.nap((host.wake_ms - _mono_ms()) / 1_000)
        return b""

    def _act(self, event: cctalk.HostEvent, host: cctalk.Host) -> None:
        match event:
            case cctalk.Found(identity):
                self._source = f"cctalk:{identity.manufacturer}:{identity.serial or 'no-serial'}"
            case cctalk.Remembered(buffer):
                self.offer(CcTalkReading(self.name, self._source, buffer, self._values_cents(host.coins)))
            case cctalk.Ready():
                self.came()
            case cctalk.Noted(severity=cctalk.Severity.LEVER):
                self.offer(ReturnPressed())
            case cctalk.Noted(name=name):
                self._noted[name] += 1
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


def _mono_ms() -> int:
    return time.monotonic_ns() // 1_000_000
