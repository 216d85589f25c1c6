"""Every fact of the books has words: in Spanish and English, without a gap, a code or a secret in them."""

import re
from dataclasses import fields, is_dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import A1, BAG, CLAIM, EVERY_FACT, LUZ, ROSA, WEIGHTS

from admin_web.phone.booksgroups import FIGURES, GROUPS, group_of
from admin_web.phone.booksmoves import moves
from admin_web.phone.booksteller import Teller
from admin_web.phone.bookstold import sentence
from admin_web.words import words
from controller.domain import facts as f
from controller.domain.accounts import PLACES, postings
from controller.domain.catalog import Account, Closed

PEOPLE = {
    "rosa": "Rosa Quishpe",
    "luz": "Luz Toapanta",
    "carmen": "Carmen",
    "diego": "Diego",
    "asamblea": "la asamblea",
}
SECRETS = ("claim", "reference", "proof", "voucher_id", "phone", "head", "wish_id", "source")
"""Fields of facts that no sentence tells: codes that are money, numbers at providers, names of phones and devices."""
OTHERS: tuple[f.Fact, ...] = (
    *(f.SlotCounted(A1, 5, 4, "rosa", why) for why in f.Why),
    *(f.SlotClosed(A1, reason) for reason in Closed),
    *(f.Voted(3, "luz", choice) for choice in f.Choice),
    *(f.CashCounted("coinbox", 1_245, counted, "carmen", "luz") for counted in (1_240, 1_245, 1_250)),
    *(f.ProposalDated(3, date, 1_795_879_800_000) for date in f.Date),
    *(f.ProposalDecided(3, outcome, 2, 1, 0) for outcome in f.Outcome),
    *(f.TurnTaken(work, 1, "rosa") for work in f.Work),
    *(f.PaymentDropped(6, reason) for reason in ("declined", "too-late", "changed-mind", "restarted")),
    *(f.PaymentOver(6, outcome) for outcome in ("sold", "doubt", "unpaid")),
    *(f.HopperClosed("hopper:25", reason) for reason in ("short", "unsure")),
    *(f.SellerSet(ROSA, seller, regime, 150, "carmen") for seller in f.Seller for regime in f.Regime),
    *(f.TrialStarted(1, part, "diego", A1) for part in f.Part),
    *(f.TrialEnded(1, part, found, A1) for part in f.Part for found in f.Found),
    f.RolesSet("luz", (), "carmen"),
    f.RuleApproved(1, WEIGHTS),
    f.ClockSet(0, False),
    f.DecisionCarriedOut(3),
    f.DecisionCarriedOut(3, "", "last-coordinator"),
    f.Reversed(6, "deuna", 250, "rev-0042", "carmen", "luz"),
    f.ReversalFailed(6, "deuna", 250, "late", CLAIM, place="wallet:deuna"),
    *(f.ClaimSettled(CLAIM, Account("doubt"), 350, verdict, "safe", (), "carmen") for verdict in f.Verdict),
)
"""What the same kinds of facts say besides."""


def teller(language: str, **more: Any) -> Teller:
    return Teller(words(language), ZoneInfo("America/Guayaquil"), PEOPLE, {BAG: "bolso de retazos"}, **more)


def told(fact: f.Fact, language: str = "es") -> str:
    return sentence(fact, teller(language))


def secrets(fact: f.Fact) -> set[str]:
    """What stands in its secret fields."""
    assert is_dataclass(fact)
    return {str(getattr(fact, field.name)) for field in fields(fact) if field.name in SECRETS} - {""}


@pytest.mark.parametrize("language", ["es", "en", "qu"])
@pytest.mark.parametrize("fact", [*EVERY_FACT, *OTHERS], ids=lambda fact: type(fact).__name__)
def test_every_fact_is_a_sentence(fact: f.Fact, language: str) -> None:
    """With a capital and a full stop; nothing is left to be filled in, and no code of the machine shows through."""
    said = told(fact, language)
    assert re.fullmatch(r"[A-ZÁÉÍÓÚÑ“«$].*[.…»”]", said), said
    assert not re.search(r"[{}_]|None|\b[A-Z][a-z]+[A-Z]|maker:|fund:|hopper:|\.\.|: \.", said), said
    assert said != teller(language).tell("other", kind=type(fact).__name__)


@pytest.mark.parametrize("fact", [*EVERY_FACT, *OTHERS], ids=lambda fact: type(fact).__name__)
def test_no_secret_is_told(fact: f.Fact) -> None:
    """Whoever knows a claim's code has the money; numbers of payments, vouchers and phones are nobody's business."""
    assert not [secret for secret in secrets(fact) if secret in told(fact)]


def test_every_kind_of_fact_is_in_one_group_and_in_the_tests() -> None:
    """A new kind of fact that nobody has put anywhere is found here, not by a member."""
    known = (getattr(f, name) for name in f.__all__ if name != "Fact")
    kinds = {kind for kind in known if isinstance(kind, type) and issubclass(kind, f.Fact)}
    grouped = [kind for group in GROUPS.values() for kind in group]
    assert sorted(kind.__name__ for kind in grouped) == sorted(kind.__name__ for kind in kinds)
    assert {type(fact) for fact in EVERY_FACT} == kinds
    assert set(FIGURES) == set(GROUPS)
    assert group_of("Eclipse") == "maquina"


def test_a_sale_and_a_count_are_told_as_people_would() -> None:
    """Who got what of the price, and what was missing."""
    sold = next(fact for fact in EVERY_FACT if isinstance(fact, f.Sold))
    assert told(sold) == (
        "Se vendió bolso de retazos de A1 por $3,50: $2,80 para Rosa Quishpe, $0,70 para el fondo común."
    )
    counted = f.CashCounted("coinbox", 1_245, 1_240, "carmen", "luz")
    assert told(counted) == "Carmen y Luz Toapanta contaron la caja de monedas: había $12,40, faltaban $0,05."
    assert told(counted, "en").endswith("counted the coin box: there were $12.40, $0.05 were missing.")


def test_two_little_words_become_one() -> None:
    """Del banco, al banco; nobody says `de el banco`."""
    moved = f.CashMoved(1_000, Account("bank"), Account("fund:comun"), "carmen")
    assert told(moved) == "Carmen pasó $10,00 del fondo común al banco."
    assert not [fact for fact in (*EVERY_FACT, *OTHERS) if re.search(r"\b(de|a) el\b", told(fact))]


def test_what_is_newer_than_these_pages_is_said_to_be_another_entry() -> None:
    """A fact of a newer machine is told by its kind, never as an error."""

    class Eclipse(f.Fact):
        pass

    assert told(Eclipse()) == "Otra anotación (Eclipse)."


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_what_moved_adds_up_to_what_was_posted(fact: f.Fact) -> None:
    """All moves together are the debits of the fact, none is of nothing, and no place goes by its code."""
    lines = tuple((str(line.account), line.cents) for line in postings(fact))
    found = moves(lines, teller("en"))
    moved_cents = sum(int(re.sub(r"\D", "", move.money)) for move in found)
    assert moved_cents == sum(cents for _, cents in lines if cents > 0)
    assert all(move.money != "$0.00" and move.here != move.there for move in found)
    assert not [move for move in found if re.search(r"\w:\w|_", f"{move.here} {move.there} {move.whose}")]


def test_money_goes_the_way_people_see_it_go() -> None:
    """A coin comes in, a price is divided, a maker is paid, a hopper is filled: from, to, and on whose account."""
    tells = teller("es")

    def went(fact: f.Fact) -> list[tuple[str, str, str]]:
        lines = tuple((str(line.account), line.cents) for line in postings(fact))
        return [(move.here, move.there, move.whose) for move in moves(lines, tells)]

    assert went(f.CreditTaken(25, "coins", "nri", 1)) == [
        ("fuera de la máquina", "la caja de monedas", "anotado en: el saldo de quien compra")
    ]
    assert went(f.MakerPaid(LUZ, 400, "safe", "carmen", "rosa")) == [
        ("la caja fuerte", "fuera de la máquina", "descontado de: Luz Toapanta")
    ]
    assert went(f.CashCounted("coinbox", 500, 475, "carmen", "luz")) == [
        ("la caja de monedas", "la caja fuerte", ""),
        ("la caja de monedas", "lo que falta o sobra al contar", ""),
    ]


@pytest.mark.parametrize(
    "account", [*PLACES, "over_short", "credit", "fund:hilos", "tax:iva", "float:museo", "fee:deuna"]
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_account_is_called_something(account: str, language: str) -> None:
    """No member has to learn the chart of accounts."""
    name = f"{account}:25" if account in ("hopper", "tube") else f"{account}:deuna" if account == "wallet" else account
    said = teller(language).account(name)
    assert said
    assert ":" not in said.replace("préstamo: museo", "").replace("loan: museo", "")
    assert said != name
