"""Coins by ccTalk's rules: what a coin id is worth, and which events in an acceptor's buffer are new.

The event buffer of header 229 is read by `new_events`, which neither loses nor doubles a coin: the host keeps the
counter of the last event it booked, and whatever is above it is news. A credit names a position; what lies at that
position is told by its coin id (header 184).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from .errors import LocalProtocolError, RemoteProtocolError

POSITIONS = range(1, 17)
"""The positions an acceptor can credit. A higher number is corrupt, or a value in a format this host never asks for."""
BUFFER_EVENTS = 5
REPLY_BYTES = 1 + 2 * BUFFER_EVENTS
TOKEN = "TK"
CVF_TOKEN = 255

_FACTORS = {"m": Decimal("0.001"), ".": Decimal(1), "K": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9)}
_COIN_ID = re.compile(r"([A-Z]{2})(.{3})([A-Z])")
_DIGITS_AND_SIGN = re.compile(r"([0-9]*)([m.KMG]?)([0-9]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CoinId:
    """What an acceptor calls one coin: two letters of country, three characters of value, one of issue (`EC050A`).

    `value` is in the base unit of the currency, and None when it is not money or not told: a token, an empty position
    (`......`), free text (`Token `). No value is ever guessed.
    """

    text: str
    country: str = ""
    value: Decimal | None = None
    issue: str = ""

    @property
    def token(self) -> bool:
        return self.country == TOKEN

    @property
    def empty(self) -> bool:
        return not self.text.strip(".\0 ")


def coin_id(text: str) -> CoinId:
    """Read the six characters of header 184. Raises nothing: what cannot be read has no value."""
    match = _COIN_ID.fullmatch(text)
    value = coin_value(match[2]) if match else None
    if match is None or (value is None and match[1] != TOKEN):
        return CoinId(text)
    return CoinId(text, match[1], None if match[1] == TOKEN else value, match[3])


def coin_value(vvv: str) -> Decimal | None:
    """The three characters of value, None when they are none: `2K5` is 2500, `.05` is 0.05 (part 3, appendix 3.1).

    At most one of `m . K M G` stands for the decimal point and says thousandths, ones, thousands, and so on.
    """
    match = _DIGITS_AND_SIGN.fullmatch(vvv)
    if len(vvv) != 3 or match is None:
        return None
    whole, sign, fraction = match.groups()
    return Decimal(f"{whole}.{fraction}") * _FACTORS[sign or "."]


def cvf_value(byte: int) -> int | None:
    """The value in one byte of the coin value format, None for a token: bit 7 means times ten (appendix 3.2)."""
    if byte == CVF_TOKEN:
        return None
    return (byte & 0x7F) * (10 if byte & 0x80 else 1)


class Entry(NamedTuple):
    """One of the five events in a 229 reply, as sent: result A and result B."""

    a: int
    b: int


class Credit(NamedTuple):
    """A coin in the box: its position in the acceptor's table, and the sorter path it took (0 without a sorter)."""

    position: int
    path: int


class Alarm(StrEnum):
    """Why coins may be missing from a Reading."""

    RESET = "reset"
    """The acceptor lost power or was reset: coins it did not tell yet are forgotten."""
    LOST = "lost"
    """More events happened than the buffer holds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is new in an acceptor's buffer, oldest first, and the counter to remember with it.

    `lost` counts events that the buffer no longer holds; nobody knows whether they were coins.
    """

    entries: tuple[Entry, ...]
    mark: int
    alarm: Alarm | None = None
    lost: int = 0

    @property
    def credits(self) -> tuple[Credit, ...]:
        return tuple(Credit(entry.a, entry.b) for entry in self.entries if entry.a)

    @property
    def errors(self) -> tuple[int, ...]:
        """Error codes; null events, which some acceptors send after power-up, are none."""
        return tuple(entry.b for entry in self.entries if not entry.a and entry.b)


def new_events(last: int | None, counter: int, buffer: Sequence[Entry]) -> Reading:
    """Events the acceptor added since `last`, oldest first; `buffer` is newest first, as sent.

    `counter` is 0 only after the acceptor's own reset and wraps from 255 to 1. With `last` None the acceptor is new to
    us and its history is not money (ccTalk 4.7 part 2, header 229). A reset or an overrun is part of the Reading.
    Raises LocalProtocolError for a `last` that no acceptor ever sent.
    """
    if last is not None and not 0 <= last <= 255:
        raise LocalProtocolError(f"no event counter is {last}")
    if counter == 0:
        return Reading((), 0, Alarm.RESET if last else None)
    if last is None:
        return Reading((), counter)
    happened = counter - last if counter >= last else 255 - last + counter
    news = tuple(reversed(buffer[: min(happened, BUFFER_EVENTS)]))
    lost = max(0, happened - BUFFER_EVENTS)
    return Reading(news, counter, Alarm.LOST if lost else None, lost)


class Buffer(NamedTuple):
    """One whole answer to header 229: the event counter, and the last five events, newest first."""

    counter: int
    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, data: bytes) -> "Buffer":
        """From the eleven data bytes. Raises RemoteProtocolError for any other number of them."""
        if len(data) != REPLY_BYTES:
            raise RemoteProtocolError(f"a credit reply has {REPLY_BYTES} data bytes, not {len(data)}")
        return cls(data[0], tuple(Entry(a, b) for a, b in zip(data[1::2], data[2::2], strict=True)))

    def continues(self, earlier: "Buffer") -> bool:
        """True when this can be `earlier` plus at most four events more: what both still remember is the same."""
        news = new_events(earlier.counter, self.counter, self.entries)
        added = len(news.entries)
        if news.alarm or added == BUFFER_EVENTS:
            return False
        return self.entries[added:] == earlier.entries[: BUFFER_EVENTS - added]
