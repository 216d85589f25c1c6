"""What a host can say about its board."""

from dataclasses import dataclass

from .happenings import Happening
from .orders import Answer


@dataclass(frozen=True, slots=True)
class Found:
    """The board answered. Another `boot_id` than before: it was reset, and what ran is unknown.

    `highest` is the newest number used up in each lane of this life (`messages.VEND` and so on).
    """

    boot_id: int
    firmware: str
    cause: str
    version: int
    highest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """The board has our configuration; from now on it takes commands."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """The board is there, but cannot be used: another version of the protocol, or a configuration it refuses. Told once."""

    reason: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, in order, none missing. Book it and the mark (`boot_id`, `counter`) in one transaction, then acknowledge."""

    boot_id: int
    counter: int
    happening: Happening


@dataclass(frozen=True, slots=True)
class Missed:
    """Events of this life that were acknowledged, but not by these books: an older backup of them was put back."""

    boot_id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The command ran, once, and this came of it."""

    kind: int
    number: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The command did not run, and under this number it never will."""

    kind: int
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the command ran. It is never sent again."""

    kind: int
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing was heard for a while. The host goes on greeting, and only asks about commands that were open."""

    reason: str


HostEvent = Found | Ready | Unfit | Happened | Missed | Answered | NotBegun | Unknown | Lost
