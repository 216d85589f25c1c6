"""The post of many machines, in turns, as a hub hears it: each has the first facts of the same books under its own name."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from bench.letterbox import Books, Message
from controller.protocols.sync.topics import EVENT
from lab.inbox import BATCH_FACTS, ROUND_FACTS
from lab.store.base import Arrival

HEARD_MS = 1_790_000_000_000


@dataclass(frozen=True, slots=True)
class Fleet:
    """`machines` machines, named after `name`, that have about `facts` facts together, so many `each` in a message."""

    name: str
    books: Books
    machines: int
    facts: int
    each: int

    @property
    def names(self) -> list[str]:
        return [f"{self.name}-{number}" for number in range(self.machines)]

    @property
    def own(self) -> Books:
        """What every one of them has."""
        return self.books.first(max(1, self.facts // self.machines))

    @property
    def total(self) -> int:
        return len(self.own.facts) * self.machines

    @property
    def heads(self) -> dict[str, tuple[int, bytes]]:
        """What the lab must have of each in the end."""
        return dict.fromkeys(self.names, self.own.head)

    def messages(self) -> list[Message]:
        """The first of each machine, then the second of each, and so on."""
        own = self.own
        turns = zip_longest(*(own.messages(name, self.each) for name in self.names))
        return [message for message in chain.from_iterable(turns) if message]

    def rounds(self) -> Iterator[list[Arrival]]:
        """The same as the hub's inbox hands them on when many wait: about `ROUND_FACTS` at a time."""
        arrivals = [Arrival(m.machine, EVENT, m.word, m.payload, HEARD_MS) for m in self.messages()]
        most = ROUND_FACTS // (1 if self.each == 1 else BATCH_FACTS)
        return (arrivals[at : at + most] for at in range(0, len(arrivals), most))

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows that the facts become, for a database without a hub."""
        return [(name, *row, link, HEARD_MS) for name in self.names for row, link in self.own.facts]
