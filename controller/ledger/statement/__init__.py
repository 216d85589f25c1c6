"""A maker's account over a stretch of the books: what she was owed, every line since, what she is owed. Nothing here writes.

The lines are the facts that post to `maker:<id>`, each with what it posts, so opening and lines and closing are the postings.
A statement of days is held against the running totals of the same days before it is given out: where the two disagree nobody
gets one.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from controller.domain.catalog import SplitRule
from controller.ledger.connection import DatabaseError
from controller.ledger.daybook import day_number
from controller.ledger.diary import DayTotals, day_totals
from controller.ledger.sellers import tax_id
from controller.ledger.statement.figures import Figures, figures, figures_of
from controller.ledger.statement.line import Line, What
from controller.ledger.statement.reading import Entry, Reading
from controller.ledger.statement.rules import rules_of
from controller.ledger.statement.window import around, everything

__all__ = ["Figures", "Line", "Statement", "What", "figures", "figures_of", "statement", "statement_of_facts"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One maker's account. It is of the days from `first_day` to `last_day`, or of the facts `seqs` where there are any.

    `name` is what she calls herself, or her id. `undated` are lines that stand among these facts and, because nobody set the
    clock, show another day: they are in the opening balance or come later. The books went to fact `head_seq` with this hash.
    """

    maker: str
    name: str
    first_day: date | None
    last_day: date | None
    opening_cents: int
    lines: tuple[Line, ...]
    rules: tuple[SplitRule, ...]
    """Those that a sale here was shared by."""
    certain: bool
    head_seq: int
    head: str
    seqs: range | None = None
    undated: tuple[Line, ...] = ()
    tax_id: str = ""
    """Her RUC or cédula, as it is now."""

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + sum(line.cents for line in self.lines)

    @property
    def pieces(self) -> int:
        """Sold, less those taken back."""
        return sum((line.price_cents > 0) - (line.price_cents < 0) for line in self.lines)

    def of(self, *whats: What) -> tuple[Line, ...]:
        """The lines of these kinds."""
        return tuple(line for line in self.lines if line.what in whats)

    def cents(self, *whats: What) -> int:
        """What the lines of these kinds add to her account."""
        return sum(line.cents for line in self.of(*whats))


def statement(db: sqlite3.Connection, maker: str, first_day: date, last_day: date) -> Statement:
    """Her account from the first day to the last one, by the zone of the books, read in one transaction.

    Raises DatabaseError when the facts and the running totals of these days do not agree.
    """
    db.execute("BEGIN")
    try:
        reading = Reading(db, maker)
        totals = day_totals(db, reading.account, first_day, last_day)
        hers, strays = _of_days(reading, first_day, last_day, totals)
        opening_cents = figures_of(db, maker, first_day, last_day).opening_cents
        certain = all(total.certain for total in totals)
        return _drawn_up(reading, first_day, last_day, opening_cents, hers, certain, undated=strays)
    finally:
        db.execute("COMMIT")


def statement_of_facts(db: sqlite3.Connection, maker: str, first_seq: int, last_seq: int) -> Statement:
    """Her account from one fact to another, both counted in. It reads everything from the first one on.

    What she was owed before is today's balance less all that came since.
    """
    db.execute("BEGIN")
    try:
        reading, since = Reading(db, maker), range(max(1, first_seq), everything(db).stop)
        entries = list(reading.entries(since))
        row = db.execute("SELECT cents FROM balances WHERE account = ?", [reading.account]).fetchone()
        opening_cents = -(row[0] if row else 0) - sum(entry.line.cents for entry in entries)
        seqs = range(since.start, min(last_seq + 1, since.stop))
        hers = [entry for entry in entries if entry.line.seq in seqs]
        certain = all(entry.line.certain for entry in hers)
        return _drawn_up(reading, None, None, opening_cents, hers, certain, seqs)
    finally:
        db.execute("COMMIT")


def _drawn_up(
    reading: Reading,
    first_day: date | None,
    last_day: date | None,
    opening_cents: int,
    hers: list[Entry],
    certain: bool,
    seqs: range | None = None,
    undated: tuple[Line, ...] = (),
) -> Statement:
    db, lines = reading.db, tuple(entry.line for entry in hers)
    named = db.execute("SELECT name FROM makers WHERE maker = ?", [reading.maker]).fetchone()
    head = db.execute("SELECT seq, hex(hash) FROM facts ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")
    name = (named and named[0]) or reading.maker
    rules = rules_of(db, {line.rule_id for line in lines})
    return Statement(
        reading.maker,
        name,
        first_day,
        last_day,
        opening_cents,
        lines,
        rules,
        certain,
        head[0],
        head[1].lower(),
        seqs,
        undated,
        tax_id(db, reading.maker),
    )


def _of_days(
    reading: Reading, first_day: date, last_day: date, totals: list[DayTotals]
) -> tuple[list[Entry], tuple[Line, ...]]:
    """Her lines of these days, and those among them that nobody can date. What the days add up to is the proof."""
    wanted = {day_number(t.day): (t.pieces, t.earned_cents, t.paid_cents) for t in totals}
    days = range(day_number(first_day), day_number(last_day) + 1)
    for seqs in (around(reading.db, first_day, last_day), everything(reading.db)):
        found = list(reading.entries(seqs))
        hers = [entry for entry in found if entry.day in days]
        if _added_up(hers) == {day: figures for day, figures in wanted.items() if any(figures)}:
            return hers, _strays(found, hers)
    raise DatabaseError(
        f"the sales of {reading.maker} and the totals of these days do not agree: run `minga ledger verify`"
    )


def _strays(found: list[Entry], hers: list[Entry]) -> tuple[Line, ...]:
    """Lines without a certain time that stand between hers."""
    if not hers:
        return ()
    between, mine = range(hers[0].line.seq, hers[-1].line.seq), {entry.line.seq for entry in hers}
    return tuple(e.line for e in found if not e.line.certain and e.line.seq in between and e.line.seq not in mine)


def _added_up(entries: list[Entry]) -> dict[int, tuple[int, int, int]]:
    days: dict[int, tuple[int, int, int]] = {}
    for entry in entries:
        pieces, earned_cents, paid_cents = days.get(entry.day, (0, 0, 0))
        more = entry.figures
        days[entry.day] = pieces + more[0], earned_cents + more[1], paid_cents + more[2]
    return {day: figures for day, figures in days.items() if any(figures)}
