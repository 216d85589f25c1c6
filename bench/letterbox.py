"""Facts of real books as the messages that carry them: alone or many in one, under any machine's name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import history
from bench.sales import BOOKS
from controller.domain.chain import Row
from controller.ledger.outbox import rows
from controller.protocols.sync.letter import letters, written
from controller.protocols.sync.topics import BATCH, EVENT, topic


@dataclass(frozen=True, slots=True)
class Message:
    """One letter: whose, the last word of its topic, its bytes and how many facts it holds."""

    machine: str
    word: str
    payload: bytes
    facts: int

    @property
    def topic(self) -> str:
        return topic(self.machine, EVENT, self.word)


@dataclass(frozen=True, slots=True)
class Books:
    """Facts in the order of the books, each with its hash."""

    facts: list[tuple[Row, bytes]]

    def messages(self, machine: str, each: int, fold: bool = True) -> Iterator[Message]:
        """All of them with so many facts in one message."""
        for letter in letters(machine, self.facts, each):
            word = BATCH if len(letter.rows) > 1 else letter.rows[0].type
            yield Message(machine, word, written(letter, fold), len(letter.rows))

    def first(self, count: int) -> "Books":
        return Books(self.facts[:count])

    @property
    def head(self) -> tuple[int, bytes]:
        """The number of the last fact, and its hash."""
        return self.facts[-1][0].seq, self.facts[-1][1]


def written_books(folder: Path, facts: int) -> Path:
    """New books with about so many facts; their file."""
    folder.mkdir(parents=True)
    history.write(folder, facts)
    return folder / BOOKS


def read_books(file: Path) -> Books:
    found: list[tuple[Row, bytes]] = []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        while more := rows(db, range(len(found) + 1, len(found) + 1_001)):
            found += more
    return Books(found)
