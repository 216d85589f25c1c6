"""Proposing on the phones: a PIN first, ready-made changes in two touches, and every kind of form becomes what it says."""

import html
import re

import pytest
from builders import WEIGHTS
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.ledger.reports import members


def links(phone: TestClient, path: str) -> list[str]:
    """Where the big doors of a page lead."""
    return [html.unescape(found) for found in re.findall(r'class="card door" href="([^"]+)"', phone.get(path).text)]


def hidden(phone: TestClient, path: str) -> dict[str, str]:
    """What a form sends along by itself."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', phone.get(path).text)
    return {name: html.unescape(value) for name, value in found}


def terms(bench: Bench) -> list[f.Terms]:
    return [proposal.terms for proposal in bench.shop.governance.proposals.values()]


@pytest.fixture
def luz(bench: Bench) -> TestClient:
    """Her phone, with her PIN just given."""
    return bench.phone("luz", opened=True)


def test_without_her_pin_nobody_proposes(bench: Bench) -> None:
    """She is asked for it and comes back; a form without it opens nothing."""
    phone = bench.phone("luz")
    assert phone.get("/asamblea/proponer").headers["location"] == "/clave?next=/asamblea/proponer"
    phone.post("/asamblea/proponer/otra", data={"text": "Otra cosa", "wish": "w1"})
    assert terms(bench) == []


def test_a_ready_made_change_is_two_touches(bench: Bench, luz: TestClient) -> None:
    """One coin of twenty more for whoever sews: touch the card, see it whole, send it."""
    ready = links(luz, "/asamblea/proponer")[0]
    answer = luz.post("/asamblea/proponer/reparto", data=hidden(luz, ready))
    assert answer.headers["location"] == "/asamblea?told=proposed"
    assert terms(bench) == [f.SplitTerms((("maker", 17), ("fund:comun", 2), ("fund:maquina", 1)))]


def test_a_split_is_moved_coin_by_coin(bench: Bench, luz: TestClient) -> None:
    """Each − and + is a link; what the machine gives up whoever sews gains, and nothing can become less than nothing."""
    page = luz.get("/asamblea/proponer/reparto").text
    less = re.findall(r'step" href="([^"]+)" aria-label="Menos para: máquina"', page)
    after = luz.get(html.unescape(less[0])).text
    assert 'aria-label="Menos para: máquina"' not in after
    assert luz.post("/asamblea/proponer/reparto", data=hidden(luz, html.unescape(less[0]))).status_code == 303
    assert terms(bench) == [f.SplitTerms((("maker", 17), ("fund:comun", 3), ("fund:maquina", 0)))]


def test_what_does_not_add_up_is_no_split(bench: Bench, luz: TestClient) -> None:
    """An address that was tampered with shows today's shares, and a form like it opens nothing."""
    assert "Así está ahora" in luz.get("/asamblea/proponer/reparto?c=900,900,1").text
    answer = luz.post("/asamblea/proponer/reparto", data={"cents": "900,900,1", "wish": "w1"})
    assert answer.headers["location"].endswith("told=stale-rule")
    same = ",".join(str(10 * weight) for _, weight in WEIGHTS)
    answer = luz.post("/asamblea/proponer/reparto", data={"cents": same, "wish": "w1"})
    assert answer.headers["location"].endswith("told=no-change")
    assert terms(bench) == []


@pytest.mark.parametrize(
    ("kind", "said", "opened"),
    [
        ("precio", {"least": "2", "hourly": "3,50"}, f.PriceTerms(200, 350)),
        ("fondo", {"fund": "fund:comun", "cents": "40", "to": "by-hand"}, f.FundTerms("fund:comun", 4_000, "by-hand")),
        ("persona", {"name": "Nina Ushiña", "role": "maker"}, f.MemberTerms("nina-ushina", ("maker",))),
        ("persona", {"name": "Rosa", "role": "coordinator"}, f.MemberTerms("rosa-2", ("coordinator",))),
        (
            "horario",
            {"first0": "tue", "last0": "fri", "begins0": "09:00", "ends0": "17:30", "first1": "sat", "begins1": "10:00"}
            | {"ends1": "16:00"},
            f.HoursTerms(("tue-fri 09:00-17:30", "sat-sat 10:00-16:00")),
        ),
        ("otra", {"text": "La minga es en casa de Luz"}, f.OtherTerms("La minga es en casa de Luz")),
    ],
    ids=["price", "fund", "member", "another Rosa", "hours", "other"],
)
def test_a_form_becomes_a_proposal(
    bench: Bench, luz: TestClient, kind: str, said: dict[str, str], opened: f.Terms
) -> None:
    """What she wrote, with why, and her name behind it; sent twice it is one vote."""
    bench.write(f.CashMoved(6_000, Account("safe"), Account("fund:comun"), "carmen"))
    form = hidden(luz, f"/asamblea/proponer/{kind}") | said | {"why": "Para que alcance"}
    for _ in range(2):
        assert luz.post(f"/asamblea/proponer/{kind}", data=form).headers["location"] == "/asamblea?told=proposed"
    (proposal,) = bench.shop.governance.proposals.values()
    assert (proposal.terms, proposal.opened.by, proposal.opened.why) == (opened, "luz", "Para que alcance")


def test_a_new_members_name_is_kept_beside_the_books(bench: Bench, luz: TestClient) -> None:
    """The others read it while they vote, and she is nobody yet."""
    form = {"name": "Nina Ushiña", "role": "maker", "wish": "w1"}
    luz.post("/asamblea/proponer/persona", data=form)
    with bench.books() as db:
        assert members(db)["nina-ushina"] == ("Nina Ushiña", "")
    assert "Nina Ushiña" in luz.get("/asamblea").text
    assert "nina-ushina" not in bench.shop.assembly.roles


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        ("precio", {"least": "mucho"}, "bad-amount"),
        ("precio", {}, "no-change"),
        ("fondo", {"fund": "fund:comun", "cents": "0", "to": "by-hand"}, "bad-amount"),
        ("fondo", {"fund": "safe", "cents": "1", "to": "by-hand"}, "unknown-place"),
        ("persona", {"name": "…", "role": "maker"}, "bad-name"),
        ("horario", {"first0": "tue", "begins0": "", "ends0": ""}, "bad-hours"),
        ("otra", {"text": ""}, "bad-text"),
    ],
    ids=str,
)
def test_a_form_that_says_nothing_sensible_is_explained(
    bench: Bench, luz: TestClient, kind: str, said: dict[str, str], told: str
) -> None:
    """Back on the form with a sentence of its own, and nothing was opened."""
    answer = luz.post(f"/asamblea/proponer/{kind}", data={**said, "wish": "w1"})
    assert answer.headers["location"] == f"/asamblea/proponer/{kind}?told={told}"
    assert "No se pudo. No cambió nada" not in luz.get(answer.headers["location"]).text
    assert terms(bench) == []


def test_there_is_no_other_kind(luz: TestClient) -> None:
    """An address somebody made up is no page."""
    assert luz.get("/asamblea/proponer/fiesta").status_code == 404
    assert luz.post("/asamblea/proponer/fiesta").status_code == 404
