"""What a host can say about its acceptor."""

from collections.abc import Mapping
from dataclasses import dataclass

from .coins import Buffer, CoinId
from .names import Severity


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the acceptor says it is. `serial` is None when it does not tell."""

    category: str
    manufacturer: str
    serial: int | None
    product: str = ""
    build: str = ""
    software: str = ""
    comms: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An acceptor answered: who it is, and the coin id at each position that has one."""

    identity: Identity
    coins: Mapping[int, CoinId]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the acceptor remembers, read until two answers agreed: after each start, and whenever it changed.

    `accepted` is its count of all coins ever accepted, with those in the buffer and none since; it comes after a start
    from acceptors that have one, and is None else.
    """

    buffer: Buffer
    accepted: int | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The start is over; coins are let in from now on if they are wanted."""


@dataclass(frozen=True, slots=True)
class WasReset:
    """The acceptor lost power or was reset while we talked to it; it is started again from its identity on."""


@dataclass(frozen=True, slots=True)
class Noted:
    """The acceptor reports an error: its code, its name and how grave it is."""

    code: int
    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Lost:
    """The acceptor cannot be used, and why. The conversation is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The acceptor was closed and its counter is still. The conversation is over."""


HostEvent = Found | Remembered | Ready | WasReset | Noted | Lost | Stopped
