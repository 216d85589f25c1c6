"""Who sells in the eyes of the tax office: the VAT inside a price to the cent, what may be said, and nothing backwards."""

import pytest
from builders import ROSA, shelf
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.accounts import postings
from controller.domain.catalog import MakerId
from controller.domain.selling import CHARGES_VAT, PutSeller, grant, vat_cents
from controller.domain.stocking import Granted, Refusal

GENERAL = PutSeller(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen", "1712345678001")


@pytest.mark.parametrize(
    ("price_cents", "permille", "vat"),
    [(1_150, 150, 150), (350, 150, 46), (225, 150, 29), (5, 150, 1), (1_000, 0, 0), (1_000, 130, 115), (3, 1_000, 2)],
)
def test_the_vat_in_a_price_is_reckoned_to_the_nearest_cent(price_cents: int, permille: int, vat: int) -> None:
    """Of $11.50 at 15 % it is $1.50; 45.65 cents are 46, and half a cent goes up."""
    assert vat_cents(price_cents, permille) == vat


@given(st.integers(0, 10_000_000), st.integers(0, 300))
def test_the_rest_of_a_price_with_its_own_vat_is_the_price_again(price_cents: int, permille: int) -> None:
    """Exact to half a cent: net × (1 + rate) differs from the price by no more than rounding can make of it."""
    net_cents = price_cents - vat_cents(price_cents, permille)
    assert 0 <= net_cents <= price_cents
    assert 2 * abs(net_cents * (1_000 + permille) - 1_000 * price_cents) <= 1_000 + permille


def test_who_sells_is_a_fact_that_moves_no_cent() -> None:
    """Her RUC stands in no fact: it is kept beside the books, and can be forgotten."""
    granted = grant(GENERAL, shelf())
    fact = f.SellerSet(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen")
    assert granted == Granted((fact,), (GENERAL,))
    assert postings(fact) == ()


def test_said_again_nothing_is_written_and_her_number_can_change() -> None:
    """What is kept beside the books is kept all the same; an empty number forgets hers."""
    shop = shops.after(shelf(), f.SellerSet(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "luz"))
    forgotten = PutSeller(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen")
    assert grant(forgotten, shop) == Granted((), (forgotten,))


@pytest.mark.parametrize("regime", sorted(set(f.Regime) - CHARGES_VAT))
def test_a_regime_without_vat_has_no_rate(regime: f.Regime) -> None:
    """A nota de venta of a negocio popular shows no VAT, so none may be reckoned out of her prices."""
    answer = grant(PutSeller(ROSA, f.Seller.MAKER, regime, 150, "carmen"), shelf())
    assert isinstance(answer, Refusal)
    assert answer.code == "no-vat"
    assert isinstance(grant(PutSeller(ROSA, f.Seller.MAKER, regime, 0, "carmen"), shelf()), Granted)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (PutSeller(MakerId("nadie"), f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen"), "unknown-maker"),
        (PutSeller(ROSA, f.Seller.COOP, f.Regime.GENERAL, 301, "carmen"), "bad-vat"),
        (PutSeller(ROSA, f.Seller.COOP, f.Regime.GENERAL, -1, "carmen"), "bad-vat"),
        (PutSeller(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen", "17-1234"), "bad-tax-id"),
        (PutSeller(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, " "), "nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_a_word(wish: PutSeller, code: str) -> None:
    """Each for its own reason."""
    answer = grant(wish, shelf())
    assert isinstance(answer, Refusal)
    assert answer.code == code
