"""Statements (G11): what makers are owed, over ten years of sales, beside a scan of the same books in the same run.

The long books are made by SQL and have no facts: postings of twelve makers and a fund, and the running totals that are
derived from them, day by day. They are ten years long whatever their number of sales. The shorter ones are real: the brain
wrote them (`bench.history`), and a statement is drawn from them line by line. Times are the processor's, the pages in memory.
"""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import process_time

from bench import history
from bench.effort import Effort
from bench.table import CheckFailed, Rounds, Row, duration
from controller.ledger.connection import open_readonly
from controller.ledger.daybook import as_date, day_number
from controller.ledger.schema import create
from controller.ledger.statement import Figures, figures, figures_of, statement

MAKERS, DAYS, FIRST = 12, 3_652, date(2026, 1, 1)
MONTH_S, SPLIT_S, GROWTH = 0.001, 0.020, 1.3
ONE = "m07"
CALLS = 20
"""So often a round asks: one answer is too short to time."""
LONG = {2_000_000: (1_000_000, 10_000_000), 200_000: (100_000, 400_000), 0: (1_000, 10_000)}
"""How many sales, by the most facts that the effort allows."""
_SALES = """
WITH RECURSIVE sale (seq) AS (VALUES (1) UNION ALL SELECT seq + 1 FROM sale WHERE seq < :sales)
INSERT INTO postings SELECT seq, line, iif(line, 'fund:comun', printf('maker:m%02d', 1 + seq * 7 % :makers)),
 iif(line, -70, -280 - seq % 5) FROM sale, (SELECT 0 AS line UNION ALL SELECT 1)
"""
_DAY = "(:first + (seq - 1) * :days / :sales)"
_TOTALS = (
    f"INSERT INTO days SELECT {_DAY}, account, count(*), -sum(cents), 0 FROM postings GROUP BY 1, 2",
    "INSERT INTO balances SELECT account, sum(cents) FROM postings GROUP BY 1",
    "INSERT INTO joined SELECT substr(account, 7), 0 FROM balances WHERE account GLOB 'maker:*'",
)
_SCAN = (
    f"SELECT account, sum(iif({_DAY} < :from, -cents, 0)), sum({_DAY} BETWEEN :from AND :to),"
    f" sum(iif({_DAY} BETWEEN :from AND :to, -cents, 0)) FROM postings WHERE account GLOB :account GROUP BY account"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One maker or all of them, from a day to another."""

    words: str
    first: date
    last: date
    maker: str = ""


def measure(effort: Effort) -> list[Row]:
    end = FIRST + timedelta(DAYS - 1)
    questions = (
        Question("maker month, the last", end - timedelta(29), end, ONE),
        Question("maker month, five years ago", end - timedelta(1_855), end - timedelta(1_826), ONE),
        Question("12 makers, the last month", end - timedelta(29), end),
        Question("12 makers, ten years", FIRST, end),
    )
    sizes = next(sizes for facts, sizes in LONG.items() if max(effort.facts) >= facts)
    rows, took = [], {}
    for sales in sizes:
        with tempfile.TemporaryDirectory(prefix="minga-bench-") as folder, closing(_books(Path(folder), sales)) as db:
            for question in questions:
                rounds, checked = _asked(db, question, sales, effort)
                took[question, sales] = median(rounds.subject)
                rows.append(_row(question, sales, rounds, checked))
    small, large = sizes
    rows += [_growth(q, took[q, small], took[q, large], large // small, rows[-1].checked) for q in questions]
    return rows + [_line_by_line(facts, effort) for facts in effort.facts]


# Long books


def _books(folder: Path, sales: int) -> sqlite3.Connection:
    create(folder / "minga.db")
    with closing(sqlite3.connect(folder / "minga.db", isolation_level=None)) as db:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            db.execute(f"PRAGMA {setting}")
        given = {"sales": sales, "makers": MAKERS, "days": DAYS, "first": day_number(FIRST)}
        db.execute("BEGIN")
        for command in (_SALES, *_TOTALS):
            db.execute(command, given)
        db.execute("COMMIT")
    return open_readonly(folder / "minga.db")


def _asked(db: sqlite3.Connection, question: Question, sales: int, effort: Effort) -> tuple[Rounds, str]:
    rounds = Rounds()
    for _ in range(effort.rounds + 1):
        began_s = process_time()
        for _ in range(CALLS):
            told = _figures(db, question)
        took_s = (process_time() - began_s) / CALLS
        began_s = process_time()
        scanned = _scanned(db, question, sales)
        rounds.add([took_s], [process_time() - began_s])
        if told != scanned:
            raise CheckFailed(f"{question.words}: the totals say {told}, the postings {scanned}")
    return rounds, f"{sales:,} sales: each answer is the sum of the postings, in every round"


def _figures(db: sqlite3.Connection, question: Question) -> dict[str, Figures]:
    if question.maker:
        return {question.maker: figures_of(db, question.maker, question.first, question.last)}
    return figures(db, question.first, question.last)


def _scanned(db: sqlite3.Connection, question: Question, sales: int) -> dict[str, Figures]:
    """The same by reading every posting."""
    given = {"sales": sales, "days": DAYS, "first": day_number(FIRST), "account": f"maker:{question.maker or '*'}"}
    asked = given | {"from": day_number(question.first), "to": day_number(question.last)}
    return {row[0][6:]: Figures(*row[1:]) for row in map(tuple, db.execute(_SCAN, asked))}


def _row(question: Question, sales: int, rounds: Rounds, checked: str) -> Row:
    most_s, took_s = MONTH_S if question.maker else SPLIT_S, median(rounds.subject)
    return Row(
        "G11",
        f"{question.words}, {sales:,} sales",
        duration(took_s),
        f"table scan {duration(median(rounds.floor))}",
        rounds.ratio,
        rounds.spread,
        f"≤ {duration(most_s)}",
        took_s <= most_s,
        checked,
    )


def _growth(question: Question, small_s: float, large_s: float, times: int, checked: str) -> Row:
    ratio = large_s / small_s
    words = f"  … its growth with {times} times the sales"
    return Row(
        "G11", f"{question.words}{words}", f"{ratio:.2f}×", "", None, "", f"≤ {GROWTH}×", ratio <= GROWTH, checked
    )


# Real books


def _line_by_line(facts: int, effort: Effort) -> Row:
    """A whole statement of the last month, every line with its parts."""
    with tempfile.TemporaryDirectory(prefix="minga-bench-") as folder:
        written = history.write(Path(folder), facts)
        with closing(open_readonly(Path(folder) / "minga.db")) as db:
            maker, last = _busiest(db)
            days = (last - timedelta(29), last)
            rounds = Rounds()
            for _ in range(effort.rounds + 1):
                began_s = process_time()
                drawn = statement(db, maker, *days)
                rounds.add([process_time() - began_s], [1.0])
            if drawn.closing_cents != figures_of(db, maker, *days).closing_cents or not drawn.lines:
                raise CheckFailed(f"{maker}'s lines do not make her balance")
    words = f"a statement line by line, {len(drawn.lines):,} lines of 30 days in {written:,} facts"
    each = f"{duration(median(rounds.subject) / len(drawn.lines))} a line"
    return Row(
        "", words, duration(median(rounds.subject)), each, checked=f"{written:,} facts: the lines make the balance"
    )


def _busiest(db: sqlite3.Connection) -> tuple[str, date]:
    row = db.execute(
        "SELECT account, max(day) FROM days WHERE account GLOB 'maker:*' GROUP BY account ORDER BY sum(pieces)"
    )
    account, day = row.fetchall()[-1]
    return account[6:], as_date(day)
