"""What a host tells: each is about one payment, by our own number."""

from dataclasses import dataclass

from .port import Show


@dataclass(frozen=True, slots=True)
class Event:
    number: int


@dataclass(frozen=True, slots=True)
class Offered(Event):
    """There is something to be shown."""

    show: Show


@dataclass(frozen=True, slots=True)
class Approved(Event):
    """The provider says that so much was paid under our own reference."""

    cents: int


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """Nothing can be shown for it, or the provider took it away. It is watched on, where it may exist."""

    why: str


@dataclass(frozen=True, slots=True)
class Unpaid(Event):
    """The watch is over, or it was never asked for at all."""


@dataclass(frozen=True, slots=True)
class Proven(Event):
    """It went back: the provider gave its number for that, and later said so."""

    proof: str


@dataclass(frozen=True, slots=True)
class GivenUp(Event):
    """It does not go back any more: a person has to see to it."""

    why: str
