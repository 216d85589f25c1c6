"""What the machine remembers of the lab while it is off: up to which fact it holds everything, and what it has refused.

A small file beside the books. It is replaced whole, and seldom: losing it costs a repetition and nothing else, and a card
wears out by what is written to it.
"""

import logging
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from controller.domain.chain import GENESIS
from controller.domain.outbox import Aside, Outbox
from controller.ledger.chainlines import hash_of
from controller.ledger.outbox import Standing, newest, standing

log = logging.getLogger("minga.sync")


@dataclass(frozen=True, slots=True)
class Memory:
    """The lab holds fact `seq` of `epoch` with the hash `head` (hex), and said so at `heard_ms` of the machine's clock."""

    epoch: int = 0
    seq: int = 0
    head: str = GENESIS.hex()
    heard_ms: int | None = None
    asides: tuple[Aside, ...] = ()


_FORM = TypeAdapter(Memory)


def place_of(database: Path) -> Path:
    """Where the memory of these books lies."""
    return database.with_suffix(".sync.json")


def read(file: Path) -> Memory:
    """The memory; an empty one where there is none, or none that can be read."""
    try:
        return _FORM.validate_json(file.read_bytes())
    except FileNotFoundError:
        return Memory()
    except (OSError, ValidationError) as error:
        log.warning("%s cannot be read and is begun anew: %s", file, error)
        return Memory()


def keep(file: Path, memory: Memory) -> None:
    """Replace the file, whole or not at all. Raises OSError."""
    fresh = file.with_name(file.name + ".new")
    with fresh.open("wb") as opened:
        opened.write(_FORM.dump_json(memory))
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)


def recalled(db: sqlite3.Connection, memory: Memory) -> Outbox:
    """The outbox as these books and this memory have it together.

    Where the memory is ahead of the books, an older copy was put in their place: what they have is taken for held.
    """
    _, end, _, _ = newest(db)
    how, seq = standing(db, memory.epoch, memory.seq, bytes.fromhex(memory.head))
    if how is Standing.AHEAD:
        log.warning("the lab holds fact %d, and the books end at %d: were older books put back?", memory.seq, end)
    asides = tuple(aside for aside in memory.asides if hash_of(db, aside.last).hex() == aside.hash)
    return Outbox(end, seq, seq, asides=asides)
