"""The numbers of a village whose sums are known, on both databases; and what is not told of a few."""

import pytest
from bookwrite import HOUR_MS
from village import FEW, HERS_CENTS, NEW, NOW_MS, PIECES, PLAZA, PRICE_CENTS, TALLER, village

from lab.learning.figures import Figures, figures
from lab.learning.questions import QUESTIONS
from lab.opendata.form import Source
from lab.opendata.veil import key, veil
from lab.opendata.wanted import wanted
from lab.pages.speech import LANGUAGES, speech
from lab.store import Store

SOLD = sum(PIECES.values())


def found(store: Store, *machines: str, since: str = "", until: str = "") -> Figures:
    secret = key(store)
    with store.reading() as reading:
        return figures(Source(reading, wanted(machines, since, until), veil(reading, secret)), NOW_MS)


@pytest.fixture
def lab(store: Store) -> Store:
    village(store)
    return store


def test_the_figures_are_what_happened(lab: Store) -> None:
    """37 of 60 pieces, four days to Rosa's pay, two of six took turns, nine of twelve votes, a quarter is missing."""
    plaza = found(lab, PLAZA)
    assert (plaza.sold, plaza.sold_cents, plaza.sell_through) == (SOLD, SOLD * PRICE_CENTS, (SOLD, 60))
    assert (plaza.days_to_payout, plaza.turns, plaza.decisions, plaza.participation) == (4, (2, 6), 2, (9, 12))
    assert plaza.makers_part == (SOLD * HERS_CENTS, SOLD * PRICE_CENTS)
    assert (plaza.empty_ms, plaza.stopped_ms) == (5 * HOUR_MS, 90 * 60_000)
    assert (plaza.counted_cents, plaza.doubt_cents, plaza.owed_cents) == (-25, 0, 75)
    assert plaza.answered == [("para-quien", "otras", 10), ("para-quien", "regalo", 8)]


def test_the_days_cut_what_is_counted(lab: Store) -> None:
    """From the second day on nothing was sold, and the pieces that were left are those that are there."""
    later = found(lab, PLAZA, since="2026-11-22")
    assert (later.sold, later.there, later.brought, later.stopped_ms) == (0, 60 - SOLD, 0, 90 * 60_000)
    assert found(lab, PLAZA, until="2026-11-21").stopped_ms == 0
    assert found(lab, PLAZA, since="2026-11-26").counted_cents == 0


def test_a_few_people_are_told_nothing_about_themselves(lab: Store) -> None:
    """Of three makers no equality of income is told, though there is one; together with six others it is."""
    few, all_ = found(lab, TALLER), found(lab)
    assert (len(few.incomes), few.gini, few.turns, few.participation) == (len(FEW), None, None, None)
    assert all_.gini is not None
    assert len(all_.incomes) == len(PIECES) + len(FEW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_its_answer(lab: Store, language: str) -> None:
    """A question, a figure and a sentence in each language; each has a set of data behind it, and no word is missing."""
    words, plaza = speech(language), found(lab, PLAZA)
    assert len(QUESTIONS) == 12
    for question in QUESTIONS:
        answer = question.answer(plaza, words)
        assert question.asked(words).endswith("?")
        assert answer.sentence.endswith(".")
        assert answer.figure != "–", question.id
        assert "{" not in answer.sentence


def test_the_answers_say_the_numbers(lab: Store) -> None:
    """As people in Ecuador write them."""
    words, plaza = speech(), found(lab, PLAZA)
    told = {question.id: question.answer(plaza, words) for question in QUESTIONS}
    assert told["ventas"].sentence == "Se vendieron 37 prendas por $129,50, sin contar lo devuelto."
    assert told["vendido"].figure == "62 %"
    assert told["espera"].figure == "4 días"
    assert told["parte"].figure == "$0,80"
    assert told["participacion"].sentence == "De 12 votos que se podían dar, se dieron 9."
    assert told["respuestas"].sentence.endswith("la respuesta más tocada es «regalo»: 8 de 18 veces.")
    assert told["dinero"].figure == "−$0,25"
    assert "faltaron $0,25" in told["dinero"].sentence


def test_a_machine_that_has_told_nothing_has_no_figures(lab: Store) -> None:
    """A dash and the reason, instead of a share of nothing; and of a few people that they are few."""
    words, silent, few = speech(), found(lab, NEW), found(lab, TALLER)
    dashes = [question.id for question in QUESTIONS if question.answer(silent, words).figure == "–"]
    assert dashes == ["ventas", "vendido", "espera", "equidad", "parte", "turnos", "participacion", "respuestas"]
    assert {question.answer(silent, words).sentence for question in QUESTIONS if question.id in dashes} == {
        words.say("ask.none")
    }
    assert next(q for q in QUESTIONS if q.id == "equidad").answer(few, words).sentence == words.say("ask.few")
