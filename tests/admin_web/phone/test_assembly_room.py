"""Deciding on the phones: what would change is drawn, a vote is one touch, and nobody sees a percent sign."""

import re
from collections.abc import Iterable

import pytest
from builders import stamp
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.deciding import DAY_MS, Propose, Vote, due
from controller.domain.governance import Proposal
from controller.domain.stocking import Wish
from controller.protocols.control import Answer

SATURDAY_MS = stamp().wall_ms
SPLIT = f.SplitTerms((("maker", 85), ("fund:comun", 10), ("fund:maquina", 5)))
YARN = f.FundTerms("fund:comun", 4_000, "by-hand")
EVERYBODY = ("carmen", "inti", "luz", "rosa")


def seen(phone: TestClient, path: str) -> str:
    """The words of a page."""
    answer = phone.get(path)
    assert answer.status_code == 200, path
    assert "%" not in re.sub(r"<[^>]+>", " ", answer.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def does(bench: Bench, *wishes: Wish) -> None:
    for wish in wishes:
        assert bench.gateway.decide(wish).ok, wish


def tick(bench: Bench, wall_ms: int) -> None:
    """The brain has looked after the votes at this moment."""
    bench.write(*due(bench.shop, wall_ms))


def proposed(bench: Bench, terms: f.Terms = SPLIT, by: str = "luz") -> None:
    does(bench, Propose(terms, by, "El hilo subió", "voto-1"))
    tick(bench, SATURDAY_MS)


def agreed(bench: Bench, voters: Iterable[str] = EVERYBODY[1:]) -> None:
    does(bench, *(Vote(1, member, f.Choice.YES) for member in voters))


def proposal(bench: Bench, number: int = 1) -> Proposal:
    return bench.shop.governance.proposals[number]


# What there is to see


def test_a_change_is_shown_beside_today(bench: Bench) -> None:
    """Of ten dollars, in people and money: today's shares and the proposed ones, who proposes it, why, and until when."""
    proposed(bench)
    page = seen(bench.phone("rosa"), "/asamblea")
    assert "Luz Toapanta" in page
    assert "El hilo subió" in page
    assert re.search(
        r"Ahora quien cose \$8,00 fondo común \$1,50 máquina \$0,50 Lo que se propone quien cose \$8,50", page
    )
    assert "Se cierra el sábado, 28 de noviembre" in page


@pytest.mark.parametrize(
    ("terms", "now", "then"),
    [
        (f.PriceTerms(200, 300), "No se ha decidido nada", "Ninguna prenda a menos de $2,00"),
        (YARN, "$60,00", "$40,00"),
        (f.MemberTerms("nina", ("maker",)), "No es parte del grupo", "Cose"),
        (f.HoursTerms(("tue-sun 09:00-17:30",)), "Todo el día", "martes a domingo, 09:00 a 17:30"),
        (f.OtherTerms("La minga es en casa de Luz"), "", "La minga es en casa de Luz"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_every_kind_says_what_would_change(bench: Bench, terms: f.Terms, now: str, then: str) -> None:
    """In plain words and money drawn, today beside tomorrow."""
    bench.write(f.CashMoved(6_000, Account("safe"), Account("fund:comun"), "carmen"))
    proposed(bench, terms)
    page = seen(bench.phone("rosa"), "/asamblea/1")
    assert now in page
    assert then in page


def test_without_a_clock_no_date_is_promised(bench: Bench) -> None:
    """The page says what it waits for."""
    does(bench, Propose(SPLIT, "luz", "", "voto-1"))
    assert "Se cierra 7 días después de que la máquina tenga la hora" in seen(bench.phone("rosa"), "/asamblea")


def test_everybody_sees_who_said_what(bench: Bench) -> None:
    """Three rows of people: yes, no, and who has not voted; whoever looks is `usted`."""
    proposed(bench)
    does(bench, Vote(1, "rosa", f.Choice.YES), Vote(1, "inti", f.Choice.NO))
    page = seen(bench.phone("luz"), "/asamblea/1")
    assert re.search(r"Sí 1 R Rosa Quishpe .*No 1 I Inti Chimbo .*No ha votado 2 C carmen L Usted", page)


def test_a_vote_that_waits_stands_on_her_home(bench: Bench) -> None:
    """Until she has voted; a technician has no vote and sees none."""
    proposed(bench)
    rosa = bench.phone("rosa")
    assert "Hay 1 votación que la espera" in seen(rosa, "/")
    does(bench, Vote(1, "rosa", f.Choice.NO))
    assert "votación que la espera" not in seen(rosa, "/")
    assert "votación que la espera" not in seen(bench.phone("diego"), "/")


# Voting


def test_a_vote_is_one_touch_without_a_pin(bench: Bench) -> None:
    """And another touch changes it while the vote is open."""
    proposed(bench)
    rosa = bench.phone("rosa")
    answer = rosa.post("/asamblea/1/voto", data={"choice": "no", "back": "list"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/asamblea?told=voted")
    rosa.post("/asamblea/1/voto", data={"choice": "yes", "back": "one"})
    assert proposal(bench).votes == {"rosa": f.Choice.YES}
    assert "Usted dijo: Sí" in seen(rosa, "/asamblea/1?told=voted")


def test_a_touch_that_came_too_late_says_so(bench: Bench) -> None:
    """Everybody else has decided meanwhile: her touch changes nothing, and the page tells her."""
    proposed(bench)
    agreed(bench)
    carmen = bench.phone("carmen")
    answer = carmen.post("/asamblea/1/voto", data={"choice": "no"})
    assert answer.headers["location"] == "/asamblea/1?told=vote-over"
    assert "ya se cerró" in seen(carmen, answer.headers["location"])
    assert proposal(bench).outcome is f.Outcome.PASSED


def test_nobody_votes_for_another_or_what_is_no_vote(bench: Bench) -> None:
    """Whose vote it is the phone says, never the form; other words are no page."""
    proposed(bench)
    rosa = bench.phone("rosa")
    rosa.post("/asamblea/1/voto", data={"choice": "yes", "member": "luz"})
    assert list(proposal(bench).votes) == ["rosa"]
    assert rosa.post("/asamblea/1/voto", data={"choice": "maybe"}).status_code == 404
    assert rosa.get("/asamblea/9").status_code == 404


def test_only_who_proposed_it_can_take_it_back(bench: Bench) -> None:
    """She has the button, others have not."""
    proposed(bench)
    assert "Retirar mi propuesta" not in seen(bench.phone("rosa"), "/asamblea/1")
    luz = bench.phone("luz")
    assert "Retirar mi propuesta" in seen(luz, "/asamblea/1")
    luz.post("/asamblea/1/retirar")
    assert proposal(bench).outcome is f.Outcome.WITHDRAWN


def test_the_last_voice_is_warned(bench: Bench) -> None:
    """A vote that may end it says so beforehand, because it cannot be changed afterwards."""
    proposed(bench)
    assert "puede cerrar esta votación" not in seen(bench.phone("rosa"), "/asamblea")
    agreed(bench, ("inti", "luz"))
    assert "puede cerrar esta votación" in seen(bench.phone("rosa"), "/asamblea")


# Afterwards


def test_a_decision_is_told_until_it_is_true(bench: Bench) -> None:
    """Agreed, from when it holds, and that it does; the new shares are the machine's."""
    proposed(bench)
    agreed(bench)
    tick(bench, SATURDAY_MS)
    rosa = bench.phone("rosa")
    assert re.search(r"Aprobada Vale desde el sábado, 28 de noviembre", seen(rosa, "/asamblea/1"))
    tick(bench, SATURDAY_MS + 7 * DAY_MS)
    assert "Aprobada Ya se cumplió" in seen(rosa, "/asamblea")
    assert bench.shop.rule is not None
    assert bench.shop.rule.weights == SPLIT.weights


def test_a_coordinator_notes_what_she_has_done(bench: Bench) -> None:
    """With her PIN and a look beforehand; it stands in the books with her name, once."""
    proposed(bench, f.OtherTerms("La minga de diciembre es en casa de Luz."))
    agreed(bench)
    assert "Anotar que se cumplió" not in seen(bench.phone("rosa"), "/asamblea/1")
    carmen = bench.phone("carmen", opened=True)
    assert "Anotar que se cumplió" in seen(carmen, "/asamblea/1")
    assert "en casa de Luz" in seen(carmen, "/asamblea/1/cumplir")
    carmen.post("/asamblea/1/cumplir")
    carmen.post("/asamblea/1/cumplir")
    assert proposal(bench).done
    assert "Ya se cumplió" in seen(carmen, "/asamblea/1")


def test_the_acta_is_paper(bench: Bench) -> None:
    """A PDF of the books alone: whoever asks for it, in whatever language, gets the same one."""
    proposed(bench)
    agreed(bench)
    papers = [
        bench.phone(who).get("/asamblea/1/acta.pdf", headers={"accept-language": "en"}) for who in ("rosa", "luz")
    ]
    assert papers[0].headers["content-type"] == "application/pdf"
    assert papers[0].content == papers[1].content
    assert papers[0].content.startswith(b"%PDF")
    assert bench.phone("rosa").get("/asamblea/9/acta.pdf").status_code == 404


def test_a_machine_that_does_not_answer_is_told(bench: Bench) -> None:
    """Nothing was done, and the page says that."""
    proposed(bench)
    bench.gateway.answer = Answer(None, "away")
    rosa = bench.phone("rosa")
    answer = rosa.post("/asamblea/1/voto", data={"choice": "yes"})
    assert "La máquina no contesta" in seen(rosa, answer.headers["location"])
    assert proposal(bench).votes == {}
