"""The acta on paper: every fact in a sentence with its number, the hash that finds it again, the same file every time."""

import re
import zlib
from datetime import datetime

import pytest

from controller.domain import facts as f
from controller.statements.acta import UNSURE, Acta, Line, as_pdf, result, rules, says

OPENED = f.ProposalOpened(
    3, f.FundTerms("fund:comun", 4_000, "by-hand"), "luz", "Hilo para todas", ("inti", "luz", "rosa"), 2, "1/2", 7, 0
)
NAMES = {"luz": "Luz Toapanta", "rosa": "Rosa Ñusta", "inti": ""}
AT = datetime.fromisoformat("2026-11-21T10:30")
HEAD = "2392d2e1132fe0a73d38705325945047" * 2


def line(fact: f.Fact, seq: int, certain: bool = True) -> Line:
    return Line(fact, seq, AT, certain)


FACTS = (
    line(OPENED, 26),
    line(f.Voted(3, "luz", f.Choice.YES), 27),
    line(f.Voted(3, "rosa", f.Choice.NO), 28),
    line(f.Voted(3, "inti", f.Choice.ABSTAIN), 29),
    line(f.ProposalDecided(3, f.Outcome.REJECTED, 1, 1, 1), 30),
)
ACTA = Acta(3, "Usar dinero de un fondo", ("$40,00", "Se paga a mano"), FACTS, NAMES, HEAD)


def text(pdf: bytes) -> str:
    """The glyphs that its pages draw, as numbers: enough to tell two papers apart."""
    packed = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return "".join(repr(zlib.decompress(part)) for part in packed if part[:1] == b"x")


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (OPENED, "Luz Toapanta propuso y se abrió la votación"),
        (f.Voted(3, "rosa", f.Choice.NO), "Rosa Ñusta: no"),
        (f.Voted(3, "inti", f.Choice.ABSTAIN), "inti: se abstiene"),
        (f.ProposalDecided(3, f.Outcome.PASSED, 2, 1, 0), "Aprobada. Sí: 2; no: 1; se abstienen: 0"),
        (f.ProposalWithdrawn(3, "luz"), "Luz Toapanta retiró la propuesta"),
        (f.DecisionCarriedOut(3), "Entró en vigor por sí sola"),
        (f.DecisionCarriedOut(3, "rosa"), "Rosa Ñusta la cumplió"),
        (f.DecisionCarriedOut(3, hindered="last-coordinator"), "Ya no se pudo cumplir (last-coordinator)"),
    ],
    ids=str,
)
def test_every_fact_is_a_sentence(fact: f.Fact, told: str) -> None:
    """With the names people go by; whose name was forgotten is known by her id."""
    assert says(line(fact, 26), ACTA) == told


def test_the_end_stands_on_top() -> None:
    """In a word, and the statutes below it; a vote that is open says so."""
    assert result(ACTA) == "No aprobada"
    assert result(Acta(3, "x", (), FACTS[:2])) == "La votación está abierta"
    assert result(Acta(3, "x", (), (*FACTS[:2], line(f.ProposalWithdrawn(3, "luz"), 31)))).startswith("Retirada")
    who, needed = rules(ACTA)
    assert who == "Podían votar: inti, Luz Toapanta, Rosa Ñusta."
    assert "2 de 3" in needed
    assert "%" not in who + needed


def test_the_same_decision_is_the_same_file() -> None:
    """To the byte, on any day; another vote or another hash is another file."""
    first = as_pdf(ACTA, "museo-quito")
    assert first.startswith(b"%PDF")
    assert first == as_pdf(ACTA, "museo-quito")
    assert text(as_pdf(Acta(3, ACTA.title, ACTA.what, FACTS, NAMES, HEAD[::-1]), "museo-quito")) != text(first)


def test_many_voters_take_more_pages() -> None:
    """Sixty votes do not fit one page, and nothing is drawn over the foot."""
    many = (*FACTS[:1], *(line(f.Voted(3, "luz", f.Choice.YES), 100 + n) for n in range(60)), FACTS[-1])
    pdf = as_pdf(Acta(3, ACTA.title, ACTA.what, many, NAMES, HEAD, (90, 4)), "museo-quito")
    assert pdf.count(b"/Type /Page\n") == 3


def test_a_clock_that_was_not_set_is_told() -> None:
    """A moment nobody vouches for has a star, and the paper says what that means: it has more to draw."""
    unsure = (*FACTS[:1], line(f.Voted(3, "luz", f.Choice.YES), 27, certain=False), *FACTS[2:])
    assert UNSURE.startswith("*")
    sure, star = (text(as_pdf(Acta(3, "x", (), lines, NAMES, HEAD), "m")) for lines in (FACTS, unsure))
    assert len(star) > len(sure)
