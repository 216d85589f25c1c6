"""Power cuts and kills on the disk in memory: one story is lived whole, then cut at every moment of its timeline.

The timeline holds every operation on the disk and every deed in the world, in order. A cut at a moment gives the disk's
image and the world as they were; a new controller recovers on them and must come to a sale. Equal books in an equal world
are recovered to the end only once, and every 25th time again.
"""

import hashlib
import pickle
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cutdisk import Cut, Disk, Image, Op, Platter
from judge import complaints
from outside import World
from scripted import Machine
from share import Tally

from controller.ledger import connection
from controller.ledger.journal import Journal

BOOKS = Path("/minga-in-memory.db")
AGAIN = 25
TWICE = 0.1
"""How many recoveries are cut themselves."""


@dataclass(frozen=True)
class Moment:
    """One place in a timeline: an operation on the disk, or the world after a deed (pickled)."""

    op: Op | None = None
    world: bytes = b""


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    """The real journal on this disk: only the opening of the file and the look at the log's length are replaced."""
    with patch.object(connection, "_connect", disk.connect), patch.object(Journal, "rest", rest):
        yield


def rest(journal: Journal, idle: bool) -> None:
    """What `Journal.rest` does on a disk where it can see how long the log is."""
    if idle:
        journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def record(image: Image, world: World) -> list[Moment]:
    """Live one whole life on this image; its timeline."""
    timeline: list[Moment] = []
    disk = Disk(image)

    def catch_up() -> None:
        timeline.extend(Moment(op) for op in disk.log)
        disk.log.clear()

    def ask(*deed: Any) -> Any:
        catch_up()
        answer = world.answer(deed)
        timeline.append(Moment(world=pickle.dumps(world)))
        return answer

    with on(disk):
        machine = Machine(BOOKS, ask)
        machine.live()
        machine.brain.journal.close()
    catch_up()
    return timeline


def cut_everywhere(image: Image, seed: int, cuts: tuple[Cut, ...], every: int = 1) -> Tally:
    """Cut this seed's story at every moment (or each `every`-th) in each of these ways."""
    tally, rng, seen = Tally(), random.Random(f"cuts of {seed}"), Counter[tuple[Any, ...]]()
    platter, before = Platter(image), pickle.dumps(World(seed))
    for number, moment in enumerate(record(image, World(seed))):
        if number % every == seed % every:
            for cut in cuts:
                left = platter.left(cut, rng)
                wrongs = _judge_cut(left, before, cut, rng, tally, seen)
                tally.wrongs += [f"seed {seed}, moment {number}, {cut.value}: {wrong}" for wrong in wrongs]
        if moment.op:
            platter.follow(moment.op)
        else:
            before = moment.world
    return tally


def _judge_cut(
    left: Image, before: bytes, cut: Cut, rng: random.Random, tally: Tally, seen: Counter[tuple[Any, ...]]
) -> list[str]:
    tally.runs[cut.value] += 1
    try:
        key = (books_left(left), before, cut is Cut.KEPT)
        seen[key] += 1
        if seen[key] % AGAIN != 1:
            return []
        tally.lived += 1
        return recover(left, pickle.loads(before), cut, rng)
    except Exception as error:  # noqa: BLE001 - whatever a recovery raises is a violation with a seed
        return [repr(error)]


def books_left(left: Image) -> bytes:
    """A hash of the books as SQLite finds them in this image, its log read and judged by SQLite itself."""
    disk = Disk(left)
    with on(disk):
        db = connection.open_writer(BOOKS)
        pages = db.serialize("main")
        db.close()
    return hashlib.blake2b(pages).digest()


def recover(left: Image, world: World, cut: Cut, rng: random.Random) -> list[str]:
    """A new controller on what is left, sometimes cut down itself; what the judge says in the end."""
    power = cut is not Cut.KEPT
    world.restart(power, hurry=True)
    if rng.random() < TWICE:
        left, world = _cut_again(left, world, cut, rng)
        world.restart(power, hurry=True)
    with on(Disk(left)):
        machine = Machine(BOOKS, lambda *deed: world.answer(deed))
        machine.live()
        with closing(copied(machine.brain.journal.db)) as books:
            return complaints(books, world)


def copied(db: Any) -> sqlite3.Connection:
    """The same books for the standard library's SQLite, in its own memory."""
    pages = bytearray(db.serialize("main"))
    pages[18:20] = b"\x01\x01"  # no write-ahead log belongs to this copy
    books = sqlite3.connect(":memory:")
    books.deserialize(bytes(pages))
    return books


def _cut_again(left: Image, world: World, cut: Cut, rng: random.Random) -> tuple[Image, World]:
    platter, before = Platter(left), pickle.dumps(world)
    timeline = record(left, world)
    for moment in timeline[: rng.randrange(len(timeline))]:
        if moment.op:
            platter.follow(moment.op)
        else:
            before = moment.world
    return platter.left(cut, rng), pickle.loads(before)
