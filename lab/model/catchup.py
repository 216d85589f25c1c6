"""Brings the read model up to the line of a machine: exactly once, in bounded pieces, whoever else does the same.

The cursor moves in the transaction that writes the sums. It holds the hash of the last fact folded, so it proves itself: when
the line has another fact there (a restore has branched off below it), or days begin elsewhere than before, what was folded of
this machine is thrown away and folded anew from its facts.
"""

import json
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from controller.domain.chain import Row
from controller.domain.times import BootClock
from lab.model.calendar import ZONE, calendar, zone_called
from lab.model.draft import Draft, Piece
from lab.model.fold import Fold, names_past
from lab.model.memory import Memory, remembered
from lab.model.moving import move
from lab.model.starts import Start, Starts
from lab.model.tables import TABLES, VERSION
from lab.model.told import Moment
from lab.model.writing import write
from lab.store.base import Changing, Reading, Store

MOST = 4_000
"""Facts in one transaction: a fifth of a second in SQLite, where nobody else can write meanwhile."""
PREPARING = "read-model"
"""In place of a machine's name, while the tables are made."""
_MODELLED = """CREATE TABLE IF NOT EXISTS modelled (
    machine TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, head BLOB NOT NULL, zone TEXT NOT NULL, memory TEXT NOT NULL,
    facts INTEGER NOT NULL, unread INTEGER NOT NULL, strange INTEGER NOT NULL
) STRICT, WITHOUT ROWID"""
_VERSION = "CREATE TABLE IF NOT EXISTS model (version INTEGER NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID"
_FACTS = (
    "SELECT epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body, hash FROM facts"
    " WHERE machine = ? AND lost = 0 AND seq >= ? ORDER BY seq LIMIT ?"
)
_KEEP = (
    "INSERT INTO modelled VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (machine) DO UPDATE SET seq = excluded.seq,"
    " head = excluded.head, zone = excluded.zone, memory = excluded.memory, facts = excluded.facts,"
    " unread = excluded.unread, strange = excluded.strange"
)


class Progress(NamedTuple):
    """What a `catch_up` has done: so many facts folded, whether more of them wait, whether it began anew."""

    facts: int
    waits: bool
    anew: bool = False


@dataclass(slots=True)
class Modelled:
    """How far a machine is folded. `unread` facts could not be read, `strange` ones are of types nobody here knows."""

    seq: int = 0
    head: bytes = b""
    zone: str = ""
    memory: Memory = field(default_factory=Memory)
    facts: int = 0
    unread: int = 0
    strange: int = 0


def prepare(store: Store) -> None:
    """Make the tables; those of another version are thrown away with all that is in them. Raises StoreError."""
    store.prepare([_VERSION])
    with store.reading() as reading:
        known = reading.rows("SELECT version FROM model")
    old = [] if known == [(VERSION,)] else [f"DROP TABLE IF EXISTS {name}" for name in ("modelled", *_names())]
    store.prepare([*old, _MODELLED, *(statement for table in TABLES for statement in table.made())])
    if old:
        with store.changing(PREPARING) as tables:
            tables.run("DELETE FROM model")
            tables.run("INSERT INTO model VALUES (?)", VERSION)


def catch_up(store: Store, machine: str, most: int = MOST) -> Progress:
    """Fold the next facts of this machine, at most so many. Raises StoreError, and then nothing has changed."""
    with store.changing(machine) as tables:
        zone = _zone(tables, machine)
        kept = _modelled(tables, machine)
        rows = tables.rows(_FACTS, machine, kept.seq, most + 1)
        anew = bool(kept.seq) and (kept.zone != zone.key or not _goes_on(kept, rows[0] if rows else None))
        if anew:
            forget(tables, machine)
            kept = Modelled()
            rows = tables.rows(_FACTS, machine, 0, most + 1)
        new = rows[1:] if kept.seq else rows[:most]
        if new:
            _fold(tables, machine, kept, zone, [Row._make(row[:-1]) for row in new])
            _keep(tables, machine, kept, new[-1][1], new[-1][-1], zone)
        return Progress(len(new), len(rows) == most + 1, anew)


def forget(tables: Changing, machine: str) -> None:
    """Throw away what was folded of this machine; the next `catch_up` begins anew."""
    for name in ("modelled", *_names()):
        tables.run(f"DELETE FROM {name} WHERE machine = ?", machine)


def _goes_on(kept: Modelled, row: tuple[object, ...] | None) -> bool:
    """Whether the line still has the fact that was folded last."""
    return row is not None and (row[1], row[-1]) == (kept.seq, kept.head)


def _fold(tables: Changing, machine: str, kept: Modelled, zone: ZoneInfo, rows: list[Row]) -> None:
    local = calendar(zone)
    starts = Starts(local, _starts(tables, machine, {row.boot_id for row in rows}))
    fold = Fold(Draft(kept.memory, _past(tables, machine, names_past(rows))), starts)
    for draft, moved in fold.run(rows):
        write(tables, machine, draft)
        if moved:
            move(tables, machine, moved, kept.memory, local)
    kept.facts += fold.facts
    kept.unread += fold.unread
    kept.strange += fold.strange


# What is there already


def _modelled(tables: Reading, machine: str) -> Modelled:
    found = tables.rows(
        "SELECT seq, head, zone, memory, facts, unread, strange FROM modelled WHERE machine = ?", machine
    )
    if not found:
        return Modelled()
    seq, head, zone, memory, *counts = found[0]
    return Modelled(seq, bytes(head), zone, remembered(memory), *counts)


def _keep(tables: Changing, machine: str, kept: Modelled, seq: int, head: bytes, zone: ZoneInfo) -> None:
    counts = (kept.facts, kept.unread, kept.strange)
    tables.run(_KEEP, machine, seq, head, zone.key, kept.memory.as_json(), *counts)


def _zone(tables: Reading, machine: str) -> ZoneInfo:
    """Where the machine says that it stands."""
    found = tables.rows("SELECT body FROM notes WHERE machine = ? AND what = 'meta'", machine)
    meta = json.loads(found[0][0]) if found else {}
    return zone_called(meta.get("zone", ZONE))


def _starts(tables: Reading, machine: str, boots: set[int]) -> dict[int, Start]:
    found = {}
    for boot in sorted(boots):
        query = "SELECT * FROM starts WHERE machine = ? AND boot = ?"
        for _, _, seq, version, facts, offset_ms, trusted, *times in tables.rows(query, machine, boot):
            first, last = (Moment(at_ms, 0, 0, loose, trusted) for at_ms, loose in (times[:2], times[2:]))
            clock = BootClock(offset_ms, bool(trusted))
            found[boot] = Start(boot, seq, clock, first, last, facts, version)
    return found


def _past(tables: Reading, machine: str, vends: list[int]) -> dict[int, Piece]:
    query = "SELECT seq, slot, product, maker FROM sales WHERE machine = ? AND vend_id = ? ORDER BY seq DESC LIMIT 1"
    return {vend_id: Piece(*row) for vend_id in vends for row in tables.rows(query, machine, vend_id)}


def _names() -> list[str]:
    return [table.name for table in TABLES]
