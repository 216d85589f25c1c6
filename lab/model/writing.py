"""Writes what the fold has changed: a statement for each table, with all its rows at once."""

import json
from collections.abc import Iterable
from functools import cache

from lab.model.draft import Columns, Draft, Key, lines
from lab.model.memory import MOST, Memory
from lab.model.payouts import Day, payouts
from lab.model.tables import ACCOUNT_DAYS, LOOSE, PAYOUTS, TABLES, Table
from lab.store.base import Changing

MAKER = "maker:"
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def write(tables: Changing, machine: str, draft: Draft) -> None:
    """All of it; then the payouts of those whose days it has changed."""
    for table in TABLES:
        if rows := draft.rows.get(table):
            values = table.values
            tables.many(_put(table), ((machine, *key, *map(row.__getitem__, values)) for key, row in rows.items()))
        if changes := draft.changes.get(table):
            _change(tables, machine, table, changes)
        if sums := draft.sums.get(table):
            tables.many(_add(table), ((machine, *line) for line in lines(sums, table)))
    if draft.loose:
        hanging = ((machine, seq, when.loose, when.at_ms, _json(added)) for seq, (when, added) in draft.loose.items())
        tables.many(_put(LOOSE), hanging)
    _settle(tables, machine, draft.memory, _whose(draft))


def _settle(tables: Changing, machine: str, memory: Memory, makers: Iterable[str]) -> None:
    """Reckon the payouts of these makers anew from their days."""
    days_of = "SELECT day, earned_cents, paid_cents FROM account_days WHERE machine = ? AND account = ? ORDER BY day"
    for maker in sorted(makers):
        found = payouts(Day(*row) for row in tables.rows(days_of, machine, MAKER + maker))
        tables.run("DELETE FROM payouts WHERE machine = ? AND maker = ?", machine, maker)
        tables.many(_put(PAYOUTS), ((machine, payout.day, maker, *payout[1:]) for payout in found))
        memory.paid_until.pop(maker, None)
        if found and len(memory.paid_until) < MOST:
            memory.paid_until[maker] = found[-1].day


def _whose(draft: Draft) -> set[str]:
    """The makers who were paid, or who earned something on a day up to their last payment."""
    makers = set()
    for (day, account, *_), amounts in draft.sums.get(ACCOUNT_DAYS, {}).items():
        if isinstance(account, str) and account.startswith(MAKER) and isinstance(day, int):
            maker = account.removeprefix(MAKER)
            if amounts.get("paid_cents") or day <= draft.memory.paid_until.get(maker, day - 1):
                makers.add(maker)
    return makers


def _change(tables: Changing, machine: str, table: Table, changes: dict[Key, Columns]) -> None:
    """Rows with the same columns go together."""
    alike: dict[tuple[str, ...], list[Key]] = {}
    for key, columns in changes.items():
        alike.setdefault(tuple(columns), []).append(key)
    for names, keys in alike.items():
        sets = ", ".join(f"{name} = ?" for name in names)
        where = " AND ".join(f"{name} = ?" for name in ("machine", *table.key))
        rows = ((*map(changes[key].__getitem__, names), machine, *key) for key in keys)
        tables.many(f"UPDATE {table.name} SET {sets} WHERE {where}", rows)


@cache
def _put(table: Table) -> str:
    """Inserts a whole row, or takes the place of the one there is."""
    return f"{_insert(table)} DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in table.values)}"


@cache
def _add(table: Table) -> str:
    """Adds to the amounts there are."""
    sums = (f"{name} = {table.name}.{name} + excluded.{name}" for name in table.values)
    return f"{_insert(table)} DO UPDATE SET {', '.join(sums)}"


def _insert(table: Table) -> str:
    names = ("machine", *table.key, *table.values)
    places = ", ".join("?" * len(names))
    into, key = ", ".join(names), ", ".join(names[: 1 + len(table.key)])
    return f"INSERT INTO {table.name} ({into}) VALUES ({places}) ON CONFLICT ({key})"
