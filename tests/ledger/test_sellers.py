"""Who sold each piece: by the order of the facts, never backwards, and the VAT to the cent in every line and its refund."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A1, ROSA, Till, books, coins, stamp

from controller.domain import facts as f
from controller.domain.accounts import COINBOX
from controller.domain.events import ItemDropped, SlotChosen
from controller.domain.selling import PutSeller
from controller.ledger.journal import Journal
from controller.ledger.sellers import sellers, tax_id
from controller.ledger.statement import Line, statement_of_facts
from controller.ledger.verify import verify

HERSELF = f.SellerSet(ROSA, f.Seller.MAKER, f.Regime.POPULAR, 0, "carmen")
GROUP = f.SellerSet(ROSA, f.Seller.COOP, f.Regime.GENERAL, 150, "asamblea")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with_shelf = books(tmp_path)
    yield with_shelf
    with_shelf.close()


def says(journal: Journal, fact: f.SellerSet) -> None:
    journal.append(stamp(), journal.cycle, (fact,))


def sells(journal: Journal) -> f.Sold:
    """A bag of Rosa's for $3.50."""
    till = Till(journal.shop, journal, journal.cycle)
    till.tell_all(coins(350, mark=till.cycle.last_vend_id + 1), SlotChosen(A1))
    (sold,) = till.tell(ItemDropped(till.cycle.last_vend_id)).facts
    assert isinstance(sold, f.Sold)
    return sold


def lines(journal: Journal) -> tuple[Line, ...]:
    return statement_of_facts(journal.db, ROSA, 1, journal.seq).lines


def test_what_was_sold_before_keeps_what_was_said_then(journal: Journal) -> None:
    """Nobody, then she herself without VAT, then the group with: each sale has its own."""
    sells(journal)
    for fact in (HERSELF, GROUP):
        says(journal, fact)
        sells(journal)
    assert [line.sold_as for line in lines(journal)] == [None, HERSELF, GROUP]
    assert [(line.vat_cents, line.net_cents) for line in lines(journal)] == [(0, 0), (0, 350), (46, 304)]
    assert [line.cents for line in lines(journal)] == [280, 280, 280], "the shares stay as they are"


def test_a_sale_taken_back_takes_back_its_own_vat(journal: Journal) -> None:
    """Under the terms of the sale, though others hold by now: the two leave nothing, to the cent."""
    says(journal, GROUP)
    sold = sells(journal)
    says(journal, HERSELF)
    back = f.SaleRefunded(sold.vend_id, sold.price_cents, sold.shares, COINBOX, "carmen", "costura suelta")
    journal.append(stamp(), journal.cycle, (back,))
    sale, refund = lines(journal)
    assert (sale.sold_as, refund.sold_as) == (GROUP, GROUP)
    assert (sale.vat_cents + refund.vat_cents, sale.net_cents + refund.net_cents) == (0, 0)


def test_the_newest_word_holds_and_says_since_when(journal: Journal) -> None:
    """By the number of its fact."""
    assert sellers(journal.db).now(ROSA) is None
    says(journal, HERSELF)
    says(journal, GROUP)
    assert sellers(journal.db).now(ROSA) == (journal.seq, GROUP)
    assert journal.shop.assembly.sellers == {ROSA: GROUP}
    assert verify(journal.db) == []


def test_her_number_can_be_forgotten(journal: Journal) -> None:
    """It is in no fact: after it was erased no row of the books holds it."""
    for number in ("1712345678001", ""):
        wish = PutSeller(ROSA, HERSELF.seller, HERSELF.regime, 0, "carmen", number)
        journal.append(stamp(), journal.cycle, (HERSELF,), keeps=(wish,))
        assert tax_id(journal.db, ROSA) == number
    assert journal.db.execute("SELECT count(*) FROM facts WHERE body LIKE '%1712345678%'").fetchone() == (0,)
