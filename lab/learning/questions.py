"""Twelve questions that people ask, each with a sentence for an answer, one figure, and the data set behind it.

The questions and sentences stand in the catalogues (`data.po` in `lab/pages/locales`); here is what fills them in. Where
there is nothing to tell yet, or the group is too small to be told about, the answer says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from babel.numbers import format_decimal

from lab.learning.codebook import CALLED, Entry
from lab.learning.figures import Figures
from lab.learning.indicators import Share
from lab.opendata.form import DataSet
from lab.opendata.sets import SETS
from lab.opendata.veil import OTHERS, SMALL
from lab.pages.speech import Speech

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A figure as people read it, the sentence that says it, and the share it is, where it is one."""

    figure: str
    sentence: str
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the indicator that answers it, the data set behind it, and how it is answered."""

    entry: Entry
    set: DataSet
    told: Callable[[Figures, Speech], Answer | None]

    @property
    def id(self) -> str:
        return self.entry.id

    def asked(self, words: Speech) -> str:
        return words.say(f"ask.{self.id}")

    def answer(self, found: Figures, words: Speech) -> Answer:
        """The answer; a dash where there is none, with the reason."""
        if told := self.told(found, words):
            return told
        few = self.id in _OF_PEOPLE and 0 < len(found.members | found.incomes.keys()) < SMALL
        return Answer("–", words.say("ask.few" if few else "ask.none"))


_OF_PEOPLE = ("equidad", "turnos", "participacion")


def _sales(found: Figures, words: Speech) -> Answer | None:
    if not found.vends:
        return None
    figure = words.money(found.sold_cents)
    return Answer(figure, _says(words, "ventas", n=found.sold, many=words.number(found.sold), cents=figure))


def _sold(found: Figures, words: Speech) -> Answer | None:
    return _share(words, "vendido", found.sell_through)


def _wait(found: Figures, words: Speech) -> Answer | None:
    if (days := found.days_to_payout) is None:
        return None
    figure = _decimal(words, float(days), 1)
    return Answer(words.say("ask.days", n=figure), _says(words, "espera", days=figure))


def _equity(found: Figures, words: Speech) -> Answer | None:
    if (gini := found.gini) is None:
        return None
    figure, apart = _decimal(words, float(gini), 2), _decimal(words, float(2 * gini), 2)
    return Answer(figure, _says(words, "equidad", gini=figure, apart=apart, many=len(found.incomes)))


def _part(found: Figures, words: Speech) -> Answer | None:
    if (part := found.makers_part) is None:
        return None
    figure = words.money(part.percent)
    return Answer(figure, _says(words, "parte", cents=figure), part)


def _turns(found: Figures, words: Speech) -> Answer | None:
    return _share(words, "turnos", found.turns)


def _decisions(found: Figures, words: Speech) -> Answer | None:
    return Answer(words.number(found.decisions), _says(words, "decisiones", n=found.decisions))


def _participation(found: Figures, words: Speech) -> Answer | None:
    return _share(words, "participacion", found.participation)


def _answers(found: Figures, words: Speech) -> Answer | None:
    if not found.answered:
        return None
    question, answer, count = min(found.answered, key=lambda row: row[1] == OTHERS)  # the most touched that has a name
    of = sum(n for asked, _, n in found.answered if asked == question)
    said = _says(words, "respuestas", answer=answer, question=question, count=words.number(count), of=words.number(of))
    return Answer(f"«{answer}»", said, Share(count, of))


def _empty(found: Figures, words: Speech) -> Answer | None:
    if not found.machines:
        return None
    hours = words.number(found.empty_ms // HOUR_MS)
    return Answer(words.say("ask.hours", n=hours), _says(words, "vacias", hours=hours))


def _stopped(found: Figures, words: Speech) -> Answer | None:
    if not found.machines:
        return None
    hours = words.number(found.stopped_ms // HOUR_MS)
    return Answer(words.say("ask.hours", n=hours), _says(words, "paradas", hours=hours))


def _money(found: Figures, words: Speech) -> Answer | None:
    if not found.machines:
        return None
    cents = found.counted_cents
    size = words.money(abs(cents))
    counted = words.say(f"ask.dinero.{'right' if not cents else 'over' if cents > 0 else 'short'}", cents=size)
    waits = {"doubt": words.money(found.doubt_cents), "owed": words.money(found.owed_cents)}
    return Answer(f"−{size}" if cents < 0 else size, _says(words, "dinero", counted=counted, **waits))


def _share(words: Speech, id: str, share: Share | None) -> Answer | None:  # an indicator's own word
    if share is None:
        return None
    part, whole = words.number(share.part), words.number(share.whole)
    return Answer(words.say("ask.percent", n=share.percent), _says(words, id, part=part, whole=whole), share)


def _decimal(words: Speech, number: float, digits: int) -> str:
    """`6,3` in Ecuador."""
    return str(format_decimal(round(number, digits), locale=words.locale))


def _says(words: Speech, id: str, **values: object) -> str:  # an indicator's own word
    return words.say(f"ask.{id}.says", **values)


_ASKED: tuple[tuple[str, str, Callable[[Figures, Speech], Answer | None]], ...] = (
    ("ventas", "dias", _sales),
    ("vendido", "dias", _sold),
    ("espera", "pagos", _wait),
    ("equidad", "pagos", _equity),
    ("parte", "ventas", _part),
    ("turnos", "participacion", _turns),
    ("decisiones", "participacion", _decisions),
    ("participacion", "participacion", _participation),
    ("respuestas", "respuestas", _answers),
    ("vacias", "vacios", _empty),
    ("paradas", "paros", _stopped),
    ("dinero", "dias", _money),
)
QUESTIONS = tuple(Question(CALLED[entry], SETS[made], told) for entry, made, told in _ASKED)
