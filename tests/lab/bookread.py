"""A machine's books on their way into the lab's read model, without a broker; and everything the model says, to compare."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from controller.domain.chain import HASHED, Row
from controller.protocols.sync.letter import letters, written
from controller.protocols.sync.notes import Meta, told
from lab.model import TABLES, catch_up, prepare
from lab.store import Store, opened
from lab.store.base import Arrival, Found

NAME = "museo-1"
LETTERS_AT_ONCE = 40


def lab(folder: Path) -> Store:
    """An empty lab in a file."""
    store = opened(str(folder / "lab.db"), make=True)
    prepare(store)
    return store


def books(path: Path) -> list[tuple[Row, bytes]]:
    """Every fact of these books with its hash."""
    with closing(sqlite3.connect(path)) as db:
        return [(Row(*row), link) for *row, link in db.execute(f"SELECT {HASHED}, hash FROM facts ORDER BY seq")]


def send(store: Store, rows: Iterable[tuple[Row, bytes]], machine: str = NAME) -> None:
    """The lab takes these facts as the machine would send them, and refuses none."""
    made = [Arrival(machine, "ev", "batch", written(letter), 0) for letter in letters(machine, rows)]
    for first in range(0, len(made), LETTERS_AT_ONCE):
        taken = store.take(made[first : first + LETTERS_AT_ONCE])
        assert not [words for words in taken.told if "refuse" in words], taken.told


def tell_zone(store: Store, zone: str, machine: str = NAME) -> None:
    """The machine says where it stands."""
    store.take([Arrival(machine, "meta", "", told(Meta(machine, "0.1.0", 1, zone)), 0)])


def fold(store: Store, most: int = 4_000, machine: str = NAME) -> int:
    """Until nothing waits; how many facts that were."""
    facts = 0
    while True:
        done = catch_up(store, machine, most)
        facts += done.facts
        if not done.waits:
            return facts


def everything(store: Store, machine: str = NAME) -> dict[str, list[Found]]:
    """Every row of the model, without how far it is."""
    with store.reading() as reading:
        return {
            table.name: sorted(reading.rows(f"SELECT * FROM {table.name} WHERE machine = ?", machine), key=repr)
            for table in TABLES
        }


def asked(store: Store, sql: str, *params: str | int) -> list[Found]:
    """The answer to one question."""
    with store.reading() as reading:
        return reading.rows(sql, *params)
