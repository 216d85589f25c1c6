"""The page about the read model keeps up with its tables, and its examples run on both databases."""

import re
from pathlib import Path

import pytest
from bookread import fold, send
from bookwrite import DAY_MS, HOUR_MS, NOON_MS, Pen

from lab.model import TABLES, prepare
from lab.model.tables import Table
from lab.store import Store

PAGE = (Path(__file__).parents[2] / "docs" / "lab-model.md").read_text()
QUESTIONS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])
def test_every_table_has_its_line(table: Table) -> None:
    """What one row is, every column, and which questions it is for."""
    key, columns = (", ".join(f"`{name}`" for name in names) for names in (table.key, table.values))
    line = f"| `{table.name}` | {table.about}. Key: {key}; then {columns} | {table.serves} |"
    assert line in PAGE


def test_every_question_of_the_page_has_an_answer(store: Store) -> None:
    """Two of three pieces sold, pay after four days, an empty afternoon, a turn, a vote, and a quarter missing."""
    prepare(store)
    pen = (
        Pen()
        .starts(1, NOON_MS, trusted=True)
        .write(0, "MakerJoined", maker="rosa")
        .write(0, "MakerJoined", maker="luz")
    )
    pen.fills(pieces=2).sells(0, 1).sells(HOUR_MS, 2).fills(4 * HOUR_MS + 3_000, pieces=1)
    pen.write(DAY_MS, "TurnTaken", work="restock", number=1, member="rosa")
    statutes = {"quorum": 1, "majority": "2/3", "open_days": 7, "notice_days": 7, "why": "hilo", "by": "luz"}
    terms = {"kind": "other", "text": "una feria"}
    pen.write(DAY_MS, "ProposalOpened", proposal_id=1, terms=terms, voters=["luz", "rosa"], **statutes)
    pen.write(2 * DAY_MS, "ProposalDecided", proposal_id=1, outcome="passed", yes=1, no=0, abstain=0)
    two = {"by": "carmen", "witness": "luz"}
    pen.write(3 * DAY_MS, "CashCounted", place="coinbox", expected_cents=700, counted_cents=675, **two)
    pen.write(4 * DAY_MS, "MakerPaid", maker="rosa", cents=560, place="safe", **two)
    send(store, pen.facts)
    fold(store)
    with store.reading() as reading:
        answers = [[row[1:] for row in reading.rows(question)] for question in QUESTIONS]
    assert answers == [
        [("bolso-retazos", 2, 3)],
        [(4,)],
        [("A1", 3)],
        [(500,)],
        [(1, 1, 2)],
        [("maker:rosa", 560)],
        [("variance", -25)],
    ]
