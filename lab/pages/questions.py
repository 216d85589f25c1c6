"""Twelve questions and their answers, for all machines or one, and for any days: two taps from the page of the data."""

from fastapi import Request, Response

from lab.learning.figures import figures
from lab.learning.questions import QUESTIONS
from lab.opendata.form import Source
from lab.opendata.veil import key, veil
from lab.pages.data import Machines, asked, known, tail
from lab.pages.door import room
from lab.pages.drawn import drawn, place, reading

router = room(everybody=True)


@router.get("/datos/preguntas")
def questions(request: Request, maquina: Machines = [], desde: str = "", hasta: str = "") -> Response:  # noqa: B006
    """What the data behind these pages answer."""
    here, words, chosen = place(request), reading(request), asked(maquina, desde, hasta)
    secret = key(here.store)
    with here.store.reading() as look:
        found = figures(Source(look, chosen, veil(look, secret)), here.now_ms())
    return drawn(
        request,
        "questions.html",
        answers=[(question, question.asked(words), question.answer(found, words)) for question in QUESTIONS],
        machines=known(request),
        chosen=chosen,
        desde=desde,
        hasta=hasta,
        tail=tail(chosen, desde, hasta),
    )
