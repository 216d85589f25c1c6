"""Machines for the lab's tests: books that grow, are cut off, copied back and restored, and letters made of them."""

import random
from collections.abc import Iterator, Sequence

from controller.domain.chain import GENESIS, Row, chain
from controller.protocols.sync.letter import Letter, letters

MACHINE = "museo-1"
AT_MS = 1_795_367_141_123
"""A morning in November 2026."""
Written = tuple[Row, bytes]
PIECES = ("chumpi-rojo", "bufanda-luz", "shigra-inti", "muñeca-quilla")


class Books:
    """A machine's books: `facts` as they lie there, each with its hash. `teller` makes those of two lives differ."""

    def __init__(self, machine: str = MACHINE, facts: Sequence[Written] = (), epoch: int = 1, teller: str = "") -> None:
        self.machine, self.facts, self.epoch, self.teller = machine, list(facts), epoch, teller

    @property
    def head(self) -> bytes:
        return self.facts[-1][1] if self.facts else GENESIS

    def sell(self, count: int = 1) -> list[Written]:
        """So many facts more."""
        return [self._one(len(self.facts) + 1) for _ in range(count)]

    def _one(self, seq: int) -> Written:
        piece = PIECES[seq % len(PIECES)]
        body = f'{{"vend_id":{seq},"slot":"A1","product":"{piece}{self.teller}","price_cents":{100 + seq}}}'
        return self.write(Row(self.epoch, seq, 3, seq * 10, AT_MS + seq * 1_000, 1, "Sold", body))

    def write(self, row: Row) -> Written:
        """This fact, with the hash that follows."""
        self.facts.append((row, chain(self.head, row)))
        return self.facts[-1]

    def copy(self, upto: int, epoch: int | None = None, teller: str = "") -> "Books":
        """The books as they were after that many facts, put back; a restore opens another `epoch`."""
        return Books(self.machine, self.facts[:upto], epoch or self.epoch, teller)

    def post(self, first: int = 1, last: int | None = None, most: int = 100) -> list[Letter]:
        """Letters with these facts."""
        return letters(self.machine, self.facts[first - 1 : last], most)


def cut(rng: random.Random, books: Books) -> Iterator[Letter]:
    """All facts in order, in letters of any length."""
    at = 0
    while at < len(books.facts):
        step = rng.randint(1, 9)
        yield from letters(books.machine, books.facts[at : at + step])
        at += step
