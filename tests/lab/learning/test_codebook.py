"""The codebook's page is what the code says, and the code speaks of tables that are there."""

from pathlib import Path

from lab.learning.book import book
from lab.learning.codebook import ENTRIES
from lab.learning.questions import QUESTIONS
from lab.model import TABLES
from lab.opendata.sets import SETS

PAGE = Path(__file__).parents[3] / "docs" / "codebook.md"
OTHERS = {"machines", "notes"}
"""Tables of the hub itself."""


def test_the_page_is_made_from_the_code() -> None:
    """Write it anew with `python -m lab.learning.book > docs/codebook.md` when this fails."""
    assert PAGE.read_text(encoding="utf-8") == book()


def test_every_indicator_answers_a_question() -> None:
    """Twelve of each, in the same order."""
    assert [question.id for question in QUESTIONS] == [entry.id for entry in ENTRIES]


def test_every_table_that_is_named_is_there() -> None:
    """Whoever goes from the codebook to the read model finds what is meant."""
    known = OTHERS | {table.name for table in TABLES}
    assert {table for entry in ENTRIES for table in entry.tables} <= known
    assert {table for made in SETS.values() for table in made.tables} <= known
