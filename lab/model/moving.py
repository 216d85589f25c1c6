"""A clock was set: what was written while nobody trusted it moves to its true time, as in the machine's own books."""

import json
from collections.abc import Iterator

from lab.model.calendar import Calendar
from lab.model.draft import Draft, Key, dated
from lab.model.memory import Memory
from lab.model.starts import Move
from lab.model.tables import LOOSE, ROWS, STARTS, SUMS_CALLED, Table
from lab.model.writing import write
from lab.store.base import Changing

_LOOSE = "SELECT at_ms, lines FROM loose_lines WHERE machine = ? AND boot = ? ORDER BY seq"
_SALES = "SELECT seq, at_ms FROM sales WHERE machine = ? AND at_loose = ? AND at_loose <> 0"
_REDATE = "UPDATE sales SET certain = ?, day = ?, hour = ? WHERE machine = ? AND seq = ?"


def move(tables: Changing, machine: str, moved: Move, memory: Memory, calendar: Calendar) -> None:
    """Move the times of rows, the dates of sales, and what was added to sums."""
    for table in ROWS:
        if table not in (STARTS, LOOSE):  # the starts have moved with their clock already
            for time in table.times:
                _shift(tables, machine, table, time, moved)
    sales = tables.rows(_SALES, machine, moved.boot)
    tables.many(_REDATE, ((moved.certain, *calendar(at_ms), machine, seq) for seq, at_ms in sales))
    if moved.by_ms:
        _move_sums(tables, machine, moved, memory, calendar)


def _shift(tables: Changing, machine: str, table: Table, time: str, moved: Move) -> None:
    clause = f"WHERE machine = ? AND {time}_loose = ? AND {time}_loose <> 0"
    tables.run(f"UPDATE {table.name} SET {time}_ms = {time}_ms + ? {clause}", moved.by_ms, machine, moved.boot)


def _move_sums(tables: Changing, machine: str, moved: Move, memory: Memory, calendar: Calendar) -> None:
    """Take every line off its old day and add it to its new one; days where nothing is left go."""
    draft = Draft(memory)
    left: dict[Table, set[Key]] = {}
    for at_ms, name, names, amounts in _lines(tables, machine, moved.boot):
        table = SUMS_CALLED[name]
        old, new = (dated(table, *calendar(ms), names) for ms in (at_ms, at_ms + moved.by_ms))
        if old != new:
            draft.count(table, old, {name: -amount for name, amount in amounts.items()})
            draft.count(table, new, amounts)
            left.setdefault(table, set()).update((old, new))
    write(tables, machine, draft)
    for table, keys in left.items():
        tables.many(_nothing_left(table), ((machine, *key) for key in sorted(keys)))
    shift = "UPDATE loose_lines SET at_ms = at_ms + ? WHERE machine = ? AND boot = ?"
    tables.run(shift, moved.by_ms, machine, moved.boot)


def _lines(tables: Changing, machine: str, boot: int) -> Iterator[tuple[int, str, tuple[str, ...], dict[str, int]]]:
    """What hangs on this start's clock, each with the moment it stands at."""
    for at_ms, lines in tables.rows(_LOOSE, machine, boot):
        for name, names, amounts in json.loads(lines):
            yield at_ms, name, tuple(names), amounts


def _nothing_left(table: Table) -> str:
    where = " AND ".join(f"{name} = ?" for name in ("machine", *table.key))
    return f"DELETE FROM {table.name} WHERE {where} AND {' AND '.join(f'{name} = 0' for name in table.values)}"
