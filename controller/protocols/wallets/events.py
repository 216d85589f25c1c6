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
class Accepted(Event):
    """The provider took a refund up and gave its number for it, which it may never tell again. The money is not back yet."""

    proof: str


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """What the provider had accepted under this number has failed: the number counts no more, another refund is asked for."""

    proof: str


@dataclass(frozen=True, slots=True)
class Proven(Event):
    """It went back: the provider gave its number for that, and later said so."""

    proof: str


@dataclass(frozen=True, slots=True)
class GivenUp(Event):
    """It does not go back any more: a person has to see to it. `doubt`: for all anybody knows it may be back already."""

    why: str
    doubt: bool = False
