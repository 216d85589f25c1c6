"""Turns of shared work: who did least lately goes first, a turn can be passed on, and a second tap changes nothing."""

import pytest
from builders import shelf

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.governance import LATELY
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal
from controller.domain.turns import PassTurn, TakeTurn, grant, next_up

RESTOCK, COUNT, REPAIR = f.Work
DIEGO = f.RolesSet("diego", ("technician",), "asamblea")


def does(shop: Shop, *wishes: TakeTurn | PassTurn) -> Shop:
    for wish in wishes:
        answer = grant(wish, shop)
        assert isinstance(answer, Granted), (wish, answer)
        for fact in answer.facts:
            shop = shops.after(shop, fact)
    return shop


def took(shop: Shop, *members: str, work: f.Work = RESTOCK) -> Shop:
    """These members did the work one after another."""
    for member in members:
        shop = does(shop, TakeTurn(work, shop.governance.rota(work).turns + 1, member))
    return shop


def test_a_fair_rota_goes_round() -> None:
    """Whoever is first does it: three makers, and after three turns everybody has had one."""
    shop, done = shelf(), []
    for _ in range(6):
        done.append(next_up(shop, RESTOCK)[0])
        shop = took(shop, done[-1])
    assert done == ["inti", "luz", "rosa", "inti", "luz", "rosa"]


def test_who_did_more_waits_longer() -> None:
    """Luz filled the machine twice while others could not: both go before her, the one who waits longer first."""
    assert next_up(took(shelf(), "luz", "luz", "rosa"), RESTOCK) == ("inti", "rosa", "luz")


def test_old_work_is_not_held_against_the_new() -> None:
    """After many turns only the last ones count: who joined late is not given every turn for a year."""
    shop = took(shelf(), *["luz"] * 3, *["inti", "rosa"] * (LATELY // 2))
    assert next_up(shop, RESTOCK)[0] == "luz"
    assert len(shop.governance.rota(RESTOCK).lately) == LATELY


def test_each_work_has_its_own_rota() -> None:
    """A technician takes part in repairs and in nothing else."""
    shop = took(shelf(DIEGO), "inti")
    assert next_up(shop, COUNT) == ("inti", "luz", "rosa")
    assert next_up(shop, REPAIR) == ("diego", "inti", "luz", "rosa")


def test_a_turn_is_passed_on_once() -> None:
    """To somebody who takes part; afterwards it is hers, and who passed it on comes next."""
    shop = does(shelf(), PassTurn(RESTOCK, 1, "inti", "rosa"))
    assert next_up(shop, RESTOCK) == ("rosa", "inti", "luz")
    assert grant(PassTurn(RESTOCK, 1, "inti", "rosa"), shop) == Granted(())
    assert next_up(took(shop, "rosa"), RESTOCK) == ("inti", "luz", "rosa")


def test_a_second_tap_is_no_second_turn() -> None:
    """The page names the turn's number: what was done already stays done once."""
    shop = does(shelf(), TakeTurn(RESTOCK, 1, "luz"))
    assert grant(TakeTurn(RESTOCK, 1, "luz"), shop) == Granted(())
    assert shop.governance.rota(RESTOCK).turns == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (TakeTurn(RESTOCK, 3, "luz"), "stale-turn"),
        (TakeTurn(RESTOCK, 1, "diego"), "not-in-turn"),
        (PassTurn(RESTOCK, 1, "inti", "nobody"), "not-in-turn"),
        (PassTurn(RESTOCK, 1, "luz", "rosa"), "not-your-turn"),
        (PassTurn(RESTOCK, 2, "inti", "rosa"), "stale-turn"),
    ],
    ids=str,
)
def test_a_refusal_says_why(wish: TakeTurn | PassTurn, code: str) -> None:
    """In one word for programs and a sentence for people."""
    answer = grant(wish, shelf(DIEGO))
    assert isinstance(answer, Refusal)
    assert (answer.code, bool(answer.words)) == (code, True)
